//! A bot whose commands break, with the secret that they were given in their last words.

#![expect(clippy::panic, reason = "that is what is tried")]

use std::process::ExitCode;

use hailer::{Command, CommandError, Effect, Invocation, Module, Reply, SecretText, Spec};

#[derive(Debug, clap::Args)]
struct BreakArgs {
    /// The key
    key: SecretText,
}

#[derive(Debug)]
struct Break {
    path: &'static str,
    effect: Effect,
    is_job: bool,
}

impl Command for Break {
    type Args = BreakArgs;

    fn spec(&self) -> Spec {
        let spec = Spec::new(self.path, "Break").effect(self.effect);
        if self.is_job { spec.job() } else { spec }
    }

    async fn run(&self, args: BreakArgs, _: Invocation) -> Result<Reply, CommandError> {
        panic!("it broke with {}", args.key.expose());
    }
}

fn main() -> ExitCode {
    hailer_cli::main(|draft| {
        let mut modules = hailer_commands::all(draft);
        let commands = [
            ("break read", Effect::Read, false),
            ("break write", Effect::Write, false),
            ("break job", Effect::Write, true),
        ];
        modules.extend(commands.map(|(path, effect, is_job)| {
            Module::new("Broken").command(Break {
                path,
                effect,
                is_job,
            })
        }));
        modules
    })
}
