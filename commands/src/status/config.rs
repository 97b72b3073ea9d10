//! `[status.NAME]`: what to check.

use std::time::Duration;

use hailer::{Draft, Section};

/// Less than the time in which the bot must answer.
const TIMEOUT: Duration = Duration::from_secs(2);

/// With more the bot would answer "still working" first.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(3);

/// What people notice as slow.
const SLOW_AFTER: Duration = Duration::from_secs(1);

/// An HTTP endpoint to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// How people call it.
    pub name: String,
    /// What is asked, with GET; redirects are not followed.
    pub url: String,
    /// Time after which it counts as down.
    pub timeout: Duration,
    /// Time after which it counts as slow.
    pub slow_after: Duration,
    /// The only status that counts as up; any from 200 to 399 when left out.
    pub expect: Option<u16>,
}

impl Endpoint {
    /// Names an endpoint, with the usual limits.
    pub fn new(name: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            url: url.into(),
            timeout: TIMEOUT,
            slow_after: SLOW_AFTER,
            expect: None,
        }
    }
}

/// Reads the endpoints in the order of the file; problems are noted in the draft.
pub fn read(draft: &Draft) -> Vec<Endpoint> {
    draft
        .sections("status")
        .iter()
        .filter_map(read_one)
        .collect()
}

fn read_one(section: &Section<'_>) -> Option<Endpoint> {
    let url = section.string("url");
    let timeout = section.duration("timeout").unwrap_or(TIMEOUT);
    if timeout.is_zero() || timeout > LONGEST_TIMEOUT {
        section.reject(
            "timeout",
            "a check may take up to 3s, so that the bot can answer in time",
            "fix: 3s or less",
        );
    }
    let slow_after = section.duration("slow_after").unwrap_or(SLOW_AFTER);
    let expect = section.integer("expect");
    let status = expect
        .and_then(|it| u16::try_from(it).ok())
        .filter(|it| (100..600).contains(it));
    if expect.is_some() && status.is_none() {
        section.reject(
            "expect",
            "an HTTP status has three digits",
            "fix: expect = 200",
        );
    }
    let name = section.name().to_owned();
    let Some(url) = url else {
        section.reject(
            "url",
            "there is no `url`: what is asked to see whether it is up",
            "fix: url = \"https://…\"",
        );
        return None;
    };
    if !reqwest::Url::parse(&url)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
    {
        section.reject(
            "url",
            "this is no HTTP address",
            "fix: url = \"https://host/path\"",
        );
        return None;
    }
    Some(Endpoint {
        timeout,
        slow_after,
        expect: status,
        ..Endpoint::new(name, url)
    })
}
