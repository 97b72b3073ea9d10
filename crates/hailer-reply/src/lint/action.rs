//! Actions: the one that works, those that may, and those that need a bot.

use serde_json::{Map, Value};

use super::kind::{
    BOT_DATA, ELEMENT_VERSION, FORBIDDEN_ACTION, MANY_ACTIONS, MISPLACED, NO_TITLE, NO_URL,
    TOGGLE_OR_SHOW, UNKNOWN_ACTION,
};
use super::object::{fallback_of, is_blank};
use super::report::{did_you_mean, nearest, shown};
use super::shape::{self, Property, Shape};
use super::walk::Walk;

/// Teams shows no more actions side by side.
pub(super) const MOST_ACTIONS: usize = 6;

/// What only a bot can answer.
pub(super) const BOT_ACTIONS: &[&str] = &[
    "imBack",
    "messageBack",
    "invoke",
    "signin",
    "task/fetch",
    "task/submit",
    "postBack",
    "call",
    "playAudio",
    "playVideo",
    "showImage",
    "downloadFile",
];

impl<'a> Walk<'a> {
    pub(super) fn actions(&mut self, property: &Property, value: &'a Value) {
        let count = value.as_array().map_or(0, Vec::len);
        if count > MOST_ACTIONS {
            self.report
                .say(&MANY_ACTIONS, format!("{count} actions stand side by side"));
        }
        self.list(property, value, Self::action);
    }

    /// Looks at an action of a list.
    pub(super) fn action(&mut self, value: &'a Value) {
        let Some((object, kind)) = self.typed(value) else {
            return;
        };
        let needs_title = shape::action(kind).is_some();
        if needs_title
            && object.get("title").is_none_or(is_blank)
            && object.get("iconUrl").is_none_or(is_blank)
        {
            self.report.note(&NO_TITLE);
        }
        self.action_of_kind(object, kind);
    }

    /// Looks at what a press on an element does.
    pub(super) fn select_action(&mut self, value: &'a Value) {
        let Some((object, kind)) = self.typed(value) else {
            return;
        };
        if kind == "Action.ShowCard" {
            self.report
                .say(&MISPLACED, "a press on an element cannot open a card");
            return;
        }
        self.action_of_kind(object, kind);
    }

    fn action_of_kind(&mut self, object: &'a Map<String, Value>, kind: &'a str) {
        if let Some(id) = object.get("id").and_then(Value::as_str) {
            self.identify(id);
        }
        self.bot_data(object);
        if let Some(shape) = shape::action(kind) {
            self.known_action(object, shape);
        } else if is_forbidden(kind) {
            self.report.say(
                &FORBIDDEN_ACTION,
                format!("`{}` cannot work in the answer of a webhook", shown(kind)),
            );
        } else if shape::element(kind).is_some() || shape::is_part(kind) {
            self.report
                .say(&MISPLACED, format!("a `{}` is no action", shown(kind)));
        } else if let Some(fallback) = fallback_of(object) {
            self.report.enter("fallback");
            self.fallback(fallback, Self::action);
            self.report.leave();
        } else if self.card.covers == 0 {
            let near = nearest(kind, shape::action_names());
            self.report.advise(
                &UNKNOWN_ACTION,
                format!("Teams does not know the action `{}`", shown(kind)),
                did_you_mean(near, UNKNOWN_ACTION.fix),
            );
        }
    }

    fn known_action(&mut self, object: &'a Map<String, Value>, shape: &Shape) {
        if shape.name == "Action.OpenUrl" {
            if object.get("url").is_none_or(is_blank) {
                self.report.note(&NO_URL);
            }
        } else {
            self.report.say(
                &TOGGLE_OR_SHOW,
                format!("`{}` is documented for incoming webhooks only", shape.name),
            );
        }
        if let Some(version) = self.card.version.filter(|version| *version < shape.since) {
            self.report.say(
                &ELEMENT_VERSION,
                format!(
                    "`{}` came with version 1.{}, and the card says 1.{version}",
                    shape.name, shape.since
                ),
            );
        }
        self.object(object, shape);
    }

    /// Looks for what makes Teams call a bot.
    fn bot_data(&mut self, object: &'a Map<String, Value>) {
        let data = object
            .get("data")
            .and_then(|data| data.get("msteams"))
            .or_else(|| object.get("msteams"));
        let kind = data
            .and_then(|data| data.get("type"))
            .and_then(Value::as_str);
        if let Some(kind) = kind.filter(|kind| BOT_ACTIONS.contains(kind)) {
            self.report.say(&BOT_DATA, format!("`{kind}` needs a bot"));
        }
    }
}

fn is_forbidden(kind: &str) -> bool {
    matches!(kind, "Action.Submit" | "Action.Execute" | "Action.Http")
        || BOT_ACTIONS.contains(&kind)
}
