//! Who may do what: over HTTP with keys of other teams, and asked at a terminal.

use serde_json::Value;

use crate::command_line::{Ran, hailer};
use crate::server::{CONFIG, Server, project};
use crate::teams::message;

const HOME: &str = "00000000-0000-4000-8000-00000000d001";
const AWAY: &str = "00000000-0000-4000-8000-00000000d002";

const PINNED: &str = "
tenant = '00000000-0000-4000-8000-00000000d001'
team   = '19:fa23d9ef19afc32c@thread.tacv2'
";

const RULES: &str = "
channels = [{ id = '19:ec8fc6aee13dd6b7@thread.tacv2', name = 'deploys' }]

[permissions]
default = 'deny'

[[permissions.rule]]
allow = ['status', 'echo']
to    = ['group:sre']

[[permissions.rule]]
deny = ['echo']
when = { text = ['*secret*'] }

[group.sre]
members = [{ id = '13d4775d-0000-4000-8000-0000b6e91bb5', name = 'Mira Novak' }]
";

fn asked(arguments: &[&str], more: &str) -> Ran {
    let folder = project(&format!("{CONFIG}{RULES}{more}"));
    hailer(arguments).folder(folder.path()).run()
}

#[tokio::test]
async fn the_token_of_a_team_does_not_speak_for_another_one() {
    let server = Server::builder().and(PINNED).start().await;
    for (field, value, word) in [
        ("/channelData/teamsTeamId", "19:other@thread.tacv2", "team"),
        ("/conversation/tenantId", AWAY, "organisation"),
    ] {
        for text in ["echo canary", "help", "whoami", "no such command"] {
            let mut body = message("ops", text);
            *body.pointer_mut(field).unwrap() = value.into();

            let response = server.post(body.to_string()).await;

            assert_eq!((response.status, response.outcome()), (200, "refused"));
            let said = response.text();
            let expected = format!(
                "this webhook belongs to another {word}, so I do nothing here. Ask whoever runs this bot."
            );
            assert!(said.contains(&expected), "{said}");
            assert!(!said.contains("canary") && !said.contains(HOME), "{said}");
        }
    }
    assert!(server.say("echo hello").await.text().contains("hello"));

    server.signal("TERM");
    let log = server.end().log;
    for value in ["19:other@thread.tacv2", AWAY] {
        let warnings = log.lines().filter(|it| it.contains("comes from elsewhere"));
        let warnings: Vec<&str> = warnings.filter(|it| it.contains(value)).collect();
        assert_eq!(warnings.len(), 4, "{log}");
        assert!(
            warnings[0].contains("WARN") && warnings[0].contains("hailer.toml:6"),
            "{log}"
        );
    }
}

#[tokio::test]
async fn who_asks_too_much_is_told_how_long_to_wait() {
    let server = Server::builder()
        .and("[limits]\nper_person = '2/h'\n")
        .start()
        .await;

    for _ in 0..2 {
        assert_eq!(server.say("echo hello").await.outcome(), "ok");
    }
    let refused = server.say("echo hello").await;

    assert_eq!((refused.status, refused.outcome()), (200, "refused"));
    assert!(
        refused
            .text()
            .contains("That was a lot at once, Mira Novak. Try again in 30 min."),
        "{}",
        refused.text()
    );
}

#[test]
fn what_rules_say_is_explained_with_the_line() {
    let mira = ["--as", "Mira Novak", "--in", "deploys"];
    let explain = |text: &str| asked(&[&["policy", "explain", text][..], &mira].concat(), "");

    let yes = explain("echo hello");
    let no = explain("echo the secret");
    let depends = explain("echo");
    let json = asked(
        &[
            "policy",
            "explain",
            "echo the secret",
            "--as",
            "group:sre",
            "--in",
            "deploys",
            "--json",
        ],
        "",
    );

    assert_eq!(yes.code, Some(0), "{yes:?}");
    assert!(
        yes.out
            .starts_with("allowed: the rule at hailer.toml:15 allows it\n"),
        "{yes:?}"
    );
    assert_eq!(no.code, Some(1), "{no:?}");
    assert!(
        no.out
            .starts_with("denied: the rule at hailer.toml:19 denies it\n"),
        "{no:?}"
    );
    assert_eq!(depends.code, Some(1), "{depends:?}");
    assert!(
        depends
            .out
            .contains("The arguments are not complete: echo needs a text."),
        "{depends:?}"
    );
    let json: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["decision"], "denied");
    assert_eq!(json["rule"], "hailer.toml:19");
}

#[test]
fn whom_nobody_knows_is_a_mistake_on_the_command_line() {
    let somebody = asked(&["policy", "explain", "status", "--as", "Jo"], "");
    let somewhere = asked(
        &[
            "policy", "explain", "status", "--as", "anyone", "--in", "deplois",
        ],
        "",
    );

    assert_eq!(somebody.code, Some(2), "{somebody:?}");
    assert!(
        somebody
            .err
            .contains("--as: nobody is called \"Jo\" in any group"),
        "{somebody:?}"
    );
    assert_eq!(somewhere.code, Some(2), "{somewhere:?}");
    assert!(
        somewhere.err.contains("did you mean \"channel:deploys\"?"),
        "{somewhere:?}"
    );
}

#[test]
fn commands_are_listed_as_somebody_sees_them() {
    let paths = |person: &str, channel: &str| -> Vec<String> {
        let ran = asked(&["commands", "--json", "--as", person, "--in", channel], "");
        let listed: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
        let path = |it: &Value| it["path"].as_str().unwrap().to_owned();
        listed.iter().map(path).collect()
    };

    let always = ["yes", "help", "whoami", "why", "can", "ping"];
    assert_eq!(paths("anyone", "deploys"), always);
    assert_eq!(paths("Mira Novak", "19:elsewhere"), always);
    let all = [
        "status", "yes", "help", "whoami", "why", "can", "ping", "echo",
    ];
    assert_eq!(paths("Mira Novak", "deploys"), all);
}

#[test]
fn a_test_that_fails_is_a_problem_with_its_line() {
    let passing = "[[policy_test]]\ncommand = 'status'\nas = 'Mira Novak'\nin = 'deploys'\nexpect = 'allow'\nrule = 15\n";
    let tests = [
        (
            "expect = 'allow'\nrule = 19",
            "`status` is not decided at line 19",
        ),
        ("expect = 'deny'", "`status` is allowed, expected deny"),
    ];

    let fine = asked(&["check"], passing);
    let alone = asked(&["policy", "test"], passing);

    assert_eq!((fine.code, alone.code), (Some(0), Some(0)), "{fine:?}");
    assert!(fine.out.contains("2 rules, 1 policy test\n"), "{fine:?}");
    assert_eq!(alone.out, "1 policy test passes\n");
    for (expect, text) in tests {
        let failing = format!(
            "[[policy_test]]\ncommand = 'status'\nas = 'Mira Novak'\nin = 'deploys'\n{expect}\n"
        );
        let checked = asked(&["check"], &failing);
        let tested = asked(&["policy", "test"], &failing);
        assert_eq!(
            (checked.code, tested.code),
            (Some(3), Some(1)),
            "{checked:?}"
        );
        let expected = format!("error[HL228]: {text}\n  --> hailer.toml:24:1\n");
        assert!(checked.out.starts_with(&expected), "{checked:?}");
    }
    for (command, text) in [
        ("statsu", "`statsu` is not understood"),
        ("echo", "`echo` is not complete: echo needs a text."),
    ] {
        let failing = format!(
            "[[policy_test]]\ncommand = '{command}'\nas = 'Mira Novak'\nin = 'deploys'\nexpect = 'allow'\n"
        );
        let checked = asked(&["check"], &failing);
        assert!(checked.out.contains(text), "{checked:?}");
    }
}

#[test]
fn a_bot_whose_rules_name_what_does_not_exist_does_not_start() {
    let folder = project(&format!("{CONFIG}{}", RULES.replace("'status'", "'stats'")));

    for verb in ["serve", "check", "commands"] {
        let ran = hailer([verb]).folder(folder.path()).run();
        assert_eq!(ran.code, Some(3), "{ran:?}");
        let said = format!("{}{}", ran.out, ran.err);
        assert!(
            said.contains("error[HL221]: rule allows \"stats\", which matches no command\n"),
            "{said}"
        );
    }
}

#[test]
fn the_line_of_whoami_makes_a_member() {
    let folder = project(CONFIG);
    let whoami = hailer(["send", "whoami", "--as", "Ann \"The\" \\ <b>"]);
    let said = whoami.folder(folder.path()).run().out;
    let line = said.lines().find(|it| it.starts_with("{ id = ")).unwrap();

    let pasted = format!(
        "{CONFIG}\n[group.sre]\nmembers = [\n  {line}\n]\n[[policy_test]]\ncommand = 'status'\nas = 'group:sre'\nexpect = 'allow'\n"
    );
    let folder = project(&pasted);
    let ran = hailer(["check"]).folder(folder.path()).run();

    assert_eq!(ran.code, Some(0), "{ran:?}\n{pasted}");
}
