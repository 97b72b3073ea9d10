//! Texts with placeholders, and what may stand at each place of them.

use std::sync::Arc;

use minijinja::Value as Data;

use super::error::TemplateError;
use super::expression::Piece;
use super::node::Formula;
use super::role::Role;
use super::scope::Scope;
use super::write;
use crate::card::clean::Clean;
use crate::card::https_url::HttpsUrl;
use crate::card::markup::PART;

/// Stands for a value while a text is looked at as a whole.
const HOLE: char = '\u{0}';

/// A text with at least one placeholder.
#[derive(Debug)]
pub(super) struct Text {
    role: Role,
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Literal(String),
    Value { formula: Formula, place: Place },
}

/// Where a value stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Text,
    /// In the label of a Markdown link, which brackets would end.
    Label,
    /// At the beginning of the target of a Markdown link.
    Target,
    /// Later in such a target.
    WithinTarget,
}

impl Text {
    pub(super) fn new(role: Role, path: &str, pieces: Vec<Piece>) -> Result<Self, TemplateError> {
        let skeleton: String = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => text.replace(HOLE, ""),
                Piece::Expression(_) => HOLE.to_string(),
            })
            .collect();
        let mut holes = skeleton.match_indices(HOLE);
        let parts = pieces.into_iter().map(|piece| {
            Ok(match piece {
                Piece::Literal(text) => Part::Literal(Clean::markdown(text).as_str().to_owned()),
                Piece::Expression(source) => {
                    let at = holes.next().map_or(0, |(at, _)| at);
                    let place = match role {
                        Role::Markdown => place(&skeleton, at),
                        Role::Plain | Role::Label | Role::Address | Role::Other => Place::Text,
                    };
                    let formula = Formula::new(path, source)?;
                    Part::Value { formula, place }
                }
            })
        });
        let parts = parts.collect::<Result<_, TemplateError>>()?;
        Ok(Self { role, parts })
    }

    pub(super) fn fill(&self, scope: &Arc<Scope>) -> Result<String, TemplateError> {
        let mut filled = String::new();
        let mut after_value = false;
        for part in &self.parts {
            match part {
                Part::Literal(text) => filled.push_str(text),
                Part::Value { formula, place } => {
                    let value = formula.evaluate(scope)?;
                    let written = self.write(formula, *place, &value)?;
                    // Two harmless values could make a numbered list together.
                    if after_value && self.role == Role::Markdown && is_marker(&filled, &written) {
                        filled.push(PART);
                    }
                    filled.push_str(&written);
                }
            }
            after_value = matches!(part, Part::Value { .. });
        }
        // Nothing follows from which the end would have to be parted.
        if after_value {
            filled.truncate(filled.trim_end_matches(PART).len());
        }
        match (self.role, self.parts.last()) {
            (Role::Address, Some(_)) => self.address(&filled),
            _ => Ok(filled),
        }
    }

    fn write(
        &self,
        formula: &Formula,
        place: Place,
        value: &Data,
    ) -> Result<String, TemplateError> {
        let text = write::scalar(value).ok_or_else(|| not_a_text(formula, value))?;
        Ok(match place {
            Place::Text if value.is_safe() && self.role == Role::Markdown => {
                Clean::markdown(text).as_str().to_owned()
            }
            Place::Text => self.role.literal_within(&text),
            Place::Label => {
                let label = text.replace('[', "(").replace(']', ")");
                self.role.literal_within(&label.replace(['\n', '\r'], " "))
            }
            Place::Target => write::address(formula, &text)?.to_markdown_target(),
            Place::WithinTarget => write::target_part(&text),
        })
    }

    /// Judges an address as a whole.
    fn address(&self, filled: &str) -> Result<String, TemplateError> {
        let formula = self.parts.iter().find_map(|part| match part {
            Part::Value { formula, .. } => Some(formula),
            Part::Literal(_) => None,
        });
        match formula {
            Some(formula) => write::address(formula, filled).map(String::from),
            None => Ok(HttpsUrl::new(filled).map_or_else(|_| filled.to_owned(), String::from)),
        }
    }
}

/// Makes the error for a value that is no text.
pub(super) fn not_a_text(formula: &Formula, value: &Data) -> TemplateError {
    let fix = if value.is_none() {
        "write `x | default(\"nobody\")`, or leave the element out with `$when`"
    } else if value.as_object().is_some() && value.len().is_some() {
        "name one of its values, or write `list | join(\", \")`"
    } else {
        "give the card a text or a number"
    };
    formula.unfit_kind(value, fix)
}

/// Finds out what a value at a place of a text is part of.
fn place(skeleton: &str, at: usize) -> Place {
    let (before, after) = skeleton.split_at_checked(at).unwrap_or((skeleton, ""));
    if let Some((_, target)) = before.rsplit_once("](")
        && !target.contains([')', ' ', '\n'])
    {
        return if target.is_empty() {
            Place::Target
        } else {
            Place::WithinTarget
        };
    }
    let is_open = before
        .rsplit_once('[')
        .is_some_and(|(_, label)| !label.contains(']'));
    let closes = after
        .split_once(']')
        .is_some_and(|(_, rest)| rest.starts_with('('));
    if is_open && closes {
        Place::Label
    } else {
        Place::Text
    }
}

/// Tells whether a number and what follows it would begin an item of a list.
fn is_marker(before: &str, after: &str) -> bool {
    before.ends_with(|last: char| last.is_ascii_digit()) && after.starts_with(['.', ')'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_apart() {
        let table = [
            ("a \0 b", Place::Text),
            ("[\0](https://a.example)", Place::Label),
            ("[the \0 run](https://a.example)", Place::Label),
            ("[\0] (x)", Place::Text),
            ("[x](\0)", Place::Target),
            ("[x](https://a.example/\0)", Place::WithinTarget),
            ("[x](https://a.example) \0", Place::Text),
            ("f](x \0", Place::Text),
        ];
        for (skeleton, expected) in table {
            let at = skeleton.find(HOLE).unwrap();
            assert_eq!(place(skeleton, at), expected, "{skeleton:?}");
        }
    }
}
