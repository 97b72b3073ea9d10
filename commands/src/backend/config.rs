//! A table of the configuration that names another server.

use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine};
use hailer::Section;
use reqwest::header::HeaderValue;

use crate::backend::{Backend, Sample};

/// Less than the time in which the bot must answer.
pub(super) const TIMEOUT: Duration = Duration::from_secs(3);

/// With more the bot would answer "still working" first.
const LONGEST: Duration = Duration::from_millis(3_500);

/// The url that stands for made-up data.
const SAMPLE: &str = "sample";

/// Reads `url`, `token` or `user` and `password`, and `timeout`; `None` when the table is not there, or cannot be used.
pub(crate) fn read(
    section: &Section<'_>,
    name: &str,
    sample: impl FnOnce() -> Sample,
) -> Option<Backend> {
    if !section.is_present() {
        return None;
    }
    let url = section.string("url");
    let timeout = timeout(section);
    let authorization = authorization(section);
    let url = url.or_else(|| {
        section.reject(
            "url",
            format!("there is no `url`: where {name} is"),
            "fix: url = \"https://…\"; or \"sample\", to try it with made-up data",
        );
        None
    })?;
    if url == SAMPLE {
        return Some(Backend::sample(name, sample()));
    }
    let Some(backend) = Backend::new(name, &url) else {
        section.reject(
            "url",
            "this is no HTTP address",
            "fix: url = \"https://host/path\"; or \"sample\", to try it with made-up data",
        );
        return None;
    };
    let has_secret = reqwest::Url::parse(&url)
        .is_ok_and(|it| !it.username().is_empty() || it.password().is_some());
    if has_secret {
        section.reject(
            "url",
            "the address has a password in it, which would stand in plain sight",
            "fix: user = \"…\" and password = { env = \"NAME\" }, beside the url",
        );
    }
    let backend = backend.within(timeout);
    Some(backend.with(|inner| inner.authorization = authorization))
}

fn timeout(section: &Section<'_>) -> Duration {
    let timeout = section.duration("timeout").unwrap_or(TIMEOUT);
    if timeout.is_zero() || timeout > LONGEST {
        section.reject(
            "timeout",
            "an answer may take up to 3.5s, so that the bot can answer in time",
            "fix: 3s or less",
        );
    }
    timeout
}

fn authorization(section: &Section<'_>) -> Option<HeaderValue> {
    let token = section.secret("token");
    let user = section.string("user");
    let password = section.secret("password");
    if token.is_some() && (user.is_some() || password.is_some()) {
        section.reject(
            "token",
            "there is a token, and a user or password too",
            "fix: one of the two",
        );
    }
    if user.is_some() != password.is_some() {
        section.reject(
            "user",
            "user and password go together",
            "fix: user = \"…\" and password = { env = \"NAME\" }",
        );
    }
    let text = match (token, user, password) {
        (Some(token), ..) => format!("Bearer {}", token.expose()),
        (None, Some(user), Some(password)) => {
            let pair = format!("{user}:{}", password.expose());
            format!("Basic {}", BASE64_STANDARD.encode(pair))
        }
        (None, ..) => return None,
    };
    let value = HeaderValue::try_from(text).ok().map(|mut value| {
        value.set_sensitive(true);
        value
    });
    if value.is_none() {
        section.reject(
            "token",
            "a secret here has line breaks or other characters that no header can have",
            "fix: look at where it is kept",
        );
    }
    value
}
