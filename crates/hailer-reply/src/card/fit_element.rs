//! Cuts one element to a room.

use std::mem::take;

use crate::card::action::ActionSet;
use crate::card::clean::Clean;
use crate::card::column_set::{ColumnSet, TaggedColumn};
use crate::card::container::Container;
use crate::card::cut::{cut_markup, cut_plain};
use crate::card::element::Element;
use crate::card::fact_set::{Fact, FactSet};
use crate::card::fit::{MARKER_ROOM, action, elements, json_cost, list, marker};
use crate::card::image::ImageSet;
use crate::card::rich_text::{Inline, RichTextBlock, TextRun};
use crate::card::table::{Table, TableCell, TableRow, TaggedCell, TaggedRow};
use crate::card::text_block::TextBlock;
use crate::fit::more;

/// Teams draws no table with more columns readably.
const MOST_COLUMNS: usize = 40;

/// Cuts an element, if anything of it can be left.
pub(crate) fn element(whole: Element, room: usize) -> Option<Element> {
    match whole {
        Element::TextBlock(block) => text_block(block, room),
        Element::RichTextBlock(block) => rich_text(block, room),
        Element::Image(_) => None,
        Element::ImageSet(set) => image_set(set, room),
        Element::FactSet(set) => fact_set(set, room),
        Element::Container(container) => self::container(container, room),
        Element::ColumnSet(set) => column_set(set, room),
        Element::ActionSet(set) => action_set(set, room),
        Element::Table(table) => self::table(table, room),
    }
}

/// Returns what an element leaves for its lists, when these are empty.
fn left(frame: Element, room: usize) -> (Element, Option<usize>) {
    let left = room.checked_sub(json_cost(&frame));
    (frame, left)
}

fn text_block(mut block: TextBlock, room: usize) -> Option<Element> {
    let text = take(&mut block.text);
    let room = room.checked_sub(json_cost(&Element::from(block.clone())))?;
    block.text = Clean::from(cut_markup(text.as_str(), room)?);
    Some(block.into())
}

fn rich_text(mut block: RichTextBlock, room: usize) -> Option<Element> {
    let runs = take(&mut block.inlines);
    let room = room.checked_sub(json_cost(&Element::from(block.clone())) + MARKER_ROOM)?;
    let cut = list(runs, room, |Inline::TextRun(mut run), room| {
        let text = take(&mut run.text);
        let room = room.checked_sub(json_cost(&Inline::TextRun(run.clone())))?;
        run.text = Clean::from(cut_plain(text.as_str(), room)?);
        Some(Inline::TextRun(run))
    });
    block.inlines = cut.kept;
    let missing: usize = cut
        .dropped
        .iter()
        .map(|Inline::TextRun(run)| run.text.as_str().chars().count())
        .sum();
    if missing > 0 {
        let run = TextRun::new(format!(" {}", more(missing, "character"))).subtle();
        block.inlines.push(Inline::TextRun(run));
    }
    Some(block.into())
}

/// Cuts a row of images; what says so stands below it.
fn image_set(mut set: ImageSet, room: usize) -> Option<Element> {
    let images = take(&mut set.images);
    let frame = json_cost(&Element::from(Container::new().with(set.clone())));
    let room = room.checked_sub(frame + MARKER_ROOM)?;
    let cut = list(images, room, |_, _| None);
    set.images = cut.kept;
    let missing = cut.dropped.len() + cut.lost;
    let below = Container::new().with(marker(more(missing, "image")));
    Some(with_note(set.into(), below))
}

/// Cuts a row of buttons; what says so stands below it.
fn action_set(mut set: ActionSet, room: usize) -> Option<Element> {
    let actions = take(&mut set.actions);
    let frame = json_cost(&Element::from(Container::new().with(set.clone())));
    let room = room.checked_sub(frame + MARKER_ROOM)?;
    let cut = list(actions, room, action);
    set.actions = cut.kept;
    let missing = cut.dropped.len() + cut.lost;
    let below = Container::new().with(marker(more(missing, "link")));
    Some(if missing > 0 {
        with_note(set.into(), below)
    } else {
        set.into()
    })
}

/// Puts an element above the note of a container.
fn with_note(element: Element, mut container: Container) -> Element {
    container.items.insert(0, element);
    container.into()
}

fn fact_set(mut set: FactSet, room: usize) -> Option<Element> {
    let facts = take(&mut set.facts);
    let room = room.checked_sub(json_cost(&Element::from(set.clone())) + MARKER_ROOM)?;
    let cut = list(facts, room, |fact, room| {
        // The names of both, their quotes and what parts them.
        let room = room.checked_sub(r#"{"title":"","value":""}"#.len())? / 2;
        Some(Fact {
            title: Clean::from(cut_markup(fact.title.as_str(), room)?),
            value: Clean::from(cut_markup(fact.value.as_str(), room)?),
        })
    });
    let missing = cut.dropped.len() + cut.lost;
    set.facts = cut.kept;
    if missing > 0 {
        let plural = if missing == 1 { "" } else { "s" };
        set = set.with("…", format!("{missing} more line{plural}"));
    }
    Some(set.into())
}

fn container(mut container: Container, room: usize) -> Option<Element> {
    let items = take(&mut container.items);
    let (frame, room) = left(container.into(), room);
    let Element::Container(mut container) = frame else {
        return None;
    };
    container.items = elements(items, room?);
    Some(container.into())
}

fn column_set(mut set: ColumnSet, room: usize) -> Option<Element> {
    let columns = take(&mut set.columns);
    let room = room.checked_sub(json_cost(&Element::from(set.clone())) + MARKER_ROOM)?;
    let cut = list(columns, room, |TaggedColumn::Column(mut column), room| {
        let items = take(&mut column.items);
        let column = TaggedColumn::Column(column);
        let room = room.checked_sub(json_cost(&column))?;
        let TaggedColumn::Column(mut column) = column;
        column.items = elements(items, room);
        Some(TaggedColumn::Column(column))
    });
    let missing = cut.dropped.len() + cut.lost;
    set.columns = cut.kept;
    if missing > 0 {
        let column = crate::card::column_set::Column::new();
        set = set.with(column.with(marker(more(missing, "column"))));
    }
    Some(set.into())
}

fn table(mut table: Table, room: usize) -> Option<Element> {
    let rows = take(&mut table.rows);
    let widest = rows
        .iter()
        .map(|TaggedRow::TableRow(row)| row.cells.len())
        .max()?;
    let columns = widest.min(MOST_COLUMNS);
    table.columns.truncate(columns);
    let blank = TableRow::from(vec![TableCell::new(); columns.saturating_sub(1)]);
    let frame = json_cost(&Element::from(table.clone())) + json_cost(&blank);
    let room = room.checked_sub(frame + 2 * MARKER_ROOM)?;
    let rows = rows.into_iter().map(|TaggedRow::TableRow(mut row)| {
        row.cells.truncate(columns);
        TaggedRow::TableRow(row)
    });
    let cut = list(rows.collect(), room, |TaggedRow::TableRow(row), room| {
        table_row(row, room).map(TaggedRow::TableRow)
    });
    let missing = cut.dropped.len() + cut.lost;
    table.rows = cut.kept;
    let mut notes = Vec::new();
    if missing > 0 {
        notes.push(more(missing, "row"));
    }
    if widest > columns {
        notes.push(more(widest - columns, "column"));
    }
    if !notes.is_empty() {
        let mut note = TableRow::new().with(marker(notes.join(", ")));
        note.cells.extend(blank.cells);
        table = table.with_row(note);
    }
    Some(table.into())
}

fn table_row(mut row: TableRow, room: usize) -> Option<TableRow> {
    let cells = take(&mut row.cells);
    let room = room.checked_sub(json_cost(&TaggedRow::TableRow(row.clone())))?;
    // A cell that goes takes its column along, so each is cut to the share of all.
    let count = cells.len();
    row.cells = cells
        .into_iter()
        .map(|TaggedCell::TableCell(mut cell)| {
            let items = take(&mut cell.items);
            let frame = json_cost(&TaggedCell::TableCell(cell.clone())) + 1;
            let room = (room / count).saturating_sub(frame);
            cell.items = elements(items, room);
            TaggedCell::TableCell(cell)
        })
        .collect();
    Some(row)
}
