//! Mistakes in what an admin wrote, told at start.

use hailer_dispatch::{Effect, Place, Policy, PolicySource, Rule};

use crate::setting::{With, allow, ceiling, deny, registry, source};

fn mistakes(source: PolicySource) -> Vec<String> {
    match Policy::build(source, registry().catalog()) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.iter().map(ToString::to_string).collect(),
    }
}

fn mistake(rule: Rule) -> String {
    mistakes(source(vec![rule])).join("\n")
}

#[test]
fn what_does_not_exist_is_told_with_what_was_meant() {
    for (rule, expected) in [
        (
            allow(&["deploi *"], "sre"),
            "rule allows \"deploi *\", which matches no command; did you mean \"deploy *\"? known: deploy status, deploy run, deploy rollback",
        ),
        (
            allow(&["restart *"], "sre"),
            "rule allows \"restart *\", which matches no command; write \"restart\": it is meant whatever is said behind it",
        ),
        (
            deny(&["ship"]),
            "rule denies \"ship\", which matches no command; it is an alias: write \"deploy run\"",
        ),
        (
            allow(&["restart"], "sra"),
            "there is no group \"sra\"; did you mean \"group:sre\"?",
        ),
        (
            allow(&["restart"], "sre").unless("nobody"),
            "there is no group \"nobody\"; known: sre, dev",
        ),
        (
            allow(&["deploy *"], "sre").when("enc", &["prod"]),
            "no command of this rule has an argument `enc`; did you mean `env`?",
        ),
        (
            allow(&["deploy *"], "sre").when("env", &["prd"]),
            "`env` of deploy run can never be \"prd\"; it is one of staging, prod",
        ),
        (
            allow(&["deploy *"], "sre").when("batch", &["many"]),
            "`batch` of deploy run can never be \"many\"; it is a number: write one, or a range as in 1..10",
        ),
        (
            deny(&["deploy run"]).when("after", &["60"]),
            "rule denies by `after` of deploy run, which can be written in more than one way; fix: allow the values that are right instead; what is not allowed is refused",
        ),
        (
            deny(&["why"]),
            "rule denies \"why\", which everybody may always run; fix: take it out; [permissions] blocked keeps a person from everything",
        ),
    ] {
        assert_eq!(mistake(rule), expected);
    }
    let mut dead = allow(&["deploy rollback"], "sre");
    dead.effects.push(Effect::Write);
    assert_eq!(
        mistake(dead),
        "none of the commands of this rule has its effect; fix: correct `effect`; `hailer commands` shows that of each"
    );
}

#[test]
fn webhooks_are_looked_up_as_well() {
    let mut ceiling = ceiling();
    ceiling.commands = Some(vec!["statsu".to_owned()]);
    let rule = allow(&["restart"], "sre").at(Place::Webhook("opps".into()));

    let told = mistakes(PolicySource {
        ceilings: vec![ceiling],
        auditors: vec!["dve".to_owned()],
        ..source(vec![rule])
    });

    assert_eq!(
        told,
        [
            "there is no group \"dve\"; did you mean \"group:dev\"?",
            "webhook names \"statsu\", which matches no command; did you mean \"status\"? known: status",
            "there is no webhook \"opps\"; did you mean \"webhook:ops\"?",
        ]
    );
}
