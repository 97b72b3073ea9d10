//! The files that a configuration is made of: whoever watches them knows when to read it again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The files that a configuration is made of, and the folders whose files add to it. Clones share one list, so that it
/// is known also when the configuration turns out to be wrong.
#[derive(Debug, Clone, Default)]
pub struct SourceFiles {
    paths: Arc<Mutex<BTreeSet<PathBuf>>>,
}

impl SourceFiles {
    /// Adds a file, whether it is there or not.
    pub fn add(&self, path: &Path) {
        let mut paths = self.paths.lock().unwrap_or_else(PoisonError::into_inner);
        if !paths.contains(path) {
            paths.insert(path.to_owned());
        }
    }

    /// Returns all of them, in the order of their names.
    pub fn paths(&self) -> Vec<PathBuf> {
        let paths = self.paths.lock().unwrap_or_else(PoisonError::into_inner);
        paths.iter().cloned().collect()
    }
}
