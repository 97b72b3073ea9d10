//! What the configuration says, and what is wrong with it.

use std::path::Path;
use std::time::Duration;

use hailer::{Draft, Environment};

use crate::query;
use crate::status::{Checks, Probe, Service, read};

fn draft(text: &str) -> Draft {
    let nothing = Environment::from_pairs::<&str, &str>([]);
    Draft::parse("hailer.toml", text, Path::new(""), &nothing)
}

fn checks(draft: &Draft) -> Checks {
    read(draft, query::read(draft).as_ref())
}

fn one(text: &str) -> Service {
    let draft = draft(text);
    let checks = checks(&draft);
    let wrong: Vec<String> = draft
        .finish()
        .err()
        .map(|it| it.to_string())
        .into_iter()
        .collect();
    // A webhook is missing, which is another's business.
    assert!(wrong.iter().all(|it| !it.contains("status")), "{wrong:?}");
    checks.services.into_iter().next().unwrap()
}

#[test]
fn an_http_address_is_read() {
    let service = one(
        "[status.api]\nurl = \"https://api.example/health\"\ntimeout = \"1s\"\nslow_after = \"200ms\"\nexpect = 204\ncontains = \"ok\"\ngroup = \"shop\"\nevery = \"1m\"\n",
    );

    assert_eq!(
        (service.name.as_str(), service.group.as_deref()),
        ("api", Some("shop"))
    );
    assert_eq!(service.timeout, Duration::from_secs(1));
    assert_eq!(service.slow_after, Duration::from_millis(200));
    assert_eq!(service.every, Some(Duration::from_secs(60)));
    let Probe::Http {
        url,
        expect,
        contains,
    } = service.probe
    else {
        panic!("{service:?}");
    };
    assert_eq!(url, "https://api.example/health");
    assert_eq!((expect, contains.as_deref()), (Some(204), Some("ok")));
}

#[test]
fn every_kind_is_read() {
    let tcp = one("[status.db]\ntcp = \"db.example:5432\"\nevery = \"off\"\n");
    assert_eq!(tcp.every, None);
    assert!(matches!(tcp.probe, Probe::Tcp { address } if address == "db.example:5432"));

    let tls = one("[status.cert]\ntls = \"www.example\"\nwarn = \"30d\"\n");
    assert!(matches!(tls.probe, Probe::Tls { host, port: 443, warn, .. }
        if host == "www.example" && warn.as_secs() == 30 * 86_400));
    let tls = one("[status.cert]\ntls = \"[::1]:8443\"\n");
    assert!(matches!(tls.probe, Probe::Tls { host, port: 8443, .. } if host == "[::1]"));

    let dns = one("[status.name]\ndns = \"www.example\"\naddresses = [\"192.0.2.7\", \"::1\"]\n");
    assert!(matches!(dns.probe, Probe::Dns { addresses, .. } if addresses.len() == 2));

    let query = one(
        "[prometheus]\nurl = \"sample\"\n[prometheus.query.lag]\nexpr = \"max(lag_seconds)\"\nunit = \"s\"\n[status.lag]\nquery = \"lag\"\nwarn = \"> 60\"\ncritical = \">= 300\"\n",
    );
    assert!(
        matches!(query.probe, Probe::Query { expression, critical: Some(limit), .. }
        if expression == "max(lag_seconds)" && limit.is_beyond(300.0))
    );
}

#[test]
fn the_example_names_every_key() {
    let example = include_str!("../../../../hailer.example.toml");
    let paragraphs = example.split("\n\n").filter(|it| it.contains("#[status."));
    let keys = paragraphs.flat_map(str::lines);
    let keys = keys.filter_map(|line| line.strip_prefix('#').filter(|it| !it.starts_with(' ')));
    let text = keys.collect::<Vec<_>>().join("\n");
    let text = text.replace("ca = \"/etc/ssl/company.pem\"\n", "");
    let draft = draft(&format!("{text}\n[prometheus]\nurl = \"sample\"\n"));

    let services = checks(&draft).services;

    let kinds: Vec<&str> = services
        .iter()
        .map(|it| match &it.probe {
            Probe::Http { .. } => "url",
            Probe::Tcp { .. } => "tcp",
            Probe::Tls { .. } => "tls",
            Probe::Dns { .. } => "dns",
            Probe::Query { .. } => "query",
            Probe::Sample(_) => "sample",
        })
        .collect();
    assert_eq!(kinds, ["url", "tcp", "tls", "dns", "query"]);
    for key in [
        "url",
        "timeout",
        "slow_after",
        "expect",
        "contains",
        "group",
        "every",
        "tcp",
        "tls",
        "warn",
        "critical",
        "dns",
        "addresses",
        "query",
    ] {
        assert!(text.contains(&format!("{key} = ")), "{key} in\n{text}");
    }
}

#[test]
fn everything_wrong_is_told() {
    for (text, wrong) in [
        ("url = \"api.example\"", "no HTTP address"),
        ("url = \"http://a\"\ntimeout = \"30s\"", "up to 3s"),
        ("url = \"http://a\"\nexpect = 2", "three digits"),
        ("url = \"http://a\"\nmethod = \"GET\"", "`method`"),
        ("timeout = \"1s\"", "there is no `url`, `tcp`"),
        (
            "url = \"http://a\"\ntcp = \"a:1\"",
            "there is `url`, and `tcp` too",
        ),
        ("tcp = \"db.example\"", "no host with a port"),
        ("tcp = \"db.example:0\"", "no host with a port"),
        ("tls = \"https://a.example/\"", "no host with a port"),
        ("tls = \"a.example\"\nwarn = \"1d\"", "a shorter time"),
        (
            "tls = \"a.example\"\nca = \"/nowhere.pem\"",
            "no certificate",
        ),
        ("dns = \"a b\"", "no name"),
        (
            "dns = \"a.example\"\naddresses = [\"a.example\"]",
            "no IP address",
        ),
        ("query = \"up\"", "there is no Prometheus"),
        ("query = \"up\"\nwarn = \"100\"", "compares with nothing"),
        ("url = \"http://a\"\nevery = \"5s\"", "once a minute"),
        ("url = \"http://a\"\ngroup = \"API\"", "could mean either"),
    ] {
        let draft = draft(&format!("[status.api]\n{text}\n"));
        let _ = checks(&draft);
        let problems = draft.finish().unwrap_err().to_string();

        assert!(problems.contains(wrong), "{text}: {wrong} in\n{problems}");
    }
}
