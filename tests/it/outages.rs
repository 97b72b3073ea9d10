//! A store that goes away under load: every message is answered in time, what is refused has not run, and all is well
//! again when the store is.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::time::{sleep, timeout};

use crate::disk::{self, SmallDisk};
use crate::http::PATIENCE;
use crate::postgres::Cluster;
use crate::server::{CONFIG, Server, binary, project};
use crate::teams::Teams;

/// When Teams gives up.
const TEAMS: Duration = Duration::from_secs(5);

/// How long the store is away.
const AWAY: Duration = Duration::from_secs(10);

const PEOPLE: usize = 12;

/// A bot whose scripts leave what they were given in a file.
async fn bot(store: &str) -> Server {
    let folder = project("");
    let script = folder.path().join("mark.sh");
    let marks = folder.path().join("marks");
    let text = format!(
        "#!/bin/sh\necho \"$1\" >> '{}'\necho \"did $1\"\n",
        marks.display()
    );
    fs::write(&script, text).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let scripts: String = [("touch", false), ("ship", true)]
        .map(|(name, is_job)| {
            format!(
                "[script.{name}]\nexec = ['{}', '{{text}}']\nhelp = 'Change it'\neffect = 'write'\njob = {is_job}\n\
                 args = [{{ name = 'text', type = 'text' }}]\n",
                script.display()
            )
        })
        .concat();
    let config = format!(
        "{CONFIG}\n[permissions]\ndefault = 'allow'\n[jobs]\nqueue = 100_000\n[store]\nurl = '{store}'\n{scripts}"
    );
    let path = folder.path().join("hailer.toml");
    fs::write(&path, config).unwrap();
    let mut command = Command::new(binary());
    command.args(["serve", "--config"]).arg(path).env_clear();
    Server::spawn(command, folder).await
}

/// Says the same kind of thing until the time is over; returns what was said and answered.
async fn talk(teams: Teams, command: &str, person: usize, until: Instant) -> Vec<(String, String)> {
    let mut said = Vec::new();
    while Instant::now() < until {
        let text = format!("{person}-{}", said.len());
        let answer = timeout(TEAMS, teams.say(&format!("{command} {text}"))).await;
        said.push((text, answer.expect("no answer in five seconds").text()));
        sleep(Duration::from_millis(50)).await;
    }
    said
}

async fn talk_for(server: &Server, time: Duration) -> Vec<(String, String)> {
    let until = Instant::now() + time;
    let people = (0..PEOPLE).map(|person| {
        let command = if person % 2 == 0 { "touch" } else { "ship" };
        talk(server.teams.clone(), command, person, until)
    });
    join_all(people).await.concat()
}

/// What was refused is not among what ran.
fn assert_nothing_refused_ran(said: &[(String, String)], marks: &Path) {
    let ran = fs::read_to_string(marks).unwrap_or_default();
    let refused = said
        .iter()
        .filter(|(_, answer)| answer.contains("nothing was started"));
    for (text, answer) in refused {
        assert!(!ran.lines().any(|it| it == text), "{text} ran: {answer}");
    }
}

async fn assert_well_again(server: &Server) {
    assert!(!server.has_ended(), "{}", server.log());
    let deadline = Instant::now() + PATIENCE;
    while !server.say("touch again").await.text().contains("did again") {
        assert!(Instant::now() < deadline, "{}", server.log());
    }
    let answer = server.say("ship more").await.text();
    assert!(answer.contains("Started"), "{answer}");
    let marks = server.path("marks");
    while !fs::read_to_string(&marks).unwrap().contains("more") {
        assert!(Instant::now() < deadline, "{}", server.log());
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_postgres_refuses_in_time_and_is_missed_no_longer_than_it_is_away() {
    let cluster = Cluster::start_new();
    let server = bot(&cluster.url("postgres")).await;
    assert_well_again(&server).await;

    cluster.pause();
    let said = talk_for(&server, AWAY).await;
    let read = timeout(TEAMS, server.say("ping")).await.unwrap().text();
    cluster.resume();

    assert!(read.contains("pong"), "{read}");
    for (text, answer) in &said {
        assert!(answer.contains("Not accepted"), "{text}: {answer}");
        assert!(answer.contains("nothing was started"), "{text}: {answer}");
    }
    assert_well_again(&server).await;
    assert_nothing_refused_ran(&said, &server.path("marks"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_that_stops_under_load_and_comes_back_costs_only_what_it_refused() {
    let cluster = Cluster::start_new();
    let server = bot(&cluster.url("postgres")).await;

    let (said, ()) = tokio::join!(talk_for(&server, AWAY), async {
        sleep(AWAY / 4).await;
        tokio::task::block_in_place(|| cluster.stop());
        sleep(AWAY / 4).await;
        tokio::task::block_in_place(|| cluster.start());
    });

    assert!(
        said.iter()
            .any(|(_, answer)| answer.contains("Not accepted")),
        "{said:?}"
    );
    for (text, answer) in &said {
        let is_plain = [
            "did ",
            "Started",
            "Not accepted",
            "can't tell",
            "Still working",
        ];
        assert!(
            is_plain.iter().any(|it| answer.contains(it)),
            "{text}: {answer}"
        );
    }
    assert_well_again(&server).await;
    assert_nothing_refused_ran(&said, &server.path("marks"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_and_survived() {
    let Some(disk) = SmallDisk::new() else {
        return disk::run_as_root_of_a_namespace("outages::a_full_disk_is_told_and_survived");
    };
    let server = bot(&format!("sqlite:{}", disk.path.join("hailer.db").display())).await;
    assert_well_again(&server).await;

    let long = "x".repeat(3_900);
    let deadline = Instant::now() + PATIENCE;
    let mut said = Vec::new();
    let refused = loop {
        let text = format!("{}-{long}", said.len());
        let answer = timeout(TEAMS, server.say(&format!("ship {text}")))
            .await
            .unwrap()
            .text();
        said.push((text, answer.clone()));
        if !answer.contains("Started") {
            break answer;
        }
        assert!(Instant::now() < deadline, "never full");
    };
    let read = server.say("ping").await.text();
    disk.free();

    assert!(refused.contains("nothing was started"), "{refused}");
    assert!(read.contains("pong"), "{read}");
    assert_well_again(&server).await;
    assert_nothing_refused_ran(&said, &server.path("marks"));
}
