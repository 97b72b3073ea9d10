//! `[webhook.NAME]`: one team's outgoing webhook, its mention and its security tokens.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use hailer_activity::{HmacKey, KeyError};
use hailer_dispatch::Ceiling;

use super::ceiling;
use super::code;
use super::outline::Content;
use super::problem::Problem;
use super::report::shown;
use super::secret::{self, Secret};
use super::section::Section;
use super::spots::Spots;
use super::tree::{Node, Origin, Value, flatten};

/// How many bytes a token of Teams has, decoded.
const TEAMS_KEY_LENGTH: usize = 32;

/// Longer names make URLs that Teams refuses to save.
const NAME_LIMIT: usize = 64;

/// Longer labels fill the lines of the log.
const LABEL_LIMIT: usize = 32;

/// One team's outgoing webhook.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WebhookConfig {
    /// The last part of its URL: letters, digits, `-` and `_`.
    pub name: String,
    /// What people type after `@`; the name, when nothing else is said.
    pub mention: String,
    /// Its security tokens, decoded: the current one first, then those that are being replaced.
    pub keys: Vec<HmacKey>,
    /// What each key is called in the log and in the audit, in the same order.
    pub labels: Vec<String>,
    /// The files that the keys were read from, in their order; none for one that is in a variable.
    pub key_files: Vec<Option<PathBuf>>,
    /// What can be done by it at most, and for which team.
    pub ceiling: Ceiling,
    pub(crate) spots: Spots,
    /// The follow-up by which results are told later: the name of its table.
    pub followup: Option<String>,
}

/// A secret of a webhook and the value that refers to it.
struct Token<'d> {
    webhook: String,
    origin: &'d Origin,
    secret: Secret,
    label: Option<String>,
}

impl WebhookConfig {
    /// Makes a webhook with one key whose mention is its name.
    pub fn new(name: impl Into<String>, key: HmacKey) -> Self {
        let name = name.into();
        Self {
            mention: name.clone(),
            ceiling: Ceiling {
                webhook: name.clone(),
                mention: name.clone(),
                place: name.clone(),
                ..Ceiling::default()
            },
            spots: Spots::default(),
            name,
            labels: vec![fingerprint(&key)],
            keys: vec![key],
            key_files: vec![None],
            followup: None,
        }
    }
}

/// What a key signs for the digest of a configuration: no message, so that it proves nothing elsewhere.
const DIGESTED: &[u8] = b"hailer.config";

/// Reads all webhooks, in the order of the file.
pub(super) fn read(top: &Section<'_>) -> Vec<WebhookConfig> {
    let sections = top.sections("webhook");
    let is_unwritten = top.entry("webhook").is_none_or(
        |entry| matches!(&entry.node.value, Value::Table(table) if table.entries.is_empty()),
    );
    if is_unwritten {
        let help = "fix: hailer webhook add ops, or write [webhook.ops] with a token";
        let problem = Problem::error(
            code::NO_WEBHOOK,
            "there is no webhook; nobody can reach the bot",
        );
        top.note_missing(problem.with_help(help));
    }
    let mut seen = HashMap::new();
    sections
        .iter()
        .map(|section| read_one(section, &mut seen))
        .collect()
}

/// Reads one webhook; `seen` says which webhook came first with a token.
fn read_one(section: &Section<'_>, seen: &mut HashMap<String, String>) -> WebhookConfig {
    let name = section.name().to_owned();
    check_name(section, &name);
    let mention = read_mention(section).unwrap_or_else(|| name.clone());
    let tokens = read_tokens(section, &name);
    let (mut keys, mut labels, mut key_files) = (Vec::new(), Vec::new(), Vec::new());
    for token in tokens {
        warn_if_repeated(section, &token, seen);
        if let Some(key) = decode(section, &token) {
            let label = token.label.clone().unwrap_or_else(|| fingerprint(&key));
            check_label(section, &token, &label, &labels);
            labels.push(label);
            keys.push(key);
            key_files.push(token.secret.file().map(Path::to_owned));
        }
        seen.entry(token.secret.expose().to_owned())
            .or_insert(token.webhook);
    }
    let (mut ceiling, spots) = ceiling::read(section);
    ceiling.mention.clone_from(&mention);
    WebhookConfig {
        name,
        mention,
        keys,
        labels,
        key_files,
        ceiling,
        spots,
        followup: section.string("followup"),
    }
}

fn check_name(section: &Section<'_>, name: &str) {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    if !name.is_empty() && name.len() <= NAME_LIMIT && name.chars().all(is_part) {
        return;
    }
    let text = format!("a webhook cannot be named `{}`", shown(name));
    let help = format!(
        "its name is the end of its URL: up to {NAME_LIMIT} letters, digits, - and _; what people type is the key `mention`"
    );
    section.note(Problem::error(code::WEBHOOK_NAME, text).with_help(help));
}

/// People may write the name as they type it, with its `@`.
fn read_mention(section: &Section<'_>) -> Option<String> {
    let written = section.string("mention")?;
    let mention = written.trim();
    let mention = mention.strip_prefix('@').unwrap_or(mention).trim();
    if mention.is_empty() || mention.chars().any(char::is_control) {
        let text = "`mention` should be a name";
        let help = "write the name that the webhook has in Teams: \"Ops Bot\"";
        section.note_at(
            "mention",
            Problem::error(code::WEBHOOK_NAME, text).with_help(help),
        );
    }
    Some(mention.to_owned())
}

fn read_tokens<'d>(section: &Section<'d>, name: &str) -> Vec<Token<'d>> {
    let single = section.entry("token");
    let previous = section.entry("previous_token");
    let several = section.entry("tokens");
    let subject = format!("webhook \"{}\"", shown(name));
    if several.is_some() && (single.is_some() || previous.is_some()) {
        let text = format!("{subject} has `tokens` beside `token` or `previous_token`");
        let help = "fix: write all of them into `tokens`, or one into each of the others";
        section.note_at(
            "tokens",
            Problem::error(code::TOKEN_FORMS, text).with_help(help),
        );
    } else if several.is_none() && single.is_none() {
        let text = format!("{subject} has no token");
        let variable = flatten(name).to_uppercase();
        let help = format!(
            "fix: write token = {{ env = \"HAILER_TOKEN_{}\" }}",
            shown(&variable)
        );
        section.note_missing(Problem::error(code::MISSING_KEY, text).with_help(help));
    }
    let nodes = [("token", single), ("previous_token", previous)];
    let mut tokens: Vec<_> = nodes
        .into_iter()
        .filter_map(|(key, entry)| Some((section.path_of(key), &entry?.node)))
        .collect();
    if let Some(entry) = several {
        tokens.extend(items(section, &entry.node, &subject));
    }
    let read = |(path, node): (Vec<String>, &'d Node)| {
        let subject = format!("token of {subject}");
        let label = read_label(section, &path, node);
        let secret = section.reference(node, path, subject).read()?;
        Some(Token {
            webhook: name.to_owned(),
            origin: &node.origin,
            secret,
            label,
        })
    };
    tokens.into_iter().filter_map(read).collect()
}

/// Reads what a key is called, beside where it is.
fn read_label(section: &Section<'_>, path: &[String], node: &Node) -> Option<String> {
    let Value::Table(table) = &node.value else {
        return None;
    };
    section.reading().open(path);
    section.reading().know(path, "label");
    let entry = table.get("label")?;
    match &entry.node.value {
        Value::String(label) => Some(label.trim().to_owned()),
        Value::Integer(Ok(number)) => Some(number.to_string()),
        Value::Integer(Err(_))
        | Value::Float
        | Value::Boolean(_)
        | Value::Datetime
        | Value::Array(_)
        | Value::Table(_) => {
            let problem = Problem::error(code::WRONG_TYPE, "`label` should be a string");
            let help = "put it in quotes: label = \"2026\"";
            section
                .reading()
                .note(&entry.node.origin, problem.with_help(help));
            None
        }
    }
}

/// A label stands in the log and in the audit: it is short, and says which key of the webhook is meant.
fn check_label(section: &Section<'_>, token: &Token<'_>, label: &str, others: &[String]) {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let is_label = (1..=LABEL_LIMIT).contains(&label.len()) && label.chars().all(is_part);
    let (text, help) = if !is_label {
        (
            "a key cannot be called so".to_owned(),
            "fix: up to 32 letters, digits, -, _ and dots: label = \"2026\"",
        )
    } else if others.iter().any(|it| it == label) && token.label.is_some() {
        (
            format!(
                "two keys of webhook \"{}\" are called {label}",
                shown(&token.webhook)
            ),
            "fix: call each of them otherwise, so that the audit tells them apart",
        )
    } else {
        return;
    };
    let problem = Problem::error(code::KEY_LABEL, text).with_help(help);
    section.reading().note(token.origin, problem);
}

/// What a key is called that has no label: it stays the same while keys come and go, and says nothing of the key.
fn fingerprint(key: &HmacKey) -> String {
    let signature = key.sign(b"label of a key");
    let signature = signature.trim_start_matches("HMAC ");
    let letters = signature.chars().filter(char::is_ascii_alphanumeric);
    let short: String = letters.take(6).collect();
    format!("key-{}", short.to_lowercase())
}

fn items<'d>(section: &Section<'d>, node: &'d Node, subject: &str) -> Vec<(Vec<String>, &'d Node)> {
    let help = format!("write a list of references: [{}]", secret::FORMS);
    let refuse = |code, text| {
        let problem = Problem::error(code, text).with_help(help);
        section.reading().note(&node.origin, problem);
        Vec::new()
    };
    match &node.value {
        Value::Array(items) if items.is_empty() => {
            refuse(code::MISSING_KEY, format!("{subject} has no token"))
        }
        Value::Array(items) => {
            let outer = section.path_of("tokens");
            let path = |index: usize| [outer.as_slice(), &[index.to_string()]].concat();
            let items = items.iter().enumerate();
            items.map(|(index, item)| (path(index), item)).collect()
        }
        Value::String(_)
        | Value::Integer(_)
        | Value::Float
        | Value::Boolean(_)
        | Value::Datetime
        | Value::Table(_) => {
            let found = node.type_name();
            let text = format!("`tokens` should be a list of references to secrets, found {found}");
            refuse(code::WRONG_TYPE, text)
        }
    }
}

fn decode(section: &Section<'_>, token: &Token<'_>) -> Option<HmacKey> {
    let subject = format!("token of webhook \"{}\"", shown(&token.webhook));
    let note = |problem: Problem| {
        let problem = problem.at(token.secret.location());
        section.reading().note_elsewhere(token.origin, problem);
    };
    match HmacKey::from_base64(token.secret.expose()) {
        Ok(key) => {
            let open = Content::open(key.sign(DIGESTED).as_bytes());
            section.reading().consult(&section.path_of("token"), open);
            if !key.has_teams_length() {
                let text = decodes_to(&subject, key.length());
                let help = "a character was lost when copying, or it is not a token of Teams";
                note(Problem::warning(code::TOKEN_DAMAGED, text).with_help(help));
            }
            Some(key)
        }
        Err(error) => {
            note(damaged(&subject, &error));
            None
        }
    }
}

fn damaged(subject: &str, error: &KeyError) -> Problem {
    let (text, help) = match error {
        KeyError::NotBase64 { position } => (
            format!("{subject} is not base64: character {position} cannot be part of it"),
            "fix: copy it again; it has letters, digits, + and /, and ends in \"=\"",
        ),
        KeyError::WrongLength { length } => (
            format!("{subject} has {length} characters; Teams' tokens have 44 and end in \"=\""),
            "a character was lost when copying",
        ),
        KeyError::TooShort { length } => (
            decodes_to(subject, *length),
            "fix: copy the whole token; one as short as this could be guessed",
        ),
        KeyError::Empty => (format!("{subject} is empty"), "fix: write the token there"),
        other => (format!("{subject}: {other}"), ""),
    };
    Problem::error(code::TOKEN_DAMAGED, text).with_help(help)
}

fn decodes_to(subject: &str, length: usize) -> String {
    format!("{subject} decodes to {length} bytes; Teams' tokens have {TEAMS_KEY_LENGTH}")
}

/// Teams gives each webhook its own token: the same one twice is a slip when copying.
fn warn_if_repeated(section: &Section<'_>, token: &Token<'_>, seen: &HashMap<String, String>) {
    let Some(first) = seen.get(token.secret.expose()) else {
        return;
    };
    let (mine, other) = (shown(&token.webhook), shown(first));
    let text = if mine == other {
        format!("webhook \"{mine}\" has the same token twice")
    } else {
        format!("webhook \"{mine}\" has the same token as webhook \"{other}\"")
    };
    let help = "Teams gives each webhook its own: one of them is in the wrong place";
    let problem = Problem::warning(code::TOKEN_REPEATED, text).with_help(help);
    section.reading().note(token.origin, problem);
}
