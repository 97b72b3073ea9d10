//! What waits for a yes while the world changes: people lose rights, programs and rules are exchanged, time runs out. Nothing
//! starts that could not be asked for now, whoever says yes reads why, and the audit has it.

mod queued;
mod site;

use crate::command_line::hailer;
use crate::server::CONFIG;

use site::{DAN, JO, JOS_LINE, MIRA, SUE, Site, TABLES};

#[tokio::test]
async fn nobody_can_let_run_what_somebody_asked_for_who_is_blocked_by_now() {
    let site = Site::start().await;
    let approval = site.ask(MIRA, "ship").await;
    let confirmation = site.ask(MIRA, "wipe").await;

    site.edit("blocked = []", &format!("blocked = ['{}']", MIRA.1))
        .await;

    let approve = format!("approve {approval}");
    site.refuses_everywhere(JO, &approve, &approval, "Mira Novak, you are blocked here")
        .await;
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
    site.refuses_everywhere(
        JO,
        &approve,
        &approval,
        "Dan Ost, ship is for the group \"sre\"",
    )
    .await;
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
