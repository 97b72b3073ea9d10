//! The timeline of an incident: the same for all replicas, and there after a restart.

use std::fs;
use std::process::Command;

use chrono::Utc;
use hailer::TeamsMessage;

use crate::postgres::Cluster;
use crate::server::{CONFIG, Server, binary, project};

async fn serve(cluster: &Cluster) -> Server {
    let folder = project("");
    let path = folder.path().join("hailer.toml");
    let url = cluster.url("postgres");
    let tables = "[incident]\n[permissions]\ndefault = 'allow'\n";
    fs::write(&path, format!("{CONFIG}\n{tables}[store]\nurl = '{url}'\n")).unwrap();
    let mut command = Command::new(binary());
    command.args(["serve", "--config"]).arg(path).env_clear();
    Server::spawn(command, folder).await
}

async fn say(server: &Server, person: &str, text: &str) -> String {
    let message = TeamsMessage::new("ops", text)
        .from_person(person)
        .in_thread("outage");
    server.post(message.to_json(Utc::now())).await.text()
}

#[tokio::test]
async fn what_one_replica_saw_another_tells_also_after_a_restart() {
    let cluster = Cluster::start_new();
    let (one, two) = (serve(&cluster).await, serve(&cluster).await);

    let opened = say(&one, "Mira", "incident open sev2 checkout is down").await;
    let looked = say(&two, "Jo", "ping").await;
    let again = say(&two, "Jo", "incident open sev1 again").await;
    drop((one, two));
    let one = serve(&cluster).await;
    let timeline = say(&one, "Mira", "incident export").await;

    assert!(opened.contains("INC-1"), "{opened}");
    assert!(looked.contains("pong"), "{looked}");
    assert!(again.contains("INC-1 is open in this thread"), "{again}");
    assert!(timeline.contains("opened as sev2"), "{timeline}");
    assert!(timeline.contains("`ping`"), "{timeline}");
}
