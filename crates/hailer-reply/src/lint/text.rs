//! Texts: marks that Teams does not draw, lines that phones cut, colours that say it all.

use serde_json::{Map, Value};

use super::kind::{BLANK_TEXT, COLOR_ONLY, HTML, MARKDOWN, MISSING_PROPERTY, NO_WRAP, WRAP_OFF};
use super::markdown;
use super::walk::Walk;
use crate::sanitise::is_blank;

/// About what a phone shows in one line.
const PHONE_LINE: usize = 40;

impl<'a> Walk<'a> {
    pub(super) fn text_block(&mut self, block: &'a Map<String, Value>) {
        let Some(text) = block.get("text").and_then(Value::as_str) else {
            return;
        };
        self.report.enter("text");
        if is_blank(text) {
            self.report.note(&BLANK_TEXT);
        }
        self.marks(text);
        self.mentions_in(text);
        self.report.leave();
        match block.get("wrap") {
            Some(Value::Bool(true)) => {}
            Some(Value::Bool(false)) => self.report.say_at("wrap", &WRAP_OFF, WRAP_OFF.title),
            _ if text.chars().nth(PHONE_LINE).is_some() => self.report.note(&NO_WRAP),
            _ => {}
        }
        self.color(block, text);
    }

    pub(super) fn text_run(&mut self, run: &'a Map<String, Value>) {
        if let Some(text) = run.get("text").and_then(Value::as_str) {
            self.color(run, text);
        }
    }

    pub(super) fn facts(&mut self, set: &'a Map<String, Value>) {
        let Some(facts) = set.get("facts").and_then(Value::as_array) else {
            return;
        };
        self.report.enter("facts");
        for (index, fact) in facts.iter().enumerate() {
            self.report.enter_item(index);
            if fact.is_object() && ["title", "value"].iter().all(|key| fact.get(key).is_none()) {
                self.report
                    .say(&MISSING_PROPERTY, "a `Fact` needs `title` or `value`");
            }
            for key in ["title", "value"] {
                if let Some(text) = fact.get(key).and_then(Value::as_str) {
                    self.report.enter(key);
                    self.marks(text);
                    self.mentions_in(text);
                    self.report.leave();
                }
            }
            self.report.leave();
        }
        self.report.leave();
    }

    fn marks(&mut self, text: &str) {
        let marks = markdown::foreign_marks(text);
        if !marks.is_empty() {
            self.report.say(
                &MARKDOWN,
                format!("Teams draws no {} in cards", marks.join(", no ")),
            );
        }
        if let Some(tag) = markdown::first_tag(text) {
            self.report.say(
                &HTML,
                format!("Teams draws no HTML in cards; here `<{tag}>`"),
            );
        }
    }

    fn color(&mut self, text_of: &'a Map<String, Value>, text: &str) {
        let color = text_of
            .get("color")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let has_meaning = ["good", "warning", "attention"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(color));
        if has_meaning && !is_blank(text) && !says_it(text) {
            self.report.say_at(
                "color",
                &COLOR_ONLY,
                format!("the colour `{color}` is the only sign"),
            );
        }
    }
}

/// Tells whether a text says something by itself: a word, or a mark that has a meaning without its colour.
fn says_it(text: &str) -> bool {
    const SIGNS: &str = "✅❌✓✔✖✗✘⚠⛔🚫❗‼❓▲▼△▽↑↓⬆⬇🔺🔻+-−!";
    let mut letters = 0;
    for character in text.chars() {
        letters = if character.is_alphabetic() {
            letters + 1
        } else {
            0
        };
        let is_word = letters >= 2 || (character.is_alphabetic() && character >= '\u{2e80}');
        if is_word || SIGNS.contains(character) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_or_a_meaningful_sign_says_it() {
        for text in ["failed", "✅", "▲ 2.1 %", "−0.20", "99 % ok", "済"] {
            assert!(says_it(text), "{text}");
        }
        for text in ["●", "■ 12", "99.8 %", "A", "…", "3 / 5"] {
            assert!(!says_it(text), "{text}");
        }
    }
}
