//! What a card is made of.

use serde::{Deserialize, Serialize};

use crate::card::action::{Action, ActionSet};
use crate::card::column_set::{ColumnSet, TaggedColumn};
use crate::card::container::Container;
use crate::card::draw;
use crate::card::fact_set::FactSet;
use crate::card::image::{Image, ImageSet};
use crate::card::rich_text::RichTextBlock;
use crate::card::table::{Table, TaggedCell, TaggedRow};
use crate::card::text_block::TextBlock;

/// One part of a card: whatever `with` takes.
///
/// Inputs are missing because nothing could be sent back, media because Teams does not play them in cards
/// of a webhook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
#[non_exhaustive]
pub enum Element {
    /// A paragraph.
    TextBlock(TextBlock),
    /// A paragraph whose parts look different.
    RichTextBlock(RichTextBlock),
    /// An image.
    Image(Image),
    /// Images side by side.
    ImageSet(ImageSet),
    /// Names and values.
    FactSet(FactSet),
    /// Elements that belong together.
    Container(Container),
    /// Columns side by side.
    ColumnSet(ColumnSet),
    /// Buttons.
    ActionSet(ActionSet),
    /// A table.
    Table(Table),
}

/// How many elements may be within each other.
///
/// JSON readers give up at 128 levels, and a table in a table takes six of them.
pub(crate) const DEEPEST: usize = 16;

/// Adds an element, or its text form where it is nested too deeply for any reader.
pub(crate) fn nest(items: &mut Vec<Element>, element: Element) {
    // Most cells and columns hold one element; a vector would begin with room for four.
    if items.capacity() == 0 {
        items.reserve_exact(1);
    }
    items.push(if element.depth() > DEEPEST {
        TextBlock::new(draw::to_text(|canvas| canvas.element(&element))).into()
    } else {
        element
    });
}

pub(crate) fn deepest<'a>(elements: impl IntoIterator<Item = &'a Element>) -> usize {
    elements.into_iter().map(Element::depth).max().unwrap_or(0)
}

impl Element {
    /// Counts how many elements are within each other.
    pub(crate) fn depth(&self) -> usize {
        match self {
            Self::TextBlock(_)
            | Self::RichTextBlock(_)
            | Self::Image(_)
            | Self::ImageSet(_)
            | Self::FactSet(_) => 0,
            Self::Container(container) => 1 + deepest(&container.items),
            Self::ColumnSet(set) => {
                let items = set
                    .columns
                    .iter()
                    .flat_map(|TaggedColumn::Column(column)| &column.items);
                1 + deepest(items)
            }
            Self::ActionSet(set) => set.actions.iter().map(Action::depth).max().unwrap_or(0),
            Self::Table(table) => {
                let cells = table
                    .rows
                    .iter()
                    .flat_map(|TaggedRow::TableRow(row)| &row.cells);
                1 + deepest(cells.flat_map(|TaggedCell::TableCell(cell)| &cell.items))
            }
        }
    }
}

impl From<TextBlock> for Element {
    fn from(element: TextBlock) -> Self {
        Self::TextBlock(element)
    }
}

impl From<RichTextBlock> for Element {
    fn from(element: RichTextBlock) -> Self {
        Self::RichTextBlock(element)
    }
}

impl From<Image> for Element {
    fn from(element: Image) -> Self {
        Self::Image(element)
    }
}

impl From<ImageSet> for Element {
    fn from(element: ImageSet) -> Self {
        Self::ImageSet(element)
    }
}

impl From<FactSet> for Element {
    fn from(element: FactSet) -> Self {
        Self::FactSet(element)
    }
}

impl From<Container> for Element {
    fn from(element: Container) -> Self {
        Self::Container(element)
    }
}

impl From<ColumnSet> for Element {
    fn from(element: ColumnSet) -> Self {
        Self::ColumnSet(element)
    }
}

impl From<ActionSet> for Element {
    fn from(element: ActionSet) -> Self {
        Self::ActionSet(element)
    }
}

impl From<Table> for Element {
    fn from(element: Table) -> Self {
        Self::Table(element)
    }
}

/// Literal text.
impl From<&str> for Element {
    fn from(text: &str) -> Self {
        TextBlock::new(text).into()
    }
}

/// Literal text.
impl From<String> for Element {
    fn from(text: String) -> Self {
        TextBlock::new(text).into()
    }
}
