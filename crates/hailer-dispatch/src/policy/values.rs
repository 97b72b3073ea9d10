//! The values of arguments as rules see them: after clap has read them, each in its one spelling.
//!
//! A rule on what was typed could be dodged by typing it differently: `PROD`, an alias, `007`.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::fmt::Display;

use clap::{Arg, ArgMatches};

/// The values of the arguments that rules ask for. An argument that was not given and has no default is not in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Values(BTreeMap<String, Vec<String>>);

impl Values {
    /// Takes the values of these arguments from what clap read.
    pub(crate) fn read(declared: &clap::Command, matches: &ArgMatches, names: &[String]) -> Self {
        let wanted = declared
            .get_arguments()
            .map(|arg| (name_of(arg), arg))
            .filter(|(name, _)| names.contains(name));
        Self(
            wanted
                .filter_map(|(name, arg)| Some((name, canonical(arg, matches)?)))
                .collect(),
        )
    }

    pub(super) fn get(&self, name: &str) -> Option<&[String]> {
        self.0.get(name).map(Vec::as_slice)
    }
}

/// Returns the name by which help and rules call an argument.
pub(crate) fn name_of(arg: &Arg) -> String {
    arg.get_long()
        .map_or_else(|| arg.get_id().as_str().replace('_', "-"), str::to_owned)
}

/// Says whether each value of an argument has one spelling here, so that a rule which denies cannot be dodged.
pub(crate) fn is_canonical(arg: &Arg) -> bool {
    let parsed = arg.get_value_parser().type_id();
    !arg.get_possible_values().is_empty() || READERS.iter().any(|(kind, _)| parsed == kind())
}

type Reader = fn(&ArgMatches, &str) -> Option<Vec<String>>;

/// How each plain type is read back from clap.
const READERS: [(fn() -> TypeId, Reader); 16] = [
    (TypeId::of::<String>, shown::<String>),
    (TypeId::of::<bool>, shown::<bool>),
    (TypeId::of::<u8>, shown::<u8>),
    (TypeId::of::<u16>, shown::<u16>),
    (TypeId::of::<u32>, shown::<u32>),
    (TypeId::of::<u64>, shown::<u64>),
    (TypeId::of::<u128>, shown::<u128>),
    (TypeId::of::<usize>, shown::<usize>),
    (TypeId::of::<i8>, shown::<i8>),
    (TypeId::of::<i16>, shown::<i16>),
    (TypeId::of::<i32>, shown::<i32>),
    (TypeId::of::<i64>, shown::<i64>),
    (TypeId::of::<i128>, shown::<i128>),
    (TypeId::of::<isize>, shown::<isize>),
    (TypeId::of::<f32>, shown::<f32>),
    (TypeId::of::<f64>, shown::<f64>),
];

fn shown<T: Any + Clone + Send + Sync + Display>(
    matches: &ArgMatches,
    id: &str,
) -> Option<Vec<String>> {
    let values = matches.try_get_many::<T>(id).ok()??;
    Some(values.map(ToString::to_string).collect())
}

fn canonical(arg: &Arg, matches: &ArgMatches) -> Option<Vec<String>> {
    let id = arg.get_id().as_str();
    let parsed = arg.get_value_parser().type_id();
    let choices = arg.get_possible_values();
    if choices.is_empty() || parsed == TypeId::of::<bool>() {
        let reader = READERS.iter().find(|(kind, _)| parsed == kind());
        if let Some(values) = reader.and_then(|(_, read)| read(matches, id)) {
            return Some(values);
        }
    }
    let raw = matches.try_get_raw(id).ok()??;
    let ignores_case = arg.is_ignore_case_set();
    Some(
        raw.map(|value| {
            let typed = value.to_string_lossy();
            let choice = choices.iter().find(|it| it.matches(&typed, ignores_case));
            choice.map_or_else(|| typed.into_owned(), |it| it.get_name().to_owned())
        })
        .collect(),
    )
}

#[cfg(test)]
mod tests {
    use clap::{Args, ValueEnum};

    use super::*;

    #[derive(Debug, Clone, ValueEnum)]
    enum Environment {
        Staging,
        #[value(alias = "live")]
        Prod,
    }

    #[derive(Debug, Args)]
    struct Everything {
        #[arg(long, ignore_case = true)]
        env: Environment,
        #[arg(long, default_value_t = 1)]
        batch: u8,
        #[arg(long)]
        dry_run: bool,
        #[arg(long)]
        service: Vec<String>,
        #[arg(long, value_parser = ["a", "b"])]
        kind: Option<String>,
        #[arg(long, value_parser = |typed: &str| Ok::<_, String>(typed.trim().to_lowercase()))]
        region: Option<String>,
        #[arg(long)]
        note: Option<String>,
        #[arg(long, action = clap::ArgAction::Count)]
        loud: u8,
    }

    fn values(typed: &[&str]) -> Values {
        let command = Everything::augment_args(clap::Command::new("x").no_binary_name(true));
        let names: Vec<String> = command.get_arguments().map(name_of).collect();
        let matches = command.clone().try_get_matches_from(typed).unwrap();
        Values::read(&command, &matches, &names)
    }

    #[test]
    fn each_value_has_one_spelling() {
        for (typed, name, expected) in [
            (vec!["--env", "prod"], "env", "prod"),
            (vec!["--env", "PROD"], "env", "prod"),
            (vec!["--env", "Live"], "env", "prod"),
            (vec!["--env", "prod"], "batch", "1"),
            (vec!["--env", "prod", "--batch", "+007"], "batch", "7"),
            (vec!["--env", "prod"], "dry-run", "false"),
            (vec!["--env", "prod", "--dry-run"], "dry-run", "true"),
            (vec!["--env", "prod", "--kind", "b"], "kind", "b"),
            (vec!["--env", "prod", "--region", " EU "], "region", "eu"),
            (vec!["--env", "prod", "--loud", "--loud"], "loud", "2"),
        ] {
            let values = values(&typed);
            assert_eq!(
                values.get(name),
                Some(&[expected.to_owned()][..]),
                "{typed:?}"
            );
        }
    }

    #[test]
    fn what_is_given_many_times_is_seen_whole_and_what_is_not_given_not_at_all() {
        let values = values(&["--env", "prod", "--service", "api", "--service", "web"]);

        assert_eq!(values.get("service").map(<[String]>::len), Some(2));
        assert_eq!(values.get("note"), None);
    }
}
