//! `[script.NAME]` and `[http.NAME]`: any executable or service as a command, with typed arguments, help, permissions
//! and limits.
//!
//! Decision: what people type reaches a program as single words of its argument vector, each checked against the type
//! that the configuration declares, and nowhere else; there is no shell. The price is that pipes need a script file.

mod argument;
mod choices;
mod config;
mod context;
mod program;
mod progress;
mod resolve;
mod run;
mod service;
mod show;
mod table;
mod template;
mod trial;
mod value;
mod version;

use std::sync::Arc;

use hailer::clap::{self, ArgMatches};
use hailer::{CommandError, CommandResult, DynamicCommand, Invocation, Module, Spec, WorkProcess};
use hailer_process::{Identity, Launcher};

pub(crate) use config::{PATH, read_environment, read_program};
pub(crate) use program::{REFUSED, watched};
pub(crate) use show::{clean, last_lines};

pub use argument::{ArgumentType, ScriptArgument};
pub use config::{Executable, OutputKind, Script, Work, read};
pub use context::Context;
pub use progress::{ProgressLine, ProgressLineError, Told};
pub use run::{Finished, run};
pub use service::{Network, NetworkError, Service, ServiceUrl, UrlRefusal};
pub use template::{Template, TemplateError};
pub use trial::{Trial, try_out};
pub use value::{Value, ValueRefusal};

use choices::Choices;

/// Makes the module for these scripts.
pub fn module(scripts: Vec<Script>) -> Module {
    let launcher = Launcher::find();
    let add = |module: Module, script| module.dynamic(ScriptCommand::new(script, launcher.clone()));
    scripts.into_iter().fold(Module::new("Scripts"), add)
}

/// A script as a command.
#[derive(Debug)]
struct ScriptCommand {
    script: Arc<Script>,
    launcher: Launcher,
    choices: Choices,
}

impl ScriptCommand {
    fn new(script: Script, launcher: Launcher) -> Self {
        Self {
            script: Arc::new(script),
            launcher,
            choices: Choices::default(),
        }
    }

    async fn resolve(
        &self,
        arguments: &ArgMatches,
        invocation: &Invocation,
    ) -> Result<Vec<(String, Value)>, CommandError> {
        let mut values = Vec::new();
        for argument in &self.script.arguments {
            let value =
                resolve::resolve(argument, arguments, Some(invocation), &self.choices).await?;
            values.push((argument.name.clone(), value));
        }
        Ok(values)
    }
}

impl DynamicCommand for ScriptCommand {
    fn spec(&self) -> Spec {
        self.script.spec()
    }

    fn arguments(&self, command: clap::Command) -> clap::Command {
        let arguments = self.script.arguments.iter().map(ScriptArgument::to_clap);
        command.args(arguments)
    }

    fn version(&self) -> String {
        version::version(&self.script)
    }

    async fn check(
        &self,
        arguments: &ArgMatches,
        invocation: &Invocation,
    ) -> Result<(), CommandError> {
        self.resolve(arguments, invocation).await.map(drop)
    }

    async fn run(&self, arguments: ArgMatches, invocation: Invocation) -> CommandResult {
        let values = self.resolve(&arguments, &invocation).await?;
        let context = Context::of(&invocation, values, self.script.time_limit);
        let cancellation = invocation.cancellation().clone();
        let noting = invocation.clone();
        let note = |identity: Option<Identity>| async move {
            noting.note_start(identity.and_then(work_process)).await
        };
        let tell = move |told: Told<'_>| told.note(&invocation);
        run(
            &self.script,
            &self.launcher,
            &context,
            &cancellation,
            note,
            tell,
        )
        .await
        .into_result()
    }
}

/// Names a process for the store.
pub(crate) fn work_process(identity: Identity) -> Option<WorkProcess> {
    Some(WorkProcess {
        host_boot: identity.boot_id,
        pid: identity.pid.try_into().ok()?,
        start_ticks: identity.start_time,
        run_id: identity.run_id,
    })
}

#[cfg(test)]
mod tests;
