//! Cuts text that travels in a card, and says how much is missing.

use crate::card::canvas::width;
use crate::card::markup::PART;
use crate::card::read::read_markup;
use crate::fit::more;
use crate::message::cost;

/// Room for what says how much is missing.
const NOTE_ROOM: usize = 48;

/// How far back a cut may go to keep a character and its accents together, in bytes.
const LONGEST_CLUSTER: usize = 64;

/// Cuts Markdown of a card to a room: after a whole line where that keeps most of what fits.
pub(crate) fn cut_markup(wire: &str, room: usize) -> Option<String> {
    if cost(wire) <= room {
        return Some(wire.to_owned());
    }
    let end = fitting_end(wire, room.checked_sub(NOTE_ROOM)?);
    let kept = wire.get(..end).unwrap_or_default();
    match kept.rfind('\n') {
        Some(line_end) if line_end * 2 >= end => {
            let kept = kept
                .get(..line_end)
                .unwrap_or_default()
                .trim_end_matches('\n');
            let missing = wire.get(kept.len()..).unwrap_or_default();
            let lines = missing.split('\n').filter(|line| !line.is_empty()).count();
            Some(format!("{kept}\n\n{}", more(lines, "line")))
        }
        Some(_) | None => {
            let missing = read_markup(wire.get(end..).unwrap_or_default());
            Some(with_note(kept, "\n\n", missing.chars().count()))
        }
    }
}

/// Cuts text in which nothing is read to a room.
pub(crate) fn cut_plain(text: &str, room: usize) -> Option<String> {
    if cost(text) <= room {
        return Some(text.to_owned());
    }
    let end = fitting_end(text, room.checked_sub(NOTE_ROOM)?);
    let (kept, missing) = text.split_at_checked(end)?;
    let missing = missing.chars().filter(|&each| each != PART).count();
    Some(with_note(kept, " ", missing))
}

fn with_note(kept: &str, gap: &str, missing: usize) -> String {
    let note = more(missing, "character");
    if kept.is_empty() {
        note
    } else {
        [kept, gap, &note].concat()
    }
}

/// Finds where the last character that fits ends, never within an escape or a character with its accents.
fn fitting_end(wire: &str, room: usize) -> usize {
    let mut left = room;
    let mut end = 0;
    let mut is_escaped = false;
    for (at, character) in wire.char_indices() {
        let mut bytes = [0; 4];
        let text: &str = character.encode_utf8(&mut bytes);
        let joins = width(text) == 0 && at - end < LONGEST_CLUSTER;
        if !is_escaped && !joins && character != PART {
            end = at;
        }
        let cost = cost(text);
        if cost > left {
            break;
        }
        left -= cost;
        is_escaped = character == '\\' && !is_escaped;
    }
    end
}
