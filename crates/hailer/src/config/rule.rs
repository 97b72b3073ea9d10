//! `[[permissions.rule]]`: what is allowed or denied, to whom, where, with which arguments.

use hailer_activity::{ChannelId, TeamId};
use hailer_dispatch::{Condition, Effect, Place, Rule, Verdict, Whom, nearest};

use super::ceiling::EFFECTS;
use super::code;
use super::permissions::channels;
use super::problem::Problem;
use super::reading::Reading;
use super::report::shown;
use super::section::Section;
use super::spots::Spots;
use super::tree::{Entry, Node, Origin, Value};
use super::webhook::WebhookConfig;

const TO_HELP: &str = "write to = [\"group:NAME\"], or [\"everyone\"]";
const WHEN_HELP: &str =
    "write it like when = { env = [\"staging\", \"dev-*\"], batch = [\"1..10\"] }";

/// A rule and where its parts stand.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RuleConfig {
    /// The rule.
    pub rule: Rule,
    pub(crate) spots: Spots,
    origin: Option<Origin>,
}

impl RuleConfig {
    /// Says whether the rule lets people do more by whichever webhook they speak.
    pub(super) fn holds_everywhere(&self) -> bool {
        self.rule.verdict == Verdict::Allow
            && self.rule.places.is_empty()
            && self.rule.effects != [Effect::Read]
    }

    pub(super) fn note(&self, reading: &Reading, problem: Problem) {
        match &self.origin {
            Some(origin) => reading.note(origin, problem),
            None => reading.note_anywhere(problem),
        }
    }
}

/// Reads all rules, in the order of the file.
pub(super) fn read(permissions: &Section<'_>, webhooks: &[WebhookConfig]) -> Vec<RuleConfig> {
    let tables = permissions.tables("rule");
    let read = |table: &Section<'_>| Reader::new(table, webhooks).read();
    tables.iter().filter_map(read).collect()
}

/// Reads the parts that rules of every kind have.
pub(super) struct Reader<'a, 'd> {
    pub(super) table: &'a Section<'d>,
    pub(super) webhooks: &'a [WebhookConfig],
}

impl<'a, 'd> Reader<'a, 'd> {
    pub(super) fn new(table: &'a Section<'d>, webhooks: &'a [WebhookConfig]) -> Self {
        Self { table, webhooks }
    }

    fn read(&self) -> Option<RuleConfig> {
        let table = self.table;
        let mut spots = Spots::new(table.reading(), table.origin());
        let verdict = self.verdict();
        let to = self.people("to", &mut spots);
        let unless = self.people("unless", &mut spots).unwrap_or_default();
        let (places, effects) = (self.places(&mut spots), self.effects());
        let (when, say) = (self.conditions(&mut spots), table.string("say"));
        let (verdict, key) = verdict?;
        let entry = table.entry(key)?;
        let mut commands = Vec::new();
        for (glob, origin) in table.items(key).unwrap_or_default() {
            spots.add(key, &glob, origin);
            commands.push(glob);
        }
        if verdict == Verdict::Allow && to.is_none() {
            let text = "this rule allows something, but does not say to whom";
            table.note_at(
                key,
                Problem::error(code::RULE_FORM, text).with_help(TO_HELP),
            );
        }
        Some(RuleConfig {
            rule: Rule {
                place: spots.short(Some(&entry.key_origin)),
                verdict,
                commands,
                effects,
                to: to.unwrap_or_else(|| vec![Whom::Everyone]),
                unless,
                places,
                when,
                say,
            },
            spots,
            origin: Some(entry.key_origin.clone()),
        })
    }

    /// One of the two, so that a glance tells what a rule does.
    fn verdict(&self) -> Option<(Verdict, &'static str)> {
        let has = |key| self.table.entry(key).is_some();
        let text = match (has("allow"), has("deny")) {
            (true, false) => return Some((Verdict::Allow, "allow")),
            (false, true) => return Some((Verdict::Deny, "deny")),
            (true, true) => "this rule allows and denies",
            (false, false) => "this rule neither allows nor denies",
        };
        let help = "fix: write either allow = [\"deploy *\"] or deny = [\"deploy *\"]; make two rules of it for both";
        self.table
            .note_missing(Problem::error(code::RULE_FORM, text).with_help(help));
        None
    }

    pub(super) fn people(&self, key: &'static str, spots: &mut Spots) -> Option<Vec<Whom>> {
        let items = self.table.items(key)?;
        let mut people = Vec::new();
        for (text, origin) in items {
            spots.add(key, &text, origin);
            match text.split_once(':') {
                Some(("group", name)) => people.push(Whom::Group(name.to_owned())),
                _ if text == "everyone" => people.push(Whom::Everyone),
                _ => {
                    let problem = format!("\"{}\" is nobody", shown(&text));
                    let help = if text == "*" {
                        "did you mean \"everyone\"?".to_owned()
                    } else {
                        format!("{TO_HELP}; a person is a member of a group")
                    };
                    self.note(origin, code::RULE_FORM, problem, help);
                }
            }
        }
        Some(people)
    }

    pub(super) fn places(&self, spots: &mut Spots) -> Vec<Place> {
        let items = self.table.items("in").unwrap_or_default();
        let mut places = Vec::new();
        for (text, origin) in items {
            spots.add("in", &text, origin);
            match place(&text, self.webhooks) {
                Ok(place) => places.push(place),
                Err((text, help)) => self.note(origin, code::NOT_IN_RULE, text, help),
            }
        }
        places
    }

    /// A rule may name one effect or several.
    pub(super) fn effects(&self) -> Vec<Effect> {
        let Some(entry) = self.table.entry("effect") else {
            return Vec::new();
        };
        if matches!(entry.node.value, Value::String(_)) {
            return self.table.choice("effect", &EFFECTS).into_iter().collect();
        }
        let items = self.table.items("effect").unwrap_or_default();
        let mut effects = Vec::new();
        for (text, origin) in items {
            match EFFECTS.iter().find(|(name, _)| *name == text) {
                Some((_, effect)) => effects.push(*effect),
                None => {
                    let problem = format!("`effect` cannot be \"{}\"", shown(&text));
                    let help = "write \"read\", \"write\" or \"destructive\"".to_owned();
                    self.note(origin, code::NOT_A_CHOICE, problem, help);
                }
            }
        }
        effects
    }

    pub(super) fn conditions(&self, spots: &mut Spots) -> Vec<Condition> {
        let when = self.table.section("when");
        let mut conditions = Vec::new();
        for entry in when.entries() {
            spots.add("when", &entry.key, &entry.node.origin);
            conditions.extend(self.condition(entry));
        }
        conditions
    }

    fn condition(&self, entry: &Entry) -> Option<Condition> {
        let values: Option<Vec<String>> = match &entry.node.value {
            Value::Array(items) if !items.is_empty() => items.iter().map(value).collect(),
            _ => None,
        };
        if values.is_none() {
            let text = format!("`{}` should be a list of values", shown(&entry.key));
            self.note(
                &entry.node.origin,
                code::WRONG_TYPE,
                text,
                WHEN_HELP.to_owned(),
            );
        }
        Some(Condition {
            argument: entry.key.clone(),
            values: values?,
        })
    }

    fn note(&self, origin: &Origin, code: &'static str, text: String, help: String) {
        let problem = Problem::error(code, text).with_help(help);
        self.table.reading().note(origin, problem);
    }
}

/// Numbers and switches may stand without quotes.
fn value(node: &Node) -> Option<String> {
    match &node.value {
        Value::Integer(Ok(number)) => Some(number.to_string()),
        Value::Boolean(truth) => Some(truth.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Integer(Err(_))
        | Value::Float
        | Value::Datetime
        | Value::Array(_)
        | Value::Table(_) => None,
    }
}

/// Reads a place; what is wrong with it comes with the way out.
pub(super) fn place(text: &str, webhooks: &[WebhookConfig]) -> Result<Place, (String, String)> {
    match text.split_once(':') {
        Some(("webhook", name)) => Ok(Place::Webhook(name.to_owned())),
        Some(("team", id)) => Ok(Place::Team(TeamId::from(id))),
        Some(("channel", name)) => channel(name, webhooks).map(Place::Channel),
        _ => Err((
            format!("\"{}\" is no place", shown(text)),
            "write \"webhook:NAME\", \"team:ID\", \"channel:ID\" or \"channel:NAME\"".to_owned(),
        )),
    }
}

/// Reads a channel: its id, or the name that a webhook notes for it.
pub(super) fn channel(
    text: &str,
    webhooks: &[WebhookConfig],
) -> Result<ChannelId, (String, String)> {
    let named = channels(webhooks).filter(|it| it.name.as_deref() == Some(text));
    let mut ids: Vec<&ChannelId> = named.map(|it| &it.id).collect();
    ids.sort_unstable();
    ids.dedup();
    match ids.as_slice() {
        [only] => Ok((*only).clone()),
        [] if text.starts_with("19:") => Ok(ChannelId::from(text)),
        [] => {
            let names = channels(webhooks).filter_map(|it| it.name.as_deref());
            let near = nearest(text, names);
            let help = near.first().map_or_else(
                || "write its id, which `whoami` shows there, or note its name: [webhook.NAME] channels = [{ id = \"19:…\", name = \"…\" }]".to_owned(),
                |near| format!("did you mean \"channel:{near}\"?"),
            );
            Err((format!("there is no channel \"{}\"", shown(text)), help))
        }
        _ => Err((
            format!("\"{}\" is the name of {} channels", shown(text), ids.len()),
            "write the id, which `whoami` shows there".to_owned(),
        )),
    }
}
