//! What one configuration says otherwise than another, in a line.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use super::outline::{Outline, Print, Thing};

/// Keys that are read at the start only: a table, and a key in it or all of them.
const FIXED: [(&str, &str); 14] = [
    ("server", "listen"),
    ("server", "admin_listen"),
    ("server", "shutdown_grace"),
    ("admin", "pages"),
    ("admin", "token"),
    ("admin", "trusted_proxies"),
    ("admin", "identity_header"),
    ("admin", "hosts"),
    ("store", "url"),
    ("jobs", "workers"),
    ("audit", "file"),
    ("audit", "syslog"),
    ("log", "level"),
    ("playground", "listen"),
];

/// What changed between two configurations. Secrets are never in it: only that one changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    added: Vec<String>,
    changed: Vec<String>,
    removed: Vec<String>,
    unchanged_webhooks: usize,
    /// Keys that hold only after a restart.
    needs_restart: Vec<String>,
    digests: (String, String),
}

impl Changes {
    /// Compares two configurations, and the second with the one that the bot was started with.
    pub(crate) fn between(before: &Outline, after: &Outline, started: &Outline) -> Self {
        let mut changes = Self {
            digests: (before.digest(), after.digest()),
            needs_restart: needs_restart(started, after),
            ..Self::default()
        };
        for (thing, prints) in &after.things {
            match before.things.get(thing) {
                None => changes.added.push(thing.to_string()),
                Some(others) if others == prints => {
                    changes.unchanged_webhooks += usize::from(thing.is_webhook());
                }
                Some(others) => {
                    let details = details(thing, others, prints);
                    if !details.is_empty() {
                        changes
                            .changed
                            .push(format!("{thing} ({})", details.join(", ")));
                    }
                }
            }
        }
        let gone = before.things.keys();
        let gone = gone.filter(|it| !after.things.contains_key(it));
        changes.removed = gone.map(Thing::to_string).collect();
        changes
    }

    /// Returns the keys that hold only after a restart, as `server.listen`.
    pub fn needs_restart(&self) -> &[String] {
        &self.needs_restart
    }

    /// Returns the digests of the two configurations.
    pub fn digests(&self) -> (&str, &str) {
        (&self.digests.0, &self.digests.1)
    }
}

impl Thing {
    fn is_webhook(&self) -> bool {
        self.family == "webhook"
    }
}

impl fmt::Display for Thing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.family)?;
        match &self.name {
            Some(name) => write!(formatter, " {name}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Changes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signed = [
            ('+', &self.added),
            ('~', &self.changed),
            ('-', &self.removed),
        ];
        let mut parts: Vec<String> = signed
            .into_iter()
            .flat_map(|(sign, names)| names.iter().map(move |it| format!("{sign} {it}")))
            .collect();
        let is_unchanged = parts.is_empty();
        if is_unchanged {
            parts.push("nothing changed".to_owned());
        }
        match self.unchanged_webhooks {
            0 => {}
            _ if is_unchanged => {}
            1 => parts.push("= 1 webhook unchanged".to_owned()),
            count => parts.push(format!("= {count} webhooks unchanged")),
        }
        formatter.write_str(&parts.join("  "))?;
        if !self.needs_restart.is_empty() {
            let keys = self.needs_restart.join(", ");
            write!(formatter, " · needs restart: {keys}")?;
        }
        match &self.digests {
            (before, after) if before == after => write!(formatter, " · {after}"),
            (before, after) => write!(formatter, " · {before} → {after}"),
        }
    }
}

fn needs_restart(started: &Outline, after: &Outline) -> Vec<String> {
    let differs = |(family, key): &&(&str, &str)| !started.agrees(after, family, key);
    let keys = FIXED.iter().filter(differs);
    let keys = keys.map(|(family, key)| format!("{family}.{key}"));
    // Another certificate is taken at any time; that there is one, at the start.
    let is_switched = started.has("server", "tls") != after.has("server", "tls");
    keys.chain(is_switched.then(|| "server.tls".to_owned()))
        .collect()
}

/// Names the keys of a table that say something else; of a list, by how many items.
fn details(
    thing: &Thing,
    before: &BTreeMap<String, Print>,
    after: &BTreeMap<String, Print>,
) -> Vec<String> {
    let mut keys: Vec<&String> = before.keys().chain(after.keys()).collect();
    keys.sort();
    keys.dedup();
    let is_fixed = |key: &str| {
        let pair = (thing.family.as_str(), key);
        thing.name.is_none() && FIXED.contains(&pair)
    };
    let differs = |key: &&&String| before.get(**key) != after.get(**key) && !is_fixed(key);
    keys.iter()
        .filter(differs)
        .map(|key| detail(key, before.get(*key), after.get(*key)))
        .collect()
}

fn detail(key: &str, before: Option<&Print>, after: Option<&Print>) -> String {
    let (Some(before), Some(after)) = (items(before), items(after)) else {
        return key.to_owned();
    };
    let counts = [('+', missing(after, before)), ('-', missing(before, after))];
    let counts: Vec<String> = counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(sign, count)| format!("{sign}{count}"))
        .collect();
    match (key, counts.is_empty()) {
        (_, true) => key.to_owned(),
        ("members" | "", false) => counts.join(" "),
        (_, false) => format!("{key} {}", counts.join(" ")),
    }
}

/// Returns the items of a list; a list that is not there has none.
fn items(print: Option<&Print>) -> Option<&[Vec<u8>]> {
    match print {
        Some(print) => print.items.as_deref(),
        None => Some(&[]),
    }
}

/// Counts the items of a list that another lacks.
fn missing(from: &[Vec<u8>], other: &[Vec<u8>]) -> usize {
    let mut left: HashMap<&[u8], usize> = HashMap::new();
    for item in other {
        *left.entry(item).or_default() += 1;
    }
    let is_missing = |item: &&Vec<u8>| match left.get_mut(item.as_slice()) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    from.iter().filter(is_missing).count()
}
