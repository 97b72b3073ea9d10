//! Taking a security token: from a file, from standard input, or pasted at a terminal, where it stays hidden.

use std::borrow::Cow;
use std::io::{IsTerminal, Read, stdin};
use std::path::Path;

use anyhow::Context;
use hailer::{HmacKey, KeyError};
use rustyline::completion::Completer;
use rustyline::config::Configurer;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{ColorMode, Editor, Helper};

use crate::exit::{Exit, Failure};
use crate::output;

/// Characters of a token as Teams shows it.
const LENGTH: usize = 44;

/// Takes a token and makes sure that it can be one.
pub(super) fn take(file: Option<&Path>) -> Result<String, Failure> {
    let Some(file) = file else {
        if !stdin().is_terminal() {
            return Err(Failure::new(
                Exit::Usage,
                "error: there is no terminal to paste the token at\n  fix: name its file with --token-file FILE, or - for standard input",
            ));
        }
        return ask();
    };
    let text = if file == Path::new("-") {
        let mut text = String::new();
        stdin()
            .lock()
            .read_to_string(&mut text)
            .context("cannot read the token from standard input")?;
        text
    } else {
        std::fs::read_to_string(file)
            .with_context(|| format!("cannot read the token file {}", file.display()))?
    };
    match judge(&text) {
        Ok(token) => Ok(token),
        Err(wrong) => Err(Failure::new(Exit::No, format!("error[HL103]: {wrong}"))),
    }
}

/// Asks until the token is right, or the person gives up.
fn ask() -> Result<String, Failure> {
    let mut editor: Editor<Hidden, _> = Editor::new().context("cannot ask for the token")?;
    editor.set_helper(Some(Hidden));
    editor.set_color_mode(ColorMode::Forced);
    loop {
        let Ok(text) = editor.readline("        ") else {
            return Err(Failure::new(
                Exit::No,
                "error: no token was given, and nothing was changed",
            ));
        };
        match judge(&text) {
            Ok(token) => {
                output::say(&format!(
                    "        {LENGTH} characters, 32 bytes: looks right"
                ));
                return Ok(token);
            }
            Err(wrong) => output::say(&format!("        {wrong}")),
        }
    }
}

/// Says what is wrong with a token as it was pasted, and never repeats it.
fn judge(pasted: &str) -> Result<String, String> {
    let token = pasted.trim();
    let count = token.chars().count();
    match HmacKey::from_base64(token) {
        Err(KeyError::Empty) => Err("nothing was pasted".to_owned()),
        Err(KeyError::NotBase64 { position }) => Err(format!(
            "that is not base64: character {position} cannot be part of a token. Copy it again, without anything round it"
        )),
        _ if count != LENGTH => Err(format!(
            "that is {count} characters; a token has {LENGTH} and ends in \"=\". The last one is often missed when copying. \
             Teams will not show it again: delete the webhook there and repeat step 1"
        )),
        Err(error) => Err(format!("{error}. Copy it again")),
        Ok(key) if !key.has_teams_length() => Err(format!(
            "that decodes to {} bytes; tokens of Teams have 32. A character was lost or changed when copying",
            key.length()
        )),
        Ok(_) => Ok(token.to_owned()),
    }
}

/// Draws a star for each letter.
struct Hidden;

impl Highlighter for Hidden {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        Cow::Owned("*".repeat(line.chars().count()))
    }

    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        true
    }
}

impl Completer for Hidden {
    type Candidate = String;
}

impl Hinter for Hidden {
    type Hint = String;
}

impl Validator for Hidden {}

impl Helper for Hidden {}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "WCXQE0U6B4wUvuoQv0HiM4FNZKazjXrgCS5TCHfipWI=";

    #[test]
    fn a_slip_of_the_mouse_is_told_precisely() {
        assert_eq!(judge(&format!(" {TOKEN}\n")), Ok(TOKEN.to_owned()));
        for (pasted, part) in [
            ("", "nothing was pasted"),
            (&TOKEN[..43], "that is 43 characters; a token has 44"),
            (&format!("{TOKEN}{TOKEN}"), "that is"),
            (
                "WCXQE0U6B4wUvuoQv0HiM4FNZKazjXrg-S5TCHfipWI=",
                "character 33",
            ),
            (
                "WCXQE0U6B4wUvuoQv0HiM4FNZKazjXrgCS5TCHfipQ==",
                "decodes to 31 bytes",
            ),
        ] {
            let wrong = judge(pasted).unwrap_err();
            assert!(wrong.contains(part), "{part}: {wrong}");
            assert!(!wrong.contains("WCXQ"), "{wrong}");
        }
    }
}
