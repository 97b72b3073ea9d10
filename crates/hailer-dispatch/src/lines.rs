//! Several problems as one text, a line each.

use std::fmt::{self, Display, Formatter};

/// Writes each item in a line of its own.
pub(crate) fn write_lines(formatter: &mut Formatter<'_>, items: &[impl Display]) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            formatter.write_str("\n")?;
        }
        write!(formatter, "{item}")?;
    }
    Ok(())
}
