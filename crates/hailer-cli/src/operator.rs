//! Who sits at the command line: the user of this computer, and the person that the configuration says they are.

use hailer::{Config, Environment, Operator};
use nix::unistd::{Uid, User};

use crate::exit::{Exit, Failure};

/// Returns the name of the user who runs this: of whoever called `sudo`, else of the process. What `USER` says is not asked:
/// anybody can set it.
pub(crate) fn user(environment: &Environment) -> String {
    let caller = environment.get("SUDO_USER").map(str::to_owned);
    let caller = caller.filter(|name| !name.is_empty());
    caller.unwrap_or_else(|| {
        let uid = Uid::current();
        let found = User::from_uid(uid).ok().flatten();
        found.map_or_else(|| format!("uid {uid}"), |user| user.name)
    })
}

/// Finds the person whom the configuration names for a user.
pub(crate) fn person<'c>(config: &'c Config, user: &str) -> Result<&'c Operator, Failure> {
    let operators = config.permissions.operators.iter();
    operators.clone().find(|it| it.user == user).ok_or_else(|| {
        let text = format!(
            "error: nobody in the configuration is the user \"{user}\" of this computer\n  fix: write os = \"{user}\" beside the id of that person: [group.NAME] members = [{{ id = \"…\", os = \"{user}\" }}]"
        );
        Failure::new(Exit::No, text)
    })
}
