//! Messages as Teams really sent them: each is answered for what a person meant.

use hailer::{Command, CommandError, Effect, Invocation, Reply, Spec, clap};

use crate::http::Response;
use crate::local_bot::LocalBot;
use crate::samples::{self, WEBHOOKS};
use crate::server::Server;

/// What the real bot answers to each sample: the outcome, and a part of the text.
const ANSWERS: [(&str, &str, &str); 34] = [
    (
        "b_01_simple",
        "unknown",
        "I don't know \"deploy\". @Deployer help lists",
    ),
    (
        "b_02_nbsp_after_mention",
        "failed",
        "There is nothing to check yet.",
    ),
    ("b_03_crlf_wrapped", "unknown", "I don't know \"rollback\"."),
    (
        "b_04_mention_only",
        "ok",
        "What I can do for you, Noor Halvorsen (16 commands)",
    ),
    (
        "b_05_mention_at_end",
        "ok",
        "You are Noor Halvorsen; you can run 16 commands here.",
    ),
    ("b_06_bold_italic", "unknown", "I don't know \"deploy\"."),
    ("b_07_entities", "unknown", "I don't know \"alert\"."),
    ("b_08_autolink", "unknown", "I don't know \"runbook\"."),
    (
        "b_09_other_user_mention",
        "unknown",
        "I don't know \"page\".",
    ),
    ("b_10_thread_reply", "unknown", "I don't know \"ack\"."),
    ("b_11_locale_ja", "unknown", "I don't know \"デプロイ\"."),
    ("b_12_trailing_nbsp", "ok", "What I can do for you"),
    ("b_13_multiline", "unknown", "I don't know \"note\"."),
    ("b_14_inline_code", "unknown", "I don't know \"run\"."),
    ("b_15_no_space", "unknown", "I don't know \"restart\"."),
    (
        "b_16_hyphen_name",
        "unknown",
        "I don't know \"uptime\". @status-bot help lists",
    ),
    (
        "b_17_multiword_single_tag",
        "unknown",
        "I don't know \"list\". Did you mean last?",
    ),
    ("b_18_mention_middle", "unknown", "I don't know \"hey\"."),
    (
        "b_19_at_with_attributes",
        "refused",
        "freeze needs a permission you don't have here.",
    ),
    ("b_20_sparse_activity", "ok", "pong · hailer "),
    (
        "b_21_guest_user",
        "ok",
        "You are Ivo Marek (Guest); you can run 3 commands here.\nperson   (not sent)",
    ),
    ("b_22_named_link", "unknown", "I don't know \"ticket\"."),
    ("t_01_emoji_inside_at", "unknown", "I don't know \"ship\"."),
    (
        "t_02_multiword_name_split",
        "unknown",
        "I don't know \"list\".",
    ),
    ("t_06_bot_twice", "unknown", "I don't know \"diff\"."),
    ("t_07_two_bots", "unknown", "I don't know \"@Deployer\"."),
    ("t_11_quoted_reply", "failed", "Nothing waits here as 318."),
    (
        "t_13_smart_punctuation",
        "unknown",
        "I don't know \"announce\".",
    ),
    ("t_14_codeblock", "unknown", "I don't know \"apply\"."),
    (
        "t_18_readonly_mention",
        "unknown",
        "I don't know \"who is on\".",
    ),
    (
        "t_19_json_unicode_escapes",
        "unknown",
        "I don't know \"announce\".",
    ),
    ("t_24_html_only", "unknown", "I don't know \"describe\"."),
    (
        "t_27_punctuation_after_mention",
        "unknown",
        "I don't know \"deploy\".",
    ),
    (
        "t_29_duplicate_of_t_18",
        "duplicate",
        "I don't know \"who is on\".",
    ),
];

#[tokio::test]
async fn every_sample_is_answered_by_the_real_bot() {
    let server = Server::builder().and(WEBHOOKS).start().await;
    let samples = samples::all();

    for sample in &samples {
        let response = sample.post(&server.teams).await;

        let file = &sample.file;
        let (_, outcome, part) = ANSWERS.iter().find(|it| it.0 == file).expect(file);
        let text = response.text();
        assert!(text.contains(part), "{file}: {text}");
        assert_eq!(response.outcome(), *outcome, "{file}: {text}");
        assert_is_a_message(&response);
    }
}

#[tokio::test]
async fn the_text_of_every_sample_reaches_the_command() {
    let webhooks = WEBHOOKS.replace("file = 'ops.token'", "env = 'TOKEN'");
    let bot = LocalBot::configured(&webhooks, |bot| bot.command(Listener));

    for sample in samples::all() {
        let text = sample.post(&bot.teams).await.text();

        assert_eq!(
            text,
            format!("heard: {}", sample.command_text),
            "{}",
            sample.file
        );
    }
}

#[tokio::test]
async fn a_signature_belongs_to_one_sample() {
    let server = Server::builder().and(WEBHOOKS).start().await;
    let headers: Vec<String> = samples::all().into_iter().map(|it| it.header).collect();

    for (index, mut sample) in samples::all().into_iter().enumerate() {
        sample
            .header
            .clone_from(&headers[(index + 1) % headers.len()]);

        assert_eq!(
            sample.post(&server.teams).await.status,
            401,
            "{}",
            sample.file
        );
    }
}

/// Checks what Teams needs to show a reply at all.
fn assert_is_a_message(response: &Response) {
    let json: serde_json::Value = serde_json::from_str(&response.body).unwrap();
    assert_eq!(json["type"], "message");
    assert_eq!(
        response.header("content-type"),
        Some("application/json; charset=utf-8")
    );
    assert!(response.body.len() <= hailer::MESSAGE_LIMIT);
}

/// Takes whatever is said, and says what it heard.
struct Listener;

#[derive(Debug, clap::Args)]
struct Heard {
    /// Anything.
    words: Option<String>,
}

impl Command for Listener {
    type Args = Heard;

    fn spec(&self) -> Spec {
        Spec::new("help", "say what was heard")
            .effect(Effect::Read)
            .rest_of_message("words")
            .pattern("(?<words>.+)")
    }

    async fn run(&self, _: Heard, invocation: Invocation) -> Result<Reply, CommandError> {
        Ok(Reply::text(format!("heard: {}", invocation.text())))
    }
}
