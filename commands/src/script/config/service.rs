//! `[http.NAME]`: the service that does the work, by which secret calls are signed, and whom the URL may lead to.

use std::time::Duration;

use hailer::{HostPattern, Section, SigningSecret};

use crate::script::service::{Allowed, Network, Service, ServiceUrl, UrlRefusal};

/// What holds when nothing else is said: a service answers, or is out.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(30);

/// The URL, or the addresses it may lead to.
const CODE: &str = "HL233";

/// Reads the service, and what must not be shown.
pub(super) fn read(section: &Section<'_>) -> (Option<Service>, Vec<String>) {
    let mut hidden = Vec::new();
    let allowed = Allowed {
        hosts: read_hosts(section),
        networks: read_networks(section),
        http: section.boolean("allow_http").unwrap_or(false),
    };
    let url = read_url(section, &allowed, &mut hidden);
    let newest = read_secret(section, "secret", &mut hidden);
    if !section.has("secret") {
        section.reject_as(
            CODE,
            "secret",
            "there is no `secret` to sign calls with",
            "fix: secret = { file = \"deploys.secret\" }; make one: echo whsec_$(openssl rand -base64 32)",
        );
    }
    let previous = read_secret(section, "previous_secret", &mut hidden);
    let service = match (url, newest) {
        (Some(url), Some(newest)) => {
            let secrets = std::iter::once(newest).chain(previous).collect();
            Some(Service::new(url, secrets, allowed.networks))
        }
        _ => None,
    };
    (service, hidden)
}

fn read_url(
    section: &Section<'_>,
    allowed: &Allowed,
    hidden: &mut Vec<String>,
) -> Option<ServiceUrl> {
    let url = if section.is_table("url") {
        let secret = section.secret("url")?;
        let url = ServiceUrl::parse_secret(secret.expose(), allowed);
        hidden.push(secret.expose().to_owned());
        if let Ok(url) = &url {
            hidden.extend(url.hidden_parts());
        }
        url
    } else if section.has("url") {
        ServiceUrl::parse(&section.string("url")?, allowed)
    } else {
        section.reject_as(
            CODE,
            "url",
            "there is no `url`: what is called",
            "fix: url = \"https://deploys.example.com/restart\", or { file = \"deploys.url\" } when it is a secret",
        );
        return None;
    };
    url.map_err(|refusal| refuse(section, &refusal)).ok()
}

fn refuse(section: &Section<'_>, refusal: &UrlRefusal) {
    let text = refusal.to_string();
    let (what, fix) = text.split_once("; ").unwrap_or((&text, ""));
    section.reject_as(
        CODE,
        "url",
        format!("this cannot be called: {what}"),
        format!("fix: {fix}"),
    );
}

fn read_hosts(section: &Section<'_>) -> Option<Vec<HostPattern>> {
    let written = section.strings("allow_hosts")?;
    let mut hosts = Vec::new();
    for text in written {
        match text.parse() {
            Ok(host) => hosts.push(host),
            Err(_) => section.reject_as(
                CODE,
                "allow_hosts",
                format!("`{text}` is no host"),
                "fix: write a host, or *. and a domain: \"*.example.com\"",
            ),
        }
    }
    Some(hosts)
}

fn read_networks(section: &Section<'_>) -> Vec<Network> {
    let mut networks = Vec::new();
    for text in section.strings("allow_addresses").unwrap_or_default() {
        match text.parse() {
            Ok(network) => networks.push(network),
            Err(error) => {
                let error: crate::script::service::NetworkError = error;
                let error = error.to_string();
                let (what, fix) = error.split_once("; ").unwrap_or((&error, ""));
                section.reject_as(
                    CODE,
                    "allow_addresses",
                    format!("`{text}` cannot be allowed: {what}"),
                    format!("fix: {fix}"),
                );
            }
        }
    }
    networks
}

fn read_secret(
    section: &Section<'_>,
    key: &str,
    hidden: &mut Vec<String>,
) -> Option<SigningSecret> {
    let secret = section.secret(key)?;
    hidden.push(secret.expose().to_owned());
    hidden.extend(secret.expose().strip_prefix("whsec_").map(str::to_owned));
    SigningSecret::parse(secret.expose())
        .map_err(|error| {
            let error = error.to_string();
            let (what, fix) = error.split_once("; ").unwrap_or((&error, ""));
            section.reject_as(
                CODE,
                key,
                format!("this secret {what}"),
                format!("fix: {fix}"),
            );
        })
        .ok()
}
