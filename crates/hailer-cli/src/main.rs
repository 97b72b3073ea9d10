//! The binary `hailer`: the demo, the server, and what helps to run it.

mod arguments;
mod check;
mod commands;
mod completions;
mod demo;
mod exit;
mod log;
mod output;
mod project;
mod send;
mod serve;
mod sign;
mod token;
mod verify;

use std::process::ExitCode;

use clap::Parser;
use hailer::Environment;

use arguments::{Arguments, Verb};
use exit::Exit;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments, &Environment::from_process()) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output::complain(&format!("{failure}"));
            failure.exit().into()
        }
    }
}

fn run(arguments: &Arguments, environment: &Environment) -> Result<Exit, exit::Failure> {
    let config = arguments.config.as_deref();
    match &arguments.verb {
        None => serve::run_or_demo(config, arguments.listen, environment),
        Some(Verb::Serve(options)) => {
            serve::run(config, options.listen.or(arguments.listen), environment)
        }
        Some(Verb::Check(options)) => check::run(config, options, environment),
        Some(Verb::Send(options)) => send::run(config, options, environment),
        Some(Verb::Sign(options)) => sign::run(options, environment),
        Some(Verb::Verify(options)) => verify::run(options, environment),
        Some(Verb::Commands(options)) => commands::run(config, options, environment),
        Some(Verb::Completions(options)) => completions::run(options),
    }
}
