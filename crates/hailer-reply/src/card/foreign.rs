//! The text form of any attachment, drawn from its JSON: also what this crate would not build.

use std::borrow::Cow;

use serde_json::Value;

use crate::attachment::{ADAPTIVE, CONNECTOR, HERO, LIST, THUMBNAIL};
use crate::card::canvas::Canvas;
use crate::card::draw::image_text;
use crate::card::read::read_markup;
use crate::card::stacked::StackedRow;
use crate::plain::{self, Style};

/// Draws an attachment of a message.
pub(crate) fn draw_attachment(attachment: &Value, canvas: &mut Canvas) {
    let content = attachment.get("content").unwrap_or(&Value::Null);
    match string(attachment, "contentType") {
        ADAPTIVE => canvas.foreign_card(content),
        HERO | THUMBNAIL => canvas.picture_card(content),
        LIST => canvas.list_card(content),
        CONNECTOR => canvas.connector_card(content),
        other => canvas.text(&format!("[attachment: {other}]")),
    }
}

impl Canvas {
    pub(crate) fn foreign_card(&mut self, card: &Value) {
        self.foreign_elements(array(card, "body"));
        self.foreign_link(card);
        self.foreign_actions(array(card, "actions"));
    }

    fn foreign_elements(&mut self, elements: &[Value]) {
        for element in elements {
            self.foreign_element(element);
        }
    }

    fn foreign_element(&mut self, element: &Value) {
        match string(element, "type") {
            "TextBlock" => self.text(&read_markup(string(element, "text"))),
            "RichTextBlock" => {
                let text: String = runs(element).map(|(text, _)| text).collect();
                self.text(&text);
            }
            "Image" => self.foreign_image(element),
            "ImageSet" => {
                for image in array(element, "images") {
                    self.foreign_image(image);
                }
            }
            "FactSet" => self.foreign_facts(element),
            "Container" => self.foreign_container(element),
            "ColumnSet" => {
                let columns = array(element, "columns").iter();
                let columns = columns.map(|column| self.foreign_box(column)).collect();
                self.columns(columns);
                self.foreign_link(element);
            }
            "ActionSet" => self.foreign_actions(array(element, "actions")),
            "Table" => self.foreign_table(element),
            other => self.text(&format!("[{}]", other.to_lowercase())),
        }
    }

    fn foreign_container(&mut self, container: &Value) {
        if let Some(row) = stacked_row(container) {
            return self.stacked(row);
        }
        if container.get("separator") == Some(&Value::Bool(true)) {
            self.gap();
        }
        if let Some((call, note)) = entry(container) {
            return self.entry(call, &read_markup(note));
        }
        self.foreign_elements(array(container, "items"));
        self.foreign_link(container);
    }

    fn foreign_image(&mut self, image: &Value) {
        self.text(&image_text(string(image, "altText")));
        self.foreign_link(image);
    }

    fn foreign_facts(&mut self, element: &Value) {
        let facts = array(element, "facts").iter().map(|fact| {
            (
                read_markup(string(fact, "title")),
                read_markup(string(fact, "value")),
            )
        });
        self.facts(facts);
    }

    fn foreign_table(&mut self, table: &Value) {
        let rows = array(table, "rows").iter().map(|row| {
            let cells = array(row, "cells").iter();
            cells
                .map(|cell| Cow::Owned(self.foreign_box(cell).into_text()))
                .collect()
        });
        let rows = rows.collect();
        self.table(rows);
    }

    /// Draws what has `items` into a canvas of its own.
    fn foreign_box(&self, element: &Value) -> Self {
        let mut canvas = self.beside();
        canvas.foreign_elements(array(element, "items"));
        canvas.foreign_link(element);
        canvas
    }

    fn foreign_link(&mut self, element: &Value) {
        let url = element
            .get("selectAction")
            .map(|action| string(action, "url"))
            .unwrap_or_default();
        if !url.is_empty() {
            self.text(&format!("({url})"));
        }
    }

    fn foreign_actions(&mut self, actions: &[Value]) {
        for action in actions {
            let title = string(action, "title");
            match string(action, "type") {
                "Action.OpenUrl" => self.labelled(title, string(action, "url")),
                "Action.ToggleVisibility" => {}
                "Action.ShowCard" => {
                    self.text(title);
                    let mut canvas = self.beside();
                    canvas.foreign_card(action.get("card").unwrap_or(&Value::Null));
                    self.indented(canvas);
                }
                _ => self.text(&format!("[{title}]")),
            }
        }
    }

    fn picture_card(&mut self, card: &Value) {
        self.text(string(card, "title"));
        self.text(string(card, "subtitle"));
        self.marked(card, "text");
        for image in array(card, "images") {
            self.text(&image_text(string(image, "alt")));
        }
        self.taps(card);
    }

    fn list_card(&mut self, card: &Value) {
        self.text(string(card, "title"));
        for item in array(card, "items") {
            let title = string(item, "title");
            let line = match string(item, "subtitle") {
                "" => title.to_owned(),
                subtitle => format!("{title} · {subtitle}"),
            };
            match item.get("tap").map(|tap| string(tap, "value")) {
                Some(url) if url.starts_with("http") => self.labelled(&line, url),
                Some(_) | None => self.text(&line),
            }
        }
        self.taps(card);
    }

    fn taps(&mut self, card: &Value) {
        for button in array(card, "buttons") {
            let title = string(button, "title");
            match string(button, "type") {
                "openUrl" => self.labelled(title, string(button, "value")),
                _ => self.text(&format!("[{title}]")),
            }
        }
    }

    fn connector_card(&mut self, card: &Value) {
        self.marked(card, "title");
        self.marked(card, "text");
        for section in array(card, "sections") {
            for name in [
                "title",
                "activityTitle",
                "activitySubtitle",
                "activityText",
                "text",
            ] {
                self.marked(section, name);
            }
            let facts = array(section, "facts").iter().map(|fact| {
                (
                    Cow::Owned(read_marked(fact, "name")),
                    Cow::Owned(read_marked(fact, "value")),
                )
            });
            self.facts(facts);
        }
        for action in array(card, "potentialAction") {
            let target = array(action, "targets").first();
            let url = target
                .map(|target| string(target, "uri"))
                .unwrap_or_default();
            self.labelled(string(action, "name"), url);
        }
    }

    fn marked(&mut self, value: &Value, name: &str) {
        self.text(&read_marked(value, name));
    }
}

/// Reads a row of a table that is too wide for phones.
fn stacked_row(container: &Value) -> Option<StackedRow> {
    let items = array(container, "items");
    let is_text = |item: &Value| string(item, "type") == "RichTextBlock";
    if container.get("selectAction").is_some() || !items.iter().all(is_text) {
        return None;
    }
    StackedRow::read(items.iter().map(runs))
}

/// Reads what to type and what it does.
fn entry(container: &Value) -> Option<(&str, &str)> {
    let [call, note] = array(container, "items") else {
        return None;
    };
    let [run] = array(call, "inlines") else {
        return None;
    };
    let is_entry = container.get("selectAction").is_none()
        && string(call, "type") == "RichTextBlock"
        && string(run, "fontType").eq_ignore_ascii_case("monospace")
        && string(note, "type") == "TextBlock";
    is_entry.then(|| (string(run, "text"), string(note, "text")))
}

/// Yields the texts of a paragraph, and whether they are subtle.
fn runs(paragraph: &Value) -> impl Iterator<Item = (&str, bool)> {
    array(paragraph, "inlines").iter().map(|run| {
        let text = run.as_str().unwrap_or_else(|| string(run, "text"));
        let is_subtle = run.get("isSubtle").and_then(Value::as_bool);
        (text, is_subtle == Some(true))
    })
}

fn read_marked(value: &Value, name: &str) -> String {
    plain::of_wire(string(value, name), Style::Plain)
}

fn string<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn array<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value
        .get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}
