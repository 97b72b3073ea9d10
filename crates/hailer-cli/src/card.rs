//! `hailer card check`: what Teams would refuse or draw badly, before anybody sees it.

mod draw;
mod position;

use std::io::{Read, stdin};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use hailer::{CardTemplate, Finding, Subject, TemplateError, lint, message_size};
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
        after_help = "A file may hold a whole message, one attachment, or a card alone, as designers export it.\nWith --data the file is a card with placeholders such as ${name}: it is filled first, then judged.\nExit codes: 0 fine, 1 Teams would refuse something, 4 a file cannot be read.\nExamples: hailer card check card.json\n          hailer card check update.json --data example.json\n          hailer send status --json | hailer card check -"
    )]
    Check(CardCheckOptions),
}

#[derive(Debug, Args)]
struct CardCheckOptions {
    /// The files; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Fill the cards with this JSON first
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
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
    let data = options.data.as_deref().map(read_data).transpose()?;
    let judged = options
        .files
        .iter()
        .map(|file| Ok(judge(name(file), &read(file)?, data.as_ref())))
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

fn read_data(file: &Path) -> Result<Value, Failure> {
    let bytes = read(file)?;
    serde_json::from_slice(without_mark(&bytes)).map_err(|error| {
        Failure::io(format!(
            "error: {} is no JSON: {error}\n  fix: give --data a file with one JSON object",
            name(file)
        ))
    })
}

/// Takes away the byte order mark that some editors put in front, which is no JSON.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

fn judge(name: String, bytes: &[u8], data: Option<&Value>) -> Judged {
    let bytes = without_mark(bytes);
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
    let (findings, content) = match data {
        None => (lint(&value), Some(content(&value))),
        Some(data) => match fill(&value, data) {
            Ok(filled) => filled,
            Err(error) => (error.to_findings(), None),
        },
    };
    let places = position::find(bytes, findings.iter().map(|finding| finding.path.as_str()));
    let mut findings: Vec<_> = findings.into_iter().zip(places).collect();
    findings.sort_by_key(|(_, place)| *place);
    Judged {
        name,
        content,
        findings,
    }
}

/// Fills a template and judges the card; its findings have their places in the template.
fn fill(template: &Value, data: &Value) -> Result<(Vec<Finding>, Option<Content>), TemplateError> {
    let card = CardTemplate::from_value(template.clone())?.fill_unjudged(data)?;
    let mut findings = lint(card.value());
    // A `${…}` that is still there came with the data.
    findings.retain(|finding| finding.code != "HC134");
    for finding in &mut findings {
        finding.path = card.path_in_template(&finding.path);
    }
    Ok((findings, Some(content(card.value()))))
}

fn content(value: &Value) -> Content {
    Content {
        subject: Subject::of(value),
        size: message_size(value),
    }
}
