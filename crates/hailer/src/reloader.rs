//! Exchanging configuration and commands while the bot runs: all of it or nothing.

mod desk;
mod status;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use hailer_store::AuditEntry;
use hailer_transport::{Certificate, Certificates};
use tokio::sync::mpsc;

use crate::bot::{Bot, StartError, tls_files};
use crate::config::{Changes, Config, Outline};
use crate::generation::Current;

pub use desk::ReloadRequest;
pub(crate) use desk::{AdminDesk, ReloadDesk};
pub(crate) use status::{ConfigCheck, Status};

/// Exchanges what a bot was started with. Clones exchange for the same bot, one after the other.
///
/// What is exchanged is the whole of configuration and commands. What was begun goes on: requests and jobs that run,
/// cooldowns, counted messages, messages that may come twice. A job that waits is judged by what holds when it begins.
#[derive(Debug, Clone)]
pub struct Reloader {
    current: Arc<Current>,
    /// What addresses and threads were made of.
    started: Arc<Outline>,
    /// What new connections get; nothing where another speaks TLS.
    certificates: Option<Certificates>,
    turn: Arc<Mutex<()>>,
}

/// What an exchange changed.
#[derive(Debug, Clone)]
pub struct Reloaded {
    /// The number of what holds now; what the bot was started with is 1.
    pub generation: u64,
    /// What it says otherwise than what held before.
    pub changes: Changes,
}

impl fmt::Display for Reloaded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.changes.fmt(formatter)
    }
}

impl Reloader {
    pub(crate) fn new(current: Arc<Current>, certificates: Option<Certificates>) -> Self {
        Self {
            certificates,
            started: Arc::clone(&current.get().config.outline),
            current,
            turn: Arc::default(),
        }
    }

    /// Lets a bot's configuration and commands hold from the next message on; what is being answered ends as it
    /// began. It is put together and checked as a whole before, and then exchanged at once. `by` says in the audit
    /// what made it happen.
    ///
    /// # Errors
    ///
    /// As [`Bot::bind`], and a `[[policy_test]]` that fails. Then what held before still holds; say why with
    /// [`Reloader::refuse`].
    pub fn exchange(&self, bot: Bot, by: &str) -> Result<Reloaded, StartError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.current.get();
        let provisioned = bot.provision(Some(before.responder.registry()))?;
        let failed = provisioned.permissions.run_tests();
        if failed.has_errors() {
            return Err(StartError::Permissions(failed));
        }
        let certificate = self.read_certificate(&provisioned.permissions.config)?;
        let after = self.current.exchange(provisioned)?;
        if let (Some(certificates), Some(certificate)) = (&self.certificates, certificate) {
            certificates.exchange(certificate);
        }
        let outlines = (&before.config.outline, &after.config.outline);
        let changes = Changes::between(outlines.0, outlines.1, &self.started);
        self.current.note_success(changes.needs_restart());
        self.note_in_audit(by, "allow", &changes.to_string());
        Ok(Reloaded {
            generation: after.number,
            changes,
        })
    }

    fn read_certificate(&self, config: &Config) -> Result<Option<Certificate>, StartError> {
        let files = config.server.tls.as_ref().map(tls_files);
        let wanted = files.filter(|_| self.certificates.is_some());
        let read = wanted.map(|files| Certificate::read(&files)).transpose();
        read.map_err(StartError::Serve)
    }

    /// Notes that a configuration was refused, and why, in a line without secrets: probes and metrics tell it.
    pub fn refuse(&self, why: &str, by: &str) {
        self.current.note_refusal(why);
        self.note_in_audit(by, "deny", why);
    }

    /// Returns the requests for a reload that come by the admin listener; `None` when another has them. Until somebody
    /// takes them, the listener says that this bot reloads nothing.
    pub fn requests(&self) -> Option<mpsc::Receiver<ReloadRequest>> {
        self.current.desk().take()
    }

    fn note_in_audit(&self, by: &str, decision: &str, outcome: &str) {
        let generation = self.current.get();
        let Some(host) = generation.responder.job_host() else {
            return;
        };
        host.jobs().note_in_audit(AuditEntry {
            event: "reload".to_owned(),
            actor_name: by.to_owned(),
            decision: decision.to_owned(),
            outcome: outcome.to_owned(),
            detail: format!("generation {}", generation.number),
            ..AuditEntry::default()
        });
    }
}
