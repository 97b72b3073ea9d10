//! The addresses that a card may lead to or load from.

use std::fmt;
use std::str::FromStr;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

/// The longest address that is taken, in bytes; browsers and proxies cut longer ones.
const LONGEST: usize = 2_048;

/// An absolute `https` address without credentials, safe to put into a card.
///
/// Characters beyond ASCII in path and query are percent-encoded; a host has to be given in ASCII, so
/// that no look-alike letter hides in it.
///
/// ```
/// use hailer_reply::HttpsUrl;
///
/// let url: HttpsUrl = "https://ci.example/run/812".parse()?;
/// assert_eq!(url.as_str(), "https://ci.example/run/812");
/// assert!(HttpsUrl::new("http://ci.example").is_err());
/// assert!(HttpsUrl::new("https://mira:secret@ci.example").is_err());
/// # Ok::<(), hailer_reply::UrlError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct HttpsUrl(String);

/// Says why a text is no address for a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// When the scheme is another, or missing.
    #[error("the address does not begin with `https://`")]
    NotHttps,
    /// When nothing that could be a host follows the scheme, or its port is none.
    #[error(
        "the address has no valid host; write it in ASCII, like `ci.example` or `ci.example:8443`"
    )]
    NoHost,
    /// When a user name or password stands before the host.
    #[error("the address holds credentials; everyone in the channel would see them")]
    Credentials,
    /// When a space, a control character or a character that addresses do not have is in it.
    #[error("the address holds a character that must be percent-encoded")]
    ForbiddenCharacter,
    /// When it is longer than 2,048 bytes.
    #[error("the address is longer than {LONGEST} bytes")]
    TooLong,
}

impl HttpsUrl {
    /// Reads an address.
    pub fn new(url: &str) -> Result<Self, UrlError> {
        let rest = strip_scheme(url).ok_or(UrlError::NotHttps)?;
        if rest.chars().any(is_forbidden) {
            return Err(UrlError::ForbiddenCharacter);
        }
        let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(authority_end).unwrap_or((rest, ""));
        if authority.contains('@') {
            return Err(UrlError::Credentials);
        }
        if !is_authority(authority) {
            return Err(UrlError::NoHost);
        }
        let mut written = String::with_capacity("https://".len() + rest.len());
        written.push_str("https://");
        written.push_str(authority);
        percent_encode(path, &mut written);
        if written.len() > LONGEST {
            return Err(UrlError::TooLong);
        }
        Ok(Self(written))
    }

    /// Returns the address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Writes the address so that it can stand as the target of a Markdown link.
    pub(crate) fn to_markdown_target(&self) -> String {
        let mut target = String::with_capacity(self.0.len());
        for character in self.0.chars() {
            match character {
                '(' => target.push_str("%28"),
                ')' => target.push_str("%29"),
                '*' => target.push_str("%2A"),
                '_' => target.push_str("%5F"),
                '[' => target.push_str("%5B"),
                ']' => target.push_str("%5D"),
                _ => target.push(character),
            }
        }
        target
    }
}

impl FromStr for HttpsUrl {
    type Err = UrlError;

    fn from_str(url: &str) -> Result<Self, UrlError> {
        Self::new(url)
    }
}

impl<'de> Deserialize<'de> for HttpsUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let url = String::deserialize(deserializer)?;
        Self::new(&url).map_err(D::Error::custom)
    }
}

impl From<HttpsUrl> for String {
    fn from(url: HttpsUrl) -> Self {
        url.0
    }
}

impl fmt::Display for HttpsUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn strip_scheme(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_at_checked("https://".len())?;
    scheme.eq_ignore_ascii_case("https://").then_some(rest)
}

/// Says whether a character may not stand in an address, not even percent-encoded by us.
fn is_forbidden(character: char) -> bool {
    let is_hidden = || {
        let mut bytes = [0; 4];
        let text: &str = character.encode_utf8(&mut bytes);
        crate::sanitise::is_blank(text)
    };
    character.is_control()
        || character.is_whitespace()
        || matches!(
            character,
            '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}'
        )
        || (!character.is_ascii() && is_hidden())
}

fn is_authority(authority: &str) -> bool {
    let (host, port) = match authority
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
    {
        Some((host, "")) => return is_ipv6(host),
        Some((host, port)) => return is_ipv6(host) && port.strip_prefix(':').is_some_and(is_port),
        None => authority
            .split_once(':')
            .map_or((authority, None), |(host, port)| (host, Some(port))),
    };
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    host.strip_suffix('.')
        .unwrap_or(host)
        .split('.')
        .all(is_label)
        && port.is_none_or(is_port)
}

fn is_ipv6(host: &str) -> bool {
    host.parse::<std::net::Ipv6Addr>().is_ok()
}

fn is_port(port: &str) -> bool {
    port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok()
}

/// Writes characters beyond ASCII, stray percent signs and second hashes as their bytes.
fn percent_encode(path: &str, written: &mut String) {
    const HEX: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    let mut has_fragment = false;
    for (at, character) in path.char_indices() {
        let is_second_hash = character == '#' && has_fragment;
        has_fragment |= character == '#';
        let is_kept = character.is_ascii()
            && !is_second_hash
            && (character != '%' || begins_escape(path.get(at + 1..).unwrap_or_default()));
        if is_kept {
            written.push(character);
            continue;
        }
        let mut bytes = [0; 4];
        for byte in character.encode_utf8(&mut bytes).bytes() {
            written.push('%');
            written.extend(HEX.get(usize::from(byte >> 4)));
            written.extend(HEX.get(usize::from(byte & 15)));
        }
    }
}

fn begins_escape(rest: &str) -> bool {
    rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_as_they_are() {
        for url in [
            "https://ci.example",
            "https://ci.example/",
            "https://ci.example:8443/run?x=1&y=%20a#top",
            "https://localhost/a_(b)",
            "https://[::1]:8443/",
            "https://[2001:db8::1]",
            "https://ci.example./x",
        ] {
            assert_eq!(HttpsUrl::new(url).as_ref().map(HttpsUrl::as_str), Ok(url));
        }
    }

    #[test]
    fn what_is_beyond_ascii_is_encoded() {
        let table = [
            (
                "HTTPS://ci.example/größe",
                "https://ci.example/gr%C3%B6%C3%9Fe",
            ),
            ("https://ci.example/100%", "https://ci.example/100%25"),
            ("https://ci.example/a#b#c", "https://ci.example/a#b%23c"),
        ];
        for (url, written) in table {
            assert_eq!(
                HttpsUrl::new(url).as_ref().map(HttpsUrl::as_str),
                Ok(written)
            );
        }
    }

    #[test]
    fn other_texts_are_refused() {
        let long = format!("https://ci.example/{}", "x".repeat(LONGEST));
        let table = [
            ("", UrlError::NotHttps),
            ("ci.example", UrlError::NotHttps),
            ("http://ci.example", UrlError::NotHttps),
            ("javascript:alert(1)", UrlError::NotHttps),
            ("data:text/html,x", UrlError::NotHttps),
            (" https://ci.example", UrlError::NotHttps),
            ("https://", UrlError::NoHost),
            ("https:///x", UrlError::NoHost),
            ("https://:8443", UrlError::NoHost),
            ("https://ci.example:", UrlError::NoHost),
            ("https://ci.example:+80", UrlError::NoHost),
            ("https://ci.example:99999", UrlError::NoHost),
            ("https://ci..example", UrlError::NoHost),
            ("https://cі.example", UrlError::NoHost),
            ("https://[x]", UrlError::NoHost),
            ("https://a@b.example", UrlError::Credentials),
            ("https://a:b@c.example", UrlError::Credentials),
            ("https://ci.example/a b", UrlError::ForbiddenCharacter),
            (
                "https://ci.example\\@evil.example",
                UrlError::ForbiddenCharacter,
            ),
            ("https://ci.example/\n", UrlError::ForbiddenCharacter),
            ("https://ci.example/\u{202e}", UrlError::ForbiddenCharacter),
            ("https://ci.example/\u{200d}", UrlError::ForbiddenCharacter),
            ("https://ci.example/<a>", UrlError::ForbiddenCharacter),
            (&long, UrlError::TooLong),
        ];
        for (url, error) in table {
            assert_eq!(HttpsUrl::new(url), Err(error), "{url:?}");
        }
    }
}
