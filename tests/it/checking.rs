//! `hailer check`, and how every verb treats a configuration that is wrong.

use serde_json::Value;

use crate::command_line::hailer;
use crate::server::{CONFIG, Server, project};

const WRONG: &str = "version = 1
[server]
lissten = '127.0.0.1:0'
reply_within = '6s'

[webhook.ops]
token = { env = 'NOT_SET' }

[limits]
max_skew = 4
";

#[test]
fn a_good_configuration_is_fine() {
    let folder = project(CONFIG);

    let ran = hailer(["check"]).folder(folder.path()).run();

    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.out, "hailer.toml: fine · 1 webhook, 25 commands\n");
    assert_eq!(ran.err, "");
}

#[test]
fn every_problem_is_told_with_its_place_and_the_way_out() {
    let folder = project(WRONG);

    let ran = hailer(["check"]).folder(folder.path()).run();

    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert_eq!(
        ran.out,
        "\
error[HL201]: unknown key `lissten`
  --> hailer.toml:3:1
   |
 3 | lissten = '127.0.0.1:0'
   | ^^^^^^^ did you mean `listen`?

error[HL208]: reply_within is 6s, but Teams hangs up after 5s
  --> hailer.toml:4:16
   |
 4 | reply_within = '6s'
   |                ^^^^ fix: 4.5s or less

error[HL211]: token of webhook \"ops\": environment variable NOT_SET is not set
  --> hailer.toml:7:9   fix: systemctl edit hailer → Environment=…, or use { file = \"…\" }

error[HL207]: 4 is not a duration
  --> hailer.toml:10:12
   |
10 | max_skew = 4
   |            ^ write a unit: \"4s\", \"4500ms\"
4 errors.
"
    );
}

#[test]
fn problems_come_as_json_for_tools() {
    let folder = project(WRONG);

    let ran = hailer(["check", "--json"]).folder(folder.path()).run();

    assert_eq!(ran.code, Some(3));
    let problems: Vec<Value> = serde_json::from_str(&ran.out).unwrap();
    let places: Vec<_> = problems
        .iter()
        .map(|it| {
            (
                it["code"].as_str(),
                it["line"].as_u64(),
                it["column"].as_u64(),
            )
        })
        .collect();
    assert_eq!(
        places,
        [
            (Some("HL201"), Some(3), Some(1)),
            (Some("HL208"), Some(4), Some(16)),
            (Some("HL211"), Some(7), Some(9)),
            (Some("HL207"), Some(10), Some(12)),
        ]
    );
    assert_eq!(ran.err, "");
}

#[test]
fn a_variable_that_sets_no_key_is_an_error() {
    let folder = project(CONFIG);

    for (variable, value, part) in [
        (
            "HAILER_SERVER__LISSTEN",
            "x",
            "did you mean HAILER_SERVER__LISTEN?",
        ),
        (
            "HAILER_SERVER__REPLY_WITHIN",
            "soon",
            "\"soon\" is not a duration",
        ),
        (
            "HAILER_SERVER__LISTEN",
            "here",
            "\"here\" is not an address",
        ),
        ("HAILER_NO__SUCH__KEY", "x", "unknown key"),
    ] {
        let ran = hailer(["check"])
            .folder(folder.path())
            .variable(variable, value)
            .run();

        assert_eq!(ran.code, Some(3), "{ran:?}");
        assert!(ran.out.contains(part), "{variable}: {}", ran.out);
        assert!(
            ran.out
                .contains(&format!("environment variable {variable}")),
            "{}",
            ran.out
        );
    }
}

#[tokio::test]
async fn a_variable_beats_the_file() {
    let config = CONFIG.replace("listen = '127.0.0.1:0'", "listen = '192.0.2.1:1'");
    let server = Server::builder()
        .config(&config)
        .variable("HAILER_SERVER__LISTEN", "127.0.0.1:0")
        .variable("HAILER_SERVER__ADMIN_LISTEN", "127.0.0.1:0")
        .variable("HAILER_WEBHOOK__OPS__MENTION", "Ops Bot")
        .start()
        .await;

    let text = server.say("help").await.text();

    assert!(text.contains("@Ops Bot help"), "{text}");
}

#[test]
fn warnings_are_errors_on_request() {
    let folder = project(&format!(
        "{CONFIG}[webhook.twin]\ntoken = {{ file = 'ops.token' }}\n"
    ));

    let ran = hailer(["check"]).folder(folder.path()).run();
    let strict = hailer(["check", "--deny-warnings"])
        .folder(folder.path())
        .run();

    assert_eq!((ran.code, strict.code), (Some(0), Some(3)));
    assert!(ran.out.starts_with("warning[HL216]: "), "{}", ran.out);
    assert!(ran.out.ends_with("1 warning.\n"), "{}", ran.out);
}

#[test]
fn what_cannot_be_read_is_not_called_wrong() {
    let folder = project(CONFIG);

    for verb in ["check", "serve", "commands", "send"] {
        let text = (verb == "send").then_some("ping");
        let arguments = [verb, "--config", "none.toml"].into_iter().chain(text);
        let ran = hailer(arguments).folder(folder.path()).run();

        assert_eq!(ran.code, Some(4), "{verb}: {ran:?}");
        assert!(
            ran.err
                .contains("error[HL200]: the configuration file does not exist"),
            "{verb}: {}",
            ran.err
        );
        assert_eq!(ran.out, "");
    }
}

#[test]
fn no_verb_goes_on_with_a_wrong_configuration() {
    let folder = project(WRONG);

    for verb in ["serve", "commands", "send"] {
        let text = (verb == "send").then_some("ping");
        let ran = hailer([verb].into_iter().chain(text))
            .folder(folder.path())
            .run();

        assert_eq!(ran.code, Some(3), "{verb}: {ran:?}");
        assert!(
            ran.err.contains("error[HL201]: unknown key `lissten`"),
            "{verb}: {}",
            ran.err
        );
        // A message needs no limits, so what is wrong with them is only mentioned.
        let is_send = verb == "send";
        let count = if is_send {
            "\n3 errors.\n"
        } else {
            "\n4 errors.\n"
        };
        assert!(ran.err.ends_with(count), "{verb}: {}", ran.err);
        let is_warned = ran.err.contains("warning: something else is wrong");
        assert_eq!(is_warned, is_send, "{verb}: {}", ran.err);
        assert_eq!(ran.out, "");
    }
}

#[test]
fn without_a_configuration_serve_and_check_say_what_to_do() {
    let folder = tempfile::tempdir().unwrap();

    for verb in ["serve", "check"] {
        let ran = hailer([verb]).folder(folder.path()).run();

        assert_eq!(ran.code, Some(3), "{verb}: {ran:?}");
        assert_eq!(
            ran.err,
            "error: there is no hailer.toml in this folder\n  fix: name one with --config FILE, or run `hailer` for the demo\n"
        );
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_taken_address_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = project(CONFIG);

    let ran = hailer(["serve", "--listen", &address])
        .folder(folder.path())
        .run();

    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(ran.err.contains(&address), "{}", ran.err);
}

#[test]
fn commands_are_tuned_and_what_does_not_exist_is_told_with_what_was_meant() {
    for (table, told) in [
        (
            "[command.\"statsu\"]\nhidden = true",
            "did you mean [command.\"status\"]?",
        ),
        ("[command.lock]\ncache = '10s'", "lock changes something"),
        (
            "[command.jobs]\ncache = '10s'",
            "answers everybody otherwise",
        ),
        ("[command.status]\ncache = '2h'", "`cache` cannot be 2h"),
        ("[command.status]\ntimeout = '0s'", "`timeout` cannot be 0s"),
        ("[command.status]\ntimout = '1s'", "did you mean `timeout`?"),
        (
            "[command.status]\naliases = ['help']",
            "`help` is taken twice",
        ),
    ] {
        let folder = project(&format!("{CONFIG}\n{table}\n"));

        let ran = hailer(["check"]).folder(folder.path()).run();

        assert_eq!(ran.code, Some(3), "{table}: {ran:?}");
        let said = format!("{}{}", ran.out, ran.err);
        assert!(said.contains(told), "{table}: {said}");
    }
}

#[test]
fn a_tuned_command_has_its_names_and_one_that_is_off_is_not_there() {
    let tables = "
[command.status]
aliases = ['st']
group = 'Services'
[command.echo]
enabled = false
[command.ping]
hidden = true
";
    let folder = project(&format!("{CONFIG}{tables}"));
    let send = |text: &str| hailer(["send", text]).folder(folder.path()).run().out;

    let help = send("help");

    assert!(send("st").contains("nothing to check"), "{}", send("st"));
    assert!(
        send("echo x").contains("I don't know"),
        "{}",
        send("echo x")
    );
    assert!(help.contains("Services"), "{help}");
    assert!(send("ping").contains("pong"), "{}", send("ping"));
}
