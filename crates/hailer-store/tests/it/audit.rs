//! The audit: append-only, and every kind of tampering found.

use hailer_store::{AuditEntry, AuditFilter, ChainHead, ChainReport, Finding, Store};

use crate::bed::{Bed, on_both};
use crate::samples::{admission, ending, queue, running};

on_both!(
    an_untouched_chain_verifies,
    every_field_comes_back_and_is_part_of_the_hash,
    a_changed_row_is_found,
    a_changed_row_with_a_matching_hash_is_found,
    a_missing_row_is_found,
    a_missing_beginning_is_found,
    a_cut_tail_is_found_with_what_was_seen,
    a_chain_written_anew_is_found_with_what_was_seen,
    a_chain_that_is_gone_is_found_with_what_was_seen,
    rows_cannot_be_updated_or_deleted,
    a_chain_goes_on_after_a_restart,
    parallel_writers_keep_every_chain_whole,
    the_list_is_filtered_and_paged,
);

/// Lets rows be changed, as somebody with rights over the database can.
async fn disarm(bed: &Bed) {
    if bed.is_shared() {
        bed.sql("ALTER TABLE audit DISABLE TRIGGER USER").await;
    } else {
        bed.sql("DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete")
            .await;
    }
}

fn entry(number: usize) -> AuditEntry {
    AuditEntry {
        event: format!("event {number}"),
        ..AuditEntry::default()
    }
}

/// Appends rows one after another, which on both engines is one chain.
async fn store_with_rows(bed: &Bed, count: usize) -> Store {
    let store = bed.store().await;
    for number in 1..=count {
        store.audit(&entry(number)).await.expect("stored");
    }
    store
}

async fn findings(store: &Store, anchors: &[ChainHead]) -> Vec<Finding> {
    let mut reports = store.audit_verify(anchors).await.expect("checked");
    assert_eq!(reports.len(), 1, "{reports:?}");
    reports.remove(0).findings
}

async fn an_untouched_chain_verifies(bed: &Bed) {
    let store = store_with_rows(bed, 3).await;
    let anchors = store.audit_heads().await.expect("heads");
    store.audit(&entry(4)).await.expect("stored");

    let reports = store.audit_verify(&anchors).await.expect("checked");

    let [
        ChainReport {
            rows: 4,
            dropped_to: 0,
            head: Some(head),
            findings,
            ..
        },
    ] = &reports[..]
    else {
        panic!("{reports:?}")
    };
    assert_eq!(
        (head, findings.as_slice()),
        (&store.audit_heads().await.expect("heads")[0], [].as_slice())
    );
}

async fn every_field_comes_back_and_is_part_of_the_hash(bed: &Bed) {
    let store = bed.store().await;
    let full = full_entry();
    store.audit(&full).await.expect("stored");
    assert_eq!(
        store
            .audit_list(&AuditFilter::default())
            .await
            .expect("rows")
            .items[0]
            .entry,
        full
    );
    disarm(bed).await;

    for column in COLUMNS {
        bed.sql(&format!("UPDATE audit SET {column} = '9' || {column}"))
            .await;
        assert_eq!(
            findings(&store, &[]).await,
            [Finding::Changed { seq: 1 }],
            "{column}"
        );
        bed.sql(&format!("UPDATE audit SET {column} = SUBSTR({column}, 2)"))
            .await;
    }
    for column in ["at", "duration_ms"] {
        bed.sql(&format!("UPDATE audit SET {column} = {column} + 1"))
            .await;
        assert_eq!(
            findings(&store, &[]).await,
            [Finding::Changed { seq: 1 }],
            "{column}"
        );
        bed.sql(&format!("UPDATE audit SET {column} = {column} - 1"))
            .await;
    }
    assert_eq!(findings(&store, &[]).await, []);
}

const COLUMNS: [&str; 20] = [
    "boot",
    "event",
    "request_id",
    "job_id",
    "tenant",
    "team",
    "channel",
    "conversation",
    "activity",
    "webhook",
    "key_label",
    "actor_id",
    "actor_name",
    "command",
    "arguments",
    "effect",
    "decision",
    "rule",
    "outcome",
    "detail",
];

fn full_entry() -> AuditEntry {
    let text = str::to_owned;
    AuditEntry {
        event: text("intent"),
        request_id: text("r"),
        job: Some("K7Q2".parse().expect("an id")),
        tenant: text("t"),
        team: text("te"),
        channel: text("ch"),
        conversation: text("co"),
        activity: text("ac"),
        webhook: text("w"),
        key_label: text("k"),
        actor_id: text("ai"),
        actor_name: text("an\u{202e}"),
        command: text("c"),
        arguments: text("{\"a\":\"***\"}"),
        effect: text("e"),
        decision: text("d"),
        rule: text("ru"),
        outcome: text("o"),
        duration_ms: Some(5),
        detail: text("de"),
    }
}

async fn a_changed_row_is_found(bed: &Bed) {
    let store = store_with_rows(bed, 4).await;
    disarm(bed).await;

    bed.sql("UPDATE audit SET actor_id = 'somebody else' WHERE seq = 2")
        .await;

    assert_eq!(findings(&store, &[]).await, [Finding::Changed { seq: 2 }]);
}

async fn a_changed_row_with_a_matching_hash_is_found(bed: &Bed) {
    let store = store_with_rows(bed, 4).await;
    disarm(bed).await;
    // A whole row of the chain in the place of another: its hash fits itself, but not its place.
    bed.sql("UPDATE audit SET hash = (SELECT hash FROM audit a WHERE a.seq = 3) WHERE seq = 2")
        .await;

    let found = findings(&store, &[]).await;

    assert_eq!(
        found,
        [Finding::Changed { seq: 2 }, Finding::Broken { seq: 3 }]
    );
}

async fn a_missing_row_is_found(bed: &Bed) {
    let store = store_with_rows(bed, 5).await;
    disarm(bed).await;

    bed.sql("DELETE FROM audit WHERE seq IN (2, 3)").await;

    assert_eq!(
        findings(&store, &[]).await,
        [Finding::Missing { from: 2, to: 3 }]
    );
}

async fn a_missing_beginning_is_found(bed: &Bed) {
    let store = store_with_rows(bed, 3).await;
    disarm(bed).await;

    bed.sql("DELETE FROM audit WHERE seq = 1").await;

    assert_eq!(
        findings(&store, &[]).await,
        [Finding::Missing { from: 1, to: 1 }]
    );
}

async fn a_cut_tail_is_found_with_what_was_seen(bed: &Bed) {
    let store = store_with_rows(bed, 5).await;
    let anchors = store.audit_heads().await.expect("heads");
    disarm(bed).await;

    bed.sql("DELETE FROM audit WHERE seq > 3").await;

    assert_eq!(
        findings(&store, &[]).await,
        [],
        "without an anchor nobody can know"
    );
    assert_eq!(
        findings(&store, &anchors).await,
        [Finding::TailCut { last: 3, seen: 5 }]
    );
}

async fn a_chain_written_anew_is_found_with_what_was_seen(bed: &Bed) {
    let store = store_with_rows(bed, 2).await;
    let anchors = store.audit_heads().await.expect("heads");
    disarm(bed).await;
    bed.sql("DELETE FROM audit").await;

    for number in 7..10 {
        store.audit(&entry(number)).await.expect("stored");
    }

    assert_eq!(findings(&store, &[]).await, []);
    assert_eq!(
        findings(&store, &anchors).await,
        [Finding::Rewritten { seq: 2 }]
    );
}

async fn a_chain_that_is_gone_is_found_with_what_was_seen(bed: &Bed) {
    let store = store_with_rows(bed, 2).await;
    let anchors = store.audit_heads().await.expect("heads");
    disarm(bed).await;

    bed.sql("DELETE FROM audit").await;

    assert_eq!(
        findings(&store, &anchors).await,
        [Finding::TailCut { last: 0, seen: 2 }]
    );
}

async fn rows_cannot_be_updated_or_deleted(bed: &Bed) {
    let store = store_with_rows(bed, 2).await;
    let forbidden = [
        "UPDATE audit SET detail = 'x'",
        "DELETE FROM audit WHERE seq = 2",
        "DELETE FROM audit",
        "TRUNCATE audit",
    ];

    for statement in forbidden.iter().take(if bed.is_shared() { 4 } else { 3 }) {
        let refused = bed
            .try_sql(statement)
            .await
            .expect_err(statement)
            .to_string();
        assert!(
            refused.contains("the audit is append-only"),
            "{statement}: {refused}"
        );
    }

    assert_eq!(findings(&store, &[]).await, []);
    assert_eq!(bed.number("SELECT COUNT(*) FROM audit").await, 2);
}

async fn a_chain_goes_on_after_a_restart(bed: &Bed) {
    drop(store_with_rows(bed, 2).await);

    let store = store_with_rows(bed, 2).await;

    let reports = store.audit_verify(&[]).await.expect("checked");
    let rows: Vec<u64> = reports.iter().map(|report| report.rows).collect();
    assert_eq!(rows, if bed.is_shared() { vec![2, 2] } else { vec![4] });
    assert!(reports.iter().all(|report| report.findings.is_empty()));
}

async fn parallel_writers_keep_every_chain_whole(bed: &Bed) {
    let (store, tool) = (bed.store().await, bed.tool().await);
    let calls: Vec<_> = (0..60)
        .map(|number| {
            let store = if number % 3 == 0 { &tool } else { &store }
                .within(std::time::Duration::from_secs(30));
            tokio::spawn(async move { store.audit(&entry(number)).await })
        })
        .collect();
    for call in calls {
        call.await.expect("a call").expect("stored");
    }

    let reports = store.audit_verify(&[]).await.expect("checked");

    assert_eq!(reports.iter().map(|report| report.rows).sum::<u64>(), 60);
    assert!(
        reports.iter().all(|report| report.findings.is_empty()),
        "{reports:?}"
    );
}

async fn the_list_is_filtered_and_paged(bed: &Bed) {
    let store = bed.store().await;
    let fence = running(&store, &admission()).await;
    store
        .finish(&fence, &ending(hailer_store::JobState::Succeeded))
        .await
        .expect("finished");
    queue(&store, &admission()).await;
    let of_job = AuditFilter {
        job: Some(fence.job.clone()),
        limit: 2,
        ..AuditFilter::default()
    };

    let first = store.audit_list(&of_job).await.expect("rows");
    let second = store
        .audit_list(&AuditFilter {
            before: first.next.clone(),
            ..of_job.clone()
        })
        .await
        .expect("rows");

    let events: Vec<_> = first
        .items
        .iter()
        .chain(&second.items)
        .map(|row| row.entry.event.as_str())
        .collect();
    assert_eq!(
        (events, second.next),
        (vec!["outcome", "started", "intent"], None)
    );
    let denied = AuditFilter {
        decision: Some("deny".to_owned()),
        since_ms: Some(1),
        until_ms: Some(i64::MAX),
        ..AuditFilter::default()
    };
    assert!(
        store
            .audit_list(&denied)
            .await
            .expect("rows")
            .items
            .is_empty()
    );
}
