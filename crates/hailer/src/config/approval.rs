//! `[confirm]`, `[[approval]]` and `[break_glass]`: what waits for a second word or a second person, and what spares it.

use std::collections::BTreeSet;
use std::time::Duration;

use hailer_activity::{ObjectId, TenantId};
use hailer_dispatch::{Approval, ApprovalRule, Condition, ConfirmRule, Group, Via, Whom};

use super::ceiling::read_tenant;
use super::code;
use super::problem::Problem;
use super::report::shown;
use super::rule::Reader;
use super::section::Section;
use super::spots::Spots;
use super::webhook::WebhookConfig;

const BY_HELP: &str =
    "write by = [\"group:NAME\"]; left out, whoever may run the command approves it";
const VIA_HELP: &str =
    "write some of \"same-webhook\", \"other-webhook\", \"webhook:NAME\", \"cli\"";

/// Nobody reads within less.
const SHORTEST: Duration = Duration::from_secs(10);

/// What was approved longer ago is forgotten by those who did.
const LONGEST: Duration = Duration::from_hours(7 * 24);

/// `[[approval]]` and where its parts stand.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ApprovalConfig {
    /// The rule.
    pub rule: ApprovalRule,
    pub(crate) spots: Spots,
}

/// `[break_glass]`: who may do without approval in an emergency.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct BreakGlassConfig {
    /// Whose requests then run at once.
    pub people: Vec<Whom>,
    /// How long an emergency lasts.
    pub lasts: Duration,
    /// The follow-up by which others are told.
    pub follow_up: Option<String>,
    pub(crate) spots: Spots,
}

/// A user of the computer where the bot runs, and who that is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operator {
    /// The name of the user.
    pub user: String,
    /// The person.
    pub id: ObjectId,
    /// The tenant that vouches for the person.
    pub tenant: Option<TenantId>,
    /// What the person is called.
    pub name: String,
}

/// Reads `[confirm]`; `None` for the place when it is not there.
pub(super) fn read_confirm(top: &Section<'_>) -> (ConfirmRule, Spots) {
    let section = top.section("confirm");
    let mut spots = Spots::new(section.reading(), section.origin());
    let mut globs = |key: &'static str| {
        let mut list = Vec::new();
        for (glob, origin) in section.items(key).unwrap_or_default() {
            spots.add(key, &glob, origin);
            list.push(glob);
        }
        list
    };
    let (commands, except) = (globs("commands"), globs("except"));
    let destructive = section.choice("default", &[("destructive", true), ("off", false)]);
    let within = bounded(&section, "within").unwrap_or(ConfirmRule::default().within);
    let place = section.is_present().then(|| spots.short(section.origin()));
    let rule = ConfirmRule {
        place,
        destructive: destructive.unwrap_or(true),
        commands,
        except,
        within,
    };
    (rule, spots)
}

/// Reads every `[[approval]]`, in the order of the file.
pub(super) fn read(
    top: &Section<'_>,
    webhooks: &[WebhookConfig],
    groups: &[Group],
    files: &BTreeSet<usize>,
) -> Vec<ApprovalConfig> {
    let tables = top.tables("approval");
    let known = follow_ups(top);
    let read = |table: &Section<'_>| {
        let approval = read_one(table, webhooks, &known)?;
        check_pool(table, &approval.rule.approval, groups, files);
        Some(approval)
    };
    tables.iter().filter_map(read).collect()
}

fn read_one(
    table: &Section<'_>,
    webhooks: &[WebhookConfig],
    known: &BTreeSet<String>,
) -> Option<ApprovalConfig> {
    let mut spots = Spots::new(table.reading(), table.origin());
    let reader = Reader { table, webhooks };
    let to = reader.people("to", &mut spots);
    let unless = reader.people("unless", &mut spots).unwrap_or_default();
    let (places, effects) = (reader.places(&mut spots), reader.effects());
    let when = reader.conditions(&mut spots);
    let approval = read_terms(table, &mut spots, known);
    let mut commands = Vec::new();
    for (glob, origin) in table.items("commands").unwrap_or_default() {
        spots.add("commands", &glob, origin);
        commands.push(glob);
    }
    if commands.is_empty() && table.entry("commands").is_none() {
        let text = "this approval does not say of what";
        let help = "fix: write commands = [\"deploy run\"]";
        table.note_missing(Problem::error(code::RULE_FORM, text).with_help(help));
        return None;
    }
    let origin = table.entry("commands").map(|it| &it.key_origin);
    Some(ApprovalConfig {
        rule: ApprovalRule {
            place: spots.short(origin),
            commands,
            effects,
            to: to.unwrap_or_else(|| vec![Whom::Everyone]),
            unless,
            places,
            when,
            approval,
        },
        spots,
    })
}

/// Reads the terms of an approval from a table of a command: `approval = { by = ["group:sre"], count = 1, … }`.
pub fn read_approval(section: &Section<'_>) -> Option<Approval> {
    section.entry("approval")?;
    let table = section.section("approval");
    let mut spots = Spots::new(table.reading(), table.origin());
    Some(read_terms(&table, &mut spots, &BTreeSet::new()))
}

/// Reads `approval` of a table that stands for a value of an argument, `true` or the terms as in `[[approval]]`, and makes
/// a rule of it for these commands. A module hands it on with [`Module::approval`](crate::Module::approval).
pub fn read_approval_when(
    section: &Section<'_>,
    commands: &[&str],
    (argument, value): (&str, &str),
) -> Option<ApprovalConfig> {
    let entry = section.entry("approval")?;
    let mut spots = Spots::new(section.reading(), Some(&entry.key_origin));
    let approval = if section.is_table("approval") {
        read_terms(&section.section("approval"), &mut spots, &BTreeSet::new())
    } else if section.boolean("approval")? {
        Approval::by_another()
    } else {
        return None;
    };
    Some(ApprovalConfig {
        rule: ApprovalRule {
            place: spots.short(Some(&entry.key_origin)),
            commands: commands.iter().map(|it| (*it).to_owned()).collect(),
            effects: Vec::new(),
            to: vec![Whom::Everyone],
            unless: Vec::new(),
            places: Vec::new(),
            when: vec![Condition {
                argument: argument.to_owned(),
                values: vec![value.to_owned()],
            }],
            approval,
        },
        spots,
    })
}

fn read_terms(table: &Section<'_>, spots: &mut Spots, known: &BTreeSet<String>) -> Approval {
    let mut approval = Approval::by_another();
    for (text, origin) in table.items("by").unwrap_or_default() {
        spots.add("by", &text, origin);
        match text.split_once(':') {
            Some(("group", name)) => approval = approval.of_group(name),
            _ if text == "everyone" => approval = approval.of(Whom::Everyone),
            _ => {
                let problem = format!("\"{}\" is nobody", shown(&text));
                let problem = Problem::error(code::RULE_FORM, problem).with_help(BY_HELP);
                table.reading().note(origin, problem);
            }
        }
    }
    for (text, origin) in table.items("via").unwrap_or_default() {
        spots.add("via", &text, origin);
        let via = match text.split_once(':') {
            Some(("webhook", name)) => Some(Via::Webhook(name.to_owned())),
            _ => match text.as_str() {
                "same-webhook" => Some(Via::SameWebhook),
                "other-webhook" => Some(Via::OtherWebhook),
                "cli" => Some(Via::CommandLine),
                _ => None,
            },
        };
        match via {
            Some(via) => approval = approval.via(via),
            None => {
                let problem = format!("\"{}\" is no way of an approval", shown(&text));
                let problem = Problem::error(code::NOT_A_CHOICE, problem).with_help(VIA_HELP);
                table.reading().note(origin, problem);
            }
        }
    }
    if let Some(count) = table.integer("count") {
        match u32::try_from(count).ok().filter(|it| (1..=10).contains(it)) {
            Some(count) => approval = approval.count(count),
            None => out_of_range(table, "count", "fix: from 1 to 10 people"),
        }
    }
    if let Some(expires) = bounded(table, "expires") {
        approval = approval.expires(expires);
    }
    if let Some(within) = bounded(table, "run_within") {
        approval = approval.run_within(within);
    }
    match table.string("approvers_followup") {
        Some(name) => {
            check_follow_up(table, "approvers_followup", &name, known);
            approval.tells(name)
        }
        None => approval,
    }
}

/// Too few people to approve anything would leave each request waiting for nothing. Who is in a file changes later.
fn check_pool(table: &Section<'_>, approval: &Approval, groups: &[Group], files: &BTreeSet<usize>) {
    let mut people = BTreeSet::new();
    let named = approval.groups();
    if named.is_empty() || approval.is_for_everyone() {
        return;
    }
    for name in named {
        let Some(index) = groups.iter().position(|it| it.name == *name) else {
            return;
        };
        if files.contains(&index) {
            return;
        }
        let members = groups.iter().skip(index).take(1).flat_map(|it| &it.members);
        people.extend(members.map(|it| it.id.as_str().to_ascii_lowercase()));
    }
    let wanted = usize::try_from(approval.wanted()).unwrap_or(usize::MAX);
    let most = people.len();
    if most < wanted {
        let text = format!("{wanted} people have to approve, and only {most} may");
        let help = "fix: lower `count`, or add people to the groups of `by`";
        table.note_at(
            "by",
            Problem::error(code::OUT_OF_RANGE, text).with_help(help),
        );
    } else if most == wanted {
        let text = format!("{wanted} of {most} people have to approve: none of them can ask");
        let help = "whoever asks does not count; add somebody to the groups of `by`, or be sure that only others ask";
        table.note_at(
            "by",
            Problem::warning(code::OUT_OF_RANGE, text).with_help(help),
        );
    }
}

/// Reads `[break_glass]`.
pub(super) fn read_break_glass(
    top: &Section<'_>,
    webhooks: &[WebhookConfig],
) -> Option<BreakGlassConfig> {
    let table = top.section("break_glass");
    let mut spots = Spots::new(table.reading(), table.origin());
    let reader = Reader {
        table: &table,
        webhooks,
    };
    let people = reader.people("people", &mut spots).unwrap_or_default();
    let lasts = bounded(&table, "lasts").unwrap_or(Duration::from_secs(30 * 60));
    let follow_up = table.string("followup");
    if let Some(name) = &follow_up {
        check_follow_up(&table, "followup", name, &follow_ups(top));
    }
    if !table.is_present() {
        return None;
    }
    if people.is_empty() {
        let text = "[break_glass] names nobody";
        let help = "fix: write people = [\"group:NAME\"]";
        table.note_missing(Problem::error(code::RULE_FORM, text).with_help(help));
    }
    if follow_up.is_none() {
        let text = "[break_glass] tells nobody";
        let help = "fix: write followup = \"NAME\" of a [followup.NAME] whose channel others read; an emergency is no secret";
        table.note_missing(Problem::error(code::MISSING_KEY, text).with_help(help));
    }
    Some(BreakGlassConfig {
        people,
        lasts,
        follow_up,
        spots,
    })
}

/// Reads which user of this computer a member of a group is.
pub(super) fn read_operator(table: &Section<'_>) -> Option<Operator> {
    let user = table.string("os")?;
    let id = ObjectId::from(table.string("id")?.as_str());
    Some(Operator {
        name: table.string("name").unwrap_or_else(|| user.clone()),
        user,
        id,
        tenant: read_tenant(table),
    })
}

fn follow_ups(top: &Section<'_>) -> BTreeSet<String> {
    let sections = top.sections("followup");
    sections.iter().map(|it| it.name().to_owned()).collect()
}

fn check_follow_up(table: &Section<'_>, key: &str, name: &str, known: &BTreeSet<String>) {
    if !known.is_empty() && !known.contains(name) || known.is_empty() && key == "followup" {
        let text = format!("there is no [followup.{}]", shown(name));
        let help = "fix: write the table, or name one that is there";
        table.note_at(key, Problem::error(code::FOLLOW_UP, text).with_help(help));
    }
}

fn bounded(table: &Section<'_>, key: &str) -> Option<Duration> {
    let time = table.duration(key)?;
    if (SHORTEST..=LONGEST).contains(&time) {
        return Some(time);
    }
    out_of_range(table, key, "fix: from 10 s to 7 d");
    None
}

fn out_of_range(table: &Section<'_>, key: &str, help: &str) {
    let text = format!("`{key}` is outside of what makes sense");
    table.note_at(
        key,
        Problem::error(code::OUT_OF_RANGE, text).with_help(help),
    );
}
