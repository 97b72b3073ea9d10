//! What is written about permissions: read whole, and every slip told with its line.

use std::time::Duration;

use hailer_dispatch::{
    Effect, NoArgs, Place, Rate, Registration, Registry, Spec, Verdict, Whom, command_fn,
};
use hailer_reply::Reply;
use proptest::prelude::{ProptestConfig, proptest};

use super::{Config, problems, with_webhook};
use crate::config::Wanted;

const MIRA: &str = "8f1c2d3e-0000-4000-8000-000000000001";

const GROUP: &str = "
[group.sre]
members = [
  { id = \"8f1c2d3e-0000-4000-8000-000000000001\", name = \"Mira Novak\" },
  { id = \"a07b1c2d-0000-4000-8000-000000000002\", tenant = \"00000000-0000-4000-8000-00000000d001\" },
]
";

fn said(text: &str) -> String {
    problems(text, &[])
}

/// Returns what is wrong once the commands are known.
fn said_at_start(config: &Config) -> String {
    #[derive(Debug, clap::Args)]
    struct RunArgs {
        /// Where to.
        #[arg(long, value_parser = ["staging", "prod"])]
        env: Option<String>,
    }
    let run = Spec::new("deploy run", "ships it").effect(Effect::Write);
    let run = command_fn(run, |args: RunArgs, _| async move {
        Ok(Reply::text(format!("{args:?}")))
    });
    let status = Spec::new("deploy status", "what runs").effect(Effect::Read);
    let status = command_fn(status, |_: NoArgs, _| async { Ok(Reply::text("")) });
    let registry = Registry::build([Registration::new(run), Registration::new(status)]).unwrap();
    match config.policy(registry.catalog()) {
        Ok(_) => String::new(),
        Err(problems) => problems.to_string(),
    }
}

#[test]
fn everything_about_permissions_is_read() {
    let text = format!(
        "{GROUP}
[permissions]
default  = \"deny\"
blocked  = [\"b18c2d3e-0000-4000-8000-000000000003\"]
auditors = [\"group:sre\"]

[[permissions.rule]]
allow  = [\"deploy *\"]
effect = [\"read\", \"write\"]
to     = [\"group:sre\", \"everyone\"]
unless = [\"group:sre\"]
in     = [\"webhook:ops\", \"team:19:t\", \"channel:19:c\", \"channel:deploys\"]
when   = {{ env = [\"staging\"], batch = [3, \"5..\"], force = [true] }}
say    = \"ask first\"

[webhook.data]
token      = {{ env = \"HAILER_TOKEN_DATA\" }}
tenant     = \"00000000-0000-4000-8000-00000000d001\"
team       = \"19:t\"
channels   = [\"19:c\", {{ id = \"19:d\", name = \"deploys\" }}]
max_effect = \"write\"
commands   = [\"deploy *\"]
"
    );
    let token = super::TOKEN.replace("MDEy", "MDEz");
    let loaded = super::parse(
        &format!("{text}\n{}", super::WEBHOOK),
        &[("HAILER_TOKEN_DATA", &token)],
    );

    let config = loaded.unwrap().config;

    let rule = &config.permissions.rules[0].rule;
    assert_eq!(rule.place, "hailer.toml:14");
    assert_eq!(rule.verdict, Verdict::Allow);
    assert_eq!(rule.effects, [Effect::Read, Effect::Write]);
    assert_eq!(rule.to, [Whom::Group("sre".to_owned()), Whom::Everyone]);
    assert_eq!(rule.places[3], Place::Channel("19:d".into()));
    let values: Vec<_> = rule.when.iter().map(|it| it.values.join("|")).collect();
    assert_eq!(values, ["staging", "3|5..", "true"]);
    assert_eq!(config.permissions.auditors, ["sre"]);
    assert_eq!(config.permissions.groups[0].members.len(), 2);
    let ceiling = &config.webhooks[0].ceiling;
    assert_eq!(
        (ceiling.webhook.as_str(), ceiling.place.as_str()),
        ("data", "hailer.toml:22")
    );
    assert_eq!(ceiling.max_effect, Some(Effect::Write));
    assert_eq!(ceiling.channels.len(), 2);
}

#[test]
fn people_are_named_by_ids_alone() {
    for (text, expected) in [
        (
            "[group.a]\nmembers = [{ id = \"*\" }]",
            "error[HL226]: \"*\" is not the id of a person\n  --> hailer.toml:2:19\n   |\n 2 | members = [{ id = \"*\" }]\n   |                   ^^^ fix: name each one; wildcards are no ids\n1 error.",
        ),
        (
            "[group.a]\nmembers = [{ id = \"Mira\" }]",
            "fix: write the GUID that `whoami` shows",
        ),
        (
            "[group.a]\nmembers = [{ name = \"Mira\" }]",
            "error[HL204]: a member has no `id`",
        ),
        (
            "[group.a]\nmembers = [\"Mira\"]",
            "error[HL203]: `members` should be a table, found a string",
        ),
        (
            "[group.a]\nmembers = \"Mira\"",
            "error[HL203]: `members` should be a list of tables, found a string",
        ),
        ("[group.a]\n", "error[HL204]: group \"a\" has no members"),
        (
            "[group.a]\nmembers = []\nmember = 1",
            "error[HL201]: unknown key `member`",
        ),
        (
            "[permissions]\nblocked = [\"29:x\"]",
            "error[HL226]: \"29:x\" is not the id of a person",
        ),
        (
            "[webhook.x]\ntoken = { env = \"HAILER_TOKEN_OPS\" }\ntenant = \"contoso\"",
            "error[HL226]: \"contoso\" is not the id of a tenant",
        ),
        (
            "[webhook.x]\ntoken = { env = \"HAILER_TOKEN_OPS\" }\nchannels = []",
            "`channels` lets nothing run anywhere",
        ),
        (
            "[webhook.x]\ntoken = { env = \"HAILER_TOKEN_OPS\" }\nmax_effect = \"all\"",
            "error[HL206]: `max_effect` cannot be \"all\"",
        ),
    ] {
        let said = said(text);
        assert!(said.contains(expected), "{text}\n{said}");
    }
}

#[test]
fn a_rule_says_what_it_does_and_to_whom() {
    let rule = |text: &str| said(&format!("{GROUP}[[permissions.rule]]\n{text}"));
    for (text, expected) in [
        (
            "allow = [\"a\"]",
            "error[HL227]: this rule allows something, but does not say to whom\n  --> hailer.toml:8:9",
        ),
        (
            "to = [\"everyone\"]",
            "error[HL227]: this rule neither allows nor denies",
        ),
        (
            "allow = [\"a\"]\ndeny = [\"b\"]\nto = [\"everyone\"]",
            "error[HL227]: this rule allows and denies",
        ),
        (
            "allow = [\"a\"]\nto = [\"*\"]",
            "\"*\" is nobody\n  --> hailer.toml:9:7\n   |\n 9 | to = [\"*\"]\n   |       ^^^ did you mean \"everyone\"?",
        ),
        (
            "allow = [\"a\"]\nto = \"group:sre\"",
            "error[HL203]: `to` should be a list of strings, found a string",
        ),
        (
            "deny = [\"a\"]\nin = [\"deploys\"]",
            "\"deploys\" is no place",
        ),
        (
            "deny = [\"a\"]\nin = [\"channel:deploys\"]",
            "error[HL221]: there is no channel \"deploys\"",
        ),
        (
            "deny = [\"a\"]\nwhen = { env = \"prod\" }",
            "error[HL203]: `env` should be a list of values",
        ),
        (
            "deny = [\"a\"]\neffect = \"wriet\"",
            "error[HL206]: `effect` cannot be \"wriet\"",
        ),
        (
            "deny = [\"a\"]\neffect = [\"wriet\"]",
            "error[HL206]: `effect` cannot be \"wriet\"",
        ),
        (
            "deny = [\"a\"]\nunles = [\"group:sre\"]",
            "error[HL201]: unknown key `unles`",
        ),
    ] {
        let said = rule(text);
        assert!(said.contains(expected), "{text}\n{said}");
    }
}

#[test]
fn what_a_rule_names_must_exist() {
    let config = with_webhook(
        &format!(
            "{GROUP}[[permissions.rule]]\nallow = [\"deploi *\"]\nto    = [\"group:sra\"]\n[[permissions.rule]]\ndeny = [\"deploy run\"]\nwhen = {{ enc = [\"prod\"] }}"
        ),
        &[],
    );

    assert_eq!(
        said_at_start(&config),
        "error[HL221]: rule allows \"deploi *\", which matches no command
  --> hailer.toml:8:10
   |
 8 | allow = [\"deploi *\"]
   |          ^^^^^^^^^^ did you mean \"deploy *\"? known: deploy run, deploy status

error[HL221]: there is no group \"sra\"
  --> hailer.toml:9:10
   |
 9 | to    = [\"group:sra\"]
   |          ^^^^^^^^^^^ did you mean \"group:sre\"?

error[HL221]: no command of this rule has an argument `enc`
  --> hailer.toml:12:16
   |
12 | when = { enc = [\"prod\"] }
   |                ^^^^^^^^ did you mean `env`?
3 errors."
    );
}

#[test]
fn a_rule_for_every_webhook_is_worth_a_look_where_there_are_several() {
    let rule = "[[permissions.rule]]\nallow = [\"a\"]\nto = [\"group:sre\"]\n";
    let second = "[webhook.x]\ntoken = { env = \"HAILER_TOKEN_X\" }\n";
    let token = super::TOKEN.replace("MDEy", "MDEz");
    let of = |text: &str| problems(&format!("{GROUP}{text}"), &[("HAILER_TOKEN_X", &token)]);

    assert_eq!(problems(&format!("{GROUP}{rule}"), &[]), "no problems");
    assert!(
        of(&format!("{rule}{second}")).starts_with(
            "warning[HL229]: this rule holds for every webhook\n  --> hailer.toml:8:1"
        )
    );
    assert_eq!(
        of(&format!("{rule}{second}max_effect = \"read\"")),
        "no problems"
    );
    assert_eq!(
        of(&format!("{rule}in = [\"webhook:ops\"]\n{second}")),
        "no problems"
    );
}

#[test]
fn a_file_of_members_is_read_at_start() {
    let folder = tempfile::tempdir().unwrap();
    let of = |content: Option<&str>| {
        let path = folder.path().join("sre.txt");
        match content {
            Some(content) => std::fs::write(&path, content).unwrap(),
            None => std::fs::remove_file(&path).unwrap(),
        }
        let text = format!(
            "{}[group.sre]\nfile = \"{}\"\nmembers = [{{ id = \"a07b1c2d-0000-4000-8000-000000000002\" }}]",
            super::WEBHOOK,
            path.display()
        );
        super::parse(&text, &[]).map(|it| it.config.permissions)
    };

    let read = of(Some(MIRA)).unwrap();
    assert_eq!(read.groups[0].members.len(), 2);
    assert!(!read.groups[0].is_unknown);
    let said = of(Some("\nMira")).unwrap_err().to_string();
    assert!(
        said.contains("error[HL226]") && said.contains("line 2 begins with no id"),
        "{said}"
    );
    let said = of(None).unwrap_err().to_string();
    assert!(
        said.contains("error[HL217]: members of group \"sre\": file"),
        "{said}"
    );
}

#[test]
fn rates_are_so_many_in_a_time() {
    let config = with_webhook(
        "[limits]\nper_person = \"20/min\"\nper_team = \"2/s\"\nper_webhook = \"off\"",
        &[],
    );

    let rates = config.limits.rates;
    let rate = |count, seconds| Some(Rate::new(count, Duration::from_secs(seconds)));
    assert_eq!(
        (rates.per_person, rates.per_team, rates.per_webhook),
        (rate(20, 60), rate(2, 1), None)
    );
    for wrong in ["20", "0/min", "20/day", "many/s", "-1/s"] {
        let said = said(&format!("[limits]\nper_person = \"{wrong}\""));
        assert!(
            said.contains(&format!("error[HL207]: \"{wrong}\" is not a rate")),
            "{said}"
        );
    }
}

#[test]
fn somebody_is_found_by_id_name_or_group() {
    let config = with_webhook(GROUP, &[]);
    let find = |person: &str| {
        let places = ["channel:19:c".to_owned()];
        let wanted = Wanted {
            person,
            places: &places,
            tenant: None,
        };
        config.standpoint(&wanted)
    };

    for person in [MIRA, "mira novak", "group:sre"] {
        assert_eq!(find(person).unwrap().person.as_str(), MIRA, "{person}");
    }
    assert_eq!(find("anyone").unwrap().webhook, "ops");
    assert_eq!(find("anyone").unwrap().channel, Some("19:c".into()));
    let jo = find("a07b1c2d-0000-4000-8000-000000000002").unwrap();
    assert_eq!(
        jo.tenant,
        Some("00000000-0000-4000-8000-00000000d001".into())
    );
    for person in ["Jo", "group:dev"] {
        assert_eq!(find(person).unwrap_err().key, "as");
    }
}

#[test]
fn a_test_of_permissions_is_complete() {
    for (text, expected) in [
        (
            "command = \"a\"\nas = \"anyone\"",
            "error[HL204]: this test has no `expect`",
        ),
        (
            "command = \"a\"\nas = \"Jo\"\nexpect = \"deny\"",
            "error[HL221]: nobody is called \"Jo\" in any group\n  --> hailer.toml:3:6",
        ),
        (
            "command = \"a\"\nas = \"anyone\"\nexpect = \"no\"",
            "error[HL206]: `expect` cannot be \"no\"",
        ),
        (
            "command = \"a\"\nas = \"anyone\"\nexpect = \"deny\"\nin = \"webhook:x\"",
            "error[HL221]: there is no webhook \"x\"\n  --> hailer.toml:5:6",
        ),
    ] {
        let said = said(&format!("[[policy_test]]\n{text}"));
        assert!(said.contains(expected), "{text}\n{said}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_is_written_about_permissions_panics(
        table in "(\\[\\[permissions.rule\\]\\]|\\[group.sre\\]|\\[\\[policy_test\\]\\]|\\[permissions\\]|\\[webhook.x\\])",
        keys in proptest::collection::vec(
            (
                "(allow|deny|to|unless|in|effect|when|say|members|file|max_age|command|as|expect|rule|blocked|auditors|channels|team|commands)",
                "(1|true|\"\"|\"\\*\"|\"group:\"|\\[\\]|\\[1\\]|\\[\"a \\*\"\\]|\\[\"group:sre\", \"everyone\"\\]|\\[\"channel:\", \"webhook:ops\"\\]|\\{ a = \\[1, \"2..\"\\] \\}|\\{ a = 1 \\}|\\[\\{ id = \"é\" \\}, 1\\])",
            ),
            0..6,
        ),
    ) {
        let lines: String = keys.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
        let text = format!("{table}\n{lines}");
        match super::parse(&format!("{text}{}", super::WEBHOOK), &[]) {
            Ok(loaded) => {
                let _ = said_at_start(&loaded.config);
            }
            Err(problems) => {
                let _ = problems.to_string();
            }
        }
    }
}
