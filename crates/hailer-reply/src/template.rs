//! Cards from a JSON file with placeholders, filled with data.
//!
//! Decision: the JSON is read first and its values are filled one by one, so that no data can break it or
//! change its structure. Expressions are compiled once, when the template is read, so that a mistake shows at
//! start and not in a channel. The price is a walk of our own; no other crate fills such templates.

mod contents;
mod date;
mod engine;
mod error;
mod expression;
mod fill;
mod filled;
mod node;
mod read;
mod role;
mod scope;
mod text;
mod write;

use serde::Serialize;
use serde_json::Value;

use crate::lint::{self, Finding, Subject};

pub use error::TemplateError;
pub use filled::FilledCard;

use fill::Filler;
use node::Node;
use read::Reader;

/// A card with placeholders, in the syntax of Adaptive Card Templating.
///
/// | In the JSON | Does |
/// |---|---|
/// | `"text": "by ${user.name}"` | writes a value into a text |
/// | `"isVisible": "${broken}"` | alone, the value keeps its type: number, `true`, list, object |
/// | `"$data": "${services}"` | repeats an element for each item of a list; names are those of the item first, then those around it; of an object, it only takes the names |
/// | `"$when": "${count > 0}"` | leaves the element out unless it is true |
/// | `${$data}`, `${$index}`, `${$root.x}` | the item itself, its place from 0, the data as a whole |
/// | `\${x}` | the text `${x}` |
///
/// Expressions have `.` and `[…]`, `'text'`, numbers, `+ - * / %`, `~` for joining texts, comparisons, `in`, `and`, `or`, `not`,
/// `A if CONDITION else B`, `is defined`, `is none`, and these filters after `|`:
/// `default(x)` for what is missing or `null`, `first`, `last`, `join(", ")`, `length`, `lower`, `upper`, `trim`, `round(places)`,
/// `date` (also `date("day")`, `date("time")`) for RFC 3339 texts and seconds since 1970, `urlencode`, `markdown`.
///
/// Whatever comes from the data is literal text: escaped where Markdown is read, never a mention, a link or
/// markup. `${notes | markdown}` takes it as the author's Markdown. Addresses are not escaped, but must be
/// `https`. Numbers in a text property become text; `null` alone leaves the property out.
///
/// ```
/// use hailer_reply::{CardTemplate, Reply};
/// use serde_json::json;
///
/// let template = CardTemplate::parse(
///     r#"{
///         "type": "AdaptiveCard", "version": "1.4",
///         "body": [
///             { "type": "TextBlock", "text": "**${services | length}** services", "wrap": true },
///             { "type": "FactSet", "facts": [
///                 { "$data": "${services}", "$when": "${not up}", "title": "${name}", "value": "down" }
///             ] }
///         ]
///     }"#,
/// )?;
///
/// let data = json!({ "services": [{ "name": "api", "up": true }, { "name": "*web*", "up": false }] });
/// let reply = Reply::card(template.fill(&data)?);
///
/// assert_eq!(reply.to_plain(), "2 services\n*web*  down");
/// # Ok::<(), hailer_reply::TemplateError>(())
/// ```
#[derive(Debug)]
pub struct CardTemplate {
    root: Node,
}

impl CardTemplate {
    /// Reads a template: the JSON of a card alone, as designers export it.
    ///
    /// # Errors
    ///
    /// When it is no JSON, no card, or an expression in it can never work. The error says where, and the fix.
    pub fn parse(json: &str) -> Result<Self, TemplateError> {
        // Some editors put a byte order mark in front, which is no JSON.
        let json = json.strip_prefix('\u{feff}').unwrap_or(json);
        let value: Value =
            serde_json::from_str(json).map_err(|source| TemplateError::NotJson { source })?;
        Self::from_value(value)
    }

    /// Takes a template that has been read as JSON.
    ///
    /// # Errors
    ///
    /// When it is no card, or an expression in it can never work.
    pub fn from_value(value: Value) -> Result<Self, TemplateError> {
        if Subject::of(&value) != Subject::Card {
            return Err(TemplateError::NotACard);
        }
        let root = Reader::new().root(value)?;
        Ok(Self { root })
    }

    /// Fills the template and judges the card as `hailer card check` does.
    ///
    /// A card that is too long is no error: the reply cuts it, as any other.
    ///
    /// # Errors
    ///
    /// When the data lacks something, does not fit, is far too much, or when Teams would refuse the card.
    pub fn fill(&self, data: &(impl Serialize + ?Sized)) -> Result<FilledCard, TemplateError> {
        let card = self.fill_unjudged(data)?;
        let mut findings = lint::lint_card(card.value());
        findings.retain(|finding| finding.is_error() && !is_left_to_others(finding));
        for finding in &mut findings {
            finding.path = card.path_in_template(&finding.path);
        }
        if findings.is_empty() {
            Ok(card)
        } else {
            Err(TemplateError::Refused { findings })
        }
    }

    /// Fills the template without judging the card, for those who want to see every finding.
    ///
    /// # Errors
    ///
    /// When the data lacks something, does not fit, or is far too much.
    pub fn fill_unjudged(
        &self,
        data: &(impl Serialize + ?Sized),
    ) -> Result<FilledCard, TemplateError> {
        Filler::new().card(&self.root, data)
    }
}

/// Tells whether a finding says nothing against the template: a reply cuts what is too long, and a `${…}`
/// that is still there came with the data.
fn is_left_to_others(finding: &Finding) -> bool {
    [lint::TOO_LARGE.code, lint::PLACEHOLDER.code].contains(&finding.code)
}
