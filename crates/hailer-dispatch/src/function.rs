//! Commands that are functions.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;

use crate::command::{Arguments, Command, CommandResult};
use crate::invocation::Invocation;
use crate::spec::Spec;

/// A command made of a function. See [`command_fn`].
pub struct FunctionCommand<A, F> {
    spec: Spec,
    function: F,
    args: PhantomData<fn() -> A>,
}

/// Makes a command of a function that takes the arguments and the invocation. State is what the closure captures.
///
/// # Examples
///
/// ```
/// use hailer_dispatch::{Effect, NoArgs, Spec, command_fn};
/// use hailer_reply::Reply;
///
/// let spec = Spec::new("coin", "heads or tails").effect(Effect::Read);
/// let coin = command_fn(spec, |_: NoArgs, invocation| async move {
///     Ok(Reply::text(if invocation.text().len() % 2 == 0 { "heads" } else { "tails" }))
/// });
/// # let _ = coin;
/// ```
pub fn command_fn<A, F, Fut>(spec: Spec, function: F) -> FunctionCommand<A, F>
where
    A: Arguments,
    F: Fn(A, Invocation) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = CommandResult> + Send + 'static,
{
    FunctionCommand {
        spec,
        function,
        args: PhantomData,
    }
}

impl<A, F, Fut> Command for FunctionCommand<A, F>
where
    A: Arguments,
    F: Fn(A, Invocation) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = CommandResult> + Send + 'static,
{
    type Args = A;

    fn spec(&self) -> Spec {
        self.spec.clone()
    }

    fn run(&self, args: A, invocation: Invocation) -> impl Future<Output = CommandResult> + Send {
        (self.function)(args, invocation)
    }
}

impl<A, F> fmt::Debug for FunctionCommand<A, F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("FunctionCommand")
            .field("spec", &self.spec)
            .finish_non_exhaustive()
    }
}
