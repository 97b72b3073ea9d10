//! Checking a value against the names that exist right now.

use hailer_reply::{Reply, escape};

use crate::command_error::CommandError;
use crate::suggest::nearest;

/// More names than this do not fit in an answer.
const MOST_NAMES: usize = 12;

/// Finds what was typed among the names that exist, whatever its case; otherwise words the refusal, with the
/// nearest name. For [`Command::check`](crate::Command::check) and the like: "what" names the kind of thing.
///
/// # Errors
///
/// There is no such name: `I don't know the service "apii". Did you mean **api**? (api, web)`.
///
/// # Examples
///
/// ```
/// use hailer_dispatch::known;
///
/// let services = ["api", "web"];
/// assert_eq!(known("service", "API", services).unwrap(), "api");
///
/// let error = known("service", "apii", services).unwrap_err();
/// assert_eq!(error.to_string(), "I don't know the service \"apii\". Did you mean api? (api, web)");
/// ```
pub fn known<N: AsRef<str>>(
    what: &str,
    typed: &str,
    names: impl IntoIterator<Item = N>,
) -> Result<N, CommandError> {
    let mut names: Vec<N> = names.into_iter().collect();
    let lower = typed.to_lowercase();
    if let Some(index) = names
        .iter()
        .position(|name| name.as_ref().to_lowercase() == lower)
    {
        return Ok(names.swap_remove(index));
    }
    let near = nearest(typed, names.iter().map(AsRef::as_ref));
    let meant = near.first().map_or_else(String::new, |name| {
        format!(" Did you mean **{}**?", escape(name))
    });
    let mut listed: Vec<&str> = names.iter().map(AsRef::as_ref).take(MOST_NAMES).collect();
    let more = format!("{} more", names.len().saturating_sub(MOST_NAMES));
    if names.len() > MOST_NAMES {
        listed.push(&more);
    }
    let listed = if listed.is_empty() {
        "there are none".to_owned()
    } else {
        listed.join(", ")
    };
    Err(CommandError::reply_with(Reply::markdown(format!(
        "I don't know the {} \"{}\".{meant} ({})",
        escape(what),
        escape(typed),
        escape(&listed)
    ))))
}
