//! Where the bots of a run live: a folder, a store, a file of marks.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use hailer_store::{Role, Store, StoreUrl};
use tempfile::TempDir;

use crate::postgres::Cluster;
use crate::server::{Server, project};
use crate::witness;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// The folder and the store of a run, which outlive every bot.
pub(crate) struct Place {
    folder: TempDir,
    url: String,
    pub(crate) engine: Engine,
    cluster: Option<Cluster>,
}

impl Place {
    pub(crate) async fn new(engine: Engine) -> Self {
        let (cluster, url) = match engine {
            Engine::Sqlite => (None, None),
            Engine::Postgres => {
                let cluster = Cluster::start_new();
                let url = cluster.url("postgres");
                (Some(cluster), Some(url))
            }
        };
        let folder = project("");
        let url =
            url.unwrap_or_else(|| format!("sqlite:{}", folder.path().join("chaos.db").display()));
        let place = Self {
            folder,
            url,
            engine,
            cluster,
        };
        std::fs::write(place.path("hailer.toml"), place.config()).unwrap();
        place
    }

    fn config(&self) -> String {
        format!(
            "[server]
listen = '127.0.0.1:0'
admin_listen = '127.0.0.1:0'
reply_within = '500ms'

[webhook.ops]
token = {{ file = 'ops.token' }}

[store]
url = '{}'

[jobs]
queue = 100_000

[permissions]
default = 'allow'
",
            self.url
        )
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub(crate) fn witness(&self) -> PathBuf {
        self.path("witness")
    }

    /// Opens the store beside the bots, as the command line does.
    pub(crate) async fn store(&self) -> Store {
        let url: StoreUrl = self.url.parse().unwrap();
        Store::open(&url, Role::Tool).await.unwrap()
    }

    /// Has the leases of bots run out which are known to be dead, to spare the wait.
    pub(crate) fn end_leases(&self) {
        if let Some(cluster) = &self.cluster {
            cluster.sql("UPDATE jobs SET lease_until = 1 WHERE lease_until IS NOT NULL");
        }
    }

    /// Starts a bot, which is killed when dropped; says how long it took until it was ready.
    pub(crate) async fn start(&self) -> (Server, Duration) {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["serve", "--config"])
            .arg(self.path("hailer.toml"))
            .env(witness::VARIABLE, self.witness());
        let began = Instant::now();
        let server = Server::spawn(command, tempfile::tempdir().unwrap()).await;
        (server, began.elapsed())
    }
}

pub(crate) fn addresses(bots: &[Server]) -> Vec<SocketAddr> {
    bots.iter().map(|bot| bot.teams.address).collect()
}
