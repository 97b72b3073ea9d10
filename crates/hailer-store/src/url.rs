//! Where a store is: the text of `[store] url`.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use thiserror::Error;

/// The place of a store: an SQLite file, memory, or a PostgreSQL database.
///
/// Neither `Debug` nor `Display` shows the password.
///
/// # Examples
///
/// ```
/// use hailer_store::StoreUrl;
///
/// let url: StoreUrl = "postgres://bot:secret@db.example/hailer".parse()?;
/// assert_eq!(url.to_string(), "postgres://bot@db.example:5432/hailer");
/// # Ok::<(), hailer_store::InvalidUrl>(())
/// ```
#[derive(Clone)]
pub struct StoreUrl(Place);

#[derive(Clone)]
pub(crate) enum Place {
    File(PathBuf),
    Memory,
    Server(Box<PgConnectOptions>),
}

/// Says why a text is not the place of a store.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidUrl {
    /// It begins with neither `sqlite:` nor `postgres://`.
    #[error(
        "a store's url begins with `sqlite:` or `postgres://`; for example `sqlite:hailer.db` or `postgres://user@host/database`"
    )]
    Scheme,
    /// It has `sqlite:` and no path.
    #[error("`sqlite:` needs the path of a file; for example `sqlite:hailer.db`")]
    NoPath,
    /// It has `sqlite:` and parameters.
    #[error("`sqlite:` takes a path and no parameters; remove what follows `?`")]
    Parameters,
    /// It is no PostgreSQL url. The text is not shown, for it may hold a password.
    #[error(
        "this is no PostgreSQL url; write `postgres://user:password@host:5432/database`, with special characters of the password \
         as %XX, or `postgres:///database?host=/folder/of/the/socket`"
    )]
    Postgres,
}

impl StoreUrl {
    /// Returns the place of an SQLite file.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Place::File(path.into()))
    }

    /// Returns the place of a store that lasts as long as it is open, for tests and trying out.
    pub fn memory() -> Self {
        Self(Place::Memory)
    }

    /// Returns the path of the SQLite file; `None` for memory and PostgreSQL.
    pub fn path(&self) -> Option<&Path> {
        match &self.0 {
            Place::File(path) => Some(path),
            Place::Memory | Place::Server(_) => None,
        }
    }

    /// Tells whether several servers can share this store.
    pub fn is_shared(&self) -> bool {
        matches!(self.0, Place::Server(_))
    }

    /// Returns the same place with a relative path taken from `folder`.
    #[must_use]
    pub fn relative_to(self, folder: &Path) -> Self {
        match self.0 {
            Place::File(path) => Self(Place::File(folder.join(path))),
            Place::Memory | Place::Server(_) => self,
        }
    }

    pub(crate) fn place(&self) -> &Place {
        &self.0
    }
}

impl FromStr for StoreUrl {
    type Err = InvalidUrl;

    fn from_str(text: &str) -> Result<Self, InvalidUrl> {
        let text = text.trim();
        if let Some(rest) = text.strip_prefix("sqlite:") {
            return file_place(rest).map(Self);
        }
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err(InvalidUrl::Scheme);
        }
        let options = PgConnectOptions::from_str(text).map_err(|_secret| InvalidUrl::Postgres)?;
        if options.get_database().is_none_or(str::is_empty) {
            return Err(InvalidUrl::Postgres);
        }
        let says_how = text
            .split_once('?')
            .is_some_and(|(_, parameters)| parameters.contains("sslmode="));
        let verified = if says_how || is_near(&options) {
            options
        } else {
            options.ssl_mode(PgSslMode::VerifyFull)
        };
        Ok(Self(Place::Server(Box::new(verified))))
    }
}

fn file_place(rest: &str) -> Result<Place, InvalidUrl> {
    if rest == ":memory:" {
        return Ok(Place::Memory);
    }
    if rest.contains('?') {
        return Err(InvalidUrl::Parameters);
    }
    // sqlite:///var/lib/x is the other common way to write sqlite:/var/lib/x.
    let path = rest.strip_prefix("//").unwrap_or(rest);
    if path.is_empty() {
        Err(InvalidUrl::NoPath)
    } else {
        Ok(Place::File(PathBuf::from(path)))
    }
}

/// Tells whether the server is on this machine, where nobody can listen in between.
pub(crate) fn is_near(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || host
            .trim_matches(['[', ']'])
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Returns what people need to find the server: its socket, or host and port.
pub(crate) fn server_name(options: &PgConnectOptions) -> String {
    match options.get_socket() {
        Some(folder) => folder.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::File(path) => write!(formatter, "sqlite:{}", path.display()),
            Place::Memory => formatter.write_str("sqlite::memory:"),
            Place::Server(options) => {
                let (user, database) = (
                    options.get_username(),
                    options.get_database().unwrap_or_default(),
                );
                write!(
                    formatter,
                    "postgres://{user}@{}/{database}",
                    server_name(options)
                )
            }
        }
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "StoreUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_write_a_path_are_read() {
        for text in ["sqlite:/var/lib/hailer.db", "sqlite:///var/lib/hailer.db"] {
            let url: StoreUrl = text.parse().expect("a url");

            assert_eq!(url.path(), Some(Path::new("/var/lib/hailer.db")), "{text}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let url: StoreUrl = "postgres://bot:hunter2@db.example:5433/hailer"
            .parse()
            .expect("a url");

        assert_eq!(
            format!("{url} {url:?}"),
            "postgres://bot@db.example:5433/hailer StoreUrl(postgres://bot@db.example:5433/hailer)"
        );
    }

    #[test]
    fn an_error_names_the_fix_and_no_password() {
        let wrong = [
            "hailer.db",
            "sqlite:",
            "sqlite:x?mode=ro",
            "postgres://bot:hunter2@[/x",
            "postgres://bot:hunter2@host",
        ];

        let texts = wrong.map(|text| text.parse::<StoreUrl>().expect_err("wrong").to_string());

        assert!(
            texts
                .iter()
                .all(|text| text.contains(';') && !text.contains("hunter2")),
            "{texts:#?}"
        );
    }

    #[test]
    fn a_server_elsewhere_is_verified_unless_the_url_says_how() {
        let mode = |text: &str| match text.parse::<StoreUrl>().expect("a url").0 {
            Place::Server(options) => format!("{:?}", options.get_ssl_mode()),
            Place::File(_) | Place::Memory => unreachable!("a server's url"),
        };

        assert_eq!(mode("postgres://u@db.example/d"), "VerifyFull");
        assert_eq!(mode("postgres://u@db.example/d?sslmode=disable"), "Disable");
        assert_eq!(mode("postgres://u@127.0.0.1/d"), "Prefer");
        assert_eq!(mode("postgres://u@[::1]/d"), "Prefer");
        assert_eq!(mode("postgres:///d?host=/run/postgresql"), "Prefer");
    }
}
