//! What the bot makes of a request, step by step: whether it believes it, what it reads, whom it lets.
//!
//! Asked of the same code a second time: the bot's own answer says nothing of it, and must not.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use hailer::{Activity, Judgement, Misunderstanding, Standpoint, Wanted};
use hailer_dispatch::{Argument, MessageText, ValueKind};
use hailer_transport::{Admitted, Authorization, Refused};
use serde_json::{Value, json};

use crate::stage::Stage;
use crate::wire::Request;

/// What the gate says to a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Verdict {
    pub(crate) is_admitted: bool,
    /// The code of the cause of a refusal; empty when there is none.
    pub(crate) code: &'static str,
    pub(crate) text: String,
}

/// What the bot makes of a request.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(crate) verdict: Verdict,
    understood: Option<Understood>,
    verifying: Duration,
    understanding: Duration,
}

#[derive(Debug)]
struct Understood {
    normalised: String,
    raw: String,
    mentions: Vec<String>,
    judgement: Value,
}

impl Reading {
    /// Reads a request as the bot does at this moment.
    pub(crate) fn of(stage: &Stage, request: &Request, now: DateTime<Utc>) -> Self {
        let begun = Instant::now();
        let admitted = admit(stage, request, &request.body, now);
        let verifying = begun.elapsed();
        let begun = Instant::now();
        let understood = admitted
            .as_ref()
            .ok()
            .map(|admitted| Understood::of(stage, admitted));
        Self {
            verdict: verdict(stage, request, &admitted, now),
            understood,
            verifying,
            understanding: begun.elapsed(),
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        let understood = self.understood.as_ref().map(|it| {
            json!({
                "normalised": it.normalised,
                "raw": it.raw,
                "mentions": it.mentions,
                "judgement": it.judgement,
            })
        });
        json!({
            "verdict": {
                "isAdmitted": self.verdict.is_admitted,
                "code": self.verdict.code,
                "text": self.verdict.text,
            },
            "understood": understood,
            "verifyingUs": micros(self.verifying),
            "understandingUs": micros(self.understanding),
        })
    }
}

impl Understood {
    fn of(stage: &Stage, admitted: &Admitted) -> Self {
        let text = MessageText::from_activity(&admitted.activity, admitted.webhook.mention());
        let mentions = text.mentions().iter().map(|it| it.name.clone());
        let mentions = mentions.collect();
        let standpoint = standpoint(stage, &admitted.activity, admitted.webhook.name());
        let judgement = standpoint.map_or(Value::Null, |standpoint| {
            let mention = admitted.webhook.mention();
            match stage.bot.permissions().judge(text.raw(), &standpoint) {
                Ok(judgement) => judged(&judgement, mention),
                Err(problem) => json!({ "problem": said(&problem, mention) }),
            }
        });
        Self {
            normalised: text.command_text().to_owned(),
            raw: text.raw().to_owned(),
            mentions,
            judgement,
        }
    }
}

fn admit(
    stage: &Stage,
    request: &Request,
    body: &str,
    now: DateTime<Utc>,
) -> Result<Admitted, Refused> {
    let authorization = match &request.authorization {
        Some(value) => Authorization::One(value.as_bytes()),
        None => Authorization::None,
    };
    let body = body.to_owned().into();
    let service = stage.service();
    service
        .gate()
        .admit(&request.webhook, authorization, body, now)
}

fn verdict(
    stage: &Stage,
    request: &Request,
    admitted: &Result<Admitted, Refused>,
    now: DateTime<Utc>,
) -> Verdict {
    let refused = match admitted {
        Ok(admitted) => {
            return Verdict {
                is_admitted: true,
                text: format!("matches the token of \"{}\"", admitted.webhook.name()),
                ..Verdict::default()
            };
        }
        Err(refused) => refused,
    };
    let minified: Option<Value> = serde_json::from_str(&request.body).ok();
    let minified = minified.map(|it| it.to_string());
    let matches_when_minified = refused.reason() == "mismatch"
        && minified.is_some_and(|body| {
            let again = admit(stage, request, &body, now);
            !again.is_err_and(|it| it.reason() == "mismatch")
        });
    let text = if matches_when_minified {
        format!(
            "{refused}; it matches the body without its white space: something on the way rewrites the JSON"
        )
    } else {
        refused.to_string()
    };
    Verdict {
        is_admitted: false,
        code: if matches_when_minified {
            "HL104"
        } else {
            refused.code()
        },
        text,
    }
}

/// Finds where rules see the sender stand.
pub(crate) fn standpoint(stage: &Stage, activity: &Activity, webhook: &str) -> Option<Standpoint> {
    let person = activity.from.as_ref()?.aad_object_id.as_ref()?;
    let team = activity.team().map(|id| format!("team:{}", id.as_str()));
    let channel = activity
        .channel()
        .map(|id| format!("channel:{}", id.as_str()));
    let webhook = Some(format!("webhook:{webhook}"));
    let places: Vec<String> = webhook.into_iter().chain(team).chain(channel).collect();
    let wanted = Wanted {
        person: person.as_str(),
        places: &places,
        tenant: activity.tenant().map(hailer::TenantId::as_str),
    };
    stage.bot.config().standpoint(&wanted).ok()
}

fn judged(judgement: &Judgement, mention: &str) -> Value {
    let decision = &judgement.decision;
    json!({
        "command": judgement.entry.path(),
        "usage": judgement.entry.usage(),
        "effect": judgement.entry.effect().as_str(),
        "arguments": arguments(judgement),
        "isPermitted": decision.is_permitted(),
        "expect": expectation(judgement),
        "decision": decision.to_string(),
        "place": decision.place(),
        "problem": judgement.problem.as_ref().map(|it| said(it, mention)),
    })
}

/// Says what a `[[policy_test]]` that holds would expect.
fn expectation(judgement: &Judgement) -> &'static str {
    match &judgement.asking {
        _ if !judgement.decision.is_permitted() => "deny",
        Some(asking) if !asking.needs().is_empty() => "approval",
        Some(_) => "confirm",
        None => "allow",
    }
}

/// Lists the arguments with what each of them is; secrets are masked already.
fn arguments(judgement: &Judgement) -> Vec<Value> {
    let of = |(name, value): &(String, String)| {
        let all = judgement.entry.arguments();
        let kind = all.iter().find(|it| it.name == *name).map(kind);
        json!({ "name": name, "value": value, "kind": kind })
    };
    judgement.arguments.iter().map(of).collect()
}

fn kind(argument: &Argument) -> String {
    if argument.is_secret {
        return "secret".to_owned();
    }
    if !argument.choices.is_empty() {
        return format!("one of {}", argument.choices.join(", "));
    }
    let kind = match argument.value {
        ValueKind::Text => "text",
        ValueKind::Integer => "whole number",
        ValueKind::Number => "number",
        ValueKind::Boolean => "yes or no",
    };
    kind.to_owned()
}

fn said(problem: &Misunderstanding, mention: &str) -> String {
    problem.reply(mention, "you", None).to_plain()
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
