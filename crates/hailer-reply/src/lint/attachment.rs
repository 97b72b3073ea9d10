//! An attachment: what says of which kind a card is.

use serde_json::{Map, Value};

use super::kind::{
    ATTACHMENTS_TYPE, BARE_CARD, CONTENT_STRING, EXPERIMENTAL_CONTENT, NO_CONTENT, NO_CONTENT_TYPE,
    UNKNOWN_CONTENT_TYPE,
};
use super::report::{did_you_mean, nearest, shown};
use super::walk::Walk;

const ADAPTIVE: &str = "application/vnd.microsoft.card.adaptive";
const HERO: &str = "application/vnd.microsoft.card.hero";
const THUMBNAIL: &str = "application/vnd.microsoft.card.thumbnail";
const LIST: &str = "application/vnd.microsoft.teams.card.list";
const CONNECTOR: &str = "application/vnd.microsoft.teams.card.o365connector";

const KNOWN: [&str; 5] = [ADAPTIVE, HERO, THUMBNAIL, LIST, CONNECTOR];

impl<'a> Walk<'a> {
    pub(super) fn attachment(&mut self, value: &'a Value) {
        let Some(attachment) = value.as_object() else {
            self.report.note(&ATTACHMENTS_TYPE);
            return;
        };
        match attachment.get("contentType") {
            Some(Value::String(kind)) => self.content(kind, attachment),
            _ if attachment
                .get("type")
                .is_some_and(|kind| kind == "AdaptiveCard") =>
            {
                self.report.note(&BARE_CARD);
            }
            _ => self.report.note(&NO_CONTENT_TYPE),
        }
    }

    fn content(&mut self, kind: &'a str, attachment: &'a Map<String, Value>) {
        if !KNOWN.contains(&kind) {
            let near = nearest_kind(kind);
            self.report.enter("contentType");
            self.report.advise(
                &UNKNOWN_CONTENT_TYPE,
                format!("`{}` is none that a webhook can answer with", shown(kind)),
                did_you_mean(near, UNKNOWN_CONTENT_TYPE.fix),
            );
            self.report.leave();
            return;
        }
        match attachment.get("content") {
            Some(content @ Value::Object(object)) => {
                self.report.enter("content");
                match kind {
                    ADAPTIVE => self.card(content),
                    HERO | THUMBNAIL => self.classic(object),
                    _ => {
                        self.report.note(&EXPERIMENTAL_CONTENT);
                        self.classic(object);
                    }
                }
                self.report.leave();
            }
            Some(Value::String(_)) => {
                self.report
                    .say_at("content", &CONTENT_STRING, CONTENT_STRING.title)
            }
            _ => self.report.note(&NO_CONTENT),
        }
    }
}

/// The names are long and begin alike, so only what differs is compared.
fn nearest_kind(kind: &str) -> Option<&'static str> {
    let last = |kind: &str| kind.rsplit(['.', '/']).next().unwrap_or_default().len();
    let tail = kind.get(kind.len() - last(kind)..)?;
    let tails = KNOWN
        .iter()
        .map(|known| known.get(known.len() - last(known)..).unwrap_or_default());
    let near = nearest(tail, tails)?;
    KNOWN.into_iter().find(|known| known.ends_with(near))
}
