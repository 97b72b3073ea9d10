//! What the schema 1.5 says of each kind of object: its properties and their types.
//!
//! Decision: a table by hand instead of the schema itself, because the schema refuses what Teams takes
//! (`targetWidth`, `msteams`) and says nothing a reader would understand. The price is that it is kept by
//! hand; a test compares it with the schema's own definitions.

mod action;
mod container;
mod element;

use action::ACTIONS;
use container::PARTS;
use element::ELEMENTS;

pub(super) use container::{BACKGROUND, CARD, CELL, COLUMN, COLUMN_DEFINITION, FACT, ROW};
pub(super) use element::{IMAGE, TEXT_RUN};

/// A kind of object.
#[derive(Debug)]
pub(super) struct Shape {
    /// The value of its `type`.
    pub(super) name: &'static str,
    /// The version of the schema that brought it, as the number after `1.`.
    pub(super) since: u32,
    /// The properties that only it has.
    pub(super) own: &'static [Property],
    /// The properties that it shares with its like.
    pub(super) common: &'static [Property],
}

/// A property of an object.
#[derive(Debug)]
pub(super) struct Property {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) is_required: bool,
}

/// What a property holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Text,
    Flag,
    Number,
    /// One of these words, whatever their case.
    Choice(&'static [&'static str]),
    /// One of these words, a number, or pixels such as `50px`.
    Width(&'static [&'static str]),
    /// An address that a press opens.
    Link,
    /// An address of an image.
    ImageLink,
    Object,
    /// Not looked into.
    Any,
    Elements,
    Actions,
    SelectAction,
    Columns,
    Rows,
    Cells,
    ColumnDefinitions,
    Facts,
    Images,
    Inlines,
    Background,
    Card,
    Targets,
    Fallback,
    FallbackColumn,
    FallbackAction,
}

impl Shape {
    pub(super) fn properties(&self) -> impl Iterator<Item = &'static Property> {
        self.own.iter().chain(self.common)
    }

    pub(super) fn property(&self, name: &str) -> Option<&'static Property> {
        self.properties().find(|property| property.name == name)
    }
}

const fn optional(name: &'static str, kind: Kind) -> Property {
    Property {
        name,
        kind,
        is_required: false,
    }
}

const fn required(name: &'static str, kind: Kind) -> Property {
    Property {
        name,
        kind,
        is_required: true,
    }
}

/// Finds an element by its type.
pub(super) fn element(name: &str) -> Option<&'static Shape> {
    ELEMENTS.iter().copied().find(|shape| shape.name == name)
}

/// Finds an action by its type.
pub(super) fn action(name: &str) -> Option<&'static Shape> {
    ACTIONS.iter().copied().find(|shape| shape.name == name)
}

/// Tells whether this is the type of something that only stands in its own kind of parent.
pub(super) fn is_part(name: &str) -> bool {
    PARTS.iter().any(|shape| shape.name == name)
}

pub(super) fn element_names() -> impl Iterator<Item = &'static str> {
    ELEMENTS.iter().map(|shape| shape.name)
}

pub(super) fn action_names() -> impl Iterator<Item = &'static str> {
    ACTIONS.iter().map(|shape| shape.name)
}

/// Tells whether an element is newer than schema 1.5, but known to new clients of Teams.
pub(super) fn is_new_element(name: &str) -> bool {
    const NEW: &[&str] = &[
        "Badge",
        "Carousel",
        "CodeBlock",
        "CompoundButton",
        "Icon",
        "ProgressBar",
        "ProgressRing",
        "Rating",
    ];
    NEW.contains(&name) || name.starts_with("Chart.")
}
