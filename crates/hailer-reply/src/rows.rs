//! What an answer holds as rows, for whoever filters, sorts or counts it.

use crate::one_liner::words::Words;

/// The rows of an answer, with the names of their columns. A name may be blank.
///
/// ```
/// use hailer_reply::Reply;
///
/// let reply = Reply::table("Running", ["Service", "Version"], [["api", "2.42.0"], ["web", "1.9.3"]]);
/// let rows = reply.rows().unwrap();
///
/// assert_eq!(rows.columns(), ["Service", "Version"]);
/// assert_eq!(rows.rows().len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    columns: Vec<String>,
    rows: Vec<Vec<Words>>,
    /// Whether it was made as a table, which goes before facts and lists.
    is_table: bool,
}

impl Rows {
    /// Takes rows; short ones are as good as filled up.
    pub fn new<T: Into<String>, R: IntoIterator<Item: Into<Words>>>(
        columns: impl IntoIterator<Item = T>,
        rows: impl IntoIterator<Item = R>,
    ) -> Self {
        let row = |row: R| row.into_iter().map(Into::into).collect();
        Self {
            columns: columns.into_iter().map(Into::into).collect(),
            rows: rows.into_iter().map(row).collect(),
            is_table: true,
        }
    }

    pub(crate) fn of_others(columns: &[&str], rows: Vec<Vec<Words>>) -> Self {
        Self {
            is_table: false,
            ..Self::new(columns.iter().copied(), rows)
        }
    }

    /// Returns the names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Returns the rows.
    pub fn rows(&self) -> &[Vec<Words>] {
        &self.rows
    }

    /// Says whether these stand for an answer rather than others that it holds too.
    pub(crate) fn goes_before(&self, others: &Self) -> bool {
        self.is_table && !others.is_table
    }
}
