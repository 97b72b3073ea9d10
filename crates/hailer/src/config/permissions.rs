//! `[permissions]` and `[group.NAME]`: who is who, and who may run what.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use hailer_activity::ObjectId;
use hailer_dispatch::{ConfirmRule, DefaultPermission, Group, Member, NamedChannel};

use super::approval::{self, ApprovalConfig, BreakGlassConfig, Operator};
use super::ceiling::{no_guid, read_tenant};
use super::code;
use super::policy_test::{self, PolicyTest};
use super::problem::Problem;
use super::rule::{self, RuleConfig};
use super::secret::unreadable;
use super::section::Section;
use super::spots::Spots;
use super::webhook::WebhookConfig;
use crate::member_file::{MemberFile, Unusable};

/// Who may do what.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct PermissionsConfig {
    /// What holds when no rule says anything.
    pub default: DefaultPermission,
    /// Who may do nothing at all.
    pub blocked: Vec<ObjectId>,
    /// The groups whose members may ask what others may do.
    pub auditors: Vec<String>,
    /// `[group.NAME]`, in the order of the file.
    pub groups: Vec<Group>,
    /// The files that members of groups are read from.
    pub files: Vec<MemberFile>,
    /// `[[permissions.rule]]`, in the order of the file.
    pub rules: Vec<RuleConfig>,
    /// `[[approval]]`, in the order of the file.
    pub approvals: Vec<ApprovalConfig>,
    /// `[confirm]`
    pub confirm: ConfirmRule,
    /// `[break_glass]`
    pub break_glass: Option<BreakGlassConfig>,
    /// Which users of this computer are members of groups.
    pub operators: Vec<Operator>,
    pub(crate) confirm_spots: Spots,
    /// `[[policy_test]]`, in the order of the file.
    pub tests: Vec<PolicyTest>,
    pub(crate) spots: Spots,
}

/// Reads everything about permissions; webhooks know the names of channels.
pub(super) fn read(top: &Section<'_>, webhooks: &[WebhookConfig]) -> PermissionsConfig {
    let permissions = top.section("permissions");
    let mut spots = Spots::new(top.reading(), permissions.origin());
    let groups = top.sections("group");
    let read = groups.iter().enumerate().map(read_group);
    let (groups, files): (Vec<Group>, Vec<Option<MemberFile>>) = read.unzip();
    let written: BTreeSet<usize> = files.iter().flatten().map(|it| it.group).collect();
    let operators = top.sections("group");
    let operators = operators.iter().flat_map(|it| it.tables("members"));
    let (confirm, confirm_spots) = approval::read_confirm(top);
    let rules = rule::read(&permissions, webhooks);
    warn_of_rules_everywhere(&permissions, webhooks, &rules);
    PermissionsConfig {
        default: read_default(&permissions),
        blocked: read_blocked(&permissions),
        auditors: read_auditors(&permissions, &mut spots),
        tests: policy_test::read(top, webhooks, &groups),
        approvals: approval::read(top, webhooks, &groups, &written),
        confirm,
        confirm_spots,
        break_glass: approval::read_break_glass(top, webhooks),
        operators: operators
            .filter_map(|it| approval::read_operator(&it))
            .collect(),
        groups,
        files: files.into_iter().flatten().collect(),
        rules,
        spots,
    }
}

/// Returns the channels that have names, whichever webhook names them.
pub(super) fn channels(webhooks: &[WebhookConfig]) -> impl Iterator<Item = &NamedChannel> {
    webhooks.iter().flat_map(|it| &it.ceiling.channels)
}

fn read_default(permissions: &Section<'_>) -> DefaultPermission {
    let choices = [
        ("read", DefaultPermission::Read),
        ("deny", DefaultPermission::Deny),
        ("allow", DefaultPermission::Allow),
    ];
    permissions.choice("default", &choices).unwrap_or_default()
}

fn read_blocked(permissions: &Section<'_>) -> Vec<ObjectId> {
    let ids = permissions.items("blocked").unwrap_or_default();
    ids.into_iter()
        .map(|(id, origin)| {
            let person = ObjectId::from(id.as_str());
            if !person.is_guid() {
                permissions.reading().note(origin, no_guid("person", &id));
            }
            person
        })
        .collect()
}

fn read_auditors(permissions: &Section<'_>, spots: &mut Spots) -> Vec<String> {
    let groups = permissions.items("auditors").unwrap_or_default();
    groups
        .into_iter()
        .map(|(text, origin)| {
            let name = text.strip_prefix("group:").unwrap_or(&text).to_owned();
            spots.add("auditors", &format!("group:{name}"), origin);
            name
        })
        .collect()
}

/// How old a file may be when nothing is said: exports run every night, and one may fail.
const MAX_AGE: Duration = Duration::from_hours(48);

fn read_group((index, section): (usize, &Section<'_>)) -> (Group, Option<MemberFile>) {
    let members = section.tables("members");
    let members: Vec<Member> = members.iter().filter_map(read_member).collect();
    let max_age = section.duration_or_off("max_age", MAX_AGE);
    let file = section.path("file").map(|path| MemberFile {
        group: index,
        path,
        max_age,
        always: members.clone(),
    });
    if section.entry("members").is_none() && section.entry("file").is_none() {
        let text = format!("group \"{}\" has no members", section.name());
        let help = "fix: write members = [{ id = \"…\" }], or file = \"…\"; `whoami` shows each person the line to paste";
        section.note_missing(Problem::error(code::MISSING_KEY, text).with_help(help));
    }
    let mut group = Group {
        name: section.name().to_owned(),
        members,
        is_unknown: false,
    };
    if let Some(file) = &file {
        read_file(section, file, &mut group);
    }
    (group, file)
}

/// At start a file must be there; whether it is too old may change at any moment.
fn read_file(section: &Section<'_>, file: &MemberFile, group: &mut Group) {
    section.watch("file", &file.path);
    match file.read() {
        Ok(content) => {
            file.fill(group, Some(&content), SystemTime::now());
            if group.is_unknown {
                let name = &group.name;
                let text = format!("the members of group \"{name}\" are older than max_age");
                let help = "until the file is written again the group opens nothing";
                let problem = Problem::warning(code::OLD_MEMBERS, text).with_help(help);
                section.note_at("file", problem);
            }
        }
        Err(Unusable::Io(error)) => {
            let subject = format!("members of group \"{}\"", group.name);
            let complaint = unreadable(&subject, &file.path, &error);
            section.note_at("file", complaint.into());
        }
        Err(reason @ (Unusable::Line { .. } | Unusable::TooLarge)) => {
            let text = format!("{} {reason}", file.path.display());
            let help =
                "fix: write the GUID of a person into each line; what stands behind it is a note";
            section.note_at("file", Problem::error(code::NO_ID, text).with_help(help));
        }
    }
}

fn read_member(table: &Section<'_>) -> Option<Member> {
    let (name, tenant) = (table.string("name"), read_tenant(table));
    let Some(id) = table.string("id") else {
        if table.is_present() && table.entry("id").is_none() {
            let text = "a member has no `id`";
            let help = "fix: write the id that `whoami` shows; a name alone could be anybody's";
            table.note_missing(Problem::error(code::MISSING_KEY, text).with_help(help));
        }
        return None;
    };
    let person = ObjectId::from(id.as_str());
    if !person.is_guid() {
        table.note_at("id", no_guid("person", &id));
    }
    Some(Member {
        id: person,
        tenant,
        name,
    })
}

/// A token is known to every owner of its team, and whoever has it can write anybody's id into a message.
fn warn_of_rules_everywhere(
    permissions: &Section<'_>,
    webhooks: &[WebhookConfig],
    rules: &[RuleConfig],
) {
    let open = webhooks
        .iter()
        .filter(|it| it.ceiling.max_effect != Some(hailer_dispatch::Effect::Read));
    if open.count() < 2 {
        return;
    }
    for rule in rules.iter().filter(|it| it.holds_everywhere()) {
        let text = "this rule holds for every webhook";
        let help = "who has the token of one can speak as anybody there; add in = [\"webhook:NAME\"], or max_effect = \"read\" to the others";
        let problem = Problem::warning(code::RULE_EVERYWHERE, text).with_help(help);
        rule.note(permissions.reading(), problem);
    }
}
