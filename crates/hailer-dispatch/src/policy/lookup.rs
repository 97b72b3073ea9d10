//! Looks up what rules name: commands, groups, webhooks; what does not exist is told with what was meant.

use std::collections::HashSet;
use std::sync::Arc;

use crate::catalog::Entry;
use crate::policy::build::Builder;
use crate::policy::compiled::People;
use crate::policy::error::Written;
use crate::policy::glob::Glob;
use crate::policy::source::Whom;
use crate::suggest::nearest;

/// Commands that are listed when a glob matches none.
const MOST_LISTED: usize = 6;

impl Builder<'_> {
    /// Looks up people. Where a group that nobody knows could open something, it counts as everyone.
    pub(super) fn people(
        &mut self,
        list: &[Whom],
        at: Written,
        key: &'static str,
        closes: bool,
    ) -> People {
        let mut people = People::default();
        for whom in list {
            match whom {
                Whom::Everyone => people.is_everyone = true,
                Whom::Group(name) => {
                    let group = self.group(name, at, key);
                    let is_unknown = group.is_some_and(|it| self.unknown.contains(&it));
                    people.is_everyone |= closes && is_unknown;
                    people.groups.extend(group);
                }
            }
        }
        people
    }

    pub(super) fn group(&mut self, name: &str, at: Written, key: &'static str) -> Option<usize> {
        let groups = &self.policy.groups;
        let found = groups.iter().position(|it| **it == *name);
        if found.is_none() {
            let near = nearest(name, groups.iter().map(AsRef::as_ref));
            let help = match (near.first(), groups.is_empty()) {
                (Some(near), _) => format!("did you mean \"group:{near}\"?"),
                (None, false) => format!("known: {}", groups.join(", ")),
                (None, true) => format!("fix: write [group.{name}] with its members"),
            };
            let text = format!("there is no group \"{name}\"");
            self.note(at, key, &format!("group:{name}"), text, help);
        }
        found
    }

    pub(super) fn webhook(&mut self, name: &str, at: Written) -> Arc<str> {
        self.webhook_named(name, at, "in")
    }

    pub(super) fn webhook_named(&mut self, name: &str, at: Written, key: &'static str) -> Arc<str> {
        let known = &self.policy.ceilings;
        if !known.is_empty() && !known.contains_key(name) {
            let mut names: Vec<&str> = known.keys().map(String::as_str).collect();
            names.sort_unstable();
            let help = match nearest(name, names.iter().copied()).first() {
                Some(near) => format!("did you mean \"webhook:{near}\"?"),
                None => format!("known: {}", names.join(", ")),
            };
            let text = format!("there is no webhook \"{name}\"");
            self.note(at, key, &format!("webhook:{name}"), text, help);
        }
        name.into()
    }

    /// Returns the commands that a glob matches; one at least, or it is a mistake.
    pub(super) fn commands(&mut self, glob: &str, at: Written, key: &'static str) -> Vec<usize> {
        let pattern = Glob::ignoring_case(glob);
        let entries = self.catalog.iter().enumerate();
        let found: Vec<usize> = entries
            .filter(|(_, entry)| pattern.matches(entry.path()))
            .map(|(index, _)| index)
            .collect();
        if found.is_empty() {
            let what = match at {
                Written::Rule(_) if key == "deny" => "rule denies",
                Written::Rule(_) => "rule allows",
                Written::Freeze(_) => "freeze names",
                Written::Approval(_) => "approval is asked for",
                Written::Confirm => "confirmation is set for",
                Written::Ceiling(_)
                | Written::Permissions
                | Written::Command
                | Written::BreakGlass => "webhook names",
            };
            let text = format!("{what} \"{glob}\", which matches no command");
            let help = self.meant(glob);
            self.note(at, key, glob, text, help);
        }
        found
    }

    /// Guesses which commands a glob was to match.
    fn meant(&self, glob: &str) -> String {
        let alias = self.catalog.iter().find(|entry| {
            let mut aliases = entry.aliases().iter();
            aliases.any(|alias| alias.eq_ignore_ascii_case(glob))
        });
        if let Some(entry) = alias {
            return format!("it is an alias: write \"{}\"", entry.path());
        }
        let star = if glob.ends_with(" *") { " *" } else { "" };
        let typed = glob.strip_suffix(star).unwrap_or(glob);
        if typed != glob && self.catalog.iter().any(|entry| entry.path() == typed) {
            return format!("write \"{typed}\": it is meant whatever is said behind it");
        }
        let length = typed.split(' ').count();
        let beginnings: HashSet<String> = self
            .catalog
            .iter()
            .map(|entry| {
                entry
                    .path()
                    .split(' ')
                    .take(length)
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect();
        let near = nearest(typed, beginnings.iter().map(String::as_str));
        let near = near.first().copied().map(str::to_owned);
        let known = |under: &str| {
            let paths = self.catalog.iter().map(Entry::path);
            let listed: Vec<&str> = paths
                .filter(|path| path.starts_with(under))
                .take(MOST_LISTED)
                .collect();
            listed.join(", ")
        };
        match near {
            Some(near) => format!("did you mean \"{near}{star}\"? known: {}", known(&near)),
            None => format!("known: {}, …", known("")),
        }
    }
}
