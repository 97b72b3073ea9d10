//! The bot under test: each command leaves a mark that outlives it, then takes a random time.

use std::time::Duration;

use hailer::{Command, CommandError, Draft, Effect, Invocation, Module, Reply, Spec, clap};

use crate::witness::{self, Event};

/// How the bot's commands differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Changes nothing, leaves no mark.
    Look,
    /// Changes something, within the deadline.
    Note,
    /// Changes something, and takes longer than the deadline.
    Slow,
    /// A job that must not run twice.
    Work,
    /// A job that may run again.
    Safe,
    /// Changes nothing, and takes longer than the deadline.
    Long,
    /// A script that is a job.
    Script,
    /// A script that is none.
    Run,
}

/// Every kind, with its name.
pub(crate) const KINDS: [(Kind, &str); 8] = [
    (Kind::Look, "look"),
    (Kind::Note, "note"),
    (Kind::Slow, "slow"),
    (Kind::Work, "work"),
    (Kind::Safe, "safe"),
    (Kind::Long, "long"),
    (Kind::Script, "script"),
    (Kind::Run, "run"),
];

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        KINDS
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or("", |(_, name)| name)
    }

    fn takes(self) -> Duration {
        let milliseconds = match self {
            Self::Look | Self::Note => 0..5,
            Self::Slow | Self::Long => 600..900,
            Self::Work | Self::Safe => 0..60,
            // They take what a process takes.
            Self::Script | Self::Run => 0..1,
        };
        Duration::from_millis(fastrand::u64(milliseconds))
    }
}

/// The bot's modules.
pub(crate) fn modules(draft: &Draft) -> Vec<Module> {
    let commands = KINDS.iter();
    let module = commands
        .filter(|(kind, _)| !matches!(kind, Kind::Script | Kind::Run))
        .fold(Module::new("Chaos"), |module, (kind, _)| {
            module.command(Marked(*kind))
        });
    let mut modules = hailer_commands::all(draft);
    modules.push(module);
    modules
}

#[derive(Debug, clap::Args)]
struct Text {
    /// Tells calls apart.
    text: String,
}

#[derive(Debug)]
struct Marked(Kind);

impl Command for Marked {
    type Args = Text;

    fn spec(&self) -> Spec {
        let spec = Spec::new(self.0.name(), "leaves a mark");
        match self.0 {
            Kind::Look | Kind::Long => spec.effect(Effect::Read),
            Kind::Note | Kind::Slow | Kind::Script | Kind::Run => spec.effect(Effect::Write),
            Kind::Work => spec.effect(Effect::Write).job(),
            Kind::Safe => spec.effect(Effect::Write).job().idempotent(),
        }
    }

    async fn run(&self, args: Text, invocation: Invocation) -> Result<Reply, CommandError> {
        if matches!(self.0, Kind::Look | Kind::Long) {
            tokio::time::sleep(self.0.takes()).await;
            return Ok(Reply::text(args.text));
        }
        let job = invocation.job_id().unwrap_or("none").to_owned();
        witness::write(Event::Began, &job)?;
        invocation.progress(1, 2, "under way");
        tokio::time::sleep(self.0.takes()).await;
        witness::write(Event::Ended, &job)?;
        Ok(Reply::text(format!("did {}", args.text)))
    }
}
