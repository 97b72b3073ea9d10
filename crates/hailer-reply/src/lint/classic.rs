//! Hero, thumbnail, list and connector cards: older than Adaptive Cards, with buttons of their own.

use serde_json::{Map, Value};

use super::action::{BOT_ACTIONS, MOST_ACTIONS};
use super::kind::{
    EMPTY_CARD, FORBIDDEN_ACTION, MANY_ACTIONS, NO_ALT_TEXT, NO_TITLE, NO_URL, NOT_AN_OBJECT,
    UNKNOWN_ACTION, WRONG_TYPE,
};
use super::object::is_blank;
use super::report::shown;
use super::walk::Walk;

impl<'a> Walk<'a> {
    pub(super) fn classic(&mut self, content: &'a Map<String, Value>) {
        if content.values().all(is_blank) {
            self.report.note(&EMPTY_CARD);
        }
        self.each(content, "buttons", Self::classic_button);
        self.each(content, "images", Self::classic_image);
        self.each(content, "items", Self::classic_item);
        self.each(content, "sections", Self::classic_item);
        self.each(content, "potentialAction", Self::connector_action);
        self.tap(content);
        let count = content
            .get("buttons")
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        if count > MOST_ACTIONS {
            self.report.say_at(
                "buttons",
                &MANY_ACTIONS,
                format!("{count} buttons stand side by side"),
            );
        }
    }

    fn each(
        &mut self,
        object: &'a Map<String, Value>,
        key: &'a str,
        look: impl Fn(&mut Self, &'a Map<String, Value>),
    ) {
        let Some(list) = object.get(key).filter(|list| !list.is_null()) else {
            return;
        };
        self.report.enter(key);
        match list.as_array() {
            Some(list) => {
                for (index, item) in list.iter().enumerate() {
                    self.report.enter_item(index);
                    match item.as_object() {
                        Some(item) => look(self, item),
                        None => self.report.note(&NOT_AN_OBJECT),
                    }
                    self.report.leave();
                }
            }
            None => self.report.say(&WRONG_TYPE, format!("`{key}` is no list")),
        }
        self.report.leave();
    }

    fn tap(&mut self, object: &'a Map<String, Value>) {
        if let Some(tap) = object.get("tap").and_then(Value::as_object) {
            self.report.enter("tap");
            self.classic_action(tap);
            self.report.leave();
        }
    }

    fn classic_item(&mut self, item: &'a Map<String, Value>) {
        self.tap(item);
        self.each(item, "potentialAction", Self::connector_action);
    }

    fn classic_button(&mut self, button: &'a Map<String, Value>) {
        if button.get("title").is_none_or(is_blank) {
            self.report.note(&NO_TITLE);
        }
        self.classic_action(button);
    }

    fn classic_action(&mut self, action: &'a Map<String, Value>) {
        match action.get("type").and_then(Value::as_str) {
            Some("openUrl") => match action.get("value").and_then(Value::as_str) {
                Some(url) if !url.trim().is_empty() => {
                    self.report.enter("value");
                    self.link(url);
                    self.report.leave();
                }
                _ => self.report.note(&NO_URL),
            },
            Some(kind) if BOT_ACTIONS.contains(&kind) => self.report.say(
                &FORBIDDEN_ACTION,
                format!("`{kind}` cannot work in the answer of a webhook"),
            ),
            Some(kind) => self.report.advise(
                &UNKNOWN_ACTION,
                format!("Teams does not know the action `{}`", shown(kind)),
                "use `openUrl`",
            ),
            None => self.report.say(&UNKNOWN_ACTION, "a button has no `type`"),
        }
    }

    fn classic_image(&mut self, image: &'a Map<String, Value>) {
        if let Some(url) = image.get("url").and_then(Value::as_str) {
            self.report.enter("url");
            self.image_link(url);
            self.report.leave();
        }
        if image.get("alt").is_none_or(is_blank) {
            self.report.advise(
                &NO_ALT_TEXT,
                "an image has no `alt`",
                "add `alt`: what the image says",
            );
        }
        self.tap(image);
    }

    fn connector_action(&mut self, action: &'a Map<String, Value>) {
        let kind = action
            .get("@type")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if kind != "OpenUri" {
            self.report.advise(
                &FORBIDDEN_ACTION,
                format!("`{}` cannot work in the answer of a webhook", shown(kind)),
                "use `OpenUri`",
            );
            return;
        }
        self.each(action, "targets", |walk, target| {
            match target.get("uri").and_then(Value::as_str) {
                Some(url) => {
                    walk.report.enter("uri");
                    walk.link(url);
                    walk.report.leave();
                }
                None => walk.report.note(&NO_URL),
            }
        });
    }
}
