//! Rows of cells.

use serde::{Deserialize, Serialize};

use crate::card::action::Link;
use crate::card::column_set::ColumnWidth;
use crate::card::element::{Element, nest};
use crate::card::https_url::HttpsUrl;
use crate::card::look::{ContainerStyle, HorizontalAlignment, VerticalAlignment};
use crate::card::placement::{Placement, placement_builders};

/// A table.
///
/// Tables came with version 1.5, which not every phone draws: a card with one has to say so by
/// [`Card::version_1_5`](crate::Card::version_1_5).
///
/// ```
/// use hailer_reply::{Card, Table};
///
/// let table = Table::with_header(["Service", "Version"])
///     .with_row(["api", "2.41.0"])
///     .with_row(["web", "1.9.3"]);
/// let card = Card::new().version_1_5().with(table);
///
/// assert_eq!(card.to_text(), "Service  Version\napi      2.41.0\nweb      1.9.3");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Table {
    #[serde(default)]
    pub(crate) columns: Vec<TableColumn>,
    #[serde(default)]
    pub(crate) rows: Vec<TaggedRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first_row_as_header: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    show_grid_lines: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grid_style: Option<ContainerStyle>,
    #[serde(skip_serializing_if = "Option::is_none")]
    horizontal_cell_content_alignment: Option<HorizontalAlignment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vertical_cell_content_alignment: Option<VerticalAlignment>,
    #[serde(flatten)]
    pub(crate) placement: Placement,
}

/// How one column of a table looks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TableColumn {
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<ColumnWidth>,
    #[serde(skip_serializing_if = "Option::is_none")]
    horizontal_cell_content_alignment: Option<HorizontalAlignment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vertical_cell_content_alignment: Option<VerticalAlignment>,
}

/// A row with its type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub(crate) enum TaggedRow {
    TableRow(TableRow),
}

/// One row of a table. Cells beyond its columns are not drawn by Teams.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TableRow {
    #[serde(default)]
    pub(crate) cells: Vec<TaggedCell>,
    #[serde(skip_serializing_if = "Option::is_none")]
    style: Option<ContainerStyle>,
    #[serde(skip_serializing_if = "Option::is_none")]
    horizontal_cell_content_alignment: Option<HorizontalAlignment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vertical_cell_content_alignment: Option<VerticalAlignment>,
}

/// A cell with its type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub(crate) enum TaggedCell {
    TableCell(TableCell),
}

/// One cell of a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TableCell {
    pub(crate) items: Vec<Element>,
    #[serde(skip_serializing_if = "Option::is_none")]
    style: Option<ContainerStyle>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vertical_content_alignment: Option<VerticalAlignment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) select_action: Option<Link>,
}

impl Table {
    /// Begins a table without rows.
    pub fn new(columns: impl IntoIterator<Item = TableColumn>) -> Self {
        Self {
            columns: columns.into_iter().collect(),
            first_row_as_header: Some(false),
            ..Self::default()
        }
    }

    /// Begins a table with a row of literal titles, and as many columns of one width.
    pub fn with_header<T: Into<String>>(titles: impl IntoIterator<Item = T>) -> Self {
        let header: TableRow = titles
            .into_iter()
            .map(|title| TableCell::from(title.into()))
            .collect();
        Self {
            columns: header
                .cells
                .iter()
                .map(|_| TableColumn::of_weight(1))
                .collect(),
            first_row_as_header: Some(true),
            ..Self::default()
        }
        .with_row(header)
    }

    /// Adds a row below.
    #[must_use]
    pub fn with_row(mut self, row: impl Into<TableRow>) -> Self {
        self.rows.push(TaggedRow::TableRow(row.into()));
        self
    }

    /// Leaves the lines between cells out.
    #[must_use]
    pub fn without_grid_lines(mut self) -> Self {
        self.show_grid_lines = Some(false);
        self
    }

    /// Sets what the lines between cells mean by their colour.
    #[must_use]
    pub fn with_grid_style(mut self, style: ContainerStyle) -> Self {
        self.grid_style = Some(style);
        self
    }

    /// Sets where the content of cells stands from left to right.
    #[must_use]
    pub fn with_horizontal_alignment(mut self, alignment: HorizontalAlignment) -> Self {
        self.horizontal_cell_content_alignment = Some(alignment);
        self
    }

    /// Sets where the content of cells stands from top to bottom.
    #[must_use]
    pub fn with_vertical_alignment(mut self, alignment: VerticalAlignment) -> Self {
        self.vertical_cell_content_alignment = Some(alignment);
        self
    }

    placement_builders!();
}

impl TableColumn {
    /// Describes a column that takes a share of the room, beside the shares of the others.
    pub fn of_weight(weight: u32) -> Self {
        Self {
            width: Some(ColumnWidth::Weight(weight)),
            ..Self::default()
        }
    }

    /// Describes a column that is some pixels wide.
    pub fn of_pixels(pixels: u32) -> Self {
        Self {
            width: Some(ColumnWidth::Pixels(pixels)),
            ..Self::default()
        }
    }

    /// Sets where the content of cells stands from left to right.
    #[must_use]
    pub fn with_horizontal_alignment(mut self, alignment: HorizontalAlignment) -> Self {
        self.horizontal_cell_content_alignment = Some(alignment);
        self
    }

    /// Sets where the content of cells stands from top to bottom.
    #[must_use]
    pub fn with_vertical_alignment(mut self, alignment: VerticalAlignment) -> Self {
        self.vertical_cell_content_alignment = Some(alignment);
        self
    }
}

impl TableRow {
    /// Begins an empty row.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a cell at the right.
    #[must_use]
    pub fn with(mut self, cell: impl Into<TableCell>) -> Self {
        self.cells.push(TaggedCell::TableCell(cell.into()));
        self
    }

    /// Sets what the row means by its background.
    #[must_use]
    pub fn with_style(mut self, style: ContainerStyle) -> Self {
        self.style = Some(style);
        self
    }
}

impl TableCell {
    /// Begins an empty cell.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an element below.
    #[must_use]
    pub fn with(mut self, element: impl Into<Element>) -> Self {
        nest(&mut self.items, element.into());
        self
    }

    /// Sets what the cell means by its background.
    #[must_use]
    pub fn with_style(mut self, style: ContainerStyle) -> Self {
        self.style = Some(style);
        self
    }

    /// Sets where the elements stand from top to bottom.
    #[must_use]
    pub fn with_vertical_alignment(mut self, alignment: VerticalAlignment) -> Self {
        self.vertical_content_alignment = Some(alignment);
        self
    }

    /// Opens an address when the cell is clicked.
    #[must_use]
    pub fn with_link(mut self, url: HttpsUrl) -> Self {
        self.select_action = Some(Link::new(url));
        self
    }
}

impl<E: Into<Element>> From<E> for TableCell {
    fn from(element: E) -> Self {
        Self::new().with(element)
    }
}

impl<C: Into<TableCell>, const COUNT: usize> From<[C; COUNT]> for TableRow {
    fn from(cells: [C; COUNT]) -> Self {
        cells.into_iter().collect()
    }
}

impl<C: Into<TableCell>> From<Vec<C>> for TableRow {
    fn from(cells: Vec<C>) -> Self {
        cells.into_iter().collect()
    }
}

impl<C: Into<TableCell>> FromIterator<C> for TableRow {
    fn from_iter<I: IntoIterator<Item = C>>(cells: I) -> Self {
        Self {
            cells: cells
                .into_iter()
                .map(|cell| TaggedCell::TableCell(cell.into()))
                .collect(),
            ..Self::default()
        }
    }
}
