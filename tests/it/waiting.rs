//! What waits for a yes while the world changes: people lose rights, programs and rules are exchanged, time runs out. Nothing
//! starts that could not be asked for now, whoever says yes reads why, and the audit has it.

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
type Person = (&'static str, &'static str);

const MIRA: Person = ("Mira Novak", "8f1c2d3e-0000-4000-8000-000000000001");
const JO: Person = ("Jo Lind", "a07b1c2d-0000-4000-8000-000000000002");
const SUE: Person = ("Sue Ek", "c29d3e4f-0000-4000-8000-000000000004");
const DAN: Person = ("Dan Ost", "b18c2d3e-0000-4000-8000-000000000003");

const TABLES: &str = "
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
const JOS_LINE: &str = "  { id = 'a07b1c2d-0000-4000-8000-000000000002', name = 'Jo Lind' },\n";

/// A bot whose commands leave a file behind.
struct Site {
    server: Server,
}

impl Site {
    async fn start() -> Self {
        Self::configured(&format!("{CONFIG}{TABLES}")).await
    }

    async fn configured(config: &str) -> Self {
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
    async fn say(&self, webhook: &str, who: Person, text: &str) -> (String, String) {
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
    async fn ask(&self, who: Person, text: &str) -> String {
        let (_, said) = self.say("ops", who, text).await;
        let words: Vec<&str> = said.split([' ', ',', '.', ')', '\n']).collect();
        let code = words.iter().zip(words.iter().skip(1));
        let mut codes = code.filter(|(word, _)| ["yes", "(request"].contains(word));
        let found = codes
            .find(|(_, code)| code.len() >= 4 && code.chars().all(|it| it.is_ascii_alphanumeric()));
        (*found.unwrap_or_else(|| panic!("{said}")).1).to_owned()
    }

    /// Makes sure that somebody's word is refused with these words, and that the audit has it beside the request.
    async fn refuses(&self, webhook: &str, who: Person, text: &str, code: &str, told: &str) {
        let before = self.denied(code).len();
        let (outcome, said) = self.say(webhook, who, text).await;
        assert_eq!(outcome, "refused", "{said}");
        assert!(said.contains(told), "{said}");
        self.until("the audit has it", || self.denied(code).len() > before)
            .await;
        assert!(!self.ran("ship") && !self.ran("wipe"), "{said}");
    }

    /// Returns what the audit says of refusals about a job.
    fn denied(&self, code: &str) -> Vec<String> {
        let rows = self.rows(&["--job", code, "--event", "denied"]);
        let detail = |row: &Value| row["detail"].as_str().unwrap().to_owned();
        rows.iter().map(detail).collect()
    }

    fn rows(&self, arguments: &[&str]) -> Vec<Value> {
        let list = ["audit", "list", "--json"].iter().chain(arguments);
        let ran = hailer(list).folder(self.folder()).run();
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let lines = ran.out.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Returns the state of a job and what is said of it.
    fn job(&self, code: &str) -> (String, String) {
        let ran = hailer(["jobs", "show", code, "--json"])
            .folder(self.folder())
            .run();
        let job: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"));
        let text = |key: &str| job[key].as_str().unwrap_or_default().to_owned();
        (text("state"), text("error"))
    }

    fn ran(&self, name: &str) -> bool {
        self.server.path(&format!("ran-{name}")).exists()
    }

    fn folder(&self) -> &Path {
        self.server.folder.path()
    }

    /// Changes the configuration of the running bot.
    async fn edit(&self, from: &str, to: &str) {
        let path = self.server.path("hailer.toml");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        let before = generation(&self.server).await;
        replace(&path, &text.replace(from, to));
        wait_until_newer(&self.server, before).await;
    }

    /// Changes what a script does.
    async fn rewrite(&self, name: &str) {
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
    async fn hold_worker(&self) {
        self.say("ops", MIRA, "slow").await;
        self.until("the worker is busy", || self.server.path("begun").exists())
            .await;
    }

    fn free_worker(&self) {
        fs::write(self.server.path("go"), "").unwrap();
    }

    /// Moves a moment of a request back, as if time had passed.
    fn age(&self, code: &str, column: &str) {
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
    async fn restart(mut self) -> Self {
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

    async fn until(&self, what: &str, is_so: impl Fn() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so() {
            let log = self.server.log();
            assert!(Instant::now() < deadline, "never: {what}\n{log}");
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn nobody_can_let_run_what_somebody_asked_for_who_is_blocked_by_now() {
    let site = Site::start().await;
    let approval = site.ask(MIRA, "ship").await;
    let confirmation = site.ask(MIRA, "wipe").await;

    site.edit("blocked = []", &format!("blocked = ['{}']", MIRA.1))
        .await;

    let approve = format!("approve {approval}");
    for webhook in ["ops", "sre"] {
        site.refuses(
            webhook,
            JO,
            &approve,
            &approval,
            "Mira Novak, you are blocked here",
        )
        .await;
    }
    let (outcome, said) = site.say("ops", MIRA, &format!("yes {confirmation}")).await;
    assert_eq!(outcome, "refused");
    assert!(said.contains("you are blocked here"), "{said}");
    let of_mira = site.rows(&["--person", MIRA.1, "--event", "denied"]);
    assert!(!of_mira.is_empty());
    assert!(!site.ran("ship") && !site.ran("wipe"));
}

#[tokio::test]
async fn nobody_can_let_run_what_its_requester_may_not_run_any_more() {
    let site = Site::start().await;
    let approval = site.ask(DAN, "ship").await;
    let confirmation = site.ask(DAN, "wipe").await;

    site.edit("to = ['group:sre', 'group:dev']", "to = ['group:sre']")
        .await;

    let approve = format!("approve {approval}");
    for webhook in ["ops", "sre"] {
        site.refuses(
            webhook,
            JO,
            &approve,
            &approval,
            "Dan Ost, ship is for the group \"sre\"",
        )
        .await;
    }
    let yes = format!("yes {confirmation}");
    site.refuses(
        "ops",
        DAN,
        &yes,
        &confirmation,
        "Dan Ost, wipe is for the group \"sre\"",
    )
    .await;
    let (outcome, said) = site.say("sre", DAN, &approve).await;
    assert_eq!(outcome, "failed");
    assert!(said.contains("Nothing waits here"), "{said}");
}

#[tokio::test]
async fn the_word_of_somebody_who_left_the_approvers_counts_no_more() {
    let site = Site::start().await;
    site.edit("count = 1", "count = 2").await;
    let code = site.ask(DAN, "ship").await;
    let approve = format!("approve {code}");
    let (_, first) = site.say("sre", JO, &approve).await;
    assert!(
        first.contains("It still needs a yes of 1 more of the group \"sre\""),
        "{first}"
    );

    site.edit(JOS_LINE, "").await;

    let (_, second) = site.say("ops", SUE, &approve).await;
    assert!(
        second.contains("It still needs a yes of 1 more of the group"),
        "{second}"
    );
    site.refuses("ops", JO, &approve, &code, "only the group sre approves it")
        .await;
    let before = site.denied(&code).len();
    let (outcome, hidden) = site.say("sre", JO, &approve).await;
    assert_eq!(outcome, "failed");
    assert!(hidden.contains("Nothing waits here"), "{hidden}");
    site.until("the audit has it", || site.denied(&code).len() > before)
        .await;
    let denied = site.denied(&code);
    assert!(
        denied[0].contains("only the group sre approves it"),
        "{denied:?}"
    );
    let (_, third) = site.say("ops", MIRA, &approve).await;
    assert!(third.contains("Approved"), "{third}");
    site.until("it runs", || site.ran("ship")).await;
}

#[tokio::test]
async fn what_was_asked_for_of_another_program_does_not_run() {
    let site = Site::start().await;
    let approval = site.ask(MIRA, "ship").await;
    let confirmation = site.ask(MIRA, "wipe").await;

    site.rewrite("ship").await;
    site.rewrite("wipe").await;

    let told = "the command does something else by now; ask for it again";
    site.refuses("sre", JO, &format!("approve {approval}"), &approval, told)
        .await;
    site.refuses(
        "ops",
        MIRA,
        &format!("yes {confirmation}"),
        &confirmation,
        told,
    )
    .await;
}

#[tokio::test]
async fn as_many_have_to_say_yes_as_the_rules_want_now() {
    let site = Site::start().await;
    let code = site.ask(DAN, "ship").await;
    let approve = format!("approve {code}");

    site.edit("count = 1", "count = 2").await;
    let (_, more) = site.say("sre", JO, &approve).await;
    let (_, again) = site.say("sre", JO, &approve).await;
    site.edit("count = 2", "count = 1").await;
    assert!(!site.ran("ship"));
    let (_, fewer) = site.say("sre", JO, &approve).await;

    assert!(more.starts_with("Noted: Jo Lind said yes"), "{more}");
    assert!(
        more.contains("1 more of the group \"sre\", typed to @ops or @sre"),
        "{more}"
    );
    assert!(again.starts_with("You said yes to ship before."), "{again}");
    assert!(fewer.starts_with("Approved"), "{fewer}");
    site.until("it runs", || site.ran("ship")).await;
    assert_eq!(site.rows(&["--job", &code, "--event", "approved"]).len(), 1);
}

/// What is approved and waits for a worker is looked at once more when it starts.
#[tokio::test]
async fn what_changes_between_the_last_yes_and_the_start_counts_too() {
    let everybody = "to = ['group:sre', 'group:dev']";
    let blocked = format!("blocked = ['{}']", DAN.1);
    for (from, to, told) in [
        (
            "count = 1",
            "count = 2",
            "it needs a yes of 2 of the group \"sre\"",
        ),
        (JOS_LINE, "", "only the group sre approves it"),
        (everybody, "to = ['group:sre']", "no rule allows it"),
        (
            "blocked = []",
            &blocked,
            "[permissions] blocked names this person",
        ),
        (
            "by = ['group:sre']",
            "by = ['group:dev']",
            "only the group dev approves it",
        ),
    ] {
        let site = Site::start().await;
        site.hold_worker().await;
        let code = site.ask(DAN, "ship").await;
        let (_, approved) = site.say("sre", JO, &format!("approve {code}")).await;
        assert!(approved.contains("starts (job"), "{approved}");

        site.edit(from, to).await;
        site.free_worker();

        site.until("it is over", || site.job(&code).0 == "failed")
            .await;
        assert!(!site.ran("ship"), "{to}");
        let (_, error) = site.job(&code);
        assert!(error.contains("it was not started"), "{to}: {error}");
        site.until("the audit has it", || !site.denied(&code).is_empty())
            .await;
        let denied = site.denied(&code);
        assert!(denied[0].contains(told), "{to}: {denied:?}");
    }
}

/// The rows of the audit are in order, so what stands behind the end of the freeze began after it.
#[tokio::test]
async fn what_is_queued_does_not_start_in_a_freeze_and_goes_on_after_it() {
    let site = Site::start().await;
    site.hold_worker().await;
    let code = site.ask(DAN, "ship").await;
    site.say("sre", JO, &format!("approve {code}")).await;

    let (_, frozen) = site.say("ops", MIRA, "freeze \"prod is on fire\"").await;
    site.free_worker();
    site.until("the worker is free", || {
        let slow = ["--command", "slow", "--event", "outcome"];
        !site.rows(&slow).is_empty()
    })
    .await;
    let (outcome, new) = site.say("ops", DAN, "wipe").await;
    let (_, listed) = site.say("ops", DAN, "jobs all").await;
    assert_eq!(site.job(&code).0, "queued");
    site.say("ops", MIRA, "unfreeze").await;
    site.until("it runs", || site.ran("ship")).await;

    assert!(frozen.contains("what is queued waits"), "{frozen}");
    assert!(listed.contains("ship"), "{listed}");
    assert_eq!(outcome, "refused");
    assert!(new.contains("frozen by Mira Novak"), "{new}");
    let number = |arguments: &[&str]| site.rows(arguments)[0]["seq"].as_i64().unwrap();
    let thawed = number(&["--event", "unfrozen"]);
    assert!(number(&["--job", &code, "--event", "started"]) > thawed);
}

#[tokio::test]
async fn what_is_queued_does_not_start_in_a_window_that_came_meanwhile() {
    let site = Site::start().await;
    site.hold_worker().await;
    let code = site.ask(DAN, "ship").await;
    site.say("sre", JO, &format!("approve {code}")).await;

    let window = "[[freeze]]\ncron = '* * * * *'\nlasts = '2h'\ncommands = ['ship']\n[group.sre]";
    site.edit("[group.sre]", window).await;
    site.free_worker();
    let postponed = ["--job", &code, "--event", "postponed"];
    site.until("it is put off", || !site.rows(&postponed).is_empty())
        .await;

    assert_eq!(site.job(&code).0, "queued");
    assert!(!site.ran("ship"));
    let (_, said) = site.say("ops", DAN, &format!("job cancel {code}")).await;
    assert!(said.contains("had not begun"), "{said}");
}

#[tokio::test]
async fn another_program_than_the_approved_one_does_not_start() {
    let site = Site::start().await;
    site.hold_worker().await;
    let code = site.ask(MIRA, "ship").await;
    site.say("sre", JO, &format!("approve {code}")).await;

    site.rewrite("ship").await;
    site.free_worker();

    site.until("it is over", || site.job(&code).0 == "failed")
        .await;
    assert!(!site.ran("ship"));
    site.until("the audit has it", || !site.denied(&code).is_empty())
        .await;
    let denied = site.denied(&code);
    assert!(
        denied[0].contains("are not those that were asked for"),
        "{denied:?}"
    );
}

#[tokio::test]
async fn a_yes_that_comes_too_late_starts_nothing() {
    let site = Site::start().await;
    let approval = site.ask(MIRA, "ship").await;
    let confirmation = site.ask(MIRA, "wipe").await;

    for code in [&approval, &confirmation] {
        site.age(code, "expires_at");
    }

    for (webhook, who, text) in [
        ("sre", JO, format!("approve {approval}")),
        ("ops", MIRA, format!("yes {confirmation}")),
    ] {
        let (outcome, said) = site.say(webhook, who, &text).await;
        assert_eq!(outcome, "failed");
        assert!(said.contains("was too late; nothing was started"), "{said}");
    }
    for code in [&approval, &confirmation] {
        assert_eq!(site.job(code).0, "expired");
        assert_eq!(site.rows(&["--job", code, "--event", "expired"]).len(), 1);
    }
    assert!(!site.ran("ship") && !site.ran("wipe"));
}

#[tokio::test]
async fn what_was_approved_long_ago_does_not_start() {
    let site = Site::start().await;
    site.hold_worker().await;
    let code = site.ask(MIRA, "ship").await;
    site.say("sre", JO, &format!("approve {code}")).await;

    site.age(&code, "released_at");
    site.free_worker();

    site.until("it is over", || site.job(&code).0 == "expired")
        .await;
    assert!(!site.ran("ship"));
    let (_, error) = site.job(&code);
    assert!(
        error.contains("did not start in time; ask for it again"),
        "{error}"
    );
    site.until("the audit has it", || !site.denied(&code).is_empty())
        .await;
}

#[tokio::test]
async fn what_waits_is_there_after_a_crash_and_runs_once() {
    let site = Site::start().await;
    site.edit("count = 1", "count = 2").await;
    let approval = site.ask(DAN, "ship").await;
    let confirmation = site.ask(MIRA, "wipe").await;
    site.say("sre", JO, &format!("approve {approval}")).await;

    let site = site.restart().await;
    let (_, said) = site.say("ops", MIRA, &format!("approve {approval}")).await;
    assert!(said.starts_with("Approved"), "{said}");
    site.say("ops", MIRA, &format!("yes {confirmation}")).await;
    site.until("both run", || site.ran("ship") && site.ran("wipe"))
        .await;
    let site = site.restart().await;
    site.say("sre", JO, &format!("approve {approval}")).await;
    site.say("ops", MIRA, &format!("yes {confirmation}")).await;

    for name in ["ship", "wipe"] {
        let ran = fs::read_to_string(site.server.path(&format!("ran-{name}"))).unwrap();
        assert_eq!(ran, "run\n", "{name}");
    }
}

#[tokio::test]
async fn rules_that_changed_while_the_bot_was_off_count() {
    let site = Site::start().await;
    let code = site.ask(DAN, "ship").await;
    let path = site.server.path("hailer.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(
        &path,
        text.replace("blocked = []", &format!("blocked = ['{}']", DAN.1)),
    )
    .unwrap();

    let site = site.restart().await;

    site.refuses(
        "sre",
        JO,
        &format!("approve {code}"),
        &code,
        "Dan Ost, you are blocked here",
    )
    .await;
}

#[tokio::test]
async fn without_a_store_a_second_word_is_forgotten_with_the_server() {
    let site = Site::configured(&format!("{CONFIG}{TABLES}\n[store]\nurl = 'off'\n")).await;
    let code = site.ask(MIRA, "wipe").await;

    let site = site.restart().await;
    let (_, said) = site.say("ops", MIRA, &format!("yes {code}")).await;

    assert!(said.contains("Nothing waits here"), "{said}");
    assert!(!site.ran("wipe"));
}

#[tokio::test]
async fn a_word_at_the_command_line_that_does_not_count_is_a_row_too() {
    let site = Site::start().await;
    site.edit("name = 'Dan Ost' }", "name = 'Dan Ost', os = 'dan' }")
        .await;
    let code = site.ask(MIRA, "ship").await;

    let ran = hailer(["approvals", "approve", &code])
        .variable("SUDO_USER", "dan")
        .folder(site.folder())
        .run();

    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.err.contains("only the group sre approves it"),
        "{ran:?}"
    );
    let denied = site.denied(&code);
    assert_eq!(denied, ["cli; user dan; only the group sre approves it"]);
    assert!(!site.ran("ship"));
}
