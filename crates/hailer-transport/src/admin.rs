//! The admin listener: health, readiness, metrics. Plain text, as probes and Prometheus expect.

use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use hailer_reply::RequestId;

use crate::body::read_body;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::pages::PagesSlot;
use crate::readiness::{Readiness, ReadyCheck, Stage};
use crate::rejection::Rejection;
use crate::reload::{RELOAD, ReloadDesk};
use crate::response;
use crate::watch::{WATCH, WatchDesk};

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const PROMETHEUS: HeaderValue =
    HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// Bytes that a page may send.
const PAGE_BODY: usize = 16 * 1024;

/// What the admin listener answers from.
pub(crate) struct Admin {
    pub(crate) readiness: Arc<Readiness>,
    pub(crate) metrics: Metrics,
    pub(crate) others: Vec<Arc<dyn ReadyCheck>>,
    pub(crate) desk: WatchDesk,
    pub(crate) reload: ReloadDesk,
    pub(crate) pages: PagesSlot,
}

/// One thing that should be so.
struct Check {
    name: &'static str,
    problem: Option<String>,
    /// What else there is to tell.
    note: Option<String>,
    /// Whether the bot is of use without it.
    is_needed: bool,
}

impl Admin {
    pub(crate) async fn respond(
        &self,
        request: &HttpRequest,
        mut payload: Payload,
    ) -> HttpResponse {
        match (request.path(), *request.method() == Method::POST) {
            (WATCH, true) => return self.desk.respond(request, payload).await,
            (RELOAD, true) => return self.reload.respond(request, payload).await,
            (_, _) => {}
        }
        if let Some(pages) = self.pages.get().filter(|it| it.has(request.path())) {
            let Ok(body) = whole(request, &mut payload).await else {
                return bad_request();
            };
            return Arc::clone(pages).respond(request.clone(), body).await;
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return method_not_allowed();
        }
        match request.path() {
            "/-/healthy" | "/livez" => report(request, &[self.alive()]),
            "/-/ready" | "/readyz" => report(request, &self.ready()),
            "/metrics" => text(StatusCode::OK, PROMETHEUS, self.metrics.render()),
            _ => text(
                StatusCode::NOT_FOUND,
                TEXT,
                "nothing lives here; there are /-/healthy, /-/ready and /metrics\n".to_owned(),
            ),
        }
    }

    /// That this line runs is the proof.
    fn alive(&self) -> Check {
        Check {
            name: "process",
            problem: None,
            note: None,
            is_needed: true,
        }
    }

    fn ready(&self) -> Vec<Check> {
        let others = self.others.iter().map(|it| Check {
            name: it.name(),
            problem: it.problem(),
            note: it.note(),
            is_needed: false,
        });
        [self.alive(), self.serving()]
            .into_iter()
            .chain(others)
            .collect()
    }

    fn serving(&self) -> Check {
        Check {
            name: "webhooks",
            is_needed: true,
            note: None,
            problem: match self.readiness.stage() {
                Stage::Starting => Some("not yet served".to_owned()),
                Stage::Serving => None,
                Stage::Stopping => {
                    Some("shutting down; requests in flight are being answered".to_owned())
                }
            },
        }
    }
}

fn report(request: &HttpRequest, checks: &[Check]) -> HttpResponse {
    let is_good = checks
        .iter()
        .all(|check| check.problem.is_none() || !check.is_needed);
    let status = if is_good {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let wants_all = request
        .query_string()
        .split('&')
        .any(|part| part.split('=').next() == Some("verbose"));
    let mut lines = String::new();
    for check in checks {
        match &check.problem {
            Some(problem) if check.is_needed => {
                lines.push_str(&format!("[-] {}: {problem}\n", check.name));
            }
            Some(problem) => lines.push_str(&format!("[!] {}: {problem}\n", check.name)),
            None if wants_all => {
                let note = check.note.as_ref();
                let note = note.map_or_else(String::new, |it| format!(", {it}"));
                lines.push_str(&format!("[+] {}: ok{note}\n", check.name));
            }
            None => {}
        }
    }
    if is_good {
        lines.push_str("ok\n");
    }
    text(status, TEXT, lines)
}

/// Reads what a page sends, which is little; most requests have no body.
async fn whole(request: &HttpRequest, payload: &mut Payload) -> Result<Bytes, Rejection> {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(Bytes::new());
    }
    let limits = Limits {
        body: PAGE_BODY,
        ..Limits::default()
    };
    read_body(request.headers(), payload, &limits).await
}

fn bad_request() -> HttpResponse {
    text(
        StatusCode::BAD_REQUEST,
        TEXT,
        "the body is too long, or did not arrive\n".to_owned(),
    )
}

fn method_not_allowed() -> HttpResponse {
    let mut response = text(
        StatusCode::METHOD_NOT_ALLOWED,
        TEXT,
        "only GET is answered here\n".to_owned(),
    );
    let allowed = HeaderValue::from_static("GET, HEAD");
    response.headers_mut().insert(ALLOW, allowed);
    response
}

fn text(status: StatusCode, content_type: HeaderValue, body: String) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, content_type))
        .insert_header(response::request_id(RequestId::next()))
        .body(body)
}
