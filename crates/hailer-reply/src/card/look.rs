//! The words for how elements look: each is one property of the schema.

use serde::{Deserialize, Serialize};

/// How large text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TextSize {
    /// Smaller than usual.
    #[serde(alias = "Small")]
    Small,
    /// As usual.
    #[serde(alias = "Default")]
    Default,
    /// A little larger.
    #[serde(alias = "Medium")]
    Medium,
    /// Larger.
    #[serde(alias = "Large")]
    Large,
    /// As large as text gets.
    #[serde(alias = "ExtraLarge")]
    ExtraLarge,
}

/// How heavy text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TextWeight {
    /// Thin.
    #[serde(alias = "Lighter")]
    Lighter,
    /// As usual.
    #[serde(alias = "Default")]
    Default,
    /// Bold.
    #[serde(alias = "Bolder")]
    Bolder,
}

/// What text means by its colour, which the theme of the reader chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TextColor {
    /// As usual.
    #[serde(alias = "Default")]
    Default,
    /// Dark in every theme.
    #[serde(alias = "Dark")]
    Dark,
    /// Light in every theme.
    #[serde(alias = "Light")]
    Light,
    /// The colour of the theme.
    #[serde(alias = "Accent")]
    Accent,
    /// All is well.
    #[serde(alias = "Good")]
    Good,
    /// Something may go wrong.
    #[serde(alias = "Warning")]
    Warning,
    /// Something went wrong.
    #[serde(alias = "Attention")]
    Attention,
}

/// Which face text is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum FontType {
    /// As usual.
    #[serde(alias = "Default")]
    Default,
    /// Every letter as wide as the others: for commands, paths and numbers.
    #[serde(alias = "Monospace")]
    Monospace,
}

/// What a text is for a screen reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TextStyle {
    /// Text.
    #[serde(alias = "Default")]
    Default,
    /// A heading.
    #[serde(alias = "Heading")]
    Heading,
}

/// Where content stands from left to right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HorizontalAlignment {
    /// At the left.
    #[serde(alias = "Left")]
    Left,
    /// In the middle.
    #[serde(alias = "Center")]
    Center,
    /// At the right.
    #[serde(alias = "Right")]
    Right,
}

/// Where content stands from top to bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum VerticalAlignment {
    /// At the top.
    #[serde(alias = "Top")]
    Top,
    /// In the middle.
    #[serde(alias = "Center")]
    Center,
    /// At the bottom.
    #[serde(alias = "Bottom")]
    Bottom,
}

/// What a container means by its background.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ContainerStyle {
    /// None.
    #[serde(alias = "Default")]
    Default,
    /// Set off from the rest.
    #[serde(alias = "Emphasis")]
    Emphasis,
    /// All is well.
    #[serde(alias = "Good")]
    Good,
    /// Something went wrong.
    #[serde(alias = "Attention")]
    Attention,
    /// Something may go wrong.
    #[serde(alias = "Warning")]
    Warning,
    /// The colour of the theme.
    #[serde(alias = "Accent")]
    Accent,
}

/// How large an image is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ImageSize {
    /// As the image is, as far as there is room.
    #[serde(alias = "Auto")]
    Auto,
    /// As wide as there is room.
    #[serde(alias = "Stretch")]
    Stretch,
    /// Like an icon.
    #[serde(alias = "Small")]
    Small,
    /// Like a portrait.
    #[serde(alias = "Medium")]
    Medium,
    /// Larger.
    #[serde(alias = "Large")]
    Large,
}

/// How an image is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ImageStyle {
    /// Not at all.
    #[serde(alias = "Default")]
    Default,
    /// Round, as portraits are.
    #[serde(alias = "Person")]
    Person,
}

/// How much room an element keeps from the one above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Spacing {
    /// As usual.
    #[serde(alias = "Default")]
    Default,
    /// None.
    #[serde(alias = "None")]
    None,
    /// Little.
    #[serde(alias = "Small")]
    Small,
    /// Some.
    #[serde(alias = "Medium")]
    Medium,
    /// Much.
    #[serde(alias = "Large")]
    Large,
    /// As much as there is.
    #[serde(alias = "ExtraLarge")]
    ExtraLarge,
    /// As much as a container keeps from its border.
    #[serde(alias = "Padding")]
    Padding,
}

/// How a button is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ActionStyle {
    /// As usual.
    #[serde(alias = "Default")]
    Default,
    /// As the thing to do.
    #[serde(alias = "Positive")]
    Positive,
    /// As something to think about twice.
    #[serde(alias = "Destructive")]
    Destructive,
}
