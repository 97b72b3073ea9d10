//! The URL of a service: whoever has all of it may be able to call the service, so only its host is shown.

use std::fmt;
use std::net::IpAddr;

use hailer::HostPattern;
use reqwest::Url;

use super::network::{Network, is_allowed};

/// The URL of a service. What is shown of it ends with its host.
#[derive(Clone, PartialEq, Eq)]
pub struct ServiceUrl(Url);

/// Says why a text cannot be the URL of a service. No variant quotes the text, which may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlRefusal {
    /// It is no URL at all.
    #[error("it is no URL; write it like https://deploys.example.com/restart")]
    NotAUrl,
    /// It has another scheme than https.
    #[error(
        "it does not begin with https://, so others could read and change what is sent; write allow_http = true if no network is between"
    )]
    NotHttps,
    /// It has a name and a password before the host.
    #[error("it has a user before its host; take it out: calls are signed")]
    HasUser,
    /// Its host is not allowed.
    #[error("its host `{host}` is not among `allow_hosts`; add it there if you trust it")]
    HostNotAllowed {
        /// The host.
        host: String,
    },
    /// Nothing says which host is meant.
    #[error(
        "it is a secret, so the configuration must say whom it may lead to; allow_hosts = [\"{host}\"]"
    )]
    NoHosts {
        /// The host.
        host: String,
    },
    /// Its address is not public.
    #[error(
        "it leads to {address}, which is not public; allow_addresses = [\"{address}\"] if it is meant"
    )]
    NotPublic {
        /// The address.
        address: IpAddr,
    },
}

/// What a configuration allows a URL to be.
#[derive(Debug, Clone, Default)]
pub(in crate::script) struct Allowed {
    /// The hosts; any when left out.
    pub(in crate::script) hosts: Option<Vec<HostPattern>>,
    /// The networks that are called though they are not public.
    pub(in crate::script) networks: Vec<Network>,
    /// Whether it may be called without TLS.
    pub(in crate::script) http: bool,
}

impl ServiceUrl {
    /// Reads a URL that stands in the configuration.
    pub(in crate::script) fn parse(text: &str, allowed: &Allowed) -> Result<Self, UrlRefusal> {
        let url = Url::parse(text.trim()).map_err(|_| UrlRefusal::NotAUrl)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        if host.is_empty() || !matches!(url.scheme(), "https" | "http") {
            return Err(UrlRefusal::NotAUrl);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(UrlRefusal::HasUser);
        }
        if url.scheme() == "http" && !allowed.http {
            return Err(UrlRefusal::NotHttps);
        }
        let is_listed = |hosts: &Vec<HostPattern>| hosts.iter().any(|it| it.matches(&host));
        if !allowed.hosts.as_ref().is_none_or(is_listed) {
            return Err(UrlRefusal::HostNotAllowed { host });
        }
        // The client does not resolve what is an address already.
        let literal = host.trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = literal.parse::<IpAddr>()
            && !is_allowed(address, &allowed.networks)
        {
            return Err(UrlRefusal::NotPublic { address });
        }
        Ok(Self(url))
    }

    /// Reads a URL that is a secret: then the configuration has to say which hosts it may have.
    pub(in crate::script) fn parse_secret(
        text: &str,
        allowed: &Allowed,
    ) -> Result<Self, UrlRefusal> {
        let url = Self::parse(text, allowed)?;
        match &allowed.hosts {
            Some(_) => Ok(url),
            None => Err(UrlRefusal::NoHosts {
                host: url.host().to_owned(),
            }),
        }
    }

    /// Returns the URL, for calling it and nothing else.
    pub(super) fn expose(&self) -> &Url {
        &self.0
    }

    /// Returns what of it must not be shown, when it is a secret.
    pub(in crate::script) fn hidden_parts(&self) -> Vec<String> {
        let path = self.0.path().trim_start_matches('/');
        let parts = [Some(path), self.0.query()].into_iter().flatten();
        parts
            .filter(|it| it.len() >= 8)
            .map(str::to_owned)
            .collect()
    }

    pub(super) fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }
}

impl fmt::Display for ServiceUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}://{}", self.0.scheme(), self.host())?;
        if let Some(port) = self.0.port() {
            write!(formatter, ":{port}")?;
        }
        formatter.write_str("/…")
    }
}

impl fmt::Debug for ServiceUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ServiceUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(hosts: &[&str]) -> Option<Vec<HostPattern>> {
        Some(hosts.iter().map(|it| it.parse().unwrap()).collect())
    }

    fn refused(text: &str, allowed: &Allowed) -> String {
        ServiceUrl::parse(text, allowed).unwrap_err().to_string()
    }

    #[test]
    fn only_the_host_is_shown() {
        let url = ServiceUrl::parse(
            "https://x.example.com:8443/a?token=SECRET",
            &Allowed::default(),
        );

        let url = url.unwrap();

        assert_eq!(url.to_string(), "https://x.example.com:8443/…");
        assert_eq!(
            format!("{url:?}"),
            "ServiceUrl(https://x.example.com:8443/…)"
        );
        assert_eq!(url.hidden_parts(), ["token=SECRET"]);
    }

    #[test]
    fn what_is_no_safe_url_is_refused() {
        let usual = Allowed::default();
        for (text, part) in [
            ("nonsense", "no URL"),
            ("file:///etc/passwd", "no URL"),
            ("http://x.example.com/", "allow_http = true"),
            ("https://jo:secret@x.example.com/", "a user before its host"),
            (
                "https://127.0.0.1/",
                "leads to 127.0.0.1, which is not public",
            ),
            (
                "https://2130706433/",
                "leads to 127.0.0.1, which is not public",
            ),
            ("https://0x7f.1/", "leads to 127.0.0.1, which is not public"),
            ("https://[::1]/", "leads to ::1"),
            ("https://[::ffff:10.0.0.1]/", "leads to ::ffff:10.0.0.1"),
            (
                "https://169.254.169.254/latest/meta-data/",
                "leads to 169.254.169.254",
            ),
        ] {
            let text = refused(text, &usual);
            assert!(text.contains(part) && !text.contains("secret@"), "{text}");
        }
        let only = Allowed {
            hosts: hosts(&["x.example.com", "*.example.org"]),
            ..Allowed::default()
        };
        assert!(refused("https://y.example.com/", &only).contains("`allow_hosts`"));
        assert!(ServiceUrl::parse("https://a.example.org/", &only).is_ok());
        let secret = ServiceUrl::parse_secret("https://x.example.com/", &usual).unwrap_err();
        assert!(
            secret
                .to_string()
                .contains("allow_hosts = [\"x.example.com\"]")
        );
    }

    #[test]
    fn what_is_meant_is_allowed() {
        let allowed = Allowed {
            networks: vec!["127.0.0.0/8".parse().unwrap()],
            http: true,
            ..Allowed::default()
        };

        assert!(ServiceUrl::parse("http://127.0.0.1:8080/x", &allowed).is_ok());
        assert!(refused("http://10.0.0.1/", &allowed).contains("10.0.0.1"));
    }
}
