//! Registering a command in the list of a project, which its author may have rewritten.
//!
//! The source is not parsed: comments and strings are blanked, and what is left is searched for the module lines
//! and for the chain of calls behind `Module::new`. Where that is not clear the list stays as it is, and the author
//! is told what to write.

use std::ops::Range;

/// Adds a command to the source of the list; `None` when there is no clear place for it.
pub(super) fn register(source: &str, module: &str, type_name: &str) -> Option<String> {
    let code = blank(source);
    let (module_line, call) = lines(module, type_name);
    let module_at = place_of_module(source, &code, module)?;
    let chain_at = end_of_chain(&code)?;
    let module_text = match module_at {
        Place::Behind(_) => format!("\n{module_line}"),
        Place::Before(_) => format!("{module_line}\n"),
    };
    let call = match chain_at.indentation {
        Some(indentation) => format!("\n{indentation}{call}"),
        None => call,
    };
    let mut out = source.to_owned();
    // The later place first, so that the other one stays where it is.
    let (Place::Behind(at) | Place::Before(at)) = module_at;
    let mut places = [(at, module_text), (chain_at.at, call)];
    places.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    for (at, text) in places {
        out.insert_str(at, &text);
    }
    Some(out)
}

/// Says whether the list has the command already.
pub(super) fn is_registered(source: &str, module: &str, type_name: &str) -> bool {
    let code = blank(source);
    code.contains(&format!("mod {module};")) && code.contains(&format!("{module}::{type_name}"))
}

/// Returns the two lines that register a command.
pub(super) fn lines(module: &str, type_name: &str) -> (String, String) {
    (
        format!("pub mod {module};"),
        format!(".command({module}::{type_name})"),
    )
}

/// The place behind a chain of calls.
struct ChainEnd {
    at: usize,
    /// Of the line to add; `None` when the chain is written in one line.
    indentation: Option<String>,
}

/// The place of a line to add.
enum Place {
    Behind(usize),
    Before(usize),
}

/// Finds the place for a module line: in the order of the alphabet, where the list keeps it, else behind the last one.
fn place_of_module(source: &str, code: &str, module: &str) -> Option<Place> {
    let lines = module_lines(code);
    let (_, last) = lines.last()?;
    if !lines.is_sorted_by_key(|(name, _)| *name) {
        return Some(Place::Behind(last.end));
    }
    if let Some((_, smaller)) = lines.iter().rev().find(|(name, _)| *name < module) {
        return Some(Place::Behind(smaller.end));
    }
    let (_, first) = lines.first()?;
    let above = source.get(..first.start)?;
    // What stands right above the first line, such as an attribute, belongs to it.
    if above.is_empty() || above.ends_with("\n\n") {
        Some(Place::Before(first.start))
    } else {
        Some(Place::Behind(last.end))
    }
}

/// Finds the module lines at the margin: the name of each, and where it stands.
fn module_lines(code: &str) -> Vec<(&str, Range<usize>)> {
    let mut lines = Vec::new();
    let mut at = 0;
    for line in code.split_inclusive('\n') {
        let text = line.trim_end();
        let name = text
            .strip_prefix("pub ")
            .or_else(|| text.strip_prefix("pub(crate) "))
            .unwrap_or(text)
            .strip_prefix("mod ")
            .and_then(|it| it.strip_suffix(';'));
        lines.extend(name.map(|it| (it, at..at + text.len())));
        at += line.len();
    }
    lines
}

/// Finds the end of the last `.command(…)` behind the only `Module::new(…)`.
fn end_of_chain(code: &str) -> Option<ChainEnd> {
    const BEGINNING: &str = "Module::new(";
    let mut found = code.match_indices(BEGINNING);
    let ((begin, _), None) = (found.next()?, found.next()) else {
        return None;
    };
    let first = closing(code, begin + BEGINNING.len() - 1)?;
    let mut last_command = None;
    let mut at = first;
    while let Some((name_at, open)) = next_call(code, at) {
        let end = closing(code, open)?;
        if code.get(name_at..open)? == "command" {
            last_command = Some((name_at, end));
        }
        at = end;
    }
    let Some((name_at, end)) = last_command else {
        let indentation = format!("{}    ", indentation_of(code, begin));
        return Some(ChainEnd {
            at: first,
            indentation: Some(indentation),
        });
    };
    let line = line_before(code, name_at);
    let is_own_line = line.trim() == ".";
    Some(ChainEnd {
        at: end,
        indentation: is_own_line.then(|| indentation_of(code, name_at)),
    })
}

/// Returns where the name of the next call in a chain begins, and where its bracket opens.
fn next_call(code: &str, at: usize) -> Option<(usize, usize)> {
    let rest = code.get(at..)?;
    let dot = at + rest.len() - rest.trim_start().len();
    let name = code.get(dot..)?.strip_prefix('.')?;
    let length = name.find(|it: char| !(it.is_alphanumeric() || it == '_'))?;
    let open = dot + 1 + length;
    (code.get(open..)?.starts_with('(')).then_some((dot + 1, open))
}

/// Returns the place behind the bracket that closes the one at this place.
fn closing(code: &str, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, character) in code.get(open..)?.char_indices() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(open + index + 1);
                }
            }
            _ => {}
        }
    }
    None
}

fn line_before(code: &str, at: usize) -> &str {
    let before = code.get(..at).unwrap_or_default();
    before.rsplit('\n').next().unwrap_or(before)
}

fn indentation_of(code: &str, at: usize) -> String {
    let line = line_before(code, at);
    let length = line.len() - line.trim_start().len();
    line.get(..length).unwrap_or_default().to_owned()
}

/// Replaces comments, strings and characters by spaces of the same length; line breaks stay.
fn blank(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(character) = rest.chars().next() {
        let length = hidden(rest).unwrap_or(0);
        if length == 0 {
            out.push(character);
            rest = rest.get(character.len_utf8()..).unwrap_or_default();
            continue;
        }
        let (hidden, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        out.extend(
            hidden
                .bytes()
                .map(|it| if it == b'\n' { '\n' } else { ' ' }),
        );
        rest = after;
    }
    out
}

/// Returns the length of a comment, string or character that begins here.
fn hidden(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("/*") {
        return Some(text.find("*/").map_or(text.len(), |it| it + 2));
    }
    if let Some(raw) = text.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let inner = raw.get(hashes..)?.strip_prefix('"')?;
        let closer = format!("\"{}", "#".repeat(hashes));
        let end = inner
            .find(&closer)
            .map_or(inner.len(), |it| it + closer.len());
        return Some(2 + hashes + end);
    }
    if let Some(inner) = text.strip_prefix('"') {
        return Some(1 + end_of_string(inner));
    }
    // A character; a lifetime has no closing quote.
    let inner = text.strip_prefix('\'')?;
    let mut characters = inner.char_indices();
    match (characters.next()?, characters.next()?) {
        ((_, '\\'), (after, _)) => {
            let from = after + inner.get(after..)?.chars().next()?.len_utf8();
            Some(1 + from + inner.get(from..)?.find('\'')? + 1)
        }
        (_, (after, '\'')) => Some(1 + after + 1),
        _ => None,
    }
}

fn end_of_string(inner: &str) -> usize {
    let mut is_escaped = false;
    for (index, character) in inner.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return index + 1,
            _ => {}
        }
    }
    inner.len()
}

#[cfg(test)]
mod tests;
