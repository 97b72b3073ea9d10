//! What becomes of the jobs of servers that died, and how they are done again by hand.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use hailer_store::{
    DidStart, Fate, Fence, Job, JobFilter, JobId, JobState, NewPost, Progress, RecoverPolicy,
    Recovered, Retried, Store, StoreError,
};

use crate::bed::{Bed, on_both};
use crate::samples::{
    admission, admission_of, caller, claim, ending, queue, run_now, running, state,
};

on_both!(
    what_was_starting_surely_did_not_start,
    what_ran_may_have_run,
    what_told_its_progress_did_run,
    what_is_idempotent_runs_again_later,
    a_job_with_which_two_servers_died_is_parked,
    the_last_attempt_is_the_last,
    what_was_asked_to_stop_stays_stopped,
    what_was_taken_over_is_lost_to_its_server,
    locks_of_dead_servers_are_released,
    the_process_to_kill_is_named,
    the_channel_is_told_in_the_same_transaction,
    a_tool_takes_nothing_over,
    retrying_makes_a_new_job,
    the_list_is_filtered_and_paged,
    the_counts_have_every_state,
);

async fn recover(store: &Store) -> Vec<Recovered> {
    store
        .recover(&RecoverPolicy::default())
        .await
        .expect("recovered")
}

/// Has the server of `store` die, and returns what another makes of its one job.
async fn die_and_recover(bed: &Bed, store: Store) -> (Store, Recovered) {
    bed.crash(store).await;
    let next = bed.store().await;
    let mut recovered = recover(&next).await;
    assert_eq!(recovered.len(), 1);
    assert!(recover(&next).await.is_empty());
    (next, recovered.remove(0))
}

async fn what_was_starting_surely_did_not_start(bed: &Bed) {
    let store = bed.store().await;
    queue(&store, &admission()).await;
    claim(&store).await;

    let (_, recovered) = die_and_recover(bed, store).await;

    assert_eq!(
        (recovered.fate, recovered.job.state),
        (Fate::Interrupted, JobState::Interrupted)
    );
    assert_eq!(recovered.job.did_start, Some(DidStart::No));
    assert_eq!(
        bed.number("SELECT COUNT(*) FROM audit WHERE event = 'interrupted'")
            .await,
        1
    );
}

async fn what_ran_may_have_run(bed: &Bed) {
    let store = bed.store().await;
    running(&store, &admission()).await;

    let (_, recovered) = die_and_recover(bed, store).await;

    assert_eq!(
        (recovered.fate, recovered.job.did_start),
        (Fate::Interrupted, Some(DidStart::Unknown))
    );
}

async fn what_told_its_progress_did_run(bed: &Bed) {
    let store = bed.store().await;
    let fence = run_now(&store, &admission()).await;
    store
        .progress(&fence, &Progress::default())
        .await
        .expect("progress");

    let (_, recovered) = die_and_recover(bed, store).await;

    assert_eq!(recovered.job.did_start, Some(DidStart::Yes));
}

fn again(attempts: u32) -> hailer_store::Admission {
    admission_of(|job| (job.idempotent, job.max_attempts) = (true, attempts))
}

async fn what_is_idempotent_runs_again_later(bed: &Bed) {
    let store = bed.store().await;
    let first = running(&store, &again(3)).await;

    let (next, recovered) = die_and_recover(bed, store).await;

    let Job {
        state,
        crashes,
        not_before_ms,
        claimed_at_ms,
        ..
    } = recovered.job.clone();
    assert_eq!(
        (recovered.fate, state, crashes),
        (Fate::Requeued, JobState::Queued, 1)
    );
    assert!(
        not_before_ms >= claimed_at_ms.expect("claimed") + 5000,
        "{:?}",
        recovered.job
    );
    bed.sql("UPDATE jobs SET not_before = 1").await;
    let second = claim(&next).await;
    assert_eq!((second.fence.job, second.fence.attempt), (first.job, 2));
}

async fn a_job_with_which_two_servers_died_is_parked(bed: &Bed) {
    let store = bed.store().await;
    running(&store, &again(9)).await;
    let (next, _) = die_and_recover(bed, store).await;
    bed.sql("UPDATE jobs SET not_before = 1").await;
    claim(&next).await;

    let (_, recovered) = die_and_recover(bed, next).await;

    assert_eq!(
        (recovered.fate, recovered.job.state),
        (Fate::Parked, JobState::Interrupted)
    );
    assert!(recovered.job.parked && recovered.job.crashes == 2);
}

async fn the_last_attempt_is_the_last(bed: &Bed) {
    let store = bed.store().await;
    running(&store, &again(1)).await;

    let (_, recovered) = die_and_recover(bed, store).await;

    assert_eq!(recovered.fate, Fate::Interrupted);
}

async fn what_was_asked_to_stop_stays_stopped(bed: &Bed) {
    let store = bed.store().await;
    let fence = running(&store, &again(3)).await;
    store.cancel(&fence.job, &caller()).await.expect("cancel");

    let (_, recovered) = die_and_recover(bed, store).await;

    assert_eq!(
        (recovered.fate, recovered.job.state),
        (Fate::Cancelled, JobState::Cancelled)
    );
}

/// On PostgreSQL the first server lives on, as after a pause; on SQLite there is only one.
async fn what_was_taken_over_is_lost_to_its_server(bed: &Bed) {
    if !bed.is_shared() {
        return;
    }
    let (zombie, next) = (bed.store().await, bed.store().await);
    let fence = running(&zombie, &again(3)).await;
    assert!(recover(&next).await.is_empty(), "its lease is not over");
    bed.sql("UPDATE jobs SET lease_until = 1, not_before = 1")
        .await;
    assert!(
        recover(&zombie).await.is_empty(),
        "nobody takes over from itself"
    );

    assert_eq!(recover(&next).await.len(), 1);
    bed.sql("UPDATE jobs SET not_before = 1").await;
    let taken = claim(&next).await.fence;

    assert_eq!(
        zombie
            .renew(std::slice::from_ref(&fence))
            .await
            .expect("renewed")
            .lost,
        std::slice::from_ref(&fence)
    );
    let late = zombie
        .finish(&fence, &ending(JobState::Succeeded))
        .await
        .expect_err("late");
    assert!(
        matches!(late, StoreError::Stale { attempt: 1, .. }),
        "{late:?}"
    );
    next.finish(&taken, &ending(JobState::Failed))
        .await
        .expect("finished");
    assert_eq!(state(&zombie, &fence.job).await, JobState::Failed);
}

async fn locks_of_dead_servers_are_released(bed: &Bed) {
    let store = bed.store().await;
    let locked = || admission_of(|job| job.lock = Some("deploy/prod".to_owned()));
    running(&store, &locked()).await;

    let (next, _) = die_and_recover(bed, store).await;

    run_now(&next, &locked()).await;
}

async fn the_process_to_kill_is_named(bed: &Bed) {
    let store = bed.store().await;
    queue(&store, &admission()).await;
    let fence = claim(&store).await.fence;
    let process = hailer_store::ProcessIdentity {
        host_boot: "b".to_owned(),
        pid: 4,
        start_ticks: 5,
        cgroup: None,
    };
    store
        .started(&fence, Some(&process))
        .await
        .expect("started");
    let boot = store.boot().clone();

    let (_, recovered) = die_and_recover(bed, store).await;

    assert_eq!(
        (recovered.process, recovered.owner),
        (Some(process), Some(boot))
    );
}

async fn the_channel_is_told_in_the_same_transaction(bed: &Bed) {
    let store = bed.store().await;
    running(&store, &admission()).await;
    running(&store, &again(2)).await;
    bed.crash(store).await;
    let next = bed.store().await;
    let compose = |recovered: &Recovered| {
        Some(NewPost {
            target: "ops".to_owned(),
            payload: recovered.job.id.to_string(),
        })
    };
    let policy = RecoverPolicy {
        follow_up: Some(Arc::new(compose)),
        ..RecoverPolicy::default()
    };

    let recovered = next.recover(&policy).await.expect("recovered");

    assert_eq!(recovered.len(), 2);
    assert_eq!(
        bed.number("SELECT COUNT(*) FROM outbox").await,
        1,
        "only of the job that will not run again"
    );
}

async fn a_tool_takes_nothing_over(bed: &Bed) {
    let store = bed.store().await;
    let fence = running(&store, &admission()).await;
    bed.crash(store).await;

    let refused = bed
        .tool()
        .await
        .recover(&RecoverPolicy::default())
        .await
        .expect_err("a tool");

    assert!(matches!(refused, StoreError::Misuse { .. }), "{refused:?}");
    assert_eq!(
        state(&bed.store().await, &fence.job).await,
        JobState::Running
    );
}

async fn retrying_makes_a_new_job(bed: &Bed) {
    let store = bed.store().await;
    let fence: Fence = running(&store, &admission()).await;
    let Retried::NotEnded(_) = store.retry(&fence.job, &caller(), 9).await.expect("answer") else {
        panic!("it runs")
    };
    store
        .finish(&fence, &ending(JobState::Failed))
        .await
        .expect("finished");

    let Retried::New(id) = store.retry(&fence.job, &caller(), 9).await.expect("answer") else {
        panic!("no new job")
    };

    let job = store.job(&id).await.expect("read").expect("a job");
    assert_eq!(
        (
            job.state,
            job.retry_of.as_ref(),
            job.spec.requester.name.as_str()
        ),
        (JobState::Queued, Some(&fence.job), "Mira")
    );
    assert_eq!(
        bed.number("SELECT COUNT(*) FROM audit WHERE event = 'retried' AND actor_id = 'jo'")
            .await,
        1
    );
    assert_eq!(
        store.retry(&fence.job, &caller(), 1).await.expect("answer"),
        Retried::QueueFull
    );
    let nobody: JobId = "ZZZZZZZZ".parse().expect("an id");
    assert_eq!(
        store.retry(&nobody, &caller(), 9).await.expect("answer"),
        Retried::NotFound
    );
}

async fn the_list_is_filtered_and_paged(bed: &Bed) {
    let store = bed.store().await;
    for number in 0..5 {
        queue(
            &store,
            &admission_of(|job| job.command = format!("c{number}")),
        )
        .await;
    }
    queue(
        &store,
        &admission_of(|job| job.requester.id = "other".to_owned()),
    )
    .await;
    let mine = JobFilter {
        requester_id: Some(crate::samples::mira().id),
        limit: 2,
        ..JobFilter::default()
    };

    let (mut commands, mut filter) = (Vec::new(), mine);
    loop {
        let page = store.jobs(&filter).await.expect("jobs");
        assert!(page.items.len() <= 2);
        commands.extend(page.items.into_iter().map(|job| job.spec.command));
        filter.before = page.next;
        if page.next.is_none() {
            break;
        }
    }
    let ended = JobFilter {
        states: vec![JobState::Failed, JobState::TimedOut],
        ..JobFilter::default()
    };

    assert_eq!(commands, ["c4", "c3", "c2", "c1", "c0"]);
    assert!(store.jobs(&ended).await.expect("jobs").items.is_empty());
    let queued = JobFilter {
        states: vec![JobState::Queued],
        webhook: Some("ops".to_owned()),
        since_ms: Some(1),
        ..JobFilter::default()
    };
    assert_eq!(store.jobs(&queued).await.expect("jobs").items.len(), 6);
}

async fn the_counts_have_every_state(bed: &Bed) {
    let store = bed.store().await;
    queue(&store, &admission()).await;
    run_now(&store, &admission()).await;

    let counts = store.job_counts().await.expect("counts");

    assert_eq!(
        counts.keys().copied().collect::<BTreeSet<_>>(),
        JobState::ALL.into_iter().collect()
    );
    assert_eq!(
        (
            counts[&JobState::Queued],
            counts[&JobState::Running],
            counts[&JobState::Failed]
        ),
        (1, 1, 0)
    );
    assert!(store.ping().await.expect("pong") < Duration::from_secs(5));
}
