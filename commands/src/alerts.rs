//! `alerts`, `alert`, `silences`, `silence`, `unsilence`: what fires in Alertmanager, and who is told.

mod api;
mod matcher;
mod sample;
mod words;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use hailer::{
    CommandError, Draft, Effect, Invocation, Module, Reply, Spec, clap, command_fn, known,
};

use crate::backend::{self, Backend};
use crate::moment::{self, in_zone, usual_zone};

use api::{Alert, NewSilence, Silence};
use matcher::Matcher;

/// A silence that lasts longer is one that everybody forgets.
const LONGEST: TimeDelta = TimeDelta::days(30);

/// Fewer letters of an id are a word.
const SHORTEST_ID: usize = 4;

/// An Alertmanager, and the zone in which times are shown.
#[derive(Debug, Clone)]
pub struct Alertmanager {
    backend: Backend,
    zone: Tz,
}

impl Alertmanager {
    /// Takes a server; times are shown in this zone.
    pub fn new(backend: Backend, zone: Tz) -> Self {
        Self { backend, zone }
    }

    /// Makes up alerts instead of asking a server.
    pub fn sample() -> Self {
        Self::new(Backend::sample("Alertmanager", sample::sample()), Tz::UTC)
    }

    fn now(&self, invocation: &Invocation) -> DateTime<Tz> {
        in_zone(invocation.now(), self.zone)
    }
}

/// Reads `[alertmanager]`; problems are noted in the draft.
pub fn read(draft: &Draft) -> Option<Alertmanager> {
    let section = draft.section("alertmanager");
    let backend = backend::read(&section, "Alertmanager", sample::sample)?;
    Some(Alertmanager::new(backend, usual_zone(draft)))
}

/// Makes the module; without a server it has no commands.
pub fn module(server: Option<Alertmanager>) -> Module {
    let module = Module::new("Alerts");
    let Some(server) = server else { return module };
    module
        .command(list(&server))
        .command(one(&server))
        .command(silence(&server))
        .command(unsilence(&server))
        .command(silences(&server))
}

/// What `alerts` takes.
#[derive(Debug, clap::Args)]
struct ListArgs {
    /// Only some: words, or labels like severity=critical or instance=~db-.*
    which: Vec<String>,
    /// Those that nobody is told of, too
    #[arg(long)]
    silenced: bool,
}

fn list(server: &Alertmanager) -> impl hailer::Command {
    let server = server.clone();
    let spec = Spec::new("alerts", "what fires, the worst first")
        .effect(Effect::Read)
        .example("alerts", "all that somebody is told of")
        .example("alerts severity=critical", "those with a label")
        .example("alerts db --silenced", "about db, with silenced ones");
    command_fn(spec, move |args: ListArgs, invocation: Invocation| {
        let server = server.clone();
        async move {
            let (matchers, words) = which(&args.which);
            let mut alerts = api::alerts(&server.backend, &matchers).await?;
            alerts.retain(|alert| words.iter().all(|word| speaks_of(alert, word)));
            let all = alerts.len();
            if !args.silenced {
                alerts.retain(|it| !it.is_quiet());
            }
            let quiet = all - alerts.len();
            let now = server.now(&invocation);
            Ok(words::alerts(alerts, quiet, &args.which.join(" "), now))
        }
    })
}

/// What `alert` takes.
#[derive(Debug, clap::Args)]
struct OneArgs {
    /// Its name, or the beginning of its id
    alert: String,
}

fn one(server: &Alertmanager) -> impl hailer::Command {
    let server = server.clone();
    let spec = Spec::new("alert", "all about an alert")
        .effect(Effect::Read)
        .example("alert HighErrorRate", "what it says, since when, where");
    command_fn(spec, move |args: OneArgs, invocation: Invocation| {
        let server = server.clone();
        async move {
            let alerts = api::alerts(&server.backend, &[]).await?;
            let found = find(&alerts, &args.alert)?;
            let same = alerts.iter().filter(|it| it.name() == found.name());
            let others: Vec<&Alert> = same.filter(|it| *it != found).collect();
            let silences = if found.status.silenced_by.is_empty() {
                Vec::new()
            } else {
                api::silences(&server.backend).await?
            };
            let now = server.now(&invocation);
            Ok(words::alert(found, &others, &silences, now))
        }
    })
}

/// What `silence` takes.
#[derive(Debug, clap::Args)]
struct SilenceArgs {
    /// An alert's name or id, or labels like team=db,severity=warning
    what: String,
    /// For how long, or until when: like 2h or 18:00
    time: String,
    /// Why; people read it who wonder
    reason: String,
}

fn silence(server: &Alertmanager) -> impl hailer::Command {
    let server = server.clone();
    let spec = Spec::new("silence", "tell nobody of an alert, for a time")
        .effect(Effect::Write)
        .despite_holds()
        .rest_of_message("reason")
        .example("silence HighErrorRate 2h deploying checkout", "everywhere")
        .example(
            "silence instance=db-2,severity=warning 18:00 disk is being grown",
            "what has these labels",
        );
    command_fn(spec, move |args: SilenceArgs, invocation: Invocation| {
        let server = server.clone();
        async move {
            let now = server.now(&invocation);
            let until = until(&args.time, now)?;
            let alerts = api::alerts(&server.backend, &[]).await?;
            let matchers = meant(&alerts, &args.what)?;
            let new = NewSilence {
                matchers,
                from: now.with_timezone(&Utc),
                until,
                author: invocation.sender().name().to_owned(),
                reason: args.reason.trim().to_owned(),
            };
            let id = api::silence(&server.backend, &new).await?;
            let is_covered = |it: &Alert| new.matchers.iter().all(|one| one.fits(&it.labels));
            let covered: Vec<Alert> = alerts.into_iter().filter(is_covered).collect();
            let said = (new.reason.as_str(), now);
            let what = (id.as_str(), until);
            let bot = invocation.bot();
            Ok(words::silenced(&new.matchers, what, &covered, said, bot))
        }
    })
}

/// What `unsilence` takes.
#[derive(Debug, clap::Args)]
struct UnsilenceArgs {
    /// The beginning of its id, or the name of the alert that it silences
    silence: String,
}

fn unsilence(server: &Alertmanager) -> impl hailer::Command {
    let server = server.clone();
    let spec = Spec::new("unsilence", "tell people of an alert again")
        .effect(Effect::Write)
        .despite_holds()
        .example("unsilence 5a3c0001", "by the id of the silence")
        .example("unsilence HighErrorRate", "by the alert");
    command_fn(spec, move |args: UnsilenceArgs, _: Invocation| {
        let server = server.clone();
        async move {
            let silences = api::silences(&server.backend).await?;
            let found = find_silence(&silences, &args.silence)?;
            api::unsilence(&server.backend, &found.id).await?;
            Ok(Reply::text(format!(
                "{} is no longer silenced. {} had silenced it: {}",
                words::what(&found.matchers),
                found.created_by,
                found.comment
            )))
        }
    })
}

fn silences(server: &Alertmanager) -> impl hailer::Command {
    let server = server.clone();
    let spec = Spec::new("silences", "what nobody is told of, by whom and until when")
        .effect(Effect::Read)
        .example("silences", "all that are not over");
    command_fn(spec, move |_: hailer::NoArgs, invocation: Invocation| {
        let server = server.clone();
        async move {
            let silences = api::silences(&server.backend).await?;
            Ok(words::silences(silences, server.now(&invocation)))
        }
    })
}

/// Parts words from demands on labels.
fn which(typed: &[String]) -> (Vec<Matcher>, Vec<String>) {
    let mut matchers = Vec::new();
    let mut words = Vec::new();
    for word in typed
        .iter()
        .flat_map(|it| it.split(','))
        .filter(|it| !it.is_empty())
    {
        match Matcher::parse(word) {
            Some(matcher) => matchers.push(matcher),
            None => words.push(word.to_lowercase()),
        }
    }
    (matchers, words)
}

fn speaks_of(alert: &Alert, word: &str) -> bool {
    let said = alert.annotations.get("summary");
    let mut texts = alert.labels.values().chain(said);
    texts.any(|it| it.to_lowercase().contains(word))
}

/// Finds an alert by its name or the beginning of its id.
fn find<'a>(alerts: &'a [Alert], typed: &str) -> Result<&'a Alert, CommandError> {
    let lower = typed.to_lowercase();
    let by_id = |it: &&Alert| lower.len() >= SHORTEST_ID && it.fingerprint.starts_with(&lower);
    if let Some(found) = alerts.iter().find(by_id) {
        return Ok(found);
    }
    if alerts.is_empty() {
        return Err(CommandError::told("No alert fires at the moment."));
    }
    let mut names: Vec<&str> = alerts.iter().map(Alert::name).collect();
    names.sort_unstable();
    names.dedup();
    let name = known("alert", typed, names)?;
    let newest = alerts
        .iter()
        .filter(|it| it.name() == name)
        .max_by_key(|it| (!it.is_quiet(), it.starts_at));
    newest.ok_or_else(|| CommandError::told("It does not fire any more."))
}

/// Finds what is to be silenced.
fn meant(alerts: &[Alert], typed: &str) -> Result<Vec<Matcher>, CommandError> {
    let (matchers, words) = which(&[typed.to_owned()]);
    if matchers.iter().any(|it| !it.fits_nothing_said()) && words.is_empty() {
        return Ok(matchers);
    }
    match (matchers.as_slice(), words.as_slice()) {
        ([], [_]) => {}
        ([_, ..], []) => {
            return Err(CommandError::told(
                "That would silence everything that has no such label. Name a label and its value, like team=db.",
            ));
        }
        _ => {
            return Err(CommandError::told(format!(
                "I don't understand \"{typed}\". Name an alert, or labels: team=db,severity=warning"
            )));
        }
    }
    let found = find(alerts, typed).map_err(|error| match alerts {
        [] => CommandError::told(format!(
            "No alert fires at the moment. To silence one beforehand: alertname={typed}"
        )),
        _ => error,
    })?;
    let is_id = !found.name().eq_ignore_ascii_case(typed);
    Ok(if is_id {
        let labels = found.labels.iter();
        labels
            .map(|(name, value)| Matcher::equal(name, value))
            .collect()
    } else {
        vec![Matcher::equal("alertname", found.name())]
    })
}

fn until(typed: &str, now: DateTime<Tz>) -> Result<DateTime<Utc>, CommandError> {
    let until = match hailer::values::duration(typed) {
        Ok(time) => {
            let time = TimeDelta::from_std(time).unwrap_or(TimeDelta::MAX);
            now.checked_add_signed(time)
        }
        Err(_) => Some(moment::read(typed, now).map_err(|_| {
            CommandError::told(format!(
                "I don't understand the time \"{typed}\". Write it like 2h, 30m, 1d or 18:00; then the reason."
            ))
        })?),
    };
    let until = until.filter(|it| it.signed_duration_since(now) <= LONGEST);
    let Some(until) = until else {
        return Err(CommandError::told(
            "A silence lasts 30 days at most, so that it is not forgotten.",
        ));
    };
    if until.signed_duration_since(now) < TimeDelta::minutes(1) {
        return Err(CommandError::told("A silence lasts a minute at least."));
    }
    Ok(until.with_timezone(&Utc))
}

fn find_silence<'s>(silences: &'s [Silence], typed: &str) -> Result<&'s Silence, CommandError> {
    let lower = typed.to_lowercase();
    let by_id = |it: &&Silence| lower.len() >= SHORTEST_ID && it.id.starts_with(&lower);
    let by_alert = |it: &&Silence| {
        let names = it.matchers.iter().filter(|it| it.name == "alertname");
        names.into_iter().any(|it| it.value.to_lowercase() == lower)
    };
    let mut found: Vec<&Silence> = silences.iter().filter(by_id).collect();
    if found.is_empty() {
        found = silences.iter().filter(by_alert).collect();
    }
    match found.as_slice() {
        [only] => Ok(only),
        [] => Err(CommandError::told(format!(
            "There is no silence \"{typed}\". silences lists them."
        ))),
        many => {
            let ids: Vec<&str> = many.iter().map(|it| words::short(&it.id)).collect();
            Err(CommandError::told(format!(
                "{} silences fit \"{typed}\". Say which: {}",
                many.len(),
                ids.join(", ")
            )))
        }
    }
}

#[cfg(test)]
mod tests;
