//! From the command line to a verb, and from what became of it to an exit code.

use std::process::ExitCode;

use clap::Parser;
use hailer::{Draft, Environment, Module};

use crate::arguments::{Arguments, ReloadOptions, Verb};
use crate::exit::{Exit, Failure};
use crate::project::Modules;
use crate::{
    approvals, audit, break_glass, capture, card, chat, check, commands, completions, config_verb,
    deploy, doctor, explain, followup, holds, init, jobs, keys, listen, new, output, play, policy,
    reload, script, seen, send, serve, sign, status, store, verify, webhook,
};

/// Runs the program: reads the command line and does what it says with the commands of these modules.
///
/// Without a verb it serves what `hailer.toml` says, or the demo when there is none. Modules may read tables of
/// their own from the draft.
///
/// # Examples
///
/// ```no_run
/// # fn module() -> hailer::Module { hailer::Module::new("On call") }
/// fn main() -> std::process::ExitCode {
///     hailer_cli::main(|draft| {
///         let mut modules = vec![module()];
///         modules.extend(hailer_commands::all(draft));
///         modules
///     })
/// }
/// ```
pub fn main(modules: impl Fn(&Draft) -> Vec<Module>) -> ExitCode {
    // Before anything else: this process may be one of its own runners.
    hailer_process::runner::main();
    let arguments = Arguments::parse();
    match run(&arguments, &Environment::from_process(), &modules) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output::complain(&format!("{failure}"));
            failure.exit().into()
        }
    }
}

fn run(
    arguments: &Arguments,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    let config = arguments.config.as_deref();
    match &arguments.verb {
        None => serve::run_or_demo(config, arguments.listen, environment, modules),
        Some(Verb::Serve(options)) => {
            let listen = options.listen.or(arguments.listen);
            serve::run(config, listen, environment, modules)
        }
        Some(Verb::Play(options)) => {
            let listen = options.listen.or(arguments.listen);
            play::run(config, listen, options, environment, modules)
        }
        Some(Verb::Check(options)) => check::run(config, options, environment, modules),
        Some(Verb::Send(options)) => send::run(config, options, environment, modules),
        Some(Verb::Chat(options)) => chat::run(config, options, environment, modules),
        Some(Verb::Card(options)) => card::run(options),
        Some(Verb::Sign(options)) => sign::run(options, environment),
        Some(Verb::Verify(options)) => verify::run(options, environment),
        Some(Verb::Commands(options)) => commands::run(config, options, environment, modules),
        Some(Verb::Policy(options)) => policy::run(config, options, environment, modules),
        Some(Verb::Jobs(options)) => jobs::run(config, options, environment, modules),
        Some(Verb::Audit(options)) => audit::run(config, options, environment, modules),
        Some(Verb::Locks(options)) => holds::list(config, options, environment, modules),
        Some(Verb::Freeze(options)) => holds::freeze(config, options, environment, modules),
        Some(Verb::Unfreeze(options)) => holds::unfreeze(config, options, environment, modules),
        Some(Verb::Keys(options)) => keys::run(config, options, environment, modules),
        Some(Verb::Seen(options)) => seen::run(config, options, environment, modules),
        Some(Verb::Approvals(options)) => approvals::run(config, options, environment, modules),
        Some(Verb::BreakGlass(options)) => break_glass::run(config, options, environment, modules),
        Some(Verb::FollowUp(options)) => followup::run(config, options, environment, modules),
        Some(Verb::Store(options)) => store::run(options, environment),
        Some(Verb::Script(options)) => script::run(config, options, environment, modules),
        Some(Verb::New(options)) => new::run(options, environment),
        Some(Verb::Init(options)) => init::run(options),
        Some(Verb::Webhook(options)) => webhook::run(config, options, environment, modules),
        Some(Verb::Config(options)) => config_verb::run(config, options, environment, modules),
        Some(Verb::Doctor(options)) => doctor::run(config, options, environment, modules),
        Some(Verb::Listen(options)) => listen::run(config, options, environment, modules),
        Some(Verb::Replay(options)) => capture::replay(config, options, environment, modules),
        Some(Verb::Reload(ReloadOptions {})) => reload::run(config, environment, modules),
        Some(Verb::Status(options)) => status::run(config, options, environment),
        Some(Verb::Explain(options)) => explain::run(options),
        Some(Verb::Deploy(options)) => deploy::run(config, options, environment, modules),
        Some(Verb::Completions(options)) => completions::run(options),
    }
}
