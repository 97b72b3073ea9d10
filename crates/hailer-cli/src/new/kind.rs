//! The types that an argument of a new command can have, and what each is in Rust.

use hailer::nearest;

/// The type of an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Integer,
    Number,
    Flag,
    Choice,
    Duration,
    Version,
    Url,
    Person,
    List,
    Code,
    Rest,
}

impl Kind {
    pub(super) const ALL: [Self; 12] = [
        Self::Text,
        Self::Integer,
        Self::Number,
        Self::Flag,
        Self::Choice,
        Self::Duration,
        Self::Version,
        Self::Url,
        Self::Person,
        Self::List,
        Self::Code,
        Self::Rest,
    ];

    /// Finds a type by its name.
    pub(super) fn parse(typed: &str) -> Result<Self, String> {
        if let Some(kind) = Self::ALL.into_iter().find(|it| it.name() == typed) {
            return Ok(kind);
        }
        let names = Self::ALL.map(Self::name);
        let near = nearest(typed, names.into_iter());
        let known = names.join(", ");
        Err(match near.first() {
            Some(name) => {
                format!("unknown type `{typed}`; did you mean `{name}`? The types are {known}")
            }
            None => format!("unknown type `{typed}`; the types are {known}"),
        })
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Flag => "flag",
            Self::Choice => "choice",
            Self::Duration => "duration",
            Self::Version => "version",
            Self::Url => "url",
            Self::Person => "person",
            Self::List => "list",
            Self::Code => "code",
            Self::Rest => "rest",
        }
    }

    /// Returns the Rust type; that of a choice is written for it.
    pub(super) fn rust(self) -> &'static str {
        match self {
            Self::Text | Self::Code | Self::Rest => "String",
            Self::Integer => "i64",
            Self::Number => "f64",
            Self::Flag => "bool",
            Self::Choice => "",
            Self::Duration => "Duration",
            Self::Version => "values::Version",
            Self::Url => "values::Url",
            Self::Person => "values::Person",
            Self::List => "Vec<String>",
        }
    }

    /// Returns the function that reads it, where clap does not know by itself.
    pub(super) fn parser(self) -> Option<&'static str> {
        match self {
            Self::Duration => Some("values::duration"),
            Self::Version => Some("values::version"),
            Self::Url => Some("values::url"),
            Self::Person => Some("values::person"),
            Self::Text
            | Self::Integer
            | Self::Number
            | Self::Flag
            | Self::Choice
            | Self::List
            | Self::Code
            | Self::Rest => None,
        }
    }

    /// Says what to type, behind the argument's name.
    pub(super) fn help(self) -> &'static str {
        match self {
            Self::Text | Self::Choice | Self::Flag => "",
            Self::Integer => ", a whole number",
            Self::Number => ", a number",
            Self::Duration => ", as in 90s, 5m or 1h30m",
            Self::Version => ", as in 2.42.0",
            Self::Url => ", as in https://example.com",
            Self::Person => ", mentioned with @",
            Self::List => ", one or several",
            Self::Code => ", in a code block",
            Self::Rest => ", the rest of the message as it is written",
        }
    }

    /// Returns what could be typed; for a choice its first value stands in.
    pub(super) fn sample(self) -> &'static str {
        match self {
            Self::Text => "something",
            Self::Integer => "3",
            Self::Number => "2.5",
            Self::Flag | Self::Choice => "",
            Self::Duration => "5m",
            Self::Version => "2.42.0",
            Self::Url => "https://example.com",
            Self::Person => "@Mira",
            Self::List => "one two",
            Self::Code => "```x = 1```",
            Self::Rest => "as it is written",
        }
    }

    /// Returns how the sample's value begins when it is shown for debugging.
    pub(super) fn shown(self) -> &'static str {
        match self {
            Self::Text => "\"something\"",
            Self::Integer => "3",
            Self::Number => "2.5",
            Self::Flag => "true",
            Self::Choice => "",
            Self::Duration => "300s",
            Self::Version => "Version { typed: \"2.42.0\"",
            Self::Url => "Url { scheme: \"https\"",
            Self::Person => "Person { name: \"Mira\" }",
            Self::List => "[\"one\", \"two\"]",
            Self::Code => "\"x = 1\"",
            Self::Rest => "\"as it is written\"",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_type_is_told_with_the_known_ones() {
        let known =
            "text, integer, number, flag, choice, duration, version, url, person, list, code, rest";

        assert_eq!(
            Kind::parse("durration"),
            Err(format!(
                "unknown type `durration`; did you mean `duration`? The types are {known}"
            ))
        );
        assert_eq!(
            Kind::parse("bananas"),
            Err(format!("unknown type `bananas`; the types are {known}"))
        );
        assert_eq!(Kind::parse("text"), Ok(Kind::Text));
    }
}
