//! The endpoint: one HTTP request in, one response out.

use std::fmt;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::dev::Payload;
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use futures_util::FutureExt;
use hailer_reply::{Reply, RequestId};

use crate::answer::{Answer, Outcome};
use crate::body::read_body;
use crate::clock::Clock;
use crate::departure::Departure;
use crate::gate::Admitted;
use crate::handler::Inbound;
use crate::last_host::LastHosts;
use crate::limits::Limits;
use crate::metrics::{Disposition, Metrics, UNKNOWN, WebhookMetrics};
use crate::ping::{PingLimit, Pong, is_ping};
use crate::refusal::{Refused, StatusGroup};
use crate::refusal_log::{Kind, RefusalLog};
use crate::rejection::Rejection;
use crate::reload::{ReloadDesk, Reloads};
use crate::report::{self, ReportAnswer};
use crate::request_head::{PREFIX, authorization, host, webhook_name};
use crate::response;
use crate::service::{Service, Services};
use crate::unread_body::close_unless_read;
use crate::watch::{Fate, Seen, Sight, Watch, WatchDesk};
use crate::webhook::Webhook;

/// Characters of a name that is written to the log although no webhook has it.
const LONGEST_NAME: usize = 64;

/// Everything that answering a request needs; one for all worker threads.
pub(crate) struct Endpoint {
    services: Arc<dyn Services>,
    clock: Arc<dyn Clock>,
    limits: Limits,
    refusals: Arc<RefusalLog>,
    unknown: WebhookMetrics,
    watch: Arc<Watch>,
    pings: PingLimit,
    hosts: LastHosts,
    started: Instant,
}

/// What is known of a request from its arrival on.
#[derive(Clone, Copy)]
pub(crate) struct Exchange {
    pub(crate) request_id: RequestId,
    pub(crate) received: Instant,
}

impl Endpoint {
    pub(crate) fn new(
        services: Arc<dyn Services>,
        clock: Arc<dyn Clock>,
        limits: Limits,
        metrics: &Metrics,
    ) -> Self {
        Self {
            unknown: WebhookMetrics::new(metrics, UNKNOWN),
            services,
            clock,
            limits,
            refusals: Arc::default(),
            watch: Arc::default(),
            pings: PingLimit::default(),
            hosts: LastHosts::default(),
            started: Instant::now(),
        }
    }

    pub(crate) fn refusals(&self) -> Arc<RefusalLog> {
        Arc::clone(&self.refusals)
    }

    pub(crate) fn watch(&self) -> Arc<Watch> {
        Arc::clone(&self.watch)
    }

    /// Returns where others ask to watch.
    pub(crate) fn watch_desk(&self) -> WatchDesk {
        WatchDesk {
            watch: self.watch(),
            services: Arc::clone(&self.services),
            clock: Arc::clone(&self.clock),
        }
    }

    /// Returns where others ask for a reload.
    pub(crate) fn reload_desk(&self, reloads: Option<Arc<dyn Reloads>>) -> ReloadDesk {
        ReloadDesk {
            reloads,
            services: Arc::clone(&self.services),
            clock: Arc::clone(&self.clock),
        }
    }

    /// Answers a request, whatever happens: to Teams a closed connection looks like an outage.
    pub(crate) async fn respond(&self, request: HttpRequest, mut payload: Payload) -> HttpResponse {
        let exchange = Exchange {
            request_id: RequestId::next(),
            received: Instant::now(),
        };
        let mut sight = self.look_at(exchange, &request);
        let answering = self.exchange(exchange, &request, &mut payload, &mut sight);
        match AssertUnwindSafe(answering).catch_unwind().await {
            Ok(Ok(response)) => response,
            Ok(Err(rejection)) => {
                if let Some(sight) = sight {
                    sight.tell(Fate::Refused {
                        reason: rejection.reason(),
                        code: rejection.code(),
                        text: rejection.to_string(),
                    });
                }
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
        sight: &mut Option<Sight>,
    ) -> Result<HttpResponse, Rejection> {
        if request.path().starts_with(report::PREFIX) {
            return self.report(exchange, request, payload).await;
        }
        let name = webhook_name(request)?;
        let body = read_body(request.headers(), payload, &self.limits()).await?;
        // Only now: a body may be slow, and a key be removed meanwhile.
        let service = self.services.current();
        if let Some(sight) = sight {
            sight.note_body(&body);
        }
        let answered = if is_ping(&body) {
            self.pong(exchange, &service, (name, request), body, sight)
        } else {
            self.converse(exchange, &service, (name, request), body, sight)
                .await
        };
        Ok(answered.unwrap_or_else(|refused| {
            self.refuse(exchange, &service, name, &refused, sight.take())
        }))
    }

    /// Takes a report, where there is somebody for it.
    async fn report(
        &self,
        exchange: Exchange,
        request: &HttpRequest,
        payload: &mut Payload,
    ) -> Result<HttpResponse, Rejection> {
        let id = exchange.request_id;
        if self.services.current().reports().is_none() {
            return Err(Rejection::Path);
        }
        let report = report::read(request, payload, self.limits(), id).await?;
        // Only now: a body may be slow, and a secret be removed meanwhile.
        let service = self.services.current();
        let desk = service.reports().ok_or(Rejection::Path)?;
        let name = report.name.clone();
        let answer = report::ask(desk, report).await;
        if let ReportAnswer::Unauthorized(reason) = answer {
            let name: String = name.chars().take(LONGEST_NAME).collect();
            let text = format_args!("a report of {name:?} is not signed as it should be: {reason}");
            self.log_refusal(exchange, None, (reason, "HL102"), &text);
        } else {
            let duration_ms = milliseconds(exchange.received.elapsed());
            tracing::info!(request_id = %id, report = name, outcome = answer.outcome(), duration_ms, "report answered");
        }
        Ok(report::respond(id, &answer))
    }

    fn limits(&self) -> Limits {
        let body = self.services.current().body_limit();
        Limits {
            body: body.unwrap_or(self.limits.body),
            ..self.limits
        }
    }

    async fn converse(
        &self,
        exchange: Exchange,
        service: &Service,
        (name, request): (&str, &HttpRequest),
        body: Bytes,
        sight: &mut Option<Sight>,
    ) -> Result<HttpResponse, Refused> {
        let authorization = authorization(request.headers());
        let now = self.clock.now();
        let admitted = service.gate().admit(name, authorization, body, now)?;
        let metrics = self.metrics_of(service, admitted.webhook.name());
        metrics.note_message(now.timestamp_millis() as f64 / 1000.0);
        self.hosts.note(name, host(request.headers()));
        let peer = request.peer_addr().map(|it| it.ip());
        let (answer, key_index) = self.answer(exchange, service, admitted, peer).await;
        if let Some(sight) = sight.take() {
            sight.tell(Fate::Answered {
                key_index,
                command: answer.command.as_deref(),
                outcome: answer.outcome.as_str(),
                reply: answer.message.json(),
            });
        }
        Ok(response::message(
            exchange.request_id,
            answer.outcome.as_str(),
            answer.message,
        ))
    }

    /// Answers a ping, whatever its time: a wrong clock is one of the things that it finds.
    fn pong(
        &self,
        exchange: Exchange,
        service: &Service,
        (name, request): (&str, &HttpRequest),
        body: Bytes,
        sight: &mut Option<Sight>,
    ) -> Result<HttpResponse, Refused> {
        let authorization = authorization(request.headers());
        let (webhook, verified) = service.gate().admit_bytes(name, authorization, body)?;
        let id = exchange.request_id;
        let metrics = self.metrics_of(service, webhook.name());
        let is_admitted = self.pings.admit(webhook.name(), exchange.received);
        if let Some(sight) = sight.take() {
            let status = if is_admitted { 200 } else { 429 };
            sight.tell(Fate::Ping { status });
        }
        if !is_admitted {
            metrics.count(Disposition::RateLimited);
            return Ok(response::too_many_pings(id));
        }
        metrics.count(Disposition::Ping);
        let last_host = self.hosts.of(name);
        let pong = Pong {
            body: verified.as_bytes(),
            now: self.clock.now(),
            uptime: self.started.elapsed(),
            key_index: verified.key_index(),
            host: host(request.headers()),
            last_host: last_host.as_deref(),
        };
        Ok(response::pong(id, &pong.to_json()))
    }

    /// Begins to look at an exchange, when somebody watches.
    fn look_at(&self, exchange: Exchange, request: &HttpRequest) -> Option<Sight> {
        if !self.watch.is_on() {
            return None;
        }
        let service = self.services.current();
        self.watch.begin(|| Seen {
            request,
            request_id: exchange.request_id,
            received: exchange.received,
            now: self.clock.now(),
            uptime: self.started.elapsed(),
            webhook: webhook_at(&service, request.path()).map(|it| it.name()),
        })
    }

    async fn answer(
        &self,
        exchange: Exchange,
        service: &Service,
        admitted: Admitted,
        peer: Option<IpAddr>,
    ) -> (Answer, usize) {
        let Exchange {
            request_id,
            received,
        } = exchange;
        let webhook = Arc::clone(&admitted.webhook);
        let bytes_in = admitted.body.len();
        let departure = Departure::of(exchange, &webhook);
        let inbound = Inbound {
            webhook: admitted.webhook,
            activity: admitted.activity,
            body: admitted.body,
            key_index: admitted.key_index,
            peer,
            request_id,
            received,
        };
        let answer = service.handler().handle(inbound).await;
        departure.disarm();

        let took = received.elapsed();
        let metrics = self.metrics_of(service, webhook.name());
        metrics.count(Disposition::of(answer.outcome));
        metrics.note_answer(answer.command.as_ref(), answer.outcome, took);
        tracing::info!(
            %request_id,
            webhook = webhook.name(),
            key = %webhook.label(admitted.key_index),
            command = answer.command.as_deref().unwrap_or(UNKNOWN),
            outcome = answer.outcome.as_str(),
            duration_ms = milliseconds(took),
            bytes_in,
            bytes_out = answer.message.json().len(),
            "message answered"
        );
        (answer, admitted.key_index)
    }

    fn reject(&self, exchange: Exchange, path: &str, rejection: Rejection) -> HttpResponse {
        let service = self.services.current();
        let webhook = webhook_at(&service, path);
        let metrics = webhook.map_or(&self.unknown, |it| self.metrics_of(&service, it.name()));
        metrics.count(match rejection {
            Rejection::Method | Rejection::Path => Disposition::NotAWebhook,
            Rejection::ContentType | Rejection::ContentEncoding => Disposition::UnsupportedType,
            Rejection::TooLarge { .. } => Disposition::TooLarge,
            Rejection::TooSlow { .. } => Disposition::SlowBody,
            Rejection::BrokenBody => Disposition::Malformed,
        });
        let name = webhook.map(|it| it.name());
        let kind = (rejection.reason(), rejection.code());
        self.log_refusal(exchange, name, kind, &rejection);
        response::rejected(exchange.request_id, rejection)
    }

    fn refuse(
        &self,
        exchange: Exchange,
        service: &Service,
        name: &str,
        refused: &Refused,
        sight: Option<Sight>,
    ) -> HttpResponse {
        let webhook = refused.webhook().map(|it| it.name());
        let metrics = webhook.map_or(&self.unknown, |name| self.metrics_of(service, name));
        let (reason, code) = (refused.reason(), refused.code());
        match webhook {
            Some(_) => self.log_refusal(exchange, webhook, (reason, code), refused),
            None => {
                // Most often a slip in the callback URL, which only its spelling shows.
                let name: String = name.chars().take(LONGEST_NAME).collect();
                let text = format_args!("{refused} (asked for {name:?})");
                self.log_refusal(exchange, None, (reason, code), &text);
            }
        }
        if let Some(sight) = sight {
            let text = refused.to_string();
            sight.tell(Fate::Refused { reason, code, text });
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
                service.handler().refused(webhook, reason);
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
        let service = self.services.current();
        let webhook = webhook_at(&service, path).map_or(UNKNOWN, |it| it.name());
        let outcome = Outcome::Panicked;
        self.metrics_of(&service, webhook)
            .count(Disposition::of(outcome));
        tracing::error!(
            %request_id,
            webhook,
            "answering panicked; the place stands in the panic's own line just before this one"
        );
        let reply = Reply::text(format!("Something broke on my side (ref {request_id})."));
        response::message(request_id, outcome.as_str(), reply.to_message())
    }

    fn metrics_of<'s>(&'s self, service: &'s Service, webhook: &str) -> &'s WebhookMetrics {
        service.metrics_of(webhook).unwrap_or(&self.unknown)
    }

    fn log_refusal(
        &self,
        exchange: Exchange,
        webhook: Option<&str>,
        (reason, code): (&'static str, &'static str),
        text: &dyn fmt::Display,
    ) {
        let kind = Kind {
            webhook: webhook.map(str::to_owned),
            reason,
            code,
        };
        self.refusals.note(kind, exchange.request_id, text);
    }
}

fn webhook_at<'s>(service: &'s Service, path: &str) -> Option<&'s Arc<Webhook>> {
    service.gate().webhook(path.strip_prefix(PREFIX)?)
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
