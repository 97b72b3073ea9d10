//! A configuration that changes while the bot runs: all of it holds at once, or nothing does, and nobody notices.

mod files;
mod load;
mod rights;
mod verb;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Instant;

use crate::http::{PATIENCE, get};
use crate::server::{Builder, CONFIG, Server};

/// Nothing that is written down, and no limits for those who ask without a pause.
const TABLES: &str = "
[store]
url = 'off'

[limits]
per_person = 'off'
per_team = 'off'
";

/// Returns a configuration with a script of each name.
fn with_scripts(names: &[&str]) -> String {
    let scripts = names.iter().map(|name| script(name));
    format!("{CONFIG}{TABLES}{}", scripts.collect::<String>())
}

fn script(name: &str) -> String {
    format!(
        "[script.{name}]\nhelp = 'Say {name}'\nexample = '{name}'\neffect = 'read'\nexec = ['./say.sh', '{name}']\n"
    )
}

/// Begins a server whose configuration has the script `first`.
pub(crate) fn builder() -> Builder {
    Server::builder().config(&with_scripts(&["first"])).file(
        "say.sh",
        "#!/bin/sh\necho \"said $1\"\n",
        0o755,
    )
}

/// Returns what the probe says of the configuration.
async fn state(server: &Server) -> String {
    let ready = get(server.admin, "/-/ready?verbose").await;
    assert_eq!(ready.status, 200, "{ready:?}");
    let line = ready.body.lines().find(|it| it.contains("] config: "));
    line.unwrap().to_owned()
}

/// Returns the number of what holds.
pub(crate) async fn generation(server: &Server) -> u64 {
    let state = state(server).await;
    let (_, rest) = state.split_once("generation ").unwrap();
    rest.split(' ').next().unwrap().parse().unwrap()
}

/// Asks without a pause until the probe says what is expected of the configuration.
pub(crate) async fn wait_until(server: &Server, expected: impl Fn(&str) -> bool) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let state = state(server).await;
        if expected(&state) {
            return state;
        }
        assert!(Instant::now() < deadline, "{state}\n{}", server.log());
    }
}

/// Waits until something newer than this generation holds, and nothing is refused.
pub(crate) async fn wait_until_newer(server: &Server, than: u64) {
    let deadline = Instant::now() + PATIENCE;
    while generation(server).await <= than || state(server).await.contains("refused") {
        assert!(Instant::now() < deadline, "{}", server.log());
    }
}

pub(crate) async fn wait_until_refused(server: &Server, why: &str) {
    wait_until(server, |it| it.contains("refused") && it.contains(why)).await;
}

/// Says whether the bot has a script of this name.
pub(crate) async fn has(server: &Server, name: &str) -> bool {
    server
        .say(name)
        .await
        .wire()
        .contains(&format!("said {name}"))
}

/// Writes a file as whoever is careful does: beside its place, and then there.
pub(crate) fn replace(path: &Path, text: &str) {
    let beside = path.with_extension("new");
    fs::write(&beside, text).unwrap();
    fs::rename(&beside, path).unwrap();
}

fn make_executable(path: &Path) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
