//! Rows of cells that a phone can show.
//!
//! Decision: up to three columns stand side by side, in column sets that every client draws. More of them, or three
//! with long words, are stacked: each row is a line for its first cell and one for the others with their titles,
//! because a phone would break the words. Tables of version 1.5 do neither. The text form has aligned columns either way.

use std::borrow::Cow;

use crate::card::Card;
use crate::card::canvas::width;
use crate::card::column_set::{Column, ColumnSet, ColumnWidth};
use crate::card::container::Container;
use crate::card::element::Element;
use crate::card::look::{Spacing, TextWeight};
use crate::card::rich_text::{RichTextBlock, TextRun};
use crate::card::stacked::{NO_BREAK, SEPARATOR};
use crate::card::text_block::TextBlock;
use crate::fit::more;
use crate::one_liner::words::{BLANK, Words, one_line};
use crate::one_liner::{nothing, titled};

/// More columns than this are stacked.
const MOST_BESIDE: usize = 3;

/// A phone shows about so many letters beside each other, less the gaps between three columns.
const PHONE_LETTERS: usize = 34;

/// Nobody reads more columns than this.
const MOST_COLUMNS: usize = 40;

/// A column is drawn at least as wide as so many letters, as far as there is room.
const NARROWEST: usize = 7;

/// A column gets no more room than for so many letters.
const WIDEST: usize = 30;

/// Draws a table with its title.
pub(crate) fn card(title: String, titles: Vec<String>, rows: Vec<Vec<Words>>) -> Card {
    let card = titled(title);
    if rows.is_empty() {
        return card.with(nothing());
    }
    let widest = rows.iter().map(Vec::len).max().unwrap_or(0);
    let wanted = widest.max(titles.len()).max(1);
    let count = wanted.min(MOST_COLUMNS);
    let titles: Vec<_> = titles.into_iter().map(one_line).take(count).collect();
    let rows: Vec<_> = rows.into_iter().map(|row| cells(row, count)).collect();
    let table = if is_wide(&rows, count) {
        stacked(&titles, rows)
    } else {
        beside(&titles, rows)
    };
    let card = card.with(table);
    if wanted > count {
        card.with(TextBlock::new(more(wanted - count, "column")).subtle())
    } else {
        card
    }
}

/// Says whether a phone could not show columns side by side without breaking words.
fn is_wide(rows: &[Vec<Words>], count: usize) -> bool {
    let letters = |measure: fn(&Words) -> usize| -> usize {
        let widest = |at| rows.iter().filter_map(|row| row.get(at)).map(measure).max();
        (0..count).filter_map(widest).sum()
    };
    count > MOST_BESIDE
        || (count == MOST_BESIDE
            && (letters(Words::longest_word) > PHONE_LETTERS
                || letters(Words::width) > 2 * PHONE_LETTERS))
}

/// Gives a row as many cells as there are columns.
fn cells(row: Vec<Words>, count: usize) -> Vec<Words> {
    let mut row = row;
    row.resize_with(count, || Words::new(""));
    row
}

fn beside(titles: &[String], rows: Vec<Vec<Words>>) -> Container {
    let count = rows.first().map_or(0, Vec::len);
    let rows: Vec<Vec<(usize, Element)>> = rows
        .into_iter()
        .map(|row| row.into_iter().map(measured).collect())
        .collect();
    let widths: Vec<_> = (0..count)
        .map(|at| {
            let title = titles.get(at).map_or(0, |title| width(title));
            let cells = rows.iter().filter_map(|row| row.get(at));
            let widest = cells.map(|(width, _)| *width).max().unwrap_or(0);
            let letters = title.max(widest).clamp(NARROWEST, WIDEST);
            ColumnWidth::Weight(u32::try_from(letters).unwrap_or_default())
        })
        .collect();
    let has_header = titles.iter().any(|title| title != BLANK);
    let mut table = Container::new();
    if has_header {
        table = table.with(header(titles, &widths));
    }
    for (at, row) in rows.into_iter().enumerate() {
        let columns = row
            .into_iter()
            .zip(&widths)
            .map(|((_, cell), &width)| Column::of_width(width).with(cell));
        let set = columns
            .fold(ColumnSet::new(), ColumnSet::with)
            .with_spacing(Spacing::Small);
        table = table.with(if has_header && at == 0 {
            set.with_separator()
        } else {
            set
        });
    }
    table
}

fn measured(words: Words) -> (usize, Element) {
    (words.width(), words.into_element())
}

fn header(titles: &[String], widths: &[ColumnWidth]) -> ColumnSet {
    let columns = widths.iter().enumerate().map(|(at, &width)| {
        let column = Column::of_width(width);
        match titles.get(at).filter(|title| *title != BLANK) {
            Some(title) => {
                column.with(TextBlock::new(title.as_str()).with_weight(TextWeight::Bolder))
            }
            None => column,
        }
    });
    columns.fold(ColumnSet::new(), ColumnSet::with)
}

fn stacked(titles: &[String], rows: Vec<Vec<Words>>) -> Container {
    rows.into_iter()
        .enumerate()
        .map(|(at, row)| {
            let stack = stack(titles, row).with_spacing(Spacing::Small);
            if at == 0 {
                stack
            } else {
                stack.with_separator()
            }
        })
        .fold(Container::new(), Container::with)
}

/// Draws a row: its first cell, and below it the others with their titles.
fn stack(titles: &[String], row: Vec<Words>) -> Container {
    let mut key = RichTextBlock::new();
    let mut others = RichTextBlock::new().with_spacing(Spacing::None);
    for (at, cell) in row.into_iter().enumerate() {
        let title = titles.get(at).filter(|title| *title != BLANK);
        let label = match (at, title) {
            (0 | 1, Some(title)) => Some(Cow::Owned(format!("{title}{NO_BREAK}"))),
            (0 | 1, None) => None,
            (_, Some(title)) => Some(Cow::Owned(format!("{SEPARATOR}{title}{NO_BREAK}"))),
            (_, None) => Some(Cow::Borrowed(SEPARATOR)),
        };
        let block = if at == 0 { &mut key } else { &mut others };
        let labelled = match label {
            Some(label) => std::mem::take(block).with(TextRun::new(label.into_owned()).subtle()),
            None => std::mem::take(block),
        };
        *block = cell.write_to(labelled, at == 0);
    }
    Container::new().with(key).with(others)
}
