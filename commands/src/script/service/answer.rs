//! What a service answered, as the channel reads it: data, like the output of a program.

use std::time::Duration;

use hailer::{CommandError, Reply};

use super::error::doubt;
use super::post::Response;
use crate::script::config::{OutputKind, Script};
use crate::script::run::{Finished, show_time};
use crate::script::show;

/// Why a service did not do what it should. The texts are for the log.
#[derive(Debug, thiserror::Error)]
enum AnswerError {
    /// It answered with a status that says so.
    #[error("the service answered {status}; {}", advice(*status))]
    Status { status: u16 },
    /// It answered with something else than what `output` wants.
    #[error("the service answered with {found}, and output = \"{wanted}\" takes {taken}")]
    Kind {
        found: String,
        wanted: &'static str,
        taken: &'static str,
    },
    /// It answered with more than can be shown whole.
    #[error(
        "the service answered with more than {most} bytes; raise `max_output`, or let it say less"
    )]
    TooLong { most: usize },
    /// It answered with what cannot be shown.
    #[error("the service answered, and {0}; `hailer card check` tells its author more")]
    Unusable(#[from] show::Unusable),
}

fn advice(status: u16) -> &'static str {
    match status {
        300..=399 => "it leads elsewhere, which is not followed; write its last address in `url`",
        401 => {
            "it does not accept the signature: compare `secret` with its own, and the clocks of both"
        }
        404 | 410 => "there is nothing at the path of `url`",
        405 => "it does not take POST at the path of `url`",
        408 | 504 => "it, or a proxy before it, waited too long for something else",
        413 => "it takes no body of this size",
        415 => "it does not take application/json",
        429 => "it is asked too much",
        502 | 503 => "it, or what is behind a proxy, is out",
        500..=599 => "its own log says why",
        _ => "its author knows what that means",
    }
}

/// Words an answer for the channel.
pub(super) fn finish(script: &Script, response: Response) -> Finished {
    match response.status {
        200..=299 => done(script, response),
        403 | 422 if words(&response).is_some() => refused(script, &response),
        403 => Finished::Failed(CommandError::told(format!(
            "{} refuses, and does not say why.",
            script.name
        ))),
        status => failed(script, status, &response),
    }
}

fn done(script: &Script, response: Response) -> Finished {
    let (wanted, taken) = match script.output {
        OutputKind::Text => ("text", "text/plain"),
        OutputKind::Code => ("code", "any text, and JSON"),
        OutputKind::Table => ("table", "text, CSV and JSON"),
        OutputKind::Card => ("card", "JSON"),
    };
    let is_empty = response.text.trim().is_empty();
    if !is_empty && !is_taken(script.output, response.kind.as_deref()) {
        let found = response.kind.unwrap_or_default();
        return odd(
            script,
            AnswerError::Kind {
                found,
                wanted,
                taken,
            },
        );
    }
    if response.is_cut && script.output == OutputKind::Card {
        return odd(script, AnswerError::TooLong { most: script.kept });
    }
    match show::reply(script.output, &response.text) {
        Ok(reply) if response.is_cut => Finished::Done(
            reply.then_text("The answer was longer than this; the rest is left out."),
        ),
        Ok(reply) => Finished::Done(reply),
        Err(error) => odd(script, error.into()),
    }
}

/// Tells whether a body is what is wanted; a body without a type is believed to be.
fn is_taken(output: OutputKind, kind: Option<&str>) -> bool {
    let Some(kind) = kind else { return true };
    let is_json = matches!(
        kind,
        "application/json" | "application/x-ndjson" | "application/jsonl"
    ) || kind.starts_with("application/") && kind.ends_with("+json");
    let is_text = kind.starts_with("text/") && kind != "text/html";
    match output {
        OutputKind::Text => kind == "text/plain" || kind == "text/markdown",
        OutputKind::Code | OutputKind::Table => is_text || is_json,
        OutputKind::Card => is_json,
    }
}

/// Returns the words of an answer that is text for people, without what cannot be seen.
fn words(response: &Response) -> Option<String> {
    let is_plain = response.kind.as_deref() == Some("text/plain");
    let text = show::clean(&response.text);
    let text = text.trim();
    (is_plain && !text.is_empty()).then(|| text.to_owned())
}

fn refused(script: &Script, response: &Response) -> Finished {
    let text = words(response).unwrap_or_else(|| format!("{} refuses.", script.name));
    Finished::Failed(CommandError::told(text))
}

/// The service did it, or says so, and what it says cannot be shown.
fn odd(script: &Script, error: AnswerError) -> Finished {
    let name = &script.name;
    let text = match &error {
        AnswerError::Kind { found, .. } if found == "text/html" => format!(
            "The service behind {name} answers with a web page where an answer for you should be."
        ),
        AnswerError::Kind { .. } | AnswerError::Status { .. } | AnswerError::Unusable(_) => {
            format!("The service behind {name} answers with something that I cannot show.")
        }
        AnswerError::TooLong { .. } => {
            format!("The service behind {name} answers with more than I can show.")
        }
    };
    let text = format!(
        "{text} {} Whoever runs this bot finds the reason in its log.",
        doubt(script)
    );
    Finished::Failed(CommandError::told(text).caused_by(error))
}

fn failed(script: &Script, status: u16, response: &Response) -> Finished {
    let name = &script.name;
    let admin = "Whoever runs this bot finds out more in its log.";
    let text = match status {
        300..=399 => format!(
            "The service behind {name} has moved, and I do not follow ({status}). Nothing was done. {admin}"
        ),
        401 => format!(
            "The service behind {name} does not accept my signature (401). Nothing was done: its secret or its clock differs from mine. {admin}"
        ),
        404 | 410 => format!(
            "There is nothing at the address of the service behind {name} ({status}). Nothing was done. {admin}"
        ),
        405 | 413 | 415 => format!(
            "The service behind {name} does not take such a call ({status}). Nothing was done. {admin}"
        ),
        422 => {
            format!("The service behind {name} refuses (422), and does not say why in plain text.")
        }
        429 => format!(
            "The service behind {name} is asked too much (429). Try again {}.",
            when(response.after)
        ),
        408 | 504 => format!(
            "The service behind {name} took too long itself ({status}). {}",
            doubt(script)
        ),
        502 | 503 => format!(
            "The service behind {name} is out ({status}). Try again {}. {}",
            when(response.after),
            doubt(script)
        ),
        _ => format!(
            "The service behind {name} failed ({status}). {}",
            doubt(script)
        ),
    };
    let reply = Reply::text(text);
    let said = words(response).and_then(|it| show::last_lines(&it, ""));
    let reply = match said {
        Some(lines) => reply.then_code(lines),
        None => reply,
    };
    Finished::Failed(CommandError::reply_with(reply).caused_by(AnswerError::Status { status }))
}

fn when(after: Option<Duration>) -> String {
    match after {
        Some(after) if !after.is_zero() => format!("in {}", show_time(after)),
        Some(_) | None => "in a minute".to_owned(),
    }
}
