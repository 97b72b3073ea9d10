//! Replies that Microsoft Teams shows as they were meant: text, escaping, size.
//!
//! A [`Reply`] is a list of blocks. It cannot be empty, and nothing foreign in it can become a mention,
//! a link or markup. [`Reply::to_message`] writes the JSON that answers a webhook request and cuts it to
//! [`MESSAGE_LIMIT`]; [`read_message`] reads such a JSON back, for terminals and tests.
//!
//! ```
//! use hailer_reply::{Reply, read_message};
//!
//! let message = Reply::text("5 < 6 & <at>all</at>").to_message();
//! assert_eq!(
//!     message.json(),
//!     r#"{"type":"message","text":"5 &lt; 6 &amp; &lt;at&gt;all&lt;/at&gt;"}"#
//! );
//!
//! let read = read_message(message.json())?;
//! assert_eq!(read.to_plain(), "5 < 6 & <at>all</at>");
//! # Ok::<(), hailer_reply::ReadError>(())
//! ```

mod attachment;
mod block;
mod card;
mod cut;
mod emphasis;
mod entity;
mod escape;
mod fit;
mod inline;
mod lint;
mod markdown;
mod message;
mod one_liner;
mod plain;
mod reply;
mod request_id;
mod rows;
mod sanitise;
mod template;
mod token;
mod wire;

pub use attachment::AnyCard;
pub use attachment::connector::{ConnectorCard, ConnectorSection};
pub use attachment::list::{ListCard, ListItem};
pub use attachment::picture::{HeroCard, ThumbnailCard};
pub use card::action::{Action, ActionSet, Target};
pub use card::column_set::{Column, ColumnSet, ColumnWidth};
pub use card::container::Container;
pub use card::element::Element;
pub use card::fact_set::FactSet;
pub use card::https_url::{HttpsUrl, UrlError};
pub use card::image::{Image, ImageSet};
pub use card::look::{
    ActionStyle, ContainerStyle, HorizontalAlignment, ImageSize, Spacing, TextColor, TextSize,
    TextStyle, TextWeight, VerticalAlignment,
};
pub use card::markup::escape_card;
pub use card::rich_text::{RichTextBlock, TextRun};
pub use card::table::{Table, TableCell, TableColumn, TableRow};
pub use card::text_block::TextBlock;
pub use card::{Card, CardError};
pub use cut::Cut;
pub use escape::escape;
pub use lint::{FINDING_KINDS, Finding, FindingKind, Severity, Subject, judge, lint, message_size};
pub use message::{MESSAGE_LIMIT, Message};
pub use one_liner::bar::Bar;
pub use one_liner::sparkline::sparkline;
pub use one_liner::words::{Sign, Words};
pub use plain::Style;
pub use reply::Reply;
pub use request_id::RequestId;
pub use rows::Rows;
pub use sanitise::sanitise;
pub use template::{CardTemplate, FilledCard, TemplateError};
pub use wire::{ReadError, WireMessage, read_message};
