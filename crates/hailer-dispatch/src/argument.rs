//! What help, usage lines and tool schemas say of an argument, read once from clap.

use std::any::TypeId;

use crate::arguments::is_same_name;
use crate::policy::{is_canonical, name_of};
use crate::secret::SecretText;
use crate::spec::Spec;

/// How an argument is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArgumentKind {
    /// By its place: `api`.
    Positional,
    /// By its name: `--env prod` or `env=prod`.
    Option,
    /// By its name alone: `--force`.
    Flag,
}

/// What a value is, for tools that write it; everything that is not one of the plain kinds is text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// Text of any form that the command takes.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// Yes or no, as every flag is.
    Boolean,
}

/// An argument of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// The name, with dashes: `service`, `dry-run`.
    pub name: String,
    /// What its value is called in usage: the name, unless its author says otherwise.
    pub value_name: String,
    /// How it is given.
    pub kind: ArgumentKind,
    /// What its value is; for one that is repeated, each of its values. A flag that is counted is an integer.
    pub value: ValueKind,
    /// Whether the command cannot run without it.
    pub is_required: bool,
    /// Whether it can be given more than once.
    pub is_repeated: bool,
    /// What it is, from the doc comment.
    pub help: String,
    /// The values it takes, when they are few.
    pub choices: Vec<String>,
    /// What holds when it is left out.
    pub default: Option<String>,
    /// Whether each of its values has one spelling once it is read, so that a rule can deny it.
    pub is_canonical: bool,
    /// Whether its values must neither be kept nor shown.
    pub is_secret: bool,
}

impl Argument {
    /// Reads the arguments of a command in the order of usage: positional ones first.
    pub(crate) fn all(spec: &Spec, command: &clap::Command) -> Vec<Self> {
        let visible = || command.get_arguments().filter(|arg| !arg.is_hide_set());
        let positional = visible().filter(|arg| arg.is_positional());
        let named = visible().filter(|arg| !arg.is_positional());
        let arguments = positional.chain(named).map(Self::read);
        arguments.map(|it| it.declared_by(spec)).collect()
    }

    /// Keeps secret what the command says is, and with it what holds by default.
    fn declared_by(mut self, spec: &Spec) -> Self {
        self.is_secret |= spec.secrets.iter().any(|it| is_same_name(it, &self.name));
        if self.is_secret {
            self.default = None;
        }
        self
    }

    /// Says whether clap means this argument.
    pub(crate) fn is_of(&self, declared: &clap::Arg) -> bool {
        let name = declared
            .get_long()
            .unwrap_or_else(|| declared.get_id().as_str());
        is_same_name(name, &self.name)
    }

    fn read(arg: &clap::Arg) -> Self {
        let takes_values = arg.get_action().takes_values();
        let kind = match (arg.is_positional(), takes_values) {
            (true, _) => ArgumentKind::Positional,
            (false, true) => ArgumentKind::Option,
            (false, false) => ArgumentKind::Flag,
        };
        let name = name_of(arg);
        let choices = if takes_values {
            arg.get_possible_values()
        } else {
            Vec::new()
        };
        let many = arg
            .get_num_args()
            .is_some_and(|range| range.max_values() > 1);
        let defaults: Vec<_> = arg
            .get_default_values()
            .iter()
            .map(|it| it.to_string_lossy())
            .collect();
        Self {
            value_name: value_name(arg, &name),
            name,
            kind,
            value: ValueKind::read(arg),
            is_required: arg.is_required_set(),
            is_repeated: many
                || matches!(
                    arg.get_action(),
                    clap::ArgAction::Append | clap::ArgAction::Count
                ),
            help: arg.get_help().map(|it| it.to_string()).unwrap_or_default(),
            choices: choices
                .iter()
                .filter(|it| !it.is_hide_set())
                .map(|it| it.get_name().to_owned())
                .collect(),
            default: (takes_values && !defaults.is_empty()).then(|| defaults.join(" ")),
            is_canonical: is_canonical(arg),
            is_secret: arg.get_value_parser().type_id() == TypeId::of::<SecretText>(),
        }
    }

    /// Returns the argument as a usage line shows it: `<must give>`, `[may give]`.
    pub fn usage(&self) -> String {
        let dots = if self.is_repeated { "…" } else { "" };
        let name = &self.name;
        match (self.kind, self.is_required) {
            (ArgumentKind::Positional, true) => format!("<{name}>{dots}"),
            (ArgumentKind::Positional, false) => format!("[{name}]{dots}"),
            (ArgumentKind::Option, true) => format!("--{name} <{}>", self.value_name),
            (ArgumentKind::Option, false) => format!("[--{name} {}]", self.value_name),
            (ArgumentKind::Flag, true) => format!("--{name}"),
            (ArgumentKind::Flag, false) => format!("[--{name}]"),
        }
    }
}

/// Returns what the author calls the value; clap itself makes one of the argument's id.
fn value_name(arg: &clap::Arg, name: &str) -> String {
    let given = arg.get_value_names().and_then(|names| names.first());
    let is_made = |given: &str| is_same_name(&given.to_lowercase(), arg.get_id().as_str());
    match given.map(clap::builder::Str::as_str) {
        Some(given) if !is_made(given) => given.to_lowercase(),
        Some(_) | None => name.to_owned(),
    }
}

impl ValueKind {
    /// Reads the type that clap parses to.
    fn read(arg: &clap::Arg) -> Self {
        let parsed = arg.get_value_parser().type_id();
        let is_one_of = |types: &[TypeId]| types.iter().any(|one| parsed == *one);
        if is_one_of(&[TypeId::of::<bool>()]) {
            Self::Boolean
        } else if is_one_of(&[TypeId::of::<f64>(), TypeId::of::<f32>()]) {
            Self::Number
        } else if is_one_of(&integers()) {
            Self::Integer
        } else {
            Self::Text
        }
    }
}

fn integers() -> [TypeId; 12] {
    [
        TypeId::of::<u8>(),
        TypeId::of::<u16>(),
        TypeId::of::<u32>(),
        TypeId::of::<u64>(),
        TypeId::of::<u128>(),
        TypeId::of::<usize>(),
        TypeId::of::<i8>(),
        TypeId::of::<i16>(),
        TypeId::of::<i32>(),
        TypeId::of::<i64>(),
        TypeId::of::<i128>(),
        TypeId::of::<isize>(),
    ]
}

#[cfg(test)]
mod tests {
    use clap::Args;

    use super::*;

    #[derive(Args)]
    struct Everything {
        text: String,
        count: u16,
        share: Option<f64>,
        #[arg(value_parser = clap::value_parser!(i64).range(-5..))]
        offset: Vec<i64>,
        #[arg(long)]
        wait: Option<std::num::NonZeroU32>,
        #[arg(long)]
        enabled: Option<bool>,
        #[arg(long)]
        force: bool,
        #[arg(long, action = clap::ArgAction::Count)]
        verbose: u8,
        #[arg(long, value_parser = ["1", "2"])]
        level: String,
    }

    #[test]
    fn the_kind_of_a_value_is_that_of_its_type() {
        let command = Everything::augment_args(clap::Command::new("all"));

        let kinds: Vec<(String, ValueKind)> = Argument::all(&Spec::new("all", "all"), &command)
            .into_iter()
            .map(|it| (it.name, it.value))
            .collect();

        let expected = [
            ("text", ValueKind::Text),
            ("count", ValueKind::Integer),
            ("share", ValueKind::Number),
            ("offset", ValueKind::Integer),
            ("wait", ValueKind::Text),
            ("enabled", ValueKind::Boolean),
            ("force", ValueKind::Boolean),
            ("verbose", ValueKind::Integer),
            ("level", ValueKind::Text),
        ];
        assert_eq!(kinds, expected.map(|(name, kind)| (name.to_owned(), kind)));
    }
}
