//! A message is a command, and maybe what to do with its answer.

use crate::pipe::{self, Pipe};
use crate::registry::Registry;
use crate::text::MessageText;
use crate::tree::Found;
use crate::words::split;

/// The command that gives the last answer again, which stands for nothing before a pipe.
const LAST: &str = "last";

impl Registry {
    /// Takes off what is to be done with the answer, if that stands at the end of a message: `| where status=down`.
    ///
    /// Nothing is taken off where a command takes the rest of the message as it stands. What cannot be done is told
    /// instead of a pipe.
    pub fn separate(&self, text: MessageText) -> (MessageText, Option<Result<Pipe, String>>) {
        if !text.raw().contains('|') {
            return (text, None);
        }
        let found = match split(&text) {
            Ok(words) => pipe::find(&words, text.raw()),
            Err(_) => None,
        };
        let Some((end, stages)) = found else {
            return (text, None);
        };
        let stages = Pipe::read(&stages);
        let before = text.before(end);
        if before.raw().is_empty() {
            return (MessageText::from_typed(LAST), Some(stages));
        }
        if self.takes_rest(&before) {
            return (text, None);
        }
        (before, Some(stages))
    }

    fn takes_rest(&self, text: &MessageText) -> bool {
        let Found::Command { index, .. } = self.tree.find(text.command_text().split(' ')) else {
            return false;
        };
        let registered = self.commands.get(index);
        registered.is_some_and(|it| it.entry.spec().rest.is_some())
    }
}
