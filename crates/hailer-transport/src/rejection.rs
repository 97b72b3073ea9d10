//! Requests that are turned away before anybody's signature is looked at.

use std::time::Duration;

use actix_web::http::StatusCode;

/// Why a request is turned away before the gate. None of these depends on which webhooks exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Rejection {
    /// The method is not POST.
    #[error("only POST is answered here; Teams sends nothing else")]
    Method,
    /// The path is not that of a webhook.
    #[error("nothing lives at this path; webhooks are at /webhook/<name>")]
    Path,
    /// The body's type is not JSON.
    #[error("the content type must be application/json")]
    ContentType,
    /// The body is compressed: the signature is over the bytes as sent, and we unpack nothing.
    #[error("the body must not be compressed; send it without content-encoding")]
    ContentEncoding,
    /// The body is larger than the limit.
    #[error("the body is larger than {limit} bytes; send less")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The body took too long to arrive.
    #[error("the body did not arrive within {} ms; send it at once", limit.as_millis())]
    TooSlow {
        /// The limit.
        limit: Duration,
    },
    /// The body ended early or its framing is broken.
    #[error("the body broke off; send it again as a whole")]
    BrokenBody,
}

impl Rejection {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Path => StatusCode::NOT_FOUND,
            Self::ContentType | Self::ContentEncoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow { .. } => StatusCode::REQUEST_TIMEOUT,
            Self::BrokenBody => StatusCode::BAD_REQUEST,
        }
    }

    /// Returns the code of the [`Cause`](crate::Cause).
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Method | Self::Path | Self::ContentType => "HL123",
            Self::ContentEncoding => "HL104",
            Self::TooLarge { .. } => "HL113",
            Self::TooSlow { .. } | Self::BrokenBody => "HL114",
        }
    }

    /// Returns the label for logs; it tells apart what shares a status.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::Path => "path",
            Self::ContentType => "content_type",
            Self::ContentEncoding => "content_encoding",
            Self::TooLarge { .. } => "too_large",
            Self::TooSlow { .. } => "slow_body",
            Self::BrokenBody => "broken_body",
        }
    }
}
