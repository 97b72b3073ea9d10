//! What a bot that starts again finds of the one before.

use hailer_process::{Identity, OrphanKill, kill_orphan};

use crate::{gated, is_alive, shell};

/// Starts a program and forgets it, as a bot that is killed does.
async fn orphan(script: &str) -> Identity {
    let prepared = gated().prepare(shell(script)).await.unwrap();
    let running = prepared.release().await.unwrap();
    let identity = running.identity().clone();
    std::mem::forget(running);
    identity
}

#[tokio::test]
async fn an_orphan_is_killed_with_its_children() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pids");
    let script =
        "setsid sleep 1000 & echo $! >> FILE; wait".replace("FILE", &file.display().to_string());
    let identity = orphan(&script).await;
    assert!(crate::eventually(|| !crate::pids(&file).is_empty()));

    let killed = tokio::task::spawn_blocking(move || kill_orphan(&identity))
        .await
        .unwrap();

    assert_eq!(killed, OrphanKill::Killed(2));
    assert!(crate::pids(&file).iter().all(|it| !is_alive(it)));
}

#[tokio::test]
async fn a_child_is_found_by_its_mark_when_its_parent_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pids");
    let script =
        "setsid sleep 1000 & echo $! >> FILE; exit 0".replace("FILE", &file.display().to_string());
    let identity = orphan(&script).await;
    assert!(crate::eventually(
        || !crate::pids(&file).is_empty() && !identity.is_alive()
    ));

    let killed = tokio::task::spawn_blocking(move || kill_orphan(&identity))
        .await
        .unwrap();

    assert_eq!(killed, OrphanKill::Killed(1));
    assert!(crate::pids(&file).iter().all(|it| !is_alive(it)));
}

#[tokio::test]
async fn a_process_that_has_the_number_by_now_is_left_alone() {
    let identity = orphan("exec sleep 1000").await;
    let earlier = Identity {
        start_time: identity.start_time - 1,
        run_id: "00".to_owned(),
        ..identity.clone()
    };
    let before_boot = Identity {
        boot_id: "another".to_owned(),
        ..identity.clone()
    };

    for stranger in [earlier, before_boot] {
        assert!(!stranger.is_alive());
        assert_eq!(kill_orphan(&stranger), OrphanKill::Gone);
    }

    assert!(identity.is_alive());
    assert_eq!(kill_orphan(&identity), OrphanKill::Killed(1));
    assert_eq!(kill_orphan(&identity), OrphanKill::Gone);
}
