//! `health`: whether what was deployed does its work. It is asked after each deploy until it says yes, or time is up.

mod query;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hailer::{Invocation, Section};
use hailer_process::Launcher;

use crate::backend::Backend;
use crate::deploy::http;
use crate::deploy::program::{Call, last_line};
use crate::deploy::text::{self, Values};
use crate::deploy::words::took;
use crate::script::Template;
use crate::status::config::expected_status;

/// A service may take this long to be healthy.
const WITHIN: Duration = Duration::from_secs(120);

/// What passes between two questions.
const EVERY: Duration = Duration::from_secs(3);

/// One question may take this long.
const TIMEOUT: Duration = Duration::from_secs(5);

/// How to find out whether a service does its work.
#[derive(Debug)]
pub(super) struct HealthCheck {
    question: Question,
    within: Duration,
    every: Duration,
    /// For so long the answer has to be yes, each time.
    stays: Duration,
}

/// What is asked.
#[derive(Debug)]
enum Question {
    /// An address, with GET; redirects are not followed. The only status that counts; any from 200 to 299 when left out.
    Http(Template, Option<u16>),
    /// A program, which says yes by its exit code 0.
    Program(Call, Launcher),
    /// Prometheus.
    Measured(query::Measured),
}

/// What was found out, in words for the channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Health {
    /// It does its work.
    Good(String),
    /// It does not.
    Bad(String),
}

/// Tells whether `health` of a service asks Prometheus.
pub(super) fn asks_prometheus(section: &Section<'_>) -> bool {
    section.is_table("health") && section.section("health").has("query")
}

impl Health {
    /// What was good, and had to stay so for a time that nobody waits for any more, was not shown to be good.
    fn unfinished(self, stays: Duration) -> Self {
        match self {
            Self::Good(words) if !stays.is_zero() => {
                Self::Bad(format!("{words}, but not for long enough"))
            }
            health => health,
        }
    }
}

/// Reads `health` of a service: an address, or a table.
pub(super) fn read(section: &Section<'_>, prometheus: Option<&Backend>) -> Option<HealthCheck> {
    if section.is_table("health") {
        return read_table(&section.section("health"), prometheus);
    }
    section.string("health")?;
    let url = read_url(section, "health")?;
    Some(HealthCheck {
        question: Question::Http(url, None),
        within: WITHIN,
        every: EVERY,
        stays: Duration::ZERO,
    })
}

fn read_table(section: &Section<'_>, prometheus: Option<&Backend>) -> Option<HealthCheck> {
    let question = read_question(section, prometheus)?;
    let check = HealthCheck {
        within: section.duration("within").unwrap_or(WITHIN),
        every: section.duration("every").unwrap_or(EVERY),
        stays: section.duration("for").unwrap_or_default(),
        question,
    };
    if check.every.is_zero() {
        section.reject(
            "every",
            "there is time between two questions",
            "fix: every = \"3s\"",
        );
    }
    Some(check)
}

fn read_question(section: &Section<'_>, prometheus: Option<&Backend>) -> Option<Question> {
    if section.has("query") {
        return query::read(section, prometheus).map(Question::Measured);
    }
    let status = expected_status(section);
    match Call::read(section, "exec", &BTreeMap::new()) {
        Some(call) => Some(Question::Program(call, Launcher::find())),
        None if section.strings("exec").is_some() => None,
        None => Some(Question::Http(read_url(section, "url")?, status)),
    }
}

fn read_url(section: &Section<'_>, key: &str) -> Option<Template> {
    let written = section.string(key);
    let is_url = |it: &String| it.starts_with("https://") || it.starts_with("http://");
    if !written.as_ref().is_some_and(is_url) {
        section.reject(
            key,
            "this is no HTTP address",
            "fix: \"https://{environment}.example.com/health\"",
        );
        return None;
    }
    text::read(section, key)
}

impl HealthCheck {
    /// Returns the names in braces that it uses.
    pub(super) fn names(&self) -> Vec<String> {
        match &self.question {
            Question::Http(url, _) => url.names().map(str::to_owned).collect(),
            Question::Program(call, _) => call.names().collect(),
            // Its braces may be those of Prometheus.
            Question::Measured(_) => Vec::new(),
        }
    }

    /// Says what it will look at.
    pub(super) fn plan(&self) -> String {
        let what = match &self.question {
            Question::Http(..) | Question::Program(..) => "at its health".to_owned(),
            Question::Measured(measured) => {
                format!("whether Prometheus has it {}", measured.wanted())
            }
        };
        let stays = if self.stays.is_zero() {
            String::new()
        } else {
            format!(" and {} without a break", took(self.stays))
        };
        format!("{what}, for up to {}{stays}", took(self.within))
    }

    /// Returns how long a service may take until it does its work.
    pub(super) fn within(&self) -> Duration {
        self.within + self.stays + TIMEOUT
    }

    /// Asks until the answer is yes, time is up, or nobody wants to know any more.
    pub(super) async fn wait(&self, values: &Values, invocation: &Invocation) -> Health {
        let begun = Instant::now();
        let mut good_since = None;
        loop {
            let health = self.ask(values).await;
            let is_good = matches!(health, Health::Good(_));
            good_since = is_good.then(|| good_since.unwrap_or_else(Instant::now));
            if good_since.is_some_and(|it| it.elapsed() >= self.stays) {
                return health;
            }
            // What is good by then may still show that it stays so.
            let limit = self.within + good_since.map_or(Duration::ZERO, |_| self.stays);
            if begun.elapsed() + self.every > limit {
                return health.unfinished(self.stays);
            }
            tokio::select! {
                () = tokio::time::sleep(self.every) => {}
                () = invocation.cancellation().cancelled() => return health.unfinished(self.stays),
            }
        }
    }

    /// Asks once.
    async fn ask(&self, values: &Values) -> Health {
        match &self.question {
            Question::Measured(measured) => measured.ask(values).await,
            Question::Http(url, expect) => ask_http(&values.fill_url(url), *expect).await,
            Question::Program(call, launcher) => {
                let program = call.program(values, TIMEOUT, &BTreeMap::new());
                match call.ask(program, TIMEOUT, launcher).await {
                    Ok(said) => Health::Good(last_line(&said).unwrap_or_else(|| "yes".to_owned())),
                    Err(trouble) => Health::Bad(trouble.what),
                }
            }
        }
    }
}

async fn ask_http(url: &str, expect: Option<u16>) -> Health {
    let Some(client) = http::client() else {
        return Health::Bad(http::NO_CLIENT.to_owned());
    };
    let begun = Instant::now();
    let response = match client.get(url).timeout(TIMEOUT).send().await {
        Ok(response) => response,
        Err(error) => return Health::Bad(format!("it {}", http::explain(&error, TIMEOUT))),
    };
    let status = response.status().as_u16();
    match expect {
        Some(expected) if status != expected => {
            Health::Bad(format!("it answers {status} instead of {expected}"))
        }
        None if !(200..300).contains(&status) => Health::Bad(format!("it answers {status}")),
        Some(_) | None => Health::Good(format!("it answers {status} in {}", took(begun.elapsed()))),
    }
}
