//! `[server.tls]`: the bot speaks TLS itself.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::command_line::hailer;
use crate::server::{CONFIG, Server, project};
use crate::teams::message;

fn file(name: &str) -> PathBuf {
    let folder =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../crates/hailer-transport/tests-data");
    folder.join(name).canonicalize().unwrap()
}

pub(crate) fn tables(cert: &str, key: &str) -> String {
    format!(
        "[server.tls]\ncert = '{}'\nkey = {{ file = '{}' }}\n",
        file(cert).display(),
        file(key).display()
    )
}

#[tokio::test]
async fn messages_come_over_tls() {
    let server = Server::builder()
        .and(&tables("localhost.cert.pem", "localhost.key.pem"))
        .start()
        .await;
    let body = message("ops", "ping").to_string();
    let mut request = String::from_utf8(server.teams.signed(body)).unwrap();
    request = request.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(file("localhost.cert.pem")).unwrap())
        .unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(
        connection,
        TcpStream::connect(server.teams.address).unwrap(),
    );

    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();

    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains(r#""text":"pong · hailer "#), "{answer}");
    assert!(
        server.banner.contains("Webhook     https://127.0.0.1:"),
        "{}",
        server.banner
    );
}

#[test]
fn files_that_do_not_fit_are_named() {
    let folder = project(&format!(
        "{CONFIG}{}",
        tables("localhost.cert.pem", "other.key.pem")
    ));

    let ran = hailer(["serve"]).folder(folder.path()).run();

    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(ran.err.contains("other.key.pem"), "{}", ran.err);
    assert_eq!(ran.out, "");
}
