//! `audit` and `keys`: who asked for what here, what came of it, and by which key.

mod words;

use std::time::Duration;

use hailer::{
    AuditDesk, AuditWanted, Command, CommandError, Effect, Invocation, JobDesk, Module, Reply,
    Spec, clap, command_fn, escape, values,
};

use words::told;

/// What a phone shows without scrolling far.
const PAGE: u32 = 10;

/// Rows read for a page: what a job did is told in one line, whatever rows it has.
const ROWS: u32 = 40;

/// Makes the module.
pub fn module() -> Module {
    let jobs = JobDesk::new();
    let desk = AuditDesk::new(&jobs);
    Module::new("Audit")
        .desk(jobs)
        .command(audit(&desk))
        .command(keys(&desk))
}

/// The arguments of `audit`.
#[derive(Debug, clap::Args)]
struct AuditArgs {
    /// Of whom: @somebody, an id, or me
    person: Option<String>,
    /// Of which command
    #[arg(long, value_name = "command")]
    command: Option<String>,
    /// Since so long ago, as in 2h or 7d
    #[arg(long, value_name = "time", value_parser = values::duration)]
    since: Option<Duration>,
    /// Only this event: denied, intent, outcome, locked, …
    #[arg(long, value_name = "event")]
    event: Option<String>,
    /// Go on where a page ended: what it names
    #[arg(long, value_name = "place")]
    before: Option<String>,
}

fn audit(desk: &AuditDesk) -> impl Command {
    let desk = desk.clone();
    let spec = Spec::new("audit", "who asked for what here, and what came of it")
        .effect(Effect::Read)
        .example("audit", "the newest")
        .example("audit @Jo --since 2d", "what Jo did in two days")
        .example("audit --command deploy --event denied", "who was refused");
    command_fn(spec, move |args: AuditArgs, invocation: Invocation| {
        let desk = desk.clone();
        async move {
            let wanted = AuditWanted {
                person: args
                    .person
                    .as_deref()
                    .map(|it| person(it, &invocation))
                    .transpose()?,
                command: args.command.clone(),
                event: args.event.clone(),
                since: args.since,
                before: args.before.clone(),
                limit: ROWS,
            };
            let page = desk.list(&invocation, wanted).await?;
            let shown = usize::try_from(PAGE).unwrap_or_default();
            let (lines, last) = told(&page.items, shown, desk.times(), invocation.now());
            if lines.is_empty() {
                return Ok(Reply::text(
                    "Nothing like that is in the audit of this webhook.",
                ));
            }
            let reply = Reply::table("Audit", ["When", "Who", "What", "Came of it"], lines);
            // The page ends after the last row that is told, or after all that were read.
            let next = last.or(page.next);
            Ok(match next {
                None => reply,
                Some(next) => reply.then_markdown(format!(
                    "More: **@{} audit{} --before {next}**",
                    escape(invocation.bot()),
                    again(&args)
                )),
            })
        }
    })
}

/// Writes what was asked for as it is typed again.
fn again(args: &AuditArgs) -> String {
    let mut text = String::new();
    if let Some(person) = &args.person {
        text.push_str(&format!(" \"{person}\""));
    }
    for (name, value) in [
        ("command", args.command.clone()),
        ("since", args.since.map(|it| format!("{}s", it.as_secs()))),
        ("event", args.event.clone()),
    ] {
        if let Some(value) = value {
            text.push_str(&format!(" --{name} \"{value}\""));
        }
    }
    escape(&text).into_owned()
}

fn person(typed: &str, invocation: &Invocation) -> Result<String, CommandError> {
    if typed.eq_ignore_ascii_case("me") {
        let own = invocation.sender().id().map(ToString::to_string);
        return own.ok_or_else(|| CommandError::told("Teams sends no id for you."));
    }
    let name = typed.trim_start_matches('@');
    Ok(match invocation.people_called(name) {
        [one] => one.to_string(),
        _ => name.to_owned(),
    })
}

fn keys(desk: &AuditDesk) -> impl Command {
    let desk = desk.clone();
    let spec = Spec::new(
        "keys",
        "which keys of this webhook were used, and from where",
    )
    .effect(Effect::Read)
    .example("keys", "each key by its label, with its networks");
    command_fn(spec, move |_: hailer::NoArgs, invocation: Invocation| {
        let desk = desk.clone();
        async move {
            let uses = desk.keys(&invocation).await?;
            if uses.is_empty() {
                return Ok(Reply::text("No use of a key was noted yet."));
            }
            let rows = uses
                .iter()
                .map(|used| [used.label.clone(), used.network.clone()]);
            Ok(Reply::table("Keys", ["Key", "Used from"], rows))
        }
    })
}
