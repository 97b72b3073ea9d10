//! `[server.tls]`: the bot speaks TLS itself.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::certificates::Authority;
use crate::command_line::hailer;
use crate::http::PATIENCE;
use crate::server::{CONFIG, Server, project, write_private};
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

/// Sends a request to `localhost`, whose certificate must lead to this root.
fn exchange_over_tls(
    address: SocketAddr,
    root: CertificateDer<'static>,
    request: &str,
) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(root).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(address)?);
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
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
    let root = CertificateDer::from_pem_file(file("localhost.cert.pem")).unwrap();

    let answer = exchange_over_tls(server.teams.address, root, &request).unwrap();

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

#[tokio::test]
async fn a_renewed_certificate_is_given_to_new_connections() {
    let (old, new) = (Authority::named("Old"), Authority::named("New"));
    let [first, second] = [&old, &new].map(|it| it.issue_for("localhost"));
    let server = Server::builder()
        .and("[server.tls]\ncert = 'cert.pem'\nkey = { file = 'key.pem' }\n")
        .file("cert.pem", &first.chain, 0o644)
        .file("key.pem", &first.key, 0o600)
        .start()
        .await;
    let say = |authority: &Authority| {
        let body = message("ops", "ping").to_string();
        let request = String::from_utf8(server.teams.signed(body)).unwrap();
        let request = request.replacen("\r\n", "\r\nconnection: close\r\n", 1);
        let root = CertificateDer::from_pem_slice(authority.root().as_bytes()).unwrap();
        exchange_over_tls(server.teams.address, root, &request)
    };
    assert!(say(&old).unwrap().starts_with("HTTP/1.1 200 OK\r\n"));
    assert!(say(&new).is_err());

    write_private(&server.path("key.pem"), &second.key);
    let deadline = Instant::now() + PATIENCE;
    while !server.log().contains("the configuration is refused") {
        assert!(Instant::now() < deadline, "{}", server.log());
        tokio::task::yield_now().await;
    }
    assert!(say(&old).is_ok());

    fs::write(server.path("cert.pem"), &second.chain).unwrap();
    while say(&new).is_err() {
        assert!(Instant::now() < deadline, "{}", server.log());
    }
    assert!(say(&old).is_err());
}
