//! A person, as one is mentioned in a message.

use std::fmt;

use hailer_dispatch::{Invocation, MentionInText};

use super::ValueError;

/// Somebody who is mentioned in a message: `@Mira`.
///
/// The name is for showing, never for deciding: outgoing webhooks were never seen to tell who is behind it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Person {
    name: String,
}

/// Reads a mention. Teams sends one as a word of its own; typed by hand, a name of several words stands in quotes.
///
/// # Errors
///
/// A [`ValueError`] that says how to write one.
///
/// # Examples
///
/// ```
/// assert_eq!(hailer::values::person("@Dana Osei").unwrap().name(), "Dana Osei");
/// ```
pub fn person(typed: &str) -> Result<Person, ValueError> {
    let name = typed.trim().strip_prefix('@').map(str::trim);
    match name {
        Some(name) if !name.is_empty() => Ok(Person {
            name: name.to_owned(),
        }),
        Some(_) | None => Err(ValueError::NoMention),
    }
}

impl Person {
    /// Returns the display name, without the `@`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the mention behind the name; `None` when it was typed by hand.
    pub fn mention<'i>(&self, invocation: &'i Invocation) -> Option<&'i MentionInText> {
        invocation.mentions().iter().find(|it| it.name == self.name)
    }
}

impl fmt::Display for Person {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_mentioned() {
        assert_eq!(person("@Mira").unwrap().to_string(), "Mira");
        assert_eq!(person(" @ Dana Osei ").unwrap().name(), "Dana Osei");
        for typed in ["", "@", "Mira", "mira@example.com"] {
            assert_eq!(person(typed), Err(ValueError::NoMention), "{typed}");
        }
    }
}
