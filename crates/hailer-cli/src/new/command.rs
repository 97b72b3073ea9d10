//! `hailer new command NAME`: a command with its test, registered in the project of this folder.

use std::fs;
use std::path::Path;

use anyhow::Context;

use super::argument;
use super::files::Files;
use super::found::FoundProject;
use super::registration;
use super::source::Source;
use crate::arguments::NewCommandOptions;
use crate::exit::{Exit, Failure};
use crate::output;

/// Writes a command.
pub(super) fn run(options: &NewCommandOptions) -> Result<Exit, Failure> {
    argument::check(&options.arguments)
        .map_err(|why| Failure::new(Exit::Usage, format!("error: {why}")))?;
    let here = std::env::current_dir().context("cannot find out which folder this is")?;
    let project = FoundProject::above(&here)?;
    let name = &options.name;
    let (module, type_name) = (name.module(), name.type_name());
    let list_path = project.root.join(project.list);
    let list = fs::read_to_string(&list_path)
        .with_context(|| format!("cannot read {}", list_path.display()))?;
    let is_registered = registration::is_registered(&list, &module, &type_name);
    let registered = registration::register(&list, &module, &type_name);

    let mut files = plan(options, &project);
    if !options.force {
        files.check_absent()?;
    }
    if let (false, Some(text)) = (is_registered, &registered) {
        files.inject(project.list, text.clone(), "2 lines: registers it");
    }
    if !options.dry_run {
        files.write()?;
    }
    let test = format!("cargo test --test {module}");
    if is_registered || registered.is_some() {
        files.tell(&test, options.dry_run)?;
        return Ok(Exit::Fine);
    }
    files.tell(
        &format!("write the two lines below, then {test}"),
        options.dry_run,
    )?;
    output::complain(&by_hand(project.list, &module, &type_name));
    Ok(Exit::No)
}

fn plan(options: &NewCommandOptions, project: &FoundProject) -> Files {
    let name = &options.name;
    let summary = options
        .summary
        .clone()
        .unwrap_or_else(|| format!("What {} does, in a line", name.path()));
    let source = Source {
        name,
        arguments: &options.arguments,
        summary: &summary,
        crate_name: &project.crate_name,
    };
    let module = name.module();
    let mut files = Files::below(shown_root(&project.root));
    files.add(
        format!("src/commands/{module}.rs"),
        source.command(),
        format!("the command; people type {}", name.path()),
    );
    files.add(format!("tests/{module}.rs"), source.test(), "its test");
    files
}

/// Says nothing of the folder when we are in it.
fn shown_root(root: &Path) -> &Path {
    match std::env::current_dir() {
        Ok(here) if here == root => Path::new(""),
        _ => root,
    }
}

fn by_hand(list: &str, module: &str, type_name: &str) -> String {
    let (module_line, call) = registration::lines(module, type_name);
    format!(
        "error: {list} has no clear place for the new command: it takes `mod` lines at the margin and one `Module::new(…)`\n  \
         fix: write these two lines there yourself\n    {module_line}\n    {call}"
    )
}
