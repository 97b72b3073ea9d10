//! The URL of a flow, and the hosts that may be called.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// The URL of a flow. `Debug` shows its host only; nothing shows the rest.
#[derive(Clone, PartialEq, Eq)]
pub struct FollowUpUrl(Url);

/// Says why a text cannot be the URL of a follow-up. No variant quotes the text, which is a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FollowUpUrlError {
    /// It is no URL at all.
    #[error("the url is none; copy the whole of it from the flow's trigger")]
    NotAUrl,
    /// It has another scheme than https.
    #[error("the url does not begin with https://; copy the whole of it from the flow's trigger")]
    NotHttps,
    /// Its host is not allowed.
    #[error("the host `{host}` is not among `allow_hosts`; add it there if you trust it")]
    HostNotAllowed {
        /// The host.
        host: String,
    },
    /// It has a name and a password before the host.
    #[error("the url has a user before its host; copy it again from the flow's trigger")]
    HasUser,
}

/// A host that may be called: `flow.example.com`, or `*.example.com` for every host below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPattern {
    name: String,
    is_suffix: bool,
}

impl HostPattern {
    /// The hosts of Workflows: those of today, and those of flows made before.
    pub const WORKFLOWS: [&str; 2] = ["*.api.powerplatform.com", "*.logic.azure.com"];

    /// Tells whether a host, in small letters, is one of these.
    pub fn matches(&self, host: &str) -> bool {
        if !self.is_suffix {
            return host == self.name;
        }
        host.strip_suffix(self.name.as_str())
            .is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
    }
}

impl FromStr for HostPattern {
    type Err = &'static str;

    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// It is no host name; only whole parts at the front may be a star.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let lower = text.trim().to_ascii_lowercase();
        let (name, is_suffix) = match lower.strip_prefix("*.") {
            Some(name) => (name, true),
            None => (lower.as_str(), false),
        };
        let is_part = |part: &str| {
            !part.is_empty()
                && part
                    .chars()
                    .all(|it| it.is_ascii_alphanumeric() || it == '-')
        };
        // "*.com" would allow half of the world.
        if !name.split('.').all(is_part) || is_suffix && !name.contains('.') {
            return Err("write a host, or *. and a domain: \"*.api.powerplatform.com\"");
        }
        Ok(Self {
            name: name.to_owned(),
            is_suffix,
        })
    }
}

impl FollowUpUrl {
    /// Reads a URL that may only lead to the given hosts. `allow_http_loopback` lets tests use a server of this
    /// computer without TLS.
    ///
    /// # Errors
    ///
    /// A [`FollowUpUrlError`].
    pub fn parse(
        text: &str,
        allowed: &[HostPattern],
        allow_http_loopback: bool,
    ) -> Result<Self, FollowUpUrlError> {
        let url = Url::parse(text.trim()).map_err(|_| FollowUpUrlError::NotAUrl)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FollowUpUrlError::HasUser);
        }
        if allow_http_loopback && url.scheme() == "http" && is_loopback(&url) {
            return Ok(Self(url));
        }
        if url.scheme() != "https" {
            return Err(FollowUpUrlError::NotHttps);
        }
        let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
        if !allowed.iter().any(|pattern| pattern.matches(&host)) {
            return Err(FollowUpUrlError::HostNotAllowed { host });
        }
        Ok(Self(url))
    }

    /// Returns the URL, for calling it and nothing else.
    pub(crate) fn expose(&self) -> &Url {
        &self.0
    }

    /// Returns the host, which is no secret.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

impl fmt::Debug for FollowUpUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "FollowUpUrl({}, ***)", self.host())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOW: &str = "https://x.environment.api.powerplatform.com:443/powerautomate/automations/direct/workflows/1/invoke?sp=%2F&sig=SECRET";

    fn workflows() -> Vec<HostPattern> {
        HostPattern::WORKFLOWS
            .map(|it| it.parse().unwrap())
            .to_vec()
    }

    #[test]
    fn only_allowed_hosts_are_called() {
        for (url, is_allowed) in [
            (FLOW, true),
            ("https://prod-12.westeurope.logic.azure.com/x", true),
            ("https://api.powerplatform.com/x", false),
            ("https://evilapi.powerplatform.com/x", false),
            ("https://x.api.powerplatform.com.evil.example/x", false),
            ("https://evil.example/.api.powerplatform.com", false),
            ("https://x.api.powerplatform.com@evil.example/x", false),
            ("https://169.254.169.254/", false),
            ("http://x.api.powerplatform.com/x", false),
            ("http://127.0.0.1:1/x", false),
            ("ftp://x.api.powerplatform.com/", false),
            ("", false),
        ] {
            let parsed = FollowUpUrl::parse(url, &workflows(), false);
            assert_eq!(parsed.is_ok(), is_allowed, "{url}: {parsed:?}");
        }
    }

    #[test]
    fn a_server_of_this_computer_needs_the_key() {
        for url in [
            "http://127.0.0.1:1/x",
            "http://[::1]:1/x",
            "http://localhost/x",
        ] {
            assert!(FollowUpUrl::parse(url, &[], true).is_ok(), "{url}");
            assert!(FollowUpUrl::parse(url, &[], false).is_err(), "{url}");
        }
        assert!(FollowUpUrl::parse("http://10.0.0.1/x", &[], true).is_err());
        assert!(FollowUpUrl::parse("http://127.0.0.1.evil.example/", &[], true).is_err());
    }

    #[test]
    fn nothing_shows_the_secret() {
        let url = FollowUpUrl::parse(FLOW, &workflows(), false).unwrap();
        let errors = [
            FollowUpUrl::parse("http://x/?sig=SECRET", &[], false),
            FollowUpUrl::parse("https://x/?sig=SECRET", &[], false),
            FollowUpUrl::parse("SECRET", &[], false),
        ];

        assert!(!format!("{url:?}").contains("SECRET"));
        for error in errors {
            assert!(!format!("{error:?} {}", error.clone().unwrap_err()).contains("SECRET"));
        }
    }

    #[test]
    fn patterns_are_hosts() {
        for bad in [
            "",
            "*",
            "*.com",
            "a b",
            "https://x",
            "x.*.y",
            "*x.y",
            ".x.y",
            "x:443",
        ] {
            assert!(bad.parse::<HostPattern>().is_err(), "{bad}");
        }
    }
}
