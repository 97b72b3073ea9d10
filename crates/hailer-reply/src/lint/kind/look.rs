//! Findings about links, images, texts and what a card looks like.

use super::{FindingKind, error, warning};

pub(in crate::lint) const BLOCKED_SCHEME: FindingKind = error(
    "HC171",
    "an address is none that Teams opens",
    "Teams opens https addresses; `mailto:`, relative and other addresses are blocked.",
    "use an https address",
);

pub(in crate::lint) const INSECURE_LINK: FindingKind = warning(
    "HC172",
    "a link is not https",
    "It may be read or changed on its way; some clients warn about it.",
    "use https",
);

pub(in crate::lint) const DATA_IMAGE: FindingKind = error(
    "HC173",
    "an image is written into the card",
    "Teams draws no `data:` images, and they fill the 28 KB.",
    "put the image on a server and link to it with https",
);

pub(in crate::lint) const INSECURE_IMAGE: FindingKind = warning(
    "HC174",
    "an image is fetched without https",
    "Clients block it or warn about it.",
    "use https",
);

pub(in crate::lint) const IMAGE_SIZE: FindingKind = warning(
    "HC175",
    "an image is wider or higher than 1024 pixels",
    "Teams takes card images up to 1024 × 1024.",
    "make it smaller",
);

pub(in crate::lint) const IMAGE_FORMAT: FindingKind = warning(
    "HC176",
    "an image is none of PNG, JPEG and GIF",
    "Teams draws no other kinds in cards.",
    "convert it to PNG",
);

pub(in crate::lint) const NO_ALT_TEXT: FindingKind = warning(
    "HC177",
    "an image has no `altText`",
    "Who does not see the image learns nothing.",
    "add `altText`: what the image says",
);

pub(in crate::lint) const MARKDOWN: FindingKind = warning(
    "HC181",
    "a text uses Markdown that Teams does not draw in cards",
    "Cards know bold, italic, lists and links only; the marks are shown as they stand.",
    "write it with elements, or without the marks",
);

pub(in crate::lint) const HTML: FindingKind = warning(
    "HC182",
    "a text uses HTML",
    "Cards know no HTML; the tags are shown or dropped.",
    "write it with elements or Markdown",
);

pub(in crate::lint) const NO_WRAP: FindingKind = warning(
    "HC183",
    "a long text does not wrap",
    "Phones cut it after the first line.",
    "add `\"wrap\": true`",
);

pub(in crate::lint) const WRAP_OFF: FindingKind = warning(
    "HC184",
    "a text is told not to wrap",
    "Narrow windows cut it.",
    "write `\"wrap\": true`",
);

pub(in crate::lint) const COLOR_ONLY: FindingKind = warning(
    "HC185",
    "a colour is the only sign",
    "Who does not see the colour cannot tell good from bad.",
    "say it in a word: `failed`, `OK`, `late`",
);

pub(in crate::lint) const BLANK_TEXT: FindingKind = warning(
    "HC186",
    "a text is blank",
    "It takes room and says nothing.",
    "remove it; `spacing` makes room",
);

pub(in crate::lint) const MENTION: FindingKind = warning(
    "HC187",
    "a mention and its entity do not match",
    "Teams refuses such a card or shows the bare name.",
    "let `text` in `msteams.entities` be exactly the `<at>…</at>` of the card",
);

pub(in crate::lint) const BELOW_THE_FOLD: FindingKind = warning(
    "HC191",
    "the card is long",
    "Teams folds long cards behind \"See more\"; how many lines it shows is only guessed here.",
    "answer in the first two lines, show less, or link to the rest",
);

pub(in crate::lint) const IMAGE_FIRST: FindingKind = warning(
    "HC192",
    "the card begins with an image",
    "Previews and folded cards show no answer.",
    "begin with a `TextBlock` that has the answer",
);

pub(in crate::lint) const FIXED_WIDTH: FindingKind = warning(
    "HC193",
    "a column has a fixed width",
    "On a phone it leaves no room for the others.",
    "use `auto` or `stretch`",
);

pub(in crate::lint) const MANY_COLUMNS: FindingKind = warning(
    "HC194",
    "more than three columns share the width",
    "A phone shows a few letters of each.",
    "use at most three, or a `FactSet`",
);

pub(in crate::lint) const NESTING: FindingKind = warning(
    "HC195",
    "elements are nested deeper than eight levels",
    "Every level costs width and time.",
    "flatten it",
);
