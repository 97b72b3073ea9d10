//! Running one task again and again, whatever becomes of a run.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hailer_dispatch::CancellationToken;

use crate::background::host::Shared;
use crate::background::lease::{Lease, RENEWAL};
use crate::background::{Background, BackgroundRun};

/// The first wait after a run that failed; doubled each time.
const BACK_OFF: Duration = Duration::from_secs(5);

/// No wait after a failure is longer.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(5 * 60);

/// How long a run that was told to stop may still take.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How often a task that runs is looked after.
const LOOK: Duration = Duration::from_millis(500);

/// What became of a run.
enum Ran {
    Well,
    Badly,
    Stopped,
}

/// Runs a task until the bot stops, the first time at this moment.
pub(super) async fn tend(task: Background, mut due: Instant, shared: Arc<Shared>) {
    let mut lease = Lease::new(shared.jobs.as_ref(), &task.name);
    let mut failures = 0;
    while !shared.stopping.is_cancelled() {
        shared.waits(&task.name, due);
        let is_held = lease.is_held().await;
        if !is_held || due > shared.clock.instant() {
            // Also while it is another's, or far off: the lease is asked for again.
            let until = if is_held {
                due
            } else {
                shared.clock.instant() + RENEWAL
            };
            let wait = shared.clock.wait_until(until, RENEWAL);
            shared.stopping.run_until_cancelled(wait).await;
            continue;
        }
        shared.runs(&task.name);
        let begun = shared.clock.instant();
        match run(&task, &shared, &mut lease).await {
            Ran::Well => {
                failures = 0;
                due = begun + task.every;
            }
            Ran::Badly => {
                failures += 1;
                due = shared.clock.instant() + back_off(failures);
            }
            Ran::Stopped => due = shared.clock.instant(),
        }
    }
    lease.release().await;
}

async fn run(task: &Background, shared: &Shared, lease: &mut Lease) -> Ran {
    let cancellation = shared.stopping.child_token();
    let run = BackgroundRun {
        now: shared.clock.now().into(),
        cancellation: cancellation.clone(),
    };
    let begun = Instant::now();
    // As a task of its own, so that a panic ends there.
    let mut running = tokio::spawn((task.work)(run));
    let name = task.name.as_str();
    let reason = loop {
        tokio::select! {
            ended = &mut running => return match ended {
                Ok(Ok(())) => Ran::Well,
                Ok(Err(error)) => {
                    let told = error.reply().map(hailer_reply::Reply::to_plain);
                    let cause = error.log_text();
                    tracing::error!(task = name, told, cause, "a background task failed; it is tried again");
                    Ran::Badly
                }
                Err(_) => {
                    tracing::error!(task = name, "a background task panicked; it is tried again");
                    Ran::Badly
                }
            },
            () = shared.stopping.cancelled() => break "the bot stops",
            () = tokio::time::sleep(LOOK) => {
                if begun.elapsed() >= task.time_limit {
                    break "it takes too long";
                }
                if !lease.is_held().await {
                    break "another replica may take over";
                }
            }
        }
    };
    stop(name, reason, &cancellation, running).await;
    if begun.elapsed() >= task.time_limit {
        Ran::Badly
    } else {
        Ran::Stopped
    }
}

async fn stop<T>(
    name: &str,
    reason: &str,
    cancellation: &CancellationToken,
    mut running: tokio::task::JoinHandle<T>,
) {
    cancellation.cancel();
    if tokio::time::timeout(LAST_WORDS, &mut running)
        .await
        .is_err()
    {
        tracing::warn!(task = name, reason, "a background task is cut off");
        running.abort();
    }
}

fn back_off(failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(10);
    BACK_OFF
        .saturating_mul(1 << doublings)
        .min(LONGEST_BACK_OFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_after_failures_grow_to_five_minutes() {
        let waits = [1, 2, 3, 7, 1_000].map(|failures| back_off(failures).as_secs());

        assert_eq!(waits, [5, 10, 20, 300, 300]);
    }
}
