//! What a copy into another store says.

use thiserror::Error;

use crate::error::{OpenError, StoreError};

/// How many rows of each table are in both stores after a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Each table and its rows.
    pub tables: Vec<(&'static str, u64)>,
}

/// Says why a copy was not made, or not to its end. It can be begun again, and goes on where it was.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CopyError {
    /// A server uses the source.
    #[error(
        "a server uses the source; stop it first, or what it stores meanwhile would be missing"
    )]
    InUse,
    /// The source could not be locked against servers.
    #[error("cannot lock the source against servers")]
    Lock {
        /// Why.
        #[source]
        source: OpenError,
    },
    /// The target holds something that is not a copy of the source.
    #[error("the target holds other data; give an empty database")]
    NotEmpty,
    /// After the copy the counts differ: somebody wrote to one of the two.
    #[error(
        "table {table} has {source_rows} rows in the source and {target_rows} in the target; stop every server and copy again"
    )]
    Differs {
        /// The table.
        table: &'static str,
        /// Its rows in the source.
        source_rows: u64,
        /// Its rows in the target.
        target_rows: u64,
    },
    /// The source could not be read.
    #[error("cannot read the source")]
    Source {
        /// Why.
        #[source]
        source: StoreError,
    },
    /// The target could not be written.
    #[error("cannot write the target")]
    Target {
        /// Why.
        #[source]
        source: StoreError,
    },
}
