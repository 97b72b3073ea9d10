//! The queue: order, fairness, limits, locks.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hailer_store::{ClaimLimits, Claimed, JobState, Store};

use crate::bed::{Bed, on_both};
use crate::samples::{admission, admission_of, claim, ending, queue, state};

on_both!(
    the_oldest_comes_first,
    the_team_with_fewer_jobs_under_way_comes_first,
    one_job_is_claimed_once_by_many,
    two_jobs_of_one_lock_never_run_together,
    a_job_behind_a_lock_does_not_hold_up_others,
    many_claims_keep_to_the_limit_of_a_command,
    paused_commands_and_webhooks_are_left,
    the_limit_of_a_team_is_kept,
    nothing_is_claimed_before_its_time,
    changes_tick_for_what_others_do,
);

async fn try_claim(store: &Store, limits: &ClaimLimits) -> Option<Claimed> {
    store.claim(limits).await.expect("claim")
}

async fn finish(store: &Store, claimed: &Claimed) {
    store
        .finish(&claimed.fence, &ending(JobState::Succeeded))
        .await
        .expect("finished");
}

async fn the_oldest_comes_first(bed: &Bed) {
    let store = bed.store().await;
    let mut queued = Vec::new();
    for _ in 0..5 {
        queued.push(queue(&store, &admission()).await);
    }

    let mut claimed = Vec::new();
    for _ in 0..5 {
        claimed.push(claim(&store).await.job.id);
    }

    assert_eq!(claimed, queued);
    assert!(try_claim(&store, &ClaimLimits::default()).await.is_none());
}

async fn the_team_with_fewer_jobs_under_way_comes_first(bed: &Bed) {
    let store = bed.store().await;
    for _ in 0..4 {
        queue(&store, &admission_of(|job| job.team = "loud".to_owned())).await;
    }
    for _ in 0..2 {
        queue(&store, &admission_of(|job| job.team = "quiet".to_owned())).await;
    }

    let mut teams = Vec::new();
    for _ in 0..6 {
        teams.push(claim(&store).await.job.spec.team);
    }

    assert_eq!(teams, ["loud", "quiet", "loud", "quiet", "loud", "loud"]);
}

/// Claims from many tasks of two servers, where the engine has two.
async fn claim_together(bed: &Bed, limits: &ClaimLimits, calls: usize) -> Vec<Claimed> {
    let first = bed.store().await;
    let second = if bed.is_shared() {
        bed.store().await
    } else {
        first.clone()
    };
    let calls: Vec<_> = (0..calls)
        .map(|number| {
            let store =
                if number % 2 == 0 { &first } else { &second }.within(Duration::from_secs(20));
            let limits = limits.clone();
            tokio::spawn(async move { store.claim(&limits).await.expect("claim") })
        })
        .collect();
    let mut claimed = Vec::new();
    for call in calls {
        claimed.extend(call.await.expect("a call"));
    }
    claimed
}

async fn one_job_is_claimed_once_by_many(bed: &Bed) {
    let store = bed.store().await;
    for _ in 0..10 {
        queue(&store, &admission()).await;
    }
    drop(store);

    let claimed = claim_together(bed, &ClaimLimits::default(), 30).await;

    let ids: BTreeSet<_> = claimed
        .iter()
        .map(|claimed| claimed.job.id.clone())
        .collect();
    assert_eq!(ids.len(), claimed.len());
    assert!(!bed.is_shared() || !claimed.is_empty());
    assert_eq!(
        bed.number("SELECT COUNT(*) FROM jobs WHERE state = 'starting' AND attempt = 1")
            .await,
        claimed.len() as i64
    );
}

async fn two_jobs_of_one_lock_never_run_together(bed: &Bed) {
    let store = bed.store().await;
    for _ in 0..6 {
        queue(
            &store,
            &admission_of(|job| job.lock = Some("deploy/prod".to_owned())),
        )
        .await;
    }
    drop(store);

    let claimed = claim_together(bed, &ClaimLimits::default(), 12).await;

    assert_eq!(claimed.len(), 1, "{claimed:?}");
    assert_eq!(
        bed.number("SELECT COUNT(*) FROM jobs WHERE state = 'starting'")
            .await,
        1
    );
}

async fn a_job_behind_a_lock_does_not_hold_up_others(bed: &Bed) {
    let store = bed.store().await;
    let locked = || admission_of(|job| job.lock = Some("deploy/prod".to_owned()));
    queue(&store, &locked()).await;
    let second = queue(&store, &locked()).await;
    let free = queue(&store, &admission()).await;

    let first = claim(&store).await;
    let next = claim(&store).await;
    assert!(try_claim(&store, &ClaimLimits::default()).await.is_none());
    finish(&store, &first).await;
    let last = claim(&store).await;

    assert_eq!((next.job.id, last.job.id), (free, second));
}

async fn many_claims_keep_to_the_limit_of_a_command(bed: &Bed) {
    let store = bed.store().await;
    for _ in 0..8 {
        queue(&store, &admission()).await;
    }
    drop(store);
    let limits = ClaimLimits {
        at_once: BTreeMap::from([("deploy".to_owned(), 3)]),
        ..ClaimLimits::default()
    };

    let claimed = claim_together(bed, &limits, 16).await;

    assert_eq!(claimed.len(), 3);
}

async fn paused_commands_and_webhooks_are_left(bed: &Bed) {
    let store = bed.store().await;
    queue(&store, &admission()).await;
    let other = queue(
        &store,
        &admission_of(|job| job.command = "status".to_owned()),
    )
    .await;
    let paused = |name: &str| BTreeSet::from([name.to_owned()]);

    let without_webhook = ClaimLimits {
        paused_webhooks: paused("ops"),
        ..ClaimLimits::default()
    };
    assert!(try_claim(&store, &without_webhook).await.is_none());
    let without_command = ClaimLimits {
        paused_commands: paused("deploy"),
        ..ClaimLimits::default()
    };
    assert_eq!(
        try_claim(&store, &without_command)
            .await
            .expect("a job")
            .job
            .id,
        other
    );
    let none_of_it = ClaimLimits {
        at_once: BTreeMap::from([("deploy".to_owned(), 0)]),
        ..ClaimLimits::default()
    };
    assert!(try_claim(&store, &none_of_it).await.is_none());
}

async fn the_limit_of_a_team_is_kept(bed: &Bed) {
    let store = bed.store().await;
    for _ in 0..3 {
        queue(&store, &admission()).await;
    }
    let limits = ClaimLimits {
        per_team: Some(2),
        ..ClaimLimits::default()
    };

    let first = try_claim(&store, &limits).await.expect("a job");
    try_claim(&store, &limits).await.expect("a job");
    assert!(try_claim(&store, &limits).await.is_none());
    finish(&store, &first).await;

    assert!(try_claim(&store, &limits).await.is_some());
}

async fn nothing_is_claimed_before_its_time(bed: &Bed) {
    let store = bed.store().await;
    let id = queue(&store, &admission()).await;
    bed.sql("UPDATE jobs SET not_before = not_before + 3600000")
        .await;

    assert!(try_claim(&store, &ClaimLimits::default()).await.is_none());

    bed.sql("UPDATE jobs SET not_before = not_before - 3600000")
        .await;
    claim(&store).await;
    assert_eq!(state(&store, &id).await, JobState::Starting);
}

async fn changes_tick_for_what_others_do(bed: &Bed) {
    let store = bed.store().await;
    let other = bed.tool().await;
    let id = queue(&store, &admission()).await;
    let mut changes = store.changes();
    // What the listener says when it begins to listen, and what its own commits were.
    while tokio::time::timeout(Duration::from_millis(1500), changes.changed())
        .await
        .is_ok()
    {}

    other
        .cancel(&id, &crate::samples::caller())
        .await
        .expect("cancelled");

    tokio::time::timeout(Duration::from_secs(10), changes.changed())
        .await
        .expect("news")
        .expect("open");
    assert_eq!(state(&store, &id).await, JobState::Cancelled);
}
