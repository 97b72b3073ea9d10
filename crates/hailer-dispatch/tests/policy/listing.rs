//! What people see: only what they may run where they are.

use hailer_dispatch::Place;

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
