//! `hailer serve` as people run it: every default, except that the ports are free ones.
//!
//! Its log, a line for each message, goes to a file, so that writing it is part of what is measured.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use crate::process::{Started, line_of, spawn};
use crate::request::Team;

/// Whether jobs are kept.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Store {
    Kept,
    Off,
}

/// A configuration on disk, and where its server's log goes.
pub(crate) struct Setup {
    teams: Vec<Team>,
    config: PathBuf,
    log: PathBuf,
}

impl Setup {
    /// Writes a configuration with a webhook for each team.
    pub(crate) fn write(folder: &Path, store: Store, teams: Vec<Team>) -> anyhow::Result<Self> {
        let name = format!("{}-{store:?}", teams.len());
        let url = match store {
            Store::Kept => format!("sqlite:{name}.db"),
            Store::Off => "off".to_owned(),
        };
        let mut config = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\nadmin_listen = \"127.0.0.1:0\"\n\n[limits]\nmax_skew = \"5m\"\n\n[store]\nurl = \"{url}\"\n"
        );
        for Team { name, variable, .. } in &teams {
            writeln!(
                config,
                "\n[webhook.{name}]\ntoken = {{ env = \"{variable}\" }}"
            )?;
        }
        let path = folder.join(format!("{name}.toml"));
        fs::write(&path, config).context("cannot write a configuration")?;
        Ok(Self {
            config: path,
            log: folder.join(format!("{name}.log")),
            teams,
        })
    }

    pub(crate) fn into_teams(self) -> Vec<Team> {
        self.teams
    }

    /// Starts the server; what it says on standard output tells its addresses.
    pub(crate) fn start(&self) -> anyhow::Result<Started> {
        let log = File::create(&self.log).context("cannot make the log")?;
        let tokens = self.teams.iter().map(|team| (&team.variable, &team.token));
        let mut command = Command::new(env!("CARGO_BIN_EXE_hailer"));
        command
            .arg("serve")
            .arg("--config")
            .arg(&self.config)
            .env_clear()
            .envs(tokens)
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
