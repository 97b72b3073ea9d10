//! Single values: from what stands in the configuration to a duration, a size, an address.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytesize::ByteSize;
use hailer_dispatch::Rate;

use super::code;
use super::problem::Problem;
use super::report::shown;
use super::tree::{Node, Value};

/// Why a value is not what a key wants.
pub(super) struct Complaint {
    pub(super) code: &'static str,
    pub(super) text: String,
    pub(super) help: Option<String>,
}

/// What a key wants.
pub(super) struct Wanted<'a> {
    pub(super) key: &'a str,
    /// With its article, as in `a string`.
    pub(super) kind: &'static str,
    /// How to write one.
    pub(super) help: &'static str,
}

impl Complaint {
    pub(super) fn wrong_type(wanted: &Wanted<'_>, found: &Node) -> Self {
        let Wanted { key, kind, help } = wanted;
        let found = found.type_name();
        let text = format!("`{}` should be {kind}, found {found}", shown(key));
        Self::new(code::WRONG_TYPE, text, *help)
    }

    pub(super) fn new(
        code: &'static str,
        text: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            code,
            text: text.into(),
            help: Some(help.into()),
        }
    }
}

impl From<Complaint> for Problem {
    fn from(complaint: Complaint) -> Self {
        let problem = Self::error(complaint.code, complaint.text);
        match complaint.help {
            Some(help) => problem.with_help(help),
            None => problem,
        }
    }
}

pub(super) fn string(wanted: &Wanted<'_>, node: &Node) -> Result<String, Complaint> {
    let text = node.as_text();
    text.map(str::to_owned)
        .ok_or_else(|| Complaint::wrong_type(wanted, node))
}

pub(super) fn boolean(wanted: &Wanted<'_>, node: &Node) -> Result<bool, Complaint> {
    if let Value::Boolean(truth) = node.value {
        return Ok(truth);
    }
    Err(Complaint::wrong_type(wanted, node))
}

pub(super) fn integer(wanted: &Wanted<'_>, node: &Node) -> Result<i64, Complaint> {
    match &node.value {
        Value::Integer(Ok(number)) => Ok(*number),
        Value::Integer(Err(written)) => {
            let text = format!("{} is too large a number", shown(written));
            Err(Complaint::new(
                code::OUT_OF_RANGE,
                text,
                "fix: write a smaller one",
            ))
        }
        Value::String(_)
        | Value::Float
        | Value::Boolean(_)
        | Value::Datetime
        | Value::Array(_)
        | Value::Table(_) => Err(Complaint::wrong_type(wanted, node)),
    }
}

pub(super) fn strings(wanted: &Wanted<'_>, node: &Node) -> Result<Vec<String>, Complaint> {
    let Value::Array(items) = &node.value else {
        return Err(Complaint::wrong_type(wanted, node));
    };
    let item = |item: &Node| match &item.value {
        Value::String(text) => Ok(text.clone()),
        Value::Integer(_)
        | Value::Float
        | Value::Boolean(_)
        | Value::Datetime
        | Value::Array(_)
        | Value::Table(_) => {
            let (key, kind) = (shown(wanted.key), wanted.kind);
            let found = item.type_name();
            let text = format!("`{key}` should be {kind}, but {found} is in it");
            Err(Complaint::new(code::WRONG_TYPE, text, wanted.help))
        }
    };
    items.iter().map(item).collect()
}

pub(super) fn duration(wanted: &Wanted<'_>, node: &Node) -> Result<Duration, Complaint> {
    let text = match number(node) {
        Some(number) => return Err(no_unit(&number, "a duration", wanted.help)),
        None => string(wanted, node)?,
    };
    humantime::parse_duration(text.trim())
        .map_err(|_| no_unit(&quoted(&text), "a duration", wanted.help))
}

pub(super) fn size(wanted: &Wanted<'_>, node: &Node) -> Result<u64, Complaint> {
    let text = match number(node) {
        Some(number) => return Err(no_unit(&number, "a size", wanted.help)),
        None => string(wanted, node)?,
    };
    let size: Result<ByteSize, _> = text.trim().parse();
    size.map(|size| size.as_u64())
        .map_err(|_| no_unit(&quoted(&text), "a size", wanted.help))
}

pub(super) fn address(wanted: &Wanted<'_>, node: &Node) -> Result<SocketAddr, Complaint> {
    let text = string(wanted, node)?;
    let local = text.trim().strip_prefix("localhost:");
    let address = match local {
        Some(port) => port
            .parse()
            .ok()
            .map(|port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port))),
        None => text.trim().parse().ok(),
    };
    address.ok_or_else(|| {
        let text = format!("{} is not an address to listen on", quoted(&text));
        Complaint::new(code::ADDRESS, text, wanted.help)
    })
}

pub(super) fn rate(wanted: &Wanted<'_>, node: &Node) -> Result<Rate, Complaint> {
    let text = string(wanted, node)?;
    let rate = text.split_once('/').and_then(|(count, time)| {
        let count = count.trim().parse().ok().filter(|count| *count > 0)?;
        let seconds = match time.trim() {
            "s" => 1,
            "min" => 60,
            "h" => 3600,
            _ => return None,
        };
        Some(Rate::new(count, Duration::from_secs(seconds)))
    });
    rate.ok_or_else(|| {
        let text = format!("{} is not a rate", quoted(&text));
        Complaint::new(code::NO_UNIT, text, wanted.help)
    })
}

pub(super) fn is_off(node: &Node) -> bool {
    matches!(node.value, Value::Boolean(false)) || node.as_text().map(str::trim) == Some("off")
}

/// Takes the value of whichever name is written.
pub(super) fn choice<T: Copy>(
    wanted: &Wanted<'_>,
    choices: &[(&str, T)],
    node: &Node,
) -> Result<T, Complaint> {
    let names: Vec<_> = choices.iter().map(|(name, _)| quoted(name)).collect();
    let help = format!("write one of {}", names.join(", "));
    let Some(text) = node.as_text() else {
        let mut complaint = Complaint::wrong_type(wanted, node);
        complaint.help = Some(help);
        return Err(complaint);
    };
    let found = choices.iter().find(|(name, _)| *name == text.trim());
    found.map(|(_, value)| *value).ok_or_else(|| {
        let text = format!("`{}` cannot be {}", shown(wanted.key), quoted(text));
        Complaint::new(code::NOT_A_CHOICE, text, help)
    })
}

fn no_unit(written: &str, kind: &str, help: &str) -> Complaint {
    Complaint::new(code::NO_UNIT, format!("{written} is not {kind}"), help)
}

/// Returns a number without a unit, as it is written; one that a library would take for seconds.
fn number(node: &Node) -> Option<String> {
    match &node.value {
        Value::Integer(Ok(number)) => Some(number.to_string()),
        Value::Integer(Err(written)) => Some(shown(written)),
        Value::String(text) => {
            let is_number = text.trim().parse::<f64>().is_ok();
            is_number.then(|| quoted(text))
        }
        Value::Float => Some("a number with a fraction".to_owned()),
        Value::Boolean(_) | Value::Datetime | Value::Array(_) | Value::Table(_) => None,
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", shown(text))
}
