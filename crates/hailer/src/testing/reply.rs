//! What a bot answered in a test, and what can be said about it.

use std::time::Duration;

use hailer_transport::Outcome;

use crate::in_process::Spoken;
use crate::testing::snapshot;

/// What a [`TestBot`](crate::testing::TestBot) answered. Each check panics with the whole reply when it does not hold.
#[derive(Debug, Clone)]
pub struct TestReply {
    said: String,
    text: String,
    spoken: Spoken,
}

impl TestReply {
    #[expect(clippy::panic, reason = "a test fails by panicking")]
    pub(super) fn new(said: &str, spoken: Spoken) -> Self {
        let text = match spoken.read() {
            Ok(message) => message.to_plain(),
            Err(error) => panic!(
                "the reply is not one that Teams takes: {error}\n{}",
                spoken.json
            ),
        };
        Self {
            said: said.to_owned(),
            text,
            spoken,
        }
    }

    pub(super) fn posted(webhook: &str, json: &str) -> Self {
        let spoken = Spoken {
            json: json.to_owned(),
            outcome: Outcome::Ok,
            command: None,
            took: Duration::ZERO,
        };
        Self::new(&format!("what was posted by {webhook}"), spoken)
    }

    /// Returns the code to type of what waits for a yes: behind `yes`, `approve` or `request`.
    ///
    /// # Panics
    ///
    /// The reply asks for nothing.
    #[expect(clippy::panic, reason = "a test fails by panicking")]
    pub fn code(&self) -> String {
        let words: Vec<&str> = self.text.split([' ', ',', '.', ')', '\n']).collect();
        let asks = |pair: &&[&str]| {
            matches!(
                pair.first(),
                Some(&("yes" | "approve" | "request" | "(request"))
            )
        };
        let found = words
            .windows(2)
            .filter(asks)
            .filter_map(|pair| pair.get(1))
            .find(|word| word.len() >= 4 && word.chars().all(|it| it.is_ascii_alphanumeric()));
        match found {
            Some(code) => (*code).to_owned(),
            None => panic!("nothing is asked for:\n{}", self.text),
        }
    }

    /// Returns the id of the job that the answer names.
    ///
    /// # Panics
    ///
    /// The answer names none.
    #[expect(clippy::panic, reason = "a test fails by panicking")]
    pub fn job(&self) -> String {
        let text = self.text();
        let named = text.split("job ").skip(1).find_map(|rest| {
            let id: String = rest
                .chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect();
            (id.len() >= 4 && id.chars().all(|it| !it.is_lowercase())).then_some(id)
        });
        named.unwrap_or_else(|| panic!("the answer names no job:\n{text}"))
    }

    /// Returns the reply as a person reads it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the reply's JSON exactly as Teams would get it.
    pub fn json(&self) -> &str {
        &self.spoken.json
    }

    /// Returns what became of the message.
    pub fn outcome(&self) -> Outcome {
        self.spoken.outcome
    }

    /// Returns how long the answer took.
    pub fn took(&self) -> Duration {
        self.spoken.took
    }

    /// Checks that the reply is exactly this text.
    #[track_caller]
    pub fn assert_text(&self, expected: &str) -> &Self {
        self.check(
            self.text == expected,
            &format!("instead of\n{}", indented(expected)),
        )
    }

    /// Checks that the reply has this in it.
    #[track_caller]
    pub fn assert_contains(&self, part: &str) -> &Self {
        self.check(
            self.text.contains(part),
            &format!("which lacks\n{}", indented(part)),
        )
    }

    /// Checks that the reply has this nowhere in it.
    #[track_caller]
    pub fn assert_lacks(&self, part: &str) -> &Self {
        self.check(
            !self.text.contains(part),
            &format!("which should not have\n{}", indented(part)),
        )
    }

    /// Checks that the command did what was asked.
    #[track_caller]
    pub fn assert_ok(&self) -> &Self {
        self.assert_outcome(Outcome::Ok)
    }

    /// Checks that the command ran and could not do it, for the reason that the reply has in it.
    #[track_caller]
    pub fn assert_failed(&self, why: &str) -> &Self {
        self.assert_outcome(Outcome::Failed).assert_contains(why)
    }

    /// Checks that the person may not run it, here or now.
    #[track_caller]
    pub fn assert_refused(&self) -> &Self {
        self.assert_outcome(Outcome::Refused)
    }

    /// Checks that the arguments were wrong, in the way that the reply has in it.
    #[track_caller]
    pub fn assert_usage(&self, what: &str) -> &Self {
        self.assert_outcome(Outcome::Usage).assert_contains(what)
    }

    /// Checks that the reply asks whether this was meant.
    #[track_caller]
    pub fn assert_suggests(&self, meant: &str) -> &Self {
        let suggests = self
            .text
            .split_once("Did you mean ")
            .is_some_and(|(_, after)| after.contains(meant));
        self.check(
            suggests,
            &format!("which does not suggest\n{}", indented(meant)),
        )
    }

    /// Checks what became of the message.
    #[track_caller]
    pub fn assert_outcome(&self, expected: Outcome) -> &Self {
        let actual = self.spoken.outcome;
        self.check(
            actual == expected,
            &format!("with the outcome `{actual}` instead of `{expected}`"),
        )
    }

    /// Checks that the answer took less than this. Machines that run tests are slow at times: leave room.
    #[track_caller]
    pub fn assert_within(&self, time: Duration) -> &Self {
        let took = self.spoken.took;
        self.check(
            took < time,
            &format!("after {took:?}, which is not within {time:?}"),
        )
    }

    /// Compares the reply's JSON with a file in the crate's folder. Run the tests with `UPDATE=1` to write it, and
    /// read what changed before you commit it.
    #[track_caller]
    pub fn assert_snapshot(&self, path: &str) -> &Self {
        if let Err(difference) = snapshot::compare(path, &self.spoken.json) {
            self.check(false, &difference);
        }
        self
    }

    #[track_caller]
    fn check(&self, holds: bool, complaint: &str) -> &Self {
        assert!(
            holds,
            "to `{}` the bot answered\n{}\n{complaint}",
            self.said,
            indented(&self.text)
        );
        self
    }
}

fn indented(text: &str) -> String {
    text.lines()
        .map(|line| format!("    {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}
