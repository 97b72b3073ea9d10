//! A server that is killed while a job runs, and what the next one makes of it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::http::PATIENCE;
use crate::server::{CONFIG, Server, binary, project};

const SCRIPT: &str = "#!/bin/sh
sleep 300 &
echo $! > \"$1.child\"
echo $$ > \"$1\"
wait
";

/// A bot with a script that writes its own number and its child's to a file, and then sleeps.
fn config(folder: &Path) -> String {
    format!(
        "{CONFIG}
[permissions]
default = 'allow'
[store]
url = 'sqlite:hailer.db'
[jobs]
workers = 1
[script.nap]
exec = ['{0}/nap.sh', '{0}/{{name}}']
help = 'Sleep'
effect = 'write'
job = true
timeout = '10m'
[[script.nap.args]]
name = 'name'
type = 'text'
",
        folder.display()
    )
}

/// Returns the number in a file, once there is one.
async fn number(path: &Path) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Ok(text) = fs::read_to_string(path)
            && text.ends_with('\n')
        {
            return text.trim().to_owned();
        }
        assert!(Instant::now() < deadline, "{} never came", path.display());
        tokio::task::yield_now().await;
    }
}

/// Says whether a process runs; a dead one that nobody has reaped does not.
fn is_alive(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(") ").map(|(_, rest)| rest.to_owned());
    state.is_some_and(|it| !it.starts_with('Z') && !it.starts_with('X'))
}

fn id(answer: &str) -> String {
    let (_, rest) = answer.split_once("(job ").expect(answer);
    rest.split(')').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_killed_server_leaves_no_process_and_its_next_says_what_was_cut_off() {
    let folder = project("");
    let place = folder.path().to_owned();
    let script = place.join("nap.sh");
    fs::write(&script, SCRIPT).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(place.join("hailer.toml"), config(&place)).unwrap();
    let serve = || {
        let mut command = Command::new(binary());
        command.arg("serve").arg("--config");
        command.arg(place.join("hailer.toml")).env_clear();
        command
    };

    let first = Server::spawn(serve(), tempfile::tempdir().unwrap()).await;
    let running = id(&first.say("nap one").await.text());
    let script = number(&place.join("one")).await;
    let child = number(&place.join("one.child")).await;
    let waiting = id(&first.say("nap two").await.text());
    first.signal("KILL");
    drop(first);
    assert!(is_alive(&script) && is_alive(&child));

    let second = Server::spawn(serve(), tempfile::tempdir().unwrap()).await;
    let two = number(&place.join("two")).await;
    let deadline = Instant::now() + PATIENCE;
    while is_alive(&script) || is_alive(&child) {
        assert!(Instant::now() < deadline, "alive:\n{}", second.log());
        tokio::task::yield_now().await;
    }
    assert!(is_alive(&two), "only what is left over is killed");
    let said = second.say(&format!("job {running}")).await.text();
    assert!(said.contains("interrupted"), "{said}");
    let said = second.say(&format!("job {waiting}")).await.text();
    assert!(said.contains("runs"), "{said}");
    second.say(&format!("job cancel {waiting}")).await;
    let deadline = Instant::now() + PATIENCE;
    while is_alive(&two) {
        assert!(Instant::now() < deadline, "alive:\n{}", second.log());
        tokio::task::yield_now().await;
    }
}
