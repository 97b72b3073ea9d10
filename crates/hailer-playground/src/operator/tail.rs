//! Messages as they come, cut to what an operator needs: who said what, and what became of it.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::{Stream, stream};
use hailer::RunningBot;
use serde_json::{Value, json};
use tokio::sync::mpsc::Receiver;

/// More of what somebody wrote is not shown.
const LONGEST_TEXT: usize = 200;

/// Sends each exchange as an event, until the page is closed.
pub(super) fn stream(
    lines: Receiver<Bytes>,
    bot: RunningBot,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    stream::unfold(
        (true, lines, bot),
        |(is_first, mut lines, bot)| async move {
            if is_first {
                // Headers go out with the first bytes, and the page learns that it is heard.
                return Some((Ok(Bytes::from_static(b":\n\n")), (false, lines, bot)));
            }
            let line = lines.recv().await?;
            let exchange: Option<Value> = serde_json::from_slice(&line).ok();
            let event = exchange.map(|it| shorten(&it, |command| takes_secrets(&bot, command)));
            let text = event.map_or_else(|| ":\n\n".to_owned(), |it| format!("data: {it}\n\n"));
            Some((Ok(text.into()), (false, lines, bot)))
        },
    )
}

fn takes_secrets(bot: &RunningBot, command: &str) -> bool {
    let permissions = bot.permissions();
    let mut entries = permissions.catalog().iter();
    entries.any(|it| it.path() == command && it.has_secrets())
}

/// Leaves out headers, signatures and replies, and what was typed behind a command that takes a secret.
fn shorten(exchange: &Value, takes_secrets: impl Fn(&str) -> bool) -> Value {
    let body = exchange.get("body").and_then(Value::as_str);
    let activity: Option<Value> = body.and_then(|it| serde_json::from_str(it).ok());
    let said = |path: &str| activity.as_ref().and_then(|it| it.pointer(path)?.as_str());
    // What is not signed may claim anything.
    let is_signed = exchange.get("kind").and_then(Value::as_str) == Some("answered");
    let command = exchange.get("command").and_then(Value::as_str);
    let text = match command.filter(|it| takes_secrets(it)) {
        Some(command) => Some(format!("{command} ***")),
        None => said("/text").map(plain),
    };
    let mut short = json!({
        "who": said("/from/name").filter(|_| is_signed),
        "text": text.filter(|_| is_signed),
    });
    if let Value::Object(short) = &mut short {
        for key in [
            "at",
            "kind",
            "request_id",
            "webhook",
            "path",
            "command",
            "outcome",
            "code",
            "reason",
            "took_ms",
            "bytes",
        ] {
            short.insert(
                key.to_owned(),
                exchange.get(key).cloned().unwrap_or_default(),
            );
        }
        let text = exchange.get("text").cloned().unwrap_or_default();
        short.insert("why".to_owned(), text);
    }
    short
}

/// Takes tags out of a text and cuts it.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut is_tag = false;
    for letter in text.chars() {
        match letter {
            '<' => is_tag = true,
            '>' if is_tag => is_tag = false,
            _ if is_tag => {}
            _ => out.push(letter),
        }
    }
    let decoded = out
        .replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    let words: Vec<&str> = decoded.split_whitespace().collect();
    let text = words.join(" ");
    let end = text.floor_char_boundary(LONGEST_TEXT);
    match text.get(..end) {
        Some(begin) if end < text.len() => format!("{begin}…"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_cut_to_what_was_said() {
        let body = json!({ "text": "<at>ops</at>&nbsp;deploy  status\napi &lt;now&gt;", "from": { "name": "Mira" } });
        let exchange = json!({
            "kind": "answered", "body": body.to_string(), "headers": [["authorization", "HMAC x"]],
            "command": "deploy status", "reply": "secret", "outcome": "ok",
        });

        let short = shorten(&exchange, |_| false);

        assert_eq!(short["text"], "ops deploy status api <now>");
        assert_eq!(
            (&short["who"], &short["command"]),
            (&json!("Mira"), &json!("deploy status"))
        );
        assert!(!short.to_string().contains("HMAC") && !short.to_string().contains("secret"));
    }

    #[test]
    fn what_is_typed_behind_a_command_that_takes_a_secret_is_not_shown() {
        let body = json!({ "text": "login hunter22" });
        let exchange = json!({ "kind": "answered", "body": body.to_string(), "command": "login" });

        let short = shorten(&exchange, |command| command == "login");

        assert_eq!(short["text"], "login ***");
        assert!(!short.to_string().contains("hunter22"));
    }

    #[test]
    fn what_is_not_signed_names_nobody() {
        let body = json!({ "text": "x", "from": { "name": "Mira" } }).to_string();
        let exchange =
            json!({ "kind": "refused", "body": body, "code": "HL102", "text": "no token" });

        let short = shorten(&exchange, |_| false);

        assert_eq!(
            (&short["who"], &short["text"]),
            (&Value::Null, &Value::Null)
        );
        assert_eq!(short["why"], "no token");
    }
}
