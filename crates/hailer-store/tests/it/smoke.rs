//! One job from the door to its end.

use hailer_store::{JobFilter, JobState, Progress, RecoverPolicy, Role, Store, StoreUrl};

use crate::samples::{admission, caller, claim, ending, queue, run_now, state};

#[tokio::test]
async fn a_job_goes_from_the_door_to_its_end() {
    let folder = tempfile::tempdir().expect("folder");
    for url in [
        StoreUrl::file(folder.path().join("x.db")),
        StoreUrl::memory(),
    ] {
        let store = Store::open(&url, Role::Server).await.expect("open");
        let id = queue(&store, &admission()).await;
        assert_eq!(state(&store, &id).await, JobState::Queued);
        let claimed = claim(&store).await;
        assert_eq!(claimed.job.id, id);
        assert_eq!(
            store.started(&claimed.fence, None).await.expect("started"),
            None
        );
        store
            .progress(
                &claimed.fence,
                &Progress {
                    done: 1,
                    total: 2,
                    text: "x".to_owned(),
                },
            )
            .await
            .expect("progress");
        let renewed = store
            .renew(std::slice::from_ref(&claimed.fence))
            .await
            .expect("renewed");
        assert_eq!(
            (renewed.held.len(), renewed.lost.len(), renewed.strays.len()),
            (1, 0, 0)
        );
        store.cancel(&id, &caller()).await.expect("cancel");
        let ended = store
            .finish(&claimed.fence, &ending(JobState::Succeeded))
            .await
            .expect("finished");
        assert_eq!(ended, JobState::Cancelled);
        let now = run_now(&store, &admission()).await;
        assert_eq!(
            store
                .finish(&now, &ending(JobState::Succeeded))
                .await
                .expect("finished"),
            JobState::Succeeded
        );
        assert!(
            store
                .recover(&RecoverPolicy::default())
                .await
                .expect("recovered")
                .is_empty()
        );
        assert_eq!(
            store
                .jobs(&JobFilter::default())
                .await
                .expect("jobs")
                .items
                .len(),
            2
        );
    }
}
