//! Why the gate refuses a request, for each of its three readers: the caller, metrics, and the log.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use hailer_activity::{ParseError, SignatureError};
use hailer_reply::Reply;

use crate::webhook::Webhook;

/// Why the gate refuses a request.
///
/// `Display` is the log's text: what is wrong and the way out. It never repeats the signature, a token
/// or the message.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Refused {
    /// No webhook has this name.
    UnknownWebhook,
    /// The signature is missing or wrong.
    Signature {
        /// The webhook that was named.
        webhook: Arc<Webhook>,
        /// Which part is wrong.
        error: SignatureError,
        /// The length of the body in bytes: a proxy that rewrites it often changes it.
        body_length: usize,
    },
    /// There are two or more `Authorization` headers.
    SeveralSignatures {
        /// The webhook that was named.
        webhook: Arc<Webhook>,
    },
    /// The signature is right, but the activity is too old or from the future.
    Stale {
        /// The webhook.
        webhook: Arc<Webhook>,
        /// How far the activity's time lies after ours; negative when before.
        skew: TimeDelta,
        /// What is allowed in either direction.
        limit: Duration,
    },
    /// The signature is right, but the activity's time is missing or unreadable.
    Undated {
        /// The webhook.
        webhook: Arc<Webhook>,
    },
    /// The signature is right, but the body is no JSON object.
    Malformed {
        /// The webhook.
        webhook: Arc<Webhook>,
        /// What it is instead.
        error: Arc<ParseError>,
    },
    /// The signature is right and the body an object, but a field has a type that Teams never sends.
    /// A person waits in Teams, so they get [`Refused::reply`].
    WrongShape {
        /// The webhook.
        webhook: Arc<Webhook>,
        /// The field's path, for example `conversation.id`, when it could be found.
        field: Option<String>,
    },
}

/// Which kind of HTTP status a refusal gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusGroup {
    /// 401, the same for all: the caller did not prove to be Teams, now.
    Unauthorized,
    /// 400: it did, and sent what is no activity.
    BadRequest,
    /// 200 with a reply that a person can read.
    Answered,
}

impl Refused {
    /// Returns the webhook; none when no webhook has the name.
    pub fn webhook(&self) -> Option<&Arc<Webhook>> {
        match self {
            Self::UnknownWebhook => None,
            Self::Signature { webhook, .. }
            | Self::SeveralSignatures { webhook }
            | Self::Stale { webhook, .. }
            | Self::Undated { webhook }
            | Self::Malformed { webhook, .. }
            | Self::WrongShape { webhook, .. } => Some(webhook),
        }
    }

    /// Returns which kind of HTTP status the caller gets.
    pub fn status_group(&self) -> StatusGroup {
        match self {
            Self::UnknownWebhook
            | Self::Signature { .. }
            | Self::SeveralSignatures { .. }
            | Self::Stale { .. }
            | Self::Undated { .. } => StatusGroup::Unauthorized,
            Self::Malformed { .. } => StatusGroup::BadRequest,
            Self::WrongShape { .. } => StatusGroup::Answered,
        }
    }

    /// Returns the reason as a label for metrics.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::UnknownWebhook => "unknown_webhook",
            Self::Signature { error, .. } => match error {
                SignatureError::MissingHeader => "missing_header",
                SignatureError::WrongScheme => "wrong_scheme",
                SignatureError::Malformed => "malformed_header",
                SignatureError::Mismatch => "mismatch",
                _ => "signature",
            },
            Self::SeveralSignatures { .. } => "several_headers",
            Self::Stale { skew, .. } if *skew < TimeDelta::zero() => "too_old",
            Self::Stale { .. } => "from_future",
            Self::Undated { .. } => "no_timestamp",
            Self::Malformed { error, .. } => match **error {
                ParseError::NotAnObject => "not_an_object",
                _ => "not_json",
            },
            Self::WrongShape { .. } => "wrong_shape",
        }
    }

    /// Returns the code of the [`Cause`](crate::Cause). HL102 also stands for HL101 and HL104, which only a
    /// look at the body tells apart.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownWebhook => "HL109",
            Self::Signature { error, .. } => match error {
                SignatureError::MissingHeader => "HL105",
                SignatureError::WrongScheme => "HL106",
                SignatureError::Malformed => "HL107",
                _ => "HL102",
            },
            Self::SeveralSignatures { .. } => "HL107",
            Self::Stale { .. } | Self::Undated { .. } => "HL108",
            Self::Malformed { .. } | Self::WrongShape { .. } => "HL124",
        }
    }

    /// Returns what the person in Teams reads, for the one refusal that has such a reader.
    pub fn reply(&self) -> Option<Reply> {
        let Self::WrongShape { field, .. } = self else {
            return None;
        };
        Some(Reply::text(match field {
            Some(field) => format!(
                "I can't read this message: its \"{field}\" part does not look as Teams usually sends it. Nothing was run."
            ),
            None => "I can't read this message: a part of it does not look as Teams usually sends it. Nothing was run."
                .to_owned(),
        }))
    }
}

impl Error for Refused {}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownWebhook => formatter.write_str(
                "no webhook has this name; compare the callback URL in Teams with the configuration",
            ),
            Self::Signature {
                error, body_length, ..
            } => write_signature(formatter, *error, *body_length),
            Self::SeveralSignatures { .. } => formatter.write_str(
                "several authorization headers; let the proxy pass on the one of Teams and add none",
            ),
            Self::Stale { skew, limit, .. } => write_skew(formatter, *skew, *limit),
            Self::Undated { .. } => formatter.write_str(
                "the activity has no readable `timestamp`, so its age is unknown; Teams always sends one (`max_skew = \"off\"` accepts such callers)",
            ),
            Self::Malformed { error, .. } => write!(
                formatter,
                "{error}; the signature is right, so whoever holds the token sends this: not Teams"
            ),
            Self::WrongShape { field, .. } => write!(
                formatter,
                "`{}` has a type that an activity's cannot have; nothing was run",
                field.as_deref().unwrap_or("a field")
            ),
        }
    }
}

fn write_signature(
    formatter: &mut fmt::Formatter<'_>,
    error: SignatureError,
    body_length: usize,
) -> fmt::Result {
    match error {
        SignatureError::MissingHeader => {
            write!(
                formatter,
                "{error}; a proxy strips it, or the caller is not Teams"
            )
        }
        SignatureError::WrongScheme => write!(
            formatter,
            "{error}; a `Bearer` comes from a registered bot or a proxy's own login, outgoing webhooks send `HMAC`"
        ),
        SignatureError::Malformed => {
            write!(
                formatter,
                "{error}; a proxy changes the header, or the caller is not Teams"
            )
        }
        _ => write!(
            formatter,
            "{error} of {body_length} bytes; the security token is another webhook's, or a proxy rewrites the body: `hailer listen` tells which"
        ),
    }
}

fn write_skew(formatter: &mut fmt::Formatter<'_>, skew: TimeDelta, limit: Duration) -> fmt::Result {
    // Rounded up, so that the text never says that 300 s are more than 300 s.
    let seconds = skew.abs().num_milliseconds().unsigned_abs().div_ceil(1000);
    let limit = limit.as_secs();
    if skew < TimeDelta::zero() {
        write!(
            formatter,
            "the activity was sent {seconds} s ago, and {limit} s are allowed; check this machine's clock, or an old request is being replayed"
        )
    } else {
        write!(
            formatter,
            "the activity is dated {seconds} s in the future, and {limit} s are allowed; check this machine's clock: it is slow"
        )
    }
}
