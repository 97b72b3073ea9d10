//! `hailer new`: a project for a bot, and commands in it, written from templates.

mod argument;
mod command;
mod files;
mod found;
mod kind;
mod name;
mod project;
mod registration;
mod source;

use hailer::Environment;

use crate::arguments::{NewOptions, NewWhat};
use crate::exit::{Exit, Failure};

pub(crate) use argument::Argument;
pub(crate) use name::{CommandName, ProjectPath};

/// Makes a project, or a command in the project that this folder belongs to.
pub(crate) fn run(options: &NewOptions, environment: &Environment) -> Result<Exit, Failure> {
    match (&options.what, &options.path) {
        (Some(NewWhat::Command(options)), _) => command::run(options),
        (None, Some(path)) => project::run(path, options, environment),
        (None, None) => Err(Failure::new(
            Exit::Usage,
            "error: the project has no name\n  fix: hailer new NAME",
        )),
    }
}
