//! The endpoint: one HTTP request in, one response out.

use std::collections::HashMap;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::FutureExt;
use hailer_reply::{Reply, RequestId};

use crate::answer::Outcome;
use crate::authorization::Authorization;
use crate::body::read_body;
use crate::clock::Clock;
use crate::gate::{Admitted, Gate};
use crate::handler::{Handler, Inbound};
use crate::limits::Limits;
use crate::metrics::{Disposition, Metrics, UNKNOWN, WebhookMetrics};
use crate::refusal::{Refused, StatusGroup};
use crate::refusal_log::{Kind, RefusalLog};
use crate::rejection::Rejection;
use crate::response;
use crate::unread_body::close_unless_read;
use crate::webhook::Webhook;

const PREFIX: &str = "/webhook/";

/// Characters of a name that is written to the log although no webhook has it.
const LONGEST_NAME: usize = 64;

/// Everything that answering a request needs; one for all worker threads.
pub(crate) struct Endpoint {
    gate: Arc<Gate>,
    handler: Arc<dyn Handler>,
    clock: Arc<dyn Clock>,
    limits: Limits,
    refusals: Arc<RefusalLog>,
    metrics: HashMap<String, WebhookMetrics>,
    unknown: WebhookMetrics,
}

/// What is known of a request from its arrival on.
#[derive(Clone, Copy)]
struct Exchange {
    request_id: RequestId,
    received: Instant,
}

impl Endpoint {
    pub(crate) fn new(
        gate: Arc<Gate>,
        handler: Arc<dyn Handler>,
        clock: Arc<dyn Clock>,
        limits: Limits,
        metrics: &Metrics,
    ) -> Self {
        let of_webhooks = gate.webhooks().map(|webhook| {
            let name = webhook.name();
            (name.to_owned(), WebhookMetrics::new(metrics, name))
        });
        Self {
            metrics: of_webhooks.collect(),
            unknown: WebhookMetrics::new(metrics, UNKNOWN),
            gate,
            handler,
            clock,
            limits,
            refusals: Arc::default(),
        }
    }

    pub(crate) fn refusals(&self) -> Arc<RefusalLog> {
        Arc::clone(&self.refusals)
    }

    /// Answers a request, whatever happens: to Teams a closed connection looks like an outage.
    pub(crate) async fn respond(&self, request: HttpRequest, mut payload: Payload) -> HttpResponse {
        let exchange = Exchange {
            request_id: RequestId::next(),
            received: Instant::now(),
        };
        let answering = self.exchange(exchange, &request, &mut payload);
        match AssertUnwindSafe(answering).catch_unwind().await {
            Ok(Ok(response)) => response,
            Ok(Err(rejection)) => {
                close_unless_read(self.reject(exchange, request.path(), rejection), payload)
            }
            // What the panic says may quote the message, so only the panic hook sees it.
            Err(_) => close_unless_read(self.apologise(exchange, request.path()), payload),
        }
    }

    async fn exchange(
        &self,
        exchange: Exchange,
        request: &HttpRequest,
        payload: &mut Payload,
    ) -> Result<HttpResponse, Rejection> {
        let name = webhook_name(request)?;
        let body = read_body(request.headers(), payload, &self.limits).await?;
        let bytes_in = body.len();
        let authorization = authorization(request.headers());
        let now = self.clock.now();
        Ok(match self.gate.admit(name, authorization, body, now) {
            Ok(admitted) => {
                let metrics = self.metrics_of(admitted.webhook.name());
                metrics.note_message(now.timestamp_millis() as f64 / 1000.0);
                self.answer(exchange, metrics, admitted, bytes_in).await
            }
            Err(refused) => self.refuse(exchange, name, &refused),
        })
    }

    async fn answer(
        &self,
        exchange: Exchange,
        metrics: &WebhookMetrics,
        admitted: Admitted,
        bytes_in: usize,
    ) -> HttpResponse {
        let Exchange {
            request_id,
            received,
        } = exchange;
        let webhook = Arc::clone(&admitted.webhook);
        let inbound = Inbound {
            webhook: admitted.webhook,
            activity: admitted.activity,
            body: admitted.body,
            request_id,
            received,
        };
        let answer = self.handler.handle(inbound).await;

        let took = received.elapsed();
        metrics.count(Disposition::of(answer.outcome));
        metrics.note_answer(answer.command.as_ref(), answer.outcome, took);
        tracing::info!(
            %request_id,
            webhook = webhook.name(),
            key = admitted.key_index,
            command = answer.command.as_deref().unwrap_or(UNKNOWN),
            outcome = answer.outcome.as_str(),
            duration_ms = milliseconds(took),
            bytes_in,
            bytes_out = answer.message.json().len(),
            "message answered"
        );
        response::message(request_id, answer.outcome.as_str(), answer.message)
    }

    fn reject(&self, exchange: Exchange, path: &str, rejection: Rejection) -> HttpResponse {
        let webhook = self.webhook_at(path);
        let metrics = webhook.map_or(&self.unknown, |it| self.metrics_of(it.name()));
        metrics.count(match rejection {
            Rejection::Method | Rejection::Path => Disposition::NotAWebhook,
            Rejection::ContentType | Rejection::ContentEncoding => Disposition::UnsupportedType,
            Rejection::TooLarge { .. } => Disposition::TooLarge,
            Rejection::TooSlow { .. } => Disposition::SlowBody,
            Rejection::BrokenBody => Disposition::Malformed,
        });
        let name = webhook.map(|it| it.name());
        self.log_refusal(exchange, name, rejection.reason(), &rejection);
        response::rejected(exchange.request_id, rejection)
    }

    fn refuse(&self, exchange: Exchange, name: &str, refused: &Refused) -> HttpResponse {
        let webhook = refused.webhook().map(|it| it.name());
        let metrics = webhook.map_or(&self.unknown, |name| self.metrics_of(name));
        let reason = refused.reason();
        match webhook {
            Some(_) => self.log_refusal(exchange, webhook, reason, refused),
            None => {
                // Most often a slip in the callback URL, which only its spelling shows.
                let name: String = name.chars().take(LONGEST_NAME).collect();
                let text = format_args!("{refused} (asked for {name:?})");
                self.log_refusal(exchange, None, reason, &text);
            }
        }
        let id = exchange.request_id;
        if let Some(reply) = refused.reply() {
            metrics.count(Disposition::Malformed);
            return response::message(id, "malformed", reply.to_message());
        }
        match refused.status_group() {
            StatusGroup::Unauthorized => {
                metrics.count(match refused {
                    Refused::Stale { .. } | Refused::Undated { .. } => Disposition::Stale,
                    _ => Disposition::BadSignature,
                });
                metrics.count_signature_failure(reason);
                response::unauthorized(id)
            }
            StatusGroup::BadRequest | StatusGroup::Answered => {
                metrics.count(Disposition::Malformed);
                response::bad_request(
                    id,
                    "the body must be one JSON object in UTF-8: an activity as Teams sends it",
                )
            }
        }
    }

    fn apologise(&self, exchange: Exchange, path: &str) -> HttpResponse {
        let request_id = exchange.request_id;
        let webhook = self.webhook_at(path).map_or(UNKNOWN, |it| it.name());
        let outcome = Outcome::Panicked;
        self.metrics_of(webhook).count(Disposition::of(outcome));
        tracing::error!(
            %request_id,
            webhook,
            "answering panicked; the place stands in the panic's own line just before this one"
        );
        let reply = Reply::text(format!("Something broke on my side (ref {request_id})."));
        response::message(request_id, outcome.as_str(), reply.to_message())
    }

    fn webhook_at(&self, path: &str) -> Option<&Arc<Webhook>> {
        self.gate.webhook(path.strip_prefix(PREFIX)?)
    }

    fn metrics_of(&self, webhook: &str) -> &WebhookMetrics {
        self.metrics.get(webhook).unwrap_or(&self.unknown)
    }

    fn log_refusal(
        &self,
        exchange: Exchange,
        webhook: Option<&str>,
        reason: &'static str,
        text: &dyn fmt::Display,
    ) {
        let kind = Kind {
            webhook: webhook.map(str::to_owned),
            reason,
        };
        self.refusals.note(kind, exchange.request_id, text);
    }
}

/// Returns the webhook's name, if method, path and type are those of a message.
fn webhook_name(request: &HttpRequest) -> Result<&str, Rejection> {
    if request.method() != Method::POST {
        return Err(Rejection::Method);
    }
    let name = request.path().strip_prefix(PREFIX);
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

fn authorization(headers: &HeaderMap) -> Authorization<'_> {
    Authorization::from_values(headers.get_all(AUTHORIZATION).map(|value| value.as_bytes()))
}

/// Rounds to hundredths: more digits are noise to whoever reads a log.
fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 100_000.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_have_two_decimals_at_most() {
        for (nanoseconds, logged) in [
            (779_889, "0.78"),
            (1_000_000, "1.0"),
            (12_345_678, "12.35"),
            (3_999_999_999, "4000.0"),
            (4_999, "0.0"),
        ] {
            let time = Duration::from_nanos(nanoseconds);
            assert_eq!(format!("{:?}", milliseconds(time)), logged);
        }
    }
}
