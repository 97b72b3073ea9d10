//! The text of a configuration file: from bytes to lines and columns, and which lines are never shown.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::problem::Location;

/// So many letters of base64 in a row are taken for a secret, wherever they stand.
const SECRET_LENGTH: usize = 24;

/// Keys whose name holds one of these words have values that are never shown.
const SECRET_WORDS: [&str; 5] = ["token", "secret", "passw", "credential", "key"];

/// A file, as it was read.
pub(super) struct Source {
    name: String,
    text: String,
    directory: PathBuf,
    /// Where each line begins.
    lines: Vec<usize>,
    /// Files that add to it, and where in a text of all files each begins.
    drop_ins: Vec<(usize, Self)>,
}

/// The text may hold secrets.
impl fmt::Debug for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Source({})", self.name)
    }
}

impl Source {
    pub(super) fn new(name: &str, text: &str, directory: &Path) -> Self {
        Self {
            name: name.to_owned(),
            text: text.to_owned(),
            directory: directory.to_owned(),
            lines: line_starts(text),
            drop_ins: Vec::new(),
        }
    }

    /// Adds another file; returns by how much its spans are to be moved, so that each names one place.
    pub(super) fn append(&mut self, name: &str, text: &str) -> usize {
        let end = |source: &Self| source.text.len() + 1;
        let last = self.drop_ins.last();
        let start = last.map_or(end(self), |(start, source)| start + end(source));
        self.drop_ins
            .push((start, Self::new(name, text, &self.directory)));
        start
    }

    /// Finds the file that a byte is in, and where in it.
    fn file_at(&self, byte: usize) -> (&Self, usize) {
        let mut files = self.drop_ins.iter().rev();
        match files.find(|(start, _)| *start <= byte) {
            Some((start, source)) => (source, byte - start),
            None => (self, byte),
        }
    }

    /// Returns where the file begins that a byte is in.
    pub(super) fn file_start(&self, byte: usize) -> usize {
        byte - self.file_at(byte).1
    }

    /// Returns the file as a place.
    pub(super) fn whole(&self) -> Location {
        Location::File {
            path: self.name.clone(),
        }
    }

    /// Resolves a path that stands in the file.
    pub(super) fn resolve(&self, path: &str) -> PathBuf {
        self.directory.join(path)
    }

    /// Returns some bytes of the file as they are written.
    pub(super) fn written(&self, span: &Range<usize>) -> &str {
        let (file, start) = self.file_at(span.start);
        let text = file.text.get(start..start + span.len());
        text.unwrap_or_default()
    }

    /// Returns where some bytes of the file are; of several lines only the first.
    pub(super) fn locate(&self, span: &Range<usize>) -> Location {
        let (file, start) = self.file_at(span.start);
        file.locate_here(&(start..start + span.len()))
    }

    fn locate_here(&self, span: &Range<usize>) -> Location {
        let text = self.text.as_str();
        let start = text.floor_char_boundary(span.start.min(text.len()));
        let end = text.ceil_char_boundary(span.end.clamp(start, text.len()));
        let (before, after) = text.split_at(start);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = after.find('\n').map_or(text.len(), |next| start + next);
        let slice = |range: Range<usize>| text.get(range).unwrap_or_default();
        let length = slice(start..end.min(line_end)).chars().count();
        let number = self.line_of(start);
        let shown = !self.may_hold_secret(number);
        Location::Line {
            path: self.name.clone(),
            line: number + 1,
            column: slice(line_start..start).chars().count() + 1,
            length: length.max(1),
            text: shown.then(|| slice(line_start..line_end).trim_end().to_owned()),
        }
    }

    /// Names a line as a channel may see it: the file without its folder.
    pub(super) fn short(&self, start: usize) -> String {
        let (source, start) = self.file_at(start);
        source.short_here(start)
    }

    fn short_here(&self, start: usize) -> String {
        let file = self.name.rsplit(['/', '\\']).next().unwrap_or(&self.name);
        format!("{file}:{}", self.line_of(start) + 1)
    }

    /// Counts lines from 0.
    fn line_of(&self, byte: usize) -> usize {
        let upto = self.lines.partition_point(|start| *start <= byte);
        upto.saturating_sub(1)
    }

    /// Looks at the text, not at the tree: where the text is not TOML, there is no tree. Only headers and
    /// lines that begin with a harmless key are shown: what a longer value goes on with may be anything.
    fn may_hold_secret(&self, number: usize) -> bool {
        let lines: Vec<_> = self.text.lines().take(number + 1).collect();
        let Some((line, above)) = lines.split_last() else {
            return false;
        };
        let table = above.iter().rposition(|line| header(line).is_some());
        let above = above.get(table.unwrap_or(0)..).unwrap_or_default();
        if looks_secret(line) || is_within_text(above) {
            return true;
        }
        if header(line).is_some() {
            return false;
        }
        let Some(key) = key(line) else {
            return true;
        };
        let table = above.first().and_then(|line| header(line));
        is_secret_path(&format!("{}.{key}", table.unwrap_or_default()))
    }
}

fn line_starts(text: &str) -> Vec<usize> {
    let behind = text.match_indices('\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(behind).collect()
}

/// Tells whether some lines end within a text of several lines.
fn is_within_text(lines: &[&str]) -> bool {
    let count = |quotes| -> usize { lines.iter().map(|line| line.matches(quotes).count()).sum() };
    count("\"\"\"") % 2 == 1 || count("'''") % 2 == 1
}

fn looks_secret(line: &str) -> bool {
    let is_base64 = |letter: char| letter.is_ascii_alphanumeric() || "+/=_-".contains(letter);
    let has_run = line
        .split(|letter| !is_base64(letter))
        .any(|run| run.len() >= SECRET_LENGTH);
    let keys = line.match_indices('=').filter_map(|(at, _)| line.get(..at));
    let mut keys = keys.filter_map(|before| before.trim_end().rsplit([' ', '{', ',']).next());
    has_run
        || line.contains("://") && line.contains('@')
        || line.contains("-----BEGIN")
        || keys.any(is_secret_name)
}

/// Keys of a webhook that hold no secret.
const OPEN_KEYS: [&str; 6] = [
    "mention",
    "tenant",
    "team",
    "channels",
    "max_effect",
    "commands",
];

/// Everything in a webhook is taken for a secret but what is known to be none: a misspelt `token` is one, too.
fn is_secret_path(path: &str) -> bool {
    let mut segments = path
        .split('.')
        .map(|segment| segment.trim_matches(|it: char| it.is_whitespace() || "\"'".contains(it)))
        .filter(|segment| !segment.is_empty());
    let (first, last) = (segments.clone().next(), segments.next_back());
    let in_webhook = first == Some("webhook") && !last.is_some_and(|it| OPEN_KEYS.contains(&it));
    let has_password = matches!(first, Some("store" | "followup")) && last == Some("url");
    in_webhook || has_password || last.is_some_and(is_secret_name)
}

fn is_secret_name(name: &str) -> bool {
    let name = name.to_lowercase();
    SECRET_WORDS.iter().any(|word| name.contains(word))
}

/// Returns the path of a table header, also of one that is not closed. One that begins with a quote is
/// not taken for a header: it may be a line of a list of strings.
fn header(line: &str) -> Option<&str> {
    let line = line.split('#').next().unwrap_or_default().trim();
    let inner = line.strip_prefix('[')?.trim_start_matches('[');
    let inner = inner.trim_end_matches(']').trim();
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "-_. \"".contains(letter);
    let begins_bare = inner.starts_with(|it: char| it.is_ascii_alphabetic());
    (begins_bare && inner.chars().all(is_part)).then_some(inner)
}

/// Returns the key of a line that begins with one.
fn key(line: &str) -> Option<&str> {
    let (key, _) = line.split_once('=')?;
    let key = key.trim();
    let is_part = |letter: char| letter.is_alphanumeric() || "-_.\"' ".contains(letter);
    (!key.is_empty() && key.chars().all(is_part)).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, part: &str) -> Option<String> {
        let start = text.find(part).expect("the part is in the text");
        let source = Source::new("hailer.toml", text, Path::new(""));
        match source.locate(&(start..start + part.len())) {
            Location::Line { text, .. } => text,
            _ => panic!("a span is in a line"),
        }
    }

    #[test]
    fn columns_count_characters() {
        let source = Source::new(
            "hailer.toml",
            "a = 1\r\n\té = \"東京\" # x\n",
            Path::new(""),
        );
        let start = "a = 1\r\n\té = ".len();

        let location = source.locate(&(start..start + "\"東京\"".len()));

        assert_eq!(
            location,
            Location::Line {
                path: "hailer.toml".to_owned(),
                line: 2,
                column: 6,
                length: 4,
                text: Some("\té = \"東京\" # x".to_owned()),
            }
        );
    }

    #[test]
    fn any_span_is_somewhere() {
        let source = Source::new("hailer.toml", "é\n", Path::new(""));

        for span in [0..0, 1..1, 1..99, 3..3, 50..60] {
            let Location::Line { line, length, .. } = source.locate(&span) else {
                panic!("a span is in a line");
            };
            assert!(line <= 2 && length == 1);
        }
    }

    #[test]
    fn lines_that_may_hold_a_secret_are_not_shown() {
        for (text, part) in [
            ("[webhook.ops]\ntokne = \"abc\"\n", "tokne"),
            ("[webhook.ops]\ntokens = [\n  \"abc\",\n]\n", "abc"),
            ("[webhook.ops]\ntokens = [\n  [\"abc\"],\n]\n", "abc"),
            ("webhook.ops.x = \"abc\"\n", "abc"),
            ("webhook = { ops = { token = \"abc\" } }\n", "ops"),
            ("[status]\napi_token = \"\"\"\nabc\"\"\"\n", "abc"),
            ("[status]\napi_token = \"\"\"\nx = abc\"\"\"\n", "abc"),
            ("[server.tls]\nkey = \"-----BEGIN", "-----"),
            ("[store]\nurl = \"postgres:abc\"\n", "abc"),
            ("x = \"postgres://u:p@h\"\n", "x"),
            ("x = \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"\n", "x"),
        ] {
            assert_eq!(shown(text, part), None, "{text}");
        }
    }

    #[test]
    fn other_lines_are_shown() {
        for (text, part, line) in [
            ("[webhook.ops]\nmention = 3\n", "3", "mention = 3"),
            ("x = 1\n[webhook.ops]\n", "webhook", "[webhook.ops]"),
            ("[webhook.a]\ntoken = 1\n[bot]\nx = 1\n", "x", "x = 1"),
            ("[server]\nlissten = \"a:1\"\n", "liss", "lissten = \"a:1\""),
        ] {
            assert_eq!(shown(text, part).as_deref(), Some(line));
        }
    }
}
