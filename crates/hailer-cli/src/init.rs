//! `hailer init`: the first hailer.toml, with what to do next.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use crate::exit::{Exit, Failure};
use crate::output;

/// What a bot in Teams needs, and what people change first.
const TEMPLATE: &str = include_str!("init/hailer.toml");

#[derive(Debug, Args)]
pub(crate) struct InitOptions {
    /// The folder; this one when left out
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) dir: PathBuf,
}

/// Writes the file, never over another one.
pub(crate) fn run(options: &InitOptions) -> Result<Exit, Failure> {
    let folder = &options.dir;
    fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let path = folder.join("hailer.toml");
    let place = shown(&path);
    let opened = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path);
    match opened.and_then(|mut file| file.write_all(TEMPLATE.as_bytes())) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let text = format!(
                "error: {place} is there already\n  fix: hailer check --config {place} says what is wrong with it"
            );
            return Err(Failure::new(Exit::No, text));
        }
        Err(error) => return Err(Failure::io(format!("error: cannot write {place}: {error}"))),
    }
    let config = if folder == Path::new(".") {
        String::new()
    } else {
        format!(" --config {place}")
    };
    output::print(&format!(
        "added: {place}\nnext:  set [server] public_url in it, then: hailer webhook add NAME{config}"
    ))?;
    Ok(Exit::Fine)
}

fn shown(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}
