//! Keeps the toggles of a cut card true: what they refer to may be gone.

use std::collections::HashSet;

use crate::card::Card;
use crate::card::action::{Action, Kind};
use crate::card::column_set::TaggedColumn;
use crate::card::element::Element;
use crate::card::placement::Placement;
use crate::card::table::{TaggedCell, TaggedRow};

/// Returns the ids of everything in a card.
pub(crate) fn ids(card: &Card) -> HashSet<String> {
    let mut ids = HashSet::new();
    collect_card(card, &mut ids);
    ids
}

/// Takes away targets that are lost, and toggles that have no other.
pub(crate) fn forget(card: &mut Card, lost: &HashSet<String>) {
    forget_actions(&mut card.actions, lost);
    forget_elements(&mut card.body, lost);
}

fn collect_card(card: &Card, ids: &mut HashSet<String>) {
    collect_elements(&card.body, ids);
    collect_actions(&card.actions, ids);
}

fn collect_actions(actions: &[Action], ids: &mut HashSet<String>) {
    for action in actions {
        match &action.kind {
            Kind::OpenUrl { .. } | Kind::ToggleVisibility { .. } => {}
            Kind::ShowCard { card } => collect_card(card, ids),
        }
    }
}

fn collect_elements(elements: &[Element], ids: &mut HashSet<String>) {
    for element in elements {
        let placement = match element {
            Element::TextBlock(block) => &block.placement,
            Element::RichTextBlock(block) => &block.placement,
            Element::Image(image) => &image.placement,
            Element::ImageSet(set) => &set.placement,
            Element::FactSet(set) => &set.placement,
            Element::Container(container) => {
                collect_elements(&container.items, ids);
                &container.placement
            }
            Element::ColumnSet(set) => {
                for TaggedColumn::Column(column) in &set.columns {
                    collect_elements(&column.items, ids);
                    collect(&column.placement, ids);
                }
                &set.placement
            }
            Element::ActionSet(set) => {
                collect_actions(&set.actions, ids);
                &set.placement
            }
            Element::Table(table) => {
                for TaggedRow::TableRow(row) in &table.rows {
                    for TaggedCell::TableCell(cell) in &row.cells {
                        collect_elements(&cell.items, ids);
                    }
                }
                &table.placement
            }
        };
        collect(placement, ids);
    }
}

fn collect(placement: &Placement, ids: &mut HashSet<String>) {
    ids.extend(placement.id().map(str::to_owned));
}

fn forget_actions(actions: &mut Vec<Action>, lost: &HashSet<String>) {
    actions.retain_mut(|action| match &mut action.kind {
        Kind::OpenUrl { .. } => true,
        Kind::ToggleVisibility { target_elements } => {
            let was_empty = target_elements.is_empty();
            target_elements.retain(|target| !lost.contains(target.id()));
            was_empty || !target_elements.is_empty()
        }
        Kind::ShowCard { card } => {
            forget(card, lost);
            true
        }
    });
}

fn forget_elements(elements: &mut [Element], lost: &HashSet<String>) {
    for element in elements {
        match element {
            Element::TextBlock(_)
            | Element::RichTextBlock(_)
            | Element::Image(_)
            | Element::ImageSet(_)
            | Element::FactSet(_) => {}
            Element::Container(container) => forget_elements(&mut container.items, lost),
            Element::ColumnSet(set) => {
                for TaggedColumn::Column(column) in &mut set.columns {
                    forget_elements(&mut column.items, lost);
                }
            }
            Element::ActionSet(set) => forget_actions(&mut set.actions, lost),
            Element::Table(table) => {
                for TaggedRow::TableRow(row) in &mut table.rows {
                    for TaggedCell::TableCell(cell) in &mut row.cells {
                        forget_elements(&mut cell.items, lost);
                    }
                }
            }
        }
    }
}
