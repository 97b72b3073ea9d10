//! Reporters: other systems that tell a module something over HTTP, by reports that they sign.
//!
//! Decision: a secret of its own is what lets a system report, and it can do nothing else with it: no rule has to allow it.
//! The price is that a module says itself what may be reported.

mod desk;

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use hailer_activity::SigningSecret;
use hailer_dispatch::CommandError;

pub(crate) use desk::Reports;

type Take = Arc<dyn Fn(Report) -> BoxFuture<'static, Result<String, CommandError>> + Send + Sync>;

/// A system that may report by `POST /report/NAME`, signed in the form of Standard Webhooks.
///
/// Only what is signed by one of its secrets, less than five minutes ago by the clock of the bot, comes to the module. Each
/// report is in the audit before the module sees it, and what came of it after. The same report may come twice: its id says
/// so, and a module takes note of it in one step with what it changes.
#[derive(Clone)]
pub struct Reporter {
    name: String,
    secrets: Vec<SigningSecret>,
    command: String,
    take: Take,
}

/// What a system reports, after its signature was found right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The name of whoever reports.
    pub reporter: String,
    /// Tells this report from others of the same reporter, and has at most 128 bytes.
    pub id: String,
    /// What was sent.
    pub body: Bytes,
    /// When it came.
    pub now: SystemTime,
}

impl Reporter {
    /// Names a system, the secrets that its reports may be signed with, the command that does the same as a report, for the
    /// audit, and what takes a report. That returns what was noted, as a sentence; an error with a cause is one that
    /// may pass, one without says what is wrong with the report.
    pub fn new<F>(
        name: impl Into<String>,
        secrets: Vec<SigningSecret>,
        command: impl Into<String>,
        take: impl Fn(Report) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<String, CommandError>> + Send + 'static,
    {
        Self {
            name: name.into(),
            secrets,
            command: command.into(),
            take: Arc::new(move |report| Box::pin(take(report))),
        }
    }
}

impl fmt::Debug for Reporter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Reporter")
            .field("name", &self.name)
            .field("command", &self.command)
            .finish_non_exhaustive()
    }
}
