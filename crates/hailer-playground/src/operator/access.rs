//! Who may look: people on this computer, who knows the token, and whom a trusted proxy names.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::http::StatusCode;
use actix_web::http::header::{COOKIE, HeaderValue};
use actix_web::{HttpRequest, web};
use hailer::AdminConfig;

use crate::error::PlaygroundError;
use crate::guard::{self, Stranger};
use crate::session::{Sessions, is_same};

use super::BEARER;

/// Headers by which proxies tell that somebody else asks.
const FORWARDED: [&str; 5] = [
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-real-ip",
    "via",
];

/// Wrong tokens in a minute, after which nobody is let in for the rest of it.
const MOST_GUESSES: u32 = 10;

const MINUTE: Duration = Duration::from_secs(60);

/// Longer names of people are cut.
const LONGEST_NAME: usize = 120;

/// Decides who may look.
#[derive(Debug)]
pub(super) struct Access {
    config: AdminConfig,
    sessions: Sessions,
    guesses: Mutex<Guesses>,
}

#[derive(Debug, Default)]
struct Guesses {
    since: Option<Instant>,
    count: u32,
}

/// Somebody who is let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Visitor {
    /// Somebody on this computer.
    Local,
    /// Somebody who knows the token.
    WithToken,
    /// Whom a trusted proxy names.
    Named(String),
}

/// Why somebody is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotLetIn {
    #[error("[admin] pages = false")]
    Off,
    #[error(
        "these pages are shown on this computer only; set token, or trusted_proxies and identity_header, in [admin]"
    )]
    NotHere,
    #[error("type the token of [admin]")]
    NoToken,
    #[error("this is not the token of [admin]")]
    WrongToken,
    #[error("too many wrong tokens; wait a minute")]
    TooMany,
}

impl NotLetIn {
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::Off => StatusCode::NOT_FOUND,
            Self::NotHere => StatusCode::FORBIDDEN,
            Self::NoToken | Self::WrongToken => StatusCode::UNAUTHORIZED,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
        }
    }
}

impl Visitor {
    /// Returns how the audit names them.
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Local => "local",
            Self::WithToken => "token",
            Self::Named(name) => name,
        }
    }
}

impl fmt::Display for Visitor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Local => "somebody on this computer",
            Self::WithToken => "somebody with the token",
            Self::Named(name) => name,
        })
    }
}

impl Access {
    pub(super) fn new(config: AdminConfig) -> Result<Self, PlaygroundError> {
        Ok(Self {
            config,
            sessions: Sessions::new()?,
            guesses: Mutex::default(),
        })
    }

    /// Looks at where a request says it comes from and goes to.
    pub(super) fn check(&self, request: &HttpRequest) -> Result<(), Stranger> {
        // A proxy in front may speak TLS.
        guard::check_named(request, &["http://", "https://"], |host| self.is_ours(host))
    }

    /// Finds out who asks.
    pub(super) fn visitor(&self, request: &HttpRequest) -> Result<Visitor, NotLetIn> {
        if self.config.is_off {
            return Err(NotLetIn::Off);
        }
        if let Some(name) = self.named_by_proxy(request) {
            return Ok(Visitor::Named(name));
        }
        if self.config.token.is_some() {
            let is_in = self.has_cookie(request) || self.has_bearer(request)?;
            return match is_in {
                true => Ok(Visitor::WithToken),
                false => Err(NotLetIn::NoToken),
            };
        }
        if is_local(request) {
            Ok(Visitor::Local)
        } else {
            Err(NotLetIn::NotHere)
        }
    }

    /// Turns the token into a cookie.
    pub(super) fn enter(&self, request: &HttpRequest, token: &str) -> Result<String, NotLetIn> {
        if self.config.is_off {
            return Err(NotLetIn::Off);
        }
        self.try_token(token)?;
        let value = self.sessions.begin().ok_or(NotLetIn::TooMany)?;
        let is_secure = request
            .headers()
            .get("origin")
            .is_some_and(|it| it.as_bytes().starts_with(b"https://"));
        let secure = if is_secure { "; Secure" } else { "" };
        let name = cookie_name(request);
        Ok(format!(
            "{name}={value}; Path=/operator/; HttpOnly; SameSite=Strict{secure}"
        ))
    }

    /// Says whether a token is right; who guesses has little time.
    fn try_token(&self, typed: &str) -> Result<(), NotLetIn> {
        let token = self.config.token.as_ref().ok_or(NotLetIn::NotHere)?;
        let mut guesses = self.guesses.lock().unwrap_or_else(PoisonError::into_inner);
        if guesses.since.is_none_or(|it| it.elapsed() > MINUTE) {
            *guesses = Guesses {
                since: Some(Instant::now()),
                count: 0,
            };
        }
        if guesses.count >= MOST_GUESSES {
            return Err(NotLetIn::TooMany);
        }
        if is_same(token.expose(), typed.trim()) {
            return Ok(());
        }
        guesses.count += 1;
        Err(NotLetIn::WrongToken)
    }

    fn has_bearer(&self, request: &HttpRequest) -> Result<bool, NotLetIn> {
        let (name, scheme) = BEARER;
        let value = request.headers().get(name);
        match value.and_then(|it| it.to_str().ok()?.strip_prefix(scheme)) {
            Some(token) => self.try_token(token).map(|()| true),
            None => Ok(false),
        }
    }

    fn has_cookie(&self, request: &HttpRequest) -> bool {
        let name = cookie_name(request);
        let cookies = request.headers().get_all(COOKIE);
        cookies
            .filter_map(|it| it.to_str().ok())
            .flat_map(|it| it.split(';'))
            .filter_map(|it| it.trim().split_once('='))
            .any(|(it, value)| it == name && self.sessions.knows(value))
    }

    /// Returns whom a proxy names that may; one value, because of two nobody knows which is the proxy's.
    fn named_by_proxy(&self, request: &HttpRequest) -> Option<String> {
        let header = self.config.identity_header.as_deref()?;
        let peer = request.peer_addr()?.ip();
        let mut networks = self.config.trusted_proxies.iter();
        if !networks.any(|it| it.contains(peer)) {
            return None;
        }
        let mut values = request.headers().get_all(header);
        let (value, None) = (values.next()?, values.next()) else {
            return None;
        };
        let name = value.to_str().ok()?.trim();
        let name: String = name.chars().take(LONGEST_NAME).collect();
        (!name.is_empty()).then_some(name)
    }

    fn is_ours(&self, host: &str) -> bool {
        let name = name_of(host);
        is_of_this_computer(name)
            // An address is no name that another site could lead here.
            || name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
            || self.config.hosts.iter().any(|it| it == host || it == name)
    }
}

/// Says whether somebody asks who sits at this computer: without a proxy between, by a name of this computer.
fn is_local(request: &HttpRequest) -> bool {
    let listens_here = request.app_config().local_addr().ip().is_loopback();
    let comes_from_here = request.peer_addr().is_some_and(|it| it.ip().is_loopback());
    let is_forwarded = FORWARDED
        .iter()
        .any(|name| request.headers().contains_key(*name));
    let host = request.headers().get("host");
    let host = host.and_then(|it: &HeaderValue| it.to_str().ok());
    let is_called_so =
        host.is_some_and(|it| is_of_this_computer(name_of(&it.to_ascii_lowercase())));
    listens_here && comes_from_here && !is_forwarded && is_called_so
}

/// Takes the port off a host.
fn name_of(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|it| it.is_ascii_digit()) => name,
        _ => host,
    }
}

fn is_of_this_computer(name: &str) -> bool {
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

/// Cookies do not know ports: each bot on this computer has its own.
fn cookie_name(request: &HttpRequest) -> String {
    format!(
        "hailer-operator-{}",
        request.app_config().local_addr().port()
    )
}

/// Returns a parameter of a query, decoded.
pub(super) fn parameter(query: &str, name: &str) -> Option<String> {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(query).ok()?;
    let (_, value) = pairs.0.into_iter().find(|(it, _)| it == name)?;
    let text = value.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded() {
        let query = "person=J%C3%BCrgen+M%26M&empty=&since=2026%2D01%2D02&odd=%zz%4";

        assert_eq!(parameter(query, "person").unwrap(), "Jürgen M&M");
        assert_eq!(parameter(query, "since").unwrap(), "2026-01-02");
        assert_eq!(parameter(query, "odd").unwrap(), "%zz%4");
        assert_eq!(parameter(query, "empty"), None);
        assert_eq!(parameter(query, "other"), None);
    }

    #[test]
    fn hosts_lose_their_port() {
        assert_eq!(name_of("ops.example.com:8443"), "ops.example.com");
        assert_eq!(name_of("[::1]:3979"), "[::1]");
        assert_eq!(name_of("localhost"), "localhost");
    }
}
