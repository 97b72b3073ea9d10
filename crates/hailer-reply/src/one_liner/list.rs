//! Lines below each other: names and values, items, links.

use crate::card::Card;
use crate::card::action::{Action, ActionSet};
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

/// What a button shows of its title, in bytes.
const BUTTON: usize = 80;

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

/// Draws a few links as buttons, and more of them as a line each.
pub(crate) fn links(title: String, links: Vec<(String, HttpsUrl)>) -> Card {
    let title = one_line(title);
    let card = Card::titled(if title == BLANK { "Links" } else { &title });
    if links.is_empty() {
        return card.with(nothing());
    }
    let is_short = links.len() <= MOST_BUTTONS;
    let links = links.into_iter().map(|(label, url)| {
        let label = one_line(label);
        let label = if label == BLANK {
            url.as_str().to_owned()
        } else {
            label
        };
        (shorten(&label, BUTTON), url)
    });
    if is_short {
        let buttons = links.map(|(label, url)| Action::open_url(label, url));
        card.with(buttons.fold(ActionSet::new(), ActionSet::with))
    } else {
        let lines =
            links.map(|(label, url)| TextBlock::link(&label, &url).with_spacing(Spacing::Small));
        card.with(lines.fold(Container::new(), Container::with))
    }
}
