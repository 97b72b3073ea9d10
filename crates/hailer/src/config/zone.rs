//! `timezone = "Europe/Berlin"`: a name of the IANA list.

use chrono_tz::{TZ_VARIANTS, Tz};

use super::code;
use super::problem::Problem;
use super::section::Section;
use super::tree::Value;

/// Returns the zone of a table without a word about one that is wrong: whoever owns the table tells that.
pub(super) fn peek(section: &Section<'_>) -> Tz {
    let name = section.entry("timezone").map(|it| &it.node.value);
    match name {
        Some(Value::String(name)) => find(name).unwrap_or_default(),
        _ => Tz::UTC,
    }
}

fn find(name: &str) -> Option<Tz> {
    let known = TZ_VARIANTS.iter();
    let mut found = known.filter(|zone| zone.name().eq_ignore_ascii_case(name.trim()));
    found.next().copied()
}

/// Reads the zone of a table; `None` when it is left out or not known.
pub(super) fn read(section: &Section<'_>) -> Option<Tz> {
    let name = section.string("timezone")?;
    if let Some(zone) = find(&name) {
        return Some(zone);
    }
    let near = hailer_dispatch::nearest(&name, TZ_VARIANTS.iter().map(|zone| zone.name()));
    let help = match near.first() {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => "fix: a name like \"Europe/Berlin\", \"America/New_York\" or \"UTC\"".to_owned(),
    };
    let text = format!("there is no time zone \"{name}\"");
    section.note_at(
        "timezone",
        Problem::error(code::NO_ZONE, text).with_help(help),
    );
    None
}

impl Section<'_> {
    /// Reads `timezone`, a name of the IANA list; nearby names are suggested.
    pub fn timezone(&self) -> Option<Tz> {
        read(self)
    }
}
