//! From a message to a command: mention, words, registry, arguments, help data.
//!
//! [`MessageText`] is what a person wrote, without the mention and the markup that Teams puts round it.
//! [`Registry::dispatch`] finds the command in it, checks who may run it, lets clap read the arguments and gives
//! a [`Call`] to run, or a [`Misunderstanding`] that words its own answer. Nothing here knows HTTP or a clock.

mod approval;
mod argument;
mod arguments;
mod cached;
mod call;
mod catalog;
mod command;
mod command_error;
mod cooldown;
mod dynamic;
mod function;
mod hook;
mod invocation;
mod known;
mod lines;
mod lock;
mod misunderstanding;
mod pattern;
mod pipe;
mod policy;
mod reader;
mod registry;
mod secret;
mod spec;
mod suggest;
mod text;
mod throttle;
mod tree;
mod tuning;
mod words;

pub use approval::{Approval, Via};
pub use argument::{Argument, ArgumentKind, ValueKind};
pub use call::Call;
pub use catalog::{Catalog, Entry};
pub use command::{Arguments, Command, CommandResult, NoArgs, Registration};
pub use command_error::CommandError;
pub use dynamic::DynamicCommand;
pub use function::{FunctionCommand, command_fn};
pub use hook::{Hook, HookHandle};
pub use invocation::{Inquiry, Invocation, JobHandle, Sender, WorkProcess};
pub use known::known;
pub use misunderstanding::{Misunderstanding, UsageProblem};
pub use pipe::Pipe;
pub use policy::{
    ApprovalRule, AskedFor, Asker, Asking, Ceiling, Condition, ConfirmRule, Decision,
    DefaultPermission, Evidence, Freeze, Grant, Group, Member, NamedChannel, NearMiss, Need,
    NotCounted, Permit, Place, Policy, PolicyError, PolicyErrors, PolicySource, Refusal, Rule,
    Unreleased, Verdict, Voter, Way, Whom, Written,
};
pub use registry::{Judgement, Registry, RegistryError, RegistryErrors};
pub use secret::{SecretText, Secrets};
pub use spec::{Cooldown, Effect, Example, Spec};
pub use suggest::nearest;
pub use text::{Link, MentionInText, MessageText};
pub use throttle::{Rate, Rates, Throttle};
pub use tokio_util::sync::CancellationToken;
pub use tuning::Tuning;
