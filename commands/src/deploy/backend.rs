//! What brings a version to an environment: one trait, one file for each kind of it.

mod argocd;
mod github;
mod gitlab;
mod http;
mod kubernetes;
mod script;

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, ready};
use hailer::{Invocation, Section};

use crate::deploy::text::Values;
use crate::script::Template;

/// The kinds that `kind` may name.
const KINDS: [(&str, Reader); 6] = [
    ("script", script::read),
    ("http", http::read),
    ("github", github::read),
    ("gitlab", gitlab::read),
    ("kubernetes", kubernetes::read),
    ("argocd", argocd::read),
];

/// Reads the rest of a `[deploy.backend.NAME]`; what is wrong is noted in the section.
type Reader = fn(&Section<'_>) -> Option<Arc<dyn Backend>>;

/// What brings a version to an environment.
///
/// Only [`Backend::deploy`] changes the world. The rest may be asked at any time, also when nobody has written anything.
pub(super) trait Backend: fmt::Debug + Send + Sync {
    /// Returns the names in braces that its texts use, which a service or an environment must give values to.
    fn names(&self) -> Vec<String>;

    /// Says in a few words what a deploy does, for whoever looks at the plan: `runs deploy.sh`.
    fn plan(&self, values: &Values) -> String;

    /// Returns how long a deploy may take.
    fn time_limit(&self) -> Duration;

    /// Brings a version there, and returns once it is there. Tells how far it is by the invocation, and gives up soon
    /// after its cancellation.
    fn deploy<'a>(
        &'a self,
        values: &'a Values,
        invocation: &'a Invocation,
    ) -> BoxFuture<'a, Result<Done, Failure>>;

    /// Lists the versions that there are, the newest first; `None` when it cannot know them.
    fn versions<'a>(
        &'a self,
        values: &'a Values,
    ) -> BoxFuture<'a, Result<Option<Vec<String>>, Trouble>> {
        let _ = values;
        Box::pin(ready(Ok(None)))
    }

    /// Tells whether it can look which version runs.
    fn can_look(&self) -> bool {
        false
    }

    /// Looks which version runs; `None` when it cannot know.
    fn look<'a>(&'a self, values: &'a Values) -> BoxFuture<'a, Result<Option<String>, Trouble>> {
        let _ = values;
        Box::pin(ready(Ok(None)))
    }
}

/// What a deploy that went well has to say.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// The last that it said, if it is worth reading.
    pub(super) said: Option<String>,
}

/// Why a deploy did not go well, in words for the channel.
#[derive(Debug)]
pub(super) struct Failure {
    /// What happened, as the end of a sentence: `deploy.sh failed with exit code 1`.
    pub(super) what: String,
    /// Whether something may have changed.
    pub(super) touched: Touched,
    /// The last that it said.
    pub(super) lines: Option<String>,
    /// What only the log may know.
    pub(super) cause: Option<Box<dyn Error + Send + Sync>>,
}

/// Whether a deploy that did not go well may have changed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Touched {
    /// Surely not: it had not begun.
    Nothing,
    /// Perhaps: what runs now is not known.
    Perhaps,
}

/// Why a backend could not be asked, in words for the channel: `the CI does not answer`.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub(super) struct Trouble {
    /// What happened, as a whole clause.
    pub(super) what: String,
    /// What only the log may know.
    #[source]
    pub(super) cause: Option<Box<dyn Error + Send + Sync>>,
}

impl Failure {
    /// Fails before anything was changed.
    pub(super) fn untouched(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            touched: Touched::Nothing,
            lines: None,
            cause: None,
        }
    }

    /// Fails at a point where something may have been changed.
    pub(super) fn half_way(what: impl Into<String>) -> Self {
        Self {
            touched: Touched::Perhaps,
            ..Self::untouched(what)
        }
    }
}

impl Trouble {
    /// Says what is wrong.
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            cause: None,
        }
    }
}

/// Returns the names in braces that texts use.
fn names_of<'t>(texts: impl IntoIterator<Item = &'t Template>) -> Vec<String> {
    let names = texts.into_iter().flat_map(Template::names);
    names.map(str::to_owned).collect()
}

/// Reads a `[deploy.backend.NAME]`.
pub(super) fn read(section: &Section<'_>) -> Option<Arc<dyn Backend>> {
    match section.choice("kind", &KINDS) {
        Some(reader) => reader(section),
        None => {
            if section.string("kind").is_none() {
                let kinds = KINDS.map(|(name, _)| name).join(", ");
                section.reject(
                    "kind",
                    "there is no `kind`: what brings a version there",
                    format!("one of: {kinds}"),
                );
            }
            None
        }
    }
}
