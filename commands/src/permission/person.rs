//! Who is meant by `@somebody`: Teams does not say, so the notes in the configuration have to.

use hailer::{CommandError, Invocation, ObjectId};

/// Finds the person that somebody typed.
pub(super) fn find(typed: &str, invocation: &Invocation) -> Result<ObjectId, CommandError> {
    let typed = typed.trim();
    let id = ObjectId::from(typed);
    if id.is_guid() {
        return Ok(id);
    }
    let sender = invocation.sender();
    let name = typed.trim_start_matches('@').trim();
    let is_own =
        name.eq_ignore_ascii_case("me") || (typed.starts_with('@') && name == sender.name());
    if let Some(own) = sender.id().filter(|_| is_own) {
        return Ok(own.clone());
    }
    match invocation.people_called(name) {
        [only] => Ok(only.clone()),
        [] => Err(CommandError::told(format!(
            "Teams does not say who {typed} is, and no group in the configuration notes that name. \
             Give me the id: {name} sees it with whoami."
        ))),
        _ => Err(CommandError::told(format!(
            "Several people are called {name} in the configuration. Give me the id that whoami shows."
        ))),
    }
}
