//! `--arg NAME:TYPE[?]`: an argument of a new command.

use super::kind::Kind;
use super::name;

/// What a choice is between until the author says.
const PLACEHOLDERS: [&str; 2] = ["one", "two"];

/// An argument as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Argument {
    /// As people type it: `dry-run`.
    pub(super) name: String,
    /// As Rust writes it: `dry_run`.
    pub(super) field: String,
    pub(super) kind: Kind,
    pub(super) is_optional: bool,
    pub(super) choices: Vec<Choice>,
}

/// One of the values of a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(super) value: String,
    pub(super) variant: String,
}

impl Argument {
    /// Reads `NAME:TYPE`, `NAME:TYPE?` and `NAME:choice=ONE,TWO`.
    pub(crate) fn parse(typed: &str) -> Result<Self, String> {
        let Some((name, kind)) = typed.split_once(':') else {
            return Err("the type is missing; NAME:TYPE, as in service:text".to_owned());
        };
        let (kind, is_optional) = without_mark(kind);
        let (kind, values) = match kind.split_once('=') {
            Some((kind, values)) => (kind, Some(values)),
            None => (kind, None),
        };
        let (kind, is_marked_within) = without_mark(kind);
        let kind = Kind::parse(kind)?;
        let choices = match (kind, values) {
            (Kind::Choice, Some(values)) => choices(values.split([',', '|']))?,
            (Kind::Choice, None) => choices(PLACEHOLDERS.into_iter())?,
            (_, None) => Vec::new(),
            (_, Some(_)) => {
                return Err(format!("only a choice has values; {name}:choice=ONE,TWO"));
            }
        };
        Ok(Self {
            name: name.to_owned(),
            field: name::field(name)?,
            kind,
            is_optional: is_optional || is_marked_within || kind == Kind::Flag,
            choices,
        })
    }

    /// Says whether it is given by its name, as in `--when 5m`: so are all that may be left out, except what takes
    /// everything that follows.
    pub(super) fn is_option(&self) -> bool {
        self.is_optional && !self.takes_all()
    }

    /// Says whether it takes everything that follows.
    pub(super) fn takes_all(&self) -> bool {
        matches!(self.kind, Kind::List | Kind::Rest)
    }

    /// Returns what could be typed for it, its name included where that is needed.
    pub(super) fn sample(&self) -> String {
        let value = match self.choices.first() {
            Some(choice) => choice.value.as_str(),
            None => self.kind.sample(),
        };
        self.given(value)
    }

    /// Returns what is typed to give it this value.
    pub(super) fn given(&self, value: &str) -> String {
        match (self.is_option(), self.kind) {
            (_, Kind::Flag) => format!("--{}", self.name),
            (true, _) => format!("--{} {value}", self.name),
            (false, _) => value.to_owned(),
        }
    }

    /// Returns how the value of the sample begins when it is shown for debugging.
    pub(super) fn shown(&self) -> String {
        let value = match self.choices.first() {
            Some(choice) => choice.variant.as_str(),
            None => self.kind.shown(),
        };
        if self.is_optional && !matches!(self.kind, Kind::Flag | Kind::List) {
            format!("Some({value}")
        } else {
            value.to_owned()
        }
    }
}

fn without_mark(text: &str) -> (&str, bool) {
    match text.strip_suffix('?') {
        Some(text) => (text, true),
        None => (text, false),
    }
}

fn choices<'v>(values: impl Iterator<Item = &'v str>) -> Result<Vec<Choice>, String> {
    let mut all: Vec<Choice> = Vec::new();
    for value in values.map(str::trim) {
        let is_part = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
        if !value.starts_with(|it: char| it.is_ascii_alphanumeric()) || !value.chars().all(is_part)
        {
            return Err(format!(
                "`{value}` cannot be a choice; letters, digits, -, _ and ., as in eu-west-1"
            ));
        }
        let variant = variant(value);
        if all.iter().any(|it| it.variant == variant) {
            return Err(format!("the choice `{value}` is there twice"));
        }
        all.push(Choice {
            value: value.to_owned(),
            variant,
        });
    }
    Ok(all)
}

fn variant(value: &str) -> String {
    let name = name::pascal_case(value);
    if name == "Self" || name.starts_with(|it: char| it.is_ascii_digit()) {
        format!("V{name}")
    } else {
        name
    }
}

/// Checks what arguments can be together.
pub(super) fn check(arguments: &[Argument]) -> Result<(), String> {
    for (index, argument) in arguments.iter().enumerate() {
        let before = arguments.iter().take(index);
        if before.clone().any(|it| it.field == argument.field) {
            return Err(format!("the argument `{}` is there twice", argument.name));
        }
        if let Some(greedy) = before.clone().find(|it| it.takes_all())
            && !argument.is_option()
        {
            return Err(format!(
                "`{}` takes everything that follows, so nothing is left for `{}`; write it last",
                greedy.name, argument.name
            ));
        }
    }
    let rest = arguments.iter().find(|it| it.kind == Kind::Rest);
    let option = arguments.iter().find(|it| it.is_option());
    if let (Some(rest), Some(option)) = (rest, option) {
        return Err(format!(
            "`{}` is the message as it is written, in which no option is looked for, so `{}` cannot be one; make it required, or take `{}` as text, in quotes",
            rest.name, option.name, rest.name
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(typed: &str) -> Argument {
        Argument::parse(typed).unwrap()
    }

    #[test]
    fn a_mark_makes_it_optional() {
        assert!(!parse("service:text").is_optional);
        assert!(parse("when:duration?").is_optional);
        assert!(parse("force:flag").is_optional);
        assert_eq!(parse("env:choice?=a,b"), parse("env:choice=a,b?"));
    }

    #[test]
    fn choices_become_variants() {
        let values: Vec<_> = parse("zone:choice=eu-west-1|2xl,self,staging")
            .choices
            .into_iter()
            .map(|it| (it.value, it.variant))
            .collect();

        assert_eq!(
            values,
            [
                ("eu-west-1", "EuWest1"),
                ("2xl", "V2xl"),
                ("self", "VSelf"),
                ("staging", "Staging")
            ]
            .map(|(value, variant)| (value.to_owned(), variant.to_owned()))
        );
    }

    #[test]
    fn mistakes_are_told() {
        for (typed, part) in [
            ("service", "the type is missing"),
            ("service:txt", "did you mean `text`?"),
            ("help:flag", "explains every command"),
            ("type:text", "means something to Rust"),
            ("Service:text", "cannot name an argument"),
            (":text", "cannot name an argument"),
            ("service:text=a", "only a choice has values"),
            ("env:choice=", "cannot be a choice"),
            ("env:choice=a,,b", "cannot be a choice"),
            ("env:choice=a b", "cannot be a choice"),
            ("env:choice=a,A", "there twice"),
        ] {
            let error = Argument::parse(typed).unwrap_err();
            assert!(error.contains(part), "{typed}: {error}");
        }
    }

    #[test]
    fn what_cannot_stand_together_is_told() {
        let together = |all: &[&str]| check(&all.iter().map(|it| parse(it)).collect::<Vec<_>>());

        assert_eq!(together(&["a:text", "b:duration?", "c:list"]), Ok(()));
        assert_eq!(together(&["a:list", "b:flag"]), Ok(()));
        assert_eq!(together(&["a:text", "b:rest?"]), Ok(()));
        for (all, part) in [
            (["a-b:text", "a_b:flag"], "there twice"),
            (["a:list", "b:text"], "write it last"),
            (["a:rest", "b:list?"], "write it last"),
            (["a:rest", "b:flag"], "no option is looked for"),
        ] {
            let error = together(&all).unwrap_err();
            assert!(error.contains(part), "{all:?}: {error}");
        }
    }
}
