//! Which alerts are meant: `severity=critical`, `team!=web`, `instance=~db-.*`.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde_json::{Value, json};

/// A demand on one label of an alert.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Matcher {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) is_regex: bool,
    /// Older servers know no negative ones.
    #[serde(default = "yes")]
    pub(super) is_equal: bool,
}

fn yes() -> bool {
    true
}

impl Matcher {
    /// Demands that a label has this value.
    pub(super) fn equal(name: &str, value: &str) -> Self {
        Self {
            name: name.to_owned(),
            value: value.to_owned(),
            is_regex: false,
            is_equal: true,
        }
    }

    /// Reads one; `None` when the word is none.
    pub(super) fn parse(typed: &str) -> Option<Self> {
        let at = typed.find(['=', '!'])?;
        let (name, rest) = typed.split_at_checked(at)?;
        let operators = [
            ("=~", true, true),
            ("!~", true, false),
            ("!=", false, false),
            ("=", false, true),
        ];
        let (value, is_regex, is_equal) = operators
            .iter()
            .find_map(|(sign, regex, equal)| Some((rest.strip_prefix(sign)?, *regex, *equal)))?;
        let mut letters = name.chars();
        let is_name = letters
            .next()
            .is_some_and(|it| it.is_ascii_alphabetic() || it == '_')
            && letters.all(|it| it.is_ascii_alphanumeric() || it == '_');
        let value = value.trim_matches('"');
        let is_value = !is_regex || pattern(value).is_some();
        (is_name && is_value).then(|| Self {
            name: name.to_owned(),
            value: value.to_owned(),
            is_regex,
            is_equal,
        })
    }

    /// Says whether the labels of an alert are as demanded.
    pub(super) fn fits(&self, labels: &BTreeMap<String, String>) -> bool {
        let value = labels.get(&self.name).map_or("", String::as_str);
        let is_same = if self.is_regex {
            // The server has its own idea of a pattern that is none here, and has judged already.
            match pattern(&self.value) {
                Some(pattern) => pattern.is_match(value),
                None => return true,
            }
        } else {
            self.value == value
        };
        is_same == self.is_equal
    }

    /// Says whether it fits whatever has no such label, and so perhaps everything.
    pub(super) fn fits_nothing_said(&self) -> bool {
        self.fits(&BTreeMap::new())
    }

    pub(super) fn to_json(&self) -> Value {
        json!({
            "name": self.name, "value": self.value, "isRegex": self.is_regex, "isEqual": self.is_equal,
        })
    }

    /// Writes it as a person types it.
    pub(super) fn shown(&self) -> String {
        format!("{}{}{}", self.name, self.sign(), self.value)
    }

    fn sign(&self) -> &'static str {
        match (self.is_regex, self.is_equal) {
            (false, true) => "=",
            (false, false) => "!=",
            (true, true) => "=~",
            (true, false) => "!~",
        }
    }
}

impl fmt::Display for Matcher {
    /// Writes it as the server reads it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.value.replace('\\', "\\\\").replace('"', "\\\"");
        let value = value.replace('\n', "\\n");
        write!(formatter, "{}{}\"{value}\"", self.name, self.sign())
    }
}

fn pattern(text: &str) -> Option<regex::Regex> {
    regex::RegexBuilder::new(&format!("^(?:{text})$"))
        .size_limit(100_000)
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> BTreeMap<String, String> {
        [("alertname", "DiskFull"), ("instance", "db-1")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
    }

    #[test]
    fn a_matcher_is_read_as_it_is_typed() {
        for (typed, written, fits) in [
            ("instance=db-1", "instance=\"db-1\"", true),
            ("instance!=db-1", "instance!=\"db-1\"", false),
            ("instance=~db-.", "instance=~\"db-.\"", true),
            ("instance=~db", "instance=~\"db\"", false),
            ("instance!~web.*", "instance!~\"web.*\"", true),
            ("team=", "team=\"\"", true),
            ("alertname=\"DiskFull\"", "alertname=\"DiskFull\"", true),
            ("path=a\\b\"c", "path=\"a\\\\b\\\"c\"", false),
        ] {
            let matcher = Matcher::parse(typed).unwrap();
            assert_eq!(matcher.to_string(), written);
            assert_eq!(matcher.fits(&labels()), fits, "{typed}");
        }
        for typed in ["DiskFull", "=x", "1a=x", "a b=x", "a=~(", "a!x", ""] {
            assert_eq!(Matcher::parse(typed), None, "{typed}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_typed_breaks_it(typed in ".{0,30}") {
            if let Some(matcher) = Matcher::parse(&typed) {
                let again = Matcher::parse(&matcher.shown());
                proptest::prop_assert!(again.is_some());
                matcher.fits(&labels());
            }
        }
    }
}
