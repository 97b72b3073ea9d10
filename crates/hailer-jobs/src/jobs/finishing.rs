//! The end of a job, which is stored once, and tried again until it is.

use std::sync::Arc;
use std::time::Duration;

use hailer_failpoint as failpoint;
use hailer_store::{Ending, JobState, StoreError};

use crate::jobs::Jobs;
use crate::live::{Live, StopReason};

impl Jobs {
    /// Leaves a job as it is stored: whoever starts next decides what becomes of it.
    pub(crate) fn leave(&self, live: &Arc<Live>) {
        if live.end() {
            self.release(live);
        }
    }

    /// Ends a job: only the first call does, and it says whether that is stored. What cannot be stored now is tried
    /// again until it is, or until another server has the job.
    pub async fn finish(&self, live: &Arc<Live>, ending: Ending) -> bool {
        if !live.end() {
            return false;
        }
        if live.stop_reason() == Some(StopReason::Lost) {
            self.release(live);
            return false;
        }
        let took = live.took();
        failpoint::hit("finish-before");
        match self.finish_once(live, &ending).await {
            Ok(state) => {
                failpoint::hit("finish-after");
                self.ended(live, state, took);
                true
            }
            Err(error) if error.is_passing() => {
                tracing::warn!(job = %live.fence().job, %error, "the end of a job cannot be stored yet");
                let (jobs, live) = (self.clone(), Arc::clone(live));
                drop(self.inner.runtime.spawn(async move {
                    jobs.finish_later(&live, ending, took).await;
                }));
                false
            }
            Err(error) => {
                self.give_up(live, &error);
                false
            }
        }
    }

    async fn finish_later(&self, live: &Arc<Live>, ending: Ending, took: Duration) {
        let mut pause = Duration::from_millis(250);
        loop {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(5));
            match self.finish_once(live, &ending).await {
                Ok(state) => return self.ended(live, state, took),
                Err(error) if error.is_passing() => {}
                Err(error) => return self.give_up(live, &error),
            }
        }
    }

    async fn finish_once(&self, live: &Live, ending: &Ending) -> Result<JobState, StoreError> {
        let (fence, ending) = (live.fence().clone(), ending.clone());
        self.call(move |store| async move { store.finish(&fence, &ending).await })
            .await
    }

    fn ended(&self, live: &Arc<Live>, state: JobState, took: Duration) {
        self.release(live);
        self.inner.observer.ended(state, took);
        let took = took.as_millis();
        tracing::info!(job = %live.fence().job, %state, took_ms = %took, "a job ended");
    }

    fn give_up(&self, live: &Arc<Live>, error: &StoreError) {
        self.release(live);
        tracing::error!(job = %live.fence().job, %error, "the end of a job is lost; whoever holds it now decides");
    }

    fn release(&self, live: &Arc<Live>) {
        self.live().retain(|it| !Arc::ptr_eq(it, live));
    }
}
