//! Lines that a card is drawn into when there is nothing but text.

use std::borrow::Cow;

use crate::card::stacked::StackedRow;
use crate::sanitise::clean;

/// Columns of a table are padded to this at most: a longer cell pushes only its own row.
const WIDEST_CELL: usize = 40;

/// Titles of facts are padded to this at most.
const WIDEST_TITLE: usize = 24;

/// Lines of text, and how much more of them is wanted.
#[derive(Debug)]
pub(crate) struct Canvas {
    lines: Vec<String>,
    /// Rows that are aligned with those that may follow.
    pending: Pending,
    /// How many bytes are still wanted; what begins before it is used up is drawn whole.
    room: usize,
}

/// Rows that were drawn one by one, but belong together.
#[derive(Debug)]
enum Pending {
    Beside(Vec<Vec<String>>),
    Stacked(Vec<StackedRow>),
}

impl Canvas {
    pub(crate) fn new() -> Self {
        Self::with_room(usize::MAX)
    }

    /// Begins a canvas that is full after so many bytes.
    pub(crate) fn with_room(room: usize) -> Self {
        Self {
            lines: Vec::new(),
            pending: Pending::Beside(Vec::new()),
            room,
        }
    }

    /// Begins another canvas that may take what this one still may.
    pub(crate) fn beside(&self) -> Self {
        Self::with_room(self.room)
    }

    pub(crate) fn is_full(&self) -> bool {
        self.room == 0
    }

    pub(crate) fn room(&self) -> usize {
        self.room
    }

    pub(crate) fn into_lines(mut self) -> Vec<String> {
        self.settle();
        self.lines
    }

    pub(crate) fn into_text(self) -> String {
        match <[String; 1]>::try_from(self.into_lines()) {
            Ok([line]) => line,
            Err(lines) => lines.join("\n"),
        }
    }

    /// Draws text, a line for each of its lines; whatever could steer a terminal goes.
    pub(crate) fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        for line in text.split('\n') {
            self.push(if is_printable(line) {
                line.to_owned()
            } else {
                clean(line).collect()
            });
        }
    }

    /// Draws a label and where it leads.
    pub(crate) fn labelled(&mut self, label: &str, target: &str) {
        if label.trim().is_empty() || label == target {
            self.text(target);
        } else {
            self.text(&format!("{label} ({target})"));
        }
    }

    /// Draws names and values, aligned.
    pub(crate) fn facts<'a>(&mut self, facts: impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)>) {
        let rows = facts.map(|(title, value)| vec![title, value]).collect();
        self.grid(rows, WIDEST_TITLE);
    }

    /// Draws rows of cells, aligned.
    pub(crate) fn table(&mut self, rows: Vec<Vec<Cow<'_, str>>>) {
        self.grid(rows, WIDEST_CELL);
    }

    /// Draws columns: on one line if each has one, aligned with the columns before, else one below the other.
    pub(crate) fn columns(&mut self, columns: Vec<Self>) {
        let columns: Vec<_> = columns.into_iter().map(Self::into_lines).collect();
        if columns.iter().any(|lines| lines.len() > 1) {
            for line in columns.into_iter().flatten() {
                self.push(line);
            }
            return;
        }
        let row: Vec<_> = columns
            .into_iter()
            .map(|lines| lines.into_iter().next().unwrap_or_default())
            .collect();
        if row.iter().all(String::is_empty) {
            return;
        }
        self.beside_row(row);
    }

    /// Draws a row, aligned with those before that have as many cells.
    fn beside_row(&mut self, row: Vec<String>) {
        let cost = row.iter().map(|cell| cell.len() + 1).sum();
        match &mut self.pending {
            Pending::Beside(rows) if rows.last().is_none_or(|last| last.len() == row.len()) => {
                rows.push(row);
            }
            Pending::Beside(_) | Pending::Stacked(_) => {
                self.settle();
                self.pending = Pending::Beside(vec![row]);
            }
        }
        self.room = self.room.saturating_sub(cost);
    }

    /// Draws a row that is stacked as one of a table, with those before.
    pub(crate) fn stacked(&mut self, row: StackedRow) {
        let cost = row.cells.iter().map(|cell| cell.len() + 1).sum();
        match &mut self.pending {
            Pending::Stacked(rows) if rows.last().is_none_or(|last| last.titles == row.titles) => {
                rows.push(row);
            }
            Pending::Beside(_) | Pending::Stacked(_) => {
                self.settle();
                self.pending = Pending::Stacked(vec![row]);
            }
        }
        self.room = self.room.saturating_sub(cost);
    }

    /// Draws what to type and what it does, aligned with the entries before.
    pub(crate) fn entry(&mut self, call: &str, note: &str) {
        let line = |text: &str| text.replace('\n', " ");
        let row = vec![format!("  {}", line(call)), line(note)];
        if row.iter().all(|cell| cell.trim().is_empty()) {
            return;
        }
        self.beside_row(row);
    }

    /// Draws an empty line between what is there and what follows.
    pub(crate) fn gap(&mut self) {
        self.settle();
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.push(String::new());
        }
    }

    /// Draws lines a little to the right.
    pub(crate) fn indented(&mut self, canvas: Self) {
        for line in canvas.into_lines() {
            self.push(format!("  {line}"));
        }
    }

    /// Draws what was pending, now that nothing more can be aligned with it.
    fn settle(&mut self) {
        match std::mem::replace(&mut self.pending, Pending::Beside(Vec::new())) {
            Pending::Beside(mut rows) => {
                // Alone it needs no gaps for what is not there.
                if let [row] = rows.as_mut_slice() {
                    row.retain(|cell| !cell.is_empty());
                }
                self.settle_rows(rows);
            }
            Pending::Stacked(rows) => {
                let titles = rows.first().map(|row| row.titles.clone());
                let rows = rows.into_iter().map(|row| row.cells);
                self.settle_rows(titles.into_iter().chain(rows).collect());
            }
        }
    }

    fn settle_rows(&mut self, rows: Vec<Vec<String>>) {
        let rows: Vec<Vec<_>> = rows
            .into_iter()
            .map(|row| row.into_iter().map(Cow::Owned).collect())
            .collect();
        let widths = widths(&rows, WIDEST_CELL);
        // Their room was taken when they came.
        self.lines
            .extend(rows.iter().map(|row| line_of(row, &widths)));
    }

    fn grid(&mut self, rows: Vec<Vec<Cow<'_, str>>>, widest: usize) {
        let widths = widths(&rows, widest);
        for row in rows {
            if self.is_full() {
                return;
            }
            self.push(line_of(&row, &widths));
        }
    }

    fn push(&mut self, line: String) {
        self.settle();
        self.room = self.room.saturating_sub(line.len().max(1));
        self.lines.push(line);
    }
}

/// Measures columns, none of which is padded to more than `widest`.
fn widths(rows: &[Vec<Cow<'_, str>>], widest: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        for (at, cell) in row.iter().enumerate() {
            let width = cell_width(cell).min(widest);
            match widths.get_mut(at) {
                Some(known) => *known = width.max(*known),
                None => widths.push(width),
            }
        }
    }
    widths
}

/// Writes cells side by side; line breaks in them become spaces.
fn line_of(cells: &[Cow<'_, str>], widths: &[usize]) -> String {
    let mut line = String::with_capacity(widths.iter().sum::<usize>() + 2 * widths.len());
    for (at, cell) in cells.iter().enumerate() {
        if is_printable(cell) {
            line.push_str(cell);
        } else {
            line.extend(clean(cell).map(|each| if each == '\n' { ' ' } else { each }));
        }
        if at + 1 < cells.len() {
            let width = widths.get(at).copied().unwrap_or_default();
            let gap = width.saturating_sub(cell_width(cell)) + 2;
            line.extend(std::iter::repeat_n(' ', gap));
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// Recognises the usual text, which is drawn as it is.
fn is_printable(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

fn cell_width(cell: &str) -> usize {
    if is_printable(cell) {
        cell.len()
    } else {
        clean(cell).map(character_width).sum()
    }
}

/// Counts the columns that a terminal takes for a text, about.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(character_width).sum()
}

fn character_width(character: char) -> usize {
    match character {
        ' '..='~' => 1,
        '\u{0300}'..='\u{036f}' | '\u{200c}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}
