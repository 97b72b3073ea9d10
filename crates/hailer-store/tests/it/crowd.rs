//! Many messages at the door at the same moment, of which an engine may admit several in one go.

use std::collections::{BTreeMap, BTreeSet};

use hailer_store::{Admission, Admitted, JobFilter, Start, Store};

use crate::bed::{Bed, on_both};
use crate::samples::{admission, admission_of};

on_both!(
    each_message_of_a_crowd_is_one_job,
    a_crowd_with_the_same_wish_is_one_job,
    the_queue_of_a_crowd_keeps_its_limit,
    what_runs_at_once_is_admitted_among_what_waits,
);

async fn all_at_once(store: &Store, admissions: Vec<Admission>) -> Vec<Admitted> {
    let calls: Vec<_> = admissions
        .into_iter()
        .map(|admission| {
            let store = store.clone();
            tokio::spawn(async move { store.admit(&admission).await.expect("admitted") })
        })
        .collect();
    let mut admitted = Vec::new();
    for call in calls {
        admitted.push(call.await.expect("a call"));
    }
    admitted
}

fn job_of(admitted: &Admitted) -> String {
    match admitted {
        Admitted::Queued(id) => id.to_string(),
        Admitted::Running(fence) => fence.job.to_string(),
        Admitted::Repeat(job) | Admitted::Attached(job) => job.id.to_string(),
        other => panic!("not admitted: {other:?}"),
    }
}

async fn assert_whole(bed: &Bed, store: &Store, jobs: usize) {
    let count = i64::try_from(jobs).expect("small");
    assert_eq!(bed.number("SELECT COUNT(*) FROM jobs").await, count);
    let intents = "SELECT COUNT(*) FROM audit WHERE event = 'intent'";
    assert_eq!(bed.number(intents).await, count);
    let reports = store.audit_verify(&[]).await.expect("checked");
    assert!(
        reports.iter().all(|it| it.findings.is_empty()),
        "{reports:?}"
    );
}

async fn each_message_of_a_crowd_is_one_job(bed: &Bed) {
    let store = bed.store().await;
    let messages: Vec<Admission> = (0..60).map(|_| admission()).collect();
    let crowd = messages.iter().cycle().take(180).cloned().collect();

    let admitted = all_at_once(&store, crowd).await;

    let mut jobs: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for (number, admitted) in admitted.iter().enumerate() {
        jobs.entry(number % 60)
            .or_default()
            .insert(job_of(admitted));
    }
    assert!(jobs.values().all(|ids| ids.len() == 1), "{jobs:?}");
    let new = admitted
        .iter()
        .filter(|it| matches!(it, Admitted::Queued(_)));
    assert_eq!(new.count(), 60);
    assert_whole(bed, &store, 60).await;
}

async fn a_crowd_with_the_same_wish_is_one_job(bed: &Bed) {
    let store = bed.store().await;
    let crowd = (0..40_u8).map(|number| Admission {
        guard: Some([number / 2; 32]),
        ..admission()
    });

    let admitted = all_at_once(&store, crowd.collect()).await;

    let jobs: BTreeSet<String> = admitted.iter().map(job_of).collect();
    assert_eq!(jobs.len(), 20);
    assert_whole(bed, &store, 20).await;
}

async fn the_queue_of_a_crowd_keeps_its_limit(bed: &Bed) {
    let store = bed.store().await;
    let crowd = (0..50).map(|_| Admission {
        queue_limit: 10,
        ..admission()
    });

    let admitted = all_at_once(&store, crowd.collect()).await;

    let queued = admitted
        .iter()
        .filter(|it| matches!(it, Admitted::Queued(_)))
        .count();
    // Servers that share a database can pass it by what is admitted at the same moment.
    let most = if bed.is_shared() { 50 } else { 10 };
    assert!((10..=most).contains(&queued), "{queued}");
    assert_whole(bed, &store, queued).await;
}

async fn what_runs_at_once_is_admitted_among_what_waits(bed: &Bed) {
    let store = bed.store().await;
    let crowd = (0..40).map(|number| match number % 4 {
        0 => Admission {
            start: Start::Now,
            ..admission()
        },
        1 => Admission {
            start: Start::AtGate,
            ..admission()
        },
        2 => Admission {
            start: Start::Now,
            ..admission_of(|job| job.lock = Some(format!("lock/{number}")))
        },
        _ => admission(),
    });

    let admitted = all_at_once(&store, crowd.collect()).await;

    let running = admitted
        .iter()
        .filter(|it| matches!(it, Admitted::Running(_)));
    assert_eq!(running.count(), 30);
    let filter = JobFilter {
        limit: 200,
        ..JobFilter::default()
    };
    let jobs = store.jobs(&filter).await.expect("listed").items;
    for (state, count) in [("queued", 10), ("starting", 10), ("running", 20)] {
        assert_eq!(
            jobs.iter().filter(|it| it.state.as_str() == state).count(),
            count,
            "{state}"
        );
    }
    assert_whole(bed, &store, 40).await;
}
