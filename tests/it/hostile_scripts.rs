//! Scripts that do not want to end, or want everything: none survives, none is paid for by the server, and everybody else
//! is answered.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Instant;

use futures_util::future::join_all;

use crate::http::PATIENCE;
use crate::server::{Server, project};
use crate::teams::TOKEN;

/// How the list of jobs calls those that are over.
const OVER: [&str; 3] = ["done", "took too long", "failed"];

/// Notes its number, and stays.
const CHILD: &str = "#!/bin/sh\necho $$ >> $1\nexec sleep 1000\n";

/// What each does after it has noted its number; `FILE` is where.
const SCRIPTS: [(&str, &str); 9] = [
    ("ignores", "trap '' TERM INT HUP; while :; do sleep 1; done"),
    (
        "forks",
        "(setsid ./child.sh FILE &) ; (setsid sh -c './child.sh FILE & exit' &) ; sleep 1000",
    ),
    ("leaves", "setsid ./child.sh FILE & sleep 0.3; exit 0"),
    ("prints", "exec head -c 10G /dev/zero"),
    ("lines", "exec yes '::progress 1/2 a line without end'"),
    ("binary", "head -c 200000 /dev/urandom; exit 0"),
    ("dies", "kill -SEGV $$"),
    ("eats", "exec tail /dev/zero"),
    ("bombs", "f() { f | f & }; f; f; sleep 1000"),
];

fn write_project(folder: &Path) {
    let mut toml = "[server]\nlisten = '127.0.0.1:0'\nadmin_listen = '127.0.0.1:0'\n\
        [webhook.ops]\ntoken = { file = 'ops.token' }\n[permissions]\ndefault = 'allow'\n\
        [limits]\ndedupe_for = 'off'\n[store]\nurl = 'sqlite:hailer.db'\n"
        .to_owned();
    write_program(&folder.join("child.sh"), CHILD);
    for (name, text) in SCRIPTS {
        let pids = folder.join(format!("{name}.pids")).display().to_string();
        let text = text.replace("FILE", &pids);
        let text = format!("#!/bin/sh\necho $$ >> {pids}\n{text}\n");
        write_program(&folder.join(format!("{name}.sh")), &text);
        // The number of processes holds for users other than root, so the bomb is somebody else.
        let keys = match name {
            "bombs" => "processes = 40\nrun_as = { user = 61235, group = 61235 }\n",
            "eats" => "memory = '256 MiB'\n",
            _ => "",
        };
        toml.push_str(&format!(
            "[script.{name}]\nhelp = 'Hostile'\nexec = ['./{name}.sh']\njob = true\neffect = 'write'\nconfirm = false\ncwd = '.'\ntimeout = '1s'\ngrace = '200ms'\n{keys}"
        ));
    }
    fs::write(folder.join("hailer.toml"), toml).unwrap();
    // Whoever the bomb runs as has to reach it, and to note its number.
    fs::set_permissions(folder, PermissionsExt::from_mode(0o755)).unwrap();
    fs::write(folder.join("bombs.pids"), "").unwrap();
    fs::set_permissions(folder.join("bombs.pids"), PermissionsExt::from_mode(0o666)).unwrap();
}

fn write_program(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
}

fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|it| it.strip_prefix("Uid:"));
    line.is_some_and(|it| it.split_whitespace().next() == Some("0"))
}

/// Returns the resident memory of a process in KiB.
fn memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"));
    let number = line.and_then(|it| it.split_whitespace().next());
    number.unwrap().parse().unwrap()
}

/// Returns the processes that were noted and are there; a zombie is none.
fn alive(folder: &Path) -> BTreeSet<String> {
    let noted = SCRIPTS
        .iter()
        .filter_map(|(name, _)| fs::read_to_string(folder.join(format!("{name}.pids"))).ok());
    let is_alive = |pid: &String| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let state = stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned();
        !state.is_empty() && !state.starts_with('Z')
    };
    let pids = noted.flat_map(|it| it.lines().map(str::to_owned).collect::<Vec<_>>());
    pids.filter(is_alive).collect()
}

/// Runs every script once, with other people talking meanwhile; returns when all of their jobs are over.
async fn run_all(server: &Server, names: &[&str]) {
    let starts = join_all(names.iter().map(|name| server.say(name))).await;
    let ids: Vec<String> = starts
        .iter()
        .map(|it| {
            let text = it.text();
            let (_, rest) = text.split_once("(job ").unwrap_or_else(|| panic!("{text}"));
            rest.split(')').next().unwrap().to_owned()
        })
        .collect();
    let deadline = Instant::now() + PATIENCE * 2;
    loop {
        let ping = server.say("ping").await;
        assert_eq!(ping.outcome(), "ok", "{ping:?}");
        let listed = server.say("jobs all").await.text();
        let is_over = |id: &String| {
            let mut lines = listed.lines().filter(|it| it.contains(id.as_str()));
            lines.any(|it| OVER.iter().any(|word| it.contains(word)))
        };
        if ids.iter().all(is_over) {
            return;
        }
        assert!(Instant::now() < deadline, "{listed}");
    }
}

#[tokio::test]
async fn none_survives_and_everybody_else_is_answered() {
    let folder = project("");
    write_project(folder.path());
    let place = folder.path().to_owned();
    let mut command = std::process::Command::new(crate::server::binary());
    command
        .args(["serve", "--config"])
        .arg(place.join("hailer.toml"))
        .env_clear()
        .env("HAILER_TOKEN_OPS", TOKEN);
    let server = Server::spawn(command, folder).await;
    let names: Vec<&str> = SCRIPTS
        .iter()
        .map(|(name, _)| *name)
        .filter(|it| *it != "bombs" || is_root())
        .collect();
    // What is allocated once stays allocated; what grew with the output would grow each time.
    let mut growth = Vec::new();
    for _ in 0..6 {
        let before = memory(server.id());
        run_all(&server, &names).await;
        assert_eq!(alive(&place), BTreeSet::new());
        growth.push(memory(server.id()).saturating_sub(before));
        if growth.len() > 2 && growth.last().is_some_and(|it| *it <= 2048) {
            break;
        }
    }

    for name in names {
        let noted = fs::read_to_string(place.join(format!("{name}.pids"))).unwrap();
        assert!(noted.lines().count() >= 3, "{name}: {noted}");
    }
    assert!(growth.last().unwrap() <= &2048, "{growth:?} KiB");
}
