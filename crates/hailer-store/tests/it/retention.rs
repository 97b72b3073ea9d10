//! What is dropped with time, and what never is.

use std::time::Duration;

use hailer_store::{AuditEntry, Finding, JobState, NewPost, Pruned, Retention, Store};

use crate::bed::{Bed, on_both};
use crate::samples::{admission, ending, queue, running, state};

on_both!(
    what_is_over_and_old_goes,
    what_is_not_over_stays,
    messages_are_kept_for_a_day_at_least,
    an_old_audit_goes_and_the_rest_still_proves_itself,
    a_beginning_that_nobody_says_was_dropped_was_removed,
    large_amounts_go_in_steps,
);

const NOW: Retention = Retention {
    messages: Duration::ZERO,
    jobs: Duration::ZERO,
    posts: Duration::ZERO,
    audit: Some(Duration::ZERO),
};

async fn ended_job(store: &Store) -> hailer_store::JobId {
    let fence = running(store, &admission()).await;
    store
        .finish(&fence, &ending(JobState::Succeeded))
        .await
        .expect("finished");
    fence.job
}

/// Makes everything that has a time one week older.
async fn a_week_later(bed: &Bed) {
    let week = 7 * 86_400_000_i64;
    bed.sql(&format!(
        "UPDATE messages SET at = at - {week}; UPDATE jobs SET created_at = created_at - {week}, ended_at = ended_at - {week}; \
         UPDATE outbox SET ended_at = ended_at - {week}; UPDATE texts SET expires_at = expires_at - {week}"
    ))
    .await;
}

async fn what_is_over_and_old_goes(bed: &Bed) {
    let store = bed.store().await;
    ended_job(&store).await;
    store
        .post_later(
            &NewPost {
                target: "ops".to_owned(),
                payload: "{}".to_owned(),
            },
            None,
        )
        .await
        .expect("stored");
    let post = store
        .next_post(&Default::default())
        .await
        .expect("next")
        .expect("a message");
    store.post_sent(&post).await.expect("sent");
    a_week_later(bed).await;
    let week = Retention {
        messages: Duration::from_secs(86_400),
        jobs: Duration::from_secs(86_400),
        posts: Duration::from_secs(86_400),
        audit: None,
    };

    let pruned = store.prune(&week).await.expect("pruned");

    assert_eq!(
        pruned,
        Pruned {
            messages: 1,
            jobs: 1,
            posts: 1,
            ..Pruned::default()
        }
    );
    assert_eq!(store.prune(&week).await.expect("pruned"), Pruned::default());
}

async fn what_is_not_over_stays(bed: &Bed) {
    let store = bed.store().await;
    let id = queue(&store, &admission()).await;
    store
        .post_later(
            &NewPost {
                target: "ops".to_owned(),
                payload: "{}".to_owned(),
            },
            None,
        )
        .await
        .expect("stored");
    a_week_later(bed).await;

    let pruned = store
        .prune(&Retention { audit: None, ..NOW })
        .await
        .expect("pruned");

    assert_eq!(
        (pruned, state(&store, &id).await),
        (Pruned::default(), JobState::Queued)
    );
}

async fn messages_are_kept_for_a_day_at_least(bed: &Bed) {
    let store = bed.store().await;
    ended_job(&store).await;

    let pruned = store
        .prune(&Retention { audit: None, ..NOW })
        .await
        .expect("pruned");

    assert_eq!(pruned, Pruned::default(), "the job stays with its message");
}

async fn an_old_audit_goes_and_the_rest_still_proves_itself(bed: &Bed) {
    let store = bed.store().await;
    let entry = |event: &str| AuditEntry {
        event: event.to_owned(),
        ..AuditEntry::default()
    };
    for event in ["1", "2", "3"] {
        store.audit(&entry(event)).await.expect("stored");
    }
    let anchors = store.audit_heads().await.expect("heads");
    // Rows of this very millisecond are not old yet.
    while bed.number("SELECT MAX(at) FROM audit").await >= now() {
        tokio::task::yield_now().await;
    }

    let pruned = store.prune(&NOW).await.expect("pruned");
    store.audit(&entry("4")).await.expect("stored");

    let reports = store.audit_verify(&anchors).await.expect("checked");
    let ours = &reports[0];
    assert_eq!(
        (pruned.audit, ours.dropped_to, ours.findings.as_slice()),
        (3, 3, [].as_slice()),
        "{reports:?}"
    );
    assert_eq!(
        bed.number("SELECT COUNT(*) FROM audit WHERE event = 'audit_dropped'")
            .await,
        1
    );
    let refused = bed
        .try_sql("DELETE FROM audit")
        .await
        .expect_err("append-only")
        .to_string();
    assert!(refused.contains("the audit is append-only"), "{refused}");
    let false_anchor = hailer_store::ChainHead {
        hash: "0".repeat(64),
        ..anchors[0].clone()
    };
    assert_eq!(
        store.audit_verify(&[false_anchor]).await.expect("checked")[0].findings,
        [Finding::Rewritten { seq: 3 }]
    );
}

fn now() -> i64 {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("after 1970");
    i64::try_from(since.as_millis()).expect("small")
}

async fn large_amounts_go_in_steps(bed: &Bed) {
    let store = bed.store().await;
    ended_job(&store).await;
    a_week_later(bed).await;
    let row = "SELECT 'w', 't', 'te', 'c', CAST(n AS TEXT), 'none', 1 FROM numbers";
    bed.sql(&format!(
        "INSERT INTO messages (webhook, tenant, team, conversation, activity, job_id, at) \
         WITH RECURSIVE numbers AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM numbers WHERE n < 1200) {row}"
    ))
    .await;

    let mut steps = 0;
    while store
        .within(Duration::from_secs(20))
        .prune(&Retention { audit: None, ..NOW })
        .await
        .expect("pruned")
        .has_more
    {
        steps += 1;
    }

    assert_eq!(
        (steps, bed.number("SELECT COUNT(*) FROM messages").await),
        (2, 0)
    );
}

async fn a_beginning_that_nobody_says_was_dropped_was_removed(bed: &Bed) {
    let store = bed.store().await;
    for event in ["1", "2", "3"] {
        let entry = AuditEntry {
            event: event.to_owned(),
            ..AuditEntry::default()
        };
        store.audit(&entry).await.expect("stored");
    }
    let pretended = "INSERT INTO audit_dropped (chain, seq, hash, at) SELECT chain, seq, hash, at FROM audit WHERE seq = 2";
    bed.sql(pretended).await;
    bed.sql("DELETE FROM audit WHERE seq <= 2").await;

    let findings = store
        .audit_verify(&[])
        .await
        .expect("checked")
        .remove(0)
        .findings;

    // On PostgreSQL another server's chain may say it, so that only an anchor shows it.
    let expected = if bed.is_shared() {
        vec![]
    } else {
        vec![Finding::Missing { from: 1, to: 2 }]
    };
    assert_eq!(findings, expected);
}
