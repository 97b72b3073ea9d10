//! The round trip: a signed ping through the public URL, and what its answer proves.

use std::time::{Duration, Instant};

use anyhow::Context;
use chrono::{DateTime, Utc};
use hailer::{HmacKey, WebhookConfig, ping_body};
use reqwest::{Client, Response};
use serde_json::Value;

use super::address::Address;
use super::certificate::Recorder;
use super::report::Check;
use crate::diagnosis::diagnose;
use crate::exit::Exit;
use crate::http;
use crate::watching::Watching;

/// The row that this fills.
pub(crate) const ROW: &str = "round trip";

/// Twice what Teams waits: what is later is as good as nothing.
const PATIENCE: Duration = Duration::from_secs(10);

/// With half of the five seconds on the way, commands have too little.
const SLOW: Duration = Duration::from_millis(2_500);

/// About the largest message of Teams: 28 KB, with its copy in HTML.
const PING_BYTES: usize = 64 * 1024;

/// The time for the bot to tell what it did with a ping.
const TELLING: Duration = Duration::from_secs(3);

/// Names that tunnels have.
const TUNNELS: [&str; 6] = [
    "ngrok",
    "devtunnels",
    "trycloudflare",
    "loca.lt",
    "localtunnel",
    "lhr.life",
];

/// What stands on a login page, or in the address of one.
const LOGINS: [&str; 6] = [
    "login",
    "signin",
    "sign in",
    "oauth",
    "authorize",
    "password",
];

/// A ping on its way.
pub(crate) struct Ping {
    pub(crate) body: String,
    signature: String,
}

/// What a ping came back with.
pub(crate) enum Answer {
    /// The bot's own answer.
    Pong {
        pong: Value,
        took: Duration,
        asked: DateTime<Utc>,
        /// What its bytes are said to be.
        content_type: String,
    },
    /// Some other answer.
    Other {
        status: u16,
        request_id: Option<String>,
        location: String,
        text: String,
    },
}

impl Ping {
    pub(crate) fn new(key: &HmacKey, limit: usize) -> Self {
        let mark = format!("{:x}", Utc::now().timestamp_micros());
        let body = ping_body(&mark, PING_BYTES.min(limit));
        let signature = key.sign(body.as_bytes());
        Self { body, signature }
    }

    /// Sends it.
    pub(crate) async fn send(&self, client: &Client, url: &str) -> reqwest::Result<Answer> {
        let (begun, asked) = (Instant::now(), Utc::now());
        let sending = client
            .post(url)
            .timeout(PATIENCE)
            .header("content-type", "application/json; charset=utf-8")
            .header("authorization", &self.signature)
            .body(self.body.clone())
            .send();
        let response = sending.await?;
        let status = response.status().as_u16();
        let (request_id, location) = (
            header(&response, "x-request-id"),
            header(&response, "location"),
        );
        let content_type = header(&response, "content-type").unwrap_or_default();
        let text = response.text().await?;
        let took = begun.elapsed();
        let json: Value = serde_json::from_str(&text).unwrap_or_default();
        let is_pong = json.get("type").and_then(Value::as_str) == Some("hailer.pong");
        if is_pong && status == 200 {
            return Ok(Answer::Pong {
                pong: json,
                took,
                asked,
                content_type,
            });
        }
        let location = location.unwrap_or_default();
        Ok(Answer::Other {
            status,
            request_id,
            location,
            text,
        })
    }
}

/// A client that goes to this address and remembers its certificate.
pub(crate) fn client(address: &Address, recorder: &Recorder) -> anyhow::Result<Client> {
    http::builder()
        .connect_timeout(PATIENCE)
        .resolve_to_addrs(&address.host, &address.addresses)
        .tls_backend_preconfigured(recorder.config()?)
        .build()
        .context("cannot speak HTTPS")
}

/// Says what is wrong when nobody answered.
pub(crate) fn not_reached(address: &Address, error: &reqwest::Error) -> Check {
    let cause = http::cause(error);
    let host = &address.host;
    if error.is_timeout() {
        let text = format!("{host} does not answer within {} s", PATIENCE.as_secs());
        return Check::fail(ROW, "HL135", text).with_exit(Exit::TimedOut);
    }
    if let Some(error) = tls_error(error) {
        let text = format!("{host} does not speak TLS as Teams does: {error}");
        return Check::fail("certificate", "HL132", text);
    }
    let text = format!("{host} cannot be reached: {cause}");
    Check::fail(ROW, "HL135", text).with_exit(Exit::Unreachable)
}

/// TLS hides its errors in those of the system, which are nested and no sources of each other.
fn tls_error(error: &reqwest::Error) -> Option<&rustls::Error> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<rustls::Error>() {
            return Some(error);
        }
        cause = match error
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref)
        {
            Some(within) => Some(within),
            None => error.source(),
        };
    }
    None
}

/// Judges the answer to a ping of this webhook.
pub(crate) async fn judge(
    answer: Answer,
    ping: &Ping,
    webhook: &WebhookConfig,
    all: &[WebhookConfig],
    watching: Option<&mut Watching>,
) -> Check {
    match answer {
        Answer::Pong { content_type, .. } if !is_json(&content_type) => {
            let arrives = match content_type.as_str() {
                "" => "without a Content-Type".to_owned(),
                other => format!("as `{other}`"),
            };
            let text =
                format!("the answer arrives {arrives}, and Teams reads application/json only");
            Check::fail(ROW, "HL121", text)
                .with_fix("let the proxy hand on the Content-Type of the bot's answers")
        }
        Answer::Pong { pong, took, .. } => judge_pong(&pong, took, ping),
        Answer::Other {
            status,
            request_id: Some(id),
            text,
            ..
        } => {
            let told = match watching {
                Some(watching) => watching.find(&id, TELLING).await,
                None => None,
            };
            let diagnosis = told.and_then(|it| {
                let is_changed =
                    it.body != ping.body.as_bytes() && it.reason.as_deref() == Some("mismatch");
                if is_changed {
                    return Some(("HL104", changed(&ping.body, &it.body), None));
                }
                let found = diagnose(&it, all)?;
                Some((found.code, found.text, found.fix))
            });
            match diagnosis {
                Some((code, text, fix)) => {
                    let check = Check::fail(ROW, code, text);
                    match fix {
                        Some(fix) => check.with_fix(fix),
                        None => check,
                    }
                }
                None => refused(status, &id, &text, &webhook.name),
            }
        }
        Answer::Other {
            status,
            location,
            text,
            ..
        } => foreign(status, &location, &text),
    }
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

fn judge_pong(pong: &Value, took: Duration, ping: &Ping) -> Check {
    let number = |key: &str| pong.get(key).and_then(Value::as_u64);
    let seconds = took.as_secs_f64();
    if took > SLOW {
        let text =
            format!("the way there and back takes {seconds:.1} s of the 5 s that Teams waits");
        return Check::warn(ROW, "HL112", text);
    }
    let host = |key: &str| pong.get(key).and_then(Value::as_str).map(str::to_owned);
    if let (Some(host), Some(last)) = (host("host"), host("last_host"))
        && host != last
    {
        let text = format!("it works, but Teams last called {last}, and this is {host}");
        return Check::warn(ROW, "HL141", text);
    }
    let bytes = number("bytes").unwrap_or(ping.body.len() as u64);
    let bytes = crate::send::with_thousands(usize::try_from(bytes).unwrap_or_default());
    Check::ok(
        ROW,
        format!("{bytes} bytes arrived unchanged · {seconds:.2} s of 5 s"),
    )
}

/// Says where the body that arrived differs.
fn changed(sent: &str, arrived: &[u8]) -> String {
    let same = sent
        .bytes()
        .zip(arrived)
        .take_while(|(one, other)| one == *other)
        .count();
    format!(
        "something on the way rewrites the body: {} bytes were sent, {} arrived, and byte {} is the first that differs",
        sent.len(),
        arrived.len(),
        same + 1
    )
}

fn refused(status: u16, id: &str, text: &str, webhook: &str) -> Check {
    let json: Value = serde_json::from_str(text).unwrap_or_default();
    let error = json
        .get("error")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let code = match status {
        401 => "HL102",
        413 => "HL113",
        408 | 400 => "HL114",
        429 => "HL112",
        _ => "HL123",
    };
    let text = format!("the bot refused the ping of {webhook} with {status}: {error}");
    let fix = format!("run doctor where the bot runs, or look for request_id={id} in its log");
    Check::fail(ROW, code, text).with_fix(fix)
}

/// Judges an answer that is not the bot's.
fn foreign(status: u16, location: &str, text: &str) -> Check {
    let lower = text.to_lowercase();
    let has = |words: &[&str]| {
        words
            .iter()
            .any(|it| lower.contains(it) || location.to_lowercase().contains(it))
    };
    let is_html = lower.contains("<html") || lower.contains("<!doctype");
    if (300..400).contains(&status) {
        let text = format!("the answer is a redirect ({status}) to {location}");
        let code = if has(&LOGINS) { "HL142" } else { "HL133" };
        return Check::fail(ROW, code, text);
    }
    let wants_login = matches!(status, 200 | 401 | 403) && is_html && has(&LOGINS);
    if wants_login || (is_html && status != 413 && has(&TUNNELS)) {
        let text = format!("a page answered ({status}) that wants a login or a click");
        return Check::fail(ROW, "HL142", text);
    }
    let what = match status {
        200 => "with a page of its own",
        401 | 403 => "and wants a login",
        404 => "and does not know the path",
        413 => "because the request is too large for it",
        502..=504 => "because it does not reach the bot",
        _ => "by itself",
    };
    Check::fail(
        ROW,
        "HL122",
        format!("something before the bot answered {status}, {what}"),
    )
}

fn header(response: &Response, name: &str) -> Option<String> {
    let value = response.headers().get(name)?;
    value.to_str().ok().map(str::to_owned)
}
