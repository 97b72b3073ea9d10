//! The wire text of a message, drawn for eyes that have no Teams.

use crate::block::Kind;
use crate::emphasis::Switch;
use crate::entity;
use crate::inline::{self, Piece};
use crate::markdown;
use crate::sanitise::clean;

/// Sets code off from text.
const INDENT: &str = "  ";

/// How a terminal draws a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without any markup and without gaps: for logs and tests.
    Plain,
    /// Laid out as Teams does, without any escape sequence.
    Monochrome,
    /// Laid out as Teams does, with bold and italic as ANSI escape sequences.
    Ansi,
}

/// Draws an author's Markdown.
pub(crate) fn of_markdown(markdown: &str) -> String {
    of_wire(&markdown::to_wire(markdown), Style::Plain)
}

/// Draws the `text` of a message. Where there is a layout, a blank line stands between paragraphs and code is indented.
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

/// Draws what was cut off the end of a block.
pub(crate) fn of_cut(kind: Kind, wire: &str) -> String {
    match kind {
        Kind::Text | Kind::Markdown => of_wire(wire, Style::Plain),
        Kind::Code => decode(wire),
    }
}

/// Splits at the first preformatted block.
fn split_code(wire: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = wire.split_once("<pre>")?;
    let (code, after) = rest.split_once("</pre>")?;
    // HTML drops a newline right after the tag.
    Some((before, code.strip_prefix('\n').unwrap_or(code), after))
}

/// Reads the entities of a preformatted block.
fn decode(code: &str) -> String {
    let mut read = String::with_capacity(code.len());
    let mut rest = code;
    while let Some((before, after)) = rest.split_once('&') {
        read.push_str(before);
        rest = match entity::split(after) {
            Some((character, after)) => {
                read.push_str(&character);
                after
            }
            None => {
                read.push('&');
                after
            }
        };
    }
    read.push_str(rest);
    read
}

/// Splits a line of code into the space before, what a person would type, and what is said of it: in replies a line
/// that begins with a mention is one to type, up to a gap of two spaces.
fn split_call(line: &str) -> (&str, &str, &str) {
    let begin = line.len() - line.trim_start_matches(' ').len();
    let (space, text) = line.split_at_checked(begin).unwrap_or(("", line));
    let is_call = text
        .strip_prefix('@')
        .is_some_and(|name| name.starts_with(char::is_alphanumeric));
    let end = match text.find("  ") {
        _ if !is_call => 0,
        Some(gap) => gap,
        None => text.len(),
    };
    let (call, rest) = text.split_at_checked(end).unwrap_or(("", text));
    (space, call, rest)
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
        let code = decode(code);
        match self.style {
            Style::Plain => self.draw(&code),
            Style::Monochrome | Style::Ansi => self.draw_lines(&code),
        }
    }

    fn draw_lines(&mut self, code: &str) {
        for (index, line) in code.trim_end_matches('\n').split('\n').enumerate() {
            if index > 0 {
                self.drawn.push('\n');
            }
            if line.is_empty() {
                continue;
            }
            self.draw(INDENT);
            let (space, call, rest) = split_call(line);
            self.draw(space);
            if !call.is_empty() {
                self.draw_switch(Switch::BoldOn.ansi());
                self.draw(call);
                self.draw_switch(Switch::BoldOff.ansi());
            }
            self.draw(rest);
        }
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
            Style::Plain | Style::Monochrome => {}
            Style::Ansi => self.drawn.push_str(ansi),
        }
    }

    fn draw(&mut self, text: &str) {
        self.drawn.extend(clean(text));
    }

    fn start_paragraph(&mut self) {
        if !self.is_first {
            self.drawn.push_str(match self.style {
                Style::Plain => "\n",
                Style::Monochrome | Style::Ansi => "\n\n",
            });
        }
        self.is_first = false;
    }
}
