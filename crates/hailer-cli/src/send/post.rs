//! Posting one message, with the time it takes.

use std::time::{Duration, Instant};

use crate::exit::{Exit, Failure};

/// Longer than Teams waits, so that a bot that is too slow is seen to be.
const PATIENCE: Duration = Duration::from_secs(15);

/// What came back.
pub(super) struct Posted {
    pub(super) status: u16,
    pub(super) body: String,
    pub(super) took: Duration,
    pub(super) webhook: String,
    /// Whether the command did what was asked, as far as the bot says so.
    pub(super) is_ok: bool,
}

/// Posts a body with its signature.
pub(super) async fn post(
    url: &str,
    webhook: &str,
    body: String,
    signature: String,
) -> Result<Posted, Failure> {
    // Fails when somebody else has installed one, which does as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .timeout(PATIENCE)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .map_err(|error| Failure::io(format!("error: cannot speak HTTP: {error}")))?;
    let begun = Instant::now();
    let request = client
        .post(url)
        .header("content-type", "application/json; charset=utf-8")
        .header("authorization", signature)
        .body(body);
    let response = request
        .send()
        .await
        .map_err(|error| unreachable(url, &error))?;
    let status = response.status().as_u16();
    let outcome = response
        .headers()
        .get("x-hailer-outcome")
        .and_then(|it| it.to_str().ok())
        .map(str::to_owned);
    let body = response
        .text()
        .await
        .map_err(|error| unreachable(url, &error))?;
    Ok(Posted {
        status,
        body,
        took: begun.elapsed(),
        webhook: webhook.to_owned(),
        is_ok: outcome
            .as_deref()
            .is_none_or(|it| matches!(it, "ok" | "duplicate")),
    })
}

fn unreachable(url: &str, error: &reqwest::Error) -> Failure {
    if error.is_timeout() {
        return Failure::new(
            Exit::TimedOut,
            format!(
                "error: no answer from {url} within {} s",
                PATIENCE.as_secs()
            ),
        );
    }
    if error.is_builder() {
        return Failure::new(
            Exit::Usage,
            format!("error: {url} is no address\n  fix: http://host:port/webhook/NAME"),
        );
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    Failure::new(
        Exit::Unreachable,
        format!("error: cannot reach {url}: {cause}"),
    )
}
