//! `[server]`: where the bot listens, how long it takes, and under which name Teams calls it.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use super::code;
use super::problem::Problem;
use super::secret::{self, Target};
use super::section::Section;
use super::tree::Value;

/// What the Bot Framework Emulator used, too.
const LISTEN: SocketAddr = loopback(3978);

/// The port beside it, for what Teams must not reach.
const ADMIN_LISTEN: SocketAddr = loopback(3979);

/// One second less than Teams waits: the answer has to travel.
const REPLY_WITHIN: Duration = Duration::from_secs(4);

/// Half a second is the least that the way back to Teams takes.
const REPLY_WITHIN_LIMIT: Duration = Duration::from_millis(4500);

/// Less than the 30 s that Kubernetes waits before it kills.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(20);

/// Longer than this no service manager waits.
const SHUTDOWN_GRACE_LIMIT: Duration = Duration::from_secs(3600);

/// Where the bot listens and how long it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerConfig {
    /// Where Teams, or the proxy before it, reaches the webhooks.
    pub listen: SocketAddr,
    /// Where metrics and probes are; nothing when they are off.
    pub admin_listen: Option<SocketAddr>,
    /// When a command that is not done is answered for.
    pub reply_within: Duration,
    /// How long running commands may take when the bot is stopped.
    pub shutdown_grace: Duration,
    /// What Teams calls: `https://…`, without a slash at the end.
    pub public_url: Option<String>,
    /// The certificate, when there is no proxy that has one.
    pub tls: Option<TlsConfig>,
    /// Where the addresses are written, as `listen` and `admin_listen`; nothing where they are the defaults.
    pub(crate) places: [Option<String>; 2],
}

/// The files of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TlsConfig {
    /// The certificate with its chain, in PEM.
    pub cert: PathBuf,
    /// Its private key, in PEM.
    pub key: PathBuf,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: LISTEN,
            admin_listen: Some(ADMIN_LISTEN),
            reply_within: REPLY_WITHIN,
            shutdown_grace: SHUTDOWN_GRACE,
            public_url: None,
            tls: None,
            places: [None, None],
        }
    }
}

const fn loopback(port: u16) -> SocketAddr {
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}

/// Reads the table; what is left out has its default.
pub(super) fn read(server: &Section<'_>) -> ServerConfig {
    let config = ServerConfig {
        listen: server.address("listen").unwrap_or(LISTEN),
        admin_listen: server.address_or_off("admin_listen", ADMIN_LISTEN),
        reply_within: server.duration("reply_within").unwrap_or(REPLY_WITHIN),
        shutdown_grace: server.duration("shutdown_grace").unwrap_or(SHUTDOWN_GRACE),
        public_url: read_public_url(server),
        tls: read_tls(server),
        places: ["listen", "admin_listen"].map(|key| server.place_of(key)),
    };
    check_addresses(server, &config);
    check_durations(server, &config);
    config
}

fn check_addresses(server: &Section<'_>, config: &ServerConfig) {
    if config.listen.port() == 0 || config.admin_listen != Some(config.listen) {
        return;
    }
    let text = format!(
        "`listen` and `admin_listen` are both {}; metrics and probes need a port of their own",
        config.listen
    );
    let key = match server.entry("admin_listen") {
        Some(_) => "admin_listen",
        None => "listen",
    };
    let help = "write another port, or admin_listen = \"off\"";
    server.note_at(key, Problem::error(code::ADDRESS, text).with_help(help));
}

fn check_durations(server: &Section<'_>, config: &ServerConfig) {
    let reply_within = config.reply_within;
    if reply_within > REPLY_WITHIN_LIMIT {
        let text = format!(
            "reply_within is {}, but Teams hangs up after 5s",
            humantime::format_duration(reply_within)
        );
        let problem = Problem::error(code::REPLY_TOO_LATE, text).with_help("fix: 4.5s or less");
        server.note_at("reply_within", problem);
    }
    if reply_within.is_zero() {
        let problem = Problem::error(
            code::OUT_OF_RANGE,
            "reply_within leaves no time for an answer",
        )
        .with_help("fix: more than 0s; 4s is usual");
        server.note_at("reply_within", problem);
    }
    if config.shutdown_grace > SHUTDOWN_GRACE_LIMIT {
        let text = format!(
            "shutdown_grace is {}; the bot would not stop",
            humantime::format_duration(config.shutdown_grace)
        );
        let problem = Problem::error(code::OUT_OF_RANGE, text).with_help("fix: 1h or less");
        server.note_at("shutdown_grace", problem);
    }
}

fn read_public_url(server: &Section<'_>) -> Option<String> {
    let written = server.string("public_url")?;
    let url = written.trim().trim_end_matches('/');
    let scheme = url.split_once("://").map(|(scheme, _)| scheme);
    let host = url
        .strip_prefix("https://")
        .and_then(|rest| rest.split('/').next());
    let is_plain = !url.contains(|letter: char| letter.is_whitespace() || "?#@".contains(letter));
    if is_plain && host.is_some_and(|host| !host.is_empty() && !host.starts_with(':')) {
        return Some(url.to_owned());
    }
    let text = match scheme {
        Some("http") => "`public_url` begins with http, but Teams calls nothing but https",
        _ => "`public_url` is not an address that Teams can call",
    };
    let help = "write it as Teams calls it: \"https://bot.example.com\"";
    server.note_at(
        "public_url",
        Problem::error(code::PUBLIC_URL, text).with_help(help),
    );
    None
}

fn read_tls(server: &Section<'_>) -> Option<TlsConfig> {
    let tls = server.section("tls");
    if !tls.is_present() {
        return None;
    }
    let cert = tls.path("cert");
    if let Some(path) = &cert {
        tls.watch("cert", path);
    }
    let key = read_key(&tls);
    for name in ["cert", "key"] {
        if tls.entry(name).is_none() {
            let text = format!("[server.tls] has no `{name}`");
            let help = "fix: write cert = \"fullchain.pem\" and key = { file = \"key.pem\" }";
            tls.note_missing(Problem::error(code::MISSING_KEY, text).with_help(help));
        }
    }
    for (name, path) in [("cert", &cert), ("key", &key)] {
        if let Some(path) = path {
            tls.reading().note_file(path);
            check_readable(&tls, name, path);
        }
    }
    Some(TlsConfig {
        cert: cert?,
        key: key?,
    })
}

/// The key may be a plain path, or a reference as secrets have it.
fn read_key(tls: &Section<'_>) -> Option<PathBuf> {
    let entry = tls.entry("key")?;
    let reference = tls.reference(&entry.node, tls.path_of("key"), "`key`".to_owned());
    if !matches!(entry.node.value, Value::Table(_)) {
        let path = tls.path("key")?;
        reference.warn_if_open(&path);
        return Some(path);
    }
    match reference.target()? {
        Target::File(path) => {
            reference.warn_if_open(&path);
            Some(path)
        }
        Target::Credential(path) => Some(path),
        Target::Variable(_) => {
            let text = "`key` cannot come from an environment variable";
            let help = "fix: write { file = \"PATH\" } or { credential = \"NAME\" }";
            let problem = Problem::error(code::SECRET_REFERENCE, text).with_help(help);
            tls.note_at("key", problem);
            None
        }
    }
}

fn check_readable(tls: &Section<'_>, name: &str, path: &std::path::Path) {
    let outcome = File::open(path).and_then(|file| {
        if file.metadata()?.is_dir() {
            return Err(std::io::ErrorKind::IsADirectory.into());
        }
        Ok(())
    });
    if let Err(error) = outcome {
        tls.note_at(
            name,
            secret::unreadable(&format!("`{name}`"), path, &error).into(),
        );
    }
}
