//! Reading a request's body under a limit in bytes and one in time.
//!
//! actix has no time limit for bodies: a client that drips one byte a second would hold a connection
//! for ever.

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_LENGTH, HeaderMap};
use bytes::{Bytes, BytesMut};
use futures_util::TryStreamExt;
use tokio::time::timeout;

use crate::limits::Limits;
use crate::rejection::Rejection;

/// Reads the whole body.
pub(crate) async fn read_body(
    headers: &HeaderMap,
    payload: &mut Payload,
    limits: &Limits,
) -> Result<Bytes, Rejection> {
    if declared_length(headers).is_some_and(|length| length > limits.body) {
        return Err(Rejection::TooLarge { limit: limits.body });
    }
    let whole = timeout(limits.body_time, collect(payload, limits.body)).await;
    whole.unwrap_or(Err(Rejection::TooSlow {
        limit: limits.body_time,
    }))
}

/// A length that does not fit in memory is as good as the longest one that does.
fn declared_length(headers: &HeaderMap) -> Option<usize> {
    let text = headers.get(CONTENT_LENGTH)?.to_str().ok()?;
    Some(text.parse().unwrap_or(usize::MAX))
}

/// Most bodies arrive in one piece, which is then not copied. Memory grows with what has arrived and not
/// with what was announced.
async fn collect(payload: &mut Payload, limit: usize) -> Result<Bytes, Rejection> {
    let first = next(payload, limit, limit).await?.unwrap_or_default();
    let Some(second) = next(payload, limit - first.len(), limit).await? else {
        return Ok(first);
    };
    let mut body = BytesMut::from(first);
    body.extend_from_slice(&second);
    while let Some(piece) = next(payload, limit - body.len(), limit).await? {
        body.extend_from_slice(&piece);
    }
    Ok(body.freeze())
}

/// Returns the next piece, if it fits into the `room` that is left of `limit`.
async fn next(
    payload: &mut Payload,
    room: usize,
    limit: usize,
) -> Result<Option<Bytes>, Rejection> {
    match payload.try_next().await {
        Ok(Some(piece)) if piece.len() > room => Err(Rejection::TooLarge { limit }),
        Ok(piece) => Ok(piece),
        Err(_) => Err(Rejection::BrokenBody),
    }
}
