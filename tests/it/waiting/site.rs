//! A bot with people who ask, approve and are taken their rights, and commands that leave a file behind.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use serde_json::Value;
use tempfile::TempDir;

use crate::command_line::hailer;
use crate::http::{PATIENCE, exchange, post};
use crate::reloading::{generation, replace, wait_until_newer};
use crate::server::{CONFIG, Server, binary};
use crate::teams::{OTHER_TOKEN, TOKEN, authorization, message};

/// A name, an id, and for whom the configuration takes them.
pub(crate) type Person = (&'static str, &'static str);

pub(crate) const MIRA: Person = ("Mira Novak", "8f1c2d3e-0000-4000-8000-000000000001");
pub(crate) const JO: Person = ("Jo Lind", "a07b1c2d-0000-4000-8000-000000000002");
pub(crate) const SUE: Person = ("Sue Ek", "c29d3e4f-0000-4000-8000-000000000004");
pub(crate) const DAN: Person = ("Dan Ost", "b18c2d3e-0000-4000-8000-000000000003");

pub(crate) const TABLES: &str = "
[webhook.sre]
token = { file = 'other.token' }

[jobs]
workers = 1

[permissions]
blocked = []
[[permissions.rule]]
allow = ['ship', 'wipe', 'slow', 'freeze', 'unfreeze']
to = ['group:sre', 'group:dev']
in = ['webhook:ops']

[[approval]]
commands = ['ship']
by = ['group:sre']
count = 1

[group.sre]
members = [
  { id = '8f1c2d3e-0000-4000-8000-000000000001', name = 'Mira Novak' },
  { id = 'c29d3e4f-0000-4000-8000-000000000004', name = 'Sue Ek' },
  { id = 'a07b1c2d-0000-4000-8000-000000000002', name = 'Jo Lind' },
]
[group.dev]
members = [{ id = 'b18c2d3e-0000-4000-8000-000000000003', name = 'Dan Ost' }]

[script.ship]
help = 'Ship it'
effect = 'write'
exec = ['./ship.sh']
job = true
[script.wipe]
help = 'Wipe it'
effect = 'destructive'
exec = ['./wipe.sh']
[script.slow]
help = 'Keep the only worker busy'
effect = 'write'
exec = ['./slow.sh']
job = true
";

/// The line of Jo among the approvers.
pub(crate) const JOS_LINE: &str =
    "  { id = 'a07b1c2d-0000-4000-8000-000000000002', name = 'Jo Lind' },\n";

/// A bot whose commands leave a file behind.
pub(crate) struct Site {
    pub(crate) server: Server,
}

impl Site {
    pub(crate) async fn start() -> Self {
        Self::configured(&format!("{CONFIG}{TABLES}")).await
    }

    pub(crate) async fn configured(config: &str) -> Self {
        let folder = "cd \"$(dirname \"$0\")\" || exit 1\n";
        let leaves = |name: &str| format!("#!/bin/sh\n{folder}echo run >> ran-{name}\n");
        let slow =
            format!("#!/bin/sh\n{folder}touch begun\nwhile ! test -e go; do sleep 0.05; done\n");
        let builder = Server::builder().config(config);
        let builder = builder.file("ship.sh", &leaves("ship"), 0o755);
        let builder = builder.file("wipe.sh", &leaves("wipe"), 0o755);
        let server = builder.file("slow.sh", &slow, 0o755).start().await;
        Self { server }
    }

    /// Says something by a webhook, and returns the outcome and the words.
    pub(crate) async fn say(&self, webhook: &str, who: Person, text: &str) -> (String, String) {
        let mut said = message(webhook, text);
        said["from"]["name"] = who.0.into();
        said["from"]["aadObjectId"] = who.1.into();
        let body = said.to_string();
        let token = if webhook == "ops" { TOKEN } else { OTHER_TOKEN };
        let header = authorization(token, body.as_bytes());
        let request = post(webhook, &[&header], body.as_bytes());
        let response = exchange(self.server.teams.address, request).await;
        (response.outcome().to_owned(), response.text())
    }

    /// Asks for something that waits, and returns its code.
    pub(crate) async fn ask(&self, who: Person, text: &str) -> String {
        let (_, said) = self.say("ops", who, text).await;
        let words: Vec<&str> = said.split([' ', ',', '.', ')', '\n']).collect();
        let code = words.iter().zip(words.iter().skip(1));
        let mut codes = code.filter(|(word, _)| ["yes", "(request"].contains(word));
        let found = codes
            .find(|(_, code)| code.len() >= 4 && code.chars().all(|it| it.is_ascii_alphanumeric()));
        (*found.unwrap_or_else(|| panic!("{said}")).1).to_owned()
    }

    /// As [`Self::refuses`], in both channels.
    pub(crate) async fn refuses_everywhere(&self, who: Person, text: &str, code: &str, told: &str) {
        for webhook in ["ops", "sre"] {
            self.refuses(webhook, who, text, code, told).await;
        }
    }

    /// Makes sure that somebody's word is refused with these words, and that the audit has it beside the request.
    pub(crate) async fn refuses(
        &self,
        webhook: &str,
        who: Person,
        text: &str,
        code: &str,
        told: &str,
    ) {
        let before = self.denied(code).len();
        let (outcome, said) = self.say(webhook, who, text).await;
        assert_eq!(outcome, "refused", "{said}");
        assert!(said.contains(told), "{said}");
        self.until("the audit has it", || self.denied(code).len() > before)
            .await;
        assert!(!self.ran("ship") && !self.ran("wipe"), "{said}");
    }

    /// Returns what the audit says of refusals about a job.
    pub(crate) fn denied(&self, code: &str) -> Vec<String> {
        let rows = self.rows(&["--job", code, "--event", "denied"]);
        let detail = |row: &Value| row["detail"].as_str().unwrap().to_owned();
        rows.iter().map(detail).collect()
    }

    pub(crate) fn rows(&self, arguments: &[&str]) -> Vec<Value> {
        let list = ["audit", "list", "--json"].iter().chain(arguments);
        let ran = hailer(list).folder(self.folder()).run();
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let lines = ran.out.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Returns the state of a job and what is said of it.
    pub(crate) fn job(&self, code: &str) -> (String, String) {
        let ran = hailer(["jobs", "show", code, "--json"])
            .folder(self.folder())
            .run();
        let job: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"));
        let text = |key: &str| job[key].as_str().unwrap_or_default().to_owned();
        (text("state"), text("error"))
    }

    pub(crate) fn ran(&self, name: &str) -> bool {
        self.server.path(&format!("ran-{name}")).exists()
    }

    pub(crate) fn folder(&self) -> &Path {
        self.server.folder.path()
    }

    /// Changes the configuration of the running bot.
    pub(crate) async fn edit(&self, from: &str, to: &str) {
        let path = self.server.path("hailer.toml");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        let before = generation(&self.server).await;
        replace(&path, &text.replace(from, to));
        wait_until_newer(&self.server, before).await;
    }

    /// Changes what a script does.
    pub(crate) async fn rewrite(&self, name: &str) {
        use std::os::unix::fs::PermissionsExt;

        let before = generation(&self.server).await;
        let path = self.server.path(&format!("{name}.sh"));
        let text = fs::read_to_string(&path).unwrap();
        let beside = path.with_extension("new");
        fs::write(&beside, format!("{text}echo more\n")).unwrap();
        fs::set_permissions(&beside, fs::Permissions::from_mode(0o755)).unwrap();
        fs::rename(&beside, &path).unwrap();
        wait_until_newer(&self.server, before).await;
    }

    /// Keeps the only worker busy.
    pub(crate) async fn hold_worker(&self) {
        self.say("ops", MIRA, "slow").await;
        self.until("the worker is busy", || self.server.path("begun").exists())
            .await;
    }

    pub(crate) fn free_worker(&self) {
        fs::write(self.server.path("go"), "").unwrap();
    }

    /// Moves a moment of a request back, as if time had passed.
    pub(crate) fn age(&self, code: &str, column: &str) {
        let script = "import sqlite3, sys\n\
                      it = sqlite3.connect(sys.argv[1], timeout=20)\n\
                      it.execute(f'UPDATE requests SET {sys.argv[3]} = {sys.argv[3]} - 86400000 WHERE job_id = ?', (sys.argv[2],))\n\
                      it.commit()";
        let path = self.server.path("hailer.db");
        let done = Command::new("python3")
            .args(["-c", script])
            .arg(path)
            .args([code, column])
            .status();
        assert!(done.unwrap().success());
    }

    /// Ends the bot without a warning, and starts it again where it was.
    pub(crate) async fn restart(mut self) -> Self {
        let elsewhere = tempfile::tempdir().unwrap();
        let folder: TempDir = std::mem::replace(&mut self.server.folder, elsewhere);
        drop(self.server);
        let mut command = Command::new(binary());
        command
            .args(["serve", "--config"])
            .arg(folder.path().join("hailer.toml"))
            .env_clear();
        Self {
            server: Server::spawn(command, folder).await,
        }
    }

    pub(crate) async fn until(&self, what: &str, is_so: impl Fn() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so() {
            let log = self.server.log();
            assert!(Instant::now() < deadline, "never: {what}\n{log}");
            tokio::task::yield_now().await;
        }
    }
}
