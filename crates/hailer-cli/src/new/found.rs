//! The project that a folder belongs to.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use toml::{Table, Value};

use crate::exit::{Exit, Failure};

/// Where the list of commands may be.
const LISTS: [&str; 2] = ["src/commands.rs", "src/commands/mod.rs"];

/// A project that commands can be added to.
#[derive(Debug)]
pub(super) struct FoundProject {
    pub(super) root: PathBuf,
    /// The crate's name as Rust writes it.
    pub(super) crate_name: String,
    /// The list of commands, below the root.
    pub(super) list: &'static str,
}

impl FoundProject {
    /// Looks for a project from a folder upwards.
    pub(super) fn above(folder: &Path) -> Result<Self, Failure> {
        for root in folder.ancestors() {
            let manifest = root.join("Cargo.toml");
            if !manifest.is_file() {
                continue;
            }
            let text = fs::read_to_string(&manifest)
                .with_context(|| format!("cannot read {}", manifest.display()))?;
            let table: Table = text.parse().map_err(|error| {
                let text = format!("error: {} is no TOML: {error}", manifest.display());
                Failure::new(Exit::No, text)
            })?;
            if let Some(name) = crate_name(&table) {
                return Self::at(root, name);
            }
        }
        Err(Failure::new(
            Exit::No,
            "error: this folder belongs to no bot: no Cargo.toml here or above depends on hailer\n  fix: hailer new NAME makes a project",
        ))
    }

    fn at(root: &Path, crate_name: String) -> Result<Self, Failure> {
        let Some(list) = LISTS.into_iter().find(|it| root.join(it).is_file()) else {
            return Err(Failure::new(
                Exit::No,
                format!(
                    "error: {} has no {} that lists its commands\n  fix: hailer new NAME makes a project that shows how it looks",
                    root.display(),
                    LISTS.join(" or ")
                ),
            ));
        };
        Ok(Self {
            root: root.to_owned(),
            crate_name,
            list,
        })
    }
}

/// Returns the name of the library of a package that depends on hailer.
fn crate_name(manifest: &Table) -> Option<String> {
    let package = manifest.get("package")?.get("name")?.as_str()?;
    manifest.get("dependencies")?.get("hailer")?;
    let library = manifest.get("lib").and_then(|it| it.get("name"));
    let name = library.and_then(Value::as_str).unwrap_or(package);
    Some(name.replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(manifest: &str) -> Option<String> {
        crate_name(&manifest.parse().unwrap())
    }

    #[test]
    fn a_bot_depends_on_hailer() {
        let package = "[package]\nname = 'my-bot'\n";

        assert_eq!(name(package), None);
        assert_eq!(name("[dependencies]\nhailer = '1'\n"), None);
        assert_eq!(
            name(&format!(
                "{package}[dependencies]\nhailer.workspace = true\n"
            )),
            Some("my_bot".to_owned())
        );
        assert_eq!(
            name(&format!(
                "{package}[lib]\nname = 'bot'\n[dependencies]\nhailer = '1'\n"
            )),
            Some("bot".to_owned())
        );
    }
}
