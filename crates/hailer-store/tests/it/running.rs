//! What runs: fences, progress, cancels, leases.

use hailer_store::{
    CancelRequest, Cancelled, ClaimLimits, Ending, Exit, Fence, JobState, NewPost, Output,
    ProcessIdentity, Progress, RecoverPolicy, StoreError,
};

use crate::bed::{Bed, on_both};
use crate::samples::{
    admission, admission_of, caller, claim, ending, queue, run_now, running, state,
};

on_both!(
    everything_of_an_ending_is_stored_at_once,
    a_stale_attempt_may_write_nothing,
    another_process_may_write_nothing,
    an_ending_can_be_told_twice,
    an_ending_that_is_no_end_is_refused,
    a_job_that_was_asked_to_stop_ends_as_cancelled,
    a_cancel_before_the_start_is_the_end,
    a_cancel_reaches_the_runner,
    a_cancel_of_what_is_over_says_so,
    renewing_names_what_is_held_lost_and_stray,
    the_start_is_stored_with_its_process,
    what_a_job_says_is_kept_when_its_server_dies,
);

async fn everything_of_an_ending_is_stored_at_once(bed: &Bed) {
    let store = bed.store().await;
    let fence = running(&store, &admission_of(|job| job.lock = Some("l".to_owned()))).await;
    let output = Output {
        head: "a".to_owned(),
        tail: "z".to_owned(),
        dropped_bytes: 24,
        log_path: Some("/log".to_owned()),
    };
    let ending = Ending {
        output: Some(output.clone()),
        exit: Some(Exit::Code(3)),
        error: Some("it failed".to_owned()),
        follow_up: Some(NewPost {
            target: "ops".to_owned(),
            payload: "{}".to_owned(),
        }),
        ..ending(JobState::Failed)
    };

    store.finish(&fence, &ending).await.expect("finished");

    let job = store.job(&fence.job).await.expect("read").expect("a job");
    assert_eq!(
        (job.state, job.output, job.exit, job.error),
        (
            JobState::Failed,
            Some(output),
            Some(Exit::Code(3)),
            ending.error
        )
    );
    assert_eq!((job.reply, job.result_text), (ending.reply, ending.text));
    assert!(job.ended_at_ms.is_some() && job.lease_until_ms.is_none());
    assert_eq!(bed.number("SELECT COUNT(*) FROM locks").await, 0);
    assert_eq!(bed.number("SELECT COUNT(*) FROM outbox").await, 1);
    assert_eq!(
        bed.number("SELECT COUNT(*) FROM audit WHERE event = 'outcome' AND outcome = 'failed'")
            .await,
        1
    );
}

async fn is_refused_everywhere(store: &hailer_store::Store, fence: &Fence) {
    let progress = Progress {
        done: 1,
        total: 1,
        text: "late".to_owned(),
    };
    let errors = [
        store.started(fence, None).await.expect_err("started"),
        store
            .progress(fence, &progress)
            .await
            .expect_err("progress"),
        store
            .finish(fence, &ending(JobState::Succeeded))
            .await
            .expect_err("finish"),
    ];
    for error in errors {
        assert!(
            matches!(&error, StoreError::Stale { job, .. } if *job == fence.job),
            "{error:?}"
        );
    }
}

async fn a_stale_attempt_may_write_nothing(bed: &Bed) {
    let store = bed.store().await;
    let again = admission_of(|job| (job.idempotent, job.max_attempts) = (true, 3));
    let id = queue(&store, &again).await;
    let stale = claim(&store).await.fence;
    // As if another server had taken it over and lost it to this one again.
    bed.sql("UPDATE jobs SET state = 'queued', owner = NULL, fence = fence + 1")
        .await;
    let fresh = claim(&store).await.fence;

    is_refused_everywhere(&store, &stale).await;
    for changed in [
        Fence {
            attempt: 1,
            ..fresh.clone()
        },
        Fence {
            fence: fresh.fence + 1,
            ..fresh.clone()
        },
    ] {
        is_refused_everywhere(&store, &changed).await;
    }

    assert_eq!(state(&store, &id).await, JobState::Starting);
    assert_eq!(
        store
            .renew(std::slice::from_ref(&stale))
            .await
            .expect("renewed")
            .lost,
        [stale]
    );
    store.started(&fresh, None).await.expect("started");
}

async fn another_process_may_write_nothing(bed: &Bed) {
    let store = bed.store().await;
    let fence = running(&store, &admission()).await;
    let tool = bed.tool().await;

    is_refused_everywhere(&tool, &fence).await;

    assert_eq!(
        tool.renew(std::slice::from_ref(&fence))
            .await
            .expect("renewed")
            .lost,
        [fence]
    );
    assert_eq!(
        bed.number("SELECT COUNT(*) FROM jobs WHERE progress_text IS NOT NULL")
            .await,
        0
    );
}

async fn an_ending_can_be_told_twice(bed: &Bed) {
    let store = bed.store().await;
    let fence = running(&store, &admission()).await;
    store
        .finish(&fence, &ending(JobState::Succeeded))
        .await
        .expect("finished");

    let again = store
        .finish(&fence, &ending(JobState::Failed))
        .await
        .expect("told again");

    assert_eq!(
        (again, state(&store, &fence.job).await),
        (JobState::Succeeded, JobState::Succeeded)
    );
    assert_eq!(
        bed.number("SELECT COUNT(*) FROM audit WHERE event = 'outcome'")
            .await,
        1
    );
}

async fn an_ending_that_is_no_end_is_refused(bed: &Bed) {
    let store = bed.store().await;
    let fence = running(&store, &admission()).await;

    let error = store
        .finish(&fence, &ending(JobState::Running))
        .await
        .expect_err("no end");

    assert!(matches!(error, StoreError::Misuse { .. }), "{error:?}");
}

async fn a_job_that_was_asked_to_stop_ends_as_cancelled(bed: &Bed) {
    let store = bed.store().await;
    let fence = running(&store, &admission()).await;

    let Cancelled::Asked(asked) = store.cancel(&fence.job, &caller()).await.expect("cancel") else {
        panic!("not asked")
    };
    let Cancelled::AskedBefore(_) = store.cancel(&fence.job, &caller()).await.expect("cancel")
    else {
        panic!("not asked before")
    };
    let ended = store
        .finish(&fence, &ending(JobState::Succeeded))
        .await
        .expect("finished");

    assert_eq!(asked.state, JobState::Running);
    assert_eq!(
        (ended, state(&store, &fence.job).await),
        (JobState::Cancelled, JobState::Cancelled)
    );
    assert_eq!(
        bed.number("SELECT COUNT(*) FROM audit WHERE event = 'outcome' AND outcome = 'cancelled'")
            .await,
        1
    );
    assert_eq!(
        bed.number(
            "SELECT COUNT(*) FROM audit WHERE event = 'cancel_requested' AND actor_id = 'jo'"
        )
        .await,
        1
    );
}

async fn a_cancel_before_the_start_is_the_end(bed: &Bed) {
    let store = bed.store().await;
    let queued = queue(&store, &admission()).await;
    let waiting = queue(&store, &admission()).await;
    bed.sql(&format!(
        "UPDATE jobs SET state = 'awaiting_approval' WHERE id = '{waiting}'"
    ))
    .await;

    for id in [&queued, &waiting] {
        let Cancelled::AtOnce(job) = store.cancel(id, &caller()).await.expect("cancel") else {
            panic!("not at once")
        };
        assert_eq!(
            (job.state, job.cancel.expect("a cancel").by.name.as_str()),
            (JobState::Cancelled, "Jo")
        );
        assert!(job.ended_at_ms.is_some());
    }

    assert!(
        store
            .claim(&ClaimLimits::default())
            .await
            .expect("claim")
            .is_none()
    );
}

async fn a_cancel_reaches_the_runner(bed: &Bed) {
    let store = bed.store().await;
    queue(&store, &admission()).await;
    let fence = claim(&store).await.fence;
    bed.tool()
        .await
        .cancel(&fence.job, &caller())
        .await
        .expect("cancel");
    let name = |cancel: Option<CancelRequest>| cancel.expect("a cancel").by.name;

    let at_start = store.started(&fence, None).await.expect("started");
    let at_progress = store
        .progress(&fence, &Progress::default())
        .await
        .expect("progress");
    let mut renewed = store
        .renew(std::slice::from_ref(&fence))
        .await
        .expect("renewed")
        .held;

    assert_eq!(
        [
            name(at_start),
            name(at_progress),
            name(renewed.remove(0).cancel)
        ],
        ["Jo", "Jo", "Jo"]
    );
}

async fn a_cancel_of_what_is_over_says_so(bed: &Bed) {
    let store = bed.store().await;
    let fence = running(&store, &admission()).await;
    store
        .finish(&fence, &ending(JobState::Succeeded))
        .await
        .expect("finished");

    for ended in JobState::ALL.into_iter().filter(|state| state.is_ended()) {
        bed.sql(&format!("UPDATE jobs SET state = '{ended}'")).await;
        let Cancelled::Ended(job) = store.cancel(&fence.job, &caller()).await.expect("cancel")
        else {
            panic!("{ended}")
        };
        assert_eq!(job.state, ended);
    }

    let nobody = "ZZZZZZZZ".parse().expect("an id");
    assert_eq!(
        store.cancel(&nobody, &caller()).await.expect("cancel"),
        Cancelled::NotFound
    );
}

async fn renewing_names_what_is_held_lost_and_stray(bed: &Bed) {
    let store = bed.store().await;
    let held = running(&store, &admission()).await;
    let stray = run_now(&store, &admission()).await;
    let ended = running(&store, &admission()).await;
    store
        .finish(&ended, &ending(JobState::Succeeded))
        .await
        .expect("finished");
    bed.sql("UPDATE jobs SET lease_until = 1 WHERE lease_until IS NOT NULL")
        .await;

    let renewed = store
        .renew(&[held.clone(), ended.clone()])
        .await
        .expect("renewed");

    assert_eq!((renewed.held.len(), &renewed.held[0].fence), (1, &held));
    assert_eq!(
        (renewed.strays.len(), &renewed.strays[0].fence),
        (1, &stray)
    );
    assert_eq!(renewed.lost, [ended]);
    let lease = store
        .job(&held.job)
        .await
        .expect("read")
        .expect("a job")
        .lease_until_ms;
    assert!(!bed.is_shared() || lease > Some(1_700_000_000_000));
}

async fn the_start_is_stored_with_its_process(bed: &Bed) {
    let store = bed.store().await;
    queue(&store, &admission()).await;
    let fence = claim(&store).await.fence;
    let process = ProcessIdentity {
        host_boot: "b".to_owned(),
        pid: u32::MAX,
        start_ticks: 99,
        cgroup: Some("/x".to_owned()),
    };

    store
        .started(&fence, Some(&process))
        .await
        .expect("started");
    store
        .progress(
            &fence,
            &Progress {
                done: 3,
                total: u64::MAX,
                text: "copying".to_owned(),
            },
        )
        .await
        .expect("progress");

    let job = store.job(&fence.job).await.expect("read").expect("a job");
    assert_eq!((job.state, job.process), (JobState::Running, Some(process)));
    assert_eq!(job.progress.expect("progress").done, 3);
    assert_eq!(
        bed.number("SELECT COUNT(*) FROM audit WHERE event = 'started'")
            .await,
        1
    );
}

async fn what_a_job_says_is_kept_when_its_server_dies(bed: &Bed) {
    let store = bed.store().await;
    let fence = running(&store, &admission()).await;
    let said = |head: &str| Output {
        head: head.to_owned(),
        tail: "end".to_owned(),
        dropped_bytes: 7,
        log_path: None,
    };
    store.keep_output(&fence, &said("a")).await.expect("kept");
    store.keep_output(&fence, &said("ab")).await.expect("kept");
    let stale = Fence {
        fence: fence.fence + 1,
        ..fence.clone()
    };
    let refused = store.keep_output(&stale, &said("other")).await;
    bed.crash(store).await;

    let store = bed.store().await;
    store
        .recover(&RecoverPolicy::default())
        .await
        .expect("recovered");

    assert!(
        matches!(refused, Err(StoreError::Stale { .. })),
        "{refused:?}"
    );
    let job = store.job(&fence.job).await.expect("read").expect("a job");
    assert_eq!(
        (job.state, job.output.as_ref()),
        (JobState::Interrupted, Some(&said("ab")))
    );
    assert_eq!(said("ab\n").to_text(), "ab\n… 7 bytes left out …\nend");
}
