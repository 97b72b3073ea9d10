//! What people are told, and what whoever asks why is told.

use hailer_dispatch::{NamedChannel, Place, PolicySource, Rule};

use crate::setting::{Bot, DAN, From, MIRA, With, allow, ceiling, deny, source};

#[test]
fn a_refusal_names_the_person_and_whom_to_ask() {
    let mut other = ceiling();
    "other".clone_into(&mut other.webhook);
    other.channels = vec![NamedChannel {
        id: "19:deploys".into(),
        name: Some("deploys".to_owned()),
    }];
    for (rules, person, expected) in refusals() {
        let bot = Bot::new(PolicySource {
            ceilings: vec![ceiling(), other.clone()],
            ..source(rules)
        });
        let refusal = bot.refusal(&From::person(person), "deploy run api");
        assert_eq!(refusal.as_deref(), Some(expected));
    }
}

/// Rules, who asks for `deploy run api`, and what they are told.
fn refusals() -> Vec<(Vec<Rule>, &'static str, &'static str)> {
    vec![
        (
            vec![],
            DAN,
            "Dan, deploy run needs a permission you don't have here. Ask in #platform-help.",
        ),
        (
            vec![allow(&["deploy run"], "sre")],
            DAN,
            "Dan, deploy run is for the group \"sre\". Ask in #platform-help.",
        ),
        (
            vec![allow(&["deploy run"], "sre").say("Ask @ops oncall <b>first</b>")],
            DAN,
            "Dan: Ask @ops oncall <b>first</b>",
        ),
        (
            vec![allow(&["deploy run"], "sre").at(Place::Channel("19:deploys".into()))],
            MIRA,
            "deploy run works in deploys, not here.",
        ),
        (
            vec![allow(&["deploy run"], "sre").at(Place::Webhook("other".into()))],
            MIRA,
            "deploy run works in other, not here.",
        ),
        (
            vec![allow(&["deploy run"], "sre").at(Place::Channel("19:x".into()))],
            MIRA,
            "deploy run works in another channel, not here.",
        ),
        (
            vec![allow(&["deploy run"], "sre").when("env", &["staging", "pro*"])],
            MIRA,
            "Dan, you may run deploy run only with env staging or pro*. Ask in #platform-help.",
        ),
        (
            vec![allow(&["deploy *"], "sre"), deny(&["deploy run"])],
            MIRA,
            "Dan, a rule keeps you from deploy run here. Ask in #platform-help.",
        ),
        (
            vec![
                deny(&["deploy run"])
                    .unless("sre")
                    .say("Deploys are for SREs."),
            ],
            DAN,
            "Dan: Deploys are for SREs.",
        ),
    ]
}

#[test]
fn whoever_asks_why_is_told_the_rule_and_its_line() {
    let bot = Bot::new(source(vec![
        allow(&["deploy *"], "sre"),
        deny(&["deploy run"]).when("env", &["prod"]),
    ]));
    let (dan, mira) = (From::person(DAN), From::person(MIRA));
    for (from, text, expected) in [
        (&mira, "help", "everybody may always run it"),
        (
            &mira,
            "status",
            "[permissions] default lets everybody run what only reads",
        ),
        (
            &mira,
            "deploy rollback",
            "the rule at hailer.toml:10 allows it",
        ),
        (
            &mira,
            "deploy run api --env prod",
            "the rule at hailer.toml:20 denies it",
        ),
        (&mira, "deploy run", "it depends on the arguments"),
        (
            &dan,
            "deploy rollback",
            "no rule allows it; the rule at hailer.toml:10 would, for sre",
        ),
        (&dan, "restart api", "no rule allows it"),
    ] {
        assert_eq!(
            bot.judge(from, text).decision.to_string(),
            expected,
            "{text}"
        );
    }
}
