//! `hailer store copy`: moves everything that is kept to another place.

use std::path::Path;

use anyhow::Context;
use clap::{Args, Subcommand};
use hailer::Environment;
use hailer_store::{Role, Store, StoreUrl};

use crate::exit::{Exit, Failure};
use crate::kept::{self, block_on};
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct StoreOptions {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Copy everything into an empty store; stop the bot first
    #[command(
        after_help = "A url with a password is read from a variable: env:NAME.\nExample: hailer store copy sqlite:hailer.db env:HAILER_STORE"
    )]
    Copy {
        /// Where it is: sqlite:PATH, postgres://…, or env:NAME
        from: String,
        /// Where it goes
        to: String,
    },
}

/// Copies a store.
pub(crate) fn run(options: &StoreOptions, environment: &Environment) -> Result<Exit, Failure> {
    let What::Copy { from, to } = &options.what;
    let (from, to) = (place(from, environment)?, place(to, environment)?);
    block_on(async {
        let source = kept::open(&from).await?;
        let target = Store::open(&to, Role::CopyTarget).await;
        let target = target.with_context(|| format!("cannot open {to}"))?;
        let copied = source.copy_to(&target).await;
        let copied = copied.context("not copied to the end; run the same again to go on")?;
        let rows = copied
            .tables
            .iter()
            .map(|(table, rows)| format!("{rows:>9} {table}"));
        output::print(&rows.collect::<Vec<_>>().join("\n"))?;
        output::say(&format!(
            "next: set url in [store] to {to}, and start the bot"
        ));
        Ok(Exit::Fine)
    })
}

/// A password has no place on a command line.
fn place(text: &str, environment: &Environment) -> Result<StoreUrl, Failure> {
    let written = match text.strip_prefix("env:") {
        Some(name) => environment.get(name).map(str::to_owned).ok_or_else(|| {
            Failure::new(
                Exit::Usage,
                format!("error: the variable {name} is not set"),
            )
        })?,
        None => text.to_owned(),
    };
    let path = Path::new(".");
    let url: StoreUrl = written
        .parse()
        .map_err(|error| Failure::new(Exit::Usage, format!("error: {error}")))?;
    Ok(url.relative_to(path))
}
