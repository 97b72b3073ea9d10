//! `hailer config`: what holds, and where it comes from; and the file with every key.

use std::path::Path;

use clap::{Args, Subcommand};
use hailer::{Config, Environment};
use toml_edit::{DocumentMut, Item};

use crate::exit::{Exit, Failure};
use crate::output;
use crate::project::{Modules, Project, Source};

/// Every key, with what it is for.
const EXAMPLE: &str = include_str!("../../../hailer.example.toml");

/// Words in the names of keys whose texts are nobody's business.
const SECRET_WORDS: [&str; 4] = ["token", "secret", "password", "key"];

#[derive(Debug, Args)]
pub(crate) struct ConfigOptions {
    #[command(subcommand)]
    pub(crate) what: ConfigWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigWhat {
    /// Show what holds, and where each value comes from
    Show,
    /// Print a hailer.toml that names every key
    Example,
}

/// Shows the configuration, or an example of one.
pub(crate) fn run(
    config: Option<&Path>,
    options: &ConfigOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    match options.what {
        ConfigWhat::Example => output::print(EXAMPLE.trim_end())?,
        ConfigWhat::Show => {
            let path = Source::find_file(config)?;
            let project = Project::load(Source::File(path.clone()), None, environment, modules)?;
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let document = text.parse().unwrap_or_default();
            let place = path.display().to_string();
            output::print(&show(&project.config, &document, environment, &place))?;
        }
    }
    Ok(Exit::Fine)
}

fn show(config: &Config, document: &DocumentMut, environment: &Environment, place: &str) -> String {
    let mut lines: Vec<(String, String, String)> = Vec::new();
    for (key, value) in effective(config) {
        let variable = format!("HAILER_{}", key.to_uppercase().replace('.', "__"));
        let origin = if environment.get(&variable).is_some() {
            variable
        } else if find(document, &key).is_some() {
            place.to_owned()
        } else {
            "left out".to_owned()
        };
        lines.push((key, value, origin));
    }
    let mut written = Vec::new();
    collect(document.as_item(), "", &mut written);
    for (key, value) in written {
        if !lines.iter().any(|(known, ..)| *known == key) {
            lines.push((key, value, place.to_owned()));
        }
    }
    let width = lines
        .iter()
        .map(|(key, value, _)| key.chars().count() + value.chars().count() + 3)
        .max()
        .unwrap_or_default()
        .min(60);
    let line = |(key, value, origin): &(String, String, String)| {
        let setting = format!("{key} = {value}");
        format!("{setting:<width$}  # {origin}")
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Returns what holds of the keys that have a usual value.
fn effective(config: &Config) -> Vec<(String, String)> {
    let server = &config.server;
    let limits = &config.limits;
    let time = |time: std::time::Duration| format!("\"{} ms\"", time.as_millis());
    let time_or_off =
        |it: Option<std::time::Duration>| it.map_or_else(|| "\"off\"".to_owned(), time);
    let admin = server
        .admin_listen
        .map_or_else(|| "off".to_owned(), |it| it.to_string());
    let level = format!("{:?}", config.log.level).to_lowercase();
    let all = [
        ("server.listen", format!("\"{}\"", server.listen)),
        ("server.admin_listen", format!("\"{admin}\"")),
        ("server.reply_within", time(server.reply_within)),
        ("server.shutdown_grace", time(server.shutdown_grace)),
        ("limits.body", format!("\"{} B\"", limits.body)),
        ("limits.max_skew", time_or_off(limits.max_skew)),
        ("limits.dedupe_for", time_or_off(limits.dedupe_for)),
        ("log.level", format!("\"{level}\"")),
    ];
    all.into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}

fn find<'d>(document: &'d DocumentMut, key: &str) -> Option<&'d Item> {
    key.split('.')
        .try_fold(document.as_item(), |item, part| item.get(part))
}

/// Gathers what is written, with texts that may be secrets as `***`.
fn collect(item: &Item, path: &str, found: &mut Vec<(String, String)>) {
    if let Some(table) = item.as_table() {
        for (key, item) in table {
            let path = if path.is_empty() {
                key.to_owned()
            } else {
                format!("{path}.{key}")
            };
            collect(item, &path, found);
        }
        return;
    }
    let last = path.rsplit('.').next().unwrap_or(path).to_lowercase();
    // Passwords in URLs are refused when the file is read; this is a second net.
    let text = item.as_str().unwrap_or_default();
    let is_url_with_secret = text.contains("://") && text.contains('@');
    let is_secret = SECRET_WORDS.iter().any(|it| last.contains(it));
    let shown = if item.is_str() && (is_secret || is_url_with_secret) {
        "***".to_owned()
    } else {
        item.to_string().trim().to_owned()
    };
    found.push((path.to_owned(), shown));
}
