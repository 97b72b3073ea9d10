//! Each kind of check, against servers that are really there.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use rcgen::{CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::{OK, bot, server};
use crate::backend::Backend;
use crate::fake::{Fake, nobody};
use crate::query::Prometheus;
use crate::status::{Limit, Probe, Service};

/// Vouches for certificates of servers.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    fn root(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_slice(self.0.pem().as_bytes()).unwrap()
    }

    /// Starts a server with a certificate for this name, that ends so many days from now.
    async fn server(&self, name: &str, days: i64) -> SocketAddr {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        let day = |days| -> DateTime<Utc> {
            DateTime::<Utc>::from(SystemTime::now()) + TimeDelta::days(days)
        };
        let date = |at: DateTime<Utc>| {
            date_time_ymd(
                at.year(),
                u8::try_from(at.month()).unwrap(),
                u8::try_from(at.day()).unwrap(),
            )
        };
        params.not_before = date(day(-400));
        params.not_after = date(day(days));
        let key = KeyPair::generate().unwrap();
        let own = params.signed_by(&key, &self.0).unwrap();
        let chain = vec![CertificateDer::from_pem_slice(own.pem().as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(acceptor.accept(stream));
            }
        });
        address
    }
}

fn tls(name: &str, at: SocketAddr, roots: Vec<CertificateDer<'static>>) -> Service {
    let days = |it: u64| Duration::from_secs(it * 24 * 3_600);
    let probe = Probe::Tls {
        host: "localhost".to_owned(),
        port: at.port(),
        warn: days(21),
        critical: days(7),
        roots,
    };
    Service {
        slow_after: Duration::from_secs(60),
        ..patient(Service::new(name, probe))
    }
}

/// A machine with much to do may take its time.
fn patient(service: Service) -> Service {
    Service {
        timeout: Duration::from_secs(60),
        ..service
    }
}

fn tcp(name: &str, address: impl Into<String>) -> Service {
    let address = address.into();
    patient(Service::new(name, Probe::Tcp { address }))
}

fn dns(name: &str, host: &str, addresses: &[&str]) -> Service {
    let host = host.to_owned();
    let addresses = addresses.iter().map(|it| it.parse().unwrap()).collect();
    patient(Service::new(name, Probe::Dns { host, addresses }))
}

#[tokio::test]
async fn a_port_is_open_or_not() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let open = listener.local_addr().unwrap().to_string();
    let closed = nobody().await.replace("http://", "");
    // No resolver takes a label of more than 63 letters, so that nobody is asked.
    let unknown = format!("{}.example:80", "x".repeat(64));
    let bot = bot(vec![
        tcp("open", open),
        tcp("closed", closed),
        tcp("unknown", unknown),
    ]);

    bot.say("status")
        .await
        .assert_contains("Down: closed, unknown.")
        .assert_contains("✔ up · connected in ")
        .assert_contains("✖ down · the connection is refused")
        .assert_contains("✖ down · its name is not known");
}

#[tokio::test]
async fn a_certificate_is_watched_until_its_end() {
    let known = Authority::new("Acme");
    let root = || vec![known.root()];
    let good = known.server("localhost", 90).await;
    let soon = known.server("localhost", 15).await;
    let now = known.server("localhost", 3).await;
    let over = known.server("localhost", -3).await;
    let other = known.server("www.example", 90).await;
    let services = vec![
        tls("good", good, root()),
        tls("soon", soon, root()),
        tls("now", now, root()),
        tls("over", over, root()),
        tls("other", other, root()),
        tls("stranger", good, vec![Authority::new("Other").root()]),
    ];

    let reply = bot(services).say("status").await;

    reply
        .assert_contains("Down: now, over, other, stranger; warning: soon.")
        .assert_contains("✔ up · certificate until 2")
        .assert_contains("● warning · its certificate ends in 14 d")
        .assert_contains("✖ down · its certificate ends in 2 d")
        .assert_contains("✖ down · its certificate ended 3 d")
        .assert_contains("✖ down · its certificate is for www.example")
        .assert_contains("✖ down · its certificate is by Acme, whom I don't know");
}

#[tokio::test]
async fn what_is_no_tls_server_is_told() {
    let plain = server(OK).await;
    let at: SocketAddr = plain
        .strip_prefix("http://")
        .and_then(|it| it.strip_suffix("/health"))
        .unwrap()
        .parse()
        .unwrap();
    let closed: SocketAddr = nobody().await.replace("http://", "").parse().unwrap();
    let roots = vec![Authority::new("Acme").root()];
    let services = vec![
        tls("plain", at, roots.clone()),
        tls("closed", closed, roots),
    ];

    bot(services)
        .say("status")
        .await
        .assert_contains("it does not speak TLS as we do")
        .assert_contains("the connection is refused");
}

#[tokio::test]
async fn an_http_address_with_an_unknown_certificate_says_so() {
    let at = Authority::new("Acme").server("localhost", 90).await;
    let url = format!("https://localhost:{}/", at.port());

    bot(vec![patient(Service::http("api", url))])
        .say("status")
        .await
        .assert_contains("nobody known vouches for its certificate");
}

#[tokio::test]
async fn a_name_has_an_address_and_the_right_one() {
    let unknown = format!("{}.example", "x".repeat(64));
    let bot = bot(vec![
        dns("here", "localhost", &["127.0.0.1", "::1"]),
        dns("moved", "localhost", &["192.0.2.7"]),
        dns("unknown", &unknown, &[]),
    ]);

    bot.say("status")
        .await
        .assert_contains("Down: moved, unknown.")
        .assert_contains("✔ up · 127.0.0.1")
        .assert_contains("which is not expected")
        .assert_contains("✖ down · its name is not known");
}

#[tokio::test]
async fn an_answer_has_to_hold_what_is_expected() {
    let fake = Fake::start(vec![("GET / ", 200, "{\"db\":\"ok\"}".to_owned())]).await;
    let containing = |name: &str, text: &str| {
        let probe = Probe::Http {
            url: fake.url.clone(),
            expect: None,
            contains: Some(text.to_owned()),
        };
        patient(Service::new(name, probe))
    };

    bot(vec![
        containing("fine", "\"db\":\"ok\""),
        containing("odd", "\"cache\":\"ok\""),
    ])
    .say("status")
    .await
    .assert_contains("fine     ✔ up · 200 in ")
    .assert_contains("✖ down · it answers 200, but without \"\"cache\":\"ok\"\"");
}

#[tokio::test]
async fn a_measure_is_compared_with_its_limits() {
    let answer = r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"q":"a"},"value":[0,"5"]},{"metric":{"q":"b"},"value":[0,"150"]}]}}"#;
    let empty = r#"{"status":"success","data":{"resultType":"vector","result":[]}}"#;
    let fake = Fake::start(vec![
        ("GET /api/v1/query?query=lag", 200, answer.to_owned()),
        ("GET /api/v1/query?query=none", 200, empty.to_owned()),
    ])
    .await;
    let prometheus = Prometheus::new(Backend::new("Prometheus", &fake.url).unwrap(), Vec::new());
    let measure = |name: &str, expression: &str, warn: &str, critical: &str| {
        let probe = Probe::Query {
            prometheus: prometheus.clone(),
            expression: expression.to_owned(),
            unit: crate::query::Unit::Plain,
            warn: Limit::read(warn),
            critical: Limit::read(critical),
        };
        patient(Service::new(name, probe))
    };
    let services = vec![
        measure("calm", "lag", "> 1000", "> 2000"),
        measure("warm", "lag", "> 100", "> 2000"),
        measure("hot", "lag", "> 10", "> 100"),
        measure("low", "lag", "< 3", "< 6"),
        measure("none", "none", "", ""),
        measure("refused", "nonsense", "", ""),
    ];

    let reply = bot(services).say("status").await;

    reply
        .assert_contains("Down: hot, low, none, refused; warning: warm.")
        .assert_contains("✔ up · 5 and 1 more")
        .assert_contains("● warning · 150, which is > 100")
        .assert_contains("✖ down · 150, which is > 100")
        .assert_contains("✖ down · 5, which is < 6")
        .assert_contains("✖ down · Prometheus has no value")
        .assert_contains("✖ down · Prometheus refuses that (404)");
}
