//! `hailer webhook add`: three steps, of which Teams has the first two.

use std::io::{IsTerminal, stdin};
use std::path::Path;
use std::time::Duration;

use hailer::{Config, Environment};

use super::AddOptions;
use super::edit::{self, Edited};
use super::paste;
use crate::exit::{Exit, Failure};
use crate::listen::{self, ListenOptions};
use crate::output;
use crate::project::{Modules, Source};

/// As long as somebody needs to find the channel.
const PATIENCE: Duration = Duration::from_secs(120);

/// The longest name that fits into a URL that people still read.
const LONGEST_NAME: usize = 64;

/// Where the address is not known, people see what to replace.
const EXAMPLE: &str = "https://YOUR-ADDRESS";

/// Adds a webhook.
pub(super) fn run(
    config: Option<&Path>,
    options: &AddOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    let path = Source::find_file(config).map_err(|failure| {
        Failure::new(failure.exit(), "error: there is no hailer.toml in this folder\n  fix: `hailer init` writes one; or name one with --config FILE")
    })?;
    let name = &options.name;
    check_name(name)?;
    let mut edited = Edited::open(&path)?;
    if edited.has_webhook(name) {
        let text = format!(
            "error: there is a webhook `{name}` already\n  fix: `hailer webhook rotate {name}` gives it a new token"
        );
        return Err(Failure::new(Exit::No, text));
    }
    let mention = options.mention.as_deref().unwrap_or(name);
    output::say(&step_in_teams(
        name,
        mention,
        public_url(&path, environment).as_deref(),
    ));
    output::say("2 of 3  Teams now shows a security token, once. Paste it here (it stays hidden):");
    let token = paste::take(options.token_file.as_deref())?;
    let file = edit::keep(&path, &format!("{name}.token"), &token)?;
    edited.add(name, &file, options.mention.as_deref());
    if let Err(failure) = edited.save() {
        edit::forget(&path, &file);
        return Err(failure);
    }
    output::say(&format!(
        "        saved to {} (only you can read it) · [webhook.{name}] added to {}",
        edit::folder_of(&path).join(&file).display(),
        path.display()
    ));
    output::say(&format!(
        "3 of 3  In a channel of the team type:  @{mention} help"
    ));
    let wait = options
        .wait
        .or_else(|| stdin().is_terminal().then_some(PATIENCE));
    match wait.filter(|_| !options.no_wait) {
        Some(time) => wait_for_first(&path, name, time, environment, modules),
        None => {
            output::say(&format!(
                "next:   start the bot, unless it runs: hailer serve · then: hailer listen --once --webhook {name}"
            ));
            Ok(Exit::Fine)
        }
    }
}

fn check_name(name: &str) -> Result<(), Failure> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    if !name.is_empty() && name.len() <= LONGEST_NAME && name.chars().all(is_part) {
        return Ok(());
    }
    let text = "error: a webhook's name is the end of its URL: up to 64 letters, digits, - and _\n  fix: what people type can be something else: --mention \"Ops Bot\"";
    Err(Failure::new(Exit::Usage, text))
}

/// Reads the address without the rest: the file may have no webhook yet, which is otherwise an error.
fn public_url(path: &Path, environment: &Environment) -> Option<String> {
    if let Some(url) = environment.get("HAILER_SERVER__PUBLIC_URL") {
        return Some(url.to_owned());
    }
    let text = std::fs::read_to_string(path).ok()?;
    let document: toml_edit::DocumentMut = text.parse().ok()?;
    let url = document.get("server")?.get("public_url")?.as_str()?;
    Some(url.trim_end_matches('/').to_owned())
}

fn step_in_teams(name: &str, mention: &str, url: Option<&str>) -> String {
    let base = url.unwrap_or(EXAMPLE);
    let mut text = format!(
        "1 of 3  In Teams: the team → ••• → Manage team → Apps → Create an outgoing webhook\n\
         \x20         Name          {mention}   people will type @{mention}\n\
         \x20         Callback URL  {base}/webhook/{name}\n\
         \x20         Description   what people shall read: Type @{mention} help"
    );
    if mention.contains(' ') {
        text.push_str("\n        (Teams splits a name of two words, and then sends each message twice: one word is better)");
    }
    if url.is_none() {
        text.push_str("\n        (set [server] public_url, and this shows your address)");
    }
    text
}

fn wait_for_first(
    path: &Path,
    name: &str,
    time: Duration,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    output::say(&format!(
        "        waiting… ({} s, Ctrl+C to skip)",
        time.as_secs()
    ));
    let options = ListenOptions {
        once: true,
        time: Some(time),
        webhook: Some(name.to_owned()),
        save: None,
        json: false,
    };
    let ended = listen::run(Some(path), &options, environment, modules)?;
    if ended == Exit::Fine {
        output::say("done. Others in the team can type it now.");
    }
    Ok(ended)
}

/// Says at which address Teams reaches a webhook.
pub(super) fn callback(config: &Config, name: &str) -> String {
    let base = config.server.public_url.as_deref().unwrap_or(EXAMPLE);
    format!("{base}/webhook/{name}")
}
