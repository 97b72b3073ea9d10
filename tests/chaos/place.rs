//! Where the bots of a run live: a folder, a store, a file of marks.

use std::fs::Permissions;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use clap::ValueEnum;
use hailer_store::{Role, Store, StoreUrl};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::postgres::Cluster;
use crate::server::{Server, project, write_private};
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

/// What a script does, in the words of the witness.
const MARK: &str = r#"#!/bin/sh
mark() {
    printf '%s %s %s\n' "$1" "$HAILER_JOB_ID" "$(date +%s%3N)" >> "WITNESS"
    sync -d "WITNESS"
}
mark began
mark ended
echo "did $1"
"#;

impl Place {
    pub(crate) async fn new(engine: Engine) -> Self {
        Self::with(engine, "").await
    }

    /// As [`Place::new`], with later messages to somebody who takes them all.
    pub(crate) async fn with_follow_ups(engine: Engine) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(take_all(listener));
        let tables = format!(
            "[followup.chaos]
url = {{ file = 'flow' }}
allow_http_loopback = true
# {address}
"
        );
        Self::with(engine, &tables).await
    }

    async fn with(engine: Engine, tables: &str) -> Self {
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
        place.write(tables);
        place
    }

    /// Writes the configuration and what it names.
    fn write(&self, tables: &str) {
        let script = self.path("mark.sh");
        let witness = self.witness().display().to_string();
        std::fs::write(&script, MARK.replace("WITNESS", &witness)).unwrap();
        std::fs::set_permissions(&script, Permissions::from_mode(0o755)).unwrap();
        let address = tables.split_once("# ").map(|(_, it)| it.trim());
        if let Some(address) = address {
            write_private(&self.path("flow"), &format!("http://{address}/invoke"));
        }
        let follow_up = address.map_or("", |_| "followup = 'chaos'");
        let config = self.config(follow_up) + tables;
        std::fs::write(self.path("hailer.toml"), config).unwrap();
    }

    fn config(&self, follow_up: &str) -> String {
        let scripts: String = [("script", true), ("run", false)]
            .map(|(name, is_job)| {
                format!(
                    "[script.{name}]
exec = ['{}', '{{text}}']
help = 'leaves a mark'
effect = 'write'
job = {is_job}
[[script.{name}.args]]
name = 'text'
type = 'text'
",
                    self.path("mark.sh").display()
                )
            })
            .concat();
        format!(
            "[server]
listen = '127.0.0.1:0'
admin_listen = '127.0.0.1:0'
reply_within = '500ms'

[webhook.ops]
token = {{ file = 'ops.token' }}
{follow_up}

[store]
url = '{}'

[jobs]
queue = 100_000

[permissions]
default = 'allow'

{scripts}",
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
            cluster.sql("UPDATE outbox SET leased_until = 1 WHERE leased_until > 0");
        }
    }

    /// Starts a bot, which is killed when dropped; says how long it took until it was ready.
    pub(crate) async fn start(&self) -> (Server, Duration) {
        self.start_command(self.serve()).await
    }

    /// As [`Place::start`], with a failpoint.
    pub(crate) async fn start_armed(&self, failpoint: &str) -> (Server, Duration) {
        let mut command = self.serve();
        command.env("HAILER_FAILPOINT", failpoint);
        self.start_command(command).await
    }

    /// Starts a bot with a failpoint that it may not outlive until it is ready.
    pub(crate) fn spawn_armed(&self, failpoint: &str) -> Child {
        let mut command = self.serve();
        command.env("HAILER_FAILPOINT", failpoint);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    }

    fn serve(&self) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["serve", "--config"])
            .arg(self.path("hailer.toml"))
            .env(witness::VARIABLE, self.witness());
        command
    }

    async fn start_command(&self, command: Command) -> (Server, Duration) {
        let began = Instant::now();
        let server = Server::spawn(command, tempfile::tempdir().unwrap()).await;
        (server, began.elapsed())
    }
}

/// Takes every later message.
async fn take_all(listener: TcpListener) {
    while let Ok((mut stream, _)) = listener.accept().await {
        tokio::spawn(async move {
            let mut posted = Vec::new();
            let mut buffer = [0; 4_096];
            while let Ok(read @ 1..) = stream.read(&mut buffer).await {
                posted.extend_from_slice(&buffer[..read]);
                if posted.ends_with(b"}") {
                    posted.clear();
                    let answer = b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";
                    let _ = stream.write_all(answer).await;
                }
            }
        });
    }
}

pub(crate) fn addresses(bots: &[Server]) -> Vec<SocketAddr> {
    bots.iter().map(|bot| bot.teams.address).collect()
}
