//! Commands whose arguments are known only at run time, because a configuration declares them.

use std::future::Future;
use std::sync::Arc;

use clap::ArgMatches;
use futures_util::future::BoxFuture;

use crate::command::{AnyCommand, Bound, CommandResult, Ready};
use crate::command_error::CommandError;
use crate::invocation::Invocation;
use crate::policy::Permit;
use crate::spec::Spec;

/// A command whose arguments are known only at run time. Where they are known before, [`Command`](crate::Command) reads
/// them into a struct.
///
/// # Examples
///
/// ```
/// use clap::ArgMatches;
/// use hailer_dispatch::{CommandResult, DynamicCommand, Effect, Invocation, Registration, Registry, Spec};
/// use hailer_reply::Reply;
///
/// /// Answers with what a configuration says.
/// struct Canned { name: String, answer: String }
///
/// impl DynamicCommand for Canned {
///     fn spec(&self) -> Spec {
///         Spec::new(&self.name, "answers from the configuration").effect(Effect::Read)
///     }
///
///     fn arguments(&self, command: clap::Command) -> clap::Command {
///         command.arg(clap::Arg::new("who").help("whom to answer"))
///     }
///
///     async fn run(&self, arguments: ArgMatches, _: Invocation) -> CommandResult {
///         let who = arguments.get_one::<String>("who").map_or("everybody", String::as_str);
///         Ok(Reply::text(format!("{who}: {}", self.answer)))
///     }
/// }
///
/// let canned = Canned { name: "rules".to_owned(), answer: "be kind".to_owned() };
/// let registry = Registry::build([Registration::dynamic(canned)]).unwrap();
/// assert_eq!(registry.catalog().iter().next().unwrap().arguments()[0].name, "who");
/// ```
pub trait DynamicCommand: Send + Sync + 'static {
    /// Says how the command is called and what it does. Asked once, at start.
    fn spec(&self) -> Spec;

    /// Adds the arguments to clap's description of the command. Asked once, at start; each argument needs a help.
    fn arguments(&self, command: clap::Command) -> clap::Command;

    /// Checks the arguments against what only the world knows, as [`Command::check`](crate::Command::check) does.
    fn check(
        &self,
        arguments: &ArgMatches,
        invocation: &Invocation,
    ) -> impl Future<Output = Result<(), CommandError>> + Send {
        let _ = (arguments, invocation);
        std::future::ready(Ok(()))
    }

    /// Returns a text that changes when the command does something else than before, as
    /// [`Command::version`](crate::Command::version) does.
    fn version(&self) -> String {
        String::new()
    }

    /// Runs the command.
    fn run(
        &self,
        arguments: ArgMatches,
        invocation: Invocation,
    ) -> impl Future<Output = CommandResult> + Send;
}

/// Makes one of the commands of a registry of it.
pub(crate) struct Dynamic<C>(pub(crate) Arc<C>);

impl<C: DynamicCommand> AnyCommand for Dynamic<C> {
    fn bind(self: Arc<Self>, matches: &mut ArgMatches, _: &Permit) -> Result<Bound, clap::Error> {
        Ok(Box::new(WithMatches {
            command: Arc::clone(&self.0),
            arguments: std::mem::take(matches),
            is_checked: false,
        }))
    }

    fn version(&self) -> String {
        self.0.version()
    }
}

/// A command and its arguments.
struct WithMatches<C> {
    command: Arc<C>,
    arguments: ArgMatches,
    is_checked: bool,
}

impl<C: DynamicCommand> Ready for WithMatches<C> {
    fn check(
        mut self: Box<Self>,
        invocation: Invocation,
    ) -> BoxFuture<'static, Result<Bound, CommandError>> {
        Box::pin(async move {
            self.command.check(&self.arguments, &invocation).await?;
            self.is_checked = true;
            Ok(self as Bound)
        })
    }

    fn run(self: Box<Self>, invocation: Invocation) -> BoxFuture<'static, CommandResult> {
        let Self {
            command,
            arguments,
            is_checked,
        } = *self;
        Box::pin(async move {
            if !is_checked {
                command.check(&arguments, &invocation).await?;
            }
            command.run(arguments, invocation).await
        })
    }
}
