//! Where reports come in: signature, time, audit, module; the first that says no is told.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use hailer_activity::SigningSecret;
use hailer_dispatch::{CommandError, Effect};
use hailer_jobs::Jobs;
use hailer_reply::Reply;
use hailer_store::AuditEntry;
use hailer_transport::{Report as Received, ReportAnswer, ReportDesk};
use serde_json::Value;

use crate::audit_recorder::Recorder;
use crate::clock::BotClock;
use crate::reporter::{Report, Reporter};

/// What Standard Webhooks has its libraries take.
const TOLERANCE_SECONDS: u64 = 5 * 60;

/// No library makes longer ids.
const LONGEST_ID: usize = 128;

/// What is longer is not written into the audit.
const LONGEST_DETAIL: usize = 1_000;

/// The reporters of one generation.
#[derive(Debug, Clone)]
pub(crate) struct Reports {
    reporters: Arc<HashMap<String, Reporter>>,
    jobs: Option<Jobs>,
    recorder: Option<Recorder>,
    clock: BotClock,
}

/// A report whose signature is right.
struct Signed {
    id: String,
    received: Received,
}

impl Reports {
    /// Knows these reporters.
    pub(crate) fn new(
        reporters: &[Reporter],
        jobs: Option<&Jobs>,
        recorder: Option<&Recorder>,
        clock: &BotClock,
    ) -> Self {
        let reporters = reporters.iter().map(|it| (it.name.clone(), it.clone()));
        Self {
            reporters: Arc::new(reporters.collect()),
            jobs: jobs.cloned(),
            recorder: recorder.cloned(),
            clock: clock.clone(),
        }
    }

    async fn take(self, received: Received) -> ReportAnswer {
        let Some(reporter) = self.reporters.get(&received.name) else {
            spend(&received);
            return self.refuse(None, "unknown_reporter");
        };
        let signed = match reporter.verify(received) {
            Ok(signed) => signed,
            Err(reason) => return self.refuse(Some(reporter), reason),
        };
        let report = match self.timely(reporter, signed) {
            Ok(report) => report,
            Err(text) => return ReportAnswer::Malformed(text),
        };
        let entry = entry(reporter, &report);
        if !self.write_down(&entry).await {
            let text = "my store is out, so nothing was noted; send it again in a minute";
            return ReportAnswer::Out(text.to_owned());
        }
        let answer = match (reporter.take)(report).await {
            Ok(noted) => ReportAnswer::Noted(noted),
            Err(error) => refused(&error),
        };
        let (outcome, detail) = match &answer {
            ReportAnswer::Noted(text) => ("succeeded", text),
            ReportAnswer::Malformed(text)
            | ReportAnswer::Refused(text)
            | ReportAnswer::Out(text) => ("failed", text),
            ReportAnswer::Unauthorized(_) => return answer,
        };
        self.write_down(&AuditEntry {
            event: "outcome".to_owned(),
            outcome: outcome.to_owned(),
            detail: detail.clone(),
            ..entry
        })
        .await;
        answer
    }

    /// Counts what is not signed, for the audit.
    fn refuse(&self, reporter: Option<&Reporter>, reason: &'static str) -> ReportAnswer {
        if let Some(recorder) = &self.recorder {
            let place = reporter.map(|it| place(&it.name));
            recorder.refused_signature(place.as_deref(), reason);
        }
        ReportAnswer::Unauthorized(reason)
    }

    /// Looks at id and time; whoever can sign may know what is wrong.
    fn timely(&self, reporter: &Reporter, signed: Signed) -> Result<Report, String> {
        let Signed { id, received } = signed;
        let is_id =
            !id.is_empty() && id.len() <= LONGEST_ID && id.bytes().all(|it| it.is_ascii_graphic());
        if !is_id {
            return Err(format!(
                "the header webhook-id has to be 1 to {LONGEST_ID} letters without a space, another for each report"
            ));
        }
        let now = self.clock.now();
        let sent = seconds(&received).unwrap_or_default();
        let ours = u64::try_from(now.timestamp()).unwrap_or_default();
        let skew = ours.abs_diff(sent);
        if skew > TOLERANCE_SECONDS {
            return Err(format!(
                "the time in the header webhook-timestamp is {skew} s away from mine, and {TOLERANCE_SECONDS} s are allowed; sign each report when it is sent, and look at the clocks"
            ));
        }
        Ok(Report {
            reporter: reporter.name.clone(),
            id,
            body: received.body,
            now: now.into(),
        })
    }

    /// Tells whether the audit has it now; where there is no store there is no audit.
    async fn write_down(&self, entry: &AuditEntry) -> bool {
        let Some(jobs) = &self.jobs else { return true };
        let entry = entry.clone();
        let written = jobs.call(move |store| async move { store.audit(&entry).await });
        match written.await {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(%error, "a report cannot be written into the audit");
                false
            }
        }
    }
}

impl Reporter {
    /// Looks for a secret that signed it.
    fn verify(&self, received: Received) -> Result<Signed, &'static str> {
        let (Some(id), Some(_), Some(signature)) =
            (&received.id, &received.timestamp, &received.signature)
        else {
            return Err("missing_header");
        };
        let Some(seconds) = seconds(&received) else {
            return Err("malformed_timestamp");
        };
        let mut is_signed = false;
        for secret in &self.secrets {
            is_signed |= secret.verifies(id, seconds, &received.body, signature);
        }
        if !is_signed {
            return Err("signature_mismatch");
        }
        Ok(Signed {
            id: id.clone(),
            received,
        })
    }
}

impl ReportDesk for Reports {
    fn receive(&self, report: Received) -> BoxFuture<'static, ReportAnswer> {
        Box::pin(self.clone().take(report))
    }
}

/// Takes the time of a look at a signature, so that time tells nobody which reporters there are.
fn spend(received: &Received) {
    let decoy = SigningSecret::parse("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    if let (Ok(decoy), Some(id), Some(signature)) = (decoy, &received.id, &received.signature) {
        let seconds = seconds(received).unwrap_or_default();
        std::hint::black_box(decoy.verifies(id, seconds, &received.body, signature));
    }
}

fn seconds(received: &Received) -> Option<u64> {
    received.timestamp.as_ref()?.parse().ok()
}

fn place(name: &str) -> String {
    format!("report/{name}")
}

fn refused(error: &CommandError) -> ReportAnswer {
    let reply = error.reply().map(Reply::to_plain);
    let text = reply.unwrap_or_else(|| "something broke on my side".to_owned());
    match error.log_text() {
        Some(cause) => {
            tracing::warn!(cause, "a report cannot be taken");
            ReportAnswer::Out(text)
        }
        None => ReportAnswer::Refused(text),
    }
}

/// Returns what was said, as the arguments of the audit: what stands under `data`, where the body has the usual form.
fn said(body: &[u8]) -> String {
    let body: Option<Value> = serde_json::from_slice(body).ok();
    let said = body.as_ref().map(|it| it.get("data").unwrap_or(it));
    let said = said.map(Value::to_string).unwrap_or_default();
    if said.len() > LONGEST_DETAIL {
        return String::new();
    }
    said
}

fn entry(reporter: &Reporter, report: &Report) -> AuditEntry {
    AuditEntry {
        event: "intent".to_owned(),
        activity: report.id.clone(),
        webhook: place(&reporter.name),
        actor_id: place(&reporter.name),
        actor_name: reporter.name.clone(),
        command: reporter.command.clone(),
        arguments: said(&report.body),
        effect: Effect::Write.as_str().to_owned(),
        decision: "allow".to_owned(),
        rule: "its secret".to_owned(),
        ..AuditEntry::default()
    }
}

#[cfg(test)]
mod tests;
