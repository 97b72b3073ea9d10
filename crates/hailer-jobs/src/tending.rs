//! How the store is, as the last calls of it showed.

use std::sync::{Mutex, PoisonError};

use hailer_store::StoreError;

/// Remembers whether the store answers.
#[derive(Debug, Default)]
pub(crate) struct Tending {
    problem: Mutex<Option<String>>,
}

impl Tending {
    /// Notes what a call said. Errors that say nothing of the store itself count as an answer.
    pub(crate) fn note(&self, error: Option<&StoreError>) {
        let problem = error
            .filter(|error| error.is_passing() || matches!(error, StoreError::Closed))
            .map(ToString::to_string);
        let mut noted = self.problem.lock().unwrap_or_else(PoisonError::into_inner);
        match (&*noted, &problem) {
            (None, Some(problem)) => tracing::error!(problem, "the store cannot be used"),
            (Some(_), None) => tracing::info!("the store can be used again"),
            (None, None) | (Some(_), Some(_)) => {}
        }
        *noted = problem;
    }

    pub(crate) fn problem(&self) -> Option<String> {
        self.problem
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
