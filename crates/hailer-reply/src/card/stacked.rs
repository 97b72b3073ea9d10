//! Rows that are stacked because they are too wide for a phone, and read back as the table that they are.

/// Stands before every title of a row but the first of each line.
pub(crate) const SEPARATOR: &str = " · ";

/// Keeps a title with its cell, and a sign with its word; it is read as a space.
pub(crate) const NO_BREAK: char = '\u{a0}';

/// Narrower rows are not stacked, so what looks like one is something else.
const FEWEST: usize = 3;

/// A row that is read back: titles and cells.
#[derive(Debug, Default)]
pub(crate) struct StackedRow {
    pub(crate) titles: Vec<String>,
    pub(crate) cells: Vec<String>,
}

impl StackedRow {
    /// Reads paragraphs of runs, of which the subtle ones are titles.
    pub(crate) fn read<'a, B>(paragraphs: impl IntoIterator<Item = B>) -> Option<Self>
    where
        B: IntoIterator<Item = (&'a str, bool)>,
    {
        let mut row = Self::default();
        for paragraph in paragraphs {
            let mut is_first = true;
            for (text, is_subtle) in paragraph {
                if is_subtle {
                    let title = text.strip_prefix(SEPARATOR).unwrap_or(text);
                    row.begin(title.trim());
                } else if is_first {
                    row.begin("");
                    row.append(text);
                } else {
                    row.append(text);
                }
                is_first = false;
            }
        }
        (row.cells.len() >= FEWEST).then_some(row)
    }

    fn begin(&mut self, title: &str) {
        self.titles.push(title.to_owned());
        self.cells.push(String::new());
    }

    fn append(&mut self, text: &str) {
        if let Some(cell) = self.cells.last_mut() {
            cell.extend(text.chars().map(|each| match each {
                NO_BREAK => ' ',
                _ => each,
            }));
        }
    }
}
