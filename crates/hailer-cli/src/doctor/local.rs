//! What can be seen from here: the configuration, the bot that runs, its clock and its metrics.

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Local};
use hailer::{Config, Draft, Environment, Problem, Severity};

use super::report::{Check, State};
use super::skew;
use super::trip::{Answer, Ping};
use crate::exit::Exit;
use crate::http;
use crate::metrics_page::MetricsPage;
use crate::project::{Modules, Project, Source};
use crate::watching::reachable;

/// Codes of problems with secrets: they have a row of their own.
const OF_TOKENS: [&str; 7] = [
    "HL211", "HL212", "HL213", "HL214", "HL215", "HL216", "HL219",
];

/// A clock this wrong is worth a word.
const CLOCK_WARNING: Duration = Duration::from_secs(5);

/// The bot as it runs.
pub(super) struct Running {
    pub(super) check: Check,
    /// Its clock against ours, in milliseconds.
    pub(super) skew: Option<i64>,
}

/// Reads the configuration as `hailer check` does.
pub(super) fn configuration(
    path: &Path,
    environment: &Environment,
    modules: Modules<'_>,
    checks: &mut Vec<Check>,
) -> Option<Config> {
    let draft = Draft::load(path, environment);
    let finished = draft.and_then(|draft| {
        let _ = modules(&draft);
        draft.finish()
    });
    let loaded = match finished {
        Ok(loaded) => loaded,
        Err(problems) => {
            let errors: Vec<&Problem> = problems
                .iter()
                .filter(|it| it.severity == Severity::Error)
                .collect();
            checks.push(broken(path, &errors));
            return None;
        }
    };
    let source = Source::File(path.to_owned());
    let checked = Project::load(source, None, environment, modules)
        .and_then(|project| project.bot.check().map_err(Into::into));
    let webhooks = loaded.config.webhooks.len();
    let ending = if webhooks == 1 { "" } else { "s" };
    let (of_tokens, others): (Vec<_>, Vec<_>) = loaded
        .warnings
        .iter()
        .partition(|it| OF_TOKENS.contains(&it.code));
    checks.push(match (checked, others.first()) {
        (Err(failure), _) => {
            Check::fail("config", "HL225", failure.to_string()).with_exit(Exit::Config)
        }
        (Ok(_), Some(warning)) => warned("config", warning),
        (Ok(catalog), None) => Check::ok(
            "config",
            format!(
                "{} · {} commands, {webhooks} webhook{ending}",
                path.display(),
                catalog.len()
            ),
        ),
    });
    let names: Vec<&str> = loaded
        .config
        .webhooks
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    checks.push(match of_tokens.first() {
        Some(warning) => warned("tokens", warning),
        None => Check::ok("tokens", names.join(", ")),
    });
    Some(loaded.config)
}

fn broken(path: &Path, errors: &[&Problem]) -> Check {
    let Some(first) = errors.first() else {
        return Check::fail("config", "HL200", "the configuration cannot be read");
    };
    let (row, code) = match first.code {
        // What the configuration calls a damaged token has a name of its own among what stops Teams.
        "HL212" => ("tokens", "HL103"),
        code if OF_TOKENS.contains(&code) => ("tokens", code),
        code => ("config", code),
    };
    let more = match errors.len() {
        1 => String::new(),
        count => format!("\nand {} more", count - 1),
    };
    Check::fail(
        row,
        code,
        format!("{} · {}{more}", path.display(), first.text),
    )
    .with_fix(format!(
        "hailer check --config {} shows the place",
        path.display()
    ))
    .with_exit(Exit::Config)
}

fn warned(row: &'static str, warning: &Problem) -> Check {
    let check = Check::warn(row, warning.code, warning.text.clone());
    match &warning.help {
        Some(help) => check.with_fix(help.trim_start_matches("fix: ")),
        None => check,
    }
}

/// Asks the bot that runs here: whether it is ready, and whether it has the tokens of the configuration.
pub(super) async fn bot(config: &Config) -> Running {
    let listen = reachable(config.server.listen);
    let not_running = |check: Check| Running { check, skew: None };
    let Ok(client) = near_client() else {
        return not_running(Check::skip("bot", "cannot speak HTTP"));
    };
    if let Some(problem) = not_ready(&client, config).await {
        return not_running(Check::warn(
            "bot",
            "HL152",
            format!("it is not ready: {problem}"),
        ));
    }
    let Some((webhook, key)) = config
        .webhooks
        .iter()
        .find_map(|it| Some((it, it.keys.first()?)))
    else {
        return not_running(Check::skip("bot", "there is no webhook to try"));
    };
    let scheme = if config.server.tls.is_some() {
        "https"
    } else {
        "http"
    };
    let url = format!("{scheme}://{listen}/webhook/{}", webhook.name);
    let answer = Ping::new(key, config.limits.body).send(&client, &url).await;
    match answer {
        Err(_) => not_running(
            Check::fail("bot", "HL136", format!("nobody answers at {listen}"))
                .with_exit(Exit::Unreachable),
        ),
        Ok(answer) => {
            let skew = skew(&answer);
            Running {
                check: judge(&answer, &listen.to_string(), &webhook.name),
                skew,
            }
        }
    }
}

/// The certificate is for another name than the address of this computer, and is looked at elsewhere.
fn near_client() -> reqwest::Result<reqwest::Client> {
    http::builder()
        .tls_danger_accept_invalid_certs(true)
        .build()
}

fn judge(answer: &Answer, listen: &str, webhook: &str) -> Check {
    match answer {
        Answer::Pong { pong, took, .. } => {
            let version = pong
                .get("version")
                .and_then(|it| it.as_str())
                .unwrap_or_default();
            let uptime = pong
                .get("uptime_ms")
                .and_then(|it| it.as_u64())
                .unwrap_or_default();
            let since = span(Duration::from_millis(uptime));
            let milliseconds = took.as_millis();
            Check::ok(
                "bot",
                format!("hailer {version} at {listen} · up {since} · answers in {milliseconds} ms"),
            )
        }
        Answer::Other { status: 401, .. } => Check::fail(
            "bot",
            "HL102",
            format!("the bot at {listen} has another token of {webhook} than the configuration"),
        )
        .with_fix("`hailer reload`, which says why the bot has not taken it"),
        Answer::Other { status, .. } => Check::fail(
            "bot",
            "HL136",
            format!("somebody else answers at {listen}, with {status}"),
        )
        .with_fix("stop the other program, or set another `[server] listen`"),
    }
}

/// Returns what the bot itself says it waits for.
async fn not_ready(client: &reqwest::Client, config: &Config) -> Option<String> {
    let admin = reachable(config.server.admin_listen?);
    let url = format!("http://{admin}/-/ready");
    let response = client.get(url).timeout(http::NEAR).send().await.ok()?;
    if response.status().as_u16() != 503 {
        return None;
    }
    let text = response.text().await.ok()?;
    Some(
        text.lines()
            .map(|it| it.trim_start_matches("[-] "))
            .collect::<Vec<_>>()
            .join(", "),
    )
}

/// Compares the clocks.
pub(super) fn clock(config: &Config, skew: Option<i64>) -> Option<Check> {
    let skew = Duration::from_millis(skew?.unsigned_abs());
    let text = format!(
        "{:.1} s between the bot and this computer",
        skew.as_secs_f64()
    );
    Some(match config.limits.max_skew {
        Some(limit) if skew > limit => Check::fail("clock", "HL108", text),
        _ if skew > CLOCK_WARNING => Check::warn("clock", "HL108", text),
        _ => Check::ok("clock", text),
    })
}

/// Says whether messages come, and how fast they are answered.
pub(super) async fn traffic(config: &Config) -> Vec<Check> {
    let Some(admin) = config.server.admin_listen else {
        return vec![Check::skip(
            "messages",
            "[server] admin_listen is off, so nothing is known of them",
        )];
    };
    let Some(page) = MetricsPage::fetch(admin).await else {
        return Vec::new();
    };
    let silent: Vec<&str> = config
        .webhooks
        .iter()
        .map(|it| it.name.as_str())
        .filter(|name| !page.last_messages.contains_key(*name))
        .collect();
    let last = page.last_messages.values().max().copied();
    let last = last.and_then(|it| DateTime::from_timestamp(it, 0));
    let messages = match (silent.as_slice(), last) {
        ([], Some(last)) => {
            let last = last.with_timezone(&Local).format("%Y-%m-%d %H:%M:%S");
            Check::ok("messages", format!("the last one came at {last}"))
        }
        (silent, _) => {
            let text = format!(
                "none has come for {} since the bot started",
                silent.join(", ")
            );
            Check::warn("messages", "HL151", text)
                .with_fix("type the mention and `help` in the team, while `hailer listen` runs")
        }
    };
    vec![messages, speed(&page)]
}

fn speed(page: &MetricsPage) -> Check {
    let count = page.reply_count();
    let late = page.late_count() + page.count("timed_out");
    let Some(p95) = page.p95() else {
        return Check::skip("speed", "nothing was answered yet");
    };
    let times = if count == 1 { "message" } else { "messages" };
    let count = crate::send::with_thousands(usize::try_from(count).unwrap_or_default());
    let text = format!("95 of 100 within {p95} s of 5 s, over {count} {times}");
    if late > 0 {
        return Check::warn(
            "speed",
            "HL111",
            format!("{text}; {late} came too late or unfinished"),
        );
    }
    Check::ok("speed", text)
}

/// Writes a time as people say it.
fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..86_400 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// Takes out what is nobody else's business.
pub(super) fn redact(
    checks: &mut [Check],
    config: Option<&Config>,
    path: &Path,
    url: Option<&str>,
) {
    let mut words = vec![path.display().to_string()];
    if let Some(config) = config {
        words.extend(config.webhooks.iter().map(|it| it.name.clone()));
        words.extend(config.server.public_url.clone());
    }
    words.extend(url.map(str::to_owned));
    let hosts: Vec<String> = words
        .iter()
        .filter_map(|it| Some(reqwest::Url::parse(it).ok()?.host_str()?.to_owned()))
        .collect();
    words.extend(hosts);
    words.sort_by_key(|it| std::cmp::Reverse(it.len()));
    for check in checks {
        if check.name == "certificate" && check.state == State::Ok {
            "as it should be".clone_into(&mut check.text);
        }
        for word in words.iter().filter(|it| !it.is_empty()) {
            check.text = check.text.replace(word.as_str(), "…");
            check.fix = check.fix.take().map(|it| it.replace(word.as_str(), "…"));
        }
    }
}
