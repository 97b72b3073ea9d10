//! The company of the demo: four services in three environments, people who deploy, and programs that pretend to.

use std::fmt::Write;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::Context;
use chrono::{SecondsFormat, TimeDelta, Utc};
use hailer::TeamsMessage;

use super::make_folder;
use crate::exit::Failure;

/// Where its programs are.
const FOLDER: &str = ".hailer/demo";

const PROGRAMS: [(&str, &str); 3] = [
    ("deploy.sh", include_str!("deploy.sh")),
    ("healthy.sh", include_str!("healthy.sh")),
    ("versions.sh", include_str!("versions.sh")),
];

/// Who may change something. Dan may not, so that a refusal can be seen.
const OPERATORS: [&str; 2] = ["Mira Novak", "Jo Lind"];

const TABLES: &str = r##"
[permissions]
auditors = ["group:ops"]

[[permissions.rule]]
allow = ["*"]
to = ["group:ops"]

[deploy.environment.dev]
[deploy.environment.staging]
[deploy.environment.prod]
note = "customers are here"
approval = { by = ["group:ops"], via = ["same-webhook", "cli"] }

[deploy.backend.demo]
kind = "script"
run = [".hailer/demo/deploy.sh", "{service}", "{version}", "{environment}"]
versions = [".hailer/demo/versions.sh", "{service}"]
cwd = ".hailer/demo"
timeout = "2m"
"##;

const SERVICES: [&str; 4] = ["shop", "search", "payments", "mail"];

/// What was deployed before: service, environment, version, minutes ago, who, how it ended.
type Past = (
    &'static str,
    &'static str,
    &'static str,
    i64,
    &'static str,
    &'static str,
);

const PAST: [Past; 16] = [
    ("shop", "dev", "3.4.0", 25, "Jo Lind", "healthy"),
    ("shop", "staging", "3.3.0", 70, "Jo Lind", "healthy"),
    ("shop", "prod", "3.2.4", 4_400, "Mira Novak", "healthy"),
    ("shop", "prod", "3.2.3", 13_000, "Jo Lind", "healthy"),
    ("search", "dev", "1.9.1", 130, "Mira Novak", "healthy"),
    ("search", "staging", "1.9.1", 110, "Mira Novak", "healthy"),
    ("search", "prod", "1.9.0", 8_700, "Mira Novak", "healthy"),
    ("search", "prod", "1.8.7", 29_000, "Jo Lind", "healthy"),
    ("payments", "dev", "5.1.0", 200, "Jo Lind", "healthy"),
    ("payments", "staging", "5.0.2", 18_000, "Jo Lind", "healthy"),
    ("payments", "prod", "5.0.2", 17_500, "Mira Novak", "healthy"),
    ("payments", "prod", "5.0.1", 40_000, "Mira Novak", "healthy"),
    ("mail", "dev", "0.8.1", 300, "Mira Novak", "healthy"),
    ("mail", "staging", "0.8.1", 40, "Mira Novak", "unhealthy"),
    ("mail", "staging", "0.8.0", 2_900, "Jo Lind", "healthy"),
    ("mail", "prod", "0.7.9", 11_600, "Jo Lind", "healthy"),
];

/// Writes its programs, and returns the tables that tell of it.
pub(super) fn tables() -> Result<String, Failure> {
    let folder = Path::new(FOLDER);
    make_folder(folder).with_context(|| format!("cannot make the folder {FOLDER}"))?;
    for (name, text) in PROGRAMS {
        write_program(&folder.join(name), text)?;
    }
    let mut tables = TABLES.to_owned();
    let members = OPERATORS.map(|name| {
        let id = TeamsMessage::new("ops", "").from_person(name).person_id();
        format!("{{ id = \"{id}\", name = \"{name}\" }}")
    });
    let _ = write!(
        tables,
        "\n[group.ops]\nmembers = [{}]\n",
        members.join(", ")
    );
    for service in SERVICES {
        let _ = write!(
            tables,
            "\n[deploy.service.{service}]\nhealth = {{ exec = [\"{FOLDER}/healthy.sh\"], every = \"1s\" }}\n"
        );
    }
    for (service, environment, version, minutes, by, result) in PAST {
        let at = Utc::now() - TimeDelta::minutes(minutes);
        let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let note = match result {
            "unhealthy" => "note = \"1 of 2 machines answers\"\n",
            _ => "",
        };
        let _ = write!(
            tables,
            "\n[[deploy.before]]\nservice = \"{service}\"\nenvironment = \"{environment}\"\nversion = \"{version}\"\nat = \"{at}\"\nby = \"{by}\"\nresult = \"{result}\"\n{note}"
        );
    }
    Ok(tables)
}

/// Replaces a program at once: another demo may be running it.
fn write_program(path: &Path, text: &str) -> Result<(), Failure> {
    if fs::read_to_string(path).is_ok_and(|it| it == text) {
        return Ok(());
    }
    let shown = path.display().to_string();
    let new = path.with_extension(format!("new-{}", std::process::id()));
    let written = fs::write(&new, text)
        .and_then(|()| fs::set_permissions(&new, fs::Permissions::from_mode(0o700)))
        .and_then(|()| fs::rename(&new, path));
    written.with_context(|| format!("cannot write the demo's program {shown}"))?;
    Ok(())
}
