//! What is wrong with another server: words for the channel, and a cause for the log.

use std::error::Error;
use std::time::Duration;

use hailer::CommandError;

use crate::backend::Backend;

/// What a server said of its refusal is shown up to here.
const LONGEST_REASON: usize = 300;

/// Why a server gave no answer that can be used.
#[derive(Debug)]
pub(crate) struct Fault {
    /// The whole sentence for the channel.
    text: String,
    /// The status, when it answered with one.
    pub(crate) status: Option<u16>,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

impl Fault {
    fn told(text: String) -> Self {
        Self {
            text,
            status: None,
            cause: None,
        }
    }

    pub(super) fn of(backend: &Backend, error: reqwest::Error) -> Self {
        let why = why(&error, backend.inner.timeout);
        Self {
            // An address may have a password in it.
            cause: Some(error.without_url().into()),
            ..Self::told(format!("I get nothing from {}: {why}.", backend.name()))
        }
    }

    pub(super) fn no_certificates(backend: &Backend) -> Self {
        let name = backend.name();
        Self::told(format!(
            "I can't ask {name}: this machine has no certificates to check others with."
        ))
    }

    pub(super) fn too_much(backend: &Backend) -> Self {
        let name = backend.name();
        Self::told(format!(
            "{name} answers with more than 4 MiB. Ask for less."
        ))
    }

    pub(super) fn nonsense(backend: &Backend, error: serde_json::Error) -> Self {
        let name = backend.name();
        Self {
            cause: Some(error.into()),
            ..Self::told(format!(
                "{name} answers with something else than it should. Is its url that of {name}, and not of a page in front of it?"
            ))
        }
    }

    pub(super) fn status(backend: &Backend, status: u16, answer: &[u8]) -> Self {
        let name = backend.name();
        let text = match status {
            401 | 403 => format!(
                "{name} does not let me in ({status}). An admin has to look at the secret in its table of the configuration."
            ),
            300..=399 => format!(
                "{name} sends me elsewhere ({status}), where I don't go. An admin has to correct its url."
            ),
            429 => format!("{name} is asked too much at the moment. Try again in a minute."),
            400..=499 => match reason(answer) {
                Some(reason) => format!("{name} refuses that: {reason}"),
                None => format!("{name} refuses that ({status})."),
            },
            _ => format!("{name} is in trouble itself ({status}). Try again in a minute."),
        };
        Self {
            status: Some(status),
            ..Self::told(text)
        }
    }
}

impl From<Fault> for CommandError {
    fn from(fault: Fault) -> Self {
        let error = Self::told(fault.text);
        match fault.cause {
            Some(cause) => error.caused_by(cause),
            None => error,
        }
    }
}

/// Finds what a server says of a refusal: a JSON string, or what stands under `error` or `message`.
fn reason(answer: &[u8]) -> Option<String> {
    let answer: serde_json::Value = serde_json::from_slice(answer).ok()?;
    let text = answer
        .as_str()
        .or_else(|| answer.get("error")?.as_str())
        .or_else(|| answer.get("message")?.as_str())?;
    let end = text.floor_char_boundary(LONGEST_REASON);
    let shown = text.get(..end)?.trim();
    (!shown.is_empty()).then(|| shown.to_owned())
}

/// Words an error for the channel, which must not learn hosts and addresses.
pub(crate) fn why(error: &reqwest::Error, timeout: Duration) -> String {
    if error.is_timeout() {
        return late(timeout);
    }
    cause(error).alone.to_owned()
}

/// Says that there was no answer in time.
pub(crate) fn late(timeout: Duration) -> String {
    let timeout = timeout.as_millis();
    match timeout % 1_000 {
        0 => format!("no answer within {} s", timeout / 1_000),
        _ if timeout > 1_000 => format!("no answer within {:.1} s", timeout as f64 / 1_000.0),
        _ => format!("no answer within {timeout} ms"),
    }
}

/// Why a server was not heard, in words.
pub(crate) struct Cause {
    sign: &'static str,
    /// As a sentence.
    pub(crate) alone: &'static str,
    /// Behind a name.
    pub(crate) after_name: &'static str,
}

const CAUSES: [Cause; 10] = [
    Cause::new(
        "connection refused",
        "the connection is refused",
        "refuses the connection",
    ),
    Cause::new(
        "dns error",
        "its name is not known",
        "has a name that is not known",
    ),
    Cause::new(
        "failed to lookup",
        "its name is not known",
        "has a name that is not known",
    ),
    Cause::new(
        "certificate expired",
        "its certificate has expired",
        "has a certificate that has expired",
    ),
    Cause::new(
        "not valid for name",
        "its certificate is for another name",
        "has a certificate for another name",
    ),
    Cause::new(
        "unknownissuer",
        "nobody known vouches for its certificate",
        "has a certificate for which nobody known vouches",
    ),
    Cause::new(
        "certificate",
        "its certificate is not accepted",
        "has a certificate that is not accepted",
    ),
    Cause::new("connection reset", "it hangs up", "hangs up"),
    Cause::new("connection closed", "it hangs up", "hangs up"),
    Cause::new("unreachable", "there is no way to it", "cannot be reached"),
];

const NONSENSE: Cause = Cause::new("", "it gives no proper answer", "gives no proper answer");

impl Cause {
    const fn new(sign: &'static str, alone: &'static str, after_name: &'static str) -> Self {
        Self {
            sign,
            alone,
            after_name,
        }
    }
}

/// Finds out why a server was not heard, of whatever the error says of itself.
pub(crate) fn cause(error: &(dyn Error + 'static)) -> &'static Cause {
    let mut said = String::new();
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(cause) = next {
        said.push_str(&cause.to_string().to_lowercase());
        next = cause.source();
    }
    let known = CAUSES.iter().find(|it| said.contains(it.sign));
    known.unwrap_or(&NONSENSE)
}
