//! What is sent of a reply: its cards, unless Teams would refuse them.
//!
//! A refused card is answered in the channel with a sentence that helps nobody, so its text form goes out
//! instead. The log tells codes and paths, never what the card says.

use hailer_reply::{Finding, Message, Reply, RequestId, judge};

/// More places than this help nobody who reads the log.
const MOST_PLACES: usize = 5;

/// Writes a reply as a message that Teams draws.
pub(crate) fn to_message(reply: &Reply, request_id: RequestId, command: Option<&str>) -> Message {
    let message = reply.to_message();
    let refused = judge(message.json());
    if refused.is_empty() {
        return message;
    }
    let findings = places(&refused);
    tracing::error!(%request_id, command, findings, "Teams would refuse this reply; its text is sent instead");
    reply.without_cards().to_message()
}

fn places(findings: &[Finding]) -> String {
    let mut places: Vec<_> = findings
        .iter()
        .take(MOST_PLACES)
        .map(|finding| format!("{} {}", finding.code, finding.path))
        .collect();
    if findings.len() > MOST_PLACES {
        places.push(format!("{} more", findings.len() - MOST_PLACES));
    }
    places.join(", ")
}

#[cfg(test)]
mod tests {
    use hailer_dispatch::{Effect, NoArgs, Spec, command_fn};
    use hailer_reply::{Action, Card, Target, TextBlock};

    use super::*;
    use crate::testing::TestBot;

    fn toggling(id: &str) -> Reply {
        let toggle = Action::toggle_visibility("More", [Target::toggle(id)]);
        let details = TextBlock::new("since 10:42").with_id("details").hidden();
        Reply::card(
            Card::titled("db1 is down")
                .with(details)
                .with_action(toggle),
        )
    }

    fn message(reply: &Reply) -> Message {
        to_message(reply, RequestId::from_u32(1), None)
    }

    #[test]
    fn a_card_that_teams_draws_is_sent_as_it_is() {
        let reply = toggling("details");

        assert_eq!(message(&reply), reply.to_message());
        assert!(message(&reply).json().contains("attachments"));
    }

    #[test]
    fn a_card_that_teams_would_refuse_is_sent_as_text() {
        let reply = toggling("detials");

        let message = message(&reply);

        assert!(
            !message.json().contains("attachments"),
            "{}",
            message.json()
        );
        assert!(message.json().contains("db1 is down"), "{}", message.json());
    }

    #[tokio::test]
    async fn a_bot_never_sends_what_teams_would_refuse() {
        let spec = Spec::new("status", "says how db1 is").effect(Effect::Read);
        let status = command_fn(spec, |_: NoArgs, _| async { Ok(toggling("detials")) });

        let reply = TestBot::new().command(status).say("status").await;

        assert!(!reply.json().contains("attachments"), "{}", reply.json());
        assert!(reply.json().contains("db1 is down"), "{}", reply.json());
    }

    #[test]
    fn the_log_gets_codes_and_paths_and_not_too_many() {
        let findings = judge(toggling("secret").to_message().json());

        assert_eq!(
            places(&findings),
            "HC166 $.attachments[0].content.actions[0].targetElements[0]"
        );
        assert!(places(&vec![findings[0].clone(); 7]).ends_with(", 2 more"));
    }
}
