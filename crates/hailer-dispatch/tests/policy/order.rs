//! A rule that denies beats every rule that allows, whatever their order.

use hailer_dispatch::{DefaultPermission, PolicySource, Rule};
use proptest::prelude::{Just, Strategy, prop_assert, prop_assert_eq, prop_oneof, proptest};

use crate::setting::{Bot, DAN, From, JO, MIRA, With, allow, deny, source};

const TEXTS: [&str; 6] = [
    "status",
    "deploy status",
    "deploy run api",
    "deploy run api --env prod",
    "deploy rollback",
    "restart db",
];

fn any_rule() -> impl Strategy<Value = Rule> {
    let commands = prop_oneof![
        Just("*"),
        Just("deploy *"),
        Just("deploy run"),
        Just("restart"),
        Just("*stat*"),
    ];
    let group = prop_oneof![Just("sre"), Just("dev"), Just("everyone")];
    (commands, group, 0..4_u8).prop_map(|(commands, group, kind)| match kind {
        0 => deny(&[commands]).unless(group),
        1 if commands == "deploy run" => deny(&[commands]).when("env", &["prod"]),
        1 => deny(&[commands]),
        2 if commands == "deploy run" => allow(&[commands], group).when("env", &["*"]),
        _ => allow(&[commands], group),
    })
}

fn answers(rules: Vec<Rule>) -> Vec<bool> {
    let bot = Bot::new(PolicySource {
        default: DefaultPermission::Read,
        ..source(rules)
    });
    let people = [MIRA, JO, DAN];
    let of = |id: &&str| TEXTS.map(|text| bot.may(&From::person(id), text));
    people.iter().flat_map(of).collect()
}

proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(48))]

    #[test]
    fn the_order_of_rules_decides_nothing(
        (rules, shuffled) in proptest::collection::vec(any_rule(), 0..7)
            .prop_flat_map(|rules| (Just(rules.clone()), Just(rules).prop_shuffle())),
    ) {
        prop_assert_eq!(answers(rules), answers(shuffled));
    }

    #[test]
    fn a_rule_that_denies_lets_nobody_do_more(
        rules in proptest::collection::vec(any_rule(), 0..6),
        place in 0..6_usize,
    ) {
        let before = answers(rules.clone());
        let mut more = rules;
        more.insert(place.min(more.len()), deny(&["deploy *"]));
        let after = answers(more);
        for (before, after) in before.iter().zip(&after) {
            prop_assert!(*before || !*after);
        }
        for (index, may) in after.iter().enumerate() {
            let is_deploy = TEXTS[index % TEXTS.len()].starts_with("deploy ");
            prop_assert!(!(is_deploy && *may));
        }
    }
}
