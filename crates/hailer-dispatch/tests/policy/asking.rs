//! What a policy tells about itself: what is asked for, in how much time, of whom, and where it is written.

use std::sync::Arc;
use std::time::Duration;

use hailer_activity::ObjectId;
use hailer_dispatch::{
    Approval, ApprovalRule, AskedFor, Condition, ConfirmRule, Decision, Effect, Invocation, Member,
    NearMiss, NoArgs, NotCounted, Place, Policy, PolicySource, Refusal, Registration, Registry,
    Spec, Via, Voter, Way, Whom, command_fn,
};
use hailer_reply::Reply;

use crate::setting::{Bot, DAN, From, HOME, JO, MIRA, allow, ceiling, deny, source};

const MINUTE: Duration = Duration::from_secs(60);

fn asks(approval: Approval) -> ApprovalRule {
    ApprovalRule {
        place: "hailer.toml:61".to_owned(),
        commands: vec!["drop".to_owned()],
        effects: Vec::new(),
        to: vec![Whom::Everyone],
        unless: Vec::new(),
        places: vec![Place::Webhook("ops".to_owned())],
        when: Vec::new(),
        approval,
    }
}

/// A bot with one command that asks for two people of `sre` itself, and one that tells what it knows of its sender.
fn bot(source: PolicySource) -> Bot {
    let own = Approval::by_another().of_group("sre").count(2);
    let own = own.expires(10 * MINUTE).run_within(20 * MINUTE);
    let drop = Spec::new("drop", "drops it")
        .effect(Effect::Write)
        .approval(own);
    let drop = command_fn(drop, |_: NoArgs, _| async { Ok(Reply::text("dropped")) });
    let tell = Spec::new("tell", "tells").effect(Effect::Read);
    let tell = command_fn(tell, |_: NoArgs, asked: Invocation| async move {
        let people = |name: &str| asked.people_called(name).len();
        Ok(Reply::text(format!(
            "auditor {}, Jo {}, Sue {}, Dan {}",
            asked.may_audit(),
            people(" JO lind "),
            people("sue ek"),
            people("dan")
        )))
    });
    let registrations = [Registration::new(drop), Registration::new(tell)];
    let registry = Arc::new(Registry::build(registrations).unwrap());
    let policy = Policy::build(source, registry.catalog());
    let policy = policy.unwrap_or_else(|errors| panic!("{errors}"));
    Bot {
        registry,
        policy: Arc::new(policy),
    }
}

fn open() -> PolicySource {
    source(vec![allow(&["*"], "everyone")])
}

fn told(bot: &Bot, who: &str) -> String {
    let inquiry = From::person(who).inquiry("tell");
    let call = bot.registry.dispatch(&inquiry, &bot.policy).unwrap();
    let reply = futures_util::FutureExt::now_or_never(call.run()).unwrap();
    reply.unwrap().to_plain()
}

#[test]
fn auditors_and_names_are_those_of_the_groups() {
    let note = |id: &str, name: &str| Member {
        id: id.into(),
        tenant: None,
        name: Some(name.to_owned()),
    };
    let mut policy = open();
    policy.auditors = vec!["sre".to_owned()];
    policy.groups[0].members.push(note(JO, "Jo Lind"));
    policy.groups[1]
        .members
        .push(note(&JO.to_uppercase(), "jo lind "));
    policy.groups[1].members.push(note(DAN, "Sue Ek"));
    policy.groups[1].members.push(note(MIRA, "Sue Ek"));
    let bot = bot(policy);

    assert_eq!(told(&bot, MIRA), "auditor true, Jo 1, Sue 2, Dan 0");
    assert_eq!(told(&bot, JO), "auditor true, Jo 1, Sue 2, Dan 0");
    assert_eq!(told(&bot, DAN), "auditor false, Jo 1, Sue 2, Dan 0");
}

#[test]
fn what_a_command_asks_for_itself_is_asked_for_where_nothing_is_written() {
    let bot = bot(open());
    let mira = From::person(MIRA);

    let call = bot.registry.dispatch(&mira.inquiry("drop"), &bot.policy);
    let call = call.unwrap();
    let asking = call.asking().unwrap();

    let spoken = "a yes of 2 of the group \"sre\", typed to @ops or another webhook than @ops, or on the command line";
    assert_eq!(asking.spoken(), spoken);
    assert_eq!(asking.needs()[0].count(), 2);
    assert_eq!(asking.expires(), 10 * MINUTE);
    assert_eq!(asking.run_within(), 20 * MINUTE);
    assert_eq!(asking.place(), None);
    assert!(!asking.breaks_glass());
    let jo = From::person(JO);
    let voter = Voter {
        asker: jo.asker(),
        way: Way::CommandLine,
    };
    let not_among = asking.check_voter(&voter);
    assert!(matches!(not_among, Err(NotCounted::NotAmong { .. })));
}

#[test]
fn what_is_written_asks_for_no_less_than_the_command() {
    let written = |count: u32, expires: Duration, within: Duration| {
        let approval = Approval::by_another().of_group("dev").count(count);
        asks(approval.expires(expires).run_within(within))
    };
    for (rule, count, expires, within) in [
        (written(1, MINUTE, MINUTE), 2, MINUTE, MINUTE),
        (
            written(3, 60 * MINUTE, 60 * MINUTE),
            3,
            10 * MINUTE,
            20 * MINUTE,
        ),
    ] {
        let mut policy = open();
        policy.approvals = vec![rule];
        policy.glass_breakers = vec![Whom::Group("sre".to_owned())];
        let bot = bot(policy);
        let mira = From::person(MIRA);
        let call = bot.registry.dispatch(&mira.inquiry("drop"), &bot.policy);
        let call = call.unwrap();
        let asking = call.asking().unwrap();

        assert_eq!(asking.needs().len(), 1);
        assert_eq!(asking.needs()[0].count(), count);
        assert_eq!((asking.expires(), asking.run_within()), (expires, within));
        assert_eq!(asking.place(), Some("hailer.toml:61"));
        assert!(asking.breaks_glass());
    }
}

#[test]
fn help_is_told_what_will_be_asked() {
    let mut policy = open();
    policy.confirm = ConfirmRule {
        commands: vec!["drop".to_owned()],
        ..ConfirmRule::default()
    };
    let mut rule = asks(Approval::by_another().of_group("dev"));
    rule.to = vec![Whom::Group("sre".to_owned())];
    policy.approvals = vec![rule];
    let bot = bot(policy);
    let counts = |from: &From| {
        let asked = bot.policy.asked_for("drop", from.asker());
        let needs = asked.iter().filter_map(|it| match it {
            AskedFor::Approval { need, .. } => Some(need.people()),
            _ => None,
        });
        (asked.len(), needs.collect::<Vec<_>>())
    };
    let of_dev = vec!["1 of the group \"dev\"".to_owned()];

    assert_eq!(counts(&From::person(MIRA)), (2, of_dev));
    assert_eq!(counts(&From::person(MIRA).webhook("data")), (1, Vec::new()));
    assert_eq!(counts(&From::person(JO)), (1, Vec::new()));
}

/// People know a bot by what they mention; where that says nothing, or the same for two, its webhook is named as well.
#[test]
fn ways_are_told_by_what_people_mention() {
    let named = |webhook: &str, mention: &str| {
        let mut ceiling = ceiling();
        webhook.clone_into(&mut ceiling.webhook);
        mention.clone_into(&mut ceiling.mention);
        ceiling
    };
    let mut small = named("small", "small");
    small.max_effect = Some(Effect::Read);
    let mut policy = open();
    policy.ceilings = vec![
        named("ops", ""),
        named("sre", "sre"),
        named("web", "Ops Bot"),
        small,
    ];
    for (via, ways) in [
        (
            vec![],
            "typed to @ops, @Ops Bot (webhook web) or @sre, or on the command line",
        ),
        (vec![Via::SameWebhook], "typed to @ops"),
        (
            vec![Via::OtherWebhook],
            "typed to @Ops Bot (webhook web) or @sre",
        ),
        (vec![Via::CommandLine], "on the command line"),
        (
            vec![Via::Webhook("sre".to_owned()), Via::CommandLine],
            "typed to @sre, or on the command line",
        ),
    ] {
        let approval = via.into_iter().fold(Approval::by_another(), Approval::via);
        policy.approvals = vec![asks(approval)];
        let bot = bot(policy.clone());
        let mira = From::person(MIRA);
        let call = bot.registry.dispatch(&mira.inquiry("drop"), &bot.policy);

        assert_eq!(call.unwrap().asking().unwrap().needs()[0].ways(), ways);
    }
    policy.ceilings.push(named("d", ""));
    policy.ceilings.push(named("e", ""));
    policy.approvals = vec![asks(Approval::by_another().via(Via::OtherWebhook))];
    let bot = bot(policy);
    let call = bot
        .registry
        .dispatch(&From::person(MIRA).inquiry("drop"), &bot.policy);
    let call = call.unwrap();
    assert_eq!(
        call.asking().unwrap().needs()[0].ways(),
        "typed to another webhook than @ops"
    );
}

#[test]
fn what_is_still_needed_is_counted_by_people() {
    let mut policy = open();
    policy.groups[0].members.push(Member {
        id: DAN.into(),
        tenant: Some(HOME.into()),
        name: None,
    });
    policy.approvals = vec![asks(Approval::by_another().via(Via::SameWebhook))];
    let bot = bot(policy);
    let call = bot
        .registry
        .dispatch(&From::person(MIRA).inquiry("drop"), &bot.policy);
    let call = call.unwrap();
    let asking = call.asking().unwrap();
    let [jo, dan] = [JO, DAN].map(From::person);
    let voters = [&jo, &jo, &dan].map(|it| Voter {
        asker: it.asker(),
        way: Way::Message,
    });

    let rest = |count: usize| asking.lacking(&voters[..count]);
    let one = "1 more person who may run it, typed to @ops";
    assert_eq!(
        rest(0).as_deref(),
        Some("2 more people who may run it, typed to @ops")
    );
    assert_eq!(rest(1).as_deref(), Some(one));
    assert_eq!(rest(2).as_deref(), Some(one));
    assert_eq!(rest(3), None);
    assert_eq!(asking.needs()[0].people(), "2 other people who may run it");
}

#[test]
fn a_decision_says_where_it_is_written_and_whether_to_be_alarmed() {
    let bot = Bot::new(source(vec![allow(&["restart"], "sre"), deny(&["status"])]));
    let mira = From::person(MIRA);
    let decision = |text: &str| bot.judge(&mira, text).decision;

    assert!(
        decision("restart api")
            .place()
            .unwrap()
            .starts_with("hailer.toml:")
    );
    assert!(
        decision("status")
            .place()
            .unwrap()
            .starts_with("hailer.toml:")
    );
    assert_eq!(decision("deploy status").place(), None);
    assert_eq!(Decision::Depends.place(), None);
    let place: Arc<str> = "hailer.toml:1".into();
    for (refusal, is_alarming) in [
        (
            Refusal::OtherTenant {
                place: Arc::clone(&place),
            },
            true,
        ),
        (Refusal::OtherTeam { place }, true),
        (Refusal::Blocked, false),
        (Refusal::NoIdentity, false),
    ] {
        assert_eq!(refusal.is_alarming(), is_alarming, "{refusal}");
    }
}

#[test]
fn the_nearest_rule_is_told_with_what_would_help() {
    let near = |is_elsewhere: bool, elsewhere: &[&str], groups: &[&str]| {
        let texts = |of: &[&str]| of.iter().map(|it| (*it).into()).collect();
        NearMiss {
            place: Some("hailer.toml:9".into()),
            is_elsewhere,
            elsewhere: texts(elsewhere),
            groups: texts(groups),
            ..NearMiss::default()
        }
        .to_string()
    };

    let begins = "no rule allows it; the rule at hailer.toml:9 would, ";
    for (said, ends) in [
        (near(true, &["deploys"], &["sre"]), "in deploys"),
        (near(true, &[], &["sre"]), "in another place"),
        (near(false, &["deploys"], &["sre"]), "for sre"),
        (near(false, &[], &[]), "for others"),
    ] {
        assert_eq!(said, format!("{begins}{ends}"));
    }
}

/// Both ends of a range belong to it, also where one side has a fraction.
#[test]
fn a_range_has_both_its_ends() {
    for (range, batch, may) in [
        ("2.0..3.0", 2, true),
        ("2.0..3.0", 3, true),
        ("2.5..3.0", 2, false),
        ("1.0..1.5", 2, false),
    ] {
        let mut rule = allow(&["deploy run"], "everyone");
        rule.when = vec![Condition {
            argument: "batch".to_owned(),
            values: vec![range.to_owned()],
        }];
        let bot = Bot::new(source(vec![rule]));
        let text = format!("ship api --batch {batch}");

        assert_eq!(bot.may(&From::person(MIRA), &text), may, "{range} {batch}");
    }
}

#[test]
fn ids_of_people_ignore_capitals() {
    let mut policy = open();
    policy.blocked = vec![ObjectId::from(MIRA.to_uppercase().as_str())];

    assert!(!bot(policy).may(&From::person(MIRA), "tell"));
}
