//! The text form of a card: lines for terminals, logs, screen readers and clients without cards.

use std::borrow::Cow;

use crate::card::Card;
use crate::card::action::{Action, Kind, Link};
use crate::card::canvas::Canvas;
use crate::card::column_set::TaggedColumn;
use crate::card::container::Container;
use crate::card::element::Element;
use crate::card::image::{Image, TaggedImage};
use crate::card::read::read_markup;
use crate::card::rich_text::{Inline, RichTextBlock};
use crate::card::stacked::StackedRow;
use crate::card::table::{Table, TaggedCell, TaggedRow};

/// Draws into a fresh canvas, without a limit.
pub(crate) fn to_text(draw: impl FnOnce(&mut Canvas)) -> String {
    let mut canvas = Canvas::new();
    draw(&mut canvas);
    canvas.into_text()
}

impl Canvas {
    pub(crate) fn card(&mut self, card: &Card) {
        self.elements(&card.body);
        self.link(card.select_action.as_ref());
        self.actions(&card.actions);
    }

    pub(crate) fn elements(&mut self, elements: &[Element]) {
        for element in elements {
            if self.is_full() {
                return;
            }
            self.element(element);
        }
    }

    pub(crate) fn element(&mut self, element: &Element) {
        match element {
            Element::TextBlock(block) => self.text(&read_markup(block.text.as_str())),
            Element::RichTextBlock(block) => self.text(&rich_text(block)),
            Element::Image(image) => self.image(image),
            Element::ImageSet(set) => {
                for TaggedImage::Image(image) in &set.images {
                    self.image(image);
                }
            }
            Element::FactSet(set) => {
                let facts = set.facts.iter().map(|fact| {
                    (
                        read_markup(fact.title.as_str()),
                        read_markup(fact.value.as_str()),
                    )
                });
                self.facts(facts);
            }
            Element::Container(container) => self.container(container),
            Element::ColumnSet(set) => {
                let columns = set
                    .columns
                    .iter()
                    .map(|TaggedColumn::Column(column)| {
                        let mut canvas = self.beside();
                        canvas.elements(&column.items);
                        canvas.link(column.select_action.as_ref());
                        canvas
                    })
                    .collect();
                self.columns(columns);
                self.link(set.select_action.as_ref());
            }
            Element::ActionSet(set) => self.actions(&set.actions),
            Element::Table(table) => self.table_of(table),
        }
    }

    fn container(&mut self, container: &Container) {
        if let Some(row) = stacked_row(container) {
            return self.stacked(row);
        }
        if container.placement.has_separator() {
            self.gap();
        }
        if let Some((call, note)) = entry(container) {
            return self.entry(call, &read_markup(note));
        }
        self.elements(&container.items);
        self.link(container.select_action.as_ref());
    }

    fn image(&mut self, image: &Image) {
        self.text(&image_text(image.alt_text.as_str()));
        self.link(image.select_action.as_ref());
    }

    fn link(&mut self, link: Option<&Link>) {
        if let Some(link) = link {
            self.text(&format!("({})", link.url()));
        }
    }

    pub(crate) fn actions(&mut self, actions: &[Action]) {
        for action in actions {
            if self.is_full() {
                return;
            }
            match &action.kind {
                Kind::OpenUrl { url } => self.labelled(action.title.as_str(), url.as_str()),
                // There is nothing to toggle: the text form shows everything.
                Kind::ToggleVisibility { .. } => {}
                Kind::ShowCard { card } => {
                    self.text(action.title.as_str());
                    let mut canvas = self.beside();
                    canvas.card(card);
                    self.indented(canvas);
                }
            }
        }
    }

    fn table_of(&mut self, table: &Table) {
        let mut room = self.room();
        let mut rows: Vec<Vec<Cow<'_, str>>> = Vec::with_capacity(table.rows.len());
        for TaggedRow::TableRow(row) in &table.rows {
            if room == 0 {
                break;
            }
            let cells: Vec<_> = row
                .cells
                .iter()
                .map(|TaggedCell::TableCell(cell)| match cell.items.as_slice() {
                    [Element::TextBlock(block)] if cell.select_action.is_none() => {
                        read_markup(block.text.as_str())
                    }
                    items => {
                        let mut canvas = self.beside();
                        canvas.elements(items);
                        canvas.link(cell.select_action.as_ref());
                        Cow::Owned(canvas.into_text())
                    }
                })
                .collect();
            let length: usize = cells.iter().map(|cell| cell.len() + 1).sum();
            room = room.saturating_sub(length.max(1));
            rows.push(cells);
        }
        self.table(rows);
    }
}

/// Reads a row of a table that is too wide for phones.
pub(crate) fn stacked_row(container: &Container) -> Option<StackedRow> {
    if container.select_action.is_some() {
        return None;
    }
    let paragraphs = container.items.iter().map(|item| match item {
        Element::RichTextBlock(block) => Some(
            block
                .inlines
                .iter()
                .map(|Inline::TextRun(run)| (run.text.as_str(), run.is_subtle == Some(true))),
        ),
        Element::TextBlock(_)
        | Element::Image(_)
        | Element::ImageSet(_)
        | Element::FactSet(_)
        | Element::Container(_)
        | Element::ColumnSet(_)
        | Element::ActionSet(_)
        | Element::Table(_) => None,
    });
    StackedRow::read(paragraphs.collect::<Option<Vec<_>>>()?)
}

/// Reads what to type and what it does.
fn entry(container: &Container) -> Option<(&str, &str)> {
    let [Element::RichTextBlock(call), Element::TextBlock(note)] = container.items.as_slice()
    else {
        return None;
    };
    match call.inlines.as_slice() {
        [Inline::TextRun(call)] if call.is_monospace() && container.select_action.is_none() => {
            Some((call.text.as_str(), note.text.as_str()))
        }
        _ => None,
    }
}

pub(crate) fn image_text(alt_text: &str) -> String {
    if alt_text.trim().is_empty() {
        "[image]".to_owned()
    } else {
        format!("[image: {}]", alt_text.trim())
    }
}

fn rich_text(block: &RichTextBlock) -> Cow<'_, str> {
    match block.inlines.as_slice() {
        [Inline::TextRun(run)] => Cow::Borrowed(run.text.as_str()),
        runs => runs
            .iter()
            .map(|Inline::TextRun(run)| run.text.as_str())
            .collect::<String>()
            .into(),
    }
}
