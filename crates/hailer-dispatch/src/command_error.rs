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
    unsaid: Option<Box<Unsaid>>,
}

/// What the channel does not read.
#[derive(Debug, Default)]
struct Unsaid {
    /// For the log.
    cause: Option<Box<dyn Error + Send + Sync>>,
    /// For the audit.
    denial: Option<Denial>,
}

/// What the audit says of a command that somebody may not run as they asked for it.
#[derive(Debug, Default)]
struct Denial {
    /// Why, where the person reads something else.
    why: Option<String>,
    job: Option<String>,
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
            unsaid: None,
        }
    }

    /// Refuses what the person may not do. The words are shown as they stand, the answer counts as refused, and the audit has
    /// a row `denied` with them.
    ///
    /// # Examples
    ///
    /// ```
    /// use hailer_dispatch::CommandError;
    /// use hailer_reply::Reply;
    ///
    /// let error = CommandError::refused(Reply::text("Only who locked it unlocks it.")).about_job("7F3A");
    /// assert!(error.is_refusal());
    /// assert_eq!(error.denied_because().as_deref(), Some("Only who locked it unlocks it."));
    /// ```
    pub fn refused(reply: Reply) -> Self {
        let mut error = Self::reply_with(reply);
        error.unsaid().denial = Some(Denial::default());
        error
    }

    /// Has the audit say `denied` and why, while the person reads what is read where nothing is refused: that there is
    /// something to refuse is not theirs to know, so the answer counts as failed.
    #[must_use]
    pub fn recorded_as(mut self, why: impl Into<String>) -> Self {
        self.unsaid().denial.get_or_insert_default().why = Some(why.into());
        self
    }

    /// Names the job that a refusal is about, so that the audit shows both together.
    #[must_use]
    pub fn about_job(mut self, id: impl Into<String>) -> Self {
        if let Some(denial) = &mut self.unsaid().denial {
            denial.job = Some(id.into());
        }
        self
    }

    /// Says whether the person may not do this, and may know that.
    pub fn is_refusal(&self) -> bool {
        self.denial().is_some_and(|it| it.why.is_none())
    }

    /// Returns what the audit says of a refusal; `None` when nothing was refused.
    pub fn denied_because(&self) -> Option<String> {
        let why = self.denial()?.why.clone();
        why.or_else(|| self.reply.as_ref().map(Reply::to_plain))
    }

    /// Returns the job that a refusal is about.
    pub fn denied_job(&self) -> Option<&str> {
        self.denial()?.job.as_deref()
    }

    /// Keeps the cause for the log; the channel never sees it.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.unsaid().cause = Some(cause.into());
        self
    }

    fn unsaid(&mut self) -> &mut Unsaid {
        self.unsaid.get_or_insert_default()
    }

    fn denial(&self) -> Option<&Denial> {
        self.unsaid.as_ref()?.denial.as_ref()
    }

    /// Returns what the channel reads; `None` when it is not theirs to know.
    pub fn reply(&self) -> Option<&Reply> {
        self.reply.as_ref()
    }

    /// Returns what the log keeps: the cause and its causes.
    pub fn log_text(&self) -> Option<String> {
        let mut text = String::new();
        let mut next: Option<&dyn Error> = Some(self.unsaid.as_ref()?.cause.as_ref()?.as_ref());
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
        let mut error = Self {
            reply: None,
            unsaid: None,
        };
        error.unsaid().cause = Some(Box::new(cause));
        error
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
