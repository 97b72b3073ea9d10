//! `hailer script add`: a script that describes itself becomes a file in `conf.d`.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use hailer::{Bot, Draft, Environment, PermissionsConfig};
use hailer_commands::script as scripts;
use hailer_process::{CancellationToken, Ending, Launcher, Program};
use toml_edit::{Array, DocumentMut, Item, Table, Value};

use super::description::{Description, QUESTION};
use crate::exit::{Exit, Failure};
use crate::output;
use crate::project::{Modules, PartOfProject, Source};

/// A script describes itself at once, or not at all.
const TIME_LIMIT: Duration = Duration::from_secs(5);

/// A description is shorter by far.
const MOST: usize = 64 * 1024;

/// Where programs are found while a script describes itself.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// The folder whose files add to the configuration.
const FOLDER: &str = "conf.d";

/// Stands in for the webhook that every configuration needs, while the new file is checked alone.
const STAND_IN: &str = "\n[webhook.check]\ntoken = { env = \"TOKEN\" }\n";

#[derive(Debug, Args)]
pub(super) struct AddOptions {
    /// The program; it is run once, with --hailer-spec
    path: PathBuf,
    /// What people will type; the file's name without its ending when left out
    #[arg(long)]
    name: Option<String>,
    /// The folder to write to; conf.d beside the configuration when left out
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
}

/// Asks the script, writes the file, and says what comes next.
pub(super) fn run(
    config: Option<&Path>,
    options: &AddOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    let config = Source::find_file(config)?;
    let name = name(options)?;
    let taken = taken_names(&config, environment, modules)?;
    let path = std::path::absolute(&options.path).context("cannot tell where the script is")?;
    let beside = config.parent().unwrap_or(Path::new(""));
    let folder = options.into.clone().unwrap_or_else(|| beside.join(FOLDER));
    let target = folder.join(format!("{name}.toml"));
    if target.exists() {
        return Err(already_there(&target));
    }
    check_name_is_free(&name, &taken)?;
    // What is wrong with the file itself is told before it is run.
    check(&path, &target, &bare(&name, &path))?;
    let description = ask(&path)?.called(&stem(&options.path), &name);
    let text = write_down(&name, &path, &description);
    check(&path, &target, &text)?;
    for alias in aliases(&description) {
        check_name_is_free(&alias, &taken)?;
    }
    save(&folder, &target, &text)?;
    output::print(&report(
        &name,
        &target,
        &description,
        folder == beside.join(FOLDER),
    ))?;
    Ok(Exit::Fine)
}

/// Returns the name that a script has by its file.
fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    stem.to_lowercase().replace(['_', '.', ' '], "-")
}

fn name(options: &AddOptions) -> Result<String, Failure> {
    let name = options.name.clone();
    let name = name.unwrap_or_else(|| stem(&options.path));
    let is_letter = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
    let is_name = name.starts_with(|it: char| it.is_ascii_lowercase())
        && name.chars().all(is_letter)
        && !name.ends_with('-')
        && name.len() <= 40;
    if is_name {
        return Ok(name);
    }
    let text = format!(
        "error: {name:?} is no name of a command\n  fix: choose one of small letters, digits and dashes: --name restart"
    );
    Err(Failure::new(Exit::Usage, text))
}

/// Returns the names that are commands already, as far as the configuration can be read.
fn taken_names(
    config: &Path,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Vec<String>, Failure> {
    let draft = Draft::load(config, environment)?;
    // A table takes its name also while something in it is wrong.
    let tables = ["script", "http"].into_iter();
    let tables = tables.flat_map(|table| draft.section(table).names());
    let mut names: Vec<String> = tables.collect();
    let part = PartOfProject::load(draft, &[], modules)?;
    names.extend(commands(part));
    Ok(names)
}

/// Returns what people can type. What is said about commands is left out: whether it is right does not matter here.
fn commands(part: PartOfProject) -> Vec<String> {
    let mut config = part.config;
    config.permissions = PermissionsConfig::default();
    config.webhooks.clear();
    config.freezes.clear();
    let tuned = config.commands.drain(..);
    let mut names: Vec<String> = tuned.flat_map(|it| it.tuning.aliases).collect();
    let bot = part.modules.into_iter().fold(Bot::new(config), Bot::module);
    match bot.check() {
        Ok(catalog) => names.extend(catalog.iter().flat_map(|entry| {
            let path = std::iter::once(entry.path());
            let all = path.chain(entry.aliases().iter().map(String::as_str));
            all.map(str::to_owned).collect::<Vec<_>>()
        })),
        Err(_) => output::say(
            "warning: the commands that there are do not go together; `hailer check` tells why",
        ),
    }
    names
}

fn check_name_is_free(name: &str, taken: &[String]) -> Result<(), Failure> {
    if !taken.iter().any(|it| it == name) {
        return Ok(());
    }
    let text = format!(
        "error: there is a command {name:?} already; nothing was written\n  fix: --name with another one, or remove the other command"
    );
    Err(Failure::new(Exit::No, text))
}

fn already_there(target: &Path) -> Failure {
    let shown = target.display();
    let text = format!(
        "error: {shown} is there already, and is not overwritten\n  fix: remove it first, or choose another --name"
    );
    Failure::new(Exit::No, text)
}

fn aliases(description: &Description) -> Vec<String> {
    let list = description.keys.iter().find(|(key, _)| *key == "aliases");
    let list = list.and_then(|(_, value)| value.as_array());
    let texts = list.into_iter().flat_map(Array::iter);
    texts
        .filter_map(|it| it.as_str().map(str::to_owned))
        .collect()
}

/// Checks a file as the bot would that has no other.
fn check(path: &Path, target: &Path, text: &str) -> Result<(), Failure> {
    let environment =
        Environment::from_pairs([("TOKEN", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")]);
    let folder = path.parent().unwrap_or(Path::new("/"));
    let shown = target.display().to_string();
    let draft = Draft::parse(&shown, &format!("{text}{STAND_IN}"), folder, &environment);
    let commands = scripts::module(scripts::read(&draft));
    let refused = |why: &dyn std::fmt::Display| {
        let text =
            format!("{why}\nThat is wrong with what would stand in {shown}; nothing was written.");
        Failure::new(Exit::No, text)
    };
    let loaded = draft.finish().map_err(|problems| refused(&problems))?;
    // Examples are parsed where a bot is put together.
    let bot = Bot::new(loaded.config).module(commands);
    bot.permissions().map(drop).map_err(|error| refused(&error))
}

/// Returns the least that makes a command of a program.
fn bare(name: &str, path: &Path) -> String {
    write_down(name, path, &Description::default())
}

/// Runs the script, held as a command would be, and reads what it says of itself.
fn ask(path: &Path) -> Result<Description, Failure> {
    let program = Program::new(path, TIME_LIMIT)
        .argument(QUESTION)
        .variable("PATH", PATH)
        .keep(MOST)
        .grace(Duration::ZERO);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start threads")?;
    let outcome = runtime.block_on(Launcher::find().run(program, &CancellationToken::new()));
    let why = match outcome.ending {
        Ending::Exited(0) => return read(path, &outcome.stdout.to_text()),
        Ending::Exited(code) => format!("it ended with exit code {code}"),
        Ending::TimedOut => "it had not ended after 5 s".to_owned(),
        Ending::FailedToStart(error) => format!("it cannot be started: {error}"),
        _ => "it did not end by itself".to_owned(),
    };
    let said = outcome.stderr.to_text();
    let last = said.trim_end().lines().next_back();
    let said = last.map_or_else(String::new, |it| {
        format!("\n  it said: {}", it.escape_debug())
    });
    Err(Failure::new(
        Exit::No,
        format!(
            "error: {} does not describe itself: asked with {QUESTION}, {why}{said}\n  fix: let it print its description then, see examples/scripts/bin/backup.sh; or write [script.NAME] into conf.d by hand",
            path.display()
        ),
    ))
}

fn read(path: &Path, printed: &str) -> Result<Description, Failure> {
    Description::parse(printed).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(|it| format!("\n  {it}")).collect();
        let text = format!(
            "error: what {} says of itself cannot be taken; nothing was written{}",
            path.display(),
            lines.concat()
        );
        Failure::new(Exit::No, text)
    })
}

/// Writes the table down. Every text of the description is a value of TOML, quoted as one; comments are ours alone.
fn write_down(name: &str, path: &Path, description: &Description) -> String {
    let mut table = Table::new();
    let summary = description.text("help").unwrap_or("Not described yet");
    table.insert("help", Item::Value(summary.into()));
    let program = path
        .display()
        .to_string()
        .replace('{', "{{")
        .replace('}', "}}");
    let exec: Array = std::iter::once(program)
        .chain(description.words.iter().cloned())
        .collect();
    table.insert("exec", Item::Value(exec.into()));
    let effect = description.text("effect").unwrap_or("destructive");
    table.insert("effect", Item::Value(effect.into()));
    for (key, value) in &description.keys {
        if !table.contains_key(key) {
            table.insert(key, Item::Value(value.clone()));
        }
    }
    if !description.arguments.is_empty() {
        table.insert("args", Item::Value(arguments(description).into()));
    }
    comment(
        &mut table,
        "exec",
        "# The program, and its words: one string each, and no shell.\n",
    );
    comment(
        &mut table,
        "effect",
        "# What it does to the world: \"read\" is for everybody, \"write\" and \"destructive\" need a rule.\n",
    );
    let mut outer = Table::new();
    outer.set_implicit(true);
    outer.insert(name, Item::Table(table));
    let mut document = DocumentMut::new();
    document.insert("script", Item::Table(outer));
    format!(
        "# Written by `hailer script add` from what the script says of itself. It is yours now: change what you like.\n\
         # Further keys (env, cwd, memory, readable, run_as, sudo …) are in docs/reference/configuration.md.\n\n{document}"
    )
}

fn arguments(description: &Description) -> Array {
    let mut list = Array::new();
    for argument in &description.arguments {
        let mut value = Value::from(argument.clone());
        value.decor_mut().set_prefix("\n  ");
        list.push_formatted(value);
    }
    list.set_trailing("\n");
    list.set_trailing_comma(true);
    list
}

fn comment(table: &mut Table, key: &str, text: &str) {
    if let Some(mut key) = table.key_mut(key) {
        key.leaf_decor_mut().set_prefix(text);
    }
}

/// Makes the file, and never takes the place of one.
fn save(folder: &Path, target: &Path, text: &str) -> Result<(), Failure> {
    let cannot = |error: &io::Error| {
        Failure::io(format!(
            "error: cannot write {}: {error}\n  fix: run it as somebody who may, or write elsewhere with --into",
            target.display()
        ))
    };
    fs::create_dir_all(folder).map_err(|error| cannot(&error))?;
    let file = File::options().write(true).create_new(true).open(target);
    let mut file = match file {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(already_there(target));
        }
        Err(error) => return Err(cannot(&error)),
    };
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|error| cannot(&error))
}

/// Says what was added, what to look at, and what comes next.
fn report(name: &str, target: &Path, description: &Description, is_read: bool) -> String {
    let effect = description.text("effect");
    let may = match effect {
        Some("read") => {
            "as it says of itself: everybody may run it, so make sure that it only reads"
        }
        Some(_) => "as it says of itself: nobody may run it until a rule says so",
        None => "it does not say, so it counts as that: nobody may run it until a rule says so",
    };
    let mut lines = vec![
        format!("wrote    {}", target.display()),
        format!(
            "command  {name}: {}",
            description.text("help").unwrap_or_default()
        ),
        format!("effect   {}; {may}", effect.unwrap_or("destructive")),
    ];
    for argument in &description.arguments {
        let text = |key: &str| argument.get(key).and_then(Value::as_str);
        let kind = text("type").unwrap_or("text");
        let below = text("root").map_or_else(String::new, |root| format!(" below {root}"));
        let help = text("help").map_or_else(String::new, |help| format!(": {help}"));
        lines.push(format!(
            "takes    {} ({kind}{below}){help}",
            text("name").unwrap_or_default()
        ));
    }
    if let Some(limit) = description.text("timeout") {
        lines.push(format!("timeout  {limit}"));
    }
    if !is_read {
        lines.push(format!(
            "note     the bot reads {FOLDER} beside its configuration only; move the file there"
        ));
    }
    let example = description.text("example").unwrap_or(name);
    lines.push(format!(
        "next     look at the file, then: hailer check && hailer send {example:?}"
    ));
    lines.join("\n")
}
