//! `hailer explain`: the long text of a code, for people and for the guide.

use clap::Args;
use hailer::{CAUSES, CONFIG_CAUSES, Cause, FINDING_KINDS, nearest};

use crate::exit::{Exit, Failure};
use crate::output;

/// Columns of a terminal that everybody has.
const WIDTH: usize = 88;

#[derive(Debug, Args)]
pub(crate) struct ExplainOptions {
    /// The code, such as HL131; all of them are listed when left out
    pub(crate) code: Option<String>,
    /// Print the page of the guide
    #[arg(long, conflicts_with = "code")]
    pub(crate) markdown: bool,
}

/// Explains a code, or lists all of them.
pub(crate) fn run(options: &ExplainOptions) -> Result<Exit, Failure> {
    let text = match &options.code {
        Some(code) => of_code(code)?,
        None if options.markdown => markdown(),
        None => list(),
    };
    output::print(text.trim_end())?;
    Ok(Exit::Fine)
}

/// Returns the cause of a code, wherever it is from.
pub(crate) fn cause(code: &str) -> Option<&'static Cause> {
    causes().find(|it| it.code == code)
}

fn causes() -> impl Iterator<Item = &'static Cause> {
    CAUSES.iter().chain(CONFIG_CAUSES)
}

fn of_code(written: &str) -> Result<String, Failure> {
    let code = written.trim().to_uppercase();
    if let Some(cause) = cause(&code) {
        return Ok(in_full(cause));
    }
    if let Some(kind) = FINDING_KINDS.iter().find(|it| it.code == code) {
        let (title, why, fix) = (kind.title, kind.why, kind.fix);
        return Ok(format!(
            "{code}  {title}\n\n{}\n{}",
            paragraph("Why it matters", why),
            paragraph("Fix", fix)
        ));
    }
    let known = causes()
        .map(|it| it.code)
        .chain(FINDING_KINDS.iter().map(|it| it.code));
    let near = nearest(&code, known)
        .into_iter()
        .next()
        .map_or_else(String::new, |near| format!("; did you mean {near}?"));
    Err(Failure::new(
        Exit::Usage,
        format!(
            "error: there is no code `{code}`{near}\n  fix: `hailer explain` lists all of them"
        ),
    ))
}

fn in_full(cause: &Cause) -> String {
    format!(
        "{}  {}\n\n{}\n{}\n{}",
        cause.code,
        cause.title,
        paragraph("What happened", cause.meaning),
        paragraph("How it shows", cause.sign),
        paragraph("Fix", cause.fix),
    )
}

fn paragraph(head: &str, text: &str) -> String {
    let mut out = format!("{head:<15}");
    let mut column = out.len();
    for (index, word) in text.split(' ').enumerate() {
        let length = word.chars().count() + 1;
        if index > 0 && column + length > WIDTH {
            out.push_str(&format!("\n{:15}", ""));
            column = 15;
        } else if index > 0 {
            out.push(' ');
        }
        out.push_str(word);
        column += length;
    }
    out.push('\n');
    out
}

fn list() -> String {
    let lines = |causes: &[Cause]| -> String {
        causes
            .iter()
            .map(|it| format!("  {}  {}\n", it.code, it.title))
            .collect()
    };
    format!(
        "Why Teams says \"Sorry, there was a problem encountered with your request\"\n{}\n\
         What is wrong with the configuration\n{}\n\
         What is wrong with a card: `hailer explain HC101` and so on\n\n\
         hailer explain CODE says what happened, how it shows, and the fix",
        lines(CAUSES),
        lines(CONFIG_CAUSES)
    )
}

/// Writes the page of the guide, which a test compares with this.
fn markdown() -> String {
    let table = |causes: &[Cause]| -> String {
        causes
            .iter()
            .map(|it| {
                format!(
                    "### {}: {}\n\n{}\n\n- How it shows: {}.\n- Fix: {}.\n\n",
                    it.code, it.title, it.meaning, it.sign, it.fix
                )
            })
            .collect()
    };
    format!(
        "# Codes\n\nFor whoever met a code in the log, in `hailer doctor` or in `hailer check`. `hailer explain CODE` says the \
         same in a terminal; those of cards are [a page of their own](card-findings.md).\n\n\
         ## Between Teams and the bot\n\n{}## The configuration\n\n{}",
        table(CAUSES),
        table(CONFIG_CAUSES)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_explained_within_the_screen() {
        for cause in causes() {
            let text = of_code(&cause.code.to_lowercase()).unwrap();

            assert!(text.starts_with(cause.code), "{text}");
            let widest = text.lines().map(|line| line.chars().count()).max();
            assert!(widest.unwrap() <= WIDTH + 4, "{text}");
        }
        assert!(of_code("HC101").unwrap().contains("Fix"));
    }

    #[test]
    fn a_code_that_does_not_exist_is_a_mistake() {
        let failure = of_code("hl999").unwrap_err();

        assert_eq!(failure.exit(), Exit::Usage);
        assert!(failure.to_string().contains("`HL999`"), "{failure}");
    }
}
