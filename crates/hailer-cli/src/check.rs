//! `hailer check`: everything that is wrong with the configuration, at once.

use std::fmt::Write;
use std::path::Path;

use hailer::{Environment, Location, Problem, Problems, Severity, StartError};
use serde_json::{Value, json};

use crate::arguments::CheckOptions;
use crate::exit::{Exit, Failure};
use crate::output;
use crate::project::{Modules, Project, Source};
use crate::script;

/// Reads the configuration, the secrets it refers to and the commands, and starts nothing.
pub(crate) fn run(
    config: Option<&Path>,
    options: &CheckOptions,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<Exit, Failure> {
    let path = Source::find_file(config)?;
    let (problems, summary) = examine(&path, environment, modules)?;
    let has_errors = problems.has_errors() || (options.deny_warnings && !problems.is_empty());
    if options.json {
        let list: Vec<Value> = problems.iter().map(to_json).collect();
        output::print(&format!("{:#}", Value::from(list)))?;
    } else if problems.is_empty() {
        let held = script::describe_sandbox(&path, environment);
        let held = held.map_or_else(String::new, |it| format!("\n{it}"));
        output::print(&format!("{}: fine · {summary}{held}", path.display()))?;
    } else {
        output::print(problems.to_string().trim_end())?;
    }
    Ok(if has_errors { Exit::Config } else { Exit::Fine })
}

fn examine(
    path: &Path,
    environment: &Environment,
    modules: Modules<'_>,
) -> Result<(Problems, String), Failure> {
    let draft = hailer::Draft::load(path, environment);
    let finished = draft.and_then(|draft| {
        let _ = modules(&draft);
        hailer_playground::know(&draft);
        draft.finish()
    });
    let loaded = match finished {
        Ok(loaded) => loaded,
        Err(problems) if problems.io_error_kind().is_some() => return Err(problems.into()),
        Err(problems) => return Ok((problems, String::new())),
    };
    let project = Project::load(Source::File(path.to_owned()), None, environment, modules)?;
    let permissions = match project.bot.permissions() {
        Ok(permissions) => permissions,
        Err(StartError::Permissions(problems)) => {
            return Ok((loaded.warnings.with(problems), String::new()));
        }
        Err(error) => return Err(error.into()),
    };
    let failed = permissions.run_tests();
    let config = &loaded.config;
    let mut summary = count(config.webhooks.len(), "webhook");
    let _ = write!(summary, ", {} commands", permissions.catalog().len());
    for (number, what) in [
        (config.permissions.rules.len(), "rule"),
        (config.permissions.tests.len(), "policy test"),
    ] {
        if number > 0 {
            let _ = write!(summary, ", {}", count(number, what));
        }
    }
    Ok((loaded.warnings.with(failed), summary))
}

fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

fn to_json(problem: &Problem) -> Value {
    let (place, line, column, length) = match &problem.location {
        Some(Location::Line {
            path,
            line,
            column,
            length,
            ..
        }) => (Some(path), Some(line), Some(column), Some(length)),
        Some(Location::File { path }) => (Some(path), None, None, None),
        Some(Location::Variable { name }) => (Some(name), None, None, None),
        Some(_) | None => (None, None, None, None),
    };
    json!({
        "severity": match problem.severity { Severity::Error => "error", Severity::Warning => "warning" },
        "code": problem.code,
        "text": problem.text,
        "place": place,
        "line": line,
        "column": column,
        "length": length,
        "help": problem.help,
    })
}
