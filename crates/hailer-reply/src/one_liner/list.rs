//! Lines below each other: names and values, items, links.

use crate::card::Card;
use crate::card::action::{Action, ActionSet};
use crate::card::canvas::width;
use crate::card::container::Container;
use crate::card::fact_set::FactSet;
use crate::card::https_url::HttpsUrl;
use crate::card::lead::shorten;
use crate::card::look::Spacing;
use crate::card::text_block::TextBlock;
use crate::one_liner::words::{BLANK, Words, one_line};
use crate::one_liner::{nothing, titled};

/// Teams shows no more buttons side by side.
const MOST_BUTTONS: usize = 6;

/// What a button shows of its title on a phone, in letters.
const BUTTON: usize = 28;

/// What buttons that stand side by side show on a phone, in letters.
const BUTTONS: usize = 34;

/// What the frame of a button takes beside its letters.
const FRAME: usize = 4;

/// The longest label of a link, in bytes.
const LONGEST_LABEL: usize = 200;

/// Draws names and values.
pub(crate) fn facts(title: String, pairs: Vec<(String, Words)>) -> Card {
    let card = titled(title);
    if pairs.is_empty() {
        return card.with(nothing());
    }
    let pairs = pairs
        .into_iter()
        .map(|(name, value)| (one_line(name), value.into_text()));
    card.with(pairs.fold(FactSet::new(), |set, (name, value)| set.with(name, value)))
}

/// Draws items, a line each.
pub(crate) fn items(title: String, items: Vec<Words>) -> Card {
    let card = titled(title);
    if items.is_empty() {
        return card.with(nothing());
    }
    let items = items.into_iter().map(Words::into_item);
    card.with(items.fold(Container::new(), Container::with))
}

/// Draws a few links as buttons, side by side if a phone has room; and more or longer ones as a line each.
pub(crate) fn links(title: String, links: Vec<(String, HttpsUrl)>) -> Card {
    let title = one_line(title);
    let card = Card::titled(if title == BLANK { "Links" } else { &title });
    if links.is_empty() {
        return card.with(nothing());
    }
    let links: Vec<_> = links.into_iter().map(labelled).collect();
    let widths = || links.iter().map(|(label, _)| width(label));
    let is_few = links.len() <= MOST_BUTTONS && widths().all(|width| width <= BUTTON);
    let is_row = widths().map(|width| width + FRAME).sum::<usize>() <= BUTTONS;
    let button = |(label, url)| Action::open_url(label, url);
    if is_few && is_row {
        let buttons = links.into_iter().map(button);
        card.with(buttons.fold(ActionSet::new(), ActionSet::with))
    } else if is_few {
        let buttons = links.into_iter().map(button);
        let rows = buttons.map(|button| {
            let row = ActionSet::new().with(button);
            row.with_spacing(Spacing::Small)
        });
        card.with(rows.fold(Container::new(), Container::with))
    } else {
        let lines = links
            .into_iter()
            .map(|(label, url)| TextBlock::link(&label, &url).with_spacing(Spacing::Small));
        card.with(lines.fold(Container::new(), Container::with))
    }
}

/// Makes sure that a link has a label.
fn labelled((label, url): (String, HttpsUrl)) -> (String, HttpsUrl) {
    let label = one_line(label);
    let label = if label == BLANK {
        url.as_str().to_owned()
    } else {
        shorten(&label, LONGEST_LABEL)
    };
    (label, url)
}
