//! `hailer serve` as people run it: every default, except that the ports are free ones.
//!
//! Its log, a line for each message, goes to a file, so that writing it is part of what is measured.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use crate::process::{Started, line_of, spawn};
use crate::request::webhook_name;

/// The variable that holds the token of all webhooks.
const TOKEN_VARIABLE: &str = "BENCHMARK_TOKEN";

/// A configuration on disk, and where its server's log goes.
pub(crate) struct Setup {
    config: PathBuf,
    log: PathBuf,
}

impl Setup {
    /// Writes a configuration with this many webhooks.
    pub(crate) fn write(folder: &Path, webhooks: usize) -> anyhow::Result<Self> {
        let mut config =
            "[server]\nlisten = \"127.0.0.1:0\"\nadmin_listen = \"127.0.0.1:0\"\n\n[limits]\nmax_skew = \"5m\"\n"
                .to_owned();
        for index in 0..webhooks {
            let name = webhook_name(index);
            writeln!(
                config,
                "\n[webhook.{name}]\ntoken = {{ env = \"{TOKEN_VARIABLE}\" }}"
            )?;
        }
        let path = folder.join(format!("{webhooks}.toml"));
        fs::write(&path, config).context("cannot write a configuration")?;
        Ok(Self {
            config: path,
            log: folder.join(format!("{webhooks}.log")),
        })
    }

    /// Starts the server; what it says on standard output tells its addresses.
    pub(crate) fn start(&self, token: &str) -> anyhow::Result<Started> {
        let log = File::create(&self.log).context("cannot make the log")?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_hailer"));
        command
            .arg("serve")
            .arg("--config")
            .arg(&self.config)
            .env_clear()
            .env(TOKEN_VARIABLE, token)
            .stderr(log);
        let (process, lines) = spawn(&mut command)?;
        let address = line_of(&lines, "Webhook", "/webhook/")?;
        let probe = line_of(&lines, "Admin", " ")?;
        Ok(Started {
            process,
            address: address
                .parse()
                .context("the server's address cannot be read")?,
            probe: probe.parse().context("the admin address cannot be read")?,
        })
    }
}
