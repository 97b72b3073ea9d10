//! `timezone = "Europe/Berlin"`: a name of the IANA list.

use chrono_tz::{TZ_VARIANTS, Tz};

use super::code;
use super::problem::Problem;
use super::section::Section;

/// Reads the zone of a table; `None` when it is left out or not known.
pub(super) fn read(section: &Section<'_>) -> Option<Tz> {
    let name = section.string("timezone")?;
    let found = TZ_VARIANTS
        .iter()
        .find(|zone| zone.name().eq_ignore_ascii_case(name.trim()));
    if let Some(zone) = found {
        return Some(*zone);
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
