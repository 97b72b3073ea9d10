//! The metrics of one webhook, with their handles at hand.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram};

use crate::answer::Outcome;
use crate::metrics::{
    COMMANDS, LAST_MESSAGE, Metrics, REPLY_DURATION, REQUESTS, SIGNATURE_FAILURES, UNKNOWN,
};

/// What became of a request: the `outcome` of `hailer_requests_total`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disposition {
    Ok,
    BadSignature,
    Stale,
    Malformed,
    TooLarge,
    SlowBody,
    NotAWebhook,
    UnsupportedType,
    Duplicate,
    RateLimited,
    TimedOut,
    Panicked,
    Ping,
}

impl Disposition {
    /// In the order of the variants.
    const LABELS: [&'static str; 13] = [
        "ok",
        "bad_signature",
        "stale",
        "malformed",
        "too_large",
        "slow_body",
        "not_a_webhook",
        "unsupported_type",
        "duplicate",
        "rate_limited",
        "timed_out",
        "panicked",
        "ping",
    ];

    pub(crate) fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Ok
            | Outcome::Failed
            | Outcome::Refused
            | Outcome::Unknown
            | Outcome::Usage => Self::Ok,
            Outcome::TimedOut => Self::TimedOut,
            Outcome::Panicked => Self::Panicked,
            Outcome::Duplicate => Self::Duplicate,
            Outcome::Busy => Self::RateLimited,
        }
    }
}

/// The metrics of one webhook.
pub(crate) struct WebhookMetrics {
    metrics: Metrics,
    name: String,
    requests: [OnceLock<Counter>; Disposition::LABELS.len()],
    last_message: OnceLock<Gauge>,
    commands: RwLock<HashMap<Arc<str>, Arc<CommandMetrics>>>,
    nameless: OnceLock<CommandMetrics>,
}

struct CommandMetrics {
    duration: Histogram,
    outcomes: [Counter; Outcome::ALL.len()],
}

impl WebhookMetrics {
    /// Registers what alerts compare with: a counter that is absent until its first failure hides it.
    pub(crate) fn new(metrics: &Metrics, name: &str) -> Self {
        let webhook = Self {
            metrics: metrics.clone(),
            name: name.to_owned(),
            requests: std::array::from_fn(|_| OnceLock::new()),
            last_message: OnceLock::new(),
            commands: RwLock::default(),
            nameless: OnceLock::new(),
        };
        webhook.requests(Disposition::Ok);
        webhook.requests(Disposition::BadSignature);
        webhook
    }

    pub(crate) fn count(&self, disposition: Disposition) {
        if let Some(counter) = self.requests(disposition) {
            counter.increment(1);
        }
    }

    /// Not on the path of signed requests, so its handles are not kept.
    pub(crate) fn count_signature_failure(&self, reason: &'static str) {
        let labels = [("webhook", self.name.as_str()), ("reason", reason)];
        self.metrics
            .counter(SIGNATURE_FAILURES, labels)
            .increment(1);
    }

    pub(crate) fn note_message(&self, seconds_since_1970: f64) {
        self.last_message
            .get_or_init(|| self.metrics.gauge(LAST_MESSAGE, [("webhook", &self.name)]))
            .set(seconds_since_1970);
    }

    pub(crate) fn note_answer(&self, command: Option<&Arc<str>>, outcome: Outcome, took: Duration) {
        match command {
            Some(command) => self.command(command).note(outcome, took),
            None => self
                .nameless
                .get_or_init(|| CommandMetrics::new(&self.metrics, &self.name, UNKNOWN))
                .note(outcome, took),
        }
    }

    fn requests(&self, disposition: Disposition) -> Option<&Counter> {
        let index = disposition as usize;
        let label = Disposition::LABELS.get(index)?;
        let labels = [("webhook", self.name.as_str()), ("outcome", *label)];
        let counter = self.requests.get(index)?;
        Some(counter.get_or_init(|| self.metrics.counter(REQUESTS, labels)))
    }

    fn command(&self, command: &Arc<str>) -> Arc<CommandMetrics> {
        let known = self.commands.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(metrics) = known.get(command) {
            return Arc::clone(metrics);
        }
        drop(known);
        let mut known = self
            .commands
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let metrics = known
            .entry(Arc::clone(command))
            .or_insert_with(|| Arc::new(CommandMetrics::new(&self.metrics, &self.name, command)));
        Arc::clone(metrics)
    }
}

impl CommandMetrics {
    fn new(metrics: &Metrics, webhook: &str, command: &str) -> Self {
        Self {
            duration: metrics
                .histogram(REPLY_DURATION, [("webhook", webhook), ("command", command)]),
            outcomes: Outcome::ALL.map(|outcome| {
                metrics.counter(
                    COMMANDS,
                    [("command", command), ("outcome", outcome.as_str())],
                )
            }),
        }
    }

    fn note(&self, outcome: Outcome, took: Duration) {
        self.duration.record(took.as_secs_f64());
        if let Some(counter) = self.outcomes.get(outcome as usize) {
            counter.increment(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_follow_the_order_of_the_variants() {
        for (index, outcome) in Outcome::ALL.into_iter().enumerate() {
            assert_eq!(outcome as usize, index);
        }
        assert_eq!(
            Disposition::LABELS[Disposition::Panicked as usize],
            "panicked"
        );
        assert_eq!(Disposition::LABELS[Disposition::Ping as usize], "ping");
        assert_eq!(Disposition::LABELS[Disposition::Stale as usize], "stale");
        assert_eq!(
            Disposition::LABELS[Disposition::UnsupportedType as usize],
            "unsupported_type"
        );
    }

    #[test]
    fn an_answer_is_counted_and_timed() {
        let metrics = Metrics::new("1", "2");
        let webhook = WebhookMetrics::new(&metrics, "ops");

        webhook.count(Disposition::of(Outcome::Busy));
        webhook.note_answer(
            Some(&"deploy".into()),
            Outcome::Ok,
            Duration::from_millis(300),
        );
        webhook.note_answer(None, Outcome::Unknown, Duration::from_millis(1));
        webhook.note_message(1.5e9);

        let text = metrics.render();
        for line in [
            r#"hailer_requests_total{webhook="ops",outcome="ok"} 0"#,
            r#"hailer_requests_total{webhook="ops",outcome="rate_limited"} 1"#,
            r#"hailer_commands_total{command="deploy",outcome="ok"} 1"#,
            r#"hailer_commands_total{command="_unknown",outcome="unknown"} 1"#,
            r#"hailer_reply_duration_seconds_bucket{webhook="ops",command="deploy",le="0.25"} 0"#,
            r#"hailer_reply_duration_seconds_bucket{webhook="ops",command="deploy",le="0.5"} 1"#,
            r#"hailer_reply_duration_seconds_bucket{webhook="ops",command="deploy",le="4.5"} 1"#,
            r#"hailer_last_message_timestamp_seconds{webhook="ops"} 1500000000"#,
        ] {
            assert!(text.lines().any(|it| it == line), "{line}\n---\n{text}");
        }
    }
}
