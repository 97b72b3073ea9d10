//! A person who is to be notified.

use serde::{Deserialize, Serialize};

use crate::sanitise::sanitise;

/// A person, and the text in the card that becomes the mention.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Mention {
    #[serde(rename = "type")]
    kind: MentionType,
    pub(crate) text: String,
    mentioned: Mentioned,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
enum MentionType {
    #[serde(rename = "mention")]
    Mention,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Mentioned {
    id: String,
    name: String,
}

impl Mention {
    pub(crate) fn new(name: &str, id: &str) -> Self {
        let line = |text: &str| {
            let text = sanitise(text).replace(['\n', '\t'], " ");
            text.trim().to_owned()
        };
        let name = line(name).replace(['<', '>'], "");
        Self {
            kind: MentionType::Mention,
            text: format!("<at>{name}</at>"),
            mentioned: Mentioned { id: line(id), name },
        }
    }
}
