//! One message and its answer, with everything that happened in between.

use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use hailer::HmacKey;
use hailer_reply::{message_size, read_message};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::judged;
use crate::reading::Reading;
use crate::sorry::Sorry;
use crate::stage::{Speaker, Stage};
use crate::wire::{NoResponse, Request, Response};

/// Longer than `max_skew` is anywhere.
const OLD: TimeDelta = TimeDelta::hours(25);

/// The longest that the network can be made to take.
const LONGEST_DELAY: Duration = Duration::from_secs(10);

/// What the page asks to be said.
#[derive(Debug, Deserialize)]
pub(crate) struct Say {
    speaker: Speaker,
    text: String,
    #[serde(default)]
    wrong: Wrong,
}

/// What the page asks to be sent again.
#[derive(Debug, Deserialize)]
pub(crate) struct Again {
    webhook: String,
    body: String,
    /// The old signature; a new one is made when it is left out.
    authorization: Option<String>,
}

/// What is made to go wrong.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Wrong {
    signature: bool,
    body: bool,
    twice: bool,
    phone: bool,
    old: bool,
    delay_ms: u64,
}

/// Says something to the bot; `None` when there is no such webhook.
pub(crate) async fn say(stage: &Stage, say: &Say) -> Option<Value> {
    let Say {
        speaker,
        text,
        wrong,
    } = say;
    let (_, key) = stage.webhook(&speaker.webhook)?;
    let mut message = stage.message(speaker, text)?;
    if wrong.phone {
        message = message.typed_on_phone();
    }
    let now = if wrong.old {
        Utc::now() - OLD
    } else {
        Utc::now()
    };
    let mut body = message.to_json(now);
    let signature = if wrong.signature {
        stranger(&key).sign(body.as_bytes())
    } else {
        key.sign(body.as_bytes())
    };
    if wrong.body {
        body = indented(&body);
    }
    let request = Request {
        address: stage.address,
        webhook: speaker.webhook.clone(),
        authorization: Some(signature),
        body,
    };
    let delay = Duration::from_millis(wrong.delay_ms).min(LONGEST_DELAY);
    let first = exchange(stage, &request, delay).await;
    let mut all = vec![first];
    if wrong.twice {
        all.push(exchange(stage, &request, Duration::ZERO).await);
    }
    Some(json!({ "exchanges": all }))
}

/// Sends a body again; `None` when there is no such webhook.
pub(crate) async fn again(stage: &Stage, again: Again) -> Option<Value> {
    let (_, key) = stage.webhook(&again.webhook)?;
    let signature = again
        .authorization
        .filter(|it| !it.contains(['\r', '\n']))
        .unwrap_or_else(|| key.sign(again.body.as_bytes()));
    let request = Request {
        address: stage.address,
        webhook: again.webhook,
        authorization: Some(signature),
        body: again.body,
    };
    let done = exchange(stage, &request, Duration::ZERO).await;
    Some(json!({ "exchanges": [done] }))
}

async fn exchange(stage: &Stage, request: &Request, delay: Duration) -> Value {
    let begun = Instant::now();
    tokio::time::sleep(delay).await;
    let response = request.send().await;
    let total = begun.elapsed();
    let reading = Reading::of(stage, request, Utc::now());
    let sorry = Sorry::find(&response, &reading.verdict, delay);
    let timing = timing(&response, delay, total);
    json!({
        "request": request_json(request),
        "reading": reading.to_json(),
        "response": response.as_ref().ok().map(response_json),
        "failure": response.as_ref().err().map(ToString::to_string),
        "sorry": sorry.as_ref().map(Sorry::to_json),
        "timing": timing,
    })
}

fn timing(response: &Result<Response, NoResponse>, delay: Duration, total: Duration) -> Value {
    let connected = response.as_ref().map_or(Duration::ZERO, |it| it.connected);
    let answered = response.as_ref().map_or(total, |it| it.answered);
    json!({
        "networkUs": micros(delay),
        "connectUs": micros(connected),
        "answerUs": micros(answered.saturating_sub(connected)),
        "totalUs": micros(answered + if response.is_ok() { delay } else { Duration::ZERO }),
    })
}

fn request_json(request: &Request) -> Value {
    json!({
        "method": "POST",
        "path": request.path(),
        "webhook": request.webhook,
        "headers": request.headers(),
        "body": request.body,
    })
}

fn response_json(response: &Response) -> Value {
    let message: Option<Value> = serde_json::from_str(&response.body).ok();
    let findings = message.as_ref().filter(|_| response.status == 200);
    let plain = read_message(&response.body).map(|it| it.to_plain());
    json!({
        "status": response.status,
        "headers": response.headers,
        "body": response.body,
        "plain": plain.unwrap_or_default(),
        "outcome": response.header("x-hailer-outcome"),
        "requestId": response.header("x-request-id"),
        "size": message.as_ref().map_or(response.body.len(), message_size),
        "findings": findings.map(judged::findings).unwrap_or_default(),
        "message": message,
    })
}

/// Returns a key that is not the webhook's: that of another team, so to speak.
fn stranger(key: &HmacKey) -> HmacKey {
    // The signature of anything is base64 of 32 bytes, as a token is.
    let signature = key.sign(b"another team");
    let token = signature.trim_start_matches("HMAC ");
    HmacKey::from_base64(token).unwrap_or_else(|_| key.clone())
}

/// Writes JSON as a proxy does that thinks it helps.
fn indented(body: &str) -> String {
    let value: Option<Value> = serde_json::from_str(body).ok();
    value.map_or_else(|| body.to_owned(), |it| format!("{it:#}"))
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
