//! Why a command failed, with two faces: what the channel reads, and what the log keeps.

use std::error::Error;
use std::fmt;

use hailer_reply::Reply;

/// Why a command failed.
///
/// With `?` any error becomes one that the channel sees as "something broke on my side", while the log keeps
/// the cause. Use [`CommandError::told`] for what the person should read.
///
/// # Examples
///
/// ```
/// use hailer_dispatch::CommandError;
///
/// fn parse(port: &str) -> Result<u16, CommandError> {
///     Ok(port.parse()?)
/// }
///
/// fn find(service: &str) -> Result<(), CommandError> {
///     Err(CommandError::told(format!("I don't know the service {service}.")))
/// }
/// # assert!(parse("x").unwrap_err().reply().is_none());
/// # assert!(find("x").unwrap_err().reply().is_some());
/// ```
#[derive(Debug)]
pub struct CommandError {
    reply: Option<Reply>,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

impl CommandError {
    /// Fails with words for the channel: what is wrong, and the way out. They are shown as they stand.
    pub fn told(text: impl Into<String>) -> Self {
        Self::reply_with(Reply::text(text))
    }

    /// Fails with a reply for the channel.
    pub fn reply_with(reply: Reply) -> Self {
        Self {
            reply: Some(reply),
            cause: None,
        }
    }

    /// Keeps the cause for the log; the channel never sees it.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Returns what the channel reads; `None` when it is not theirs to know.
    pub fn reply(&self) -> Option<&Reply> {
        self.reply.as_ref()
    }

    /// Returns what the log keeps: the cause and its causes.
    pub fn log_text(&self) -> Option<String> {
        let mut text = String::new();
        let mut next: Option<&dyn Error> = Some(self.cause.as_ref()?.as_ref());
        while let Some(error) = next {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&error.to_string());
            next = error.source();
        }
        Some(text)
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for CommandError {
    fn from(cause: E) -> Self {
        Self {
            reply: None,
            cause: Some(Box::new(cause)),
        }
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.reply, self.log_text()) {
            (Some(reply), _) => formatter.write_str(&reply.to_plain()),
            (None, Some(cause)) => formatter.write_str(&cause),
            (None, None) => formatter.write_str("the command failed"),
        }
    }
}
