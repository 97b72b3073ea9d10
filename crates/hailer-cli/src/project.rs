//! The configuration that a verb works with: the one named, the one in this folder, or the demo's.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use hailer::{
    Bot, Config, Draft, Environment, Location, Module, Partly, Problems, Severity, SourceFiles,
};
use hailer_playground::PlaygroundConfig;

use crate::demo;
use crate::exit::{Exit, Failure};
use crate::output;

/// The configuration in a folder.
const FILE: &str = "hailer.toml";

/// Makes the modules of the bot; each may read tables of its own.
pub(crate) type Modules<'a> = &'a dyn Fn(&Draft) -> Vec<Module>;

/// A configuration that can be used, and the bot that it makes.
pub(crate) struct Project {
    pub(crate) bot: Bot,
    pub(crate) config: Config,
    pub(crate) warnings: Problems,
    pub(crate) source: Source,
    pub(crate) playground: PlaygroundConfig,
}

/// Where a configuration comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// This file.
    File(PathBuf),
    /// There is none, so the demo's holds.
    Demo,
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(formatter, "{}", path.display()),
            Self::Demo => formatter.write_str("demo (no hailer.toml here)"),
        }
    }
}

impl Source {
    /// Finds the configuration: the named one, else the one in this folder.
    pub(crate) fn find(named: Option<&Path>) -> Self {
        match named {
            Some(path) => Self::File(path.to_owned()),
            None if Path::new(FILE).exists() => Self::File(FILE.into()),
            None => Self::Demo,
        }
    }

    /// Reads the text of it, not yet understood.
    pub(crate) fn draft(&self, environment: &Environment) -> Result<Draft, Failure> {
        Ok(match self {
            Self::File(path) => Draft::load(path, environment)?,
            Self::Demo => demo::draft(environment)?,
        })
    }

    /// As [`Source::find`], for verbs that have no demo.
    pub(crate) fn find_file(named: Option<&Path>) -> Result<PathBuf, Failure> {
        match Self::find(named) {
            Self::File(path) => Ok(path),
            Self::Demo => Err(Failure::new(
                Exit::Config,
                "error: there is no hailer.toml in this folder\n  fix: name one with --config FILE, or run `hailer` for the demo",
            )),
        }
    }
}

/// What stands in some tables of a configuration, and what was made of them.
pub(crate) struct PartOfProject {
    pub(crate) config: Config,
    pub(crate) modules: Vec<Module>,
    pub(crate) playground: PlaygroundConfig,
}

impl PartOfProject {
    /// Reads what a verb needs that can do without the rest: the tables of these paths have to be right. That others
    /// are wrong is said in a line, and no reason to fail.
    pub(crate) fn load(
        draft: Draft,
        paths: &[&[&str]],
        modules: Modules<'_>,
    ) -> Result<Self, Failure> {
        let modules = modules(&draft);
        let playground = hailer_playground::read(&draft);
        let Partly {
            config,
            here,
            elsewhere,
            ..
        } = draft.finish_part(paths);
        if let Some(line) = in_a_line(&elsewhere) {
            output::say(&line);
        }
        if here.has_errors() {
            return Err(here.into());
        }
        Ok(Self {
            config,
            modules,
            playground,
        })
    }
}

/// Says that something is wrong that does not matter now.
fn in_a_line(problems: &Problems) -> Option<String> {
    let mut errors = problems.iter().filter(|it| it.severity == Severity::Error);
    let first = errors.next()?;
    let place = match &first.location {
        Some(Location::Line { path, line, .. }) => format!("{path}:{line}"),
        Some(Location::File { path }) => path.clone(),
        Some(Location::Variable { name }) => name.clone(),
        Some(_) | None => "the configuration".to_owned(),
    };
    let more = match errors.count() {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    Some(format!(
        "warning: something else is wrong in {place}{more}; `hailer check` tells what"
    ))
}

impl Project {
    /// Reads the configuration and puts the bot together.
    pub(crate) fn load(
        source: Source,
        listen: Option<SocketAddr>,
        environment: &Environment,
        modules: Modules<'_>,
    ) -> Result<Self, Failure> {
        Self::load_noting(
            source,
            listen,
            environment,
            (modules, &SourceFiles::default()),
        )
    }

    /// As [`Project::load`], and adds to the files what the configuration is made of, also when it is wrong.
    pub(crate) fn load_noting(
        source: Source,
        listen: Option<SocketAddr>,
        environment: &Environment,
        (modules, files): (Modules<'_>, &SourceFiles),
    ) -> Result<Self, Failure> {
        let draft = match &source {
            Source::File(path) => Draft::load_noting(path, environment, files)?,
            Source::Demo => demo::draft(environment)?,
        };
        let modules = modules(&draft);
        if source == Source::Demo {
            demo::know_tables(&draft);
        }
        let playground = hailer_playground::read(&draft);
        let loaded = draft.finish()?;
        let mut config = loaded.config;
        if let Some(listen) = listen {
            config.server.listen = listen;
        }
        if source == Source::Demo {
            demo::check_loopback(&config)?;
        }
        let bot = modules
            .into_iter()
            .fold(Bot::new(config.clone()), Bot::module);
        Ok(Self {
            bot,
            config,
            warnings: loaded.warnings,
            source,
            playground,
        })
    }
}
