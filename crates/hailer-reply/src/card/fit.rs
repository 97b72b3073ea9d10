//! Cuts a card that is too long for its message: whole rows, facts, lines and elements go, from the end of
//! the longest list, and a line says how many.
//!
//! Every list gives each of its children the same largest share, so that a title and a closing hint
//! survive a long table; only where the children are too many for that, the last of them go. Each cut
//! measures what it made, and what is still too long is left out: the result always fits.

use std::io::{self, Write};
use std::mem::take;

use serde::Serialize;

use crate::attachment::AnyCard;
use crate::card::Card;
use crate::card::action::{Action, Kind};
use crate::card::canvas::Canvas;
use crate::card::draw::stacked_row;
use crate::card::element::Element;
use crate::card::fit_element;
use crate::card::text_block::TextBlock;
use crate::card::toggles;
use crate::fit::{more, share};

/// Room for an element that says how much is missing.
pub(crate) const MARKER_ROOM: usize = 160;

/// A child with less room than this says little; the last ones are dropped instead.
const SMALLEST_SHARE: usize = 400;

/// Counts the bytes of a value's JSON.
pub(crate) fn json_cost(value: &impl Serialize) -> usize {
    struct Counter(usize);
    impl Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut counter = Counter(0);
    match serde_json::to_writer(&mut counter, value) {
        Ok(()) => counter.0,
        Err(_) => usize::MAX,
    }
}

impl AnyCard {
    /// Cuts the card to a room.
    pub(crate) fn fit(&self, room: usize) -> Self {
        if json_cost(self) <= room {
            return self.clone();
        }
        let frame = json_cost(&Self::Adaptive(Card::new())) - json_cost(&Card::new());
        let room = room.saturating_sub(frame);
        match self {
            Self::Adaptive(card) => card.clone().fit(room).into(),
            Self::Filled(card) => match card.to_card() {
                Some(card) => card.fit(room).into(),
                None => Card::new().with(self.to_text()).fit(room).into(),
            },
            // Their own lists are experimental; the text form can be cut like any other.
            Self::Hero(_) | Self::Thumbnail(_) | Self::List(_) | Self::Connector(_) => {
                Card::new().with(self.to_text()).fit(room).into()
            }
        }
    }
}

impl Card {
    fn fit(mut self, room: usize) -> Self {
        // What is derived should still tell of the whole.
        let lead = self.lead();
        let (fallback_text, speak) = self.texts();
        self.fallback_text = Some(fallback_text);
        self.speak = Some(speak);
        let mut lost = toggles::ids(&self);
        self.shrink(room);
        let kept = toggles::ids(&self);
        lost.retain(|id| !kept.contains(id));
        toggles::forget(&mut self, &lost);
        if json_cost(&self) <= room {
            return self;
        }
        Self::new().with(TextBlock::new(lead.summary().as_str()))
    }

    /// Shrinks the lists of the card, so that the whole fits into a room if its frame does.
    pub(crate) fn shrink(&mut self, room: usize) {
        let (body, actions, mentions) = (
            take(&mut self.body),
            take(&mut self.actions),
            take(&mut self.mentions),
        );
        // The frame as it is, and the names of the lists.
        let names = r#","actions":,"msteams":{"entities":}"#.len();
        let room = room.saturating_sub(json_cost(self) + names);
        let costs = [json_cost(&body), json_cost(&actions), json_cost(&mentions)];
        let share = share(&mut costs.clone(), room);
        let [body_room, actions_room, mentions_room] = costs.map(|cost| cost.min(share));
        self.body = elements(body, body_room);
        self.actions = list(actions, actions_room, action).kept;
        self.mentions = list(mentions, mentions_room, |_, _| None).kept;
    }
}

/// A list, cut.
pub(crate) struct Cut<T> {
    pub(crate) kept: Vec<T>,
    pub(crate) dropped: Vec<T>,
    /// How many went although later ones stay, because nothing short could be made of them.
    pub(crate) lost: usize,
}

/// Keeps what fits of a list.
pub(crate) fn list<T: Serialize>(
    children: Vec<T>,
    room: usize,
    cut: impl Fn(T, usize) -> Option<T>,
) -> Cut<T> {
    // A comma each, and brackets for all; the last needs no comma.
    let costs: Vec<_> = children.iter().map(|child| json_cost(child) + 1).collect();
    let room = room.saturating_sub("[]".len() - ",".len());
    let mut largest = share(&mut costs.clone(), room);
    let mut count = children.len();
    if largest < SMALLEST_SHARE {
        count = count_fitting(&costs, room);
        let mut costs = costs.get(..count).unwrap_or_default().to_vec();
        largest = share(&mut costs, room);
    }
    let mut result = Cut {
        kept: Vec::with_capacity(count),
        dropped: Vec::new(),
        lost: 0,
    };
    for (at, (child, cost)) in children.into_iter().zip(costs).enumerate() {
        if at >= count {
            result.dropped.push(child);
        } else if cost <= largest {
            result.kept.push(child);
        } else {
            let room = largest.saturating_sub(1);
            match cut(child, room).filter(|child| json_cost(child) <= room) {
                Some(child) => result.kept.push(child),
                None => result.lost += 1,
            }
        }
    }
    result
}

/// Counts how many children fit from the front; those that are long beside the room may be cut.
fn count_fitting(costs: &[usize], room: usize) -> usize {
    let longest = SMALLEST_SHARE.max(room / 4);
    let mut left = room;
    costs
        .iter()
        .take_while(|&&cost| {
            let need = cost.min(longest);
            let fits = need <= left;
            left = left.saturating_sub(need);
            fits
        })
        .count()
}

/// Keeps what fits of a list of elements, and says how many lines are missing.
pub(crate) fn elements(children: Vec<Element>, room: usize) -> Vec<Element> {
    if json_cost(&children) <= room {
        return children;
    }
    let cut = list(
        children,
        room.saturating_sub(MARKER_ROOM),
        fit_element::element,
    );
    let note = note(&cut.dropped, cut.lost);
    let mut kept = cut.kept;
    kept.extend(note.map(|note| marker(note).into()));
    kept
}

/// Says how much is missing: rows, if all of it are rows of a table.
fn note(dropped: &[Element], lost: usize) -> Option<String> {
    if !dropped.is_empty() && dropped.iter().all(is_row) {
        return Some(more(dropped.len() + lost, "row"));
    }
    let mut canvas = Canvas::new();
    canvas.elements(dropped);
    match canvas.into_lines().len() + lost {
        0 => None,
        lines => Some(more(lines, "line")),
    }
}

/// Recognises rows of tables that are drawn without a table.
fn is_row(element: &Element) -> bool {
    match element {
        Element::ColumnSet(_) => true,
        Element::Container(container) => stacked_row(container).is_some(),
        Element::TextBlock(_)
        | Element::RichTextBlock(_)
        | Element::Image(_)
        | Element::ImageSet(_)
        | Element::FactSet(_)
        | Element::ActionSet(_)
        | Element::Table(_) => false,
    }
}

pub(crate) fn marker(text: String) -> TextBlock {
    TextBlock::new(text).subtle()
}

/// Cuts a card within a button; a button itself has nothing to cut.
pub(crate) fn action(mut action: Action, room: usize) -> Option<Action> {
    match &mut action.kind {
        Kind::OpenUrl { .. } | Kind::ToggleVisibility { .. } => return None,
        Kind::ShowCard { card } => {
            let whole = take(&mut **card);
            let room = room.checked_sub(json_cost(&action))?;
            if let Kind::ShowCard { card } = &mut action.kind {
                **card = whole;
                // The cost of an empty inner card is in the button's.
                card.shrink(room);
            }
        }
    }
    Some(action)
}
