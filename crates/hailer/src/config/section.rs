//! A table of the configuration, read key by key; every problem is noted, and reading goes on.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hailer_dispatch::Rate;

use super::code;
use super::outline::Content;
use super::problem::{Location, Problem};
use super::reading::Reading;
use super::report::shown;
use super::scalar::{self, Complaint, Wanted};
use super::secret::{Reference, Secret};
use super::tree::{Entry, Node, Origin, Table, Value};

/// Larger files are watched, but not compared.
const LARGEST_WATCHED: u64 = 4 << 20;

const DURATION_HELP: &str = "write a unit: \"4s\", \"4500ms\"";
const SIZE_HELP: &str = "write a unit: \"256 KiB\", \"1 MiB\"";
const RATE_HELP: &str = "write how many in which time: \"20/min\", \"2/s\", \"500/h\", or \"off\"";
const ADDRESS_HELP: &str = "write an IP address and a port: \"127.0.0.1:3978\", \"[::1]:3978\"";

/// A reader for one table of the configuration.
///
/// A getter returns `None` when the key is left out, and also when its value is wrong: then the problem
/// is noted, and [`Draft::finish`](crate::Draft::finish) returns it with its line. Either way the reader takes its default and
/// goes on, so that a user sees all problems at once. A key that no getter asked for is unknown.
///
/// ```
/// use std::path::Path;
/// use std::time::Duration;
/// use hailer::{Draft, Environment};
///
/// let text = "[status]\ntimeout = \"3\"\n";
/// let draft = Draft::parse("hailer.toml", text, Path::new("."), &Environment::default());
/// let status = draft.section("status");
/// let timeout = status.duration("timeout").unwrap_or(Duration::from_secs(2));
///
/// let problems = draft.finish().unwrap_err();
/// assert_eq!(timeout, Duration::from_secs(2));
/// assert!(problems.to_string().contains("\"3\" is not a duration"));
/// ```
#[derive(Clone)]
pub struct Section<'d> {
    reading: &'d Reading,
    path: Vec<String>,
    table: Option<&'d Table>,
    origin: Option<&'d Origin>,
}

/// A string or a table in a list.
pub(super) enum Item<'d> {
    Text(&'d str),
    Table(Section<'d>),
}

impl<'d> Section<'d> {
    pub(super) fn new(
        reading: &'d Reading,
        path: Vec<String>,
        table: Option<&'d Table>,
        origin: Option<&'d Origin>,
    ) -> Self {
        reading.open(&path);
        Self {
            reading,
            path,
            table,
            origin,
        }
    }

    /// Returns the name of the table: the last part of its path.
    pub fn name(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    /// Tells whether the table is written at all.
    pub fn is_present(&self) -> bool {
        self.table.is_some()
    }

    /// Reads a string.
    pub fn string(&self, key: &str) -> Option<String> {
        self.read(key, "a string", "put it in quotes", scalar::string)
    }

    /// Reads `true` or `false`.
    pub fn boolean(&self, key: &str) -> Option<bool> {
        self.read(
            key,
            "true or false",
            "write it without quotes",
            scalar::boolean,
        )
    }

    /// Reads an integer.
    pub fn integer(&self, key: &str) -> Option<i64> {
        self.read(
            key,
            "an integer",
            "write a number without quotes",
            scalar::integer,
        )
    }

    /// Reads a list of strings.
    pub fn strings(&self, key: &str) -> Option<Vec<String>> {
        self.read(
            key,
            "a list of strings",
            "write it like [\"a\", \"b\"]",
            scalar::strings,
        )
    }

    /// Reads a duration with its unit, such as `"4s"`.
    pub fn duration(&self, key: &str) -> Option<Duration> {
        self.read(key, "a duration", DURATION_HELP, scalar::duration)
    }

    /// Reads a duration that may be `"off"`, which gives `None`; left out, it is the default.
    pub fn duration_or_off(&self, key: &str, default: Duration) -> Option<Duration> {
        if self.is_off(key) {
            return None;
        }
        Some(self.duration(key).unwrap_or(default))
    }

    /// Reads a size with its unit, such as `"256 KiB"`, in bytes.
    pub fn size(&self, key: &str) -> Option<u64> {
        self.read(key, "a size", SIZE_HELP, scalar::size)
    }

    /// Reads an address to listen on, such as `"127.0.0.1:3978"`.
    pub fn address(&self, key: &str) -> Option<SocketAddr> {
        self.read(key, "an address", ADDRESS_HELP, scalar::address)
    }

    /// Reads an address that may be `"off"`, which gives `None`; left out, it is the default.
    pub fn address_or_off(&self, key: &str, default: SocketAddr) -> Option<SocketAddr> {
        if self.is_off(key) {
            return None;
        }
        Some(self.address(key).unwrap_or(default))
    }

    /// Reads how many in a time, such as `"20/min"`; `"off"` gives `None`, as leaving it out does.
    pub fn rate_or_off(&self, key: &str) -> Option<Rate> {
        if self.is_off(key) {
            return None;
        }
        self.read(key, "a rate", RATE_HELP, scalar::rate)
    }

    /// Reads one of the given names and returns what stands beside it.
    pub fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        self.read(key, "a string", "", |wanted, node| {
            scalar::choice(wanted, choices, node)
        })
    }

    /// Reads a path; a relative one starts at the folder of the configuration file.
    pub fn path(&self, key: &str) -> Option<PathBuf> {
        let path = self.read(key, "a path", "put it in quotes", scalar::string)?;
        Some(self.reading.source().resolve(&path))
    }

    /// Has the configuration read again when a file changes that this key names.
    pub fn watch(&self, key: &str, path: &Path) {
        let reading = self.reading;
        reading.note_file(path);
        let content = fs::metadata(path)
            .is_ok_and(|it| it.is_file() && it.len() <= LARGEST_WATCHED)
            .then(|| fs::read(path).ok())
            .flatten();
        if let Some(content) = content {
            reading.consult(&self.path_of(key), Content::open(&content));
        }
    }

    /// Reads a secret from the place that the key refers to: `{ env = "NAME" }`, `{ file = "PATH" }` or
    /// `{ credential = "NAME" }`. A secret in the configuration itself is an error.
    pub fn secret(&self, key: &str) -> Option<Secret> {
        let entry = self.entry(key)?;
        self.reference(&entry.node, self.path_of(key), format!("`{}`", shown(key)))
            .read()
    }

    /// Reads an inner table; it is empty when it is left out.
    pub fn section(&self, key: &str) -> Self {
        self.inner(key, self.entry(key))
    }

    /// Reads all inner tables of a table whose keys are names that the user chose, in the order of the
    /// file.
    pub fn sections(&self, key: &str) -> Vec<Self> {
        let outer = self.section(key);
        let entries = outer.table.map(|table| &table.entries);
        let entries = entries.into_iter().flatten();
        // Not looked up by name: a thousand of them would each be searched among a thousand.
        entries
            .map(|entry| {
                self.reading.know(&outer.path, &entry.key);
                outer.inner(&entry.key, Some(entry))
            })
            .collect()
    }

    /// Reads a list of tables, written as `[[key]]` or as `key = [{ … }]`.
    pub fn tables(&self, key: &str) -> Vec<Self> {
        let wanted = Wanted {
            key,
            kind: "a list of tables",
            help: "write its name in double brackets, [[like.this]], and its keys below",
        };
        let items = self.list(&wanted).iter().enumerate();
        items
            .map(|(index, item)| self.table_in(key, index, item))
            .collect()
    }

    /// Reads a list of strings and tables.
    pub(super) fn texts_and_tables(&self, key: &str, help: &'static str) -> Vec<Item<'d>> {
        let wanted = Wanted {
            key,
            kind: "a list",
            help,
        };
        let items = self.list(&wanted).iter().enumerate();
        items
            .map(|(index, item)| match item.as_text() {
                Some(text) => Item::Text(text),
                None => Item::Table(self.table_in(key, index, item)),
            })
            .collect()
    }

    fn list(&self, wanted: &Wanted<'_>) -> &'d [Node] {
        let Some(entry) = self.entry(wanted.key) else {
            return &[];
        };
        if let Value::Array(items) = &entry.node.value {
            return items;
        }
        let complaint = Complaint::wrong_type(wanted, &entry.node);
        self.reading.note(&entry.node.origin, complaint.into());
        &[]
    }

    fn table_in(&self, key: &str, index: usize, item: &'d Node) -> Self {
        let mut path = self.path_of(key);
        path.push(index.to_string());
        let table = self.as_table(key, item);
        Self::new(self.reading, path, table, Some(&item.origin))
    }

    /// Reads a list of strings, each with its place.
    pub(super) fn items(&self, key: &str) -> Option<Vec<(String, &'d Origin)>> {
        let texts = self.strings(key)?;
        let node = &self.entry(key)?.node;
        let Value::Array(items) = &node.value else {
            return None;
        };
        let origins = items.iter().map(|item| &item.origin);
        Some(texts.into_iter().zip(origins).collect())
    }

    /// Returns everything in the table; its keys are names that the user chose, so all of them are known.
    pub(super) fn entries(&self) -> impl Iterator<Item = &'d Entry> + use<'d> {
        let entries = self.table.map_or(&[][..], |table| table.entries.as_slice());
        for entry in entries {
            self.reading.know(&self.path, &entry.key);
        }
        entries.iter()
    }

    /// Returns where the table stands; nothing when it is left out.
    pub(super) fn origin(&self) -> Option<&'d Origin> {
        self.origin
    }

    /// Returns a path as one that stands in the configuration is meant: a relative one starts at its folder.
    pub fn resolve(&self, path: &str) -> PathBuf {
        self.reading.source().resolve(path)
    }

    /// Returns the keys of a table whose keys are names that the user chose, in the order of the file.
    pub fn names(&self) -> Vec<String> {
        self.entries().map(|entry| entry.key.clone()).collect()
    }

    /// Tells whether a key is written at all.
    pub fn has(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// Tells whether the value of a key is a table, such as a reference to a secret.
    pub fn is_table(&self, key: &str) -> bool {
        let value = self.entry(key).map(|entry| &entry.node.value);
        matches!(value, Some(Value::Table(_)))
    }

    /// Reads a string, or a number or a truth as it is written.
    pub fn scalar(&self, key: &str) -> Option<String> {
        let node = &self.entry(key)?.node;
        if let (Value::Float, Origin::Span(span)) = (&node.value, &node.origin) {
            return Some(self.reading().shared_source().written(span).to_owned());
        }
        match &node.value {
            Value::Integer(Ok(number)) => Some(number.to_string()),
            Value::Boolean(truth) => Some(truth.to_string()),
            Value::Integer(Err(_))
            | Value::String(_)
            | Value::Float
            | Value::Datetime
            | Value::Array(_)
            | Value::Table(_) => self.string(key),
        }
    }

    /// As [`Section::reject`], with a code of the reader's own, which documentation names.
    pub fn reject_as(
        &self,
        code: &'static str,
        key: &str,
        text: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.note_at(key, Problem::error(code, text).with_help(help));
    }

    /// Notes that the value of a key cannot be accepted, for a reason that only the reader knows.
    pub fn reject(&self, key: &str, text: impl Into<String>, help: impl Into<String>) {
        let problem = Problem::error(code::MODULE, text).with_help(help);
        self.note_at(key, problem);
    }

    /// Notes something that looks wrong, but can be lived with.
    pub fn warn(&self, key: &str, text: impl Into<String>, help: impl Into<String>) {
        let problem = Problem::warning(code::MODULE, text).with_help(help);
        self.note_at(key, problem);
    }

    /// Notes a problem at the value of a key, or at the table when the key is left out.
    pub(super) fn note_at(&self, key: &str, problem: Problem) {
        let entry = self.entry(key);
        let value = entry.map(|entry| &entry.node.origin);
        match value.or(self.origin) {
            Some(origin) => self.reading.note(origin, problem),
            None => self.reading.note_anywhere(problem),
        }
    }

    /// Notes a problem at the name of the table.
    pub(super) fn note(&self, problem: Problem) {
        match self.origin {
            Some(origin) => self.reading.note(origin, problem),
            None => self.reading.note_anywhere(problem),
        }
    }

    /// Notes that something is left out; nobody can tell while the file is not TOML.
    pub(super) fn note_missing(&self, problem: Problem) {
        if !self.reading.is_broken() {
            self.note(problem);
        }
    }

    pub(super) fn reading(&self) -> &'d Reading {
        self.reading
    }

    /// Names the file and the line of a key's value, or the variable; nothing when it is left out.
    pub(super) fn place_of(&self, key: &str) -> Option<String> {
        let location = self.entry(key)?.node.origin.locate(self.reading.source());
        Some(match location {
            Location::Line { path, line, .. } => format!("{path}:{line}"),
            Location::File { path } => path,
            Location::Variable { name } => name,
        })
    }

    /// Returns the entry of a key, which is known from now on.
    pub(super) fn entry(&self, key: &str) -> Option<&'d Entry> {
        self.reading.know(&self.path, key);
        self.table.and_then(|table| table.get(key))
    }

    pub(super) fn path_of(&self, key: &str) -> Vec<String> {
        let mut path = self.path.clone();
        path.push(key.to_owned());
        path
    }

    /// Returns a reader for a value that refers to a secret; the subject says in messages what it is.
    pub(super) fn reference(
        &self,
        node: &'d Node,
        path: Vec<String>,
        subject: String,
    ) -> Reference<'d> {
        Reference {
            reading: self.reading,
            node,
            path,
            subject,
        }
    }

    fn inner(&self, key: &str, entry: Option<&'d Entry>) -> Self {
        let table = entry.and_then(|entry| self.as_table(key, &entry.node));
        let origin = entry.map(|entry| &entry.key_origin);
        Self::new(self.reading, self.path_of(key), table, origin)
    }

    fn read<T>(
        &self,
        key: &str,
        kind: &'static str,
        help: &'static str,
        convert: impl FnOnce(&Wanted<'_>, &Node) -> Result<T, Complaint>,
    ) -> Option<T> {
        let node = &self.entry(key)?.node;
        let wanted = Wanted { key, kind, help };
        convert(&wanted, node)
            .map_err(|complaint| self.reading.note(&node.origin, complaint.into()))
            .ok()
    }

    fn is_off(&self, key: &str) -> bool {
        self.entry(key)
            .is_some_and(|entry| scalar::is_off(&entry.node))
    }

    fn as_table(&self, key: &str, node: &'d Node) -> Option<&'d Table> {
        if let Value::Table(table) = &node.value {
            return Some(table);
        }
        let wanted = Wanted {
            key,
            kind: "a table",
            help: "write its name in brackets, [like.this], and its keys below",
        };
        let complaint = Complaint::wrong_type(&wanted, node);
        self.reading.note(&node.origin, complaint.into());
        None
    }
}

/// The values may be secrets: only the path is shown.
impl std::fmt::Debug for Section<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Section({})", self.path.join("."))
    }
}
