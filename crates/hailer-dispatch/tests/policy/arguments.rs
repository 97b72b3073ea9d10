//! Rules that look at the values of arguments.

use hailer_dispatch::{Decision, Refusal};

use crate::setting::{Bot, DAN, From, JO, MIRA, With, allow, deny, source};

#[test]
fn a_rule_on_a_value_holds_for_every_way_to_type_it() {
    let bot = Bot::new(source(vec![
        allow(&["deploy *"], "sre"),
        deny(&["deploy run"]).when("env", &["prod"]),
    ]));
    let mira = From::person(MIRA);

    for text in [
        "deploy run api --env prod",
        "DEPLOY run api --env PROD",
        "ship env=live api",
        "ship --env=Live api",
        "deploy run \u{201C}api\u{201D} \u{2014}env prod",
    ] {
        assert!(!bot.may(&mira, text), "{text}");
    }
    assert!(bot.may(&mira, "deploy run api --env staging"));
    assert!(bot.may(&mira, "deploy run api"));
}

#[test]
fn an_argument_that_is_not_given_matches_only_by_its_default() {
    let bot = Bot::new(source(vec![
        allow(&["deploy run"], "sre").when("env", &["*"]),
        allow(&["deploy run"], "dev").when("batch", &["..3"]),
    ]));

    assert!(!bot.may(&From::person(MIRA), "deploy run api"));
    assert!(bot.may(&From::person(MIRA), "deploy run api --env prod"));
    assert!(bot.may(&From::person(JO), "deploy run api"));
    assert!(bot.may(&From::person(JO), "deploy run api --batch 003"));
    assert!(!bot.may(&From::person(JO), "deploy run api --batch 4"));
}

#[test]
fn of_several_values_all_must_be_allowed_and_none_denied() {
    let allowing = Bot::new(source(vec![
        allow(&["restart"], "sre").when("services", &["api", "web-*"]),
    ]));
    let denying = Bot::new(source(vec![
        allow(&["restart"], "sre"),
        deny(&["restart"]).when("services", &["db*"]),
    ]));
    let mira = From::person(MIRA);

    assert!(allowing.may(&mira, "restart api web-1"));
    assert!(!allowing.may(&mira, "restart api db"));
    assert!(
        !allowing.may(&mira, "restart API"),
        "capitals are another value"
    );
    assert!(denying.may(&mira, "restart api web"));
    assert!(!denying.may(&mira, "restart api db-1"));
    assert!(!denying.may(&mira, "restart DB"), "capitals do not help");
    assert!(
        !denying.may(&mira, "restart \" db\""),
        "space does not help"
    );
}

#[test]
fn all_conditions_of_a_rule_must_hold() {
    let bot = Bot::new(source(vec![
        allow(&["deploy run"], "sre")
            .when("env", &["staging"])
            .when("service", &["api"]),
    ]));
    let mira = From::person(MIRA);

    assert!(bot.may(&mira, "deploy run api --env staging"));
    assert!(!bot.may(&mira, "deploy run web --env staging"));
    assert!(!bot.may(&mira, "deploy run api --env prod"));
}

#[test]
fn a_refused_person_learns_nothing_by_mistakes_in_arguments() {
    let bot = Bot::new(source(vec![
        allow(&["deploy run"], "sre").when("env", &["staging"]),
        allow(&["deploy run"], "dev"),
        deny(&["deploy run"]).when("env", &["prod"]),
    ]));
    let wrong = "deploy run api --env nowhere --no-such-option";

    let refused = bot.refusal(&From::person(DAN), wrong).unwrap();
    let helped = bot
        .answer(&From::person(MIRA), "deploy run api --env nowhere")
        .unwrap();

    assert_eq!(
        refused,
        "Dan, deploy run is for the groups \"sre\" and \"dev\". Ask in #platform-help."
    );
    assert!(
        helped.contains("I don't know the --env \"nowhere\""),
        "{helped}"
    );
}

#[test]
fn what_depends_on_arguments_that_are_wrong_is_said_to_depend_on_them() {
    let bot = Bot::new(source(vec![
        allow(&["deploy run"], "sre").when("env", &["staging"]),
    ]));

    let judged = |person: &str, text: &str| bot.judge(&From::person(person), text);

    assert_eq!(judged(MIRA, "deploy run").decision, Decision::Depends);
    assert!(judged(MIRA, "deploy run").problem.is_some());
    assert!(
        judged(MIRA, "deploy run api env=staging")
            .decision
            .is_permitted()
    );
    let refused = judged(DAN, "deploy run");
    assert!(matches!(
        refused.decision,
        Decision::Refused(Refusal::NoRule(_))
    ));
    assert!(refused.problem.is_none());
}
