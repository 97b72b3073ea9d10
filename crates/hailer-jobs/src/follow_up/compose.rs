//! Writing the later message: what it was, who asked, how it ended, how long it took; then the result.

use std::time::Duration;

use hailer_reply::{Card, Reply, TextBlock, escape_card, read_message};
use hailer_store::{Fence, JobState, NewJob, NewPost};
use serde_json::{Map, Value, json};

use crate::follow_up::FollowUp;

/// The content type of the cards that a flow can post.
const ADAPTIVE: &str = "application/vnd.microsoft.card.adaptive";

/// Writes the later message of a job. It names the job, so that a reader sees when the same one comes twice.
pub fn compose(
    target: &FollowUp,
    fence: &Fence,
    job: &NewJob,
    state: JobState,
    took: Duration,
    reply: &str,
) -> NewPost {
    let head = format!(
        "{} **{}** {} · job {}, asked by {} · {}",
        sign(state),
        escape_card(&job.text),
        word(state),
        fence.job,
        escape_card(&job.requester.name),
        spent(took)
    );
    let read = read_message(reply).ok();
    let text = read.as_ref().map(|it| it.to_plain()).unwrap_or_default();
    let cards = read.map(|it| it.attachments().to_vec()).unwrap_or_default();
    NewPost {
        target: target.name.clone(),
        payload: payload(&head, &text, &cards, target.max_size),
    }
}

/// Writes the message of a reply that belongs to no job.
pub(crate) fn announcement(target: &FollowUp, reply: &Reply) -> NewPost {
    let read = read_message(reply.to_message().json()).ok();
    let text = read.as_ref().map(|it| it.to_plain()).unwrap_or_default();
    let cards = read.map(|it| it.attachments().to_vec()).unwrap_or_default();
    NewPost {
        target: target.name.clone(),
        payload: payload("", &text, &cards, target.max_size),
    }
}

/// Writes the message of `hailer followup test`.
pub fn greeting(name: &str) -> String {
    let head = format!("✔ Follow-ups of **{}** arrive here.", escape_card(name));
    payload(&head, "", &[], FollowUp::MAX_SIZE)
}

/// Writes a message that is about no job: a headline and text, which is taken literally.
pub fn note(head: &str, text: &str, max_size: usize) -> String {
    payload(&escape_card(head), text, &[], max_size)
}

/// Puts a headline, if there is one, and cards or text, in the wrapper that a flow reads; of several forms the first that fits.
fn payload(head: &str, text: &str, cards: &[Value], max_size: usize) -> String {
    let adaptive: Vec<&Value> = cards
        .iter()
        .filter(|card| card.get("contentType").and_then(Value::as_str) == Some(ADAPTIVE))
        .collect();
    if !adaptive.is_empty() {
        let first = (!head.is_empty()).then(|| headline(head, ""));
        let all = first.into_iter().chain(adaptive.into_iter().cloned());
        let whole = wrap(all.collect());
        if whole.len() <= max_size {
            return whole;
        }
    }
    let mut room = max_size;
    loop {
        let cut = cut(text, room);
        let message = wrap(vec![headline(head, &cut)]);
        if message.len() <= max_size || room == 0 {
            return message;
        }
        room /= 2;
    }
}

fn cut(text: &str, room: usize) -> String {
    let Some((kept, _)) = text.split_at_checked(text.floor_char_boundary(room)) else {
        return text.to_owned();
    };
    if kept.len() == text.len() {
        return text.to_owned();
    }
    format!("{kept} …")
}

/// Draws a card of a headline and text, as an attachment.
fn headline(head: &str, text: &str) -> Value {
    let first = if head.is_empty() {
        Card::new()
    } else {
        Card::new().with(TextBlock::markdown(head))
    };
    let card = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .fold(first, |card, line| card.with(TextBlock::new(line)));
    let message = Reply::card(card).to_message();
    let message: Value = serde_json::from_str(message.json()).unwrap_or_default();
    message
        .pointer("/attachments/0")
        .cloned()
        .unwrap_or_default()
}

/// The template's "for each attachment" step reads this, and wants `contentUrl`.
fn wrap(attachments: Vec<Value>) -> String {
    let with_url = attachments.into_iter().map(|attachment| {
        let content = attachment.get("content").cloned().unwrap_or_default();
        let mut wrapped = Map::new();
        wrapped.insert("contentType".to_owned(), json!(ADAPTIVE));
        wrapped.insert("contentUrl".to_owned(), Value::Null);
        wrapped.insert("content".to_owned(), content);
        Value::Object(wrapped)
    });
    let attachments: Vec<Value> = with_url.collect();
    json!({"type": "message", "attachments": attachments}).to_string()
}

fn sign(state: JobState) -> &'static str {
    match state {
        JobState::Succeeded => "✔",
        JobState::Cancelled | JobState::Rejected | JobState::Expired => "○",
        JobState::AwaitingApproval
        | JobState::Queued
        | JobState::Starting
        | JobState::Running
        | JobState::Failed
        | JobState::TimedOut
        | JobState::OutputLimit
        | JobState::Interrupted => "✖",
    }
}

fn word(state: JobState) -> &'static str {
    match state {
        JobState::Succeeded => "is done",
        JobState::Failed => "failed",
        JobState::TimedOut => "took too long and was stopped",
        JobState::Cancelled => "was cancelled",
        JobState::OutputLimit => "wrote too much and was stopped",
        JobState::Interrupted => "was interrupted; it may have run",
        JobState::Rejected => "was rejected",
        JobState::Expired => "got no yes in time",
        JobState::AwaitingApproval | JobState::Queued => "waits",
        JobState::Starting | JobState::Running => "runs",
    }
}

/// Says how long something took, in the two largest units.
fn spent(took: Duration) -> String {
    let seconds = took.as_secs();
    match (seconds / 3_600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}
