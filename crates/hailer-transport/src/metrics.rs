//! What Prometheus reads: how many requests came, what became of them, how long answers took.
//!
//! The recorder is ours and not the process's global one, so that several bots fit into one process.
//! Handles are kept, so that counting a request builds no strings. No label ever holds what a caller
//! chose: unknown names become `_unknown`.

mod webhook;

use std::fmt;
use std::sync::Arc;

use metrics::{Counter, Gauge, Histogram, Key, Label, Level, Metadata, Recorder, SharedString};
use metrics_exporter_prometheus::{
    Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};

pub(crate) use webhook::{Disposition, WebhookMetrics};

/// The label of what has no name, or one that a caller made up.
pub(crate) const UNKNOWN: &str = "_unknown";

pub(crate) const REQUESTS: &str = "hailer_requests_total";
pub(crate) const SIGNATURE_FAILURES: &str = "hailer_signature_failures_total";
pub(crate) const REPLY_DURATION: &str = "hailer_reply_duration_seconds";
pub(crate) const COMMANDS: &str = "hailer_commands_total";
pub(crate) const LAST_MESSAGE: &str = "hailer_last_message_timestamp_seconds";
const JOB_DURATION: &str = "hailer_job_duration_seconds";
const JOBS: &str = "hailer_jobs";
const FOLLOW_UPS: &str = "hailer_followup_posts_total";
const FOLLOW_UP_QUEUE: &str = "hailer_followup_queue_length";
const BUILD_INFO: &str = "hailer_build_info";

/// Seconds; close together round the four and five seconds at which Teams gives up.
const REPLY_BUCKETS: [f64; 10] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 4.0, 4.5, 5.0];

/// Seconds, from a script to the longest job that anybody waits for.
const JOB_BUCKETS: [f64; 9] = [
    1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 1_800.0, 3_600.0, 21_600.0,
];

/// The metrics of one bot. Clones count into the same ones.
#[derive(Clone)]
pub struct Metrics {
    inner: Arc<Inner>,
}

struct Inner {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
}

impl Metrics {
    /// Makes the metrics of one bot; `version` and `revision` say which build it is.
    #[expect(
        clippy::expect_used,
        reason = "only an empty list of buckets is refused"
    )]
    pub fn new(version: &str, revision: &str) -> Self {
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Full(REPLY_DURATION.to_owned()), &REPLY_BUCKETS)
            .expect("the list of buckets is not empty")
            .set_buckets_for_metric(Matcher::Full(JOB_DURATION.to_owned()), &JOB_BUCKETS)
            .expect("the list of buckets is not empty")
            .build_recorder();
        let metrics = Self {
            inner: Arc::new(Inner {
                handle: recorder.handle(),
                recorder,
            }),
        };
        metrics.describe();
        metrics
            .gauge(BUILD_INFO, [("version", version), ("revision", revision)])
            .set(1.0);
        metrics
    }

    /// Returns everything in Prometheus' text format.
    pub fn render(&self) -> String {
        self.inner.handle.render()
    }

    /// Moves what histograms have gathered into their buckets; until then each measurement takes memory.
    pub fn fold(&self) {
        self.inner.handle.run_upkeep();
    }

    /// Returns the counter of a name and labels, which must be few and fixed. Keep it: this builds strings.
    pub fn counter<const N: usize>(
        &self,
        name: &'static str,
        labels: [(&'static str, &str); N],
    ) -> Counter {
        let key = key(name, labels);
        self.inner.recorder.register_counter(&key, &METADATA)
    }

    /// Returns the gauge of a name and labels, as [`Metrics::counter`].
    pub fn gauge<const N: usize>(
        &self,
        name: &'static str,
        labels: [(&'static str, &str); N],
    ) -> Gauge {
        let key = key(name, labels);
        self.inner.recorder.register_gauge(&key, &METADATA)
    }

    /// Returns the histogram of a name and labels, in seconds, as [`Metrics::counter`].
    pub fn histogram<const N: usize>(
        &self,
        name: &'static str,
        labels: [(&'static str, &str); N],
    ) -> Histogram {
        let key = key(name, labels);
        self.inner.recorder.register_histogram(&key, &METADATA)
    }

    fn describe(&self) {
        let recorder = &self.inner.recorder;
        for (name, text) in [
            (REQUESTS, "Requests, by what became of them."),
            (SIGNATURE_FAILURES, "Requests answered 401, by reason."),
            (COMMANDS, "Commands run, by outcome."),
            (FOLLOW_UPS, "Follow-ups posted, by outcome."),
        ] {
            recorder.describe_counter(name.into(), None, SharedString::const_str(text));
        }
        for (name, text) in [
            (BUILD_INFO, "Which build is running; always 1."),
            (LAST_MESSAGE, "When the last signed message came."),
            (
                "hailer_config_last_reload_successful",
                "Whether the configuration that was read last holds.",
            ),
            (
                "hailer_config_last_reload_success_timestamp_seconds",
                "When the configuration that holds was read.",
            ),
            (JOBS, "Jobs in the store, by state."),
            (FOLLOW_UP_QUEUE, "Follow-ups that wait to be posted."),
        ] {
            recorder.describe_gauge(name.into(), None, SharedString::const_str(text));
        }
        recorder.describe_histogram(
            REPLY_DURATION.into(),
            None,
            SharedString::const_str("Time from a request's head to its reply."),
        );
        recorder.describe_histogram(
            JOB_DURATION.into(),
            None,
            SharedString::const_str("Time from a job's start to its end."),
        );
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Metrics").finish_non_exhaustive()
    }
}

static METADATA: Metadata<'static> =
    Metadata::new(module_path!(), Level::INFO, Some(module_path!()));

fn key<const N: usize>(name: &'static str, labels: [(&'static str, &str); N]) -> Key {
    let labels: Vec<Label> = labels
        .into_iter()
        .map(|(key, value)| Label::new(key, value.to_owned()))
        .collect();
    Key::from_parts(name, labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instances_count_apart_and_clones_together() {
        let first = Metrics::new("1.2.3", "abc");
        let second = Metrics::new("1.2.3", "abc");

        first.counter(REQUESTS, [("webhook", "ops")]).increment(1);
        first
            .clone()
            .counter(REQUESTS, [("webhook", "ops")])
            .increment(1);

        assert!(
            first
                .render()
                .contains("hailer_requests_total{webhook=\"ops\"} 2")
        );
        assert!(!second.render().contains("hailer_requests_total{"));
        assert!(
            second
                .render()
                .contains("hailer_build_info{version=\"1.2.3\",revision=\"abc\"} 1")
        );
    }
}
