//! Who may use the playground: a key that works once becomes a cookie.
//!
//! The key travels in the fragment of a link, which browsers send to nobody and write in no log.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::PlaygroundError;

/// More browsers than that forget the oldest.
const MOST_SESSIONS: usize = 64;

/// Bytes of a key: as many as nobody can guess.
const KEY_LENGTH: usize = 16;

/// The key of the next browser, and those that are in.
#[derive(Debug)]
pub(crate) struct Sessions {
    inner: Mutex<Inner>,
}

struct Inner {
    key: String,
    cookies: Vec<String>,
}

impl Sessions {
    pub(crate) fn new() -> Result<Self, PlaygroundError> {
        Ok(Self {
            inner: Mutex::new(Inner {
                key: random()?,
                cookies: Vec::new(),
            }),
        })
    }

    /// Returns the key that the next browser needs.
    pub(crate) fn key(&self) -> String {
        self.lock().key.clone()
    }

    /// Takes a key, which is used up by it, and returns the value of a cookie; nothing when the key is wrong.
    pub(crate) fn exchange(&self, key: &str) -> Option<String> {
        let (next, cookie) = (random().ok()?, random().ok()?);
        let mut inner = self.lock();
        if !is_same(&inner.key, key) {
            return None;
        }
        inner.key = next;
        inner.keep(&cookie);
        Some(cookie)
    }

    /// Returns the value of a cookie for somebody who is let in by other means.
    pub(crate) fn begin(&self) -> Option<String> {
        let cookie = random().ok()?;
        self.lock().keep(&cookie);
        Some(cookie)
    }

    /// Says whether a cookie was given out here.
    pub(crate) fn knows(&self, cookie: &str) -> bool {
        self.lock().cookies.iter().any(|it| is_same(it, cookie))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn keep(&mut self, cookie: &str) {
        if self.cookies.len() == MOST_SESSIONS {
            self.cookies.remove(0);
        }
        self.cookies.push(cookie.to_owned());
    }
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Inner")
            .field("cookies", &self.cookies.len())
            .finish_non_exhaustive()
    }
}

/// Compares in a time that says nothing of where two secrets differ.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    let pairs = one.bytes().zip(other.bytes());
    one.len() == other.len() && pairs.fold(0, |sum, (one, other)| sum | (one ^ other)) == 0
}

fn random() -> Result<String, PlaygroundError> {
    let mut bytes = [0_u8; KEY_LENGTH];
    let random = rustls::crypto::ring::default_provider().secure_random;
    random
        .fill(&mut bytes)
        .map_err(|_| PlaygroundError::NoRandomNumbers)?;
    Ok(bytes.iter().map(|it| format!("{it:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_works_once_and_the_next_one_after_it() {
        let sessions = Sessions::new().unwrap();
        let first = sessions.key();

        let cookie = sessions.exchange(&first).unwrap();

        assert!(sessions.knows(&cookie));
        assert_eq!(sessions.exchange(&first), None);
        assert_eq!(sessions.exchange(""), None);
        let second = sessions.key();
        assert_ne!(first, second);
        assert!(sessions.exchange(&second).is_some());
        assert!(sessions.knows(&cookie) && !sessions.knows(&first));
    }

    #[test]
    fn neither_keys_nor_cookies_are_shown() {
        let sessions = Sessions::new().unwrap();
        let key = sessions.key();
        let cookie = sessions.exchange(&key).unwrap();

        let shown = format!("{sessions:?}");

        assert!(!shown.contains(&cookie) && !shown.contains(&sessions.key()));
    }
}
