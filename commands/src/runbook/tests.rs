use std::fs;
use std::path::Path;
use std::time::Duration;

use hailer::testing::TestBot;
use hailer::{DefaultPermission, Draft, Environment};

use super::{Runbooks, Shelf, module, read};

fn sample() -> TestBot {
    let source = Some("https://git.example.com/ops/blob/main/".to_owned());
    TestBot::new()
        .with_store()
        .module(module(Some(Runbooks::new(Shelf::Sample, source))))
}

fn in_folder(files: &[(&str, &str)]) -> (TestBot, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let shelf = Shelf::Folder(folder.path().to_owned());
    let bot = TestBot::new().module(module(Some(Runbooks::new(shelf, None))));
    (bot, folder)
}

#[tokio::test]
async fn a_runbook_is_shown_with_its_first_step() {
    let reply = sample().say("runbook show database-is-slow").await;

    reply
        .assert_contains("The database is slow · 0 of 5 done")
        .assert_contains("○ 2 Look whether a disk is full: df -h on db-2 and db-3.")
        .assert_contains("psql -c \"select pid, state, query")
        .assert_contains("https://git.example.com/ops/blob/main/database-is-slow.md")
        .assert_lacks("switch-reads.sh");
    sample()
        .say("runbook show database-is-slow 4")
        .await
        .assert_contains("./switch-reads.sh replica");
}

#[tokio::test]
async fn steps_are_marked_in_one_channel_for_a_day() {
    let bot = sample();

    bot.say("runbook done database-is-slow 1")
        .await
        .assert_contains("Step 1 is done. Next: 2 Look whether")
        .assert_contains("@ops runbook done database-is-slow 2");
    bot.as_user("Jo Lind")
        .say("runbook done database-is-slow 3")
        .await
        .assert_ok();
    bot.say("runbook show database-is-slow")
        .await
        .assert_contains("2 of 5 done")
        .assert_contains("✔ 1 Look at who waits for whom: · Mira Novak")
        .assert_contains(
            "✔ 3 Ask in #platform whether a migration runs. If one does, wait for it. · Jo Lind",
        );
    bot.in_channel("elsewhere")
        .say("runbook show database-is-slow")
        .await
        .assert_contains("0 of 5 done");

    bot.say("runbook undo database-is-slow 3").await.assert_ok();
    bot.say("runbook show database-is-slow")
        .await
        .assert_contains("1 of 5 done");
    bot.advance(Duration::from_secs(25 * 3_600));
    bot.say("runbook show database-is-slow")
        .await
        .assert_contains("0 of 5 done");
}

#[tokio::test]
async fn the_last_step_ends_it_and_it_can_be_begun_anew() {
    let bot = sample();
    for step in 1..4 {
        bot.say(&format!("runbook done certificate-expires {step}"))
            .await
            .assert_ok();
    }

    bot.say("runbook done certificate-expires 4")
        .await
        .assert_contains("and with it all of");
    bot.say("runbook show certificate-expires")
        .await
        .assert_contains("all 4 done");
    bot.say("runbook reset certificate-expires")
        .await
        .assert_text("No step of certificate-expires is done.");
    bot.say("runbook show certificate-expires")
        .await
        .assert_contains("0 of 4 done");
}

#[tokio::test]
async fn a_step_or_runbook_that_is_not_there_is_told() {
    let bot = sample();

    bot.say("runbook done database-is-slow first")
        .await
        .assert_usage("it is no whole number that fits");
    bot.say("runbook done database-is-slow 9")
        .await
        .assert_failed("the steps 1 to 5");
    bot.say("runbook done database-is-slow 0")
        .await
        .assert_failed("the steps 1 to 5");
    bot.say("runbook show database-is-slwo")
        .await
        .assert_failed("Did you mean database-is-slow?");
    bot.say("runbook show ../../etc/passwd")
        .await
        .assert_failed("I don't know the runbook");
    bot.say("runbook search <at>x</at>")
        .await
        .assert_contains("No runbook has");
}

#[tokio::test]
async fn runbooks_are_found_by_words_and_listed() {
    let bot = sample();

    bot.say("runbook search slow DATA")
        .await
        .assert_contains("1 runbook for \"slow DATA\"")
        .assert_contains("@ops runbook show database-is-slow");
    bot.say("runbooks")
        .await
        .assert_contains("certificate-expires  A certificate ends soon");
}

#[tokio::test]
async fn a_folder_is_read_anew_each_time_with_the_folders_in_it() {
    let (bot, folder) = in_folder(&[
        ("db/failover.md", "# Fail over\n1. first\n2. second\n"),
        (".git/x.md", "# Hidden\n"),
        ("notes.txt", "no runbook"),
        (
            "plain.md",
            "Only <at>ops</at> text, and [a link](https://x.example).\n",
        ),
    ]);

    bot.say("runbooks")
        .await
        .assert_text("Runbooks\ndb/failover  Fail over\nplain        plain");
    bot.say("runbook show failover")
        .await
        .assert_contains("Fail over · 0 of 2 done");
    let plain = bot.say("runbook show plain").await;
    plain.assert_contains("text, and a link");
    assert!(!plain.json().contains("<at>"), "{}", plain.json());
    bot.say("runbook done failover 1").await.assert_ok();

    // A step that was written anew is to be done anew.
    fs::write(
        folder.path().join("db/failover.md"),
        "# Fail over\n1. other\n2. second\n",
    )
    .unwrap();
    bot.say("runbook show failover")
        .await
        .assert_contains("0 of 2 done");
    fs::remove_dir_all(folder.path()).unwrap();
    bot.say("runbooks")
        .await
        .assert_failed("can't read the folder");
}

#[cfg(unix)]
#[tokio::test]
async fn links_do_not_lead_out_of_the_folder() {
    let (bot, folder) = in_folder(&[("a.md", "# A\n")]);
    let secret = tempfile::NamedTempFile::new().unwrap();
    fs::write(secret.path(), "# hunter2\n").unwrap();
    std::os::unix::fs::symlink(secret.path(), folder.path().join("b.md")).unwrap();

    bot.say("runbooks").await.assert_text("Runbooks\na  A");
}

#[tokio::test]
async fn reading_needs_no_rule_and_marking_does() {
    let bot = sample().with_permissions(DefaultPermission::Read);

    bot.say("runbook show database-is-slow").await.assert_ok();
    bot.say("runbook done database-is-slow 1")
        .await
        .assert_refused();
}

#[test]
fn everything_wrong_with_the_table_is_told() {
    let problems = |table: &str| {
        let token = "VGVzdHMgb25seTogdGhpcyBvcGVucyBub3RoaW5nISE=";
        let environment = Environment::from_pairs([("TOKEN", token)]);
        let text = format!("[webhook.ops]\ntoken = {{ env = \"TOKEN\" }}\n{table}");
        let draft = Draft::parse("hailer.toml", &text, Path::new("/nowhere"), &environment);
        read(&draft);
        draft
            .finish()
            .map_or_else(|it| it.to_string(), |_| String::new())
    };

    assert!(problems("[runbook]\n").contains("there is no `folder`"));
    assert!(problems("[runbook]\nfolder = \"books\"\n").contains("there is no such folder"));
    let told = problems("[runbook]\nfolder = \"sample\"\nsource = \"git\"\nfoldr = \"x\"\n");
    assert!(
        told.contains("no https address") && told.contains("did you mean `folder`?"),
        "{told}"
    );
    assert_eq!(problems("[runbook]\nfolder = \"sample\"\n"), "");
}
