//! `hailer webhook rotate` and `remove`: a token's way out.

use std::io::{BufRead, IsTerminal, stdin};
use std::path::Path;

use chrono::Local;
use hailer::Environment;
use toml_edit::{Item, Table};

use super::edit::{self, Edited, file_of};
use super::{RemoveOptions, RotateOptions, paste};
use crate::exit::{Exit, Failure};
use crate::output;
use crate::project::{Modules, Project, Source};

/// Takes a new token beside the old one, or forgets the old one.
pub(super) fn rotate(
    config: Option<&Path>,
    options: &RotateOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    let path = Source::find_file(config)?;
    let name = &options.name;
    let mut edited = Edited::open(&path)?;
    let table = edited.webhook(name)?;
    if table.contains_key("tokens") {
        let text = format!(
            "error: [webhook.{name}] has a list, `tokens`, which you know best\n  fix: put the new token first in it"
        );
        return Err(Failure::new(Exit::No, text));
    }
    if options.finish {
        return finish(&path, &mut edited, name);
    }
    if table.contains_key("previous_token") {
        let text = format!(
            "error: a token of `{name}` is being replaced already\n  fix: hailer webhook rotate {name} --finish"
        );
        return Err(Failure::new(Exit::No, text));
    }
    output::say(
        "1 of 3  In Teams: delete the webhook and create it again, with the same name and callback URL\n\
         2 of 3  Teams now shows the new token, once. Paste it here (it stays hidden):",
    );
    let token = paste::take(options.token_file.as_deref())?;
    let file = free_name(&path, name);
    let file = edit::keep(&path, &file, &token)?;
    swap(edited.webhook(name)?, &file);
    if let Err(failure) = edited.save() {
        edit::forget(&path, &file);
        return Err(failure);
    }
    // What was written must be what the bot reads.
    Project::load(Source::File(path.clone()), None, environment, modules)?;
    output::say(&format!(
        "        saved to {} · both tokens hold from the next start on\n\
         3 of 3  type the mention in Teams, then: hailer webhook rotate {name} --finish",
        edit::folder_of(&path).join(&file).display()
    ));
    Ok(Exit::Fine)
}

fn swap(table: &mut Table, file: &str) {
    let today = Local::now().format("%Y-%m-%d").to_string();
    let old = table.insert("token", edit::labelled(&today, file));
    if let Some(old) = old {
        table.insert("previous_token", old);
    }
}

/// A name that no file has: the old token stays where it is.
fn free_name(config: &Path, name: &str) -> String {
    let folder = edit::folder_of(config).join(edit::SECRETS);
    let names = (1_u32..).map(|number| match number {
        1 => format!("{name}.token"),
        number => format!("{name}.{number}.token"),
    });
    names
        .into_iter()
        .find(|it| !folder.join(it).exists())
        .unwrap_or_default()
}

fn finish(path: &Path, edited: &mut Edited, name: &str) -> Result<Exit, Failure> {
    let Some(old) = edited.webhook(name)?.remove("previous_token") else {
        let text = format!(
            "error: no token of `{name}` is being replaced\n  fix: hailer webhook rotate {name}"
        );
        return Err(Failure::new(Exit::No, text));
    };
    edited.save()?;
    output::say(&format!(
        "the old token of {name} is out of {}{}",
        path.display(),
        forgotten(path, &old)
    ));
    output::say("next:   nothing: a bot that runs takes only the new one within a second");
    Ok(Exit::Fine)
}

fn forgotten(path: &Path, token: &Item) -> String {
    match file_of(token) {
        Some(file) if edit::forget(path, file) => format!(" · {file} is deleted"),
        Some(file) => format!(" · delete {file} yourself"),
        None => " · take it out of where it stands, too".to_owned(),
    }
}

/// Takes a webhook out of the configuration.
pub(super) fn remove(config: Option<&Path>, options: &RemoveOptions) -> Result<Exit, Failure> {
    let path = Source::find_file(config)?;
    let name = &options.name;
    let mut edited = Edited::open(&path)?;
    let tokens: Vec<Item> = {
        let table = edited.webhook(name)?;
        let keys = ["token", "previous_token"];
        keys.iter()
            .filter_map(|key| table.get(key).cloned())
            .collect()
    };
    if !options.yes && !is_sure(name)? {
        output::say("nothing was changed");
        return Ok(Exit::No);
    }
    edited.remove(name);
    edited.save()?;
    let forgotten: String = tokens.iter().map(|token| forgotten(&path, token)).collect();
    output::say(&format!(
        "[webhook.{name}] is out of {}{forgotten}",
        path.display()
    ));
    output::say("next:   delete the webhook in Teams");
    Ok(Exit::Fine)
}

fn is_sure(name: &str) -> Result<bool, Failure> {
    if !stdin().is_terminal() {
        return Err(Failure::new(
            Exit::Usage,
            "error: there is no terminal to ask at\n  fix: say --yes",
        ));
    }
    output::say(&format!(
        "Take the webhook `{name}` out, and delete its token? Type its name:"
    ));
    let mut line = String::new();
    let _ = stdin().lock().read_line(&mut line);
    Ok(line.trim() == name)
}
