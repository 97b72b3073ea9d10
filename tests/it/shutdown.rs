//! The end: what is in flight is answered, then the process goes, with exit code 0.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::http::{Connection, get};
use crate::server::Server;
use crate::teams::{Teams, message};

/// A service that is asked by `status` and answers when the test says so.
struct Service(TcpListener);

impl Service {
    async fn start() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    fn tables(&self) -> String {
        let address = self.0.local_addr().unwrap();
        format!("[status.api]\nurl = 'http://{address}/'\ntimeout = '3s'\n")
    }

    /// Waits until the bot asks.
    async fn asked(&self) -> TcpStream {
        let (mut stream, _) = self.0.accept().await.unwrap();
        let mut request = [0; 1024];
        let count = stream.read(&mut request).await.unwrap();
        assert!(request[..count].starts_with(b"GET / HTTP/1.1"));
        stream
    }
}

#[tokio::test]
async fn a_message_in_flight_is_answered_before_the_end() {
    let service = Service::start().await;
    let server = Server::builder().and(&service.tables()).start().await;
    let mut connection = Connection::open(server.teams.address).await;
    connection
        .send(server.teams.signed(message("ops", "status").to_string()))
        .await;
    let mut asked = service.asked().await;

    server.signal("TERM");

    let ready = loop {
        let ready = get(server.admin, "/-/ready").await;
        if ready.status != 200 {
            break ready;
        }
    };
    assert_eq!(ready.status, 503);
    assert!(
        ready.body.starts_with("[-] webhooks: shutting down"),
        "{}",
        ready.body
    );
    assert_eq!(get(server.admin, "/-/healthy").await.status, 200);

    asked
        .write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
        .await
        .unwrap();
    let response = connection.response().await;
    assert!(response.text().contains("api"), "{}", response.text());
    assert_eq!(response.outcome(), "ok");
    assert_eq!(connection.end().await, b"");

    let (address, admin) = (server.teams.address, server.admin);
    let ended = server.end();
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    assert!(TcpStream::connect(address).await.is_err());
    assert!(TcpStream::connect(admin).await.is_err());
}

#[tokio::test]
async fn both_signals_end_an_idle_server_with_exit_code_0() {
    for signal in ["TERM", "INT"] {
        let server = Server::start().await;
        server.say("ping").await;

        server.signal(signal);

        let ended = server.end();
        assert_eq!(ended.status.code(), Some(0), "{signal}: {ended:?}");
        assert!(
            !ended.log.contains("ERROR") && !ended.log.contains("panic"),
            "{}",
            ended.log
        );
    }
}

#[tokio::test]
async fn a_connection_that_idles_does_not_hold_up_the_end() {
    let server = Server::start().await;
    let mut connection = Connection::open(server.teams.address).await;
    connection
        .send(server.teams.signed(message("ops", "ping").to_string()))
        .await;
    connection.response().await;

    server.signal("TERM");

    let begun = std::time::Instant::now();
    let ended = server.end();
    assert_eq!(ended.status.code(), Some(0));
    // Proxies keep connections for minutes; the grace is 20 s.
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn under_load_no_message_that_was_run_goes_unanswered() {
    let server = Server::start().await;
    let teams = server.teams.clone();
    let answered = Arc::new(AtomicUsize::new(0));
    let callers: Vec<_> = (0..20)
        .map(|_| tokio::spawn(talk_until_the_end(teams.clone(), Arc::clone(&answered))))
        .collect();
    while answered.load(Ordering::SeqCst) < 200 {
        tokio::task::yield_now().await;
    }

    server.signal("TERM");

    for caller in callers {
        caller.await.unwrap();
    }
    let ended = server.end();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.log);
    let ran = ended.log.matches("message answered").count();
    assert_eq!(answered.load(Ordering::SeqCst), ran);
}

/// Says one thing after another, each over a connection of its own, until nobody answers.
async fn talk_until_the_end(teams: Teams, answered: Arc<AtomicUsize>) {
    while let Ok(mut stream) = TcpStream::connect(teams.address).await {
        let request = teams.signed(message("ops", "ping").to_string());
        let mut answer = Vec::new();
        if stream.write_all(&request).await.is_err() || stream.shutdown().await.is_err() {
            return;
        }
        let _ = stream.read_to_end(&mut answer).await;
        if !answer.starts_with(b"HTTP/1.1 200 ") {
            return;
        }
        answered.fetch_add(1, Ordering::SeqCst);
    }
}
