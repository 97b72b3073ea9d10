//! Reading from a terminal: a line with its history, completed and kept open as long as it is not whole.

use std::borrow::Cow;
use std::fs::OpenOptions;
use std::path::Path;

use anyhow::Context as _;
use rustyline::completion;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::{Hint, Hinter};
use rustyline::history::{FileHistory, History as _};
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{
    ColorMode, CompletionType, Config, Context, Editor as Rustyline, Helper, Result as Read,
};

use crate::chat::complete::Completer;
use crate::chat::input;
use crate::demo;

/// What was entered before, in this folder.
const HISTORY: &str = ".hailer/history";

/// More lines than this nobody looks for.
const MOST_LINES: usize = 1000;

/// A terminal to read from.
pub(super) struct Editor<'b> {
    rustyline: Rustyline<Assistant<'b>, FileHistory>,
}

/// What a person entered.
pub(super) enum Entered {
    /// A whole input.
    Text(String),
    /// Ctrl+C: never mind.
    Nothing,
    /// Ctrl+D.
    End,
}

impl<'b> Editor<'b> {
    /// Opens the terminal with what was entered the last time.
    pub(super) fn open(completer: Completer<'b>, colors: ColorMode) -> anyhow::Result<Self> {
        let config = Config::builder()
            .auto_add_history(true)
            .history_ignore_space(true)
            .max_history_size(MOST_LINES)
            .context("cannot keep a history")?
            .completion_type(CompletionType::List)
            .color_mode(colors)
            .build();
        let history = FileHistory::with_config(&config);
        let mut rustyline =
            Rustyline::with_history(config, history).context("cannot use this terminal")?;
        rustyline.set_helper(Some(Assistant { completer }));
        // A history that cannot be read is none.
        let _ = rustyline.load_history(HISTORY);
        Ok(Self { rustyline })
    }

    /// Waits for an input.
    pub(super) fn read(&mut self, prompt: &str, styled: &str) -> anyhow::Result<Entered> {
        match self.rustyline.readline(&(prompt, styled)) {
            Ok(text) => {
                self.keep();
                Ok(Entered::Text(text))
            }
            Err(ReadlineError::Interrupted) => Ok(Entered::Nothing),
            Err(ReadlineError::Eof) => Ok(Entered::End),
            Err(error) => Err(error).context("cannot read from the terminal"),
        }
    }

    /// Writes the history at once, so that an end by force loses nothing. Where it cannot be written, there is none.
    fn keep(&mut self) {
        if self.rustyline.history().is_empty() {
            return;
        }
        let path = Path::new(HISTORY);
        let is_there = path.exists() || make_private(path).is_ok();
        if is_there {
            let _ = self.rustyline.append_history(path);
        }
    }
}

/// Makes a file that only this user can read: what people say to a bot may be nobody else's business.
fn make_private(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        demo::make_folder(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Helps with the line that is being typed.
struct Assistant<'b> {
    completer: Completer<'b>,
}

/// Shown behind the cursor; it cannot be taken over, as `<service>` is no value.
struct Usage(String);

impl Helper for Assistant<'_> {}

impl completion::Completer for Assistant<'_> {
    type Candidate = String;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> Read<(usize, Vec<String>)> {
        let line = line.get(..at).unwrap_or(line);
        Ok(self.completer.complete(line))
    }
}

impl Hinter for Assistant<'_> {
    type Hint = Usage;

    fn hint(&self, line: &str, at: usize, _: &Context<'_>) -> Option<Usage> {
        if at < line.len() {
            return None;
        }
        self.completer.hint(line).map(Usage)
    }
}

impl Hint for Usage {
    fn display(&self) -> &str {
        &self.0
    }

    fn completion(&self) -> Option<&str> {
        None
    }
}

impl Highlighter for Assistant<'_> {
    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(format!("\x1b[2m{hint}\x1b[22m"))
    }
}

impl Validator for Assistant<'_> {
    fn validate(&self, context: &mut ValidationContext<'_>) -> Read<ValidationResult> {
        Ok(if input::is_open(context.input()) {
            ValidationResult::Incomplete
        } else {
            ValidationResult::Valid(None)
        })
    }
}
