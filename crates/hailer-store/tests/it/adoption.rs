//! What is written down late: work that runs already, and whose message another server may have met meanwhile.

use std::collections::BTreeSet;

use hailer_store::{Admitted, Adopted, Fence, Job, JobState, RecoverPolicy, Start, Store};

use crate::bed::{Bed, on_both};
use crate::samples::{admission, ending, new_job, run_now, state};

on_both!(
    an_adopted_job_is_held,
    the_repeat_of_an_adopted_message_finds_its_job,
    what_is_adopted_late_finds_the_job_of_its_repeat,
    many_that_adopt_one_message_at_once_have_one_job,
    the_job_of_a_dead_server_keeps_its_message,
);

/// Opens what another server would: SQLite has one server, which is then the same.
async fn two_servers(bed: &Bed) -> (Store, Store) {
    let first = bed.store().await;
    let second = if bed.is_shared() {
        bed.store().await
    } else {
        first.clone()
    };
    (first, second)
}

fn held(adopted: Adopted) -> Fence {
    match adopted {
        Adopted::Held(fence) => fence,
        Adopted::Repeat(job) => panic!("a repeat of {}", job.id),
    }
}

fn repeat(adopted: Adopted) -> Job {
    match adopted {
        Adopted::Repeat(job) => *job,
        Adopted::Held(fence) => panic!("a second job {}", fence.job),
    }
}

async fn an_adopted_job_is_held(bed: &Bed) {
    let store = bed.store().await;

    let fence = held(
        store
            .adopt(&admission().key, &new_job())
            .await
            .expect("adopted"),
    );

    let job = store.job(&fence.job).await.expect("read").expect("a job");
    assert_eq!(
        (job.state, job.owner.as_ref()),
        (JobState::Running, Some(store.boot()))
    );
    assert!(
        store
            .recover(&RecoverPolicy::default())
            .await
            .expect("recovered")
            .is_empty()
    );
    store
        .finish(&fence, &ending(JobState::Succeeded))
        .await
        .expect("finished");
}

async fn the_repeat_of_an_adopted_message_finds_its_job(bed: &Bed) {
    let (first, second) = two_servers(bed).await;
    let message = admission();
    let adopted = first.adopt(&message.key, &message.job).await;
    let fence = held(adopted.expect("adopted"));

    let late = second.adopt(&message.key, &message.job).await;
    let door = second.admit(&message).await.expect("admitted");

    let late = repeat(late.expect("known"));
    assert_eq!(
        (late.id, late.state),
        (fence.job.clone(), JobState::Running)
    );
    assert!(
        matches!(&door, Admitted::Repeat(job) if job.id == fence.job),
        "{door:?}"
    );
    assert_eq!(bed.number("SELECT COUNT(*) FROM jobs").await, 1);
}

async fn what_is_adopted_late_finds_the_job_of_its_repeat(bed: &Bed) {
    let (first, second) = two_servers(bed).await;
    let mut message = admission();
    message.start = Start::Now;
    let fence = run_now(&second, &message).await;
    let done = ending(JobState::Succeeded);
    second.finish(&fence, &done).await.expect("finished");

    let late = first.adopt(&message.key, &message.job).await;

    let late = repeat(late.expect("known"));
    assert_eq!((late.id, late.reply), (fence.job, done.reply));
    assert_eq!(bed.number("SELECT COUNT(*) FROM jobs").await, 1);
    assert_eq!(bed.number("SELECT COUNT(*) FROM messages").await, 1);
}

async fn many_that_adopt_one_message_at_once_have_one_job(bed: &Bed) {
    let (first, second) = two_servers(bed).await;
    let message = admission();
    let calls: Vec<_> = (0..24)
        .map(|number| {
            let store = if number % 2 == 0 { &first } else { &second };
            let (store, message) = (store.clone(), message.clone());
            tokio::spawn(async move { store.adopt(&message.key, &message.job).await })
        })
        .collect();

    let (mut fences, mut repeats) = (Vec::new(), BTreeSet::new());
    for call in calls {
        match call.await.expect("a call").expect("adopted") {
            Adopted::Held(fence) => fences.push(fence.job),
            Adopted::Repeat(job) => {
                repeats.insert(job.id);
            }
        }
    }

    assert_eq!(fences.len(), 1, "{fences:?}");
    assert_eq!(repeats, fences.into_iter().collect());
    assert_eq!(bed.number("SELECT COUNT(*) FROM jobs").await, 1);
}

async fn the_job_of_a_dead_server_keeps_its_message(bed: &Bed) {
    let message = admission();
    let store = bed.store().await;
    let fence = held(
        store
            .adopt(&message.key, &message.job)
            .await
            .expect("adopted"),
    );
    bed.crash(store).await;

    let store = bed.store().await;
    let recovered = store.recover(&RecoverPolicy::default()).await;
    let late = store.adopt(&message.key, &message.job).await;

    assert_eq!(recovered.expect("recovered").len(), 1);
    let late = repeat(late.expect("known"));
    assert_eq!(
        (late.id, late.state),
        (fence.job.clone(), JobState::Interrupted)
    );
    assert_eq!(state(&store, &fence.job).await, JobState::Interrupted);
}
