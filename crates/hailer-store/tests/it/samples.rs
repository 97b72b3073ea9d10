//! Admissions, endings and people for the tests.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hailer_store::{
    Admission, Admitted, AuditEntry, Caller, ClaimLimits, Claimed, Effect, Ending, Fence, JobId,
    JobState, MessageKey, NewJob, Person, Start, Store,
};

static COUNT: AtomicU64 = AtomicU64::new(1);

pub(crate) fn mira() -> Person {
    Person {
        id: "11111111-1111-1111-1111-111111111111".to_owned(),
        name: "Mira".to_owned(),
    }
}

pub(crate) fn caller() -> Caller {
    Caller {
        person: Person {
            id: "jo".to_owned(),
            name: "Jo".to_owned(),
        },
        request_id: "r-9".to_owned(),
        ..Caller::default()
    }
}

pub(crate) fn new_job() -> NewJob {
    NewJob {
        webhook: "ops".to_owned(),
        tenant: "tenant".to_owned(),
        team: "team-a".to_owned(),
        channel: "channel".to_owned(),
        conversation: "conversation".to_owned(),
        thread: None,
        requester: mira(),
        command: "deploy".to_owned(),
        text: "deploy api".to_owned(),
        body: Some("{}".to_owned()),
        effect: Effect::Write,
        idempotent: false,
        max_attempts: 1,
        time_limit: Duration::from_secs(900),
        lock: None,
        request_id: "r-1".to_owned(),
    }
}

/// A queued message, each a new one.
pub(crate) fn admission() -> Admission {
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    Admission {
        key: MessageKey {
            webhook: "ops".to_owned(),
            tenant: "tenant".to_owned(),
            team: "team-a".to_owned(),
            conversation: "conversation".to_owned(),
            activity: number.to_string(),
        },
        guard: None,
        job: new_job(),
        start: Start::Queued,
        intent: AuditEntry {
            event: "intent".to_owned(),
            decision: "allow".to_owned(),
            ..AuditEntry::default()
        },
        queue_limit: 1000,
        despite_holds: false,
        request: None,
    }
}

/// A queued message whose job is changed first.
pub(crate) fn admission_of(change: impl FnOnce(&mut NewJob)) -> Admission {
    let mut admission = admission();
    change(&mut admission.job);
    admission
}

pub(crate) fn ending(state: JobState) -> Ending {
    Ending {
        state,
        reply: Some("{\"text\":\"done\"}".to_owned()),
        text: Some("done".to_owned()),
        output: None,
        exit: None,
        error: None,
        follow_up: None,
        outcome: AuditEntry {
            event: "outcome".to_owned(),
            ..AuditEntry::default()
        },
    }
}

pub(crate) async fn queue(store: &Store, admission: &Admission) -> JobId {
    match store.admit(admission).await.expect("admitted") {
        Admitted::Queued(id) => id,
        other => panic!("not queued: {other:?}"),
    }
}

pub(crate) async fn run_now(store: &Store, admission: &Admission) -> Fence {
    let admission = Admission {
        start: Start::Now,
        ..admission.clone()
    };
    match store.admit(&admission).await.expect("admitted") {
        Admitted::Running(fence) => fence,
        other => panic!("not running: {other:?}"),
    }
}

pub(crate) async fn claim(store: &Store) -> Claimed {
    store
        .claim(&ClaimLimits::default())
        .await
        .expect("claimed")
        .expect("a job")
}

/// Queues a job and has it running.
pub(crate) async fn running(store: &Store, admission: &Admission) -> Fence {
    queue(store, admission).await;
    let fence = claim(store).await.fence;
    store.started(&fence, None).await.expect("started");
    fence
}

pub(crate) async fn state(store: &Store, id: &JobId) -> JobState {
    store.job(id).await.expect("read").expect("a job").state
}
