//! `incident`: what goes wrong, who does what about it, and what happened when.

mod log;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeMap;

use chrono::DateTime;
use chrono_tz::Tz;
use hailer::{
    Command, CommandError, Draft, Effect, Invocation, JobDesk, Module, ModuleState, Reply, Spec,
    Witness, clap, command_fn,
};

use log::{Closed, Entry, Incident, Log, Place, Scope, What, millis};
use words::Jobs;

use crate::moment::{in_zone, usual_zone};

/// How many jobs of a timeline are looked up.
const MOST_JOBS: usize = 50;

const LONGEST_TITLE: usize = 200;

/// What the configuration says of incidents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// In which zone moments are shown.
    pub zone: Tz,
    /// Whether what is run anywhere in the channel belongs to the only incident that is open there.
    pub has_whole_channel: bool,
}

/// Reads `[incident]`; without the table there are no such commands.
pub fn read(draft: &Draft) -> Option<Settings> {
    let section = draft.section("incident");
    section.is_present().then(|| Settings {
        zone: usual_zone(draft),
        has_whole_channel: section
            .choice("scope", &[("thread", false), ("channel", true)])
            .unwrap_or(false),
    })
}

/// Makes the module; without settings it has no commands.
pub fn module(settings: Option<Settings>) -> Module {
    let module = Module::new("Incidents");
    let Some(settings) = settings else {
        return module;
    };
    let desk = Desk {
        settings,
        log: Log(ModuleState::new("incident")),
        jobs: JobDesk::new(),
    };
    module
        .command(open(&desk))
        .command(note(&desk))
        .command(timeline(&desk))
        .command(assign(&desk))
        .command(severity(&desk))
        .command(close(&desk))
        .command(list(&desk))
        .command(show(&desk))
        .command(export(&desk))
        .desk(desk.jobs.clone())
        .state(desk.log.0.clone())
        .witness(witness(&desk))
}

/// Writes commands down that are run where an incident is open.
fn witness(desk: &Desk) -> Witness {
    let (log, scope) = (desk.log.clone(), desk.seen());
    Witness::new(move |happened| {
        let log = log.clone();
        async move {
            if let Err(error) = log.saw(&happened, scope).await {
                let cause = error.log_text();
                let command = happened.command;
                tracing::error!(
                    command,
                    cause,
                    "a command is missing in the timeline of an incident"
                );
            }
        }
    })
}

/// What all commands know.
#[derive(Debug, Clone)]
struct Desk {
    settings: Settings,
    log: Log,
    jobs: JobDesk,
}

impl Desk {
    fn now(&self, invocation: &Invocation) -> DateTime<Tz> {
        in_zone(invocation.now(), self.settings.zone)
    }

    /// Where what people run belongs to an incident.
    fn seen(&self) -> Scope {
        if self.settings.has_whole_channel {
            Scope::Channel
        } else {
            Scope::Thread
        }
    }

    /// Finds the incident that somebody means: the one they name, else the one of the thread, else the only one that is
    /// open in the channel.
    async fn find(
        &self,
        invocation: &Invocation,
        named: Option<u32>,
    ) -> Result<Incident, CommandError> {
        if let Some(number) = named {
            let found = self.log.get(invocation.webhook(), number).await?;
            return found.ok_or_else(|| {
                CommandError::told(format!(
                    "There is no INC-{number} here. Those there are: incident list"
                ))
            });
        }
        let found = self
            .log
            .here(&Place::of(invocation), Scope::Channel)
            .await?;
        if let Some(found) = found {
            return Ok(found);
        }
        let open = self.log.open_in_channel(&Place::of(invocation)).await?;
        let names: Vec<String> = open
            .iter()
            .map(|it| format!("INC-{} {}", it.number, it.title))
            .collect();
        Err(CommandError::told(match open.first() {
            Some(first) => format!(
                "More than one is open here: {}. Name the one you mean: incident show INC-{}, incident note INC-{} …",
                names.join(", "),
                first.number,
                first.number
            ),
            None => "No incident is open in this thread. Name one, like INC-3 (incident list has them), or begin one: \
                 incident open sev2 \"checkout is down\""
                .to_owned(),
        }))
    }

    /// Looks up how the jobs of a timeline are by now.
    async fn jobs(&self, entries: &[Entry]) -> Jobs {
        let ids = entries.iter().rev().filter_map(|entry| match &entry.what {
            What::Command { job, .. } => job.as_ref(),
            What::Note(_) | What::Change(_) => None,
        });
        let mut jobs = Jobs::new();
        for id in ids.take(MOST_JOBS) {
            // What is no longer kept, or cannot be looked up now, is named by its id alone.
            if let Ok(Some(job)) = self.jobs.kept(id).await {
                jobs.insert(id.clone(), job.state.to_string());
            }
        }
        jobs
    }
}

/// Makes a line of a timeline of what somebody says now, and names the message.
fn entry(invocation: &Invocation, what: What) -> (Entry, String) {
    let id = invocation.activity().id.as_ref();
    let message = id.map_or_else(|| invocation.request_id().to_string(), ToString::to_string);
    let entry = Entry {
        at_ms: millis(invocation.now()),
        who: invocation.sender().name().to_owned(),
        what,
    };
    (entry, message)
}

/// Reads `INC-3` or `3`.
fn number(typed: &str) -> Option<u32> {
    let typed = typed.trim();
    let digits = match typed.get(..4) {
        Some(prefix) if prefix.eq_ignore_ascii_case("inc-") => typed.get(4..)?,
        Some(_) | None => typed,
    };
    digits.parse().ok()
}

fn read_number(typed: &str) -> Result<u32, String> {
    number(typed).ok_or_else(|| "an incident is named like INC-3".to_owned())
}

/// Takes `INC-3` from the beginning of a text; a bare number there is part of what is said.
fn split_number(text: &str) -> (Option<u32>, &str) {
    let text = text.trim();
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let is_named = first.to_lowercase().starts_with("inc-");
    match number(first).filter(|_| is_named) {
        Some(number) => (Some(number), rest.trim()),
        None => (None, text),
    }
}

/// Takes quotes away that stand round a whole text.
fn unquoted(text: &str) -> &str {
    let text = text.trim();
    let pairs = [
        ('"', '"'),
        ('“', '”'),
        ('„', '“'),
        ('«', '»'),
        ('\'', '\''),
        ('”', '”'),
    ];
    let inner = pairs.iter().find_map(|(open, close)| {
        let inner = text.strip_prefix(*open)?.strip_suffix(*close)?;
        (!inner.contains([*open, *close])).then_some(inner)
    });
    inner.unwrap_or(text).trim()
}

fn read_severity(typed: &str) -> Result<u8, String> {
    let lower = typed.to_lowercase();
    let digits = lower
        .trim_start_matches("sev")
        .trim_start_matches(['-', 'p', 's']);
    let severity = digits.parse().ok().filter(|it| (1..=4).contains(it));
    severity.ok_or_else(|| "it is sev1 (the worst), sev2, sev3 or sev4".to_owned())
}

/// What `incident open` takes.
#[derive(Debug, clap::Args)]
struct OpenArgs {
    /// sev1 (the worst) to sev4
    #[arg(value_parser = read_severity)]
    severity: u8,
    /// What goes wrong
    title: String,
}

fn open(desk: &Desk) -> impl Command {
    let desk = desk.clone();
    let spec = Spec::new("incident open", "begin an incident in this thread")
        .effect(Effect::Write)
        .despite_holds()
        .rest_of_message("title")
        .example(
            "incident open sev2 \"checkout is down\"",
            "what is run in this thread is noted",
        );
    command_fn(spec, move |args: OpenArgs, invocation: Invocation| {
        let desk = desk.clone();
        async move {
            let title = unquoted(&args.title).split_whitespace();
            let title = title.collect::<Vec<_>>().join(" ");
            if title.is_empty() || title.len() > LONGEST_TITLE {
                return Err(CommandError::told(format!(
                    "A title has 1 to {LONGEST_TITLE} characters; notes may be longer: incident note …"
                )));
            }
            let incident = Incident {
                number: 0,
                title,
                severity: args.severity,
                place: Place::of(&invocation),
                opened_ms: millis(invocation.now()),
                by: invocation.sender().name().to_owned(),
                roles: BTreeMap::new(),
                closed: None,
            };
            let incident = desk.log.open(incident).await?;
            let what = What::Change(format!("opened as sev{}", args.severity));
            let (line, message) = entry(&invocation, what);
            desk.log.note(&incident, &line, &message).await?;
            let reply = words::one(&incident, &[], &Jobs::new(), desk.now(&invocation));
            let bot = invocation.bot();
            Ok(reply.then_list(
                "Then",
                [
                    format!("@{bot} incident assign me commander"),
                    format!("@{bot} incident note what you see"),
                    format!("@{bot} incident close \"what it was\""),
                ],
            ))
        }
    })
}

/// What commands take that say something.
#[derive(Debug, clap::Args)]
struct SayArgs {
    /// What to say, behind the id of an incident when another is meant than that of the thread
    text: String,
}

fn note(desk: &Desk) -> impl Command {
    let desk = desk.clone();
    let spec = Spec::new("incident note", "write something in the timeline")
        .effect(Effect::Write)
        .despite_holds()
        .rest_of_message("text")
        .example(
            "incident note db-2 is full since 14:02",
            "with your name and the time",
        )
        .example(
            "incident note INC-3 mail is slow too",
            "of another thread's incident",
        );
    command_fn(spec, move |args: SayArgs, invocation: Invocation| {
        let desk = desk.clone();
        async move {
            let (named, text) = split_number(&args.text);
            let text = unquoted(text);
            if text.is_empty() {
                return Err(CommandError::told("What is to be noted?"));
            }
            let incident = desk.find(&invocation, named).await?;
            let (line, message) = entry(&invocation, What::Note(text.to_owned()));
            desk.log.note(&incident, &line, &message).await?;
            Ok(Reply::text(format!("Noted in {}.", incident.id())))
        }
    })
}

/// What commands take that show one incident.
#[derive(Debug, clap::Args)]
struct OneArgs {
    /// INC-3; that of this thread when left out
    #[arg(value_parser = read_number)]
    incident: Option<u32>,
}

/// How an incident is shown.
type Show = fn(&Incident, &[Entry], &Jobs, DateTime<Tz>) -> Reply;

fn shown(desk: &Desk, spec: Spec, show: Show) -> impl Command {
    let desk = desk.clone();
    let spec = spec.effect(Effect::Read);
    command_fn(spec, move |args: OneArgs, invocation: Invocation| {
        let desk = desk.clone();
        async move {
            let incident = desk.find(&invocation, args.incident).await?;
            let entries = desk.log.entries(&incident).await?;
            let jobs = desk.jobs(&entries).await;
            Ok(show(&incident, &entries, &jobs, desk.now(&invocation)))
        }
    })
}

fn timeline(desk: &Desk) -> impl Command {
    let spec = Spec::new(
        "incident timeline",
        "what happened when, with the commands run",
    )
    .example("incident timeline", "of this thread's incident");
    shown(desk, spec, words::timeline)
}

fn show(desk: &Desk) -> impl Command {
    let spec = Spec::new("incident show", "how an incident is, and who does what")
        .alias("incident")
        .example("incident show", "this thread's")
        .example("incident show INC-3", "another one");
    shown(desk, spec, words::one)
}

fn export(desk: &Desk) -> impl Command {
    let spec = Spec::new("incident export", "an incident as Markdown, to be kept")
        .example("incident export INC-3", "for the review");
    shown(desk, spec, |incident, entries, jobs, now| {
        Reply::code(words::export(incident, entries, jobs, now.timezone()))
    })
}

/// What `incident assign` takes.
#[derive(Debug, clap::Args)]
struct AssignArgs {
    /// Who: me, a name, or a mention
    person: String,
    /// Does what: commander, communications, scribe, or another word
    role: String,
}

/// Tells a person and a role apart, and an incident that stands before them.
fn who_and_what(first: &str, rest: &str) -> (Option<u32>, String, String) {
    let rest = rest.trim();
    let is_named = first.to_lowercase().starts_with("inc-");
    if let Some(number) = number(first).filter(|_| is_named) {
        let (first, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let (_, person, role) = who_and_what(first, rest);
        return (Some(number), person, role);
    }
    let bare = unquoted(rest);
    // Who says the role first means the same.
    if bare.starts_with('@') || bare.eq_ignore_ascii_case("me") {
        return (None, bare.to_owned(), first.to_owned());
    }
    match bare.rsplit_once(char::is_whitespace) {
        Some((names, role)) if !first.contains(' ') && !first.eq_ignore_ascii_case("me") => {
            (None, format!("{first} {names}"), role.to_owned())
        }
        Some(_) | None => (None, first.to_owned(), bare.to_owned()),
    }
}

fn assign(desk: &Desk) -> impl Command {
    let desk = desk.clone();
    let spec = Spec::new("incident assign", "say who does what")
        .effect(Effect::Write)
        .despite_holds()
        .rest_of_message("role")
        .example("incident assign me commander", "you lead")
        .example("incident assign @Jo Lind scribe", "a mention, or a name");
    command_fn(spec, move |args: AssignArgs, invocation: Invocation| {
        let desk = desk.clone();
        async move {
            let (named, person, role) = who_and_what(&args.person, &args.role);
            let person = match unquoted(&person).trim_start_matches('@').trim() {
                me if me.eq_ignore_ascii_case("me") => invocation.sender().name().to_owned(),
                person => person.to_owned(),
            };
            let role = role.trim().to_lowercase();
            if person.is_empty() || role.is_empty() {
                return Err(CommandError::told(
                    "Who does what? Like: incident assign me commander",
                ));
            }
            let incident = desk.find(&invocation, named).await?;
            let what = What::Change(format!("{role}: {person}"));
            let (line, message) = entry(&invocation, what);
            let given = (role.clone(), person.clone());
            let change = |it: &mut Incident| {
                it.roles.insert(given.0.clone(), given.1.clone());
            };
            let incident = desk.log.change(&incident, (line, &message), change).await?;
            Ok(Reply::text(format!(
                "{} is {role} of {}.",
                person,
                incident.id()
            )))
        }
    })
}

/// What `incident severity` takes.
#[derive(Debug, clap::Args)]
struct SeverityArgs {
    /// sev1 (the worst) to sev4
    #[arg(value_parser = read_severity)]
    severity: u8,
    /// INC-3; that of this thread when left out
    #[arg(long, value_parser = read_number)]
    of: Option<u32>,
}

fn severity(desk: &Desk) -> impl Command {
    let desk = desk.clone();
    let spec = Spec::new("incident severity", "say that it is worse, or not so bad")
        .effect(Effect::Write)
        .despite_holds()
        .example("incident severity sev1", "the worst");
    command_fn(spec, move |args: SeverityArgs, invocation: Invocation| {
        let desk = desk.clone();
        async move {
            let incident = desk.find(&invocation, args.of).await?;
            let severity = args.severity;
            let before = incident.severity;
            let what = What::Change(format!("sev{before} → sev{severity}"));
            let (line, message) = entry(&invocation, what);
            let change = |it: &mut Incident| it.severity = severity;
            let incident = desk.log.change(&incident, (line, &message), change).await?;
            Ok(Reply::text(format!(
                "{} is sev{severity} now.",
                incident.id()
            )))
        }
    })
}

fn close(desk: &Desk) -> impl Command {
    let desk = desk.clone();
    let spec = Spec::new("incident close", "end an incident, and say what it was")
        .effect(Effect::Write)
        .despite_holds()
        .rest_of_message("text")
        .example(
            "incident close \"a full disk on db-2; logs are rotated now\"",
            "the last line of its timeline",
        );
    command_fn(spec, move |args: SayArgs, invocation: Invocation| {
        let desk = desk.clone();
        async move {
            let (named, why) = split_number(&args.text);
            let why = unquoted(why).to_owned();
            if why.is_empty() {
                return Err(CommandError::told(
                    "What was it? Like: incident close \"a full disk\"",
                ));
            }
            let incident = desk.find(&invocation, named).await?;
            let (line, message) = entry(&invocation, What::Change(format!("closed: {why}")));
            let closed = Closed {
                at_ms: line.at_ms,
                by: line.who.clone(),
                why,
            };
            let change = |it: &mut Incident| it.closed = Some(closed.clone());
            let incident = desk.log.change(&incident, (line, &message), change).await?;
            let entries = desk.log.entries(&incident).await?;
            let jobs = desk.jobs(&entries).await;
            let reply = words::one(&incident, &entries, &jobs, desk.now(&invocation));
            let export = format!("@{} incident export {}", invocation.bot(), incident.id());
            Ok(reply.then_list("To keep it", [export]))
        }
    })
}

/// What `incident list` takes.
#[derive(Debug, clap::Args)]
struct ListArgs {
    /// Closed ones too
    #[arg(long)]
    all: bool,
}

fn list(desk: &Desk) -> impl Command {
    let desk = desk.clone();
    let spec = Spec::new("incident list", "incidents that are open")
        .effect(Effect::Read)
        .alias("incidents")
        .example("incidents", "the newest first")
        .example("incidents --all", "closed ones too");
    command_fn(spec, move |args: ListArgs, invocation: Invocation| {
        let desk = desk.clone();
        async move {
            let all = desk.log.all(invocation.webhook()).await?;
            let wanted: Vec<&Incident> = all
                .iter()
                .rev()
                .filter(|it| args.all || it.is_open())
                .collect();
            if wanted.is_empty() {
                return Ok(Reply::text(match (args.all, all.len()) {
                    (false, 1..) => "No incident is open. Those that were: incidents --all",
                    _ => "There was no incident yet.",
                }));
            }
            let title = if args.all {
                "Incidents"
            } else {
                "Open incidents"
            };
            let now = desk.now(&invocation);
            Ok(words::all(title, wanted.into_iter().take(30), now))
        }
    })
}
