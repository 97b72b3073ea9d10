//! The elements that show something themselves.

use super::container::{ACTION_SET, COLUMN_SET, CONTAINER, TABLE};
use super::{Kind, Property, Shape, optional, required};

const COLORS: Kind = Kind::Choice(&[
    "default",
    "dark",
    "light",
    "accent",
    "good",
    "warning",
    "attention",
]);
const FONT_TYPES: Kind = Kind::Choice(&["default", "monospace"]);
const FONT_SIZES: Kind = Kind::Choice(&["default", "small", "medium", "large", "extraLarge"]);
const FONT_WEIGHTS: Kind = Kind::Choice(&["default", "lighter", "bolder"]);
const IMAGE_SIZES: Kind = Kind::Choice(&["auto", "stretch", "small", "medium", "large"]);
const SPACINGS: Kind = Kind::Choice(&[
    "default",
    "none",
    "small",
    "medium",
    "large",
    "extraLarge",
    "padding",
]);
pub(super) const SIDES: Kind = Kind::Choice(&["left", "center", "right"]);

pub(super) const SPACING: Property = optional("spacing", SPACINGS);
pub(super) const SEPARATOR: Property = optional("separator", Kind::Flag);
pub(super) const FALLBACK: Property = optional("fallback", Kind::Fallback);
pub(super) const ID: Property = optional("id", Kind::Text);
pub(super) const IS_VISIBLE: Property = optional("isVisible", Kind::Flag);
pub(super) const REQUIRES: Property = optional("requires", Kind::Object);
/// Not of the schema: Teams' own way to show an element only where there is room.
pub(super) const TARGET_WIDTH: Property = optional("targetWidth", Kind::Text);
/// Not of the schema: what a `GridArea` layout of Teams calls the element's place.
pub(super) const GRID_AREA: Property = optional("grid.area", Kind::Text);

/// What every element has.
pub(super) const COMMON: &[Property] = &[
    FALLBACK,
    optional("height", Kind::Choice(&["auto", "stretch"])),
    SEPARATOR,
    SPACING,
    ID,
    IS_VISIBLE,
    REQUIRES,
    TARGET_WIDTH,
    GRID_AREA,
];

const TEXT_BLOCK: Shape = Shape {
    name: "TextBlock",
    since: 0,
    own: &[
        required("text", Kind::Text),
        optional("color", COLORS),
        optional("fontType", FONT_TYPES),
        optional("horizontalAlignment", SIDES),
        optional("isSubtle", Kind::Flag),
        optional("maxLines", Kind::Number),
        optional("size", FONT_SIZES),
        optional("weight", FONT_WEIGHTS),
        optional("wrap", Kind::Flag),
        optional("style", Kind::Choice(&["default", "heading"])),
    ],
    common: COMMON,
};

pub(in crate::lint) const TEXT_RUN: Shape = Shape {
    name: "TextRun",
    since: 2,
    own: &[
        required("text", Kind::Text),
        optional("color", COLORS),
        optional("fontType", FONT_TYPES),
        optional("highlight", Kind::Flag),
        optional("isSubtle", Kind::Flag),
        optional("italic", Kind::Flag),
        optional("selectAction", Kind::SelectAction),
        optional("size", FONT_SIZES),
        optional("strikethrough", Kind::Flag),
        optional("underline", Kind::Flag),
        optional("weight", FONT_WEIGHTS),
    ],
    common: &[],
};

pub(in crate::lint) const IMAGE: Shape = Shape {
    name: "Image",
    since: 0,
    own: &[
        required("url", Kind::ImageLink),
        optional("altText", Kind::Text),
        optional("backgroundColor", Kind::Text),
        optional("height", Kind::Width(&["auto", "stretch"])),
        optional("horizontalAlignment", SIDES),
        optional("selectAction", Kind::SelectAction),
        optional("size", IMAGE_SIZES),
        optional("style", Kind::Choice(&["default", "person"])),
        optional("width", Kind::Width(&["auto", "stretch"])),
        // Not of the schema: lets Teams enlarge the image.
        optional("msTeams", Kind::Object),
        optional("msteams", Kind::Object),
    ],
    common: &[
        FALLBACK,
        SEPARATOR,
        SPACING,
        ID,
        IS_VISIBLE,
        REQUIRES,
        TARGET_WIDTH,
        GRID_AREA,
    ],
};

const RICH_TEXT_BLOCK: Shape = Shape {
    name: "RichTextBlock",
    since: 2,
    own: &[
        required("inlines", Kind::Inlines),
        optional("horizontalAlignment", SIDES),
    ],
    common: COMMON,
};

const FACT_SET: Shape = Shape {
    name: "FactSet",
    since: 0,
    own: &[required("facts", Kind::Facts)],
    common: COMMON,
};

const IMAGE_SET: Shape = Shape {
    name: "ImageSet",
    since: 0,
    own: &[
        required("images", Kind::Images),
        optional("imageSize", IMAGE_SIZES),
    ],
    common: COMMON,
};

/// Every element that may stand in a `body`, without those that nothing can answer.
pub(super) const ELEMENTS: &[&Shape] = &[
    &TEXT_BLOCK,
    &RICH_TEXT_BLOCK,
    &IMAGE,
    &IMAGE_SET,
    &FACT_SET,
    &CONTAINER,
    &COLUMN_SET,
    &TABLE,
    &ACTION_SET,
];
