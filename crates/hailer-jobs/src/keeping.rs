//! What is done with the store from time to time: counting for the metrics, dropping what is old.

use hailer_store::{JobState, Retention, Store};

use crate::jobs::Jobs;

impl Jobs {
    /// Counts jobs and follow-ups for the metrics.
    pub(crate) async fn observe_counts(&self) {
        let observer = &self.inner.observer;
        if let Ok(counts) = self
            .call(|store| async move { store.job_counts().await })
            .await
        {
            for state in JobState::ALL {
                observer.jobs(state, counts.get(&state).copied().unwrap_or_default());
            }
        }
        if let Ok(waiting) = self
            .call(|store| async move { store.posts_waiting().await })
            .await
        {
            observer.waiting(waiting.values().sum());
        }
    }

    /// Drops what is older than it is kept. What cannot be dropped now is dropped with the next try.
    pub(crate) async fn prune(&self) {
        let keep = Retention {
            jobs: self.plan().settings.keep,
            audit: self.plan().settings.keep_audit,
            ..Retention::default()
        };
        loop {
            let keep = keep.clone();
            let call = move |store: Store| async move { store.prune(&keep).await };
            match self.call(call).await {
                Ok(pruned) if pruned.has_more => {}
                Ok(_) | Err(_) => return,
            }
        }
    }
}
