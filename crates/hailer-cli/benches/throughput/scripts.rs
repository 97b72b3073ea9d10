//! Starting with many scripts, each in a file of its own as teams drop them in, beside starting with one.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::Context;

use crate::Measured;
use crate::hailer_server::{Setup, Store};
use crate::process::Subject;
use crate::request::team;

/// Starts that are timed; the configurations take turns.
const ROUNDS: usize = 9;

/// Measures how long a bot takes until it is ready, for each number of scripts.
pub(crate) fn measure(counts: &[usize]) -> anyhow::Result<Vec<Measured>> {
    let setups = counts.iter().map(|count| {
        let folder = tempfile::tempdir().context("cannot make a folder for scripts")?;
        write_scripts(folder.path(), *count)?;
        let setup = Setup::write(folder.path(), Store::Off, vec![team(0)?])?;
        Ok((folder, setup))
    });
    let setups = setups.collect::<anyhow::Result<Vec<_>>>()?;
    let mut all: Vec<Option<Measured>> = counts.iter().map(|_| None).collect();
    for _ in 0..ROUNDS {
        for ((all, count), (_, setup)) in all.iter_mut().zip(counts).zip(&setups) {
            let name = format!("start, {count} script{}", crate::plural(*count));
            let started = Subject::start(&name, 1, || setup.start())?.finish()?;
            match all {
                Some(all) => all.starts.extend(started.starts),
                None => *all = Some(started),
            }
        }
    }
    Ok(all.into_iter().flatten().collect())
}

/// Writes what a team writes: a program, and a table with arguments of several types and an example.
fn write_scripts(folder: &Path, count: usize) -> anyhow::Result<()> {
    let (programs, drop_ins) = (folder.join("bin"), folder.join("conf.d"));
    fs::create_dir_all(&programs).context("cannot make a folder for programs")?;
    fs::create_dir_all(&drop_ins).context("cannot make a folder for tables")?;
    for number in 0..count {
        let program = programs.join(format!("s{number}.sh"));
        let text = format!("#!/bin/sh\n{}echo \"$@\"\n", "# does work\n".repeat(80));
        fs::write(&program, text).context("cannot write a program")?;
        fs::set_permissions(&program, Permissions::from_mode(0o755))
            .context("cannot make a program executable")?;
        fs::write(drop_ins.join(format!("s{number}.toml")), table(number))
            .context("cannot write a table")?;
    }
    Ok(())
}

fn table(number: usize) -> String {
    let (group, letters) = (number % 20, number % 30 + 1);
    format!(
        r#"[script.s{number}]
help = "Do number {number}"
example = "s{number} api A-1"
group = "Group {group}"
effect = "write"
exec = ["./bin/s{number}.sh", "{{service}}", "{{ticket}}", "{{wait}}", "{{force}}"]
one_at_a_time = "service"
timeout = "10m"
args = [
  {{ name = "service", type = "choice", choices = ["api", "web", "worker"], help = "which one" }},
  {{ name = "ticket", type = "pattern", pattern = "[A-Z]{{1,{letters}}}-[0-9]+", help = "why" }},
  {{ name = "wait", type = "duration", default = "30s", help = "how long" }},
  {{ name = "force", type = "flag", help = "even when it is busy" }},
]
"#
    )
}
