//! What the head of a request says, before its body is read.

use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HOST, HeaderMap};

use crate::authorization::Authorization;
use crate::rejection::Rejection;

/// What stands before a webhook's name in a path.
pub(crate) const PREFIX: &str = "/webhook/";

/// Returns the webhook's name, if method, path and type are those of a message.
pub(crate) fn webhook_name(request: &HttpRequest) -> Result<&str, Rejection> {
    name_behind(PREFIX, request)
}

/// Returns the last part of a path that begins so, if method and type are those of a message.
pub(crate) fn name_behind<'r>(
    prefix: &str,
    request: &'r HttpRequest,
) -> Result<&'r str, Rejection> {
    if request.method() != Method::POST {
        return Err(Rejection::Method);
    }
    let name = request.path().strip_prefix(prefix);
    let name = name.filter(|name| !name.is_empty() && !name.contains('/'));
    let name = name.ok_or(Rejection::Path)?;
    if !is_json(request.headers()) {
        return Err(Rejection::ContentType);
    }
    if is_encoded(request.headers()) {
        return Err(Rejection::ContentEncoding);
    }
    Ok(name)
}

pub(crate) fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(HOST)?.to_str().ok()
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(CONTENT_TYPE);
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    let essence = value.as_bytes().split(|&byte| byte == b';').next();
    essence.is_some_and(|it| it.trim_ascii().eq_ignore_ascii_case(b"application/json"))
}

fn is_encoded(headers: &HeaderMap) -> bool {
    headers.get_all(CONTENT_ENCODING).any(|value| {
        !value
            .as_bytes()
            .trim_ascii()
            .eq_ignore_ascii_case(b"identity")
    })
}

pub(crate) fn authorization(headers: &HeaderMap) -> Authorization<'_> {
    Authorization::from_values(headers.get_all(AUTHORIZATION).map(|value| value.as_bytes()))
}
