//! The name of a lock: a template with the names of arguments in braces, filled in for each call.
//!
//! Names that differ where they should not would let two calls run side by side, so values are brought to one
//! form: a choice to its name, everything to lower case. A lock that is too coarse only makes somebody wait.

use clap::ArgMatches;

use crate::arguments::is_same_name;
use crate::catalog::Entry;
use crate::secret::MASK;

/// Stands for an argument that was left out.
const LEFT_OUT: &str = "-";

/// Returns the names in braces; `None` when a brace lacks its other half, a name is missing, or the template is
/// blank.
pub(crate) fn placeholders(template: &str) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (_, brace) = rest.split_at_checked(at)?;
        let (name, behind) = brace.strip_prefix('{')?.split_once('}')?;
        if name.trim().is_empty() || name.contains('{') {
            return None;
        }
        names.push(name);
        rest = behind;
    }
    (!template.trim().is_empty()).then_some(names)
}

/// Returns the name in braces when a part of a template is nothing else.
pub(crate) fn whole_placeholder(part: &str) -> Option<&str> {
    let name = part.strip_prefix('{')?.strip_suffix('}')?;
    (!name.contains(['{', '}'])).then_some(name)
}

/// Puts the values of a call into a template.
pub(crate) fn fill(template: &str, arguments: &[(String, String)]) -> String {
    let mut filled = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some((before, brace)) = rest.split_once('{') {
        let (name, behind) = brace.split_once('}').unwrap_or((brace, ""));
        filled.push_str(before);
        let values: Vec<_> = arguments
            .iter()
            .filter(|(given, _)| is_same_name(given, name))
            .map(|(_, value)| canonical(value))
            .collect();
        filled.push_str(if values.is_empty() { LEFT_OUT } else { "" });
        filled.push_str(&values.join(","));
        rest = behind;
    }
    filled.push_str(rest);
    filled
}

/// A value cannot pretend to be two parts of a name.
fn canonical(value: &str) -> String {
    let lower = value.trim().to_lowercase();
    lower
        .replace('%', "%25")
        .replace('/', "%2f")
        .replace(',', "%2c")
}

/// Lists what was given, and what holds by default, in the order of usage. Choices have their own spelling,
/// secrets none.
pub(crate) fn given(
    entry: &Entry,
    declared: &clap::Command,
    matches: &ArgMatches,
) -> Vec<(String, String)> {
    let mut given = Vec::new();
    for argument in entry.arguments() {
        let declared = declared.get_arguments().find(|it| argument.is_of(it));
        let Some(declared) = declared else { continue };
        let id = declared.get_id().as_str();
        let Ok(Some(values)) = matches.try_get_raw(id) else {
            continue;
        };
        let choices = declared.get_possible_values();
        let ignores_case = declared.is_ignore_case_set();
        if argument.is_secret {
            given.extend(values.map(|_| (argument.name.clone(), MASK.to_owned())));
            continue;
        }
        given.extend(values.map(|value| {
            let value = value.to_string_lossy();
            let choice = choices.iter().find(|it| it.matches(&value, ignores_case));
            let value =
                choice.map_or_else(|| value.clone().into_owned(), |it| it.get_name().to_owned());
            (argument.name.clone(), value)
        }));
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn names_stand_in_braces() {
        assert_eq!(placeholders("deploy"), Some(vec![]));
        assert_eq!(placeholders("{a}/x/{b-c}"), Some(vec!["a", "b-c"]));
        for broken in ["", " ", "{", "}", "a}", "{a", "{}", "{a{b}", "a/{b}}"] {
            assert_eq!(placeholders(broken), None, "{broken}");
        }
    }

    #[test]
    fn values_take_the_place_of_names() {
        let given = arguments(&[("env", "Prod"), ("dry-run", "true")]);

        assert_eq!(fill("deploy/{env}", &given), "deploy/prod");
        assert_eq!(fill("{dry_run}-{env}!", &given), "true-prod!");
        assert_eq!(fill("deploy/{region}", &given), "deploy/-");
    }

    #[test]
    fn a_value_cannot_look_like_two() {
        let one = arguments(&[("a", "x/y"), ("b", "z")]);
        let two = arguments(&[("a", "x"), ("b", "y/z")]);

        assert_ne!(fill("{a}/{b}", &one), fill("{a}/{b}", &two));
        let list = arguments(&[("a", "x,y")]);
        let several = arguments(&[("a", "x"), ("a", "y")]);
        assert_ne!(fill("{a}", &list), fill("{a}", &several));
    }
}
