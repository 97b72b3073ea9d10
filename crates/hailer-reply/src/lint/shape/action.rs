//! The actions that can be pressed in the answer of a webhook.

use super::element::{ID, REQUIRES};
use super::{Kind, Property, Shape, optional, required};

const COMMON: &[Property] = &[
    optional("title", Kind::Text),
    optional("iconUrl", Kind::ImageLink),
    ID,
    optional(
        "style",
        Kind::Choice(&["default", "positive", "destructive"]),
    ),
    optional("fallback", Kind::FallbackAction),
    optional("tooltip", Kind::Text),
    optional("isEnabled", Kind::Flag),
    optional("mode", Kind::Choice(&["primary", "secondary"])),
    REQUIRES,
    optional("msteams", Kind::Any),
];

const OPEN_URL: Shape = Shape {
    name: "Action.OpenUrl",
    since: 0,
    own: &[optional("url", Kind::Link)],
    common: COMMON,
};

const SHOW_CARD: Shape = Shape {
    name: "Action.ShowCard",
    since: 0,
    own: &[optional("card", Kind::Card)],
    common: COMMON,
};

const TOGGLE_VISIBILITY: Shape = Shape {
    name: "Action.ToggleVisibility",
    since: 2,
    own: &[required("targetElements", Kind::Targets)],
    common: COMMON,
};

/// Every action that Teams does not refuse.
pub(super) const ACTIONS: &[&Shape] = &[&OPEN_URL, &SHOW_CARD, &TOGGLE_VISIBILITY];
