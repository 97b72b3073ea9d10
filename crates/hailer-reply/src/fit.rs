//! Cuts a reply that is too long for one message, and says how much is missing.
//!
//! Text and cards give way as blocks of text do among each other; how a card is cut, `card/fit.rs` says.
//!
//! The longest blocks give way until the whole fits, so that a short introduction or a closing hint
//! survives a long output. A block is cut after a whole line; only where that would throw away most of
//! what fits is a line itself cut, never within an entity, an escape or a character with its accents.

use crate::attachment::AnyCard;
use crate::block::{Block, Kind};
use crate::card::fit::json_cost;
use crate::escape::escape_html;
use crate::message::{MESSAGE_LIMIT, PARAGRAPH, TEXT_LIMIT, cost};
use crate::plain;
use crate::sanitise::sanitise;
use crate::token::{Token, tokens};

/// Room for the longest last line, `<br>… 18446744073709551615 more characters`, and some.
const MARKER_ROOM: usize = 64;

/// A block with less room than this says nothing; further blocks are dropped instead.
const SMALLEST_SHARE: usize = 200;

/// Cards beyond this would leave each other too little to say anything.
const MOST_CARDS: usize = 6;

/// How far back a cut may go to keep a character and its accents together, in bytes.
const LONGEST_CLUSTER: usize = 64;

/// Writes text and cards as they travel, within a room.
pub(crate) fn with_cards(
    blocks: &[Block],
    cards: &[AnyCard],
    room: usize,
) -> (String, Vec<AnyCard>) {
    let (kept, dropped) = cards.split_at_checked(MOST_CARDS).unwrap_or((cards, &[]));
    let marker = match dropped.len() {
        0 => String::new(),
        count => more(count, "card"),
    };
    // A comma, and the name and quotes of the text.
    let room = room.saturating_sub(kept.len() + r#""text":"","#.len() + MARKER_ROOM);
    let text = to_wire_within(blocks, room);
    let mut costs: Vec<_> = kept.iter().map(json_cost).collect();
    costs.push(cost(&text));
    let share = share(&mut costs, room);
    let cards = kept.iter().map(|card| card.fit(share)).collect();
    let mut text = if cost(&text) > share {
        to_wire_within(blocks, share)
    } else {
        text
    };
    if !text.is_empty() && !marker.is_empty() {
        text.push_str(PARAGRAPH);
    }
    text.push_str(&marker);
    (text, cards)
}

/// Writes blocks as they travel, within the limit of a message without cards.
pub(crate) fn to_wire(blocks: &[Block]) -> String {
    to_wire_within(blocks, TEXT_LIMIT)
}

fn to_wire_within(blocks: &[Block], room: usize) -> String {
    let (drafts, dropped) = drafts(blocks, room);
    let missing = missing(dropped);
    let share = largest_share(&drafts, missing, room);
    let mut parts: Vec<_> = drafts.iter().map(|draft| draft.to_wire(share)).collect();
    if missing > 0 {
        parts.push(more(missing, "line"));
    }
    parts.join(PARAGRAPH)
}

/// Drafts the blocks that get a share of the room; returns those that get none, too.
fn drafts(blocks: &[Block], room: usize) -> (Vec<Draft>, &[Block]) {
    // Blocks beyond this do not get their smallest share.
    let most = room / (SMALLEST_SHARE + 2 * PARAGRAPH.len());
    let kept = if blocks.len() > most {
        most.saturating_sub(1)
    } else {
        blocks.len()
    };
    let (kept, dropped) = blocks.split_at_checked(kept).unwrap_or((blocks, &[]));
    (kept.iter().map(Draft::new).collect(), dropped)
}

fn missing(dropped: &[Block]) -> usize {
    let lines = |block: &Block| block.to_plain().split('\n').count();
    dropped.iter().map(lines).sum()
}

/// Finds the largest share that lets all blocks fit when none takes more.
fn largest_share(drafts: &[Draft], missing: usize, room: usize) -> usize {
    let mut costs: Vec<_> = drafts.iter().map(|draft| draft.cost).collect();
    let last = if missing > 0 { MARKER_ROOM } else { 0 };
    share(
        &mut costs,
        room.saturating_sub(last + cost(PARAGRAPH) * drafts.len()),
    )
}

/// Finds the largest share that lets all fit into a room when none takes more.
pub(crate) fn share(costs: &mut [usize], room: usize) -> usize {
    costs.sort_unstable();
    let mut left = room;
    for (at, &cost) in costs.iter().enumerate() {
        let share = left / (costs.len() - at);
        if cost > share {
            return share;
        }
        left -= cost;
    }
    usize::MAX
}

/// A block as it would travel, without the tags round it, and as much of it as could ever fit.
struct Draft {
    kind: Kind,
    body: String,
    /// What the whole block costs, or more than any message may.
    cost: usize,
    beyond: Beyond,
}

/// Writes text within the limit of a message without cards, and what was cut off, as a terminal shows it.
pub(crate) fn to_wire_and_rest(blocks: &[Block], room: usize) -> (String, String) {
    let (drafts, dropped) = drafts(blocks, room);
    let share = largest_share(&drafts, missing(dropped), room);
    let kept = blocks.iter().zip(&drafts);
    let cut = kept.filter_map(|(block, draft)| draft.rest(share, block));
    let rest: Vec<_> = cut
        .chain(dropped.iter().map(|block| block.to_plain().into_owned()))
        .collect();
    (to_wire_within(blocks, room), rest.join("\n"))
}

/// What of a block is not in its draft.
#[derive(Clone, Copy, Default)]
struct Beyond {
    lines: usize,
    characters: usize,
}

impl Draft {
    fn new(block: &Block) -> Self {
        let clean = sanitise(&block.content);
        let clean = clean.trim_end_matches('\n');
        // Escaped text is never shorter, so no more than this can fit. Markdown may be.
        let limit = match block.kind {
            Kind::Text | Kind::Code => clean.floor_char_boundary(MESSAGE_LIMIT),
            Kind::Markdown => clean.len(),
        };
        let (head, rest) = clean.split_at_checked(limit).unwrap_or((clean, ""));
        let beyond = Beyond {
            lines: rest.bytes().filter(|&byte| byte == b'\n').count(),
            characters: rest.chars().count(),
        };
        let body = match block.kind {
            Kind::Text | Kind::Markdown => block.kind.to_wire(head).into_owned(),
            Kind::Code => {
                let mut body = String::with_capacity(head.len());
                escape_html(head, &mut body);
                body
            }
        };
        let (open, close) = block.kind.tags(&body);
        let cost = if rest.is_empty() {
            cost(open) + cost(&body) + cost(close)
        } else {
            usize::MAX
        };
        Self {
            kind: block.kind,
            body,
            cost,
            beyond,
        }
    }

    /// Writes the block, cut to its share.
    fn to_wire(&self, share: usize) -> String {
        let (open, close) = self.kind.tags(&self.body);
        if self.cost <= share {
            return [open, &self.body, close].concat();
        }
        let (kept, marker) = self.cut(self.room(share));
        let line_break = match self.kind {
            _ if kept.is_empty() => "",
            Kind::Text | Kind::Markdown => "<br>",
            Kind::Code => "\n",
        };
        [open, kept, line_break, &marker, close].concat()
    }

    /// Returns the room for what is between the tags and before the marker.
    fn room(&self, share: usize) -> usize {
        let (open, close) = self.kind.tags(&self.body);
        share.saturating_sub(cost(open) + cost(close) + MARKER_ROOM)
    }

    /// Splits the body at what fits into a room.
    fn split(&self, room: usize) -> ((&str, &str), Fitting) {
        let fitting = Fitting::measure(self.kind, &self.body, room);
        let end = fitting.line_end.unwrap_or(fitting.end);
        let parts = self.body.split_at_checked(end);
        (parts.unwrap_or((&self.body, "")), fitting)
    }

    /// Returns what of the block is cut off at its share, as a terminal shows it.
    fn rest(&self, share: usize, block: &Block) -> Option<String> {
        if self.cost <= share {
            return None;
        }
        let (_, missing) = self.split(self.room(share)).0;
        let missing = plain::of_cut(self.kind, missing.strip_prefix("<br>").unwrap_or(missing));
        let missing = missing.strip_prefix('\n').unwrap_or(&missing);
        // What is not in the draft is the end of the block as it was given.
        let clean = sanitise(&block.content);
        let beyond = clean
            .trim_end_matches('\n')
            .chars()
            .rev()
            .take(self.beyond.characters);
        let beyond: Vec<char> = beyond.collect();
        Some(missing.chars().chain(beyond.into_iter().rev()).collect())
    }

    /// Finds what of the block fits into a room, and the line that says what is missing.
    fn cut(&self, room: usize) -> (&str, String) {
        let ((kept, missing), fitting) = self.split(room);
        let missing = tokens(self.kind, missing);
        let marker = if fitting.line_end.is_some() {
            more(
                missing.filter(|token| token.is_break).count() + self.beyond.lines,
                "line",
            )
        } else {
            more(missing.count() + self.beyond.characters, "character")
        };
        (kept, marker)
    }
}

/// How much of a block fits.
struct Fitting {
    /// Where the last character that fits ends.
    end: usize,
    /// Where the last whole line ends, if ending there keeps most of what fits.
    line_end: Option<usize>,
}

impl Fitting {
    fn measure(kind: Kind, body: &str, room: usize) -> Self {
        let (mut end, mut used) = (0, 0);
        let mut cluster_start = 0;
        let mut line = (0, 0);
        let mut before = None;
        for token in tokens(kind, body) {
            if !joins(before, &token) {
                cluster_start = end;
            }
            if token.is_break {
                line = (end, used);
            }
            let cost = cost(token.text);
            if used + cost > room {
                break;
            }
            end += token.text.len();
            used += cost;
            before = token.text.chars().next_back();
        }
        let (line_end, line_used) = line;
        Self {
            end: if end - cluster_start <= LONGEST_CLUSTER {
                cluster_start
            } else {
                end
            },
            line_end: (line_end > 0 && line_used * 2 >= used).then_some(line_end),
        }
    }
}

/// Says whether a token is drawn as part of the character before it.
fn joins(before: Option<char>, token: &Token<'_>) -> bool {
    before == Some('\u{200d}') || token.text.starts_with(|first| {
        matches!(first, '\u{0300}'..='\u{036f}' | '\u{1ab0}'..='\u{1aff}' | '\u{20d0}'..='\u{20ff}'
                | '\u{200c}'..='\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
    })
}

pub(crate) fn more(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("… {count} more {noun}{plural}")
}
