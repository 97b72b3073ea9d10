//! Results go to standard output, talk to standard error.

use std::io::{ErrorKind, IsTerminal, Write, stderr, stdout};

use anyhow::Context;
use hailer::{Environment, Style};

/// Prints a result. A reader that has seen enough (`hailer help | head -1`) is no failure.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("cannot write to standard output")
        }
        _ => Ok(()),
    }
}

/// Says something that is no result. Nobody may be listening, which is no reason to fail.
pub(crate) fn say(text: &str) {
    let _ = writeln!(stderr(), "{text}");
}

/// Says why something failed.
pub(crate) fn complain(text: &str) {
    let text = text.trim_end();
    if text.starts_with("error") || text.starts_with("warning") {
        say(text);
    } else {
        say(&format!("error: {text}"));
    }
}

/// Says how replies are drawn: laid out and with bold letters only for people who can see them.
pub(crate) fn style(environment: &Environment) -> Style {
    if !stdout().is_terminal() {
        Style::Plain
    } else if is_colored(environment) {
        Style::Ansi
    } else {
        Style::Monochrome
    }
}

/// Says whether a terminal may be coloured, see <https://no-color.org>.
pub(crate) fn is_colored(environment: &Environment) -> bool {
    environment.get("NO_COLOR").is_none_or(str::is_empty)
}
