//! What people see: only what they may run where they are.

use std::sync::Arc;

use futures_util::FutureExt;
use hailer_dispatch::{
    Effect, Invocation, NoArgs, Place, Policy, Registration, Registry, Spec, command_fn,
};
use hailer_reply::Reply;

use crate::setting::{Bot, DAN, From, MIRA, With, allow, deny, source};

fn listed(bot: &Bot, from: &From) -> Vec<String> {
    let catalog = bot.registry.catalog_for(from.asker(), &bot.policy);
    catalog.iter().map(|it| it.path().to_owned()).collect()
}

#[test]
fn only_what_may_be_run_here_is_listed_and_suggested() {
    let bot = Bot::new(source(vec![
        allow(&["deploy rollback"], "sre").at(Place::Channel("19:deploys".into())),
        allow(&["deploy run"], "sre").when("env", &["staging"]),
        deny(&["status"]).unless("sre"),
    ]));
    let mira = From::person(MIRA);

    let everywhere = [
        "help",
        "whoami",
        "status",
        "deploy status",
        "deploy run",
        "why",
    ];
    assert_eq!(listed(&bot, &mira), everywhere);
    assert!(
        listed(&bot, &mira.clone().channel("19:deploys")).contains(&"deploy rollback".to_owned())
    );
    assert_eq!(
        listed(&bot, &From::person(DAN)),
        ["help", "whoami", "deploy status", "why"]
    );
    let suggested = |from: &From| {
        let answer = bot.answer(from, "deploy rolback").unwrap();
        answer.contains("deploy rollback")
    };
    assert!(suggested(&mira.clone().channel("19:deploys")));
    assert!(!suggested(&mira));
}

#[test]
fn a_command_sees_the_groups_of_its_sender_and_why_it_may_run() {
    let spec = Spec::new("who", "says who asks").effect(Effect::Write);
    let who = command_fn(spec, |_: NoArgs, invocation: Invocation| async move {
        let groups = invocation.groups().join(" ");
        let place = invocation.permit().grant().place().map(str::to_owned);
        Ok(Reply::text(format!(
            "{groups} by {}",
            place.unwrap_or_default()
        )))
    });
    let registry = Arc::new(Registry::build([Registration::new(who)]).unwrap());
    let policy = Policy::build(source(vec![allow(&["who"], "sre")]), registry.catalog());
    let policy = Arc::new(policy.unwrap());
    let (mira, dan) = (From::person(MIRA), From::person(DAN));

    let call = registry.dispatch(&mira.inquiry("who"), &policy).unwrap();
    let reply = call.run().now_or_never().unwrap().unwrap();

    assert_eq!(reply.to_plain(), "sre by hailer.toml:10");
    assert!(policy.decide_about("who", mira.asker()).is_permitted());
    assert!(!policy.decide_about("who", dan.asker()).is_permitted());
    assert!(!policy.decide_about("nothing", mira.asker()).is_permitted());
}
