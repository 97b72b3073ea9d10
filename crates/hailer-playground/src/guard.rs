//! What stands before every answer: a page of another site must neither read nor send anything here.

use actix_web::http::header::{HOST, HeaderName, HeaderValue, ORIGIN};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponseBuilder};

/// Nothing from elsewhere, nothing inline, no frame.
pub(crate) const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

const HEADERS: [(HeaderName, &str); 6] = [
    (
        HeaderName::from_static("content-security-policy"),
        CONTENT_SECURITY_POLICY,
    ),
    (HeaderName::from_static("x-content-type-options"), "nosniff"),
    (HeaderName::from_static("referrer-policy"), "no-referrer"),
    (HeaderName::from_static("x-frame-options"), "DENY"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
];

/// Why a request is not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stranger {
    /// The name in `Host` is not this computer's: another site's name leads here.
    Host,
    /// A page of another site sends it.
    Origin,
}

impl Stranger {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Host => StatusCode::MISDIRECTED_REQUEST,
            Self::Origin => StatusCode::FORBIDDEN,
        }
    }

    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Host => "this is not the address of the playground; use the link in the terminal",
            Self::Origin => "the playground takes nothing from pages of other sites",
        }
    }
}

/// For the operator's pages, which have no link.
impl std::fmt::Display for Stranger {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Host => "these pages do not answer to this name; add it to hosts in [admin]",
            Self::Origin => "these pages take nothing from pages of other sites",
        })
    }
}

/// Looks at where a request says it comes from and goes to.
pub(crate) fn check(request: &HttpRequest, port: u16) -> Result<(), Stranger> {
    check_named(request, &["http://"], |host| is_ours(host, port))
}

/// As [`check`], for whoever says which names in `Host` are theirs; they are in small letters.
pub(crate) fn check_named(
    request: &HttpRequest,
    schemes: &[&str],
    is_ours: impl Fn(&str) -> bool,
) -> Result<(), Stranger> {
    let mut hosts = request.headers().get_all(HOST);
    let host = match (hosts.next().map(HeaderValue::to_str), hosts.next()) {
        (Some(Ok(host)), None) if is_ours(&host.to_ascii_lowercase()) => host.to_ascii_lowercase(),
        _ => return Err(Stranger::Host),
    };
    let mut origins = request.headers().get_all(ORIGIN);
    let is_same = match (origins.next().map(HeaderValue::to_str), origins.next()) {
        (None, _) => matches!(*request.method(), Method::GET | Method::HEAD),
        (Some(Ok(origin)), None) => {
            let mut rests = schemes.iter().map(|it| origin.strip_prefix(it));
            rests.any(|it| it == Some(host.as_str()))
        }
        _ => false,
    };
    if !is_same {
        return Err(Stranger::Origin);
    }
    // Browsers say it of every request, and pages cannot change it. A link that is typed or clicked is `none`.
    let site = request.headers().get("sec-fetch-site");
    let is_api = request.path().contains("/api/");
    if is_api && site.is_some_and(|it| !matches!(it.as_bytes(), b"same-origin" | b"none")) {
        return Err(Stranger::Origin);
    }
    Ok(())
}

fn is_ours(host: &str, port: u16) -> bool {
    let names = ["127.0.0.1", "localhost", "[::1]"];
    let host = host.to_ascii_lowercase();
    names.iter().any(|name| host == format!("{name}:{port}"))
        || (port == 80 && names.contains(&host.as_str()))
}

/// Adds what every answer carries.
pub(crate) fn harden(response: &mut HttpResponseBuilder) -> &mut HttpResponseBuilder {
    for (name, value) in HEADERS {
        response.insert_header((name, HeaderValue::from_static(value)));
    }
    response
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    const PORT: u16 = 3980;

    fn checked(request: TestRequest) -> Result<(), Stranger> {
        check(&request.to_http_request(), PORT)
    }

    fn to(host: &str) -> TestRequest {
        TestRequest::default().insert_header((HOST, host))
    }

    #[test]
    fn only_names_of_this_computer_are_answered() {
        for host in [
            "127.0.0.1:3980",
            "localhost:3980",
            "LOCALHOST:3980",
            "[::1]:3980",
        ] {
            assert_eq!(checked(to(host)), Ok(()), "{host}");
        }
        for host in [
            "evil.example:3980",
            "127.0.0.1.evil.example:3980",
            "127.0.0.1",
            "127.0.0.1:3981",
            "localhost:3980.evil.example",
            "",
        ] {
            assert_eq!(checked(to(host)), Err(Stranger::Host), "{host}");
        }
        assert_eq!(checked(TestRequest::default()), Err(Stranger::Host));
    }

    #[test]
    fn only_our_own_page_sends_anything() {
        let post = |origin: &str| {
            to("127.0.0.1:3980")
                .method(Method::POST)
                .insert_header((ORIGIN, origin))
        };

        assert_eq!(checked(post("http://127.0.0.1:3980")), Ok(()));
        for origin in [
            "http://localhost:3980",
            "http://127.0.0.1:8000",
            "https://127.0.0.1:3980",
            "http://evil.example",
            "null",
            "",
        ] {
            assert_eq!(checked(post(origin)), Err(Stranger::Origin), "{origin}");
        }
        assert_eq!(
            checked(to("127.0.0.1:3980").method(Method::POST)),
            Err(Stranger::Origin)
        );
    }

    #[test]
    fn a_page_of_a_neighbouring_port_reads_nothing() {
        let read = |site: &str| {
            to("127.0.0.1:3980")
                .uri("/api/start")
                .insert_header(("sec-fetch-site", site))
        };

        assert_eq!(checked(read("same-origin")), Ok(()));
        assert_eq!(checked(read("same-site")), Err(Stranger::Origin));
        assert_eq!(checked(read("cross-site")), Err(Stranger::Origin));
    }
}
