//! Whether a file can be run as it stands, without a shell's help.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Why a file cannot be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExecutableError {
    /// The path depends on the folder or on a search path.
    #[error("`{}` is not an absolute path; write the whole path", path.display())]
    Relative {
        /// The path.
        path: PathBuf,
    },
    /// There is no such file, or it is a folder.
    #[error("`{}` is not a file", path.display())]
    NoFile {
        /// The path.
        path: PathBuf,
    },
    /// The file cannot be read.
    #[error("`{}` cannot be read", path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// Nobody may run it.
    #[error("`{}` is not executable; run chmod +x on it", path.display())]
    NotMarked {
        /// The path.
        path: PathBuf,
    },
    /// It is neither a program nor names its interpreter: the C library would hand it to a shell.
    #[error("`{}` does not say what runs it; begin it with a line like #!/bin/sh", path.display())]
    NoInterpreter {
        /// The path.
        path: PathBuf,
    },
}

/// Checks that the kernel can run a file by itself.
///
/// A file without `#!` is refused: `execvp` would give it to `/bin/sh`.
///
/// # Errors
///
/// An [`ExecutableError`] that says why not, and the way out.
///
/// # Examples
///
/// ```
/// use std::path::Path;
///
/// assert!(hailer_process::check_executable(Path::new("/bin/sh")).is_ok());
/// assert!(hailer_process::check_executable(Path::new("sh")).is_err());
/// ```
pub fn check_executable(path: &Path) -> Result<(), ExecutableError> {
    let own = || path.to_owned();
    if !path.is_absolute() {
        return Err(ExecutableError::Relative { path: own() });
    }
    let is_file = fs::metadata(path).ok().filter(fs::Metadata::is_file);
    let metadata = is_file.ok_or_else(|| ExecutableError::NoFile { path: own() })?;
    if metadata.permissions().mode() & 0o111 == 0 {
        return Err(ExecutableError::NotMarked { path: own() });
    }
    let mut first = [0; 4];
    match File::open(path).and_then(|mut file| file.read(&mut first)) {
        Ok(_) if first.starts_with(b"#!") || first == *b"\x7fELF" => Ok(()),
        Ok(_) => Err(ExecutableError::NoInterpreter { path: own() }),
        // Programs may be executable without being readable, scripts may not.
        Err(source) if source.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        Err(source) => Err(ExecutableError::Unreadable {
            path: own(),
            source,
        }),
    }
}
