//! The message: the answer to a webhook's request.

use serde_json::{Map, Value};

use super::kind::{
    ATTACHMENTS_TYPE, BARE_CARD, CAROUSEL, EMPTY_MESSAGE, MESSAGE_TYPE, NO_SUMMARY, NOT_A_MESSAGE,
    TEXT_TYPE,
};
use super::object::is_blank;
use super::walk::Walk;

impl<'a> Walk<'a> {
    pub(super) fn message(&mut self, value: &'a Value) {
        let Some(message) = value.as_object() else {
            self.report.note(&NOT_A_MESSAGE);
            return;
        };
        let kind = message.get("type").and_then(Value::as_str);
        if kind == Some("AdaptiveCard") || message.contains_key("body") {
            self.report.note(&BARE_CARD);
            return;
        }
        if kind != Some("message") {
            self.report.note(&MESSAGE_TYPE);
        }
        let text = message.get("text").filter(|text| !text.is_null());
        if text.is_some_and(|text| !text.is_string()) {
            self.report.say_at("text", &TEXT_TYPE, TEXT_TYPE.title);
        }
        let attachments = message.get("attachments").filter(|list| !list.is_null());
        let has_text = text.is_some_and(|text| !is_blank(text));
        let count = attachments.map_or(0, |list| self.attachments(list));
        if count == 0 && !has_text && attachments.is_none_or(Value::is_array) {
            self.report.note(&EMPTY_MESSAGE);
        }
        if count > 0 && !has_text && message.get("summary").is_none_or(is_blank) {
            self.report.note(&NO_SUMMARY);
        }
        self.layout(message, count);
    }

    /// Looks into each attachment, and returns how many there are.
    fn attachments(&mut self, list: &'a Value) -> usize {
        self.report.enter("attachments");
        let count = match list.as_array() {
            Some(list) => {
                for (index, attachment) in list.iter().enumerate() {
                    self.report.enter_item(index);
                    self.attachment(attachment);
                    self.report.leave();
                }
                list.len()
            }
            None => {
                self.report.note(&ATTACHMENTS_TYPE);
                0
            }
        };
        self.report.leave();
        count
    }

    fn layout(&mut self, message: &'a Map<String, Value>, count: usize) {
        let layout = message.get("attachmentLayout").and_then(Value::as_str);
        if count > 1 && layout == Some("carousel") {
            self.report
                .say_at("attachmentLayout", &CAROUSEL, CAROUSEL.title);
        }
    }
}
