//! Saying a message again later, as whoever wrote it: for modules that run commands by themselves.
//!
//! Decision: what is kept is a message and never a right. Whoever wrote it is looked at anew each time, by the same door as
//! everybody, so that nothing runs for somebody who may no longer run it.

use std::fmt;
use std::sync::{Arc, OnceLock};

use hailer_activity::Activity;
use hailer_dispatch::{CommandError, Invocation};
use hailer_reply::Reply;
use serde::{Deserialize, Serialize};

use crate::responder::{Responder, WeakResponder};
use crate::teams_message::to_html;

/// A message that is kept to be said again: who says it, where, and what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptMessage {
    webhook: String,
    text: String,
    activity: Activity,
}

/// What became of a message that was said again.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Said {
    /// Which end it came to.
    pub end: SaidEnd,
    /// What the command, or whoever refused it, answered.
    pub reply: Reply,
    /// The job that it became, if it did.
    pub job: Option<String>,
}

/// To which end a message came that was said again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SaidEnd {
    /// The command answered.
    Answered,
    /// The command failed.
    Failed,
    /// It goes on as a job, whose result is posted as that of any job.
    GoesOn,
    /// Whoever said it may not do that, or not any more; nothing was started.
    NotPermitted,
    /// It would ask for a yes, which nobody is there to give; nothing was started.
    Asks,
    /// Somebody holds what it needs, it is frozen, or the same is under way; nothing was started.
    Held,
    /// It is not understood any more; nothing was started.
    Unclear,
    /// There is no time or no store for it now, or its webhook is gone; nothing was started.
    Busy,
}

impl SaidEnd {
    /// Says whether the command was begun.
    pub fn did_start(self) -> bool {
        match self {
            Self::Answered | Self::Failed | Self::GoesOn => true,
            Self::NotPermitted | Self::Asks | Self::Held | Self::Unclear | Self::Busy => false,
        }
    }
}

/// Says kept messages.
///
/// Give it to [`Module::messenger`](crate::Module::messenger) too, so that it finds the bot.
#[derive(Clone, Default)]
pub struct Messenger {
    opened: Arc<OnceLock<WeakResponder>>,
}

impl KeptMessage {
    /// Takes another text of whoever wrote this message, in the same place.
    pub fn of(invocation: &Invocation, text: &str) -> Self {
        let activity = Activity {
            text: Some(to_html(text).replace('\n', "<br>")),
            attachments: Vec::new(),
            entities: Vec::new(),
            ..invocation.activity().clone()
        };
        Self {
            webhook: invocation.webhook().to_owned(),
            text: text.to_owned(),
            activity,
        }
    }

    /// Returns what is said, without a mention.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the webhook by which it came.
    pub fn webhook(&self) -> &str {
        &self.webhook
    }

    /// Returns the id in Entra ID of whoever says it; nothing for somebody without one.
    pub fn sender_id(&self) -> &str {
        let from = self.activity.from.as_ref();
        let id = from.and_then(|it| it.aad_object_id.as_ref());
        id.map(hailer_activity::ObjectId::as_str)
            .unwrap_or_default()
    }

    pub(crate) fn activity(&self) -> &Activity {
        &self.activity
    }
}

impl Messenger {
    /// Makes a handle.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn open(&self, responder: &Responder) {
        let _ = self.opened.set(responder.downgrade());
    }

    /// Says a message. `id` names this time of saying it: the same id starts nothing twice, also by another replica. `label`
    /// stands in the audit where otherwise the key is called that signed a message.
    ///
    /// It ends about when a message of a person would be answered.
    ///
    /// # Errors
    ///
    /// The bot stops.
    pub async fn say(
        &self,
        message: &KeptMessage,
        id: &str,
        label: &str,
    ) -> Result<Said, CommandError> {
        let responder = self.opened.get().and_then(WeakResponder::upgrade);
        match responder {
            Some(responder) => Ok(responder.say(message, id, label).await),
            None => Err(CommandError::told("The bot stops; nothing was started.")),
        }
    }
}

impl fmt::Debug for Messenger {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Messenger").finish_non_exhaustive()
    }
}
