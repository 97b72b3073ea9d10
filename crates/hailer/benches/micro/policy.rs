//! What it costs to decide who may run what, with few rules for other commands and with many.

use std::sync::Arc;

use divan::Bencher;
use hailer_dispatch::{
    Asker, Condition, Group, Inquiry, Member, Policy, PolicySource, Registry, Rule, Verdict, Whom,
};

use crate::sample::{BOT, inquiry, registry};

const RULES: [usize; 3] = [10, 100, 1_000];

/// More than there are rules, so that each rule can speak of a command of its own.
const COMMANDS: usize = 1_100;

const TEXT: &str = "deploy run api 1.2.3 --env prod --dry-run";

/// The decision alone.
#[divan::bench(args = RULES)]
fn decide(bencher: Bencher<'_, '_>, rules: usize) {
    let message = inquiry(TEXT);
    let policy = policy(&registry(COMMANDS), &message, rules);

    bencher.bench(|| policy.decide_about("deploy run", Asker::of(&message.activity, BOT)));
}

/// From the text to a call that may run, by a rule that looks at an argument.
#[divan::bench(args = RULES)]
fn dispatch(bencher: Bencher<'_, '_>, rules: usize) {
    let message = inquiry(TEXT);
    let registry = Arc::new(registry(COMMANDS));
    let policy = Arc::new(policy(&registry, &message, rules));

    bencher.bench(|| registry.dispatch(&message, &policy));
}

/// Rules for `deploy run`, always the same, among as many for other commands as it takes.
fn policy(registry: &Registry, message: &Inquiry, rules: usize) -> Policy {
    let from = message.activity.from.as_ref();
    let person = from.and_then(|it| it.aad_object_id.clone());
    let sre = Group {
        name: "sre".to_owned(),
        members: person
            .map(|id| Member {
                id,
                tenant: None,
                name: None,
            })
            .into_iter()
            .collect(),
        is_unknown: false,
    };
    let mut all = vec![
        rule(Verdict::Deny, "deploy run", Some(("env", "nowhere*"))),
        rule(Verdict::Allow, "deploy run", Some(("env", "prod"))),
        rule(Verdict::Allow, "deploy run", None),
    ];
    let others = (0..rules - all.len()).map(|index| {
        let verdict = match index % 2 {
            0 => Verdict::Allow,
            _ => Verdict::Deny,
        };
        rule(verdict, &format!("service{index} *"), None)
    });
    all.splice(1..1, others);
    let source = PolicySource {
        groups: vec![sre],
        rules: all,
        ..PolicySource::default()
    };
    Policy::build(source, registry.catalog()).expect("the rules are right")
}

fn rule(verdict: Verdict, commands: &str, when: Option<(&str, &str)>) -> Rule {
    Rule {
        place: "hailer.toml:1".to_owned(),
        verdict,
        commands: vec![commands.to_owned()],
        effects: Vec::new(),
        to: vec![Whom::Group("sre".to_owned())],
        unless: Vec::new(),
        places: Vec::new(),
        when: when
            .map(|(argument, value)| Condition {
                argument: argument.to_owned(),
                values: vec![value.to_owned()],
            })
            .into_iter()
            .collect(),
        say: None,
    }
}
