//! The card, the elements that hold others, and the parts that stand only in them.

use super::element::{
    COMMON, GRID_AREA, ID, IS_VISIBLE, REQUIRES, SEPARATOR, SIDES, SPACING, TARGET_WIDTH, TEXT_RUN,
};
use super::{Kind, Property, Shape, optional, required};

const STYLE: Property = optional(
    "style",
    Kind::Choice(&[
        "default",
        "emphasis",
        "good",
        "attention",
        "warning",
        "accent",
    ]),
);
const HEIGHTS: Kind = Kind::Choice(&["top", "center", "bottom"]);
const VERTICAL: Property = optional("verticalContentAlignment", HEIGHTS);
const BLEED: Property = optional("bleed", Kind::Flag);
const BACKGROUND_IMAGE: Property = optional("backgroundImage", Kind::Background);
const MIN_HEIGHT: Property = optional("minHeight", Kind::Width(&[]));
const RTL: Property = optional("rtl", Kind::Flag);
const SELECT_ACTION: Property = optional("selectAction", Kind::SelectAction);
const CELL_HORIZONTAL: Property = optional("horizontalCellContentAlignment", SIDES);
const CELL_VERTICAL: Property = optional("verticalCellContentAlignment", HEIGHTS);

// Not of the schema: how Teams frames a container.
const ROUNDED: Property = optional("roundedCorners", Kind::Flag);
const BORDER: Property = optional("showBorder", Kind::Flag);
const LAYOUTS: Property = optional("layouts", Kind::Any);
const MAX_HEIGHT: Property = optional("maxHeight", Kind::Width(&[]));

pub(in crate::lint) const CARD: Shape = Shape {
    name: "AdaptiveCard",
    since: 0,
    own: &[
        optional("version", Kind::Any),
        optional("body", Kind::Elements),
        optional("actions", Kind::Actions),
        optional("fallbackText", Kind::Text),
        optional("speak", Kind::Text),
        optional("lang", Kind::Text),
        optional("$schema", Kind::Text),
        optional("refresh", Kind::Any),
        optional("authentication", Kind::Any),
        SELECT_ACTION,
        BACKGROUND_IMAGE,
        MIN_HEIGHT,
        RTL,
        VERTICAL,
        // Not of the schema: the width, the mentions.
        optional("msteams", Kind::Object),
        optional("msTeams", Kind::Object),
        optional("metadata", Kind::Object),
        optional("layouts", Kind::Any),
        optional("style", Kind::Any),
    ],
    common: &[],
};

pub(super) const CONTAINER: Shape = Shape {
    name: "Container",
    since: 0,
    own: &[
        optional("items", Kind::Elements),
        SELECT_ACTION,
        STYLE,
        VERTICAL,
        BLEED,
        BACKGROUND_IMAGE,
        MIN_HEIGHT,
        RTL,
        ROUNDED,
        BORDER,
        LAYOUTS,
        MAX_HEIGHT,
    ],
    common: COMMON,
};

pub(super) const COLUMN_SET: Shape = Shape {
    name: "ColumnSet",
    since: 0,
    own: &[
        optional("columns", Kind::Columns),
        SELECT_ACTION,
        STYLE,
        BLEED,
        MIN_HEIGHT,
        optional("horizontalAlignment", SIDES),
        ROUNDED,
        BORDER,
    ],
    common: COMMON,
};

pub(in crate::lint) const COLUMN: Shape = Shape {
    name: "Column",
    since: 0,
    own: &[
        optional("items", Kind::Elements),
        BACKGROUND_IMAGE,
        BLEED,
        optional("fallback", Kind::FallbackColumn),
        // Not of the schema, but every client knows it.
        optional("height", Kind::Choice(&["auto", "stretch"])),
        MIN_HEIGHT,
        RTL,
        SEPARATOR,
        SPACING,
        SELECT_ACTION,
        STYLE,
        VERTICAL,
        optional("width", Kind::Width(&["auto", "stretch"])),
        ID,
        IS_VISIBLE,
        REQUIRES,
        TARGET_WIDTH,
        GRID_AREA,
        ROUNDED,
        BORDER,
        LAYOUTS,
    ],
    common: &[],
};

pub(super) const TABLE: Shape = Shape {
    name: "Table",
    since: 5,
    own: &[
        optional("columns", Kind::ColumnDefinitions),
        optional("rows", Kind::Rows),
        optional("firstRowAsHeader", Kind::Flag),
        optional("firstRowAsHeaders", Kind::Flag),
        optional("showGridLines", Kind::Flag),
        optional("gridStyle", STYLE.kind),
        CELL_HORIZONTAL,
        CELL_VERTICAL,
        ROUNDED,
    ],
    common: COMMON,
};

pub(in crate::lint) const COLUMN_DEFINITION: Shape = Shape {
    name: "TableColumnDefinition",
    since: 5,
    own: &[
        optional("width", Kind::Width(&["auto", "stretch"])),
        CELL_HORIZONTAL,
        CELL_VERTICAL,
    ],
    common: &[],
};

pub(in crate::lint) const ROW: Shape = Shape {
    name: "TableRow",
    since: 5,
    own: &[
        optional("cells", Kind::Cells),
        STYLE,
        CELL_HORIZONTAL,
        CELL_VERTICAL,
    ],
    common: &[],
};

pub(in crate::lint) const CELL: Shape = Shape {
    name: "TableCell",
    since: 5,
    own: &[
        optional("items", Kind::Elements),
        SELECT_ACTION,
        STYLE,
        VERTICAL,
        BLEED,
        BACKGROUND_IMAGE,
        MIN_HEIGHT,
        RTL,
    ],
    common: &[],
};

pub(super) const ACTION_SET: Shape = Shape {
    name: "ActionSet",
    since: 2,
    own: &[required("actions", Kind::Actions)],
    common: COMMON,
};

pub(in crate::lint) const FACT: Shape = Shape {
    name: "Fact",
    since: 0,
    // The schema wants both; every client is content with one.
    own: &[optional("title", Kind::Text), optional("value", Kind::Text)],
    common: &[],
};

pub(in crate::lint) const BACKGROUND: Shape = Shape {
    name: "BackgroundImage",
    since: 2,
    own: &[
        required("url", Kind::ImageLink),
        optional(
            "fillMode",
            Kind::Choice(&["cover", "repeatHorizontally", "repeatVertically", "repeat"]),
        ),
        optional("horizontalAlignment", SIDES),
        optional("verticalAlignment", HEIGHTS),
    ],
    common: &[],
};

/// What stands only in a parent of its own kind.
pub(super) const PARTS: &[&Shape] = &[
    &CARD,
    &COLUMN,
    &ROW,
    &CELL,
    &COLUMN_DEFINITION,
    &FACT,
    &TEXT_RUN,
];
