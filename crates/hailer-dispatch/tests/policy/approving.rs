//! What holds a permitted call back, and whose yes lets it go: every combination against a plain model.

use std::collections::BTreeSet;
use std::time::Duration;

use hailer_dispatch::{
    Approval, ApprovalRule, Asking, Call, Condition, ConfirmRule, Effect, Evidence, Group, Member,
    Place, PolicySource, Unreleased, Via, Voter, Way, Whom,
};

use crate::setting::{AWAY, Bot, DAN, From, HOME, JO, MIRA, allow, ceiling, source};

const SUE: &str = "c29d3e4f-0000-4000-8000-000000000004";

/// Mira and Sue are in `sre`, Jo is in `dev`; all may run everything; data's key may not do what is destructive.
fn with(approvals: Vec<ApprovalRule>) -> PolicySource {
    let mut policy = source(vec![allow(&["*"], "everyone")]);
    let sue = Member {
        id: SUE.into(),
        tenant: Some(HOME.into()),
        name: None,
    };
    policy.groups[0].members.push(sue);
    let mut data = ceiling();
    "data".clone_into(&mut data.webhook);
    data.max_effect = Some(Effect::Write);
    let mut plain = ceiling();
    "plain".clone_into(&mut plain.webhook);
    policy.ceilings = vec![ceiling(), data, plain];
    policy.blocked = vec![DAN.into()];
    PolicySource {
        approvals,
        ..policy
    }
}

fn asks(command: &str, approval: Approval) -> ApprovalRule {
    ApprovalRule {
        place: "hailer.toml:61".to_owned(),
        commands: vec![command.to_owned()],
        effects: Vec::new(),
        to: vec![Whom::Everyone],
        unless: Vec::new(),
        places: Vec::new(),
        when: Vec::new(),
        approval,
    }
}

fn prod(mut rule: ApprovalRule) -> ApprovalRule {
    rule.when = vec![Condition {
        argument: "env".to_owned(),
        values: vec!["prod".to_owned()],
    }];
    rule
}

fn call(bot: &Bot, from: &From, text: &str) -> Call {
    bot.registry
        .dispatch(&from.inquiry(text), &bot.policy)
        .unwrap_or_else(|it| panic!("{text}: {it:?}"))
}

fn answer(call: Call) -> String {
    match futures_util::FutureExt::now_or_never(call.run()).unwrap() {
        Ok(reply) => reply.to_plain(),
        Err(error) => error.reply().unwrap().to_plain(),
    }
}

#[test]
fn a_call_that_is_held_back_does_not_run() {
    let bot = Bot::new(with(vec![prod(asks("deploy run", Approval::by_another()))]));
    let mira = From::person(MIRA);

    for (text, told) in [
        ("ship api env=staging", "shipped"),
        (
            "ship api env=LIVE",
            "Nothing was started: it needs a yes of 1 other person who may run it, typed to @ops, @data or @plain, or on the command line (hailer.toml:61).",
        ),
        (
            "deploy rollback",
            "Nothing was started: the sender is asked again.",
        ),
    ] {
        assert_eq!(answer(call(&bot, &mira, text)), told, "{text}");
    }
}

#[test]
fn what_is_approved_is_one_call_of_one_person_in_one_place() {
    let bot = Bot::new(with(vec![asks("deploy run", Approval::by_another())]));
    let mira = From::person(MIRA);
    let digest = |from: &From, text: &str| {
        let call = call(&bot, from, text);
        call.asking().unwrap().digest().to_owned()
    };
    let first = digest(&mira, "ship api env=prod");

    assert_eq!(digest(&mira, "deploy run  api --env LIVE"), first);
    for (other, text) in [
        (mira.clone(), "ship web env=prod"),
        (mira.clone(), "ship api env=staging"),
        (mira.clone(), "ship api env=prod batch=2"),
        (From::person(SUE), "ship api env=prod"),
        (mira.clone().webhook("plain"), "ship api env=prod"),
        (mira.clone().tenant(AWAY), "ship api env=prod"),
        (mira.clone().team("19:away"), "ship api env=prod"),
        (mira.clone().channel("19:deploys"), "ship api env=prod"),
    ] {
        assert_ne!(digest(&other, text), first, "{other:?} {text}");
    }
    let jo = From::person(JO);
    let voters = vec![Voter {
        asker: jo.asker(),
        way: Way::Message,
    }];
    let evidence = Evidence {
        digest: &first,
        voters,
        ..Evidence::default()
    };
    let changed = call(&bot, &mira, "ship web env=prod").release(&evidence);
    assert_eq!(changed.err(), Some(Unreleased::Changed));
    let same = call(&bot, &mira, "ship api env=prod").release(&evidence);
    assert_eq!(answer(same.unwrap()), "shipped");
}

#[test]
fn a_confirmation_is_asked_of_what_is_destructive_and_of_what_is_named() {
    let mut policy = with(Vec::new());
    policy.confirm = ConfirmRule {
        commands: vec!["restart".to_owned(), "why".to_owned()],
        within: Duration::from_secs(30),
        ..ConfirmRule::default()
    };
    let mira = From::person(MIRA);
    let confirm = |policy: &PolicySource, text: &str| {
        let bot = Bot::new(policy.clone());
        let call = call(&bot, &mira, text);
        call.asking().and_then(|asking| asking.confirm())
    };
    let half = Some(Duration::from_secs(30));

    assert_eq!(confirm(&policy, "deploy rollback"), half);
    assert_eq!(confirm(&policy, "restart api"), half);
    assert_eq!(confirm(&policy, "ship api"), None);
    assert_eq!(
        confirm(&policy, "why"),
        None,
        "everybody may always ask why"
    );
    policy.confirm.except = vec!["deploy *".to_owned()];
    assert_eq!(confirm(&policy, "deploy rollback"), None);
    policy.confirm.except.clear();
    policy.confirm.destructive = false;
    assert_eq!(confirm(&policy, "deploy rollback"), None);
}

/// One way in which somebody says yes, as the model sees it.
#[derive(Debug, Clone, Copy)]
struct Yes {
    person: &'static str,
    tenant: &'static str,
    webhook: &'static str,
    by_message: bool,
}

/// The rights that the model knows, written down anew.
fn counts(yes: Yes, groups: &[&str], ways: &[Via], is_destructive: bool) -> bool {
    let in_sre = yes.person == MIRA || (yes.person == SUE && yes.tenant == HOME);
    let among = groups.is_empty()
        || (groups.contains(&"sre") && in_sre)
        || (groups.contains(&"dev") && yes.person == JO);
    let by_default = [Via::OtherWebhook, Via::CommandLine];
    let ways = match (ways, is_destructive) {
        ([], true) => &by_default[..],
        ([], false) => return among && yes.person != MIRA && yes.person != DAN,
        (ways, _) => ways,
    };
    let way = ways.iter().any(|via| match via {
        Via::SameWebhook => yes.by_message && yes.webhook == "ops",
        Via::OtherWebhook => yes.by_message && yes.webhook != "ops",
        Via::Webhook(name) => yes.by_message && yes.webhook == name,
        Via::CommandLine => !yes.by_message,
    });
    let strong_enough = yes.webhook != "data" || !is_destructive;
    yes.person != MIRA && yes.person != DAN && among && way && strong_enough
}

fn every_yes() -> Vec<Yes> {
    let mut all = Vec::new();
    for person in [MIRA, SUE, JO, DAN] {
        for tenant in [HOME, AWAY] {
            for webhook in ["ops", "data", "plain"] {
                for by_message in [true, false] {
                    all.push(Yes {
                        person,
                        tenant,
                        webhook,
                        by_message,
                    });
                }
            }
        }
    }
    all
}

/// What one cell of the product asks for.
struct Cell {
    groups: &'static [&'static str],
    ways: Vec<Via>,
    count: u32,
    is_destructive: bool,
}

impl Cell {
    /// Compares every pair of yeses with the model; returns how many there were, and how many sufficed.
    fn compare(&self, yeses: &[Yes]) -> (usize, usize) {
        let approval = self
            .groups
            .iter()
            .fold(Approval::by_another(), |it, group| it.of_group(*group));
        let approval = self.ways.iter().cloned().fold(approval, Approval::via);
        let bot = Bot::new(with(vec![asks("deploy *", approval.count(self.count))]));
        let text = if self.is_destructive {
            "deploy rollback"
        } else {
            "ship api env=prod"
        };
        let held = call(&bot, &From::person(MIRA), text);
        let asking = held.asking().unwrap();
        let (mut cells, mut released) = (0, 0);
        for first in yeses {
            for second in yeses {
                let found = suffice(asking, [first, second]);
                let expected = self.expected([first, second]);
                let Self {
                    groups,
                    ways,
                    count,
                    ..
                } = self;
                assert_eq!(
                    found, expected,
                    "{text} {groups:?} {ways:?} {count}\n{first:?}\n{second:?}"
                );
                cells += 1;
                released += usize::from(found);
            }
        }
        (cells, released)
    }

    fn expected(&self, yeses: [&Yes; 2]) -> bool {
        let good = |yes: &&Yes| counts(**yes, self.groups, &self.ways, self.is_destructive);
        let people: BTreeSet<&str> = yeses.into_iter().filter(good).map(|it| it.person).collect();
        people.len() >= usize::try_from(self.count).unwrap()
    }
}

fn suffice(asking: &Asking, yeses: [&Yes; 2]) -> bool {
    let standing = yeses.map(|yes| {
        From::person(yes.person)
            .tenant(yes.tenant)
            .webhook(yes.webhook)
    });
    let voters: Vec<Voter<'_>> = standing
        .iter()
        .zip(yeses)
        .map(|(from, yes)| Voter {
            asker: from.asker(),
            way: if yes.by_message {
                Way::Message
            } else {
                Way::CommandLine
            },
        })
        .collect();
    asking.check_votes(&voters).is_ok()
}

#[test]
fn no_combination_of_people_and_ways_differs_from_the_plain_model() {
    let group_sets: [&[&str]; 4] = [&[], &["sre"], &["dev"], &["sre", "dev"]];
    let way_sets = [
        vec![],
        vec![Via::SameWebhook],
        vec![Via::OtherWebhook],
        vec![Via::Webhook("plain".to_owned()), Via::CommandLine],
        vec![Via::CommandLine],
    ];
    let yeses = every_yes();
    let (mut cells, mut released) = (0, 0);
    for groups in group_sets {
        for ways in &way_sets {
            for (count, is_destructive) in [(1, false), (1, true), (2, false), (2, true)] {
                let cell = Cell {
                    groups,
                    ways: ways.clone(),
                    count,
                    is_destructive,
                };
                let (all, good) = cell.compare(&yeses);
                cells += all;
                released += good;
            }
        }
    }

    assert!(cells > 50_000, "{cells}");
    assert!(
        (cells / 50..cells / 2).contains(&released),
        "{released} of {cells}"
    );
}

#[test]
fn a_configuration_says_who_and_never_less_than_the_command() {
    let rule = asks("deploy run", Approval::by_another().of_group("sre"));
    let at = ApprovalRule {
        places: vec![Place::Webhook("plain".to_owned())],
        ..rule
    };
    let bot = Bot::new(with(vec![at]));
    let held = |webhook: &str| {
        let from = From::person(MIRA).webhook(webhook);
        call(&bot, &from, "ship api")
            .asking()
            .map(ToString::to_string)
    };

    assert_eq!(held("ops"), None);
    assert_eq!(
        held("plain").as_deref(),
        Some(
            "it needs a yes of 1 of the group \"sre\", typed to @plain, @data or @ops, or on the command line (hailer.toml:61)"
        )
    );
}

#[test]
fn a_group_that_nobody_knows_approves_nothing() {
    let mut policy = with(vec![asks(
        "deploy run",
        Approval::by_another().of_group("later"),
    )]);
    policy.groups.push(Group {
        name: "later".to_owned(),
        is_unknown: true,
        ..Group::default()
    });
    let bot = Bot::new(policy);
    let held = call(&bot, &From::person(MIRA), "ship api");
    let jo = From::person(JO);
    let voter = Voter {
        asker: jo.asker(),
        way: Way::CommandLine,
    };

    assert!(held.asking().unwrap().check_voter(&voter).is_err());
}

#[test]
fn broken_glass_spares_only_who_is_named() {
    for (breakers, runs) in [
        (vec![Whom::Group("sre".to_owned())], true),
        (Vec::new(), false),
    ] {
        let mut policy = with(vec![asks("deploy run", Approval::by_another())]);
        policy.glass_breakers = breakers;
        let bot = Bot::new(policy);
        let held = call(&bot, &From::person(MIRA), "ship api");
        let digest = held.asking().unwrap().digest().to_owned();
        let evidence = Evidence {
            digest: &digest,
            glass_is_broken: true,
            ..Evidence::default()
        };

        assert_eq!(held.release(&evidence).is_ok(), runs);
    }
}
