//! What modules keep: values as JSON, under a module's name and a key.

use std::time::Duration;

/// A value that a module keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its name within the module.
    pub key: String,
    /// The value, as JSON.
    pub value: String,
    /// Another number with every change, also after the record was deleted and written anew.
    pub version: i64,
    /// When it was written, in milliseconds since 1970.
    pub updated_at_ms: i64,
}

/// What has to be there, for a change to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Whatever is there.
    Anything,
    /// Nothing.
    Nothing,
    /// This version of the record.
    Version(i64),
}

/// A value to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecord {
    /// The module.
    pub module: String,
    /// Its name within the module, [`NewRecord::LONGEST_KEY`] bytes at most.
    pub key: String,
    /// The value, as JSON, [`NewRecord::LARGEST_VALUE`] bytes at most.
    pub value: String,
    /// What has to be there.
    pub expected: Expected,
}

impl NewRecord {
    /// How many bytes a key may have.
    pub const LONGEST_KEY: usize = 512;

    /// How many bytes a value may have: more belongs into files.
    pub const LARGEST_VALUE: usize = 256 * 1024;
}

/// Which records to list: those of a module in the order of their keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordFilter {
    /// The module.
    pub module: String,
    /// How their keys begin.
    pub prefix: String,
    /// Only those after this key.
    pub after: Option<String>,
    /// How many at most.
    pub limit: u32,
}

/// The right to do something as the only one of all servers, for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseRequest {
    /// The module.
    pub module: String,
    /// The key of the record that tells who has it.
    pub key: String,
    /// For how long, from now on.
    pub term: Duration,
}
