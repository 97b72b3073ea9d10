//! `[permissions]` and `[group.NAME]`: who is who, and who may run what.

use hailer_activity::ObjectId;
use hailer_dispatch::{DefaultPermission, Group, Member, NamedChannel};

use super::ceiling::{no_guid, read_tenant};
use super::code;
use super::policy_test::{self, PolicyTest};
use super::problem::Problem;
use super::rule::{self, RuleConfig};
use super::section::Section;
use super::spots::Spots;
use super::webhook::WebhookConfig;

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
    /// `[[permissions.rule]]`, in the order of the file.
    pub rules: Vec<RuleConfig>,
    /// `[[policy_test]]`, in the order of the file.
    pub tests: Vec<PolicyTest>,
    pub(crate) spots: Spots,
}

/// Reads everything about permissions; webhooks know the names of channels.
pub(super) fn read(top: &Section<'_>, webhooks: &[WebhookConfig]) -> PermissionsConfig {
    let permissions = top.section("permissions");
    let mut spots = Spots::new(top.reading(), permissions.origin());
    let groups = top.sections("group");
    let groups: Vec<Group> = groups.iter().map(read_group).collect();
    let rules = rule::read(&permissions, webhooks);
    warn_of_rules_everywhere(&permissions, webhooks, &rules);
    PermissionsConfig {
        default: read_default(&permissions),
        blocked: read_blocked(&permissions),
        auditors: read_auditors(&permissions, &mut spots),
        tests: policy_test::read(top, webhooks, &groups),
        groups,
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
            let location = permissions.reading().locate(origin);
            spots.add("auditors", &format!("group:{name}"), location);
            name
        })
        .collect()
}

fn read_group(section: &Section<'_>) -> Group {
    let members = section.tables("members");
    if section.entry("members").is_none() {
        let text = format!("group \"{}\" has no members", section.name());
        let help =
            "fix: write members = [{ id = \"…\" }]; `whoami` shows each person the line to paste";
        section.note_missing(Problem::error(code::MISSING_KEY, text).with_help(help));
    }
    Group {
        name: section.name().to_owned(),
        members: members.iter().filter_map(read_member).collect(),
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
