//! `[[policy_test]]`: what rules are expected to say, written beside them and run by `hailer check`.

use hailer_dispatch::Group;

use super::code;
use super::problem::Problem;
use super::section::Section;
use super::spots::Spots;
use super::standpoint::{Standpoint, Wanted};
use super::webhook::WebhookConfig;

/// What rules are expected to say to somebody, somewhere, about one command.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PolicyTest {
    /// What is typed.
    pub command: String,
    /// Who types it, and where.
    pub standpoint: Standpoint,
    /// What the rules should say.
    pub expect: Expectation,
    /// The line of the rule or webhook that should decide; none when any may.
    pub rule: Option<i64>,
    spots: Spots,
}

/// What rules are expected to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expectation {
    /// It runs; the sender may be asked whether they mean it.
    Allow,
    /// It does not run.
    Deny,
    /// It runs when the sender has said so twice.
    Confirm,
    /// It runs when others have said yes.
    Approval,
}

/// Reads all tests, in the order of the file.
pub(super) fn read(
    top: &Section<'_>,
    webhooks: &[WebhookConfig],
    groups: &[Group],
) -> Vec<PolicyTest> {
    let tables = top.tables("policy_test");
    let read = |table: &Section<'_>| read_one(table, webhooks, groups);
    tables.iter().filter_map(read).collect()
}

fn read_one(
    table: &Section<'_>,
    webhooks: &[WebhookConfig],
    groups: &[Group],
) -> Option<PolicyTest> {
    let verdicts = [
        ("allow", Expectation::Allow),
        ("deny", Expectation::Deny),
        ("confirm", Expectation::Confirm),
        ("approval", Expectation::Approval),
    ];
    let (command, person) = (table.string("command"), table.string("as"));
    let (expect, rule) = (table.choice("expect", &verdicts), table.integer("rule"));
    let places = match table.entry("in").map(|it| it.node.as_text().is_some()) {
        Some(true) => table.string("in").into_iter().collect(),
        Some(false) => table.strings("in").unwrap_or_default(),
        None => Vec::new(),
    };
    for key in ["command", "as", "expect"] {
        if table.entry(key).is_none() {
            let text = format!("this test has no `{key}`");
            let help = "write command = \"deploy run api\", as = \"anyone\", expect = \"deny\"";
            table.note_missing(Problem::error(code::MISSING_KEY, text).with_help(help));
        }
    }
    let (command, person) = (command?, person?);
    let wanted = Wanted {
        person: &person,
        places: &places,
        tenant: None,
    };
    let standpoint = match Standpoint::find(&wanted, webhooks, groups) {
        Ok(standpoint) => standpoint,
        Err(wrong) => {
            let problem = Problem::error(code::NOT_IN_RULE, wrong.text).with_help(wrong.help);
            table.note_at(wrong.key, problem);
            return None;
        }
    };
    Some(PolicyTest {
        command,
        standpoint,
        expect: expect?,
        rule,
        spots: Spots::new(table.reading(), table.origin()),
    })
}

impl PolicyTest {
    /// Says that the rules say something else than expected, and why they do.
    pub(crate) fn failed(&self, text: String, why: &str) -> Problem {
        let problem = Problem::error(code::POLICY_TEST, text).with_help(why);
        self.spots.of_whole(problem)
    }
}
