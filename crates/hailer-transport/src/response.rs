//! The responses of the webhook server: all JSON, all with `x-request-id`.
//!
//! Who did not prove to be Teams gets one request for each connection: actix limits the time of a head
//! only for a connection's first, so a stranger with a second one could drip it for ever.

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use actix_web::{HttpResponse, HttpResponseBuilder};
use hailer_reply::{Message, RequestId};
use serde_json::json;

use crate::rejection::Rejection;

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const OUTCOME: HeaderName = HeaderName::from_static("x-hailer-outcome");

/// The same for whatever is wrong, so that it tells a stranger nothing.
const UNAUTHORIZED: &str =
    r#"{"error":"this address answers only requests that are signed with its security token"}"#;

/// As [`UNAUTHORIZED`], for reports.
const UNSIGNED_REPORT: &str = r#"{"error":"this address answers only reports that are signed as Standard Webhooks has it, in the headers webhook-id, webhook-timestamp and webhook-signature, with a secret that it knows"}"#;

/// Answers 200 with a message for the channel.
pub(crate) fn message(id: RequestId, outcome: &'static str, message: Message) -> HttpResponse {
    start(id, StatusCode::OK)
        .insert_header((OUTCOME, HeaderValue::from_static(outcome)))
        .body(message.into_json())
}

/// Answers 401: one body and the same headers for every reason.
pub(crate) fn unauthorized(id: RequestId) -> HttpResponse {
    start(id, StatusCode::UNAUTHORIZED)
        .insert_header((WWW_AUTHENTICATE, HeaderValue::from_static("HMAC")))
        .force_close()
        .body(UNAUTHORIZED)
}

/// Answers 401 to a report: one body for every reason.
pub(crate) fn unsigned_report(id: RequestId) -> HttpResponse {
    start(id, StatusCode::UNAUTHORIZED)
        .force_close()
        .body(UNSIGNED_REPORT)
}

/// Answers with a value.
pub(crate) fn json(id: RequestId, status: StatusCode, value: &serde_json::Value) -> HttpResponse {
    start(id, status).body(value.to_string())
}

/// Answers 400 to a caller who has signed.
pub(crate) fn bad_request(id: RequestId, error: &str) -> HttpResponse {
    start(id, StatusCode::BAD_REQUEST).body(error_body(error))
}

/// Answers a request that never came to the gate.
pub(crate) fn rejected(id: RequestId, rejection: Rejection) -> HttpResponse {
    let mut response = start(id, rejection.status());
    if rejection == Rejection::Method {
        response.insert_header((ALLOW, HeaderValue::from_static("POST")));
    }
    response
        .force_close()
        .body(error_body(&rejection.to_string()))
}

/// Answers a ping: what arrived, as JSON.
pub(crate) fn pong(id: RequestId, pong: &serde_json::Value) -> HttpResponse {
    start(id, StatusCode::OK)
        .insert_header((OUTCOME, HeaderValue::from_static("ping")))
        .body(pong.to_string())
}

/// Answers a ping that is one too many.
pub(crate) fn too_many_pings(id: RequestId) -> HttpResponse {
    start(id, StatusCode::TOO_MANY_REQUESTS)
        .insert_header((RETRY_AFTER, HeaderValue::from_static("60")))
        .body(error_body("too many pings; try again in a minute"))
}

/// Returns the header that finds an exchange in the log.
pub(crate) fn request_id(id: RequestId) -> (HeaderName, HeaderValue) {
    let digits = HeaderValue::try_from(id.to_string());
    (
        REQUEST_ID,
        digits.unwrap_or(HeaderValue::from_static("unknown")),
    )
}

fn start(id: RequestId, status: StatusCode) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response
        .insert_header((CONTENT_TYPE, JSON))
        .insert_header(request_id(id));
    response
}

fn error_body(error: &str) -> String {
    json!({ "error": error }).to_string()
}
