//! Members of a group that another program writes down: a file with an id in each line.
//!
//! Nobody knows who is in a group whose file is old. Then it opens nothing: whoever wrote the file may have stopped
//! at the moment when somebody was to lose a right.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use hailer_activity::ObjectId;
use hailer_dispatch::{Group, Member};

/// No list of people is as long as this; something else is.
const SIZE_LIMIT: u64 = 4 << 20;

/// Where the members of a group are written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberFile {
    /// The group, by its index among all.
    pub(crate) group: usize,
    /// The file.
    pub(crate) path: PathBuf,
    /// A file that was written longer ago than this counts for nothing; any counts when left out.
    pub(crate) max_age: Option<Duration>,
    /// Who is a member whatever the file says.
    pub(crate) always: Vec<Member>,
}

/// What a file said, and when it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Content {
    members: Vec<Member>,
    written: Written,
}

/// What tells one writing of a file from the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Written {
    at: SystemTime,
    length: u64,
}

/// Why a file says nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unusable {
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    #[error("line {line} begins with no id")]
    Line { line: usize },
    #[error("is larger than 4 MiB")]
    TooLarge,
}

impl MemberFile {
    /// Says when the file was written last.
    pub(crate) fn written(&self) -> io::Result<Written> {
        let metadata = fs::metadata(&self.path)?;
        Ok(Written {
            at: metadata.modified()?,
            length: metadata.len(),
        })
    }

    /// Reads the file.
    pub(crate) fn read(&self) -> Result<Content, Unusable> {
        // Asked first: a file that is written meanwhile is read again then.
        let written = self.written()?;
        if written.length > SIZE_LIMIT {
            return Err(Unusable::TooLarge);
        }
        Ok(Content {
            members: members(&read_text(&self.path)?)?,
            written,
        })
    }

    /// Puts into the group who is in it at this moment, as far as anybody knows.
    pub(crate) fn fill(&self, group: &mut Group, content: Option<&Content>, now: SystemTime) {
        let current = content.filter(|content| self.is_current(content.written, now));
        group.is_unknown = current.is_none();
        group.members.clone_from(&self.always);
        if let Some(content) = current {
            group.members.extend(content.members.iter().cloned());
        }
    }

    /// A file from the future is as good as new: clocks of two computers differ.
    fn is_current(&self, written: Written, now: SystemTime) -> bool {
        let age = now.duration_since(written.at).unwrap_or_default();
        self.max_age.is_none_or(|max_age| age <= max_age)
    }
}

impl Content {
    pub(crate) fn written(&self) -> Written {
        self.written
    }
}

fn read_text(path: &Path) -> io::Result<String> {
    let bytes = fs::read(path)?;
    String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// Reads an id from each line, and what stands behind it as a note. A line that has none makes the file useless: half
/// of a list could lack the person whom a rule names.
fn members(text: &str) -> Result<Vec<Member>, Unusable> {
    let lines = text
        .lines()
        .zip(1..)
        .map(|(line, number)| (line.trim(), number));
    let lines = lines.filter(|(line, _)| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|(text, line)| {
            let (id, note) = text
                .split_once(|it: char| it.is_whitespace() || it == ',')
                .unwrap_or((text, ""));
            let id = ObjectId::from(id);
            if !id.is_guid() {
                return Err(Unusable::Line { line });
            }
            let note = note.trim();
            Ok(Member {
                id,
                tenant: None,
                name: (!note.is_empty()).then(|| note.to_owned()),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_a_person() {
        let text = "# exported\r\n8f1c2d3e-0000-4000-8000-000000000001  Mira Novak\r\n\n  a07b1c2d-0000-4000-8000-000000000002,Jo\nb18c2d3e-0000-4000-8000-000000000003";

        let members = members(text).unwrap();

        let names: Vec<_> = members.iter().map(|it| it.name.as_deref()).collect();
        assert_eq!(names, [Some("Mira Novak"), Some("Jo"), None]);
    }

    #[test]
    fn half_a_list_is_none() {
        for (text, line) in [
            ("Mira", 1),
            ("\n*\n", 2),
            ("8f1c2d3e-0000-4000-8000-000000000001\n8f1c2d3e-0000", 2),
        ] {
            let wrong = members(text).unwrap_err();
            assert!(
                matches!(wrong, Unusable::Line { line: it } if it == line),
                "{text}"
            );
        }
    }
}
