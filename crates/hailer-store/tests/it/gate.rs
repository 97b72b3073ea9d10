//! What is known of a job of which nothing has begun, and of one whose message is not stored.

use hailer_store::{
    Admitted, ClaimLimits, DidStart, Fate, Fence, JobState, NewPost, PostQuery, ProcessIdentity,
    RecoverPolicy, Retried, Start, Store,
};

use crate::bed::{Bed, on_both};
use crate::samples::{admission, admission_of, caller, claim, ending, queue, state};

on_both!(
    what_waits_at_a_gate_has_not_begun,
    a_start_is_in_the_audit_once,
    a_claim_of_which_nothing_began_goes_back,
    what_was_never_queued_does_not_go_back,
    an_unstored_message_is_its_owners_alone,
    an_unstored_message_is_gone_with_its_owner,
    an_unstored_message_cannot_be_repeated,
    an_unstored_message_does_not_run_again,
    a_retry_that_is_delivered_twice_is_one_job,
    a_retry_can_be_of_whoever_asks_for_it,
    what_a_dead_sender_held_is_sent_at_once,
);

fn process() -> ProcessIdentity {
    ProcessIdentity {
        host_boot: "boot".to_owned(),
        pid: 7,
        start_ticks: 9,
        cgroup: None,
    }
}

async fn at_gate(store: &Store) -> Fence {
    let admission = hailer_store::Admission {
        start: Start::AtGate,
        ..admission()
    };
    match store.admit(&admission).await.expect("admitted") {
        Admitted::Running(fence) => fence,
        other => panic!("not held: {other:?}"),
    }
}

async fn recovered(store: &Store) -> Vec<hailer_store::Recovered> {
    let recovered = store.recover(&RecoverPolicy::default()).await;
    recovered.expect("recovered")
}

async fn what_waits_at_a_gate_has_not_begun(bed: &Bed) {
    let store = bed.store().await;
    let (waits, runs) = (at_gate(&store).await, at_gate(&store).await);
    assert_eq!(state(&store, &waits.job).await, JobState::Starting);
    store
        .started(&runs, Some(&process()))
        .await
        .expect("started");
    bed.crash(store).await;

    let recovered = recovered(&bed.store().await).await;

    let did_start = |fence: &Fence| {
        let job = recovered.iter().find(|it| it.job.id == fence.job);
        job.expect("recovered").job.did_start
    };
    assert_eq!(did_start(&waits), Some(DidStart::No));
    assert_eq!(did_start(&runs), Some(DidStart::Unknown));
}

async fn a_start_is_in_the_audit_once(bed: &Bed) {
    let store = bed.store().await;
    queue(&store, &admission()).await;
    let fence = claim(&store).await.fence;
    store
        .started(&fence, Some(&process()))
        .await
        .expect("started");
    store
        .finish(&fence, &ending(JobState::Succeeded))
        .await
        .expect("finished");
    let sql = "SELECT COUNT(*) FROM audit WHERE event = 'started'";

    assert_eq!(bed.number(sql).await, 1);

    queue(&store, &admission()).await;
    let fence = claim(&store).await.fence;
    store
        .started(&fence, Some(&process()))
        .await
        .expect("started");
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    store
        .started(&fence, Some(&process()))
        .await
        .expect("again");

    assert_eq!(bed.number(sql).await, 2);
}

async fn a_claim_of_which_nothing_began_goes_back(bed: &Bed) {
    let store = bed.store().await;
    let id = queue(
        &store,
        &admission_of(|job| job.lock = Some("deploy/api".to_owned())),
    )
    .await;
    let first = claim(&store).await.fence;

    assert!(store.put_back(&first).await.expect("answered"));

    assert_eq!(state(&store, &id).await, JobState::Queued);
    assert!(
        store.started(&first, None).await.is_err(),
        "the old fence still writes"
    );
    let second = claim(&store).await.fence;
    assert_eq!((second.job, second.attempt), (id, 1));
    assert!(second.fence > first.fence);
}

async fn what_was_never_queued_does_not_go_back(bed: &Bed) {
    let store = bed.store().await;
    let fence = at_gate(&store).await;

    assert!(!store.put_back(&fence).await.expect("answered"));

    assert_eq!(state(&store, &fence.job).await, JobState::Starting);
}

async fn an_unstored_message_is_its_owners_alone(bed: &Bed) {
    if !bed.is_shared() {
        return;
    }
    let (store, other) = (bed.store().await, bed.store().await);
    let id = queue(&store, &admission_of(|job| job.body = None)).await;

    let limits = ClaimLimits::default();
    assert_eq!(other.claim(&limits).await.expect("answered"), None);
    assert!(recovered(&other).await.is_empty(), "its owner lives");
    assert!(store.renew(&[]).await.expect("renewed").strays.is_empty());
    assert_eq!(claim(&store).await.fence.job, id);
}

async fn an_unstored_message_is_gone_with_its_owner(bed: &Bed) {
    let store = bed.store().await;
    let id = queue(
        &store,
        &admission_of(|job| {
            job.body = None;
            job.idempotent = true;
            job.max_attempts = 3;
        }),
    )
    .await;
    bed.crash(store).await;
    let store = bed.store().await;

    let recovered = recovered(&store).await;

    assert_eq!(recovered.len(), 1);
    assert_eq!(recovered[0].fate, Fate::Interrupted);
    assert_eq!(recovered[0].job.did_start, Some(DidStart::No));
    let error = recovered[0].job.error.clone().expect("a reason");
    assert!(error.contains("nothing was started"), "{error}");
    assert_eq!(state(&store, &id).await, JobState::Interrupted);
}

async fn an_unstored_message_cannot_be_repeated(bed: &Bed) {
    let store = bed.store().await;
    let id = queue(&store, &admission_of(|job| job.body = None)).await;
    let fence = claim(&store).await.fence;
    store
        .finish(&fence, &ending(JobState::Failed))
        .await
        .expect("finished");

    let retried = store.retry(&id, &caller(), 9).await.expect("answered");

    assert!(matches!(retried, Retried::NotKept(_)), "{retried:?}");
}

async fn an_unstored_message_does_not_run_again(bed: &Bed) {
    let store = bed.store().await;
    let unstored = admission_of(|job| {
        job.body = None;
        job.idempotent = true;
        job.max_attempts = 3;
    });
    queue(&store, &unstored).await;
    let fence = claim(&store).await.fence;
    store.started(&fence, None).await.expect("started");
    bed.crash(store).await;

    let recovered = recovered(&bed.store().await).await;

    assert_eq!(recovered[0].fate, Fate::Interrupted);
    assert_eq!(recovered[0].job.did_start, Some(DidStart::Unknown));
}

async fn a_retry_that_is_delivered_twice_is_one_job(bed: &Bed) {
    let store = bed.store().await;
    let id = queue(&store, &admission()).await;
    let fence = claim(&store).await.fence;
    let ended = ending(JobState::Failed);
    store.finish(&fence, &ended).await.expect("finished");
    let by = |activity: &str| {
        let mut key = admission().key;
        activity.clone_into(&mut key.activity);
        hailer_store::Caller {
            message: Some(key),
            ..caller()
        }
    };

    let first = store.retry(&id, &by("a"), 9).await.expect("answered");
    let second = store.retry(&id, &by("a"), 9).await.expect("answered");
    let other = store.retry(&id, &by("b"), 9).await.expect("answered");

    assert_eq!(first, second);
    assert_ne!(first, other);
}

async fn a_retry_can_be_of_whoever_asks_for_it(bed: &Bed) {
    let store = bed.store().await;
    let id = queue(&store, &admission()).await;
    let fence = claim(&store).await.fence;
    let ended = ending(JobState::Failed);
    store.finish(&fence, &ended).await.expect("finished");
    let first = store.job(&id).await.expect("read").expect("a job");
    let theirs = hailer_store::Caller {
        as_theirs: Some("{\"from\":\"jo\"}".to_owned()),
        ..caller()
    };

    let mut specs = Vec::new();
    for by in [&theirs, &caller()] {
        let Retried::New(new) = store.retry(&id, by, 9).await.expect("answered") else {
            panic!("not retried");
        };
        specs.push(store.job(&new).await.expect("read").expect("a job").spec);
    }

    let own = &specs[0];
    assert_eq!(
        (&own.requester, own.body.as_deref()),
        (&caller().person, theirs.as_theirs.as_deref())
    );
    assert_eq!(own.request_id, caller().request_id);
    assert_eq!(
        (&own.text, &own.conversation),
        (&first.spec.text, &first.spec.conversation)
    );
    assert_eq!(specs[1], first.spec);
}

async fn what_a_dead_sender_held_is_sent_at_once(bed: &Bed) {
    let store = bed.store().await;
    let post = NewPost {
        target: "ops".to_owned(),
        payload: "x".to_owned(),
    };
    store.post_later(&post, None).await.expect("stored");
    let query = PostQuery::default();
    store
        .next_post(&query)
        .await
        .expect("next")
        .expect("a post");
    bed.crash(store).await;
    let store = bed.store().await;
    recovered(&store).await;

    let next = store.next_post(&query).await.expect("next");

    // Among several servers nobody knows who is dead before its lease is over.
    assert_eq!(next.is_some(), !bed.is_shared());
}
