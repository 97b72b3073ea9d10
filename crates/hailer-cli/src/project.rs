//! The configuration that a verb works with: the one named, the one in this folder, or the demo's.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use hailer::{Bot, Config, Draft, Environment, Module, Problems, SourceFiles};
use hailer_playground::PlaygroundConfig;

use crate::demo;
use crate::exit::{Exit, Failure};

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
