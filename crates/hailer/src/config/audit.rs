//! `[audit]`: what is recorded of what people ask for, how long, and where else it goes.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::time::Duration;

use hailer_jobs::JobSettings;
use serde_json::{Map, Value};

use super::code;
use super::problem::Problem;
use super::section::Section;

/// What is recorded, and where else it goes than to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuditConfig {
    /// How long rows are kept in the store; `None` is for ever.
    pub keep: Option<Duration>,
    /// The file that gets every row as a line of JSON.
    pub file: Option<PathBuf>,
    /// The syslog that gets every row.
    pub syslog: Option<SyslogAddress>,
    /// The arguments of which only the names are recorded.
    pub redact: Redact,
    /// Whether commands that only look are recorded, too.
    pub reads: bool,
}

/// Where a syslog listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyslogAddress {
    /// A socket of this machine.
    Unix(PathBuf),
    /// An address that takes datagrams.
    Udp(SocketAddr),
}

/// Names of arguments whose values are not recorded. Capitals, `-` and `_` make no difference.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Redact {
    names: Vec<String>,
}

impl Redact {
    /// Takes the names.
    pub fn new(names: impl IntoIterator<Item = String>) -> Self {
        Self {
            names: names.into_iter().map(|name| flat(&name)).collect(),
        }
    }

    /// Writes arguments as JSON, with `***` for the values that are not recorded. Of an argument that is given several
    /// times all values are written.
    pub fn arguments(&self, arguments: &[(String, String)]) -> String {
        let mut written = Map::new();
        for (name, value) in arguments {
            let is_secret = self.names.contains(&flat(name));
            let value = Value::from(if is_secret { "***" } else { value.as_str() });
            match written.get_mut(name) {
                None => {
                    written.insert(name.clone(), value);
                }
                Some(Value::Array(values)) => values.push(value),
                Some(first) => *first = Value::Array(vec![first.take(), value]),
            }
        }
        Value::Object(written).to_string()
    }
}

fn flat(name: &str) -> String {
    let letters = name.chars().filter(|it| !matches!(it, '-' | '_'));
    letters.collect::<String>().to_lowercase()
}

impl AuditConfig {
    /// Returns the same for a bot that keeps nothing beyond its process.
    pub(crate) fn without_sinks(self) -> Self {
        Self {
            file: None,
            syslog: None,
            ..self
        }
    }
}

impl Default for AuditConfig {
    fn default() -> Self {
        Self {
            keep: Some(JobSettings::KEEP_AUDIT),
            file: None,
            syslog: None,
            redact: Redact::default(),
            reads: false,
        }
    }
}

/// Reads the table; what is left out has its default.
pub(super) fn read(audit: &Section<'_>) -> AuditConfig {
    let keep = audit.duration_or_off("keep", JobSettings::KEEP_AUDIT);
    if keep.is_some_and(|it| it.is_zero()) {
        let problem = Problem::error(code::OUT_OF_RANGE, "`keep` cannot be 0s");
        let help = "fix: a time as long as it should be, or \"off\" to keep everything";
        audit.note_at("keep", problem.with_help(help));
    }
    AuditConfig {
        keep,
        file: audit.path("file"),
        syslog: read_syslog(audit),
        redact: Redact::new(audit.strings("redact").unwrap_or_default()),
        reads: audit.boolean("reads").unwrap_or_default(),
    }
}

fn read_syslog(audit: &Section<'_>) -> Option<SyslogAddress> {
    let text = audit.string("syslog")?;
    let found = match text.split_once(':') {
        Some(("unix", path)) if path.starts_with('/') => Some(SyslogAddress::Unix(path.into())),
        // Resolved once: a name that cannot be found later must not hold anything up.
        Some(("udp", address)) => address
            .to_socket_addrs()
            .ok()
            .and_then(|mut found| found.next())
            .map(SyslogAddress::Udp),
        _ => None,
    };
    if found.is_none() {
        let text = format!("\"{text}\" is no syslog that can be sent to");
        let help = "fix: \"unix:/dev/log\", or \"udp:HOST:PORT\" with a host that can be found";
        audit.note_at("syslog", Problem::error(code::AUDIT, text).with_help(help));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_redacted_arguments_are_not_written() {
        let redact = Redact::new(["api-token".to_owned()]);
        let given = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let arguments = [
            given("API_TOKEN", "hunter2"),
            given("env", "prod"),
            given("tag", "a"),
            given("tag", "b"),
        ];

        let written = redact.arguments(&arguments);

        assert_eq!(
            written,
            r#"{"API_TOKEN":"***","env":"prod","tag":["a","b"]}"#
        );
    }
}
