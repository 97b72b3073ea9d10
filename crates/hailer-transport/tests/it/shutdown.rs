//! The end: readiness first, then what is in flight.

use std::sync::Arc;
use std::time::Duration;

use hailer_transport::{Metrics, ServeError, ServerOptions};
use tokio::net::TcpStream;

use crate::client::{Connection, get, signed};
use crate::server::{Scripted, TestServer, bind, key, message};

#[tokio::test]
async fn readiness_turns_first_and_requests_in_flight_are_answered() {
    let mut server = TestServer::start();
    let mut in_flight = Connection::open(server.address).await;
    in_flight
        .send(signed("ops", &key(), &message("wait")))
        .await;
    server.waiting.acquire().await.unwrap().forget();
    assert_eq!(get(server.admin, "/-/ready").await.status, 200);

    server.begin_shutdown();

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

    server.gate.add_permits(1);
    let response = in_flight.response().await;
    assert_eq!(
        (response.status, response.text()),
        (200, "You said: wait".to_owned())
    );
    assert_eq!(in_flight.end().await, b"");
    let (address, admin) = (server.address, server.admin);
    server.end().await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
    assert!(TcpStream::connect(admin).await.is_err());
}

#[tokio::test]
async fn what_takes_longer_than_the_grace_is_cut() {
    let mut server = TestServer::start_with(|options| {
        options.shutdown_grace = Duration::from_secs(1);
    });
    let mut in_flight = Connection::open(server.address).await;
    in_flight
        .send(signed("ops", &key(), &message("wait")))
        .await;
    server.waiting.acquire().await.unwrap().forget();

    server.begin_shutdown();

    server.end().await.unwrap();
    assert_eq!(in_flight.end().await, b"");
}

#[tokio::test]
async fn a_taken_address_is_named() {
    let server = TestServer::start();

    let options = ServerOptions::new(server.address);
    let handler = Arc::new(Scripted::default());
    let error = bind(&options, handler, Metrics::new("0", "test")).unwrap_err();

    assert!(matches!(&error, ServeError::Bind { address, .. } if *address == server.address));
    assert!(error.to_string().contains(&server.address.to_string()));
}
