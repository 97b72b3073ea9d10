//! Ends requests that nobody approved in time, and tells whoever asked.

use std::sync::Arc;
use std::time::Duration;

use hailer_reply::{Reply, escape};
use hailer_store::{ComposeExpired, Job, Store};

use crate::jobs::Jobs;

/// How often is looked. Somebody who says yes too late is told so in any case.
const EVERY: Duration = Duration::from_secs(5);

/// Looks until the bot stops.
pub(crate) async fn expire(jobs: Jobs) {
    loop {
        tokio::time::sleep(EVERY).await;
        let telling = jobs.clone();
        let compose: ComposeExpired = Arc::new(move |job: &Job| {
            let reply = Reply::markdown(format!(
                "Nobody said yes to **{}** of {} in time (request {}); nothing was started.",
                escape(&job.spec.text),
                escape(&job.spec.requester.name),
                job.id
            ));
            telling.compose_for(&job.spec.webhook, &reply)
        });
        let expire = move |store: Store| async move { store.expire_requests(Some(compose)).await };
        // What cannot be ended now is ended with the next look.
        for job in jobs.call(expire).await.unwrap_or_default() {
            tracing::info!(job = %job.id, "a request was not approved in time");
        }
    }
}
