//! What went wrong, and the way out.

use crate::card::Card;
use crate::card::container::Container;
use crate::card::look::ContainerStyle;
use crate::card::text_block::TextBlock;
use crate::one_liner::words::{BLANK, Sign, one_line};
use crate::sanitise::is_blank;

/// Draws a headline on the ground of what went wrong, and the details below it.
pub(crate) fn card(headline: String, details: String) -> Card {
    let headline = match one_line(headline) {
        blank if blank == BLANK => "Something went wrong".to_owned(),
        headline => headline,
    };
    let text = TextBlock::heading(format!("{} {headline}", Sign::Bad.symbol()));
    let ground = Container::new()
        .with_style(ContainerStyle::Attention)
        .bleeding()
        .with(text);
    let card = Card::new().with(ground);
    if is_blank(&details) {
        card
    } else {
        card.with(details)
    }
}
