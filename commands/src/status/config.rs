//! `[status.NAME]`: what to check, and how.

use std::net::IpAddr;
use std::time::Duration;

use chrono_tz::Tz;
use hailer::{Draft, Section};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::moment::usual_zone;
use crate::query::{Prometheus, Unit};
use crate::status::limit::Limit;
use crate::status::sample::Mood;

/// Less than the time in which the bot must answer.
const TIMEOUT: Duration = Duration::from_secs(2);

/// With more the bot would answer "still working" first.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(3);

/// What people notice as slow.
pub(super) const SLOW_AFTER: Duration = Duration::from_secs(1);

/// How often it is checked though nobody asks.
const EVERY: Duration = Duration::from_secs(5 * 60);

/// More often would be another tool's work.
const OFTENEST: Duration = Duration::from_secs(60);

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// The keys of which each service has one.
const KINDS: [&str; 5] = ["url", "tcp", "tls", "dns", "query"];

/// All that is checked, and on whose clocks times are told.
#[derive(Debug, Clone)]
pub struct Checks {
    pub(super) services: Vec<Service>,
    pub(super) zone: Tz,
}

impl Checks {
    /// Takes what is checked; times are told in UTC.
    pub fn new(services: Vec<Service>) -> Self {
        let zone = Tz::UTC;
        Self { services, zone }
    }
}

/// Something to check.
#[derive(Debug, Clone)]
pub struct Service {
    /// How people call it.
    pub name: String,
    /// What people call it together with others.
    pub group: Option<String>,
    /// What is looked at.
    pub probe: Probe,
    /// Time after which it counts as down.
    pub timeout: Duration,
    /// Time after which it counts as slow: of those that answer.
    pub slow_after: Duration,
    /// How often it is checked though nobody asks; never when `None`.
    pub every: Option<Duration>,
}

/// What is looked at.
#[derive(Debug, Clone)]
pub enum Probe {
    /// Asked with GET; redirects are not followed.
    Http {
        /// What is asked.
        url: String,
        /// The only status that counts as up; any from 200 to 399 when left out.
        expect: Option<u16>,
        /// What the answer has to hold.
        contains: Option<String>,
    },
    /// Connected to.
    Tcp {
        /// A host and a port.
        address: String,
    },
    /// Connected to, to look at the certificate.
    Tls {
        /// The name in the certificate.
        host: String,
        /// The port.
        port: u16,
        /// A certificate that ends sooner is a warning.
        warn: Duration,
        /// A certificate that ends sooner counts as down.
        critical: Duration,
        /// Who may vouch for it beside those whom the system knows.
        roots: Vec<CertificateDer<'static>>,
    },
    /// Looked up as the system does.
    Dns {
        /// The name.
        host: String,
        /// The only addresses that count as up; any when there are none.
        addresses: Vec<IpAddr>,
    },
    /// Asked of Prometheus.
    Query {
        /// Which.
        prometheus: Prometheus,
        /// What is asked.
        expression: String,
        /// What it counts.
        unit: Unit,
        /// A value beyond is a warning.
        warn: Option<Limit>,
        /// A value beyond counts as down.
        critical: Option<Limit>,
    },
    /// Made up, to try it without a server.
    Sample(Mood),
}

impl Service {
    /// Names what is checked, with the usual limits.
    pub fn new(name: impl Into<String>, probe: Probe) -> Self {
        Self {
            name: name.into(),
            group: None,
            probe,
            timeout: TIMEOUT,
            slow_after: SLOW_AFTER,
            every: Some(EVERY),
        }
    }

    /// Names an HTTP address, with the usual limits.
    pub fn http(name: impl Into<String>, url: impl Into<String>) -> Self {
        let probe = Probe::Http {
            url: url.into(),
            expect: None,
            contains: None,
        };
        Self::new(name, probe)
    }
}

/// Reads the services in the order of the file; problems are noted in the draft.
pub fn read(draft: &Draft, prometheus: Option<&Prometheus>) -> Checks {
    let sections = draft.sections("status");
    let read = |it: &Section<'_>| read_one(it, prometheus);
    let services: Vec<Service> = sections.iter().filter_map(read).collect();
    for section in &sections {
        let name = section.name();
        let of_group = |it: &&Service| it.group.as_deref().is_some_and(|it| same(it, name));
        if let Some(member) = services.iter().find(of_group) {
            let text = format!(
                "\"{name}\" is the group of {}, so that `status {name}` could mean either",
                member.name
            );
            section.reject("group", text, "fix: another name for one of them");
        }
    }
    Checks {
        services,
        zone: usual_zone(draft),
    }
}

/// Compares names as people type them.
pub(super) fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn read_one(section: &Section<'_>, prometheus: Option<&Prometheus>) -> Option<Service> {
    let timeout = section.duration("timeout").unwrap_or(TIMEOUT);
    if timeout.is_zero() || timeout > LONGEST_TIMEOUT {
        section.reject(
            "timeout",
            "a check may take up to 3s, so that the bot can answer in time",
            "fix: 3s or less",
        );
    }
    let slow_after = section.duration("slow_after").unwrap_or(SLOW_AFTER);
    let group = section.string("group").filter(|it| !it.trim().is_empty());
    let every = section.duration_or_off("every", EVERY);
    if every.is_some_and(|it| it < OFTENEST || it > DAY) {
        section.reject(
            "every",
            "it is checked once a minute at most, and once a day at least",
            "fix: every = \"5m\"; or \"off\"",
        );
    }
    Some(Service {
        name: section.name().to_owned(),
        group,
        probe: probe(section, prometheus)?,
        timeout,
        slow_after,
        every,
    })
}

fn probe(section: &Section<'_>, prometheus: Option<&Prometheus>) -> Option<Probe> {
    let given: Vec<&str> = KINDS.into_iter().filter(|it| section.has(it)).collect();
    match given.as_slice() {
        ["url"] => http(section),
        ["tcp"] => tcp(section),
        ["tls"] => tls(section),
        ["dns"] => dns(section),
        ["query"] => query(section, prometheus),
        [] => {
            section.reject(
                "url",
                "there is no `url`, `tcp`, `tls`, `dns` or `query`: what is asked to see whether it is up",
                "fix: url = \"https://…\"",
            );
            None
        }
        [first, others @ ..] => {
            let others = others.join("` and `");
            section.reject(
                first,
                format!("there is `{first}`, and `{others}` too"),
                "fix: one of them; a table of its own for each other",
            );
            for key in KINDS {
                let _ = section.string(key);
            }
            None
        }
    }
}

/// Reads the HTTP status that an answer should have, and refuses what is none.
pub(crate) fn expected_status(section: &Section<'_>) -> Option<u16> {
    let expect = section.integer("expect")?;
    let status = u16::try_from(expect)
        .ok()
        .filter(|it| (100..600).contains(it));
    if status.is_none() {
        section.reject(
            "expect",
            "an HTTP status has three digits",
            "fix: expect = 200",
        );
    }
    status
}

fn http(section: &Section<'_>) -> Option<Probe> {
    let url = section.string("url")?;
    if let Some(mood) = Mood::read(&url) {
        return Some(Probe::Sample(mood));
    }
    let contains = section.string("contains").filter(|it| !it.is_empty());
    let status = expected_status(section);
    let parsed = reqwest::Url::parse(&url);
    if !parsed.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
        section.reject(
            "url",
            "this is no HTTP address",
            "fix: url = \"https://host/path\"",
        );
        return None;
    }
    Some(Probe::Http {
        url,
        expect: status,
        contains,
    })
}

fn tcp(section: &Section<'_>) -> Option<Probe> {
    let address = section.string("tcp")?;
    let Some((host, Some(port))) = host_and_port(&address) else {
        section.reject(
            "tcp",
            format!("\"{address}\" is no host with a port"),
            "fix: tcp = \"db.example.com:5432\"",
        );
        return None;
    };
    let address = format!("{host}:{port}");
    Some(Probe::Tcp { address })
}

fn tls(section: &Section<'_>) -> Option<Probe> {
    const DAYS: Duration = Duration::from_secs(24 * 3_600);
    let address = section.string("tls")?;
    let warn = section.duration("warn").unwrap_or(21 * DAYS);
    let critical = section.duration("critical").unwrap_or(7 * DAYS);
    if critical > warn {
        section.reject(
            "critical",
            "what is critical comes after the warning: it has to be a shorter time",
            "fix: warn = \"21d\" and critical = \"7d\"",
        );
    }
    let roots = section
        .path("ca")
        .map_or_else(Vec::new, |file| roots(section, &file));
    let Some((host, port)) = host_and_port(&address) else {
        section.reject(
            "tls",
            format!("\"{address}\" is no host with a port"),
            "fix: tls = \"www.example.com\", or \"mail.example.com:465\"",
        );
        return None;
    };
    Some(Probe::Tls {
        host,
        port: port.unwrap_or(443),
        warn,
        critical,
        roots,
    })
}

fn roots(section: &Section<'_>, file: &std::path::Path) -> Vec<CertificateDer<'static>> {
    section.watch("ca", file);
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(roots) if !roots.is_empty() => roots,
        Ok(_) | Err(_) => {
            section.reject("ca", "this file holds no certificate that can be read", "");
            Vec::new()
        }
    }
}

fn dns(section: &Section<'_>) -> Option<Probe> {
    let host = section.string("dns")?;
    let mut addresses = Vec::new();
    for text in section.strings("addresses").unwrap_or_default() {
        match text.parse() {
            Ok(address) => addresses.push(address),
            Err(_) => section.reject(
                "addresses",
                format!("\"{text}\" is no IP address"),
                "fix: addresses = [\"192.0.2.7\", \"2001:db8::7\"]",
            ),
        }
    }
    if !matches!(host_and_port(&host), Some((_, None))) {
        section.reject(
            "dns",
            format!("\"{host}\" is no name that could be looked up"),
            "fix: dns = \"www.example.com\"",
        );
        return None;
    }
    Some(Probe::Dns { host, addresses })
}

fn query(section: &Section<'_>, prometheus: Option<&Prometheus>) -> Option<Probe> {
    let typed = section.string("query")?;
    let limit = |key| {
        let text = section.string(key)?;
        let limit = Limit::read(&text);
        if limit.is_none() {
            section.reject(
                key,
                format!("\"{text}\" compares with nothing"),
                format!("fix: {key} = \"> 100\"; or \"<\", \">=\", \"<=\""),
            );
        }
        limit
    };
    let (warn, critical) = (limit("warn"), limit("critical"));
    let Some(prometheus) = prometheus else {
        section.reject(
            "query",
            "there is no Prometheus that could be asked",
            "fix: a table [prometheus] with its url",
        );
        return None;
    };
    let (expression, unit) = prometheus.expression(&typed);
    Some(Probe::Query {
        prometheus: prometheus.clone(),
        expression,
        unit,
        warn,
        critical,
    })
}

/// Splits `host`, `host:port` or `[v6]:port`.
fn host_and_port(text: &str) -> Option<(String, Option<u16>)> {
    let text = text.trim();
    let is_v6 = text.starts_with('[');
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !is_v6 || host.ends_with(']') => (host, Some(port)),
        Some(_) | None => (text, None),
    };
    let is_host = !host.is_empty()
        && host.len() <= 253
        && !host.contains(['/', '@', ' '])
        && (is_v6 || !host.contains(':'));
    let port = port.map(|it| it.parse::<u16>().ok().filter(|it| *it > 0));
    match (is_host, port) {
        (true, None) => Some((host.to_owned(), None)),
        (true, Some(Some(port))) => Some((host.to_owned(), Some(port))),
        (true, Some(None)) | (false, _) => None,
    }
}
