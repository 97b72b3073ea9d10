//! One message that is being answered, and whatever is known of it on both sides of the deadline.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use bytes::Bytes;
use hailer_dispatch::{Call, Entry, Inquiry, Pipe};
use hailer_store::NewRequest;

use super::keeping::Keeping;
use super::mask::Mask;
use super::saying::Saying;

/// One message that is being answered.
#[derive(Debug)]
pub(super) struct Errand {
    /// What its command sees.
    pub(super) inquiry: Arc<Inquiry>,
    /// The message as it was signed.
    pub(super) body: Bytes,
    /// What the key is called that signed it.
    pub(super) key_label: String,
    /// When it began, by the clock that tests cannot move.
    pub(super) begun: Instant,
    /// Who keeps its result when it takes too long; nobody where there is no store.
    pub(super) keeping: Option<Keeping>,
    /// What is noted of it when the bot says it itself.
    pub(super) saying: Option<Saying>,
    /// What is done with the answer before it is shown; or why that cannot be done.
    pub(super) pipe: Option<Result<Pipe, String>>,
    found: OnceLock<Found>,
    /// The job as which it waits.
    queued: OnceLock<String>,
    request: OnceLock<NewRequest>,
}

/// What was understood of the message.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) entry: Arc<Entry>,
    /// Secrets are masked.
    pub(super) arguments: Vec<(String, String)>,
    pub(super) lock: Option<String>,
    /// Where the rule is written that lets it run; nothing when none has to.
    pub(super) rule: String,
    /// What may be kept and shown of the message.
    pub(super) text: String,
    /// Whether its sender knows that the same is under way.
    pub(super) is_again: bool,
    /// Finds its secrets in what is kept and shown; there is none without secrets.
    pub(super) mask: Option<Mask>,
}

impl Found {
    pub(super) fn of(call: &Call) -> Self {
        Self {
            entry: Arc::clone(call.entry()),
            arguments: call.arguments().to_vec(),
            lock: call.lock().map(str::to_owned),
            rule: call.rule(),
            text: call.text().to_owned(),
            is_again: call.is_again(),
            mask: Mask::of(call.secrets()),
        }
    }
}

impl Errand {
    pub(super) fn new(
        inquiry: Arc<Inquiry>,
        body: Bytes,
        key_label: String,
        has_store: bool,
    ) -> Self {
        Self {
            inquiry,
            body,
            key_label,
            begun: Instant::now(),
            keeping: has_store.then(Keeping::new),
            saying: None,
            pipe: None,
            found: OnceLock::new(),
            queued: OnceLock::new(),
            request: OnceLock::new(),
        }
    }

    /// Takes note of what becomes of it: the bot says it itself.
    pub(super) fn said_by_the_bot(mut self) -> Self {
        self.saying = Some(Saying::default());
        self
    }

    /// Sets what is done with the answer.
    pub(super) fn piped(self, pipe: Option<Result<Pipe, String>>) -> Self {
        Self { pipe, ..self }
    }

    /// Notes the job as which it waits.
    pub(super) fn note_queued(&self, job: &str) {
        let _ = self.queued.set(job.to_owned());
        if let Some(saying) = &self.saying {
            saying.note_queued();
        }
    }

    /// Returns the job that it became, if it did.
    pub(super) fn job(&self) -> Option<String> {
        let running = || self.inquiry.job.get().map(|job| job.id().to_owned());
        self.queued.get().cloned().or_else(running)
    }

    /// Notes which command is meant.
    pub(super) fn note(&self, found: Found) -> &Found {
        self.found.get_or_init(|| found)
    }

    /// Notes that the call waits for a yes.
    pub(super) fn ask(&self, request: NewRequest) {
        let _ = self.request.set(request);
    }

    /// Returns what the call waits for, if it does.
    pub(super) fn asked(&self) -> Option<&NewRequest> {
        self.request.get()
    }

    /// Returns which command is meant, once that is known.
    pub(super) fn found(&self) -> Option<&Arc<Entry>> {
        self.found.get().map(|found| &found.entry)
    }

    /// Returns what may be kept and shown of the message.
    pub(super) fn text(&self) -> &str {
        let found = self.found.get();
        found.map_or_else(|| self.inquiry.text.command_text(), |it| it.text.as_str())
    }

    /// Returns what finds the secrets of the message, if it has any.
    pub(super) fn mask(&self) -> Option<&Mask> {
        self.found.get()?.mask.as_ref()
    }

    /// Returns a text without the secrets of the message.
    pub(super) fn masked(&self, text: &str) -> String {
        self.mask()
            .map_or_else(|| text.to_owned(), |mask| mask.text(text))
    }

    /// Returns all that was understood, once it is known.
    pub(super) fn understood(&self) -> Option<&Found> {
        self.found.get()
    }
}
