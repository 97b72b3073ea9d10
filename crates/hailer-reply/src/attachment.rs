//! What a message carries beside its text: cards of every kind.

pub(crate) mod connector;
pub(crate) mod list;
pub(crate) mod picture;
pub(crate) mod tap;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::attachment::connector::ConnectorCard;
use crate::attachment::list::ListCard;
use crate::attachment::picture::{HeroCard, ThumbnailCard};
use crate::card::Card;
use crate::card::canvas::Canvas;
use crate::card::clean::Clean;
use crate::card::lead::{LEAD, Lead};
use crate::sanitise::is_blank;
use crate::template::FilledCard;

/// The content type of an Adaptive Card.
pub(crate) const ADAPTIVE: &str = "application/vnd.microsoft.card.adaptive";
/// The content type of a hero card.
pub(crate) const HERO: &str = "application/vnd.microsoft.card.hero";
/// The content type of a thumbnail card.
pub(crate) const THUMBNAIL: &str = "application/vnd.microsoft.card.thumbnail";
/// The content type of a list card.
pub(crate) const LIST: &str = "application/vnd.microsoft.teams.card.list";
/// The content type of a connector card.
pub(crate) const CONNECTOR: &str = "application/vnd.microsoft.teams.card.o365connector";

/// A card of any kind: whatever [`Reply::card`](crate::Reply::card) takes.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum AnyCard {
    /// An Adaptive Card.
    Adaptive(Card),
    /// A hero card.
    Hero(HeroCard),
    /// A thumbnail card.
    Thumbnail(ThumbnailCard),
    /// A list card.
    List(ListCard),
    /// A connector card.
    Connector(ConnectorCard),
    /// An Adaptive Card that a template was filled to.
    Filled(FilledCard),
}

impl AnyCard {
    fn content_type(&self) -> &'static str {
        match self {
            Self::Adaptive(_) | Self::Filled(_) => ADAPTIVE,
            Self::Hero(_) => HERO,
            Self::Thumbnail(_) => THUMBNAIL,
            Self::List(_) => LIST,
            Self::Connector(_) => CONNECTOR,
        }
    }

    /// Says that nothing of the card would be seen.
    pub(crate) fn is_blank(&self) -> bool {
        // The first words usually tell, and are drawn faster than the others.
        is_blank(&self.first(1)) && is_blank(&self.first(LEAD))
    }

    /// Returns the first line, for previews.
    pub(crate) fn summary(&self) -> Clean {
        let first = self.first(1);
        Lead(if is_blank(&first) {
            self.first(LEAD)
        } else {
            first
        })
        .summary()
    }

    /// Writes the text form of everything in the card.
    pub(crate) fn to_text(&self) -> String {
        let mut canvas = Canvas::new();
        self.draw(&mut canvas);
        canvas.into_text()
    }

    /// Writes the beginning of the text form, at least so many bytes of it.
    fn first(&self, room: usize) -> String {
        let mut canvas = Canvas::with_room(room);
        self.draw(&mut canvas);
        canvas.into_text()
    }

    fn draw(&self, canvas: &mut Canvas) {
        match self {
            Self::Adaptive(card) => canvas.card(card),
            Self::Hero(card) => card.draw(canvas),
            Self::Thumbnail(card) => card.draw(canvas),
            Self::List(card) => card.draw(canvas),
            Self::Connector(card) => card.draw(canvas),
            Self::Filled(card) => canvas.foreign_card(card.value()),
        }
    }
}

impl Serialize for AnyCard {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut attachment = serializer.serialize_struct("Attachment", 2)?;
        attachment.serialize_field("contentType", self.content_type())?;
        match self {
            Self::Adaptive(card) => attachment.serialize_field("content", card)?,
            Self::Hero(card) => attachment.serialize_field("content", card)?,
            Self::Thumbnail(card) => attachment.serialize_field("content", card)?,
            Self::List(card) => attachment.serialize_field("content", card)?,
            Self::Connector(card) => attachment.serialize_field("content", card)?,
            Self::Filled(card) => attachment.serialize_field("content", card.value())?,
        }
        attachment.end()
    }
}

impl From<Card> for AnyCard {
    fn from(card: Card) -> Self {
        Self::Adaptive(card)
    }
}

impl From<HeroCard> for AnyCard {
    fn from(card: HeroCard) -> Self {
        Self::Hero(card)
    }
}

impl From<ThumbnailCard> for AnyCard {
    fn from(card: ThumbnailCard) -> Self {
        Self::Thumbnail(card)
    }
}

impl From<ListCard> for AnyCard {
    fn from(card: ListCard) -> Self {
        Self::List(card)
    }
}

impl From<ConnectorCard> for AnyCard {
    fn from(card: ConnectorCard) -> Self {
        Self::Connector(card)
    }
}
