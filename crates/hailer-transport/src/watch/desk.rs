//! `POST /-/watch` on the admin listener: proofs in, a line of JSON for each exchange out, until the caller leaves.

use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use futures_util::stream;
use hailer_reply::RequestId;
use serde_json::json;

use super::Watch;
use crate::body::read_body;
use crate::clock::Clock;
use crate::limits::Limits;
use crate::proof::{Purpose, proven};
use crate::response;
use crate::service::Services;

/// Where watchers ask.
pub(crate) const WATCH: &str = "/-/watch";

/// Proofs for some ten thousand webhooks.
const LONGEST_REQUEST: usize = 1024 * 1024;

/// Enough people watch.
const FULL: &str = "too many are watching already; stop another `hailer listen`";

const LINES: HeaderValue = HeaderValue::from_static("application/x-ndjson");
const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// Lets watchers in.
pub(crate) struct WatchDesk {
    pub(crate) watch: Arc<Watch>,
    pub(crate) services: Arc<dyn Services>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl WatchDesk {
    pub(crate) async fn respond(
        &self,
        request: &HttpRequest,
        mut payload: Payload,
    ) -> HttpResponse {
        let limits = Limits {
            body: LONGEST_REQUEST,
            ..Limits::default()
        };
        match read_body(request.headers(), &mut payload, &limits).await {
            Ok(body) => self.open(&body).unwrap_or_else(|error| refuse(&error)),
            Err(rejection) => refuse(&rejection.to_string()),
        }
    }

    fn open(&self, body: &[u8]) -> Result<HttpResponse, String> {
        let services = self.services.current();
        let proven = proven(Purpose::Watch, services.gate(), body, self.clock.now());
        let webhooks = proven.map_err(|error| error.to_string())?;
        let mut names: Vec<&String> = webhooks.iter().collect();
        names.sort();
        let hello =
            json!({ "kind": "watching", "webhooks": names, "version": env!("CARGO_PKG_VERSION") });
        let hello = Bytes::from(format!("{hello}\n"));
        let lines = self.watch.add(webhooks).ok_or_else(|| FULL.to_owned())?;
        let lines = stream::unfold((Some(hello), lines), |(hello, mut lines)| async move {
            let line = match hello {
                Some(hello) => hello,
                None => lines.recv().await?,
            };
            Some((Ok::<_, actix_web::Error>(line), (None, lines)))
        });
        Ok(HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, LINES))
            .insert_header(response::request_id(RequestId::next()))
            .streaming(lines))
    }
}

fn refuse(error: &str) -> HttpResponse {
    HttpResponse::build(StatusCode::FORBIDDEN)
        .insert_header((CONTENT_TYPE, JSON))
        .insert_header(response::request_id(RequestId::next()))
        .force_close()
        .body(json!({ "error": error }).to_string())
}
