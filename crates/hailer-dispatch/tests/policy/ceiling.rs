//! What a webhook can do at most, and who is kept from everything.

use hailer_dispatch::{Effect, NamedChannel, PolicySource};

use crate::setting::{AWAY, Bot, DAN, From, HOME, JO, MIRA, allow, ceiling, source};

fn pinned() -> Bot {
    let mut ceiling = ceiling();
    ceiling.tenant = Some(HOME.into());
    ceiling.team = Some("19:home".into());
    Bot::new(PolicySource {
        ceilings: vec![ceiling],
        ..source(vec![allow(&["*"], "everyone")])
    })
}

#[test]
fn a_key_of_another_team_opens_nothing_not_even_help() {
    let bot = pinned();
    let mira = From::person(MIRA);
    let nowhere = From {
        tenant: None,
        ..mira.clone()
    };
    let in_no_team = From {
        team: None,
        ..mira.clone()
    };

    assert!(bot.may(&mira, "deploy rollback"));
    assert!(bot.may(&mira.clone().tenant(&HOME.to_uppercase()), "help"));
    for from in [
        mira.clone().tenant(AWAY),
        mira.clone().team("19:away"),
        nowhere,
        in_no_team,
    ] {
        for text in [
            "help",
            "whoami",
            "status",
            "deploy rollback",
            "no such command",
            "",
        ] {
            let refusal = bot.refusal(&from, text).unwrap();
            assert!(refusal.contains("I do nothing here"), "{text}: {refusal}");
        }
    }
}

#[test]
fn who_is_blocked_may_do_nothing_however_the_id_is_written() {
    let bot = Bot::new(PolicySource {
        blocked: vec![MIRA.to_uppercase().as_str().into()],
        ..source(vec![allow(&["*"], "everyone")])
    });

    for text in ["help", "whoami", "status", "deploy run api", "nonsense"] {
        assert_eq!(
            bot.refusal(&From::person(MIRA), text).as_deref(),
            Some("Dan, you are blocked here. Ask in #platform-help."),
            "{text}"
        );
    }
    assert!(bot.may(&From::person(JO), "status"));
}

#[test]
fn without_an_id_that_rules_can_name_only_help_is_given() {
    let bot = Bot::new(source(vec![allow(&["*"], "everyone")]));
    let nobody = From {
        person: None,
        ..From::person(DAN)
    };

    for from in [
        nobody,
        From::person(""),
        From::person("29:1kPq7R"),
        From::person("*"),
    ] {
        for text in ["help", "whoami"] {
            assert!(bot.may(&from, text), "{text}");
        }
        for text in ["status", "deploy status", "deploy rollback", "why"] {
            assert!(!bot.may(&from, text), "{text}");
        }
    }
}

#[test]
fn the_name_alone_of_what_everybody_may_run_opens_nothing() {
    let bot = Bot::new(source(Vec::new()));

    assert!(bot.may(&From::person(MIRA), "why"));
    assert!(!bot.may(&From::person(MIRA), "can"));
}

#[test]
fn no_rule_lifts_the_ceiling_of_a_webhook() {
    let mut ceiling = ceiling();
    ceiling.max_effect = Some(Effect::Write);
    ceiling.commands = Some(vec!["deploy *".to_owned(), "status".to_owned()]);
    let bot = Bot::new(PolicySource {
        ceilings: vec![ceiling],
        ..source(vec![allow(&["*"], "everyone")])
    });
    let mira = From::person(MIRA);

    assert!(bot.may(&mira, "deploy run api"));
    assert!(bot.may(&mira, "help") && bot.may(&mira, "why"));
    assert_eq!(
        bot.refusal(&mira, "deploy rollback").as_deref(),
        Some(
            "Dan, only commands that can be undone run here, and deploy rollback does more. Ask in #platform-help."
        )
    );
    assert_eq!(
        bot.refusal(&mira, "restart api").as_deref(),
        Some("Dan, restart does not run here. Ask in #platform-help.")
    );
    assert!(bot.may(&mira.webhook("other"), "deploy rollback"));
}

#[test]
fn commands_run_in_the_channels_of_a_webhook_and_help_everywhere() {
    let mut ceiling = ceiling();
    ceiling.channels = vec![NamedChannel {
        id: "19:deploys".into(),
        name: Some("deploys".to_owned()),
    }];
    let bot = Bot::new(PolicySource {
        ceilings: vec![ceiling],
        ..source(Vec::new())
    });
    let jo = From::person(JO);
    let nowhere = From {
        channel: None,
        ..jo.clone()
    };

    assert!(bot.may(&jo.clone().channel("19:deploys"), "status"));
    assert!(bot.may(&jo, "whoami"));
    assert_eq!(
        bot.refusal(&jo, "status").as_deref(),
        Some("status works in deploys, not here.")
    );
    assert!(!bot.may(&nowhere, "status"));
}
