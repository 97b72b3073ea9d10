//! The wire text of a message, drawn for eyes that have no Teams.

use crate::entity;
use crate::inline::{self, Piece};
use crate::markdown;
use crate::sanitise::clean;

/// How a terminal draws a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without any markup.
    Plain,
    /// Bold and italic as ANSI escape sequences.
    Ansi,
}

/// Draws an author's Markdown.
pub(crate) fn of_markdown(markdown: &str) -> String {
    of_wire(&markdown::to_wire(markdown), Style::Plain)
}

/// Draws the `text` of a message: a line for each paragraph, code as it is.
///
/// What it lets through is sanitised, so a message cannot steer the terminal.
pub(crate) fn of_wire(wire: &str, style: Style) -> String {
    let mut canvas = Canvas {
        drawn: String::with_capacity(wire.len()),
        style,
        is_first: true,
    };
    let mut rest = wire;
    while let Some((before, code, after)) = split_code(rest) {
        canvas.draw_paragraphs(before);
        canvas.draw_code(code);
        rest = after;
    }
    canvas.draw_paragraphs(rest);
    canvas.drawn
}

/// Splits at the first preformatted block.
fn split_code(wire: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = wire.split_once("<pre>")?;
    let (code, after) = rest.split_once("</pre>")?;
    // HTML drops a newline right after the tag.
    Some((before, code.strip_prefix('\n').unwrap_or(code), after))
}

struct Canvas {
    drawn: String,
    style: Style,
    is_first: bool,
}

impl Canvas {
    fn draw_paragraphs(&mut self, markdown: &str) {
        for paragraph in markdown.split("\n\n").map(|text| text.trim_matches('\n')) {
            if !paragraph.is_empty() {
                self.start_paragraph();
                self.draw_pieces(inline::pieces(paragraph));
            }
        }
    }

    fn draw_code(&mut self, code: &str) {
        self.start_paragraph();
        let mut rest = code;
        while let Some((before, after)) = rest.split_once('&') {
            self.draw(before);
            rest = match entity::split(after) {
                Some((character, after)) => {
                    self.draw(&character);
                    after
                }
                None => {
                    self.draw("&");
                    after
                }
            };
        }
        self.draw(rest);
    }

    fn draw_pieces(&mut self, pieces: Vec<Piece<'_>>) {
        let mut label_start = 0;
        for piece in pieces {
            match piece {
                Piece::Literal(text) => self.draw(&text),
                Piece::Break => self.drawn.push('\n'),
                Piece::Switch(switch) => self.draw_switch(switch.ansi()),
                Piece::LabelStart => label_start = self.drawn.len(),
                Piece::LabelEnd(target) => self.draw_target(label_start, &target),
            }
        }
    }

    /// Draws where a link leads, unless its label says so already.
    fn draw_target(&mut self, label_start: usize, target: &str) {
        let label = self.drawn.get(label_start..).unwrap_or_default();
        if !label.trim().is_empty() && label != target {
            self.draw(" (");
            self.draw(target);
            self.draw(")");
        }
    }

    fn draw_switch(&mut self, ansi: &str) {
        match self.style {
            Style::Plain => {}
            Style::Ansi => self.drawn.push_str(ansi),
        }
    }

    fn draw(&mut self, text: &str) {
        self.drawn.extend(clean(text));
    }

    fn start_paragraph(&mut self) {
        if !self.is_first {
            self.drawn.push('\n');
        }
        self.is_first = false;
    }
}
