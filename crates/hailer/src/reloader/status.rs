//! How the last reload went: for probes, metrics and whoever asks.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use hailer_transport::{Metrics, ReadyCheck};

use crate::generation::Current;

const SUCCESSFUL: &str = "hailer_config_last_reload_successful";
const SUCCESS_TIME: &str = "hailer_config_last_reload_success_timestamp_seconds";

/// How the last reload went.
#[derive(Debug, Default)]
pub(crate) struct Status {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    refused: Option<String>,
    needs_restart: Vec<String>,
}

impl Status {
    /// Notes that a configuration holds, and which of its keys hold only after a restart.
    pub(crate) fn note_success(&self, metrics: &Metrics, needs_restart: &[String]) {
        *self.lock() = State {
            refused: None,
            needs_restart: needs_restart.to_vec(),
        };
        metrics.gauge(SUCCESSFUL, []).set(1.0);
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let seconds = now.unwrap_or_default().as_secs_f64();
        metrics.gauge(SUCCESS_TIME, []).set(seconds.floor());
    }

    /// Notes that a configuration is refused, and why, in a line.
    pub(crate) fn note_refusal(&self, metrics: &Metrics, why: &str) {
        self.lock().refused = Some(why.to_owned());
        metrics.gauge(SUCCESSFUL, []).set(0.0);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What `/-/ready` tells of the configuration.
pub(crate) struct ConfigCheck(pub(crate) Arc<Current>);

impl ReadyCheck for ConfigCheck {
    fn name(&self) -> &'static str {
        "config"
    }

    fn problem(&self) -> Option<String> {
        let state = self.0.status().lock();
        let holds = holds(&self.0);
        if let Some(why) = &state.refused {
            return Some(format!("refused, {holds} still holds: {why}"));
        }
        if state.needs_restart.is_empty() {
            return None;
        }
        let keys = state.needs_restart.join(", ");
        Some(format!("{holds} holds, but needs restart: {keys}"))
    }

    fn note(&self) -> Option<String> {
        Some(holds(&self.0))
    }
}

fn holds(current: &Current) -> String {
    let generation = current.get();
    let digest = generation.config.outline.digest();
    format!("generation {} ({digest})", generation.number)
}
