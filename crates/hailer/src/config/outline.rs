//! What a configuration says, table by table, as fingerprints: to tell what changed without showing what it is.
//!
//! A fingerprint covers a value and, where the value names a file or a secret, what was read there. Of a secret it is
//! one that only this process can compare, so that no guess can be checked against what is logged; the key of a webhook
//! is too long to be guessed, and counts for the digest as a signature that it makes.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;

use sha2::{Digest, Sha256};

use super::source::Source;
use super::tree::{Node, Origin, Table, Value};

/// As many hexadecimal digits tell one configuration from another at a glance.
const DIGEST_LENGTH: usize = 8;

/// What a configuration says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Outline {
    pub(super) things: BTreeMap<Thing, BTreeMap<String, Print>>,
}

/// A table that people name: `[limits]`, or one of a family, such as `[webhook.ops]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Thing {
    pub(crate) family: String,
    pub(crate) name: Option<String>,
}

/// The fingerprint of a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Print {
    /// What everybody may know.
    open: Vec<u8>,
    /// What only this process can compare.
    secret: Option<u64>,
    /// The fingerprints of a list's items.
    pub(super) items: Option<Vec<Vec<u8>>>,
}

/// What was read at a place that the configuration names.
#[derive(Debug, Clone)]
pub(super) struct Consulted {
    /// The path of the key that names it.
    pub(super) path: Vec<String>,
    pub(super) found: Content,
}

/// What was found there.
#[derive(Debug, Clone)]
pub(super) enum Content {
    /// Something that everybody may know the hash of.
    Open(Vec<u8>),
    /// A secret, as only this process knows it.
    Secret(u64),
}

impl Content {
    pub(super) fn open(bytes: &[u8]) -> Self {
        Self::Open(Sha256::digest(bytes).to_vec())
    }

    pub(super) fn secret(text: &str) -> Self {
        static SALT: OnceLock<RandomState> = OnceLock::new();
        Self::Secret(SALT.get_or_init(RandomState::new).hash_one(text))
    }
}

impl Outline {
    pub(super) fn of(root: &Table, source: &Source, consulted: &[Consulted]) -> Self {
        let mut outline = Self::default();
        for entry in &root.entries {
            match &entry.node.value {
                Value::Table(table) if is_family(table) => {
                    for inner in &table.entries {
                        let thing = Thing::named(&entry.key, &inner.key);
                        outline.add(thing, &inner.node, source);
                    }
                }
                _ => outline.add(Thing::single(&entry.key), &entry.node, source),
            }
        }
        for found in consulted {
            outline.add_found(found);
        }
        outline
    }

    fn add(&mut self, thing: Thing, node: &Node, source: &Source) {
        let prints = self.things.entry(thing).or_default();
        match &node.value {
            Value::Table(table) => add_keys(prints, "", table, source),
            _ => drop(prints.insert(String::new(), Print::of(node, source))),
        }
    }

    fn add_found(&mut self, consulted: &Consulted) {
        let mut path = consulted.path.iter();
        let Some(first) = path.next() else { return };
        let rest: Vec<&String> = path.collect();
        let (thing, keys) = match rest.split_first() {
            Some((name, keys)) if self.things.contains_key(&Thing::named(first, name)) => {
                (Thing::named(first, name), keys)
            }
            _ => (Thing::single(first), rest.as_slice()),
        };
        let Some(prints) = self.things.get_mut(&thing) else {
            return;
        };
        let key = keys.first().map_or("", |it| it.as_str());
        let print = prints.entry(key.to_owned()).or_default();
        match &consulted.found {
            Content::Open(hash) => print.open = digest([print.open.as_slice(), hash]),
            Content::Secret(hash) => {
                let before = print.secret.unwrap_or_default();
                print.secret = Some(before.rotate_left(1) ^ hash);
            }
        }
    }

    /// Returns some digits that change when the configuration does.
    pub(crate) fn digest(&self) -> String {
        let things = self.things.iter().flat_map(|(thing, prints)| {
            let keys = prints
                .iter()
                .flat_map(|(key, print)| [key.as_bytes(), print.open.as_slice()]);
            std::iter::once(thing.family.as_bytes())
                .chain(thing.name.iter().map(String::as_bytes))
                .chain(keys)
        });
        let mut digits: String = digest(things)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        digits.truncate(DIGEST_LENGTH);
        digits
    }

    /// Tells whether a table has an inner table.
    pub(super) fn has(&self, family: &str, table: &str) -> bool {
        let prints = self.things.get(&Thing::single(family));
        let prefix = format!("{table}.");
        prints.is_some_and(|it| it.keys().any(|key| key.starts_with(&prefix)))
    }

    /// Tells whether a key says the same in another outline.
    pub(super) fn agrees(&self, other: &Self, family: &str, key: &str) -> bool {
        let of = |outline: &Self| {
            let prints = outline.things.get(&Thing::single(family));
            prints.and_then(|it| it.get(key)).cloned()
        };
        of(self) == of(other)
    }
}

impl Thing {
    pub(super) fn single(family: &str) -> Self {
        Self {
            family: family.to_owned(),
            name: None,
        }
    }

    pub(super) fn named(family: &str, name: &str) -> Self {
        Self {
            family: family.to_owned(),
            name: Some(name.to_owned()),
        }
    }
}

impl Print {
    fn of(node: &Node, source: &Source) -> Self {
        let Value::Array(items) = &node.value else {
            return Self {
                open: hash(node, source),
                ..Self::default()
            };
        };
        let items: Vec<_> = items.iter().map(|it| hash(it, source)).collect();
        Self {
            open: digest(items.iter().map(Vec::as_slice)),
            secret: None,
            items: Some(items),
        }
    }
}

/// Tables of tables have names that the user chose.
fn is_family(table: &Table) -> bool {
    let is_table = |node: &Node| matches!(node.value, Value::Table(_));
    !table.entries.is_empty() && table.entries.iter().all(|it| is_table(&it.node))
}

fn add_keys(prints: &mut BTreeMap<String, Print>, prefix: &str, table: &Table, source: &Source) {
    for entry in &table.entries {
        let key = format!("{prefix}{}", entry.key);
        match &entry.node.value {
            Value::Table(inner) if !inner.entries.is_empty() && !is_reference(inner) => {
                add_keys(prints, &format!("{key}."), inner, source);
            }
            _ => drop(prints.insert(key, Print::of(&entry.node, source))),
        }
    }
}

/// A secret belongs to the key that refers to it.
fn is_reference(table: &Table) -> bool {
    let forms = ["env", "file", "credential"];
    table
        .entries
        .iter()
        .all(|it| forms.contains(&it.key.as_str()))
}

/// Hashes what is meant, not how it is written.
fn hash(node: &Node, source: &Source) -> Vec<u8> {
    match &node.value {
        Value::String(text) => digest([b"s".as_slice(), text.as_bytes()]),
        Value::Integer(Ok(number)) => digest([b"i".as_slice(), &number.to_le_bytes()]),
        Value::Integer(Err(text)) => digest([b"i".as_slice(), text.as_bytes()]),
        Value::Boolean(truth) => digest([b"b".as_slice(), &[u8::from(*truth)]]),
        Value::Float | Value::Datetime => match &node.origin {
            Origin::Span(span) => digest([b"w".as_slice(), source.written(span).as_bytes()]),
            Origin::Variable(_) => digest([node.as_text().unwrap_or_default().as_bytes()]),
        },
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|it| hash(it, source)).collect();
            digest(items.iter().map(Vec::as_slice))
        }
        Value::Table(table) => {
            let mut entries: Vec<_> = table
                .entries
                .iter()
                .map(|it| (it.key.as_bytes(), hash(&it.node, source)))
                .collect();
            entries.sort();
            digest(entries.iter().flat_map(|(key, value)| [*key, value]))
        }
    }
}

/// Hashes parts so that no two lists of parts look alike.
fn digest<'p>(parts: impl IntoIterator<Item = &'p [u8]>) -> Vec<u8> {
    let mut hasher = Sha256::new();
    for part in parts {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        hasher.update(length.to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().to_vec()
}
