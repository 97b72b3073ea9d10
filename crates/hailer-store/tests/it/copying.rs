//! Moving a store to another engine: complete, equal, and safe to cut off.

use hailer_store::{
    Copied, CopyError, Expected, JobState, NewPost, NewRecord, NewText, OpenError, Role, Store,
};

use crate::bed::Bed;
use crate::samples::{admission, admission_of, claim, ending, queue, run_now, running, state};

async fn target(bed: &Bed) -> Store {
    Store::open(bed.url(), Role::CopyTarget)
        .await
        .expect("open")
}

/// A store with something in every table.
async fn fill(store: &Store) -> Vec<hailer_store::JobId> {
    let ended = running(
        store,
        &admission_of(|job| job.text = "ä \u{1f600}".to_owned()),
    )
    .await;
    let follow_up = Some(NewPost {
        target: "ops".to_owned(),
        payload: "{}".to_owned(),
    });
    store
        .finish(
            &ended,
            &hailer_store::Ending {
                follow_up,
                ..ending(JobState::Failed)
            },
        )
        .await
        .expect("finished");
    let held = run_now(store, &admission_of(|job| job.lock = Some("l".to_owned()))).await;
    let mut ids = vec![ended.job, held.job];
    for _ in 0..250 {
        ids.push(queue(store, &admission()).await);
    }
    let text = NewText {
        tenant: "t".to_owned(),
        conversation: "c".to_owned(),
        requester_id: "r".to_owned(),
        title: "t".to_owned(),
        content: "x".to_owned(),
        keep_for: std::time::Duration::from_secs(60),
    };
    store.keep_text(&text).await.expect("kept");
    for number in 0..250 {
        let record = NewRecord {
            module: "oncall".to_owned(),
            key: format!("ä/{number}"),
            value: "{}".to_owned(),
            expected: Expected::Nothing,
        };
        store.put_record(&record).await.expect("kept");
    }
    ids
}

fn expected() -> Copied {
    Copied {
        tables: vec![
            ("messages", 252),
            ("jobs", 252),
            ("locks", 1),
            ("texts", 1),
            ("outbox", 1),
            ("audit", 254),
            ("audit_dropped", 0),
            ("records", 250),
            ("holds", 0),
            ("key_uses", 0),
            ("requests", 0),
            ("votes", 0),
            ("glass", 0),
        ],
    }
}

/// Everything is as it was, and goes on.
async fn is_the_same(bed: &Bed, ids: &[hailer_store::JobId], heads: &[hailer_store::ChainHead]) {
    let store = bed.store().await;
    assert_eq!(
        (state(&store, &ids[0]).await, state(&store, &ids[1]).await),
        (JobState::Failed, JobState::Running)
    );
    let reports = store.audit_verify(heads).await.expect("checked");
    assert!(
        reports.iter().all(|report| report.findings.is_empty()),
        "{reports:?}"
    );
    assert_eq!(
        store
            .recover(&Default::default())
            .await
            .expect("recovered")
            .len(),
        1,
        "what ran when the old server stopped"
    );
    assert_eq!(claim(&store).await.job.id, ids[2], "in the old order");
    queue(&store, &admission()).await;
    let post = store
        .next_post(&Default::default())
        .await
        .expect("next")
        .expect("a message");
    store.post_sent(&post).await.expect("sent");
    store
        .post_later(
            &NewPost {
                target: "ops".to_owned(),
                payload: "{}".to_owned(),
            },
            None,
        )
        .await
        .expect("numbers go on");
}

mod on_postgres_only {
    //! Named so that `--skip on_postgres` leaves it out.

    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_file_moves_to_a_server() {
        let (from, to) = (Bed::sqlite(), Bed::postgres().await);
        let ids = fill(&from.store().await).await;
        let source = from.tool().await;
        let heads = source.audit_heads().await.expect("heads");

        let copied = source.copy_to(&target(&to).await).await.expect("copied");

        assert_eq!(copied, expected());
        is_the_same(&to, &ids, &heads).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_server_moves_to_a_file() {
        let (from, to) = (Bed::postgres().await, Bed::sqlite());
        let ids = fill(&from.store().await).await;
        let source = from.tool().await;
        let heads = source.audit_heads().await.expect("heads");
        // The connections of the store that was dropped end a little later.
        let target = target(&to).await;
        let copied = loop {
            match source.copy_to(&target).await {
                Err(CopyError::InUse) => tokio::task::yield_now().await,
                other => break other.expect("copied"),
            }
        };

        assert_eq!(copied, expected());
        drop(target);
        is_the_same(&to, &ids, &heads).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_server_that_is_used_is_not_copied() {
        let (from, to) = (Bed::postgres().await, Bed::sqlite());
        let _server = from.store().await;

        let refused = from
            .tool()
            .await
            .copy_to(&target(&to).await)
            .await
            .expect_err("in use");

        assert!(matches!(refused, CopyError::InUse), "{refused:?}");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_copy_that_was_cut_off_is_opened_by_nobody_and_can_be_ended() {
        let (from, to) = (Bed::sqlite(), Bed::postgres().await);
        let ids = fill(&from.store().await).await;
        let source = from.tool().await;
        let half = target(&to).await;
        to.sql("ALTER TABLE audit RENAME COLUMN detail TO detail_away")
            .await;
        source.copy_to(&half).await.expect_err("cut off");
        to.sql("ALTER TABLE audit RENAME COLUMN detail_away TO detail")
            .await;

        for role in [Role::Server, Role::Tool] {
            let refused = Store::open(to.url(), role).await.expect_err("half");
            assert!(matches!(refused, OpenError::HalfCopied), "{refused:?}");
        }
        let copied = source.copy_to(&target(&to).await).await.expect("copied");

        assert_eq!(copied, expected());
        is_the_same(&to, &ids, &[]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_a_server_uses_is_not_copied() {
    let (from, to) = (Bed::sqlite(), Bed::sqlite());
    let _server = from.store().await;

    let refused = from
        .tool()
        .await
        .copy_to(&target(&to).await)
        .await
        .expect_err("in use");

    assert!(matches!(refused, CopyError::InUse), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_with_other_data_is_left_alone() {
    let (from, to) = (Bed::sqlite(), Bed::sqlite());
    drop(from.store().await);
    let kept = queue(&to.store().await, &admission()).await;

    let refused = from
        .tool()
        .await
        .copy_to(&target(&to).await)
        .await
        .expect_err("other data");

    assert!(matches!(refused, CopyError::NotEmpty), "{refused:?}");
    assert_eq!(state(&to.store().await, &kept).await, JobState::Queued);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_is_complete_is_left_alone() {
    let (from, to) = (Bed::sqlite(), Bed::sqlite());
    queue(&from.store().await, &admission()).await;
    let source = from.tool().await;
    let first = source.copy_to(&target(&to).await).await.expect("copied");

    let again = source.copy_to(&target(&to).await).await.expect("the same");
    let id = queue(&to.store().await, &admission()).await;
    let refused = source
        .copy_to(&target(&to).await)
        .await
        .expect_err("it went on");

    assert_eq!(first, again);
    assert!(
        matches!(
            refused,
            CopyError::Differs {
                table: "messages",
                source_rows: 1,
                target_rows: 2
            }
        ),
        "{refused:?}"
    );
    assert_eq!(state(&to.store().await, &id).await, JobState::Queued);
}
