//! Mentions: the `<at>` of a text and the entity that says who it is must match.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::kind::MENTION;
use super::report::shown;
use super::walk::Walk;

impl<'a> Walk<'a> {
    /// Remembers the entities of a card.
    pub(super) fn mentions(&mut self, card: &'a Map<String, Value>) {
        let entities = card.get("msteams").and_then(|teams| teams.get("entities"));
        let Some(entities) = entities.and_then(Value::as_array) else {
            return;
        };
        self.report.enter("msteams");
        self.report.enter("entities");
        for (index, entity) in entities.iter().enumerate() {
            self.report.enter_item(index);
            let text = entity
                .get("text")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let id = entity
                .get("mentioned")
                .and_then(|who| who.get("id"))
                .and_then(Value::as_str);
            if !text.starts_with("<at>") || !text.ends_with("</at>") {
                self.report.advise(
                    &MENTION,
                    "an entity is no mention",
                    "write `text` as `<at>Name</at>`",
                );
            } else if id.is_none_or(|id| id.trim().is_empty()) {
                self.report.advise(
                    &MENTION,
                    "a mention does not say who it is",
                    "add `mentioned.id`",
                );
            }
            self.card.mentions.insert(text, false);
            self.report.leave();
        }
        self.report.leave();
        self.report.leave();
    }

    /// Looks for mentions in a text that no entity belongs to.
    pub(super) fn mentions_in(&mut self, text: &'a str) {
        let mut rest = text;
        while let Some(at) = rest.find("<at>") {
            let from = rest.get(at..).unwrap_or_default();
            let Some(end) = from.find("</at>") else {
                return;
            };
            let (mention, after) = from
                .split_at_checked(end + "</at>".len())
                .unwrap_or((from, ""));
            match self.card.mentions.get_mut(mention) {
                Some(is_used) => *is_used = true,
                None => self.report.say(
                    &MENTION,
                    format!("no entity belongs to the mention `{}`", shown(mention)),
                ),
            }
            rest = after;
        }
    }

    pub(super) fn unused_mentions(&mut self, mentions: &HashMap<&'a str, bool>) {
        let mut unused: Vec<_> = mentions
            .iter()
            .filter(|(text, is_used)| !**is_used && !text.is_empty())
            .collect();
        unused.sort_unstable();
        for (text, _) in unused {
            self.report.enter("msteams");
            self.report.enter("entities");
            self.report.say(
                &MENTION,
                format!("the card has no `{}`, but an entity for it", shown(text)),
            );
            self.report.leave();
            self.report.leave();
        }
    }
}
