//! The command modules that come with Hailer, in the order in which help lists them.

pub mod alerts;
pub mod approve;
pub mod audit;
mod backend;
pub mod certificate;
pub mod deploy;
mod echo;
#[cfg(test)]
mod fake;
mod help;
pub mod holds;
pub mod incident;
pub mod jobs;
mod last;
mod moment;
pub mod oncall;
mod permission;
mod ping;
pub mod query;
pub mod runbook;
pub mod schedule;
pub mod script;
pub mod status;
mod whoami;

use hailer::{Draft, HoldDesk, JobDesk, Module};

pub use backend::Backend;
pub use echo::Echo;
pub use help::Help;
pub use last::Last;
pub use permission::{Can, Why};
pub use ping::Ping;
pub use whoami::Whoami;

/// Reads what the modules need from the configuration and returns all of them.
///
/// Problems are noted in the draft, so that they are told together with all others.
pub fn all(draft: &Draft) -> Vec<Module> {
    let prometheus = query::read(draft);
    vec![
        status::module(status::read(draft, prometheus.as_ref())),
        alerts::module(alerts::read(draft)),
        query::module(prometheus),
        oncall::module(oncall::read(draft)),
        runbook::module(runbook::read(draft)),
        schedule::module(schedule::read(draft)),
        incident::module(incident::read(draft)),
        deploy::module(deploy::read(draft)),
        script::module(script::read(draft)),
        jobs::module(),
        holds::module(),
        audit::module(),
        approve::module(),
        builtin(),
    ]
}

/// Returns the commands that every bot has.
pub fn builtin() -> Module {
    let jobs = JobDesk::new();
    let holds = HoldDesk::new(&jobs);
    Module::new("This bot")
        .desk(jobs.clone())
        .command(Help)
        .command(Whoami)
        .command(Why::new(&holds))
        .command(Can::new(&holds))
        .command(Last::new(&jobs))
        .command(Ping)
        .command(Echo)
}
