//! A group of commands that is registered together.

use hailer_dispatch::{Command, DynamicCommand, Hook, HookHandle, Registration};

use crate::job_desk::JobDesk;

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
    pub(crate) desks: Vec<JobDesk>,
}

impl Module {
    /// Begins a module; the title is its heading in help.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            registrations: Vec::new(),
            hooks: Vec::new(),
            desks: Vec::new(),
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
        self.desks.push(desk);
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
