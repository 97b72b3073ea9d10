//! The door: each message once, each guard, each limit.

use std::collections::BTreeSet;

use hailer_store::{Admission, Admitted, JobFilter, JobState, MessageKey, Start, Store};

use crate::bed::{Bed, on_both};
use crate::samples::{admission, admission_of, ending, queue, run_now, state};

on_both!(
    fifty_deliveries_of_one_message_are_one_job,
    messages_that_differ_in_one_id_are_not_repeats,
    a_repeat_finds_the_stored_reply,
    the_same_words_with_a_new_id_attach_while_the_first_is_not_over,
    many_with_one_guard_at_once_are_one_job,
    a_guard_that_is_older_than_ten_seconds_holds_no_more,
    a_full_queue_stores_nothing,
    a_lock_that_another_holds_stores_nothing,
    what_runs_inline_is_held_by_this_process,
    a_nul_in_a_text_is_stored_as_something_else,
    every_column_of_a_job_comes_back,
    all_of_it_or_nothing,
    what_is_undone_takes_nothing_else_with_it,
);

async fn storm(store: &Store, admissions: Vec<Admission>) -> Vec<Admitted> {
    let calls: Vec<_> = admissions
        .into_iter()
        .map(|admission| {
            let store = store.clone();
            tokio::spawn(async move {
                store
                    .within(std::time::Duration::from_secs(20))
                    .admit(&admission)
                    .await
                    .expect("admitted")
            })
        })
        .collect();
    let mut answers = Vec::new();
    for call in calls {
        answers.push(call.await.expect("a call"));
    }
    answers
}

async fn fifty_deliveries_of_one_message_are_one_job(bed: &Bed) {
    let store = bed.store().await;

    let answers = storm(&store, vec![admission(); 50]).await;

    let new: Vec<_> = answers
        .iter()
        .filter_map(|answer| {
            if let Admitted::Queued(id) = answer {
                Some(id.clone())
            } else {
                None
            }
        })
        .collect();
    let repeats: Vec<_> = answers
        .iter()
        .filter_map(|answer| {
            if let Admitted::Repeat(job) = answer {
                Some(job.id.clone())
            } else {
                None
            }
        })
        .collect();
    assert_eq!((new.len(), repeats.len()), (1, 49), "{answers:?}");
    assert_eq!(
        repeats.into_iter().collect::<BTreeSet<_>>(),
        new.into_iter().collect()
    );
    assert_eq!(bed.number("SELECT COUNT(*) FROM jobs").await, 1);
    assert_eq!(bed.number("SELECT COUNT(*) FROM audit").await, 1);
}

async fn messages_that_differ_in_one_id_are_not_repeats(bed: &Bed) {
    let store = bed.store().await;
    let first = admission();
    let changes: [fn(&mut MessageKey) -> &mut String; 5] = [
        |key| &mut key.webhook,
        |key| &mut key.tenant,
        |key| &mut key.team,
        |key| &mut key.conversation,
        |key| &mut key.activity,
    ];
    queue(&store, &first).await;

    for change in changes {
        let mut other = first.clone();
        *change(&mut other.key) = "other".to_owned();
        queue(&store, &other).await;
    }

    assert_eq!(
        store
            .jobs(&JobFilter::default())
            .await
            .expect("jobs")
            .items
            .len(),
        6
    );
}

async fn a_repeat_finds_the_stored_reply(bed: &Bed) {
    let store = bed.store().await;
    let message = admission();
    let fence = run_now(&store, &message).await;
    store
        .finish(&fence, &ending(JobState::Succeeded))
        .await
        .expect("finished");

    let Admitted::Repeat(job) = store.admit(&message).await.expect("admitted") else {
        panic!("no repeat")
    };

    assert_eq!(
        (job.id, job.state, job.reply.as_deref()),
        (fence.job, JobState::Succeeded, Some("{\"text\":\"done\"}"))
    );
}

async fn the_same_words_with_a_new_id_attach_while_the_first_is_not_over(bed: &Bed) {
    let store = bed.store().await;
    let guarded = || Admission {
        guard: Some([7; 32]),
        ..admission()
    };
    let first = queue(&store, &guarded()).await;
    let second = guarded();

    let Admitted::Attached(job) = store.admit(&second).await.expect("admitted") else {
        panic!("not attached")
    };
    let Admitted::Repeat(again) = store.admit(&second).await.expect("admitted") else {
        panic!("not repeated")
    };
    let other = queue(
        &store,
        &Admission {
            guard: Some([8; 32]),
            ..admission()
        },
    )
    .await;
    let claimed = crate::samples::claim(&store).await;
    store.started(&claimed.fence, None).await.expect("started");
    store
        .finish(&claimed.fence, &ending(JobState::Succeeded))
        .await
        .expect("finished");
    let after_the_end = queue(&store, &guarded()).await;

    assert_eq!(
        (&job.id, &again.id, &claimed.job.id),
        (&first, &first, &first)
    );
    assert_eq!(
        [&first, &other, &after_the_end]
            .into_iter()
            .collect::<BTreeSet<_>>()
            .len(),
        3
    );
}

async fn many_with_one_guard_at_once_are_one_job(bed: &Bed) {
    let store = bed.store().await;
    let messages = (0..20)
        .map(|_| Admission {
            guard: Some([7; 32]),
            ..admission()
        })
        .collect();

    let answers = storm(&store, messages).await;

    let new = answers
        .iter()
        .filter(|answer| matches!(answer, Admitted::Queued(_)))
        .count();
    let attached = answers
        .iter()
        .filter(|answer| matches!(answer, Admitted::Attached(_)))
        .count();
    assert_eq!((new, attached), (1, 19));
}

async fn a_guard_that_is_older_than_ten_seconds_holds_no_more(bed: &Bed) {
    let store = bed.store().await;
    let guarded = || Admission {
        guard: Some([7; 32]),
        ..admission()
    };
    let first = queue(&store, &guarded()).await;
    bed.sql("UPDATE jobs SET created_at = created_at - 10001")
        .await;

    let second = queue(&store, &guarded()).await;

    assert_ne!(first, second);
}

async fn a_full_queue_stores_nothing(bed: &Bed) {
    let store = bed.store().await;
    queue(&store, &admission()).await;
    let refused = Admission {
        queue_limit: 1,
        ..admission()
    };

    assert_eq!(
        store.admit(&refused).await.expect("answer"),
        Admitted::QueueFull
    );

    assert_eq!(bed.number("SELECT COUNT(*) FROM messages").await, 1);
    assert_eq!(bed.number("SELECT COUNT(*) FROM audit").await, 1);
    queue(
        &store,
        &Admission {
            queue_limit: 2,
            ..refused
        },
    )
    .await;
    run_now(
        &store,
        &Admission {
            queue_limit: 1,
            ..admission()
        },
    )
    .await;
}

async fn a_lock_that_another_holds_stores_nothing(bed: &Bed) {
    let store = bed.store().await;
    let locked = || admission_of(|job| job.lock = Some("deploy/prod".to_owned()));
    let first = run_now(&store, &locked()).await;
    let second = Admission {
        start: Start::Now,
        ..locked()
    };

    let Admitted::Locked { lock, by } = store.admit(&second).await.expect("answer") else {
        panic!("not locked")
    };

    assert_eq!((lock.as_str(), &by.id), ("deploy/prod", &first.job));
    assert_eq!(bed.number("SELECT COUNT(*) FROM jobs").await, 1);
    assert_eq!(bed.number("SELECT COUNT(*) FROM messages").await, 1);
    store
        .finish(&first, &ending(JobState::Succeeded))
        .await
        .expect("finished");
    run_now(&store, &second).await;
}

async fn what_runs_inline_is_held_by_this_process(bed: &Bed) {
    let store = bed.store().await;

    let fence = run_now(&store, &admission()).await;

    let job = store.job(&fence.job).await.expect("read").expect("a job");
    assert_eq!(
        (job.state, job.attempt, job.owner.as_ref()),
        (JobState::Running, 1, Some(store.boot()))
    );
    assert_eq!(job.lease_until_ms.is_some(), bed.is_shared());
    assert!(job.started_at_ms.is_some());
}

async fn a_nul_in_a_text_is_stored_as_something_else(bed: &Bed) {
    let store = bed.store().await;

    let id = queue(&store, &admission_of(|job| job.text = "a\0b".to_owned())).await;

    assert_eq!(
        store
            .job(&id)
            .await
            .expect("read")
            .expect("a job")
            .spec
            .text,
        "a\u{fffd}b"
    );
}

async fn every_column_of_a_job_comes_back(bed: &Bed) {
    let store = bed.store().await;
    let message = admission_of(|job| {
        job.channel = "ch".to_owned();
        job.thread = Some("th".to_owned());
        job.body = Some("{\"text\":\"ä\"}".to_owned());
        job.effect = hailer_store::Effect::Destructive;
        job.idempotent = true;
        job.max_attempts = 3;
        job.time_limit = std::time::Duration::from_millis(1500);
        job.lock = Some("l".to_owned());
    });

    let id = queue(&store, &message).await;

    let job = store.job(&id).await.expect("read").expect("a job");
    assert_eq!(
        (job.spec, job.state, job.attempt, job.owner, job.retry_of),
        (message.job, JobState::Queued, 0, None, None)
    );
    assert!(job.created_at_ms > 1_700_000_000_000 && job.created_at_ms == job.not_before_ms);
}

async fn all_of_it_or_nothing(bed: &Bed) {
    let store = bed.store().await;
    bed.sql("ALTER TABLE audit RENAME TO audit_away").await;
    let message = admission();

    let refused = store.admit(&message).await.expect_err("no audit");

    assert!(refused.is_certain(), "{refused:?}");
    assert_eq!(
        bed.number("SELECT COUNT(*) FROM jobs").await
            + bed.number("SELECT COUNT(*) FROM messages").await,
        0
    );
    bed.sql("ALTER TABLE audit_away RENAME TO audit").await;
    let id = queue(&store, &message).await;
    assert_eq!(state(&store, &id).await, JobState::Queued);
}

/// On SQLite these are committed together, each with a way back of its own.
async fn what_is_undone_takes_nothing_else_with_it(bed: &Bed) {
    let store = bed.store().await;
    let locked = || admission_of(|job| job.lock = Some("l".to_owned()));
    let held = run_now(&store, &locked()).await;
    let stale = hailer_store::Fence {
        fence: 99,
        ..held.clone()
    };

    let calls: Vec<_> = (0..80)
        .map(|number| {
            let (store, stale) = (store.clone(), stale.clone());
            let refused = Admission {
                start: Start::Now,
                ..locked()
            };
            tokio::spawn(async move {
                match number % 4 {
                    0 => matches!(store.admit(&admission()).await, Ok(Admitted::Queued(_))),
                    // Refused before it has looked at anything, while the one before waits to be sent.
                    1 => store
                        .finish(&stale, &ending(JobState::Running))
                        .await
                        .is_err(),
                    2 => matches!(store.admit(&refused).await, Ok(Admitted::Locked { .. })),
                    _ => store
                        .finish(&stale, &ending(JobState::Failed))
                        .await
                        .is_err(),
                }
            })
        })
        .collect();
    for call in calls {
        assert!(call.await.expect("a call"));
    }

    assert_eq!(bed.number("SELECT COUNT(*) FROM jobs").await, 21);
    assert_eq!(bed.number("SELECT COUNT(*) FROM messages").await, 21);
    let reports = store.audit_verify(&[]).await.expect("checked");
    assert_eq!(reports.iter().map(|report| report.rows).sum::<u64>(), 21);
    assert!(
        reports.iter().all(|report| report.findings.is_empty()),
        "{reports:?}"
    );
    assert_eq!(state(&store, &held.job).await, JobState::Running);
}
