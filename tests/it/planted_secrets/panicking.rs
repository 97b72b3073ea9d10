//! What is said and kept of a command that breaks with a secret in its last words.

use std::fs;
use std::process::Command;
use std::time::Instant;

use super::{Sinks, TYPED, id_of};
use crate::command_line::hailer;
use crate::http::PATIENCE;
use crate::server::{CONFIG, Server, project};

#[tokio::test]
async fn the_last_words_of_a_command_that_panics_are_in_no_answer_log_or_job() {
    let store = "[store]\nurl = 'sqlite:hailer.db'\n[permissions]\ndefault = 'allow'\n";
    let folder = project(&format!("{CONFIG}{store}"));
    let place = folder.path().to_owned();
    let mut command = Command::new(env!("CARGO_BIN_EXE_panicking"));
    command
        .args(["serve", "--config"])
        .arg(place.join("hailer.toml"))
        .env_clear()
        .env("HAILER_LOG", "trace");
    let server = Server::spawn(command, folder).await;
    let mut sinks = Sinks::default();

    for command in ["break read", "break write"] {
        let said = server.say(&format!("{command} {}", TYPED[0])).await;
        assert_eq!(said.outcome(), "panicked", "{said:?}");
        assert!(said.text().starts_with("Something broke on my side"));
        sinks.add(format!("the answer of {command}"), said.body);
    }
    let job = server.say(&format!("break job {}", TYPED[1])).await;
    let id = id_of(&job.text());
    sinks.add("the beginning of the job", job.body);
    let deadline = Instant::now() + PATIENCE;
    loop {
        let shown = server.say(&format!("job {id}")).await;
        sinks.add("the job", shown.body.clone());
        if shown.body.contains("broke") {
            break;
        }
        assert!(Instant::now() < deadline, "{shown:?} {}", server.log());
    }
    sinks.add("its log", server.say(&format!("job log {id}")).await.body);
    for words in [
        &["jobs", "list", "--json"][..],
        &["jobs", "show", &id, "--json"],
        &["audit", "export"],
    ] {
        let ran = hailer(words).folder(&place).run();
        assert_eq!(ran.code, Some(0), "{words:?} {ran:?}");
        sinks.add(words.join(" "), ran.out + &ran.err);
    }
    let database = fs::read(place.join("hailer.db")).unwrap();
    sinks.add("the store", String::from_utf8_lossy(&database));
    server.signal("TERM");
    let ended = server.end();
    assert!(ended.log.matches("a panic was caught").count() >= 3);
    assert!(ended.log.contains("panicking/main.rs"), "{}", ended.log);
    sinks.add("the log", ended.log);

    assert_eq!(sinks.found(), [""; 0]);
}
