//! The demo: no configuration, a made-up token, loopback only.

mod company;

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::Context;
use base64::prelude::{BASE64_STANDARD, Engine};
use hailer::{Config, Draft, Environment};

use crate::exit::{Exit, Failure};

/// Where the demo keeps its token, in this folder: it stays the same between starts.
pub(crate) const TOKEN_FILE: &str = ".hailer/dev-token";

/// The demo's configuration; its variables can be set by environment as usual.
const CONFIG: &str = include_str!("demo/hailer.toml");

/// Reads the demo's configuration; makes its token when there is none.
pub(crate) fn draft(environment: &Environment) -> Result<Draft, Failure> {
    make_token(Path::new(TOKEN_FILE))?;
    let config = format!("{CONFIG}{}", company::tables()?);
    Ok(Draft::parse("(demo)", &config, Path::new("."), environment))
}

/// Asks for the demo's own tables, which are no mistake where no command reads them.
pub(crate) fn know_tables(draft: &Draft) {
    let prometheus = hailer_commands::query::read(draft);
    let _ = hailer_commands::status::read(draft, prometheus.as_ref());
    let _ = hailer_commands::oncall::read(draft);
    let _ = hailer_commands::deploy::read(draft);
    let _ = hailer_commands::alerts::read(draft);
    let _ = hailer_commands::runbook::read(draft);
}

/// Refuses to let others reach a bot that answers anyone who knows the token.
pub(crate) fn check_loopback(config: &Config) -> Result<(), Failure> {
    let server = &config.server;
    let addresses = std::iter::once(server.listen).chain(server.admin_listen);
    let Some(open) = addresses
        .into_iter()
        .find(|address| !address.ip().is_loopback())
    else {
        return Ok(());
    };
    Err(Failure::new(
        Exit::Usage,
        format!(
            "error[HL012]: the demo only listens on this computer (you asked for {open})\n  \
             A demo bot answers anyone who knows its token.\n  \
             fix: write a hailer.toml with a [webhook.NAME] and set listen in its [server]"
        ),
    ))
}

/// Makes a token of 32 random bytes that only this user can read, unless there is one.
pub(crate) fn make_token(path: &Path) -> Result<(), Failure> {
    if path.exists() {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    make_folder(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let mut bytes = [0_u8; 32];
    let random = rustls::crypto::ring::default_provider().secure_random;
    if random.fill(&mut bytes).is_err() {
        return Err(Failure::io(
            "error: the system gives no random numbers for a token",
        ));
    }
    write_private(path, &format!("{}\n", BASE64_STANDARD.encode(bytes)))
        .with_context(|| format!("cannot write the demo's token to {}", path.display()))?;
    Ok(())
}

/// Makes a folder that only this user can read, unless it is there.
pub(crate) fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Writes a file that is private from its first moment; one that another process has just made is as good.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut file) => file.write_all(text.as_bytes()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}
