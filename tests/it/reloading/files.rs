//! Each way in which files are changed, and each in which they can be wrong.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::process::Command;

use super::*;
use crate::server::{binary, project, write_private};

/// The user that owns nothing.
const NOBODY: u32 = 65_534;

/// Starts a bot, changes its files, and expects the script `second` afterwards, besides `first`.
async fn changed_by(change: impl FnOnce(&Server, &str)) {
    let server = builder().start().await;
    let before = generation(&server).await;

    change(&server, &with_scripts(&["first", "second"]));
    wait_until_newer(&server, before).await;

    assert!(has(&server, "first").await && has(&server, "second").await);
}

/// Starts a bot, spoils its files, expects that all goes on and why it does; then all is set right again.
async fn refused_for(why: &str, spoil: impl FnOnce(&Server), mend: impl FnOnce(&Server)) {
    let server = builder().start().await;
    let before = generation(&server).await;

    spoil(&server);
    wait_until_refused(&server, why).await;

    assert!(has(&server, "first").await);
    assert_eq!(generation(&server).await, before);
    let metrics = get(server.admin, "/metrics").await.body;
    assert!(metrics.contains("\nhailer_config_last_reload_successful 0\n"));
    assert!(server.log().contains("the configuration is refused"));

    mend(&server);
    fs::write(
        server.path("hailer.toml"),
        with_scripts(&["first", "second"]),
    )
    .unwrap();
    wait_until_newer(&server, before).await;

    assert!(has(&server, "second").await);
    let metrics = get(server.admin, "/metrics").await.body;
    assert!(metrics.contains("\nhailer_config_last_reload_successful 1\n"));
}

#[tokio::test]
async fn a_file_that_is_written_in_place_is_read() {
    changed_by(|server, text| fs::write(server.path("hailer.toml"), text).unwrap()).await;
}

#[tokio::test]
async fn a_file_that_vim_writes_is_read() {
    changed_by(|server, text| {
        let path = server.path("hailer.toml");
        fs::rename(&path, server.path("hailer.toml~")).unwrap();
        fs::write(&path, text).unwrap();
        fs::remove_file(server.path("hailer.toml~")).unwrap();
    })
    .await;
}

#[tokio::test]
async fn files_that_git_unlinks_and_creates_are_read() {
    changed_by(|server, text| {
        for (file, text) in [
            ("say.sh", "#!/bin/sh\necho \"now said $1\"\n"),
            ("hailer.toml", text),
        ] {
            fs::remove_file(server.path(file)).unwrap();
            fs::write(server.path(file), text).unwrap();
        }
        make_executable(&server.path("say.sh"));
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_put_in_its_place_is_read() {
    changed_by(|server, text| replace(&server.path("hailer.toml"), text)).await;
}

#[tokio::test]
async fn a_link_that_leads_elsewhere_is_followed() {
    let folder = project("");
    let path = |name: &str| folder.path().join(name);
    for (version, names) in [("..v1", &["first"][..]), ("..v2", &["first", "second"])] {
        fs::create_dir(path(version)).unwrap();
        fs::write(path(version).join("hailer.toml"), with_scripts(names)).unwrap();
    }
    fs::write(path("say.sh"), "#!/bin/sh\necho \"said $1\"\n").unwrap();
    make_executable(&path("say.sh"));
    fs::remove_file(path("hailer.toml")).unwrap();
    symlink("..v1", path("..data")).unwrap();
    symlink("..data/hailer.toml", path("hailer.toml")).unwrap();
    let mut command = Command::new(binary());
    command
        .args(["serve", "--config"])
        .arg(path("hailer.toml"))
        .env_clear();
    let server = Server::spawn(command, folder).await;
    let before = generation(&server).await;

    symlink("..v2", server.path("..data_tmp")).unwrap();
    fs::rename(server.path("..data_tmp"), server.path("..data")).unwrap();
    wait_until_newer(&server, before).await;

    assert!(has(&server, "second").await);
}

#[tokio::test]
async fn files_of_conf_d_come_and_go() {
    let server = builder().start().await;
    let before = generation(&server).await;

    fs::create_dir(server.path("conf.d")).unwrap();
    fs::write(server.path("conf.d/second.toml"), script("second")).unwrap();
    wait_until_newer(&server, before).await;
    assert!(has(&server, "second").await);

    let before = generation(&server).await;
    fs::remove_file(server.path("conf.d/second.toml")).unwrap();
    wait_until_newer(&server, before).await;
    assert!(!has(&server, "second").await && has(&server, "first").await);
}

#[tokio::test]
async fn half_a_file_changes_nothing_until_it_is_whole() {
    let half = with_scripts(&["first", "second"]);
    let half = &half[..half.len() - 12];
    refused_for(
        "hailer.toml:",
        |server| fs::write(server.path("hailer.toml"), half).unwrap(),
        |_| {},
    )
    .await;
}

#[tokio::test]
async fn an_empty_file_changes_nothing() {
    refused_for(
        "there is no webhook",
        |server| fs::write(server.path("hailer.toml"), "").unwrap(),
        |_| {},
    )
    .await;
}

#[tokio::test]
async fn a_deleted_file_changes_nothing() {
    refused_for(
        "the configuration file does not exist",
        |server| fs::remove_file(server.path("hailer.toml")).unwrap(),
        |_| {},
    )
    .await;
}

#[tokio::test]
async fn a_folder_in_the_place_of_a_file_changes_nothing() {
    refused_for(
        "the configuration file is a folder",
        |server| {
            fs::remove_file(server.path("hailer.toml")).unwrap();
            fs::create_dir(server.path("hailer.toml")).unwrap();
        },
        |server| fs::remove_dir(server.path("hailer.toml")).unwrap(),
    )
    .await;
}

#[tokio::test]
async fn a_pipe_in_the_place_of_a_file_holds_up_nobody() {
    refused_for(
        "is a pipe",
        |server| {
            fs::remove_file(server.path("hailer.toml")).unwrap();
            let mut make = Command::new("mkfifo");
            let made = make.arg(server.path("hailer.toml")).status();
            assert!(made.unwrap().success());
        },
        |server| fs::remove_file(server.path("hailer.toml")).unwrap(),
    )
    .await;
}

#[tokio::test]
async fn a_token_that_is_gone_changes_nothing_until_it_is_back() {
    let server = builder().start().await;
    let before = generation(&server).await;

    fs::remove_file(server.path("ops.token")).unwrap();
    wait_until_refused(&server, "token of webhook \"ops\"").await;
    assert!(has(&server, "first").await);

    write_private(&server.path("ops.token"), crate::teams::TOKEN);
    wait_until_newer(&server, before).await;
}

#[tokio::test]
async fn a_file_that_may_not_be_read_changes_nothing() {
    // As another user, because nothing is kept from the one who runs tests in a container.
    let folder = project(&with_scripts(&["first"]));
    let path = |name: &str| folder.path().join(name);
    fs::write(path("say.sh"), "#!/bin/sh\necho \"said $1\"\n").unwrap();
    make_executable(&path("say.sh"));
    let mut command = Command::new(binary());
    command
        .args(["serve", "--config"])
        .arg(path("hailer.toml"))
        .env_clear();
    if fs::metadata(folder.path()).unwrap().permissions().mode() != 0 && is_root(folder.path()) {
        chown(folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        for file in ["hailer.toml", "ops.token", "say.sh"] {
            chown(path(file), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        command.uid(NOBODY).gid(NOBODY);
    }
    let server = Server::spawn(command, folder).await;
    let before = generation(&server).await;
    let mode = |bits| {
        let bits = fs::Permissions::from_mode(bits);
        fs::set_permissions(server.path("hailer.toml"), bits).unwrap();
    };

    mode(0o000);
    wait_until_refused(&server, "permission denied").await;
    assert!(has(&server, "first").await);

    mode(0o600);
    wait_until_newer(&server, before).await;
}

fn is_root(owned: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    fs::metadata(owned).unwrap().uid() == 0
}
