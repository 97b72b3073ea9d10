//! Who speaks where, and what is shown of the answers.

use std::fmt::Write as _;

use anyhow::Context;
use hailer::{InProcessBot, Spoken, Style, TeamsMessage};
use tokio::runtime::Runtime;

use crate::arguments::ChatOptions;
use crate::chat::complete::is_mention;
use crate::chat::input::{Input, Keyboard, ORDERS, Order};
use crate::exit::{Exit, Failure};
use crate::output;
use crate::send::{TEAMS_WAITS, with_thousands};

/// A conversation.
pub(super) struct Talk<'b> {
    bot: &'b InProcessBot,
    runtime: Runtime,
    style: Style,
    person: String,
    channel: String,
    keyboard: Keyboard,
    /// The JSON of the last reply.
    last: Option<String>,
}

/// What an input leads to.
pub(super) enum Next {
    Goes,
    Ends,
}

impl<'b> Talk<'b> {
    pub(super) fn begin(
        bot: &'b InProcessBot,
        options: &ChatOptions,
        style: Style,
    ) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("cannot start threads")?;
        Ok(Self {
            bot,
            runtime,
            style,
            person: options.person.clone(),
            channel: options.channel.clone(),
            keyboard: Keyboard::Computer,
            last: None,
        })
    }

    /// Returns the prompt without and with colours.
    pub(super) fn prompts(&self) -> (String, String) {
        let Self {
            person, channel, ..
        } = self;
        let phone = match self.keyboard {
            Keyboard::Computer => "",
            Keyboard::Phone => " (phone)",
        };
        (
            format!("{person} › {channel}{phone} ▸ "),
            format!("\x1b[1m{person}\x1b[22m \x1b[2m›\x1b[22m {channel}{phone} \x1b[36m▸\x1b[39m "),
        )
    }

    /// Does what a person at a terminal entered, and says what there is to know of the answer.
    pub(super) fn hear(&mut self, text: &str) -> Result<Next, Failure> {
        match read(text)? {
            Input::Nothing => Ok(Next::Goes),
            Input::Order(order) => self.obey(order),
            Input::Message(message) => {
                let Some(spoken) = self.say_unless_interrupted(&message)? else {
                    output::say(&self.dim("not waited for"));
                    return Ok(Next::Goes);
                };
                self.show(&spoken)?;
                output::say(&self.dim(&measure(&spoken)));
                self.last = Some(spoken.json);
                Ok(Next::Goes)
            }
        }
    }

    /// Does what a script says, and shows nothing but answers.
    pub(super) fn hear_quietly(&mut self, text: &str) -> Result<Next, Failure> {
        match read(text)? {
            Input::Nothing => Ok(Next::Goes),
            Input::Order(order) => self.obey(order),
            Input::Message(message) => {
                let spoken = self
                    .runtime
                    .block_on(self.bot.send(&self.message(&message)));
                let spoken = spoken.ok_or_else(not_admitted)?;
                self.show(&spoken)?;
                self.last = Some(spoken.json);
                Ok(Next::Goes)
            }
        }
    }

    fn obey(&mut self, order: Order) -> Result<Next, Failure> {
        match order {
            Order::As(person) => self.person = person,
            Order::In(channel) => self.channel = channel,
            Order::Phone(keyboard) => self.keyboard = keyboard,
            Order::Json => match &self.last {
                Some(json) => output::print(json)?,
                None => return Err(wrong("there is no reply yet; say something first")),
            },
            Order::Help => output::print(&orders())?,
            Order::Quit => return Ok(Next::Ends),
        }
        Ok(Next::Goes)
    }

    fn message(&self, text: &str) -> TeamsMessage {
        let text = without_mention(text, self.bot.mention());
        let message = TeamsMessage::new(self.bot.mention(), text)
            .from_person(&self.person)
            .in_channel(&self.channel);
        match self.keyboard {
            Keyboard::Computer => message,
            Keyboard::Phone => message.typed_on_phone(),
        }
    }

    /// Waits for the answer; Ctrl+C stops the waiting and nothing else.
    fn say_unless_interrupted(&self, text: &str) -> Result<Option<Spoken>, Failure> {
        let message = self.message(text);
        self.runtime.block_on(async {
            tokio::select! {
                spoken = self.bot.send(&message) => spoken.ok_or_else(not_admitted).map(Some),
                _ = tokio::signal::ctrl_c() => Ok(None),
            }
        })
    }

    fn show(&self, spoken: &Spoken) -> anyhow::Result<()> {
        match spoken.read() {
            Ok(reply) => output::print(&reply.to_terminal(self.style)),
            Err(_) => output::print(&spoken.json),
        }
    }

    fn dim(&self, text: &str) -> String {
        match self.style {
            Style::Ansi => format!("\x1b[2m{text}\x1b[22m\n"),
            Style::Plain | Style::Monochrome => format!("{text}\n"),
        }
    }
}

/// Drops the bot's name, which people put in front as in Teams, or copy from a reply.
fn without_mention<'t>(text: &'t str, mention: &str) -> &'t str {
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    if is_mention(first, mention) {
        rest
    } else {
        text
    }
}

fn measure(spoken: &Spoken) -> String {
    let mut line = format!(
        "{} · {:.2} s of 5 s · {} bytes",
        spoken.outcome.as_str(),
        spoken.took.as_secs_f64(),
        with_thousands(spoken.json.len())
    );
    if spoken.took > TEAMS_WAITS {
        line.push_str(" · Teams would have shown its error");
    }
    line
}

fn orders() -> String {
    let mut list = String::from("What you type is said to the bot. To the chat itself:\n");
    for (name, argument, what) in ORDERS {
        let usage = format!("{name} {argument}");
        let _ = write!(list, "\n  {usage:<14}{what}");
    }
    list.push_str("\n\nA \\ at the end of a line, or ``` before it, continues the message.");
    list.push_str("\nA line that begins with a space is not kept; //… says something that begins with a slash.");
    list
}

fn read(text: &str) -> Result<Input, Failure> {
    Input::read(text).map_err(|text| wrong(&text))
}

fn wrong(text: &str) -> Failure {
    Failure::new(Exit::Usage, format!("error: {text}"))
}

fn not_admitted() -> Failure {
    Failure::new(Exit::No, "error: the bot did not take the message")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hailer::Outcome;

    use super::*;

    #[test]
    fn a_mention_in_front_is_dropped() {
        for (text, said) in [
            ("@ops help", "help"),
            ("@OPS\nhelp", "help"),
            ("@ops", ""),
            ("@opsy help", "@opsy help"),
            ("ops help", "ops help"),
        ] {
            assert_eq!(without_mention(text, "Ops"), said, "{text}");
        }
    }

    #[test]
    fn an_answer_that_comes_too_late_for_teams_says_so() {
        let spoken = |took| Spoken {
            json: "x".repeat(1204),
            outcome: Outcome::Ok,
            command: None,
            took,
        };

        assert_eq!(
            measure(&spoken(Duration::from_millis(310))),
            "ok · 0.31 s of 5 s · 1,204 bytes"
        );
        assert_eq!(
            measure(&spoken(Duration::from_millis(5010))),
            "ok · 5.01 s of 5 s · 1,204 bytes · Teams would have shown its error"
        );
    }
}
