//! Every combination of people, places, commands and arguments under several policies, against the plain model.

use hailer_dispatch::{
    DefaultPermission, Effect, Misunderstanding, NamedChannel, Place, PolicySource, Rule,
};

use crate::model::{Asked, decide};
use crate::setting::{AWAY, Bot, DAN, From, HOME, JO, MIRA, With, allow, ceiling, deny, source};

/// What is typed, and what it means.
fn commands() -> Vec<(&'static str, Asked)> {
    let asked = |path, effect, arguments: &[(&'static str, &'static str)]| Asked {
        path,
        effect,
        arguments: arguments.to_vec(),
    };
    let run = |arguments: &[_]| asked("deploy run", Effect::Write, arguments);
    let (read, write) = (Effect::Read, Effect::Write);
    vec![
        ("help", asked("help", read, &[])),
        ("whoami", asked("whoami", read, &[])),
        ("why", asked("why", read, &[])),
        ("can", asked("can", write, &[])),
        ("status", asked("status", read, &[])),
        ("deploy status", asked("deploy status", read, &[])),
        (
            "deploy rollback",
            asked("deploy rollback", Effect::Destructive, &[]),
        ),
        (
            "restart api",
            asked("restart", write, &[("services", "api")]),
        ),
        ("restart db", asked("restart", write, &[("services", "db")])),
        ("ship api", run(&[("service", "api"), ("batch", "1")])),
        (
            "ship api batch=9",
            run(&[("service", "api"), ("batch", "9")]),
        ),
        (
            "ship api env=PROD",
            run(&[("service", "api"), ("env", "prod"), ("batch", "1")]),
        ),
        (
            "ship web env=live --batch 02",
            run(&[("service", "web"), ("env", "prod"), ("batch", "2")]),
        ),
        (
            "ship web env=staging",
            run(&[("service", "web"), ("env", "staging"), ("batch", "1")]),
        ),
    ]
}

/// Everybody, everywhere.
fn speakers() -> Vec<From> {
    let people = [Some(MIRA), Some(JO), Some(DAN), Some("29:1kPq7R"), None];
    let mut speakers = Vec::new();
    for person in people {
        for webhook in ["ops", "data", "plain"] {
            for tenant in [Some(HOME), Some(AWAY), None] {
                for team in [Some("19:home"), Some("19:away")] {
                    for channel in [Some("19:general"), Some("19:deploys"), None] {
                        speakers.push(From {
                            tenant: tenant.map(Into::into),
                            person: person.map(Into::into),
                            webhook: webhook.to_owned(),
                            team: team.map(Into::into),
                            channel: channel.map(Into::into),
                        });
                    }
                }
            }
        }
    }
    speakers
}

fn policies() -> Vec<PolicySource> {
    let mut ops = ceiling();
    ops.tenant = Some(HOME.into());
    ops.team = Some("19:home".into());
    let mut data = ceiling();
    "data".clone_into(&mut data.webhook);
    "hailer.toml:2".clone_into(&mut data.place);
    data.max_effect = Some(Effect::Write);
    data.commands = Some(vec!["*status".to_owned(), "deploy r*".to_owned()]);
    data.channels = vec![NamedChannel {
        id: "19:deploys".into(),
        name: None,
    }];
    let mut plain = ceiling();
    "plain".clone_into(&mut plain.webhook);
    let ceilings = [ops, data, plain];
    let mut policies = Vec::new();
    for default in [
        DefaultPermission::Read,
        DefaultPermission::Deny,
        DefaultPermission::Allow,
    ] {
        for rules in rule_sets() {
            let mut policy = PolicySource {
                default,
                ceilings: ceilings.to_vec(),
                blocked: vec![DAN.into()],
                ..source(numbered(rules))
            };
            policy.groups[1].members[0].tenant = Some(HOME.into());
            if default == DefaultPermission::Read {
                policy.blocked.clear();
            }
            policies.push(policy);
        }
    }
    policies
}

/// Each rule gets a line of its own, so that the wrong one is told from the right one.
fn numbered(mut rules: Vec<Rule>) -> Vec<Rule> {
    for (index, rule) in rules.iter_mut().enumerate() {
        rule.place = format!("hailer.toml:{}", 10 + index);
    }
    rules
}

fn rule_sets() -> Vec<Vec<Rule>> {
    let deploys = || Place::Channel("19:deploys".into());
    let effect = |mut rule: Rule, effect| {
        rule.effects.push(effect);
        rule
    };
    vec![
        vec![],
        vec![allow(&["*"], "sre"), allow(&["deploy *"], "dev")],
        vec![
            allow(&["deploy run"], "dev").when("env", &["staging"]),
            allow(&["deploy *"], "sre").at(deploys()),
            deny(&["deploy rollback"]).unless("sre"),
        ],
        vec![
            deny(&["deploy run"]).when("batch", &["5.."]),
            deny(&["restart"]).when("services", &["d*"]).unless("dev"),
            allow(&["*"], "everyone").at(Place::Team("19:home".into())),
        ],
        vec![
            allow(&["*r*"], "sre")
                .at(Place::Webhook("ops".to_owned()))
                .at(deploys()),
            allow(&["*r*"], "dev")
                .at(Place::Webhook("data".to_owned()))
                .at(Place::Webhook("plain".to_owned())),
            effect(deny(&["*"]), Effect::Destructive).unless("dev"),
        ],
        vec![
            effect(allow(&["*"], "everyone"), Effect::Write).unless("dev"),
            allow(&["deploy run"], "dev")
                .when("env", &["prod", "staging"])
                .when("batch", &["1..3"]),
            deny(&["*status"])
                .at(Place::Team("19:away".into()))
                .unless("sre"),
        ],
    ]
}

#[test]
fn no_cell_of_the_product_differs_from_the_plain_model() {
    let commands = commands();
    let speakers = speakers();
    let mut cells = 0;
    let mut permitted = 0;
    for policy in policies() {
        let bot = Bot::new(policy.clone());
        for from in &speakers {
            for (typed, asked) in &commands {
                let expected = decide(&policy, from, asked);
                let dispatched = bot.registry.dispatch(&from.inquiry(typed), &bot.policy);
                let found = match dispatched {
                    Ok(call) => (true, call.permit().grant().place().map(str::to_owned)),
                    Err(Misunderstanding::NotPermitted { refusal, .. }) => {
                        (false, refusal.place().map(str::to_owned))
                    }
                    Err(other) => panic!("{typed}: {other:?}"),
                };
                assert_eq!(found, expected, "{typed}\n{from:?}\n{policy:#?}");
                cells += 1;
                permitted += usize::from(found.0);
            }
        }
    }

    assert!(cells >= 50_000, "{cells}");
    assert!(
        (cells / 10..cells).contains(&permitted),
        "{permitted} of {cells}"
    );
}
