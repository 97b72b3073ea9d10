//! Whole deploys: a configuration, people, real programs.

mod backends;
mod guards;
mod reports;
mod server;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use hailer::testing::{TestBot, TestReply};
use hailer::{Draft, Environment};
use tempfile::TempDir;

use super::{Deployments, module, read};

/// A folder with the programs of a backend.
pub(super) struct Folder(TempDir);

impl Folder {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(super) fn program(self, name: &str, text: &str) -> Self {
        let path = self.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    /// Reads a configuration; returns its problems, too.
    pub(super) fn try_read(&self, toml: &str) -> (Deployments, String) {
        let toml = format!("[webhook.ops]\ntoken = {{ env = \"TOKEN\" }}\n{toml}");
        let token = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
        let environment = Environment::from_pairs([
            ("TOKEN", token),
            ("SECRET", "hunter22"),
            ("SIGNING", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        ]);
        let draft = Draft::parse("hailer.toml", &toml, self.path(), &environment);
        let deployments = read(&draft);
        let problems = draft.finish().map(|_| String::new());
        (deployments, problems.unwrap_or_else(|it| it.to_string()))
    }

    /// Makes a bot of a configuration without problems.
    pub(super) fn bot(self, toml: &str) -> Deploying {
        let (deployments, problems) = self.try_read(toml);
        assert_eq!(problems, "");
        let bot = TestBot::new()
            .with_store()
            .module(module(deployments))
            .module(crate::jobs::module())
            .command(crate::Help);
        Deploying { bot, _folder: self }
    }
}

/// A bot, and the folder that its programs are in.
pub(super) struct Deploying {
    bot: TestBot,
    _folder: Folder,
}

impl std::ops::Deref for Deploying {
    type Target = TestBot;

    fn deref(&self) -> &TestBot {
        &self.bot
    }
}

impl Deploying {
    /// Asks for a deploy and waits for its end.
    pub(super) async fn deploy(&self, text: &str) -> TestReply {
        let job = self.say(text).await.job();
        self.result_of(&job).await
    }
}

/// Two services, two environments, one program; it notes what it is told, and fails for versions that end in `-bad`.
pub(super) const TOML: &str = r#"
[deploy.environment.staging]
[deploy.environment.prod]
note = "ask #release first"

[deploy.backend.ci]
kind = "script"
run = ["./deploy.sh", "{service}", "{version}", "{environment}"]

[deploy.service.api]
[deploy.service.worker]
environments = ["prod"]
"#;

pub(super) const DEPLOY: &str = r#"
echo "::progress 1/2 copying"
case "$2" in
  *-bad) echo "disk full" >&2; exit 3 ;;
  *-no) echo "not on a Friday"; exit 77 ;;
esac
echo "$1 $2 is in $3, asked by $HAILER_USER_NAME""#;

pub(super) fn ready() -> Deploying {
    Folder::new().program("deploy.sh", DEPLOY).bot(TOML)
}

#[tokio::test]
async fn a_version_is_brought_written_down_and_shown() {
    let bot = ready();
    bot.say("deploy status")
        .await
        .assert_ok()
        .assert_contains("All 2 services are well");

    let reply = bot.deploy("deploy run api 2.42.0 --env prod").await;

    reply
        .assert_ok()
        .assert_contains("✔ api 2.42.0 is in prod")
        .assert_contains("api 2.42.0 is in prod, asked by Mira Novak");
    bot.say("deploy status api")
        .await
        .assert_contains("prod  2.42.0")
        .assert_contains("by Mira Novak");
    bot.say("deploy history")
        .await
        .assert_contains("✔ api 2.42.0 to prod");
}

#[tokio::test]
async fn every_step_of_a_deploy_is_in_its_log() {
    let bot = ready();
    for (version, said, end) in [
        (
            "2.42.0",
            "api 2.42.0 is in prod, asked by Mira Novak",
            "api 2.42.0 is in prod after ",
        ),
        (
            "2.42.1-bad",
            "disk full",
            "The deploy of api 2.42.1-bad to prod failed after ",
        ),
    ] {
        let asked = bot
            .say(&format!("deploy run api {version} --env prod"))
            .await;
        let job = asked.job();
        bot.result_of(&job).await;

        let log = bot.say(&format!("job log {job}")).await;

        let lines = log.text().lines().filter_map(|it| it.split_once("Z "));
        let lines: Vec<&str> = lines.map(|(_, said)| said).collect();
        let begun = format!("api {version} to prod");
        assert_eq!(lines[..2], [&begun, "runs deploy.sh"]);
        // Steps and complaints come through two pipes, so either may be read first.
        assert!(lines.contains(&"1 of 2 · copying"), "{lines:?}");
        assert!(lines.contains(&said), "{lines:?}");
        assert!(lines.last().unwrap().starts_with(end), "{lines:?}");
    }
}

#[tokio::test]
async fn a_deploy_that_fails_says_what_is_known_and_what_helps() {
    let bot = ready();
    bot.deploy("deploy run api 1.0 --env prod")
        .await
        .assert_ok();

    let reply = bot.deploy("deploy run api 1.1-bad --env prod").await;

    reply
        .assert_contains("✖ The deploy of api 1.1-bad to prod failed")
        .assert_contains("deploy.sh failed with exit code 3")
        .assert_contains("whether 1.0 or 1.1-bad runs now")
        .assert_contains("@ops deploy rollback api --env prod")
        .assert_contains("disk full");
    bot.say("deploy status")
        .await
        .assert_contains("✖ Needs a look: api")
        .assert_contains("1.0 or 1.1-bad");
}

#[tokio::test]
async fn a_program_that_refuses_has_changed_nothing() {
    let bot = ready();
    bot.deploy("deploy run api 1.0 --env prod")
        .await
        .assert_ok();

    let reply = bot.deploy("deploy run api 1.1-no --env prod").await;

    reply
        .assert_contains("Nothing was changed: api 1.0 goes on in prod")
        .assert_contains("not on a Friday");
    bot.say("deploy status")
        .await
        .assert_contains("All 2 services are well");
}

#[tokio::test]
async fn a_rollback_goes_to_the_last_version_that_did_its_work() {
    let bot = ready();
    bot.say("deploy rollback api --env prod")
        .await
        .assert_failed("I know no other version of api that did its work in prod");
    for version in ["1.0", "1.1", "1.2-bad"] {
        bot.deploy(&format!("deploy run api {version} --env prod"))
            .await;
    }

    bot.say("deploy plan api --env prod")
        .await
        .assert_contains("api 1.1 to prod")
        .assert_contains("@ops deploy rollback api --env prod");
    let reply = bot.deploy("deploy rollback api --env prod").await;

    reply.assert_ok().assert_contains("api 1.1 is in prod");
    bot.say("deploy plan api --env prod")
        .await
        .assert_contains("api 1.0 to prod");
}

#[tokio::test]
async fn names_that_do_not_exist_are_met_with_those_that_do() {
    let bot = ready();

    bot.say("deploy run apii 1 --env prod")
        .await
        .assert_text("I don't know the service \"apii\". Did you mean api? (api, worker)");
    bot.say("deploy run api 1 --env prd")
        .await
        .assert_suggests("prod");
    bot.say("deploy run worker 1 --env staging")
        .await
        .assert_text("worker does not run in staging, only in prod.");
    bot.say("deploy run api ../x --env prod")
        .await
        .assert_usage("a version is letters, digits");
}

#[tokio::test]
async fn a_version_that_was_never_built_is_refused_before_anything_starts() {
    let toml = TOML.replace(
        "[deploy.service.api]",
        "versions = [\"./versions.sh\", \"{service}\"]\n[deploy.service.api]",
    );
    let bot = Folder::new()
        .program("deploy.sh", DEPLOY)
        .program("versions.sh", "echo 2.42.0; echo 2.41.3")
        .bot(&toml);

    bot.say("deploy run api 2.42 --env prod")
        .await
        .assert_failed("There is no version \"2.42\" of api.")
        .assert_contains("The newest: 2.42.0, 2.41.3");
    bot.deploy("deploy run api 2.41.3 --env prod")
        .await
        .assert_ok();
}

#[tokio::test]
async fn environments_are_compared_and_versions_listed() {
    let toml = TOML.replace(
        "[deploy.service.api]",
        "versions = [\"./versions.sh\"]\n[deploy.service.api]",
    );
    let bot = Folder::new()
        .program("deploy.sh", DEPLOY)
        .program("versions.sh", "echo 1.1; echo 1.0")
        .bot(&toml);
    bot.deploy("deploy run api 1.1 --env staging")
        .await
        .assert_ok();
    bot.say("deploy diff staging prod")
        .await
        .assert_contains("Different: 1; the same: 0")
        .assert_contains("api      1.1      –");
    bot.say("deploy versions api")
        .await
        .assert_contains("1.1  staging");
    bot.deploy("deploy run api 1.1 --env prod")
        .await
        .assert_ok();
    bot.say("deploy diff staging prod")
        .await
        .assert_text("staging and prod run the same of everything that is in both.");
}

#[tokio::test]
async fn what_was_deployed_by_another_way_is_noted() {
    let bot = ready();

    bot.as_user("CI")
        .say("deploy record api 7.0 --env prod --result healthy")
        .await
        .assert_text("Noted: api 7.0 is in prod.");

    bot.say("deploy status api")
        .await
        .assert_contains("✔ prod  7.0")
        .assert_contains("reported by CI");
    bot.say("deploy record api 7.0 --env nowhere")
        .await
        .assert_failed("I don't know the environment");
}

#[tokio::test]
async fn many_services_fit_into_a_message_at_once() {
    use std::fmt::Write as _;
    let mut toml = "[deploy.backend.ci]\nkind = \"script\"\nrun = [\"./deploy.sh\"]\n".to_owned();
    for environment in ["dev", "test", "staging", "prod"] {
        let _ = writeln!(toml, "[deploy.environment.{environment}]");
    }
    for service in 0..200 {
        let _ = writeln!(toml, "[deploy.service.service-{service:03}]");
        for environment in ["dev", "test", "staging", "prod"] {
            let result = if service % 9 == 0 && environment == "prod" {
                "failed"
            } else {
                "healthy"
            };
            let _ = writeln!(
                toml,
                "[[deploy.before]]\nservice = \"service-{service:03}\"\nenvironment = \"{environment}\"\nversion = \"3.{service}.0\"\nat = \"2026-11-24T09:30:00Z\"\nresult = \"{result}\""
            );
        }
    }
    let bot = Folder::new().program("deploy.sh", "").bot(&toml);

    let reply = bot.say("deploy status").await;

    reply
        .assert_ok()
        .assert_contains("Needs a look: service-000, service-009, service-018 and 20 more")
        .assert_contains("… 180 more services");
    assert!(reply.json().len() < 28 * 1024, "{}", reply.json().len());
    let one = bot.say("deploy status --env prod").await;
    assert!(one.json().len() < 28 * 1024, "{}", one.json().len());
}

#[test]
fn everything_wrong_is_told_at_once() {
    let toml = r#"
[deploy.environment.staging]
[deploy.environment.prod]
ordr = 3

[deploy.backend.ci]
kind = "script"
run = ["./deploy.sh", "{service}", "{repository}"]
versions = ["./deploy.sh", "{version}"]

[deploy.backend.other]
kind = "scrpt"

[deploy.service.api]
backend = "cii"
environments = ["production"]
health = "api.example"

[deploy.service.web]
backend = { staging = "ci", prd = "ci" }

[deploy.service."a b"]
"#;
    let (_, problems) = Folder::new().program("deploy.sh", "").try_read(toml);

    for part in [
        "did you mean `order`?",
        "`kind` cannot be \"scrpt\"",
        "there is no backend `cii`",
        "there is no environment `production`",
        "this is no HTTP address",
        "there is no environment `prd`",
        "nothing says what {repository} stands for in staging",
        "{version} is not known when this is asked",
        "`a b` is no name that people can type",
        "there is no `backend`",
    ] {
        assert!(problems.contains(part), "{part} in\n{problems}");
    }
}

#[test]
fn without_services_there_are_no_commands() {
    let (deployments, problems) = Folder::new().try_read("");

    assert_eq!(problems, "");
    let bot = TestBot::new().module(module(deployments));
    assert!(format!("{bot:?}").len() > 1);
}
