//! What is done round commands: before each one and after it.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::command::CommandResult;
use crate::command_error::CommandError;
use crate::invocation::Invocation;

/// Something done before and after each command of a module or of a bot: counting, announcing, refusing.
///
/// Both steps do nothing unless they are written. Hooks of the bot surround those of a module; each one is called
/// once for a message, and `after` only where `before` let the command pass.
///
/// # Examples
///
/// ```
/// use hailer_dispatch::{CommandError, Hook, Invocation};
///
/// /// Lets nobody do anything on a Friday.
/// struct Freeze {
///     is_on: fn() -> bool,
/// }
///
/// impl Hook for Freeze {
///     async fn before(&self, invocation: &Invocation) -> Result<(), CommandError> {
///         if (self.is_on)() {
///             return Err(CommandError::told(format!("{} waits until Monday.", invocation.command().path())));
///         }
///         Ok(())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a hook",
    label = "not a hook",
    note = "implement `Hook` for it: `async fn before`, `async fn after`, or both"
)]
pub trait Hook: Send + Sync + 'static {
    /// Runs before the command and its checks; an error is the answer, and the command does not run.
    fn before(
        &self,
        invocation: &Invocation,
    ) -> impl Future<Output = Result<(), CommandError>> + Send {
        let _ = invocation;
        std::future::ready(Ok(()))
    }

    /// Runs after the command, whatever became of it. It cannot change the answer, and the answer waits for it.
    fn after(
        &self,
        invocation: &Invocation,
        result: &CommandResult,
    ) -> impl Future<Output = ()> + Send {
        let _ = (invocation, result);
        std::future::ready(())
    }
}

/// A hook of any type.
pub(crate) trait AnyHook: Send + Sync {
    fn before<'a>(&'a self, invocation: &'a Invocation) -> BoxFuture<'a, Result<(), CommandError>>;
    fn after<'a>(
        &'a self,
        invocation: &'a Invocation,
        result: &'a CommandResult,
    ) -> BoxFuture<'a, ()>;
}

impl<H: Hook> AnyHook for H {
    fn before<'a>(&'a self, invocation: &'a Invocation) -> BoxFuture<'a, Result<(), CommandError>> {
        Box::pin(Hook::before(self, invocation))
    }

    fn after<'a>(
        &'a self,
        invocation: &'a Invocation,
        result: &'a CommandResult,
    ) -> BoxFuture<'a, ()> {
        Box::pin(Hook::after(self, invocation, result))
    }
}

/// A hook that several commands share.
#[derive(Clone)]
pub struct HookHandle(Arc<dyn AnyHook>);

impl HookHandle {
    /// Takes a hook, to be put round commands.
    pub fn new(hook: impl Hook) -> Self {
        Self(Arc::new(hook))
    }

    pub(crate) fn shared(&self) -> Arc<dyn AnyHook> {
        Arc::clone(&self.0)
    }
}

impl fmt::Debug for HookHandle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("HookHandle")
    }
}
