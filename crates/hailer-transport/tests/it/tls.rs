//! TLS with a certificate of our own.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use hailer_transport::{Metrics, ServeError, ServerOptions};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{
    ClientConfig, ClientConnection, ProtocolVersion, RootCertStore, StreamOwned,
    SupportedProtocolVersion,
};

use crate::client::{parse_head, signed};
use crate::server::{Scripted, TestServer, bind, key, message, tls_files};

#[tokio::test]
async fn messages_come_over_tls() {
    let server = TestServer::start_with(|options| {
        options.tls = Some(tls_files("localhost.cert.pem", "localhost.key.pem"));
    });
    let mut request = signed("ops", &key(), &message("ping"));
    let end_of_first_line = request.iter().position(|&it| it == b'\n').unwrap() + 1;
    request.splice(
        end_of_first_line..end_of_first_line,
        *b"connection: close\r\n",
    );

    for version in [&rustls::version::TLS13, &rustls::version::TLS12] {
        let (address, request) = (server.address, request.clone());
        let talk = move || converse(address, version, &request);
        let talk = tokio::task::spawn_blocking(talk).await.unwrap();

        assert_eq!(parse_head(&talk.answer).status, 200);
        assert!(talk.answer.ends_with(r#""text":"You said: ping"}"#));
        assert_eq!(talk.version, Some(version.version));
        assert_eq!(talk.alpn.as_deref(), Some(&b"http/1.1"[..]));
    }
}

struct Talk {
    answer: String,
    version: Option<ProtocolVersion>,
    alpn: Option<Vec<u8>>,
}

fn converse(
    address: SocketAddr,
    version: &'static SupportedProtocolVersion,
    request: &[u8],
) -> Talk {
    let mut roots = RootCertStore::empty();
    let files = tls_files("localhost.cert.pem", "localhost.key.pem");
    roots
        .add(CertificateDer::from_pem_file(files.cert).unwrap())
        .unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(address).unwrap());

    stream.write_all(request).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    Talk {
        answer,
        version: stream.conn.protocol_version(),
        alpn: stream.conn.alpn_protocol().map(<[u8]>::to_vec),
    }
}

#[tokio::test]
async fn files_that_cannot_be_used_are_named() {
    let problem = |cert: &str, key: &str| {
        let mut options = ServerOptions::new(SocketAddr::from(([127, 0, 0, 1], 0)));
        options.tls = Some(tls_files(cert, key));
        let handler = Arc::new(Scripted::default());
        bind(&options, handler, Metrics::new("0", "test")).unwrap_err()
    };
    let (cert, key) = ("localhost.cert.pem", "localhost.key.pem");

    assert!(
        matches!(problem("missing.pem", key), ServeError::TlsFile { path, .. } if path.ends_with("missing.pem"))
    );
    assert!(
        matches!(problem(cert, "missing.pem"), ServeError::TlsFile { path, .. } if path.ends_with("missing.pem"))
    );
    assert!(matches!(
        problem("README.md", key),
        ServeError::NoCertificate { .. }
    ));
    assert!(matches!(
        problem(key, key),
        ServeError::NoCertificate { .. }
    ));
    assert!(matches!(
        problem(cert, cert),
        ServeError::NoPrivateKey { .. }
    ));
    let mismatch = problem(cert, "other.key.pem");
    assert!(matches!(mismatch, ServeError::KeyMismatch { .. }));
    assert!(mismatch.to_string().contains("other.key.pem"), "{mismatch}");
}
