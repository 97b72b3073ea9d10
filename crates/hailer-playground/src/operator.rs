//! The operator's pages on the admin listener: what the bot can do, what it does, what it did. Nothing is changed here but
//! that a job is stopped.

mod access;
mod audit;
mod commands;
mod tail;
mod webhooks;

use std::sync::Arc;

use actix_web::http::header::{AUTHORIZATION, LOCATION, SET_COOKIE};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use hailer::{AdminPages, Caller, Cancelled, JobId, Person, RunningBot, Tail};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answers::{events, file, json_response, text};
use crate::assets::{Assets, OPERATOR_FILES};
use crate::error::PlaygroundError;
use crate::jobs;

use access::{Access, Visitor};

/// Where the pages are.
const HOME: &str = "/operator/";

/// Where their calls are.
const API: &str = "/operator/api/";

/// The pages, for one bot.
pub struct OperatorPages {
    bot: RunningBot,
    tail: Tail,
    assets: Assets,
    access: Access,
}

/// A token that somebody typed.
#[derive(Deserialize)]
struct Typed {
    token: String,
}

/// A job that somebody means.
#[derive(Deserialize)]
struct Meant {
    id: String,
}

impl OperatorPages {
    /// Makes the pages of a bot.
    ///
    /// # Errors
    ///
    /// [`PlaygroundError::NoRandomNumbers`] when the system gives none for cookies.
    pub fn new(bot: RunningBot, tail: Tail) -> Result<Arc<Self>, PlaygroundError> {
        Ok(Arc::new(Self {
            access: Access::new(bot.config().admin.clone())?,
            assets: Assets::of(OPERATOR_FILES),
            bot,
            tail,
        }))
    }

    async fn answer(&self, request: &HttpRequest, body: &[u8]) -> HttpResponse {
        if let Err(stranger) = self.access.check(request) {
            return text(stranger.status(), &stranger.to_string());
        }
        let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
        match (request.path(), is_read) {
            ("/" | "/operator", true) => HttpResponse::Found()
                .insert_header((LOCATION, HOME))
                .finish(),
            ("/operator/api/enter", false) => self.enter(request, body),
            (path, _) if path.starts_with(API) => match self.access.visitor(request) {
                Ok(visitor) => self.call(request, is_read, &visitor, body).await,
                Err(not_let_in) => text(not_let_in.status(), &not_let_in.to_string()),
            },
            (path, true) => match self.assets.find(path) {
                Some(asset) => file(request, asset),
                None => text(StatusCode::NOT_FOUND, "there is no such page"),
            },
            _ => text(StatusCode::METHOD_NOT_ALLOWED, "this is only read"),
        }
    }

    async fn call(
        &self,
        request: &HttpRequest,
        is_read: bool,
        visitor: &Visitor,
        body: &[u8],
    ) -> HttpResponse {
        let name = request.path().strip_prefix(API).unwrap_or_default();
        let query = request.query_string();
        match (name, is_read) {
            ("start", true) => json_response(&self.start(visitor)),
            ("commands", true) => json_response(&commands::describe(&self.bot, query)),
            ("webhooks", true) => json_response(&webhooks::describe(&self.bot).await),
            ("jobs", true) => events(jobs::stream(self.bot.clone(), jobs::OPERATORS)),
            ("job", true) => self.job(query).await,
            ("audit", true) => match audit::search(&self.bot, query).await {
                Some(found) => json_response(&found),
                None => text(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "the store cannot be read now",
                ),
            },
            ("tail", true) => match self.tail.open() {
                Some(lines) => events(tail::stream(lines, self.bot.clone())),
                None => text(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "too many are watching already; close another page, or stop a `hailer listen`",
                ),
            },
            ("cancel", false) => self.cancel(visitor, body).await,
            _ => text(StatusCode::NOT_FOUND, "there is no such call"),
        }
    }

    fn start(&self, visitor: &Visitor) -> Value {
        let config = self.bot.config();
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "visitor": visitor.to_string(),
            "hasStore": self.bot.has_store(),
            "webhooks": config.webhooks.iter().map(|it| json!({ "name": it.name, "mention": it.mention })).collect::<Vec<_>>(),
        })
    }

    /// Lets in who knows the token.
    fn enter(&self, request: &HttpRequest, body: &[u8]) -> HttpResponse {
        let typed = serde_json::from_slice(body).map(|it: Typed| it.token);
        match self.access.enter(request, &typed.unwrap_or_default()) {
            Ok(cookie) => {
                let mut response = HttpResponse::NoContent();
                crate::guard::harden(&mut response)
                    .insert_header((SET_COOKIE, cookie))
                    .finish()
            }
            Err(not_let_in) => text(not_let_in.status(), &not_let_in.to_string()),
        }
    }

    async fn job(&self, query: &str) -> HttpResponse {
        let id = access::parameter(query, "id").and_then(|it| it.parse::<JobId>().ok());
        let job = match &id {
            Some(id) => self.bot.job(id).await,
            None => None,
        };
        match job {
            Some(job) => json_response(&jobs::to_json(&job, &self.bot)),
            None => text(StatusCode::NOT_FOUND, "there is no such job"),
        }
    }

    /// Stops a job in the name of whoever looks.
    async fn cancel(&self, visitor: &Visitor, body: &[u8]) -> HttpResponse {
        let meant = serde_json::from_slice(body).map(|it: Meant| it.id);
        let Some(id) = meant.ok().and_then(|it| it.parse::<JobId>().ok()) else {
            return text(StatusCode::BAD_REQUEST, "name a job");
        };
        let by = Caller {
            person: Person {
                id: visitor.id().to_owned(),
                name: format!("{visitor} (operator page)"),
            },
            ..Caller::default()
        };
        let word = match self.bot.cancel_job(&id, &by).await {
            Some(Cancelled::AtOnce(_)) => "cancelled",
            Some(Cancelled::Asked(_) | Cancelled::AskedBefore(_)) => "told to stop",
            Some(Cancelled::Ended(_)) => "over already",
            Some(Cancelled::NotFound) => {
                return text(StatusCode::NOT_FOUND, "there is no such job");
            }
            None => {
                return text(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "the store cannot be asked now; try again",
                );
            }
        };
        tracing::info!(job = %id, by = %visitor, outcome = word, "a job is stopped from the operator page");
        json_response(&json!({ "outcome": word }))
    }
}

impl AdminPages for OperatorPages {
    fn has(&self, path: &str) -> bool {
        matches!(path, "/" | "/operator") || path.starts_with(HOME)
    }

    fn respond(
        self: Arc<Self>,
        request: HttpRequest,
        body: Bytes,
    ) -> LocalBoxFuture<'static, HttpResponse> {
        async move { self.answer(&request, &body).await }.boxed_local()
    }
}

impl std::fmt::Debug for OperatorPages {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("OperatorPages")
            .finish_non_exhaustive()
    }
}

/// The header in which tools send the token.
const BEARER: (actix_web::http::header::HeaderName, &str) = (AUTHORIZATION, "Bearer ");
