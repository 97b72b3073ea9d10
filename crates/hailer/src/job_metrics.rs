//! What Prometheus reads of jobs and follow-ups.

use std::time::Duration;

use hailer_jobs::Observer;
use hailer_store::JobState;
use hailer_transport::Metrics;

/// Counts jobs and follow-ups. Labels are states and names of the configuration, never what somebody typed.
pub(crate) struct JobMetrics {
    metrics: Metrics,
}

impl JobMetrics {
    pub(crate) fn new(metrics: &Metrics) -> Self {
        Self {
            metrics: metrics.clone(),
        }
    }
}

impl Observer for JobMetrics {
    fn jobs(&self, state: JobState, count: u64) {
        let gauge = self
            .metrics
            .gauge("hailer_jobs", [("state", state.as_str())]);
        gauge.set(count as f64);
    }

    fn ended(&self, state: JobState, took: Duration) {
        let label = [("state", state.as_str())];
        let histogram = self.metrics.histogram("hailer_job_duration_seconds", label);
        histogram.record(took.as_secs_f64());
    }

    fn posted(&self, follow_up: &str, outcome: &'static str) {
        let labels = [("followup", follow_up), ("outcome", outcome)];
        let counter = self.metrics.counter("hailer_followup_posts_total", labels);
        counter.increment(1);
    }

    fn waiting(&self, posts: u64) {
        let gauge = self.metrics.gauge("hailer_followup_queue_length", []);
        gauge.set(posts as f64);
    }
}
