//! What scripts are held to on this machine, as `hailer check` tells it.

use std::path::Path;
use std::time::Duration;

use hailer::{Draft, Environment};
use hailer_commands::script::{self, Script, Work};
use hailer_process::{Enforced, Launcher, PathRules, Program};

/// Nothing is run for this long: the program is made ready, and let go.
const TIME_LIMIT: Duration = Duration::from_secs(2);

/// Returns a few lines about it, when the configuration has scripts that are programs. Nothing is run.
pub(crate) fn describe(config: &Path, environment: &Environment) -> Option<String> {
    let draft = Draft::load(config, environment).ok()?;
    let scripts = script::read(&draft);
    let is_program = |it: &&Script| matches!(it.work, Work::Program(_));
    let programs: Vec<&Script> = scripts.iter().filter(is_program).collect();
    if programs.is_empty() {
        return None;
    }
    Some(match probe() {
        Ok(enforced) => tell(&enforced, &programs),
        Err(error) => format!("scripts  cannot be started here: {error}"),
    })
}

fn probe() -> Result<Enforced, String> {
    // Any program does: it is made ready up to the point where it would run.
    let program = Program::new("/bin/true", TIME_LIMIT).restrict_paths(Vec::new(), Vec::new());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let prepared = runtime.block_on(Launcher::find().prepare(program));
    let prepared = prepared.map_err(|error| error.to_string())?;
    Ok(prepared.enforced().clone())
}

fn tell(enforced: &Enforced, programs: &[&Script]) -> String {
    let mut held = Vec::new();
    let mut lacking = Vec::new();
    let mut sort = |holds: bool, what: &str, without: &str| {
        if holds {
            held.push(what.to_owned());
        } else {
            lacking.push(format!("\n  not     {without}"));
        }
    };
    sort(
        enforced.is_gated,
        "own session",
        "own session: this binary is no runner, so limits and path rules do not hold either",
    );
    sort(
        enforced.has_no_new_privileges,
        "no new privileges",
        "no new privileges",
    );
    let limits = format!("rlimits ({})", enforced.limits.join(", "));
    sort(!enforced.limits.is_empty(), &limits, "rlimits");
    let restricted: Vec<&str> = programs
        .iter()
        .filter(|it| matches!(&it.work, Work::Program(program) if program.paths.is_some()))
        .map(|it| it.name.as_str())
        .collect();
    let concerned = match restricted.as_slice() {
        [] => "`readable` and `writable` would not hold".to_owned(),
        names => format!(
            "`readable` and `writable` of {} do not hold",
            names.join(", ")
        ),
    };
    match enforced.paths {
        PathRules::Fully => sort(true, "path rules (Landlock)", ""),
        PathRules::Partly => sort(true, "most path rules (an older Landlock)", ""),
        PathRules::NotEnforced | PathRules::None => sort(
            false,
            "",
            &format!("path rules: this kernel has no Landlock, so {concerned}"),
        ),
    }
    sort(
        enforced.has_cgroup,
        "own control group",
        "own control group: what leaves its session, its parents and its environment behind is not found; systemd's Delegate=yes gives one",
    );
    format!("scripts   {}{}", held.join(", "), lacking.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_hold_is_told_with_the_way_out() {
        let mut enforced = Enforced::default();
        enforced.is_gated = true;
        enforced.limits = vec!["memory".to_owned()];

        let text = tell(&enforced, &[]);

        assert!(
            text.starts_with("scripts   own session, rlimits (memory)\n"),
            "{text}"
        );
        for part in ["not     no new privileges", "no Landlock", "Delegate=yes"] {
            assert!(text.contains(part), "{text}");
        }
    }
}
