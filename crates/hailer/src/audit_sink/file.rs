//! A file of JSON lines that only its owner reads; opened again when it was rotated away.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::Mutex;

use hailer_store::AuditRow;

use crate::audit_json::audit_json;

/// A file of JSON lines.
pub(super) struct FileSink {
    path: PathBuf,
    open: Arc<Mutex<Option<File>>>,
}

impl FileSink {
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            path,
            open: Arc::default(),
        }
    }

    /// Adds rows. On a thread of its own: a disk that hangs must not hold up the store.
    pub(super) async fn send(&self, rows: Vec<AuditRow>) -> io::Result<()> {
        let (path, open) = (self.path.clone(), Arc::clone(&self.open));
        let write = move || {
            let mut open = open.lock().map_err(|_| io::ErrorKind::Other)?;
            let mut file = match open.take().filter(|it| is_still_there(it, &path)) {
                Some(file) => file,
                None => append(&path)?,
            };
            let mut lines = String::new();
            for row in &rows {
                lines.push_str(&audit_json(row).to_string());
                lines.push('\n');
            }
            file.write_all(lines.as_bytes())?;
            *open = Some(file);
            Ok(())
        };
        match tokio::task::spawn_blocking(write).await {
            Ok(written) => written,
            Err(error) => Err(io::Error::other(error)),
        }
    }
}

fn append(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Says whether the path still leads to the open file.
#[cfg(unix)]
fn is_still_there(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let same = |open: std::fs::Metadata, found: std::fs::Metadata| {
        (open.dev(), open.ino()) == (found.dev(), found.ino())
    };
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(open), Ok(found)) => same(open, found),
        (_, _) => false,
    }
}

#[cfg(not(unix))]
fn is_still_there(_: &File, path: &Path) -> bool {
    path.exists()
}
