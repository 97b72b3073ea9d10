//! What a script takes: the arguments that its configuration declares.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use hailer::clap::{self, Arg, ArgAction};
use regex::Regex;

use crate::script::value::{self, ValueRefusal};

/// An argument of a script.
#[derive(Debug, Clone)]
pub struct ScriptArgument {
    /// The name, as placeholders and options have it.
    pub name: String,
    /// What it is, for help.
    pub help: String,
    /// What its value has to be.
    pub kind: ArgumentType,
    /// Whether it may be left out.
    pub is_optional: bool,
    /// Whether several may be given.
    pub is_list: bool,
    /// Whether it is given by its place, and not as `--name`.
    pub is_positional: bool,
    /// Whether a value may begin with `-`, so that the program may take it for an option.
    pub allows_dash: bool,
    /// What holds when it is left out.
    pub default: Option<String>,
}

/// What a value has to be.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ArgumentType {
    /// Any text without characters that cannot be seen; with `lines` it may have line breaks.
    Text {
        /// Whether line breaks and tabs are taken.
        lines: bool,
    },
    /// A whole number.
    Integer {
        /// The least.
        least: Option<i64>,
        /// The greatest.
        most: Option<i64>,
    },
    /// A number.
    Number {
        /// The least.
        least: Option<i64>,
        /// The greatest.
        most: Option<i64>,
    },
    /// `--name`, there or not.
    Flag,
    /// One of these.
    Choice {
        /// The values.
        choices: Vec<String>,
    },
    /// One of the lines that a program prints.
    ChoiceFrom {
        /// The program and its arguments; nothing that anybody typed is among them.
        program: Vec<String>,
        /// How long its answer holds.
        cache: Duration,
    },
    /// `90s`, `5m`, `1h30m`.
    Duration,
    /// `2026-11-24`, `2026-11-24T15:30:00Z`.
    DateTime,
    /// `2.42.0`.
    Version,
    /// `https://example.com`.
    Url,
    /// A name or an address.
    Host,
    /// A path below a root, also after symbolic links.
    Path {
        /// The root.
        root: PathBuf,
    },
    /// Somebody who is mentioned, or `me`; the program gets the id.
    Person,
    /// What a regular expression matches as a whole.
    Pattern(Pattern),
    /// A text that is masked in everything that is shown or kept, and never stands on a command line.
    Secret,
}

impl ArgumentType {
    /// Says what a value is, for help, when the configuration says no more.
    pub fn in_words(&self) -> &'static str {
        match self {
            Self::Text { .. } | Self::Pattern(_) => "a text",
            Self::Integer { .. } => "a whole number",
            Self::Number { .. } => "a number",
            Self::Flag => "say it, or leave it out",
            Self::Choice { .. } | Self::ChoiceFrom { .. } => "one of a list",
            Self::Duration => "a time span like 90s or 5m",
            Self::DateTime => "a date, or a date with a time",
            Self::Version => "a version like 2.42.0",
            Self::Url => "an address that begins with https://",
            Self::Host => "a host",
            Self::Path { .. } => "a file or folder",
            Self::Person => "somebody who is mentioned, or me",
            Self::Secret => "a secret",
        }
    }
}

/// A regular expression for a whole value.
#[derive(Debug, Clone)]
pub struct Pattern {
    shown: String,
    regex: Arc<Regex>,
}

impl Pattern {
    /// Compiles an expression.
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn new(pattern: &str) -> Result<Self, regex::Error> {
        Ok(Self {
            shown: pattern.to_owned(),
            regex: compiled(pattern)?,
        })
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    pub(super) fn shown(&self) -> &str {
        &self.shown
    }
}

/// Compiles an expression, or finds it where it is in use: many scripts take the same tickets and names, and a
/// configuration that is read again has those of the one before.
fn compiled(pattern: &str) -> Result<Arc<Regex>, regex::Error> {
    static IN_USE: Mutex<BTreeMap<String, Weak<Regex>>> = Mutex::new(BTreeMap::new());
    let mut in_use = IN_USE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(regex) = in_use.get(pattern).and_then(Weak::upgrade) {
        return Ok(regex);
    }
    in_use.retain(|_, it| it.strong_count() > 0);
    // By itself first: `x)|(?:y` is an expression only within the anchors, and would break out of them.
    Regex::new(pattern)?;
    // Anchors of our own: `^a|b$` would match more than it seems to.
    let regex = Arc::new(Regex::new(&format!(r"\A(?:{pattern})\z"))?);
    in_use.insert(pattern.to_owned(), Arc::downgrade(&regex));
    Ok(regex)
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.shown == other.shown
    }
}

impl ScriptArgument {
    /// Declares an argument that is needed.
    pub fn new(name: impl Into<String>, help: impl Into<String>, kind: ArgumentType) -> Self {
        Self {
            name: name.into(),
            help: help.into(),
            is_positional: kind != ArgumentType::Flag,
            is_optional: kind == ArgumentType::Flag,
            kind,
            is_list: false,
            allows_dash: false,
            default: None,
        }
    }

    pub(super) fn is_flag(&self) -> bool {
        self.kind == ArgumentType::Flag
    }

    /// A negative number is meant where the configuration says that there may be one.
    pub(super) fn may_begin_with_dash(&self) -> bool {
        let may_be_negative = match &self.kind {
            ArgumentType::Integer { least, .. } | ArgumentType::Number { least, .. } => {
                least.is_some_and(|it| it < 0)
            }
            _ => false,
        };
        self.allows_dash || may_be_negative
    }

    pub(super) fn to_clap(&self) -> Arg {
        let arg = Arg::new(self.name.clone()).help(self.help.clone());
        if self.is_flag() {
            return arg.long(self.name.clone()).action(ArgAction::SetTrue);
        }
        let is_required = !self.is_optional && self.default.is_none();
        let arg = match (self.is_positional, self.is_list) {
            (true, false) => arg,
            (true, true) => arg.num_args(1..),
            (false, false) => arg.long(self.name.clone()),
            (false, true) => arg.long(self.name.clone()).action(ArgAction::Append),
        };
        let arg = self.with_parser(arg.required(is_required).allow_hyphen_values(true));
        match &self.default {
            Some(default) => arg.default_value(default.clone()),
            None => arg,
        }
    }

    fn with_parser(&self, arg: Arg) -> Arg {
        let own = self.clone();
        match &self.kind {
            ArgumentType::Choice { choices } => arg
                .ignore_case(true)
                .value_parser(clap::builder::PossibleValuesParser::new(choices.clone())),
            // The types tell help and tool schemas what the values are.
            ArgumentType::Integer { .. } => arg.value_parser(move |typed: &str| {
                let value = value::read(&own, typed)?;
                value.parse::<i64>().map_err(|_| ValueRefusal::NoInteger)
            }),
            ArgumentType::Number { .. } => arg.value_parser(move |typed: &str| {
                let value = value::read(&own, typed)?;
                value.parse::<f64>().map_err(|_| ValueRefusal::NoNumber)
            }),
            _ => arg.value_parser(move |typed: &str| value::read(&own, typed)),
        }
    }
}
