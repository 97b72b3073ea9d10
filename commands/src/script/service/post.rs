//! One call of a service: signed, bounded, and tried again only where that does no harm.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Utc};
use hailer_process::Masker;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use tokio::time::sleep;

use super::Service;
use super::error::CallError;

/// More attempts do not help.
const ATTEMPTS: u32 = 5;

/// The time before the second attempt; it doubles with each.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// A service that asks for more is not waited for.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// So much is read beyond what is kept, so that a secret at the end is seen whole.
const MARGIN: usize = 8 * 1024;

/// What is sent, and what may come back.
pub(super) struct Order<'a> {
    /// Names the call; the same at each attempt.
    pub(super) key: &'a str,
    pub(super) body: Vec<u8>,
    /// How many bytes of the answer are kept.
    pub(super) most: usize,
    pub(super) is_idempotent: bool,
    pub(super) masker: Masker,
}

/// What a service answered.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) status: u16,
    /// The type of its body without parameters, in small letters.
    pub(super) kind: Option<String>,
    /// Its body without secrets.
    pub(super) text: String,
    /// Whether there was more of it.
    pub(super) is_cut: bool,
    /// When to come again, if it says so.
    pub(super) after: Option<Duration>,
}

/// Calls a service, several times when it is idempotent and out for a moment.
pub(super) async fn post(service: &Service, order: &Order<'_>) -> Result<Response, CallError> {
    let mut pause = FIRST_PAUSE;
    let mut attempt = 1;
    loop {
        let outcome = post_once(service, order).await;
        let is_last = !order.is_idempotent || attempt == ATTEMPTS;
        let asked = match &outcome {
            Ok(response) if is_passing(response.status) => response.after,
            Err(error) if error.is_passing() => None,
            Ok(_) | Err(_) => return outcome,
        };
        let wait = asked.unwrap_or(pause);
        if is_last || wait > LONGEST_PAUSE {
            return outcome;
        }
        sleep(wait).await;
        pause *= 2;
        attempt += 1;
    }
}

fn is_passing(status: u16) -> bool {
    status == 429 || (500..600).contains(&status)
}

async fn post_once(service: &Service, order: &Order<'_>) -> Result<Response, CallError> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let timestamp = now.unwrap_or_default().as_secs();
    let signatures: Vec<String> = service
        .secrets
        .iter()
        .map(|it| it.sign(order.key, timestamp, &order.body))
        .collect();
    let host = service.url.host();
    let request = service
        .client()?
        .post(service.url.expose().clone())
        .header(CONTENT_TYPE, "application/json")
        .header("webhook-id", order.key)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signatures.join(" "))
        .body(order.body.clone());
    let response = request.send().await;
    let mut response = response.map_err(|error| CallError::of(&error, host))?;
    let (status, kind) = (response.status().as_u16(), kind(response.headers()));
    let after = retry_after(response.headers());
    let mut body = Vec::new();
    let enough = order.most + MARGIN;
    while body.len() <= enough {
        match response.chunk().await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(error) => return Err(CallError::of(&error, host)),
        }
    }
    let mut text = order.masker.mask_text(&String::from_utf8_lossy(&body));
    let is_cut = text.len() > order.most;
    text.truncate(text.floor_char_boundary(order.most));
    Ok(Response {
        status,
        kind,
        text,
        is_cut,
        after,
    })
}

fn kind(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let kind = value.split(';').next().unwrap_or_default();
    Some(kind.trim().to_ascii_lowercase())
}

/// Reads the header as seconds, or as a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTime::parse_from_rfc2822(value).ok()?;
    let left = date.signed_duration_since(Utc::now());
    Some(left.to_std().unwrap_or_default())
}
