//! Where runbooks are: a folder of Markdown files, read anew each time, so that what was changed is seen.

use std::fs;
use std::path::{Path, PathBuf};

use hailer::CommandError;

use crate::runbook::book::Book;

/// A folder with more files is something else.
const MOST: usize = 500;

/// A longer file is no runbook.
const LARGEST: u64 = 256 * 1024;

/// How deep folders stand in each other.
const DEEPEST: usize = 5;

const SAMPLES: [(&str, &str); 2] = [
    (
        "certificate-expires",
        include_str!("sample/certificate-expires.md"),
    ),
    (
        "database-is-slow",
        include_str!("sample/database-is-slow.md"),
    ),
];

/// Where runbooks are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shelf {
    /// A folder.
    Folder(PathBuf),
    /// Two that come with Hailer, to try the commands.
    Sample,
}

impl Shelf {
    /// Reads all of them, in the order of their names.
    pub(super) async fn books(&self) -> Result<Vec<Book>, CommandError> {
        let folder = match self {
            Self::Sample => {
                let books = SAMPLES.iter().map(|(name, text)| Book::read(name, text));
                return Ok(books.collect());
            }
            Self::Folder(folder) => folder.clone(),
        };
        let read = tokio::task::spawn_blocking(move || {
            let mut books = Vec::new();
            collect(&folder, "", 0, &mut books)?;
            books.sort_by(|one, other| one.name.cmp(&other.name));
            Ok::<_, std::io::Error>(books)
        });
        let books = read.await?.map_err(|error| {
            CommandError::told("I can't read the folder of the runbooks. An admin has to look.")
                .caused_by(error)
        })?;
        if books.is_empty() {
            return Err(CommandError::told(
                "There are no runbooks yet: the folder has no file that ends in .md",
            ));
        }
        Ok(books)
    }
}

/// Reads a folder and those in it. Links are not followed: they may lead out of it.
fn collect(
    folder: &Path,
    before: &str,
    depth: usize,
    books: &mut Vec<Book>,
) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let file_name = entry.file_name();
        let Some(file_name) = file_name.to_str().filter(|it| !it.starts_with('.')) else {
            continue;
        };
        if kind.is_dir() && depth < DEEPEST {
            collect(
                &entry.path(),
                &format!("{before}{file_name}/"),
                depth + 1,
                books,
            )?;
            continue;
        }
        let Some(stem) = file_name.strip_suffix(".md").filter(|_| kind.is_file()) else {
            continue;
        };
        if books.len() >= MOST || entry.metadata()?.len() > LARGEST {
            continue;
        }
        // One that is no text, or gone again, leaves the others alone.
        if let Ok(text) = fs::read_to_string(entry.path()) {
            books.push(Book::read(&format!("{before}{stem}"), &text));
        }
    }
    Ok(())
}
