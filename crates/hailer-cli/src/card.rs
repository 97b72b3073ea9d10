//! `hailer card check`: what Teams would refuse or draw badly, before anybody sees it.

mod draw;
mod position;

use std::io::{Read, stdin};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use hailer::{Finding, Subject, lint, message_size};
use serde_json::Value;

use crate::exit::{Exit, Failure};
use crate::output;
use position::Place;

#[derive(Debug, Args)]
pub(crate) struct CardOptions {
    #[command(subcommand)]
    verb: CardVerb,
}

#[derive(Debug, Subcommand)]
enum CardVerb {
    /// Find what Teams would refuse or draw badly in messages and cards
    #[command(
        after_help = "A file may hold a whole message, one attachment, or a card alone, as designers export it.\nExit codes: 0 fine, 1 Teams would refuse something, 4 a file cannot be read.\nExamples: hailer card check card.json\n          hailer send status --json | hailer card check -"
    )]
    Check(CardCheckOptions),
}

#[derive(Debug, Args)]
struct CardCheckOptions {
    /// The files; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
    /// Take warnings for errors
    #[arg(long)]
    deny_warnings: bool,
}

/// A file that has been judged.
#[derive(Debug)]
struct Judged {
    name: String,
    /// What it holds; nothing when it is no JSON.
    content: Option<Content>,
    findings: Vec<(Finding, Place)>,
}

#[derive(Debug)]
struct Content {
    subject: Subject,
    size: usize,
}

/// Does what the words after `card` say.
pub(crate) fn run(options: &CardOptions) -> Result<Exit, Failure> {
    match &options.verb {
        CardVerb::Check(options) => check(options),
    }
}

fn check(options: &CardCheckOptions) -> Result<Exit, Failure> {
    let judged = options
        .files
        .iter()
        .map(|file| Ok(judge(name(file), &read(file)?)))
        .collect::<Result<Vec<_>, Failure>>()?;
    if options.json {
        output::print(&draw::json(&judged))?;
    } else {
        output::print(&draw::text(&judged))?;
        draw::notes(&judged)
            .iter()
            .for_each(|note| output::say(note));
    }
    let mut findings = judged.iter().flat_map(|file| &file.findings);
    let is_refused = findings.any(|(finding, _)| options.deny_warnings || finding.is_error());
    Ok(if is_refused { Exit::No } else { Exit::Fine })
}

fn is_stdin(file: &Path) -> bool {
    file.as_os_str() == "-"
}

fn name(file: &Path) -> String {
    if is_stdin(file) {
        return "standard input".to_owned();
    }
    file.display().to_string()
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let read = if is_stdin(file) {
        let mut bytes = Vec::new();
        stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(file)
    };
    read.map_err(|error| Failure::io(format!("error: cannot read {}: {error}", name(file))))
}

fn judge(name: String, bytes: &[u8]) -> Judged {
    // Some editors put a byte order mark in front, which is no JSON.
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let value: Value = match serde_json::from_slice(bytes) {
        Ok(value) => value,
        Err(error) => {
            let place = Place {
                line: error.line().max(1),
                column: error.column().max(1),
            };
            return Judged {
                name,
                content: None,
                findings: vec![(Finding::not_json(&error), place)],
            };
        }
    };
    let findings = lint(&value);
    let places = position::find(bytes, findings.iter().map(|finding| finding.path.as_str()));
    let mut findings: Vec<_> = findings.into_iter().zip(places).collect();
    findings.sort_by_key(|(_, place)| *place);
    let content = Content {
        subject: Subject::of(&value),
        size: message_size(&value),
    };
    Judged {
        name,
        content: Some(content),
        findings,
    }
}
