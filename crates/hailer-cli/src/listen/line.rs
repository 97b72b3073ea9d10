//! One exchange as `listen` shows it: a line, and below it why it went wrong.

use chrono::{DateTime, Local};
use hailer::{Reply, TeamId, TenantId, WebhookConfig, lint};
use serde_json::{Value, json};

use crate::diagnosis::{Diagnosis, diagnose};
use crate::exchange::{Exchange, Kind};

/// Characters of a message that are shown.
const MOST_SHOWN: usize = 60;

/// A bot that has run for less than this lost what was said before.
const JUST_STARTED_MS: u64 = 5_000;

/// Says what is wrong with an exchange, or worth knowing; nothing when all is well.
pub(super) fn judge(exchange: &Exchange, webhooks: &[WebhookConfig]) -> Option<Diagnosis> {
    match exchange.kind {
        Kind::Ping => None,
        Kind::Refused => diagnose(exchange, webhooks),
        Kind::HungUp => Some(of(
            "HL112",
            format!("the caller left after {}", seconds(exchange.took_ms)),
        )),
        Kind::Answered => of_elsewhere(exchange, webhooks).or_else(|| of_answer(exchange)),
    }
}

/// Says that a message is from another place than its webhook is pinned to.
fn of_elsewhere(exchange: &Exchange, webhooks: &[WebhookConfig]) -> Option<Diagnosis> {
    let webhook = webhooks
        .iter()
        .find(|it| Some(&it.name) == exchange.webhook.as_ref())?;
    let ceiling = &webhook.ceiling;
    let pins = [
        (
            "tenant",
            ceiling.tenant.as_ref().map(TenantId::as_str),
            exchange.tenant(),
        ),
        (
            "team",
            ceiling.team.as_ref().map(TeamId::as_str),
            exchange.team(),
        ),
    ];
    let (what, pin, came) = pins.into_iter().find_map(|(what, pin, came)| {
        let pin = pin?;
        let is_other = came
            .as_deref()
            .is_none_or(|it| !it.eq_ignore_ascii_case(pin));
        is_other.then_some((what, pin, came))
    })?;
    let from = came.map_or_else(|| format!("no {what}"), |it| format!("the {what} {it}"));
    let text = format!("it comes from {from}, and this webhook is pinned to {pin}");
    Some(of("HL125", text))
}

fn of_answer(exchange: &Exchange) -> Option<Diagnosis> {
    let command = exchange.command.as_deref().unwrap_or("it");
    let took = seconds(exchange.took_ms);
    if exchange.outcome.as_deref() == Some("timed_out") || exchange.took_ms >= 5_000 {
        return Some(of(
            "HL111",
            format!("{command} took longer than Teams waits; answered after {took}"),
        ));
    }
    let reply: Value =
        serde_json::from_str(exchange.reply.as_deref().unwrap_or("null")).unwrap_or_default();
    let refused = lint(&reply).into_iter().find(hailer::Finding::is_error);
    if let Some(finding) = refused {
        let text = format!(
            "Teams refuses this answer: {} {} ({})",
            finding.code, finding.text, finding.path
        );
        return Some(of("HL121", text));
    }
    if exchange.outcome.as_deref() == Some("duplicate") {
        return Some(of(
            "HL161",
            "Teams sent this message before; nothing ran again".to_owned(),
        ));
    }
    if exchange.uptime_ms < JUST_STARTED_MS {
        let since = seconds(exchange.uptime_ms);
        return Some(of(
            "HL152",
            format!("the bot had started {since} before; what came earlier was lost"),
        ));
    }
    None
}

fn of(code: &str, text: String) -> Diagnosis {
    let cause = crate::explain::cause(code);
    Diagnosis {
        code: cause.map_or("HL000", |it| it.code),
        text,
        fix: cause.map(|it| it.fix.to_owned()),
    }
}

/// Draws an exchange.
pub(super) fn to_text(exchange: &Exchange, diagnosis: Option<&Diagnosis>) -> String {
    let time = DateTime::parse_from_rfc3339(&exchange.at).map_or_else(
        |_| exchange.at.clone(),
        |at| at.with_timezone(&Local).format("%H:%M:%S").to_string(),
    );
    let webhook = exchange
        .webhook
        .as_deref()
        .unwrap_or(exchange.path.as_str());
    let took = seconds(exchange.took_ms);
    let what = match exchange.kind {
        Kind::Answered => format!(
            "{}  {} in {took}",
            said(exchange),
            exchange.outcome.as_deref().unwrap_or("answered")
        ),
        Kind::Refused => format!(
            "refused: {}  {} bytes",
            exchange
                .reason
                .as_deref()
                .unwrap_or("unknown")
                .replace('_', " "),
            exchange.body.len()
        ),
        Kind::Ping => format!("ping of hailer doctor  answered in {took}"),
        Kind::HungUp => "the caller hung up".to_owned(),
    };
    let mut out = format!("{time} {webhook}  {}", harmless(&what));
    if let Some(found) = diagnosis {
        out.push_str(&format!(
            "\n         {}  {}",
            found.code,
            harmless(&found.text)
        ));
        if let Some(fix) = &found.fix {
            out.push_str(&format!("\n         fix: {fix}"));
        }
    }
    out
}

/// Writes an exchange as JSON, without what was written in it.
pub(super) fn to_json(exchange: &Exchange, diagnosis: Option<&Diagnosis>) -> Value {
    json!({
        "at": exchange.at,
        "request_id": exchange.request_id,
        "webhook": exchange.webhook,
        "path": exchange.path,
        "kind": match exchange.kind {
            Kind::Answered => "answered",
            Kind::Refused => "refused",
            Kind::Ping => "ping",
            Kind::HungUp => "hung_up",
        },
        "reason": exchange.reason,
        "command": exchange.command,
        "outcome": exchange.outcome,
        "took_ms": exchange.took_ms,
        "bytes": exchange.body.len(),
        "code": diagnosis.map(|it| it.code),
        "text": diagnosis.map(|it| &it.text),
        "fix": diagnosis.map(|it| &it.fix),
    })
}

fn said(exchange: &Exchange) -> String {
    let Some((name, text)) = exchange.said() else {
        return "a message".to_owned();
    };
    let text = plain(&text);
    let shown: String = text.chars().take(MOST_SHOWN).collect();
    let dots = if shown.len() < text.len() { "…" } else { "" };
    format!("{name}: {shown}{dots}")
}

/// Drops tags: this is a glance at a message, and not how the bot reads it.
fn plain(html: &str) -> String {
    let mut out = String::new();
    let mut in_tag = false;
    for letter in html.replace("&nbsp;", " ").chars() {
        match letter {
            '<' => in_tag = true,
            '>' => in_tag = false,
            _ if !in_tag => out.push(letter),
            _ => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Takes out what would steer a terminal: strangers wrote it.
fn harmless(text: &str) -> String {
    Reply::text(text).to_plain()
}

fn seconds(milliseconds: u64) -> String {
    format!(
        "{}.{:02} s",
        milliseconds / 1_000,
        milliseconds % 1_000 / 10
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(change: impl FnOnce(&mut Value)) -> Exchange {
        let mut json = json!({
            "kind": "answered", "at": "2026-09-14T09:10:00Z", "request_id": "00000001", "path": "/webhook/ops",
            "webhook": "ops", "uptime_ms": 60_000, "took_ms": 12, "outcome": "ok", "command": "ping",
            "reply": r#"{"type":"message","text":"pong"}"#,
            "body": r#"{"from":{"name":"Mira"},"text":"<at>ops</at>&nbsp;ping\u001b[2J"}"#,
        });
        change(&mut json);
        Exchange::from_json(json).unwrap()
    }

    fn code(exchange: &Exchange) -> Option<&'static str> {
        judge(exchange, &[]).map(|it| it.code)
    }

    #[test]
    fn an_answer_is_judged_by_its_time_its_form_and_the_age_of_the_bot() {
        assert_eq!(code(&answered(|_| {})), None);
        assert_eq!(
            code(&answered(|it| it["took_ms"] = 6_200.into())),
            Some("HL111")
        );
        assert_eq!(
            code(&answered(|it| it["outcome"] = "timed_out".into())),
            Some("HL111")
        );
        assert_eq!(
            code(&answered(|it| it["outcome"] = "duplicate".into())),
            Some("HL161")
        );
        assert_eq!(
            code(&answered(|it| it["uptime_ms"] = 1_000.into())),
            Some("HL152")
        );
        let bare = r#"{"type":"AdaptiveCard","version":"1.4","body":[]}"#;
        assert_eq!(
            code(&answered(|it| it["reply"] = bare.into())),
            Some("HL121")
        );
    }

    #[test]
    fn a_line_shows_who_said_what_and_steers_no_terminal() {
        let line = to_text(&answered(|_| {}), None);

        assert!(
            line.ends_with("ops  Mira: ops ping[2J  ok in 0.01 s"),
            "{line:?}"
        );
    }
}
