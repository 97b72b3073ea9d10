//! `hailer completions`: what a shell needs to complete the command line.

use clap::CommandFactory;

use crate::arguments::{Arguments, CompletionsOptions};
use crate::exit::{Exit, Failure};
use crate::output;

/// Prints the completions of a shell.
pub(crate) fn run(options: &CompletionsOptions) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(
        options.shell,
        &mut Arguments::command(),
        "hailer",
        &mut script,
    );
    output::print(String::from_utf8_lossy(&script).trim_end())?;
    Ok(Exit::Fine)
}
