//! Prints what the commands answer to what people type, as JSON.
//!
//! The browser tests draw each answer with Microsoft's renderer; the pictures are in the gallery of the guide.

use std::error::Error;
use std::future::ready;
use std::io::{Write, stdout};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use hailer::testing::{TestBot, TestReply};
use hailer::{
    Command, CommandError, DefaultPermission, Draft, Effect, Environment, Invocation, Module,
    NoArgs, Reply, Spec, clap, command_fn,
};
use hailer_commands::deploy;
use hailer_commands::incident;
use hailer_commands::runbook;
use hailer_commands::schedule;
use hailer_commands::status::{self, Checks, Service};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

#[derive(Debug, clap::Args)]
struct DeployArgs {
    /// api, web or worker
    service: String,
    /// like 2.42.0
    version: String,
    /// when to start, like 18:00
    #[arg(long)]
    at: Option<String>,
}

/// A command of somebody's own, which is only explained here.
struct Own(&'static str, &'static str, Effect);

impl Command for Own {
    type Args = DeployArgs;

    fn spec(&self) -> Spec {
        let Self(path, summary, effect) = *self;
        Spec::new(path, summary)
            .effect(effect)
            .example(format!("{path} api 2.42.0"), "as it is mostly used")
    }

    async fn run(&self, args: DeployArgs, _: Invocation) -> Result<Reply, CommandError> {
        let DeployArgs {
            service,
            version,
            at,
        } = args;
        Ok(Reply::text(format!("{service} {version} {at:?}")))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let few = TestBot::new()
        .module(status::module(Checks::new(services().await?)))
        .module(Module::new("Deploys").command(run()))
        .module(hailer_commands::builtin());
    let strict = TestBot::new()
        .module(Module::new("Deploys").command(run()))
        .with_permissions(DefaultPermission::Read);
    let many = many().module(hailer_commands::builtin());
    let mut shown = Vec::new();
    for (bot, name, typed) in [
        (&few, "help", "help"),
        (&few, "help for one command", "help deploy run"),
        (&few, "help for a word", "help who"),
        (&many, "help with many commands", "help"),
        (&many, "help for a group", "help databases"),
        (&few, "whoami", "whoami"),
        (&few, "status", "status"),
        (&few, "status of one service", "status api"),
        (
            &few,
            "a part of the last answer",
            "status | where status=down | columns service,status",
        ),
        (&few, "ping", "ping"),
        (
            &few,
            "echo",
            "echo *deploy* <api> to [prod](https://prod.example)",
        ),
        (&few, "an unknown command", "stauts"),
        (&strict, "a refusal", "deploy run api 2.42.0"),
    ] {
        shown.push(answer(bot, name, typed).await?);
    }
    shown.extend(about_a_job().await?);
    shown.extend(about_deploys().await?);
    shown.extend(about_runbooks().await?);
    shown.extend(about_schedules().await?);
    shown.extend(about_an_incident().await?);
    writeln!(stdout(), "{:#}", Value::from(shown))?;
    Ok(())
}

fn run() -> Own {
    Own(
        "deploy run",
        "ship a version to production; takes minutes",
        Effect::Write,
    )
}

/// A job from its beginning to its end, under an id that is the same in every run.
async fn about_a_job() -> Result<Vec<Value>, Box<dyn Error>> {
    let spec = Spec::new("ship", "ship a service to production")
        .effect(Effect::Write)
        .job();
    let done = Reply::text("api 2.42.0 is live on 12 of 12").then_code("web-1 ok\nweb-2 ok");
    let ship = command_fn(spec, move |_: ShipArgs, invocation: Invocation| {
        invocation.log("web-1 takes no more requests");
        invocation.progress(12, 12, "checked");
        ready(Ok(done.clone()))
    });
    let bot = TestBot::new()
        .with_store()
        .module(Module::new("Deploys").command(ship))
        .module(hailer_commands::jobs::module())
        .module(hailer_commands::builtin());

    let begun = bot.say("ship api").await;
    let id = begun.job();
    let ended = bot.result_of(&id).await;
    ended.assert_contains("is live");
    let mut shown = vec![shown_answer("a job begins", "ship api", &begun)?];
    for (name, typed) in [
        ("jobs", "jobs".to_owned()),
        ("a job", format!("job {id}")),
        ("the log of a job", format!("job log {id}")),
        (
            "a job that is over is cancelled",
            format!("job cancel {id}"),
        ),
        ("no such job", "job 7F3A".to_owned()),
        ("why", "why ship api".to_owned()),
        ("can", "can me ship api".to_owned()),
    ] {
        shown.push(answer(&bot, name, &typed).await?);
    }
    let shown = Value::from(shown).to_string().replace(&id, "K7Q2");
    let shown = regex::Regex::new(r"\d\d:\d\d:\d\dZ ")?.replace_all(&shown, "14:40:07Z ");
    Ok(serde_json::from_str(&shown)?)
}

/// What runs by itself, before its first run and after some.
async fn about_schedules() -> Result<Vec<Value>, Box<dyn Error>> {
    let ship = Spec::new("errors", "errors of the last hour").effect(Effect::Read);
    let ship = command_fn(ship, |_: NoArgs, _: Invocation| {
        ready(Ok(Reply::text("shop: 12 errors\nmail: none")))
    });
    let bot = TestBot::new()
        .with_store()
        .module(Module::new("Errors").command(ship))
        .module(schedule::module(Some(schedule::Settings::default())))
        .module(hailer_commands::builtin());
    let mut shown = Vec::new();
    let added = answer(&bot, "a new schedule", "schedule errors every weekday 9:00").await?;
    shown.push(added);
    bot.say("schedule \"errors\" every 1h").await.assert_ok();
    for _ in 0..2 {
        bot.advance(Duration::from_secs(3_600));
        bot.posted().await;
    }
    bot.say("schedule pause 1").await.assert_ok();
    let posted = bot.posted().await;
    if let Some(last) = posted.last() {
        shown.push(shown_answer("what a schedule posts", "(by itself)", last)?);
    }
    for (name, typed) in [
        ("a schedule", "schedule show 2"),
        ("schedules", "schedules"),
        (
            "a command that asks cannot be scheduled",
            "schedule \"schedule list\" every day 9:00",
        ),
    ] {
        shown.push(answer(&bot, name, typed).await?);
    }
    let shown = steady_moments(&Value::from(shown).to_string())?;
    Ok(serde_json::from_str(&shown)?)
}

/// An incident from its beginning to its end.
async fn about_an_incident() -> Result<Vec<Value>, Box<dyn Error>> {
    let errors = Spec::new("errors", "errors of the last hour").effect(Effect::Read);
    let errors = command_fn(errors, |_: NoArgs, _: Invocation| {
        ready(Ok(Reply::text("shop: 12 errors")))
    });
    let settings = incident::Settings {
        zone: chrono_tz::Tz::UTC,
        has_whole_channel: true,
    };
    let bot = TestBot::new()
        .with_store()
        .module(Module::new("Errors").command(errors))
        .module(incident::module(Some(settings)))
        .module(hailer_commands::builtin());
    let mut shown = vec![
        answer(
            &bot,
            "a new incident",
            "incident open sev2 \"checkout is down\"",
        )
        .await?,
    ];
    for typed in [
        "incident assign me commander",
        "incident note db-2 is full since 14:02",
        "errors",
    ] {
        bot.say(typed).await.assert_ok();
    }
    bot.as_user("Jo Lind")
        .say("incident severity sev1")
        .await
        .assert_ok();
    for (name, typed) in [
        ("an incident", "incident show"),
        ("the timeline of an incident", "incident timeline"),
        ("incidents", "incidents"),
        (
            "an incident is closed",
            "incident close \"a full disk on db-2\"",
        ),
        ("an incident to be kept", "incident export INC-1"),
    ] {
        shown.push(answer(&bot, name, typed).await?);
    }
    let shown = steady_moments(&Value::from(shown).to_string())?;
    let date = regex::Regex::new(r"\d{4}-\d\d-\d\d \d\d:[0-9:]+ UTC")?;
    let shown = date.replace_all(&shown, "2026-11-24 14:05:09 UTC");
    let time = regex::Regex::new(r"\d\d:\d\d(  +)(Mira|Jo) ")?;
    let shown = time.replace_all(&shown, "14:05$1$2 ");
    let cell = regex::Regex::new("\"\\d\\d:\\d\\d\"")?;
    let shown = cell.replace_all(&shown, "\"14:05\"");
    Ok(serde_json::from_str(&shown)?)
}

/// Makes moments the same in every run: whole hours, one behind the other.
fn steady_moments(text: &str) -> Result<String, regex::Error> {
    let moment = regex::Regex::new(r"((Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?\d\d:\d\d UTC( {2,})?")?;
    let mut hour = 8;
    let steady = moment.replace_all(text, |found: &regex::Captures<'_>| {
        hour = if hour > 16 { 9 } else { hour + 1 };
        let behind = if found.get(3).is_some() { "  " } else { "" };
        format!("{hour:02}:00 UTC{behind}")
    });
    let wait = regex::Regex::new(r" in (\d+ (d|h|min)( \d+ (h|min))?|less than a minute)")?;
    let steady = wait.replace_all(&steady, " in 42 min");
    let heading = regex::Regex::new("When +How it went")?;
    Ok(heading
        .replace_all(&steady, "When       How it went")
        .into_owned())
}

/// The runbooks that come with the demo, and how far somebody is with one.
async fn about_runbooks() -> Result<Vec<Value>, Box<dyn Error>> {
    let text = "[runbook]\nfolder = \"sample\"\n";
    let draft = Draft::parse("hailer.toml", text, "".as_ref(), &Environment::default());
    let bot = TestBot::new().module(runbook::module(runbook::read(&draft)));
    let mut shown = Vec::new();
    for (name, typed) in [
        ("runbooks", "runbooks"),
        ("runbooks with a word", "runbook search disk"),
        ("a step of a runbook", "runbook done database-is-slow 1"),
        ("a runbook", "runbook show database-is-slow"),
    ] {
        shown.push(answer(&bot, name, typed).await?);
    }
    Ok(shown)
}

/// A company that deploys, before and after something goes wrong.
async fn about_deploys() -> Result<Vec<Value>, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    for (name, text) in [
        (
            "deploy.sh",
            "#!/bin/sh\ncase $2 in 5.*) echo 'db-2 refuses: no space left on device' >&2; exit 4 ;; esac\necho \"$1 $2 runs on 2 of 2 machines\"\n",
        ),
        ("healthy.sh", "#!/bin/sh\necho '2 of 2 machines answer'\n"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, text)?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))?;
    }
    let draft = Draft::parse(
        "hailer.toml",
        &company(),
        folder.path(),
        &Environment::default(),
    );
    let bot = TestBot::new()
        .with_store()
        .module(deploy::module(deploy::read(&draft)));
    let mut shown = Vec::new();
    for (name, typed) in [
        ("deploy status", "deploy status"),
        ("deploy status of one service", "deploy status mail"),
        ("deploy plan", "deploy plan shop 3.4.0 --env prod"),
        ("an unknown version", "deploy run shop v3 --env production"),
    ] {
        shown.push(answer(&bot, name, typed).await?);
    }
    for (name, typed) in [
        (
            "a deploy that went well",
            "deploy run shop 3.4.0 --env prod",
        ),
        (
            "a deploy that failed",
            "deploy run payments 5.1.0 --env staging",
        ),
    ] {
        let job = bot.say(typed).await.job();
        let ended = bot.result_of(&job).await;
        let reply = shown_answer(name, typed, &ended)?.to_string();
        shown.push(serde_json::from_str(&reply.replace(&job, "K7Q2"))?);
        if name.ends_with("failed") {
            let after = answer(&bot, "deploy status after a failure", "deploy status").await?;
            let history = answer(&bot, "deploy history", "deploy history payments").await?;
            for reply in [after, history] {
                shown.push(serde_json::from_str(
                    &reply.to_string().replace(&job, "K7Q2"),
                )?);
            }
        }
    }
    Ok(shown)
}

/// The tables of that company.
fn company() -> String {
    let mut tables = "[deploy.environment.dev]\n[deploy.environment.staging]\n[deploy.environment.prod]\nnote = \"customers are here\"\n[deploy.backend.ci]\nkind = \"script\"\nrun = [\"./deploy.sh\", \"{service}\", \"{version}\"]\n".to_owned();
    for service in ["shop", "search", "payments", "mail"] {
        tables.push_str(&format!(
            "[deploy.service.{service}]\nhealth = {{ exec = [\"./healthy.sh\"] }}\n"
        ));
    }
    let now = chrono::Utc::now();
    for (service, environment, version, hours, result) in [
        ("shop", "dev", "3.4.0", 1, "healthy"),
        ("shop", "staging", "3.3.0", 4, "healthy"),
        ("shop", "prod", "3.2.4", 75, "healthy"),
        ("search", "dev", "1.9.1", 3, "healthy"),
        ("search", "staging", "1.9.1", 2, "healthy"),
        ("search", "prod", "1.9.0", 150, "healthy"),
        ("payments", "dev", "5.1.0", 7, "healthy"),
        ("payments", "staging", "5.0.2", 300, "healthy"),
        ("payments", "prod", "5.0.2", 290, "healthy"),
        ("mail", "dev", "0.8.1", 5, "healthy"),
        (
            "mail",
            "staging",
            "0.8.1",
            2,
            "unhealthy\"\nnote = \"1 of 2 machines answers",
        ),
        ("mail", "prod", "0.7.9", 200, "healthy"),
    ] {
        let at = now - chrono::TimeDelta::hours(hours) - chrono::TimeDelta::minutes(5);
        let at = at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        tables.push_str(&format!(
            "[[deploy.before]]\nservice = \"{service}\"\nenvironment = \"{environment}\"\nversion = \"{version}\"\nat = \"{at}\"\nby = \"Jo Lind\"\nresult = \"{result}\"\n"
        ));
    }
    tables
}

#[derive(Debug, clap::Args)]
struct ShipArgs {
    /// api, web or worker
    _service: String,
}

/// Knows too many commands to list each of them.
fn many() -> TestBot {
    let groups = [
        ("Deploys", ["deploy run", "deploy status", "deploy stop"]),
        ("On call", ["oncall", "oncall swap", "oncall next"]),
        ("Databases", ["db backup", "db restore", "db size"]),
        ("Certificates", ["cert list", "cert renew", "cert revoke"]),
    ];
    groups
        .into_iter()
        .fold(TestBot::new(), |bot, (title, paths)| {
            let commands = paths.into_iter();
            bot.module(commands.fold(Module::new(title), |module, path| {
                module.command(Own(path, "does what its name says", Effect::Read))
            }))
        })
}

async fn answer(bot: &TestBot, name: &str, typed: &str) -> Result<Value, Box<dyn Error>> {
    shown_answer(name, typed, &bot.say(typed).await)
}

fn shown_answer(name: &str, typed: &str, reply: &TestReply) -> Result<Value, Box<dyn Error>> {
    let message: Value = serde_json::from_str(&steady(reply.json()))?;
    Ok(json!({ "name": name, "typed": typed, "message": message, "text": steady(reply.text()) }))
}

/// Makes the times the same in every run.
fn steady(text: &str) -> String {
    steady_ages(&steady_times(text))
}

/// Makes every age of seconds the same.
fn steady_ages(text: &str) -> String {
    let parts: Vec<&str> = text.split(" s ago").collect();
    let kept = |(at, part): (usize, &&str)| {
        let is_age = at + 1 < parts.len();
        let without = part.trim_end_matches(|each: char| each.is_ascii_digit() && is_age);
        let age = if is_age { "3 s ago" } else { "" };
        format!("{without}{age}")
    };
    parts.iter().enumerate().map(kept).collect()
}

fn steady_times(text: &str) -> String {
    let mut steady = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(" ms") {
        let (before, after) = rest.split_at(at);
        let number = before.trim_end_matches(|each: char| each.is_ascii_digit());
        steady.push_str(number);
        let is_slow = number.rfind("slow") > number.rfind("down").max(number.rfind("up"));
        steady.push_str(if is_slow { "1.4 s" } else { "42 ms" });
        rest = after.strip_prefix(" ms").unwrap_or(after);
    }
    steady.push_str(rest);
    steady
}

/// Starts one service that is up and one that is late, and names one that nobody runs.
async fn services() -> Result<Vec<Service>, std::io::Error> {
    let up = service().await?;
    let late = Service {
        slow_after: Duration::ZERO,
        ..Service::http("web", &up)
    };
    let nobody = TcpListener::bind("127.0.0.1:0").await?.local_addr()?;
    Ok(vec![
        Service::http("api", &up),
        late,
        Service::http("worker", format!("http://{nobody}/")),
    ])
}

async fn service() -> Result<String, std::io::Error> {
    const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(OK).await;
        }
    });
    Ok(format!("http://{address}/health"))
}
