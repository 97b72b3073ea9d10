//! What the audit says of messages that start nothing.

use std::net::IpAddr;
use std::time::UNIX_EPOCH;

use hailer_dispatch::{CommandError, Misunderstanding};
use hailer_reply::Reply;
use hailer_store::{AuditEntry, Hold, Job, JobState, KeyUse, Sighting};

use crate::audit_recorder::network;
use crate::hold_words::sentence;

use super::core::Core;
use super::errand::{Errand, Found};

impl Core {
    /// Records that somebody may not do what they asked for, or asks too much.
    pub(super) fn record_refusal(&self, misunderstanding: &Misunderstanding, errand: &Errand) {
        let Some(recorder) = &self.recorder else {
            return;
        };
        let entry = match misunderstanding {
            Misunderstanding::NotPermitted { entry, refusal } => AuditEntry {
                event: "denied".to_owned(),
                decision: "deny".to_owned(),
                command: entry.as_ref().map_or("", |it| it.path()).to_owned(),
                effect: entry
                    .as_ref()
                    .map_or("", |it| it.effect().as_str())
                    .to_owned(),
                rule: refusal.place().unwrap_or_default().to_owned(),
                detail: refusal.to_string(),
                ..about(errand)
            },
            Misunderstanding::TooSoon { entry, .. } => AuditEntry {
                event: "rate_limited".to_owned(),
                decision: "limit".to_owned(),
                command: entry.path().to_owned(),
                effect: entry.effect().as_str().to_owned(),
                detail: "it ran a moment ago, and wants a pause".to_owned(),
                ..about(errand)
            },
            Misunderstanding::TooMany { .. } => AuditEntry {
                event: "rate_limited".to_owned(),
                decision: "limit".to_owned(),
                ..about(errand)
            },
            // What is not understood starts nothing.
            _ => return,
        };
        recorder.deny(entry);
    }

    /// Records what a command itself refused.
    pub(super) fn record_denial(&self, error: &CommandError, errand: &Errand) {
        let (Some(recorder), Some(why)) = (&self.recorder, error.denied_because()) else {
            return;
        };
        let Some(found) = errand.understood() else {
            return;
        };
        let entry = AuditEntry {
            job: error.denied_job().and_then(|id| id.parse().ok()),
            detail: errand.masked(&why),
            ..self.denied(errand, found)
        };
        // What leaves rows of its own anyway is told each time.
        if found.entry.leaves_a_trace() {
            recorder.record(entry);
        } else {
            recorder.deny(entry);
        }
    }

    /// Records that a job was refused at its start.
    pub(super) fn record_unstarted(&self, job: &Job, why: &str) {
        if let Some(recorder) = &self.recorder {
            let spec = &job.spec;
            recorder.record(AuditEntry {
                event: "denied".to_owned(),
                decision: "deny".to_owned(),
                job: Some(job.id.clone()),
                request_id: spec.request_id.clone(),
                tenant: spec.tenant.clone(),
                team: spec.team.clone(),
                channel: spec.channel.clone(),
                conversation: spec.conversation.clone(),
                webhook: spec.webhook.clone(),
                actor_id: spec.requester.id.clone(),
                actor_name: spec.requester.name.clone(),
                command: spec.command.clone(),
                effect: spec.effect.as_str().to_owned(),
                detail: why.to_owned(),
                ..AuditEntry::default()
            });
        }
    }

    /// Records that something was not taken because of what runs or waits already.
    pub(super) fn record_crowd(&self, rule: String, detail: String, errand: &Errand) {
        let (Some(recorder), Some(found)) = (&self.recorder, errand.understood()) else {
            return;
        };
        recorder.deny(AuditEntry {
            rule,
            detail,
            ..self.denied(errand, found)
        });
    }

    fn denied(&self, errand: &Errand, found: &Found) -> AuditEntry {
        AuditEntry {
            event: "denied".to_owned(),
            decision: "deny".to_owned(),
            command: found.entry.path().to_owned(),
            effect: found.entry.effect().as_str().to_owned(),
            arguments: self.redact.arguments(&found.arguments),
            ..about(errand)
        }
    }

    /// Records that somebody holds what a command needs.
    pub(super) fn record_hold(&self, hold: &Hold, errand: &Errand, found: &Found) {
        let Some(recorder) = &self.recorder else {
            return;
        };
        let now = errand.inquiry.now;
        recorder.deny(AuditEntry {
            rule: match &hold.held {
                hailer_store::HeldName::Lock(name) => format!("lock {name}"),
                hailer_store::HeldName::Freeze(_) | hailer_store::HeldName::FreezeAll => {
                    "freeze".to_owned()
                }
            },
            detail: in_plain(&sentence(hold, &errand.inquiry.bot, self.times, now)),
            ..self.denied(errand, found)
        });
    }

    /// Records that somebody looked at something, where that is wanted.
    pub(super) fn record_look(&self, errand: &Errand, state: JobState) {
        let Some(recorder) = self.recorder.as_ref().filter(|_| self.records_reads) else {
            return;
        };
        let found = errand.found();
        recorder.record(AuditEntry {
            event: "read".to_owned(),
            decision: "allow".to_owned(),
            command: found.map_or("", |it| it.path()).to_owned(),
            effect: "read".to_owned(),
            outcome: state.as_str().to_owned(),
            duration_ms: i64::try_from(errand.begun.elapsed().as_millis()).ok(),
            ..about(errand)
        });
    }

    /// Notes who wrote from where.
    pub(super) fn record_sighting(&self, errand: &Errand) {
        let Some(recorder) = &self.recorder else {
            return;
        };
        let inquiry = &errand.inquiry;
        let activity = &inquiry.activity;
        let now_ms = inquiry.now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let now_ms = i64::try_from(now_ms.as_millis()).unwrap_or(i64::MAX);
        let from = activity.from.as_ref();
        let channel = activity.channel();
        let ids = [
            &*inquiry.webhook,
            activity.tenant().map_or("", |it| it.as_str()),
            activity.team().map_or("", |it| it.as_str()),
            channel.as_ref().map_or("", |it| it.as_str()),
            from.and_then(|it| it.aad_object_id.as_ref())
                .map_or("", |it| it.as_str()),
        ];
        recorder.sighted(&ids, now_ms, || {
            let [webhook, tenant, team, channel, person] = ids.map(str::to_owned);
            Sighting {
                webhook,
                tenant,
                team,
                channel,
                person,
                name: from.and_then(|it| it.name.clone()).unwrap_or_default(),
                first_ms: now_ms,
                last_ms: now_ms,
            }
        });
    }

    /// Notes from where a key was used.
    pub(super) fn record_key(&self, errand: &Errand, peer: Option<IpAddr>) {
        let (Some(recorder), Some(peer)) = (&self.recorder, peer) else {
            return;
        };
        let used = KeyUse {
            webhook: errand.inquiry.webhook.to_string(),
            label: errand.key_label.clone(),
            network: network(peer),
        };
        recorder.key_used(used, || about(errand));
    }
}

/// Says who wrote, and where.
fn about(errand: &Errand) -> AuditEntry {
    let inquiry = &errand.inquiry;
    let activity = &inquiry.activity;
    let text = |id: Option<String>| id.unwrap_or_default();
    let from = activity.from.as_ref();
    let conversation = activity.conversation.as_ref().and_then(|it| it.id.as_ref());
    AuditEntry {
        request_id: inquiry.request_id.to_string(),
        tenant: text(activity.tenant().map(ToString::to_string)),
        team: text(activity.team().map(ToString::to_string)),
        channel: text(activity.channel().map(|it| it.to_string())),
        conversation: text(conversation.map(ToString::to_string)),
        activity: text(activity.id.as_ref().map(ToString::to_string)),
        webhook: inquiry.webhook.to_string(),
        key_label: errand.key_label.clone(),
        actor_id: text(
            from.and_then(|it| it.aad_object_id.as_ref())
                .map(ToString::to_string),
        ),
        actor_name: text(from.and_then(|it| it.name.clone())),
        ..AuditEntry::default()
    }
}

/// The audit is no channel: nothing in it is markup.
fn in_plain(markdown: &str) -> String {
    Reply::markdown(markdown).to_plain()
}
