//! Reports: what other systems say by a POST to `/report/NAME`, signed in the form of Standard Webhooks.
//!
//! Here the request is read under limits and its answer is written; who may report, and what comes of it, is the desk's.

use std::panic::AssertUnwindSafe;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hailer_reply::RequestId;
use serde_json::json;

use crate::body::read_body;
use crate::limits::Limits;
use crate::rejection::Rejection;
use crate::request_head::name_behind;
use crate::response;

/// What stands before the name of whoever reports in a path.
pub(crate) const PREFIX: &str = "/report/";

/// A report is a few names; more is something else.
const BODY: usize = 16 * 1024;

/// What somebody reports; nothing of it is known to be true before its signature was looked at.
#[derive(Clone, Debug)]
pub struct Report {
    /// Who says to report: the last part of the path.
    pub name: String,
    /// The header `webhook-id`, if there is one, in ASCII.
    pub id: Option<String>,
    /// The header `webhook-timestamp`.
    pub timestamp: Option<String>,
    /// The header `webhook-signature`.
    pub signature: Option<String>,
    /// The body, as it was signed.
    pub body: Bytes,
    /// Finds this exchange in the log.
    pub request_id: RequestId,
}

/// What came of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReportAnswer {
    /// It was taken note of; the sentence says of what.
    Noted(String),
    /// It is not signed as it should be. Only the log is told why.
    Unauthorized(&'static str),
    /// It is signed, and says nothing that can be read, or not at the right time.
    Malformed(String),
    /// It is signed, and cannot be: there is no such thing.
    Refused(String),
    /// It cannot be written down at this moment.
    Out(String),
}

impl ReportAnswer {
    /// Returns the word for logs.
    pub(crate) fn outcome(&self) -> &'static str {
        match self {
            Self::Noted(_) => "noted",
            Self::Unauthorized(_) => "unauthorized",
            Self::Malformed(_) => "malformed",
            Self::Refused(_) => "refused",
            Self::Out(_) => "out",
        }
    }
}

/// Takes reports.
pub trait ReportDesk: Send + Sync + 'static {
    /// Takes a report, or says why not.
    fn receive(&self, report: Report) -> BoxFuture<'static, ReportAnswer>;
}

/// Reads a report; its head first.
pub(crate) async fn read(
    request: &HttpRequest,
    payload: &mut Payload,
    limits: Limits,
    request_id: RequestId,
) -> Result<Report, Rejection> {
    let name = name_behind(PREFIX, request)?.to_owned();
    let limits = Limits {
        body: limits.body.min(BODY),
        ..limits
    };
    let body = read_body(request.headers(), payload, &limits).await?;
    let header = |name: &str| only(request.headers(), name);
    Ok(Report {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        name,
        body,
        request_id,
    })
}

/// Asks the desk; a desk that panics is out.
pub(crate) async fn ask(desk: &dyn ReportDesk, report: Report) -> ReportAnswer {
    let (id, name) = (report.request_id, report.name.clone());
    let asked = AssertUnwindSafe(desk.receive(report)).catch_unwind();
    asked.await.unwrap_or_else(|_| {
        tracing::error!(
            request_id = %id,
            report = name,
            "taking a report panicked; the place stands in the panic's own line just before this one"
        );
        ReportAnswer::Out(format!("something broke on my side (ref {id})"))
    })
}

/// Writes the answer.
pub(crate) fn respond(id: RequestId, answer: &ReportAnswer) -> HttpResponse {
    let (status, text) = match answer {
        ReportAnswer::Noted(text) => {
            return response::json(id, StatusCode::OK, &json!({ "answer": text }));
        }
        ReportAnswer::Unauthorized(_) => return response::unsigned_report(id),
        ReportAnswer::Malformed(text) => (StatusCode::BAD_REQUEST, text),
        ReportAnswer::Refused(text) => (StatusCode::UNPROCESSABLE_ENTITY, text),
        ReportAnswer::Out(text) => (StatusCode::SERVICE_UNAVAILABLE, text),
    };
    response::json(id, status, &json!({ "error": text }))
}

/// Returns a header that is there once: which of two was signed, nobody knows.
fn only(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut values = headers.get_all(name);
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    value.to_str().ok().map(str::to_owned)
}
