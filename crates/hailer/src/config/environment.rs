//! The environment variables that a configuration reads: a snapshot, taken in one place.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;

use super::tree::flatten;

/// What every variable of ours begins with.
const PREFIX: &str = "HAILER_";

/// What stands between the sections of a key in the name of a variable.
const SEPARATOR: &str = "__";

/// A snapshot of the environment variables.
///
/// A variable such as `HAILER_SERVER__LISTEN` sets the key `listen` of the table `[server]`, over what
/// the file says. Variables without two underscores, such as `HAILER_TOKEN_OPS`, set no key; secrets
/// are read from them by `{ env = "HAILER_TOKEN_OPS" }`.
///
/// `Debug` shows names only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment {
    variables: BTreeMap<String, String>,
}

/// A variable that sets a key.
pub(super) struct Override<'a> {
    pub(super) variable: &'a str,
    /// The sections and the key, in lower case.
    pub(super) path: Vec<String>,
    pub(super) value: &'a str,
}

impl Environment {
    /// Takes a snapshot of the variables of this process.
    pub fn from_process() -> Self {
        let text = |text: OsString| text.to_string_lossy().into_owned();
        let variables = std::env::vars_os().map(|(name, value)| (text(name), text(value)));
        Self {
            variables: variables.collect(),
        }
    }

    /// Makes an environment of the given variables and no others.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let pairs = pairs.into_iter();
        Self {
            variables: pairs
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        }
    }

    /// Returns the value of a variable.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    pub(super) fn overrides(&self) -> impl Iterator<Item = Override<'_>> {
        self.variables.iter().filter_map(|(variable, value)| {
            let key = variable.strip_prefix(PREFIX)?;
            let path = key.contains(SEPARATOR).then(|| {
                let sections = key.split(SEPARATOR);
                sections.map(str::to_lowercase).collect()
            })?;
            Some(Override {
                variable,
                path,
                value,
            })
        })
    }
}

/// Returns the name of the variable that sets a key.
pub(super) fn variable_of(path: &[String]) -> String {
    let sections: Vec<_> = path
        .iter()
        .map(|section| flatten(section).to_uppercase())
        .collect();
    format!("{PREFIX}{}", sections.join(SEPARATOR))
}

/// Returns the key that a variable would set.
pub(super) fn key_of(variable: &str) -> String {
    let key = variable.strip_prefix(PREFIX).unwrap_or(variable);
    key.to_lowercase().replace(SEPARATOR, ".")
}

impl fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.variables.keys();
        formatter.debug_set().entries(names).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_underscores_make_an_override() {
        let environment = Environment::from_pairs([
            ("HAILER_LOG", "debug"),
            ("HAILER_TOKEN_OPS", "secret"),
            ("HAILER_WEBHOOK__OPS__MENTION", "Ops Bot"),
            ("OTHER_SERVER__LISTEN", "x"),
        ]);

        let found: Vec<_> = environment
            .overrides()
            .map(|it| (it.variable, it.path.join("."), it.value))
            .collect();

        assert_eq!(
            found,
            [(
                "HAILER_WEBHOOK__OPS__MENTION",
                "webhook.ops.mention".to_owned(),
                "Ops Bot"
            )]
        );
    }

    #[test]
    fn debug_shows_no_value() {
        let environment = Environment::from_pairs([("HAILER_TOKEN_OPS", "c2VjcmV0")]);

        assert_eq!(format!("{environment:?}"), "{\"HAILER_TOKEN_OPS\"}");
    }

    #[test]
    fn the_process_has_a_path() {
        assert!(Environment::from_process().get("PATH").is_some());
    }

    #[test]
    fn the_name_of_a_variable_follows_from_the_key() {
        let path = ["webhook", "data-team", "mention"].map(str::to_owned);

        assert_eq!(variable_of(&path), "HAILER_WEBHOOK__DATA_TEAM__MENTION");
    }
}
