//! What was entered: something to say to the bot, or an order to the chat itself.

/// What can be ordered, in the order of help: name, argument, what it does.
pub(super) const ORDERS: [(&str, &str, &str); 6] = [
    ("/as", "NAME", "speak as somebody else"),
    ("/in", "CHANNEL", "speak in another channel"),
    (
        "/phone",
        "on|off",
        "type as phones do: curly quotes, long dashes",
    ),
    ("/json", "", "the last reply, exactly as Teams would get it"),
    ("/help", "", "this list"),
    ("/quit", "", "end; Ctrl+D does it too"),
];

/// Begins and ends code, in which nothing is read.
const FENCE: &str = "```";

/// What was entered.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// Nothing.
    Nothing,
    /// Something to say.
    Message(String),
    /// An order.
    Order(Order),
}

/// An order to the chat.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Order {
    As(String),
    In(String),
    Phone(Keyboard),
    Json,
    Help,
    Quit,
}

/// What people type on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyboard {
    Computer,
    Phone,
}

/// Says whether the next line belongs to this text: it ends in a backslash, or within a fence.
pub(super) fn is_open(text: &str) -> bool {
    is_in_fence(text) || continues(text.rsplit('\n').next().unwrap_or_default())
}

fn is_in_fence(text: &str) -> bool {
    !text.matches(FENCE).count().is_multiple_of(2)
}

/// Says whether a line ends in a backslash that is not itself behind one.
fn continues(line: &str) -> bool {
    let backslashes = line.len() - line.trim_end_matches('\\').len();
    !backslashes.is_multiple_of(2)
}

impl Input {
    /// Reads a whole input; `Err` says what is wrong with an order. Two slashes begin a message with one.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let message = joined(text);
        let trimmed = message.trim();
        if trimmed.is_empty() {
            return Ok(Self::Nothing);
        }
        if let Some(message) = trimmed.strip_prefix("//") {
            return Ok(Self::Message(format!("/{message}")));
        }
        if trimmed.starts_with('/') {
            return Order::read(trimmed).map(Self::Order);
        }
        Ok(Self::Message(trimmed.to_owned()))
    }
}

/// Drops the backslashes that continue a line, outside of fences.
fn joined(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    for line in text.split('\n') {
        whole.push_str(line);
        if continues(line) && !is_in_fence(&whole) {
            whole.pop();
        }
        whole.push('\n');
    }
    whole
}

impl Order {
    fn read(text: &str) -> Result<Self, String> {
        let (name, argument) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        match (name, argument.trim()) {
            ("/as" | "/in", "") => Err(format!("{name} needs a name, for example: {name} jo")),
            ("/as", person) => Ok(Self::As(person.to_owned())),
            ("/in", channel) => Ok(Self::In(channel.to_owned())),
            ("/phone", "on") => Ok(Self::Phone(Keyboard::Phone)),
            ("/phone", "off") => Ok(Self::Phone(Keyboard::Computer)),
            ("/phone", _) => Err("type /phone on or /phone off".to_owned()),
            ("/json", "") => Ok(Self::Json),
            ("/help", "") => Ok(Self::Help),
            ("/quit", "") => Ok(Self::Quit),
            ("/json" | "/help" | "/quit", _) => Err(format!("{name} takes nothing")),
            _ => Err(format!(
                "there is no {name}; /help lists what there is, and //… says something that begins with a slash"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> Result<Input, String> {
        Ok(Input::Message(text.to_owned()))
    }

    #[test]
    fn a_backslash_or_a_fence_keeps_the_input_open() {
        for open in [
            "a \\",
            "a \\\nb \\",
            "```",
            "run ```\na\n",
            "a \\\\\\",
            "```\nx\n``` ```",
        ] {
            assert!(is_open(open), "{open:?}");
        }
        for whole in ["", "a", "a \\\nb", "C:\\\\", "```\na\n```", "a \\ b"] {
            assert!(!is_open(whole), "{whole:?}");
        }
    }

    #[test]
    fn continued_lines_are_lines_of_one_message() {
        assert_eq!(
            Input::read("echo a \\\n  b\\\nc"),
            message("echo a \n  b\nc")
        );
        assert_eq!(
            Input::read("apply ```\na \\\nb\n```"),
            message("apply ```\na \\\nb\n```")
        );
        assert_eq!(Input::read("echo C:\\\\"), message("echo C:\\\\"));
        assert_eq!(Input::read("cut off \\"), message("cut off"));
    }

    #[test]
    fn a_slash_begins_an_order_and_two_a_message() {
        assert_eq!(
            Input::read(" /as Jo Lind "),
            Ok(Input::Order(Order::As("Jo Lind".to_owned())))
        );
        assert_eq!(
            Input::read("/phone off"),
            Ok(Input::Order(Order::Phone(Keyboard::Computer)))
        );
        assert_eq!(Input::read("//etc"), message("/etc"));
        assert_eq!(Input::read("  \n"), Ok(Input::Nothing));
        for wrong in [
            "/as",
            "/in ",
            "/phone",
            "/phone maybe",
            "/json now",
            "/asx",
            "/",
        ] {
            assert!(Input::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_order_that_is_listed_is_known() {
        for (name, argument, _) in ORDERS {
            let argument = argument.split('|').next().unwrap_or_default();
            let input = Input::read(&format!("{name} {argument}"));

            assert!(matches!(input, Ok(Input::Order(_))), "{name}: {input:?}");
        }
    }
}
