//! `POST /-/reload` on the admin listener: proofs in, what changed or what is wrong out.
//!
//! Only for this computer: whoever asks proves to hold a webhook's token besides, as a page in a browser or another
//! user of this computer cannot.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::future::BoxFuture;
use hailer_reply::RequestId;

use crate::body::read_body;
use crate::clock::Clock;
use crate::limits::Limits;
use crate::proof::{Purpose, proven};
use crate::response;
use crate::service::Services;

/// Where a reload is asked for.
pub const RELOAD: &str = "/-/reload";

/// Proofs for some ten thousand webhooks.
const LONGEST_REQUEST: usize = 1024 * 1024;

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// Has the configuration read again.
pub trait Reloads: Send + Sync + 'static {
    /// Says what changed, or what is wrong, without secrets.
    fn reload(&self) -> BoxFuture<'static, Result<String, String>>;
}

/// Lets reloads be asked for.
pub(crate) struct ReloadDesk {
    pub(crate) reloads: Option<Arc<dyn Reloads>>,
    pub(crate) services: Arc<dyn Services>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl ReloadDesk {
    pub(crate) async fn respond(
        &self,
        request: &HttpRequest,
        mut payload: Payload,
    ) -> HttpResponse {
        let Some(reloads) = &self.reloads else {
            let text = "nothing is reloaded here";
            return answer(StatusCode::NOT_FOUND, text);
        };
        if !request.peer_addr().is_some_and(is_near) {
            let text = "a reload is only asked for on this computer; send SIGHUP, or `hailer reload` there";
            return answer(StatusCode::FORBIDDEN, text);
        }
        let limits = Limits {
            body: LONGEST_REQUEST,
            ..Limits::default()
        };
        let body = match read_body(request.headers(), &mut payload, &limits).await {
            Ok(body) => body,
            Err(rejection) => return answer(StatusCode::FORBIDDEN, &rejection.to_string()),
        };
        let service = self.services.current();
        if let Err(error) = proven(Purpose::Reload, service.gate(), &body, self.clock.now()) {
            return answer(StatusCode::FORBIDDEN, &error.to_string());
        }
        match reloads.reload().await {
            Ok(changes) => answer(StatusCode::OK, &changes),
            Err(problems) => answer(StatusCode::UNPROCESSABLE_ENTITY, &problems),
        }
    }
}

fn is_near(peer: SocketAddr) -> bool {
    peer.ip().to_canonical().is_loopback()
}

fn answer(status: StatusCode, text: &str) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, TEXT))
        .insert_header(response::request_id(RequestId::next()))
        .force_close()
        .body(format!("{}\n", text.trim_end()))
}
