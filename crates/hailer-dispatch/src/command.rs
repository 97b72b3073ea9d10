//! The trait that a command implements, and its form without the type of its arguments.

use std::future::Future;
use std::sync::Arc;

use clap::ArgMatches;
use futures_util::future::BoxFuture;
use hailer_reply::Reply;

use crate::command_error::CommandError;
use crate::dynamic::{Dynamic, DynamicCommand};
use crate::hook::{AnyHook, HookHandle};
use crate::invocation::Invocation;
use crate::policy::Permit;
use crate::spec::Spec;

/// What running a command gives.
pub type CommandResult = Result<Reply, CommandError>;

/// One thing the bot can do.
///
/// The value owns the state that the command needs; the arguments are a `clap::Args` struct whose doc comments
/// are the help. Nothing is sent from inside: the command answers with a [`Reply`].
///
/// # Examples
///
/// ```
/// use hailer_dispatch::{Command, CommandError, Effect, Invocation, Spec};
/// use hailer_reply::Reply;
///
/// #[derive(Debug, clap::Args)]
/// struct HelloArgs {
///     /// Who to greet; the sender when left out.
///     name: Option<String>,
/// }
///
/// #[derive(Debug)]
/// struct Hello;
///
/// impl Command for Hello {
///     type Args = HelloArgs;
///
///     fn spec(&self) -> Spec {
///         Spec::new("hello", "Greet somebody").effect(Effect::Read).example("hello Mira", "greets Mira")
///     }
///
///     async fn run(&self, args: HelloArgs, invocation: Invocation) -> Result<Reply, CommandError> {
///         let name = args.name.as_deref().unwrap_or(invocation.sender().name());
///         Ok(Reply::text(format!("Hello, {name}!")))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command",
    label = "not a command",
    note = "implement `Command` for it, or make a command of a function with `command_fn`; add a `Module` with `module`"
)]
pub trait Command: Send + Sync + 'static {
    /// The arguments; [`NoArgs`] when there are none.
    type Args: Arguments;

    /// Says how the command is called and what it does. Asked once, at start.
    fn spec(&self) -> Spec;

    /// Checks the arguments against what only the world knows, before anything is run: whether a service exists,
    /// whether a version was built. Answer with [`known`](crate::known) or [`CommandError::told`].
    fn check(
        &self,
        args: &Self::Args,
        invocation: &Invocation,
    ) -> impl Future<Output = Result<(), CommandError>> + Send {
        let _ = (args, invocation);
        std::future::ready(Ok(()))
    }

    /// Returns a text that changes when the command does something else than before, so that an approval holds only for
    /// what was approved. Asked for each call that is held back; what the [`Spec`] says counts in any case.
    fn version(&self) -> String {
        String::new()
    }

    /// Runs the command. It may take longer than the deadline and may block its thread: the channel is answered
    /// in time all the same.
    fn run(
        &self,
        args: Self::Args,
        invocation: Invocation,
    ) -> impl Future<Output = CommandResult> + Send;
}

/// What a command can take: every struct with `#[derive(clap::Args)]`.
///
/// It says the same as the bound `clap::Args + Send`, so that the compiler can name the derive when it is missing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the arguments of a command",
    label = "not a `clap::Args` struct",
    note = "write `#[derive(clap::Args)]` above the struct; a command without arguments takes `NoArgs`"
)]
pub trait Arguments: Sized + Send + 'static {
    /// Adds the arguments to clap's description of the command.
    #[doc(hidden)]
    fn describe(command: clap::Command) -> clap::Command;

    /// Reads the arguments from what clap found.
    #[doc(hidden)]
    fn read(matches: &mut ArgMatches) -> Result<Self, clap::Error>;
}

#[diagnostic::do_not_recommend]
impl<A: clap::Args + Send + 'static> Arguments for A {
    fn describe(command: clap::Command) -> clap::Command {
        A::augment_args(command)
    }

    fn read(matches: &mut ArgMatches) -> Result<Self, clap::Error> {
        A::from_arg_matches_mut(matches)
    }
}

/// For commands without arguments.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct NoArgs {}

/// A command with its arguments read, ready to run.
pub(crate) type Bound = Box<dyn Ready>;

/// What can be done with a command whose arguments are read.
pub(crate) trait Ready: Send {
    /// Checks the arguments against the world, and gives the command back.
    fn check(
        self: Box<Self>,
        invocation: Invocation,
    ) -> BoxFuture<'static, Result<Bound, CommandError>>;

    /// Runs the command, after its check unless that was done.
    fn run(self: Box<Self>, invocation: Invocation) -> BoxFuture<'static, CommandResult>;
}

/// A command and its arguments.
struct WithArgs<C: Command> {
    command: Arc<C>,
    args: C::Args,
    is_checked: bool,
}

impl<C: Command> Ready for WithArgs<C> {
    fn check(
        mut self: Box<Self>,
        invocation: Invocation,
    ) -> BoxFuture<'static, Result<Bound, CommandError>> {
        Box::pin(async move {
            self.command.check(&self.args, &invocation).await?;
            self.is_checked = true;
            Ok(self as Bound)
        })
    }

    fn run(self: Box<Self>, invocation: Invocation) -> BoxFuture<'static, CommandResult> {
        let Self {
            command,
            args,
            is_checked,
        } = *self;
        Box::pin(async move {
            if !is_checked {
                command.check(&args, &invocation).await?;
            }
            command.run(args, invocation).await
        })
    }
}

/// A command of any arguments.
pub(crate) trait AnyCommand: Send + Sync {
    /// Makes the command ready to run, which only somebody can do whom a policy permitted it.
    fn bind(
        self: Arc<Self>,
        matches: &mut ArgMatches,
        permit: &Permit,
    ) -> Result<Bound, clap::Error>;

    /// Returns what changes when the command does something else.
    fn version(&self) -> String;
}

impl<C: Command> AnyCommand for C {
    fn bind(self: Arc<Self>, matches: &mut ArgMatches, _: &Permit) -> Result<Bound, clap::Error> {
        Ok(Box::new(WithArgs {
            args: C::Args::read(matches)?,
            command: self,
            is_checked: false,
        }))
    }

    fn version(&self) -> String {
        Command::version(self)
    }
}

/// A command before registration: what it is, without its type.
pub struct Registration {
    pub(crate) spec: Spec,
    pub(crate) clap: clap::Command,
    pub(crate) command: Arc<dyn AnyCommand>,
    pub(crate) type_name: &'static str,
    pub(crate) hooks: Vec<Arc<dyn AnyHook>>,
}

impl Registration {
    /// Takes a command, to be registered later.
    pub fn new<C: Command>(command: C) -> Self {
        let spec = command.spec();
        Self {
            clap: C::Args::describe(clap_command(&spec)),
            spec,
            command: Arc::new(command),
            type_name: readable(std::any::type_name::<C>()),
            hooks: Vec::new(),
        }
    }

    /// Takes a command whose arguments are known at run time, to be registered later.
    pub fn dynamic<C: DynamicCommand>(command: C) -> Self {
        let spec = command.spec();
        Self {
            clap: command.arguments(clap_command(&spec)),
            spec,
            command: Arc::new(Dynamic(Arc::new(command))),
            type_name: readable(std::any::type_name::<C>()),
            hooks: Vec::new(),
        }
    }

    /// Runs a hook round the command, outside of those it has already.
    #[must_use]
    pub fn with_hook(mut self, hook: &HookHandle) -> Self {
        self.hooks.insert(0, hook.shared());
        self
    }

    /// Puts the command under a heading of help, unless it named one.
    #[must_use]
    pub fn in_group(mut self, group: &str) -> Self {
        self.spec.group.get_or_insert_with(|| group.to_owned());
        self
    }
}

/// Begins clap's description of a command; messages are no command lines.
fn clap_command(spec: &Spec) -> clap::Command {
    clap::Command::new(spec.path().to_owned())
        .no_binary_name(true)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .color(clap::ColorChoice::Never)
}

/// Of a command that is a function, says only where the function is.
fn readable(type_name: &'static str) -> &'static str {
    let function = type_name
        .strip_prefix("hailer_dispatch::function::FunctionCommand<")
        .and_then(|it| it.strip_suffix('>'))
        .and_then(|it| it.rsplit_once(", "));
    function.map_or(type_name, |(_, function)| function)
}

impl std::fmt::Debug for Registration {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Registration")
            .field("spec", &self.spec)
            .field("type", &self.type_name)
            .finish()
    }
}
