//! What was let run and waits for its start: the world is looked at once more.

use std::fs;

use super::site::{DAN, JO, JOS_LINE, MIRA, Site};

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
