//! Short foreign text with a sign, as cells, facts and list items have it.

use crate::card::canvas::width;
use crate::card::element::Element;
use crate::card::look::{Spacing, TextColor, TextWeight};
use crate::card::rich_text::{RichTextBlock, TextRun};
use crate::card::stacked::NO_BREAK;
use crate::card::text_block::TextBlock;
use crate::sanitise::{is_blank, sanitise};

/// Stands in for a text of which nothing would be seen.
pub(crate) const BLANK: &str = "–";

/// How something is, told by a sign that needs no colour.
///
/// ```
/// use hailer_reply::{Reply, Sign};
///
/// let reply = Reply::table(
///     "Services",
///     ["Service", "State"],
///     [["api".into(), Sign::Good.says("up")], ["web".into(), Sign::Bad.says("down")]],
/// );
///
/// assert_eq!(reply.to_plain(), "Services\nService  State\napi      ✔ up\nweb      ✖ down");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sign {
    /// All is well: ✔.
    Good,
    /// Somebody should look: ●.
    Warning,
    /// Something is broken: ✖.
    Bad,
    /// Neither good nor bad, or not known: ○.
    Neutral,
}

impl Sign {
    /// Returns the sign as text.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Good => "✔",
            Self::Warning => "●",
            Self::Bad => "✖",
            Self::Neutral => "○",
        }
    }

    /// Puts the sign before literal text. Where the text is blank, the sign is explained by a word of its own.
    pub fn says(self, text: impl Into<String>) -> Words {
        let text = one_line(text);
        Words {
            sign: Some(self),
            text: if text == BLANK {
                self.word().to_owned()
            } else {
                text
            },
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Warning => "warning",
            Self::Bad => "failed",
            Self::Neutral => "unknown",
        }
    }
}

/// One line of literal text, with or without a [`Sign`].
///
/// Line breaks and tabs become spaces, and "–" stands in for a text of which nothing would be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    sign: Option<Sign>,
    text: String,
}

impl Words {
    /// Takes literal text.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            sign: None,
            text: one_line(text),
        }
    }

    /// Returns the text, without the sign.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Counts the letters that the words take, about.
    pub(crate) fn width(&self) -> usize {
        let sign = self.sign.map_or(0, |sign| width(sign.symbol()) + 1);
        sign + width(&self.text)
    }

    /// Counts the letters of the longest word.
    pub(crate) fn longest_word(&self) -> usize {
        let words = self.text.split_whitespace();
        words.map(width).max().unwrap_or(0)
    }

    /// Writes the sign and the text side by side.
    pub(crate) fn into_text(self) -> String {
        match self.sign {
            Some(sign) => format!("{} {}", sign.symbol(), self.text),
            None => self.text,
        }
    }

    /// Draws an item of a list, which the sign marks if there is one.
    pub(crate) fn into_item(self) -> Element {
        match self.sign {
            Some(Sign::Bad) => self.into_bad().with_spacing(Spacing::Small).into(),
            Some(Sign::Good | Sign::Warning | Sign::Neutral) => TextBlock::new(self.into_text())
                .with_spacing(Spacing::Small)
                .into(),
            None => TextBlock::new(format!("• {}", self.text))
                .with_spacing(Spacing::Small)
                .into(),
        }
    }

    /// Draws what is bad so that it is found at a glance, and the rest as text.
    pub(crate) fn into_element(self) -> Element {
        match self.sign {
            Some(Sign::Bad) => self.into_bad().into(),
            Some(Sign::Good | Sign::Warning | Sign::Neutral) | None => {
                TextBlock::new(self.into_text()).into()
            }
        }
    }

    fn into_bad(self) -> RichTextBlock {
        RichTextBlock::new()
            .with(bad_sign(' '))
            .with(weighed(self.text, true))
    }

    /// Adds the words to a paragraph of several, where no line may break behind the sign.
    pub(crate) fn write_to(self, block: RichTextBlock, is_key: bool) -> RichTextBlock {
        match self.sign {
            Some(Sign::Bad) => block
                .with(bad_sign(NO_BREAK))
                .with(weighed(self.text, true)),
            Some(sign) => {
                let text = format!("{}{NO_BREAK}{}", sign.symbol(), self.text);
                block.with(weighed(text, is_key))
            }
            None => block.with(weighed(self.text, is_key)),
        }
    }
}

fn weighed(text: String, is_bold: bool) -> TextRun {
    let run = TextRun::new(text);
    if is_bold {
        run.with_weight(TextWeight::Bolder)
    } else {
        run
    }
}

/// Writes the sign in the one colour that can be read on the grounds of both themes.
fn bad_sign(gap: char) -> TextRun {
    TextRun::new(format!("{}{gap}", Sign::Bad.symbol())).with_color(TextColor::Attention)
}

/// Writes a text on one line.
pub(crate) fn one_line(text: impl Into<String>) -> String {
    let text = text.into();
    if is_blank(&text) {
        return BLANK.to_owned();
    }
    let clean = sanitise(&text);
    clean.replace(['\n', '\t'], " ").trim().to_owned()
}

impl From<&str> for Words {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<&String> for Words {
    fn from(text: &String) -> Self {
        Self::new(text.as_str())
    }
}

impl From<String> for Words {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// The sign with a word of its own.
impl From<Sign> for Words {
    fn from(sign: Sign) -> Self {
        sign.says("")
    }
}
