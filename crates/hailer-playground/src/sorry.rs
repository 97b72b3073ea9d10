//! When Teams shows its one error instead of the answer, and what is behind it.

use std::time::Duration;

use hailer_reply::judge;
use hailer_transport::Cause;
use serde_json::{Value, json};

use crate::reading::Verdict;
use crate::wire::{NoResponse, Response};

/// After this time Teams has hung up.
pub(crate) const TEAMS_WAITS: Duration = Duration::from_secs(5);

/// Why Teams would not show the answer, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sorry {
    /// The code of the cause, which `hailer explain` explains; none when nobody but the playground meets it.
    code: Option<&'static str>,
    why: String,
    fix: String,
}

impl Sorry {
    /// Makes one of a known cause, with its way out.
    fn of(code: &'static str, why: impl Into<String>) -> Self {
        Self {
            code: Some(code),
            why: why.into(),
            fix: Cause::of(code).map_or_else(String::new, |it| it.fix.to_owned()),
        }
    }

    fn with_fix(self, fix: impl Into<String>) -> Self {
        Self {
            fix: fix.into(),
            ..self
        }
    }

    /// Finds out whether Teams would show its error; `delay` is what the network was made to take.
    pub(crate) fn find(
        response: &Result<Response, NoResponse>,
        verdict: &Verdict,
        delay: Duration,
    ) -> Option<Self> {
        let response = match response {
            Ok(response) => response,
            Err(NoResponse::TimedOut) => return Some(too_late(None, delay)),
            Err(error) => {
                return Some(Self {
                    code: None,
                    why: error.to_string(),
                    fix: "start the bot; in Teams, compare the callback URL with its address"
                        .to_owned(),
                });
            }
        };
        let took = response.answered + delay;
        if took > TEAMS_WAITS {
            return Some(too_late(Some(took), delay));
        }
        match response.status {
            200 | 201 => not_drawn(&response.body),
            401 => Some(Self::of(
                verdict.code,
                format!("the bot answered 401: {}", verdict.text),
            )),
            status => Some(Self::of(
                "HL122",
                format!("the answer was {status} instead of 200"),
            )),
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({ "code": self.code, "why": self.why, "fix": self.fix })
    }
}

fn too_late(took: Option<Duration>, delay: Duration) -> Sorry {
    let took = took.map_or_else(
        || "there was no answer".to_owned(),
        |took| format!("the answer took {:.1} s", took.as_secs_f64()),
    );
    let why = format!(
        "{took}, and Teams hangs up after {} s",
        TEAMS_WAITS.as_secs()
    );
    if delay.is_zero() {
        return Sorry::of("HL111", why);
    }
    let why = format!("{why}; the network alone took {:.1} s", delay.as_secs_f64());
    let fix = "bring the bot nearer to Teams: look for a slow tunnel, a proxy that buffers, a machine that sleeps";
    Sorry::of("HL112", why).with_fix(fix)
}

/// Says why Teams does not draw an answer that came in time.
fn not_drawn(body: &str) -> Option<Sorry> {
    if let Some(finding) = judge(body).into_iter().next() {
        let why = format!(
            "Teams does not take this answer: {} ({})",
            finding.text, finding.path
        );
        return Some(Sorry::of("HL121", why).with_fix(finding.fix));
    }
    let value: Option<Value> = serde_json::from_str(body).ok();
    let filled = |key: &str| {
        let value = value.as_ref()?.get(key)?;
        Some(match value {
            Value::String(text) => !text.trim().is_empty(),
            Value::Array(list) => !list.is_empty(),
            _ => false,
        })
    };
    let is_shown = filled("text") == Some(true) || filled("attachments") == Some(true);
    let why = "the answer is no message: it has neither a text nor an attachment";
    (!is_shown).then(|| Sorry::of("HL122", why))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, body: &str, seconds: u64) -> Result<Response, NoResponse> {
        Ok(Response {
            status,
            headers: Vec::new(),
            body: body.to_owned(),
            connected: Duration::ZERO,
            answered: Duration::from_secs(seconds),
        })
    }

    fn why(response: &Result<Response, NoResponse>, delay: u64) -> Option<String> {
        let delay = Duration::from_secs(delay);
        Sorry::find(response, &Verdict::default(), delay).map(|it| it.why)
    }

    const FINE: &str = r#"{"type":"message","text":"hello"}"#;

    #[test]
    fn an_answer_in_time_is_shown() {
        assert_eq!(why(&answered(200, FINE, 0), 0), None);
        assert_eq!(why(&answered(200, FINE, 4), 0), None);
    }

    #[test]
    fn teams_hangs_up_after_five_seconds() {
        let late = why(&answered(200, FINE, 6), 0).unwrap();
        assert_eq!(late, "the answer took 6.0 s, and Teams hangs up after 5 s");

        let slow = why(&answered(200, FINE, 0), 6).unwrap();
        assert!(slow.ends_with("the network alone took 6.0 s"), "{slow}");
    }

    #[test]
    fn what_is_no_message_is_not_shown() {
        for body in [
            "",
            "<html>",
            "{}",
            r#"{"text":"  "}"#,
            r#"{"type":"AdaptiveCard","body":[]}"#,
            r#"{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":{"type":"AdaptiveCard","version":"1.4","body":[{"type":"TextBlok","text":"x"}]}}]}"#,
        ] {
            assert!(why(&answered(200, body, 0), 0).is_some(), "{body}");
        }
    }

    #[test]
    fn a_refusal_is_told_with_its_reason() {
        let verdict = Verdict {
            code: "HL102",
            text: "signature does not match".to_owned(),
            ..Verdict::default()
        };

        let sorry = Sorry::find(&answered(401, "{}", 0), &verdict, Duration::ZERO).unwrap();

        assert_eq!(sorry.why, "the bot answered 401: signature does not match");
        assert_eq!(sorry.code, Some("HL102"));
        assert!(!sorry.fix.is_empty());
        assert!(why(&answered(502, "", 0), 0).unwrap().contains("502"));
    }
}
