//! Answers of every kind, each with the headers that guard it.

use std::convert::Infallible;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use futures_util::Stream;
use serde_json::{Value, json};

use crate::assets::Asset;
use crate::guard;

pub(crate) fn file(request: &HttpRequest, asset: &Asset) -> HttpResponse {
    let is_known = request
        .headers()
        .get_all(IF_NONE_MATCH)
        .filter_map(|it| it.to_str().ok())
        .flat_map(|it| it.split(','))
        .any(|tag| matches!(tag.trim(), "*") || tag.trim() == asset.etag);
    let status = if is_known {
        StatusCode::NOT_MODIFIED
    } else {
        StatusCode::OK
    };
    let mut response = HttpResponse::build(status);
    guard::harden(&mut response)
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-cache")))
        .insert_header((ETAG, asset.etag.as_str()))
        .insert_header((CONTENT_TYPE, HeaderValue::from_static(asset.content_type)));
    if is_known {
        response.finish()
    } else {
        response.body(asset.bytes)
    }
}

/// Answers with events for as long as the page listens.
pub(crate) fn events(
    stream: impl Stream<Item = Result<Bytes, Infallible>> + 'static,
) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    guard::harden(&mut response)
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .insert_header((CONTENT_TYPE, HeaderValue::from_static("text/event-stream")))
        .streaming(stream)
}

pub(crate) fn json_response(value: &Value) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    guard::harden(&mut response)
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .insert_header((
            CONTENT_TYPE,
            HeaderValue::from_static("application/json; charset=utf-8"),
        ))
        .body(value.to_string())
}

pub(crate) fn text(status: StatusCode, error: &str) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    guard::harden(&mut response)
        .insert_header((
            CONTENT_TYPE,
            HeaderValue::from_static("application/json; charset=utf-8"),
        ))
        .body(json!({ "error": error }).to_string())
}
