//! Findings about elements and actions.

use super::{FindingKind, error, warning};

pub(in crate::lint) const NOT_AN_OBJECT: FindingKind = error(
    "HC141",
    "an element is no object",
    "Teams refuses the whole card.",
    "write `{\"type\": \"TextBlock\", \"text\": …}`",
);

pub(in crate::lint) const NO_TYPE: FindingKind = error(
    "HC142",
    "an element has no `type`",
    "Teams refuses the whole card.",
    "add `type`",
);

pub(in crate::lint) const UNKNOWN_ELEMENT: FindingKind = error(
    "HC143",
    "Teams does not know an element, and it has no `fallback`",
    "Nothing is shown in its place, or the card fails.",
    "use an element of schema 1.5, or give it a `fallback`",
);

pub(in crate::lint) const NEW_ELEMENT: FindingKind = warning(
    "HC144",
    "an element is newer than schema 1.5, and it has no `fallback`",
    "Only new clients draw it.",
    "give it a `fallback`",
);

pub(in crate::lint) const MISPLACED: FindingKind = error(
    "HC145",
    "an element stands where its kind cannot",
    "Teams drops it or refuses the card.",
    "move it to where its kind belongs",
);

pub(in crate::lint) const MISSING_PROPERTY: FindingKind = error(
    "HC146",
    "an element misses a property that it needs",
    "Teams refuses the card or shows nothing.",
    "add the property",
);

pub(in crate::lint) const WRONG_TYPE: FindingKind = error(
    "HC147",
    "a property has the wrong type",
    "Some clients refuse the whole card.",
    "write it in the type that the schema asks for",
);

pub(in crate::lint) const UNKNOWN_VALUE: FindingKind = error(
    "HC148",
    "a property has a value that the schema does not know",
    "Some clients refuse the whole card, others ignore it.",
    "use one of the known values",
);

pub(in crate::lint) const UNKNOWN_PROPERTY: FindingKind = warning(
    "HC149",
    "Teams does not know a property",
    "It is ignored, whatever was meant.",
    "remove it",
);

pub(in crate::lint) const MEDIA: FindingKind = error(
    "HC150",
    "the card plays media",
    "Teams plays none in cards of a webhook.",
    "link to it with `Action.OpenUrl`",
);

pub(in crate::lint) const INPUT: FindingKind = error(
    "HC151",
    "the card asks for input",
    "Nothing can be submitted to a webhook.",
    "let people type the answer as a command",
);

pub(in crate::lint) const DUPLICATE_ID: FindingKind = error(
    "HC152",
    "two elements have the same `id`",
    "Clients refuse the whole card.",
    "give each its own `id`",
);

pub(in crate::lint) const NEVER_VISIBLE: FindingKind = warning(
    "HC153",
    "a hidden element is never shown",
    "It is `\"isVisible\": false` and no action shows it.",
    "remove it, or show it",
);

pub(in crate::lint) const FORBIDDEN_ACTION: FindingKind = error(
    "HC161",
    "an action cannot work in the answer of a webhook",
    "Only `Action.OpenUrl` does; everything else needs a bot.",
    "use `Action.OpenUrl`, or say which command to type",
);

pub(in crate::lint) const UNKNOWN_ACTION: FindingKind = error(
    "HC162",
    "Teams does not know an action, and it has no `fallback`",
    "The button is missing, or the card fails.",
    "use `Action.OpenUrl`",
);

pub(in crate::lint) const BOT_DATA: FindingKind = error(
    "HC163",
    "an action carries `msteams` data for a bot",
    "`imBack`, `messageBack`, `invoke`, `signin` and `task/fetch` need a bot.",
    "use `Action.OpenUrl`",
);

pub(in crate::lint) const NO_URL: FindingKind = error(
    "HC164",
    "a button has no address",
    "A press on it leads nowhere.",
    "add the address",
);

pub(in crate::lint) const TOGGLE_OR_SHOW: FindingKind = warning(
    "HC165",
    "an action opens or hides part of the card",
    "`Action.ToggleVisibility` and `Action.ShowCard` are documented for incoming webhooks only.",
    "show everything, or link to the rest",
);

pub(in crate::lint) const NO_TARGET: FindingKind = error(
    "HC166",
    "an action toggles an element that does not exist",
    "A press on it does nothing.",
    "name the `id` of an element of this card",
);

pub(in crate::lint) const MANY_ACTIONS: FindingKind = warning(
    "HC167",
    "more than six actions stand side by side",
    "Teams shows six and hides the rest.",
    "keep the six that matter",
);

pub(in crate::lint) const NO_TITLE: FindingKind = warning(
    "HC168",
    "a button has no title",
    "Nobody can tell what it does, and a screen reader has nothing to say.",
    "add `title`",
);
