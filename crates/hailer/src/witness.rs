//! Telling modules what people did: for those that write down what happened where.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use futures_util::future::BoxFuture;
use hailer_transport::Outcome;

type Tell = Arc<dyn Fn(Happened) -> BoxFuture<'static, ()> + Send + Sync>;

/// A message whose command is known, and what was answered. Secrets are `***`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Happened {
    /// When the message came in, by the bot's clock.
    pub at: SystemTime,
    /// The webhook by which it came.
    pub webhook: String,
    /// The channel in which it was written.
    pub channel: String,
    /// The message that began its thread.
    pub thread: String,
    /// The message's own id.
    pub message: String,
    /// Who wrote it: for showing, never for deciding.
    pub sender: String,
    /// The path of the command.
    pub command: String,
    /// What was written; of a command that was refused only its path.
    pub text: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The job that it became, if it did.
    pub job: Option<String>,
}

/// Is told of each command that somebody ran, or was refused, before they read the answer.
///
/// Give it to [`Module::witness`](crate::Module::witness). What it does is waited for, for 300 ms at most, and goes on after that.
/// A message that came twice is told once.
#[derive(Clone)]
pub struct Witness {
    tell: Tell,
}

impl Witness {
    /// Makes a witness of what is to be done.
    pub fn new<F>(tell: impl Fn(Happened) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self {
            tell: Arc::new(move |happened| Box::pin(tell(happened))),
        }
    }

    pub(crate) fn tell(&self, happened: Happened) -> BoxFuture<'static, ()> {
        (self.tell)(happened)
    }
}

impl fmt::Debug for Witness {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Witness").finish_non_exhaustive()
    }
}
