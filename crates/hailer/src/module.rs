//! A group of commands that is registered together.

use hailer_dispatch::{Command, DynamicCommand, Hook, HookHandle, Registration};
use hailer_jobs::Jobs;

use crate::background::Background;
use crate::config::ApprovalConfig;
use crate::confirmations::Confirmations;
use crate::follow_ups::{FollowUps, Posted};
use crate::job_desk::JobDesk;
use crate::local_time::LocalTime;
use crate::messenger::Messenger;
use crate::module_state::ModuleState;
use crate::reporter::Reporter;
use crate::responder::Responder;
use crate::witness::Witness;

/// A group of commands that is registered together, under one heading of help.
///
/// # Examples
///
/// ```
/// # use hailer::{Command, CommandError, Effect, Invocation, NoArgs, Reply, Spec};
/// # struct Show;
/// # impl Command for Show {
/// #     type Args = NoArgs;
/// #     fn spec(&self) -> Spec { Spec::new("oncall", "Who is on call") }
/// #     async fn run(&self, _: NoArgs, _: Invocation) -> Result<Reply, CommandError> { Ok(Reply::text("Jo")) }
/// # }
/// use hailer::Module;
///
/// fn module() -> Module {
///     Module::new("On call").command(Show)
/// }
/// # module();
/// ```
#[derive(Debug)]
pub struct Module {
    title: String,
    registrations: Vec<Registration>,
    hooks: Vec<HookHandle>,
    pub(crate) approvals: Vec<ApprovalConfig>,
    pub(crate) attached: Attached,
}

/// What a module has that is opened and started with the bot.
#[derive(Debug, Clone, Default)]
pub(crate) struct Attached {
    pub(crate) desks: Vec<JobDesk>,
    pub(crate) states: Vec<ModuleState>,
    pub(crate) follow_ups: Vec<FollowUps>,
    pub(crate) background: Vec<Background>,
    pub(crate) messengers: Vec<Messenger>,
    pub(crate) reporters: Vec<Reporter>,
    pub(crate) witnesses: Vec<Witness>,
}

impl Attached {
    pub(crate) fn extend(&mut self, other: Self) {
        self.desks.extend(other.desks);
        self.states.extend(other.states);
        self.follow_ups.extend(other.follow_ups);
        self.background.extend(other.background);
        self.messengers.extend(other.messengers);
        self.reporters.extend(other.reporters);
        self.witnesses.extend(other.witnesses);
    }

    /// Opens the way to commands.
    pub(crate) fn open_to(&self, responder: &Responder) {
        self.messengers.iter().for_each(|it| it.open(responder));
    }

    /// Opens everything: to the jobs where there are some, and to what a test looks at.
    pub(crate) fn open(
        &self,
        jobs: Option<&Jobs>,
        times: LocalTime,
        posted: Option<&Posted>,
        confirmations: &Confirmations,
    ) {
        self.desks.iter().for_each(|it| it.remember(confirmations));
        if let Some(posted) = posted {
            self.follow_ups
                .iter()
                .for_each(|it| it.open_for_test(posted));
        }
        let Some(jobs) = jobs else { return };
        self.desks.iter().for_each(|it| it.open(jobs, times));
        self.states.iter().for_each(|it| it.open(jobs));
        self.follow_ups.iter().for_each(|it| it.open(jobs));
    }
}

impl Module {
    /// Begins a module; the title is its heading in help.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            registrations: Vec::new(),
            hooks: Vec::new(),
            approvals: Vec::new(),
            attached: Attached::default(),
        }
    }

    /// Adds a command.
    #[must_use]
    pub fn command<C: Command>(mut self, command: C) -> Self {
        self.registrations
            .push(Registration::new(command).in_group(&self.title));
        self
    }

    /// Adds a command whose arguments are known at run time.
    #[must_use]
    pub fn dynamic<C: DynamicCommand>(mut self, command: C) -> Self {
        self.registrations
            .push(Registration::dynamic(command).in_group(&self.title));
        self
    }

    /// Adds a hook round every command of the module. Of several, the first added is outermost.
    #[must_use]
    pub fn hook(mut self, hook: impl Hook) -> Self {
        self.hooks.push(HookHandle::new(hook));
        self
    }

    /// Opens a desk when the bot starts, for commands of the module that ask for jobs.
    #[must_use]
    pub fn desk(mut self, desk: JobDesk) -> Self {
        self.attached.desks.push(desk);
        self
    }

    /// Opens what the module keeps when the bot starts; without it, and without a store, it is kept in memory.
    #[must_use]
    pub fn state(mut self, state: ModuleState) -> Self {
        self.attached.states.push(state);
        self
    }

    /// Opens the way to post later messages when the bot starts.
    #[must_use]
    pub fn follow_ups(mut self, follow_ups: FollowUps) -> Self {
        self.attached.follow_ups.push(follow_ups);
        self
    }

    /// Opens the way to say messages again when the bot starts.
    #[must_use]
    pub fn messenger(mut self, messenger: Messenger) -> Self {
        self.attached.messengers.push(messenger);
        self
    }

    /// Is told what people do, wherever they do it.
    #[must_use]
    pub fn witness(mut self, witness: Witness) -> Self {
        self.attached.witnesses.push(witness);
        self
    }

    /// Adds a task that runs every so often while the bot serves. A bot that is spoken to in its own process runs none, but
    /// for a [`TestBot`](crate::testing::TestBot).
    #[must_use]
    pub fn background(mut self, task: Background) -> Self {
        self.attached.background.push(task);
        self
    }

    /// Lets another system report to the module over HTTP, at `/report/NAME`.
    #[must_use]
    pub fn reporter(mut self, reporter: Reporter) -> Self {
        self.attached.reporters.push(reporter);
        self
    }

    /// Asks for approval as the module's own tables say; beside what every `[[approval]]` asks for.
    #[must_use]
    pub fn approval(mut self, approval: ApprovalConfig) -> Self {
        self.approvals.push(approval);
        self
    }

    pub(crate) fn into_registrations(self) -> Vec<Registration> {
        let Self {
            registrations,
            hooks,
            ..
        } = self;
        let within = |registration| {
            hooks
                .iter()
                .rev()
                .fold(registration, Registration::with_hook)
        };
        registrations.into_iter().map(within).collect()
    }
}
