//! The bot: a configuration and commands, put together and served.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use hailer_dispatch::{
    Catalog, Command, DefaultPermission, Hook, HookHandle, Registration, Registry, RegistryErrors,
};
use hailer_jobs::{JobSettings, Observer, Silent};
use hailer_store::{OpenError, StoreUrl};
use hailer_transport::{
    DuplicateWebhook, Gate, Limits, Metrics, ServeError, Server, ServerOptions, TlsFiles, Webhook,
};

use crate::bound_bot::{BoundBot, stop_signal};
use crate::clock::BotClock;
use crate::command_runtime::CommandRuntime;
use crate::config::{CommandConfig, Config, Problems, ServerConfig, TlsConfig};
use crate::follow_ups::Posted;
use crate::generation::{Current, Provisioned, Surroundings};
use crate::in_process::InProcessBot;
use crate::job_host::JobHost;
use crate::job_metrics::JobMetrics;
use crate::module::{Attached, Module};
use crate::permissions::Permissions;
use crate::reloader::{AdminDesk, ConfigCheck};
use crate::responder::Lasting;

/// A bot before it starts.
///
/// # Examples
///
/// ```no_run
/// # use std::path::Path;
/// # use hailer::{Bot, Config, Environment, Module};
/// # fn module() -> Module { Module::new("On call") }
/// let loaded = Config::load(Path::new("hailer.toml"), &Environment::from_process())?;
/// Bot::new(loaded.config).module(module()).serve()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Bot {
    config: Config,
    registrations: Vec<Registration>,
    hooks: Vec<HookHandle>,
    attached: Attached,
    clock: BotClock,
    /// Whether tasks run in the background.
    has_background: bool,
    /// Where a test finds what was posted.
    posted: Option<Posted>,
}

/// Why a bot cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Commands are wrong.
    #[error("{0}")]
    Commands(#[source] RegistryErrors),
    /// Rules name commands, groups or arguments that do not exist.
    #[error("{0}")]
    Permissions(#[source] Problems),
    /// Two webhooks have one name.
    #[error("{0}")]
    Webhooks(#[source] DuplicateWebhook),
    /// Threads cannot be started.
    #[error("cannot start threads: {0}")]
    Threads(#[source] io::Error),
    /// The store cannot be opened.
    #[error("{0}")]
    Store(#[source] OpenError),
    /// An address is taken, not of this machine, or needs a privilege.
    #[error(
        "cannot listen on {address}: {source}\n  --> {place}\n  fix: stop the program that listens there, or write another address"
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Which key names it, and where that is written.
        place: String,
        /// What the system says.
        source: io::Error,
    },
    /// An address is taken, or a certificate cannot be used.
    #[error("{0}")]
    Serve(#[source] ServeError),
}

impl StartError {
    /// Says by which key of the configuration an address is listened on.
    fn listening(error: ServeError, server: &ServerConfig) -> Self {
        let ServeError::Bind { address, source } = error else {
            return Self::Serve(error);
        };
        let [listen, admin_listen] = &server.places;
        let (key, place) = match address == server.listen {
            true => ("listen", listen),
            false => ("admin_listen", admin_listen),
        };
        let place = place
            .as_deref()
            .unwrap_or("left out, so it is the usual one");
        Self::Listen {
            address,
            place: format!("[server] {key} ({place})"),
            source,
        }
    }
}

impl Bot {
    /// Begins a bot.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            registrations: Vec::new(),
            hooks: Vec::new(),
            attached: Attached::default(),
            clock: BotClock::default(),
            has_background: false,
            posted: None,
        }
    }

    /// Adds a command.
    #[must_use]
    pub fn command<C: Command>(mut self, command: C) -> Self {
        self.registrations.push(Registration::new(command));
        self
    }

    /// Adds the commands of a module.
    #[must_use]
    pub fn module(mut self, module: Module) -> Self {
        self.attached.extend(module.attached.clone());
        let approvals = &mut self.config.permissions.approvals;
        approvals.extend(module.approvals.iter().cloned());
        self.registrations.extend(module.into_registrations());
        self
    }

    /// Adds a hook round every command, outside of those of modules. Of several, the first added is outermost.
    #[must_use]
    pub fn hook(mut self, hook: impl Hook) -> Self {
        self.hooks.push(HookHandle::new(hook));
        self
    }

    /// Puts the bot together without a network, to be spoken to from this process: for tests and a terminal. Where
    /// the configuration has a store, jobs are kept in memory for as long as the bot lives: beside it a server may
    /// run, whose jobs these are not.
    ///
    /// # Errors
    ///
    /// A [`StartError`] when commands are wrong or threads cannot be started.
    pub fn in_process(self) -> Result<InProcessBot, StartError> {
        let clock = self.clock.clone();
        let speakers = self.config.webhooks.iter().filter_map(|it| {
            Some((
                it.mention.clone(),
                it.name.clone(),
                it.keys.first()?.clone(),
            ))
        });
        let webhooks = speakers.collect();
        let mut bot = self;
        bot.config.store = bot.config.store.map(|_| StoreUrl::memory());
        bot.config.audit = bot.config.audit.without_sinks();
        let current = bot.start(new_metrics(), Arc::new(Silent))?;
        Ok(InProcessBot::new(current, webhooks, clock))
    }

    pub(crate) fn clock(&self) -> BotClock {
        self.clock.clone()
    }

    /// Runs tasks in the background, and keeps what is posted.
    pub(crate) fn for_test(mut self, posted: Posted) -> Self {
        self.has_background = true;
        self.posted = Some(posted);
        self
    }

    fn into_registrations(self) -> Vec<Registration> {
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

    pub(crate) fn with_default_permission(mut self, default: DefaultPermission) -> Self {
        self.config.permissions.default = default;
        self
    }

    pub(crate) fn with_confirmation(mut self) -> Self {
        self.config.permissions.confirm.destructive = true;
        self
    }

    pub(crate) fn with_store(mut self, url: StoreUrl) -> Self {
        self.config.store = Some(url);
        self
    }

    pub(crate) fn with_reply_within(mut self, time: Duration) -> Self {
        self.config.server.reply_within = time;
        self
    }

    /// Serves until the process is told to stop (SIGTERM, Ctrl+C); requests in flight are answered.
    ///
    /// # Errors
    ///
    /// A [`StartError`] when the bot cannot start, or the server dies.
    pub fn serve(self) -> Result<(), StartError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(StartError::Threads)?;
        let bound = self.bind()?;
        runtime.block_on(bound.run(stop_signal()))
    }

    /// Checks the commands, and starts nothing; returns what the bot can do.
    ///
    /// # Errors
    ///
    /// [`StartError::Commands`] and [`StartError::Permissions`] name everything that is wrong.
    pub fn check(self) -> Result<Catalog, StartError> {
        let permissions = self.permissions()?;
        Ok(permissions.catalog().clone())
    }

    /// Puts together what decides who may run what, and starts nothing.
    ///
    /// # Errors
    ///
    /// [`StartError::Commands`] and [`StartError::Permissions`] name everything that is wrong.
    pub fn permissions(self) -> Result<Permissions, StartError> {
        Ok(self.provision(None)?.permissions)
    }

    /// Listens on a free port of this computer only, without TLS, metrics, probes and store: for one message or a test.
    #[must_use]
    pub fn on_a_free_port(mut self) -> Self {
        let server = &mut self.config.server;
        server.listen = SocketAddr::from(([127, 0, 0, 1], 0));
        server.admin_listen = None;
        server.tls = None;
        self.config.store = None;
        self
    }

    /// Has an admin listener in any case: on a free port of this computer when the configuration has none.
    #[must_use]
    pub fn with_admin_listener(mut self) -> Self {
        let admin = &mut self.config.server.admin_listen;
        *admin = admin.or(Some(SocketAddr::from(([127, 0, 0, 1], 0))));
        self
    }

    /// Listens on this computer only, on the configured ports and without TLS: to try what the configuration says.
    #[must_use]
    pub fn on_this_computer(mut self) -> Self {
        let server = &mut self.config.server;
        for address in std::iter::once(&mut server.listen).chain(&mut server.admin_listen) {
            if !address.ip().is_loopback() {
                address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
            }
        }
        server.tls = None;
        self
    }

    /// Checks the commands and takes the addresses, without serving yet.
    ///
    /// # Errors
    ///
    /// A [`StartError`].
    pub fn bind(self) -> Result<BoundBot, StartError> {
        let mut options = options(&self.config);
        let server_config = self.config.server.clone();
        let metrics = new_metrics();
        let observer = JobMetrics::new(&metrics);
        let bot = Self {
            has_background: true,
            ..self
        };
        let current = bot.start(metrics.clone(), Arc::new(observer))?;
        if let Some(host) = current.get().responder.job_host() {
            options.ready_checks.push(Arc::new(host.ready_check()));
        }
        let config = Arc::new(ConfigCheck(Arc::clone(&current)));
        options.ready_checks.push(config);
        options.reloads = Some(Arc::new(AdminDesk(Arc::clone(&current))));
        let services = Arc::clone(&current);
        let server = Server::bind(&options, services, metrics, Arc::new(Utc::now))
            .map_err(|error| StartError::listening(error, &server_config))?;
        Ok(BoundBot::new(server, current, options.shutdown_grace))
    }

    /// Starts everything but the server.
    fn start(
        self,
        metrics: Metrics,
        observer: Arc<dyn Observer>,
    ) -> Result<Arc<Current>, StartError> {
        let (clock, posted) = (self.clock.clone(), self.posted.clone());
        let has_background = self.has_background;
        let provisioned = self.provision(None)?;
        let Permissions {
            config, registry, ..
        } = &provisioned.permissions;
        let job_host = match &config.store {
            Some(url) => {
                let settings = job_settings(&config.jobs, registry.catalog());
                let follow_ups = config.follow_ups.clone();
                Some(JobHost::open(url, settings, follow_ups, observer)?)
            }
            None => None,
        };
        let runtime = CommandRuntime::new().map_err(StartError::Threads)?;
        let lasting = Lasting::new(runtime, clock, job_host, &config.audit);
        let surroundings = Surroundings {
            lasting,
            metrics,
            has_background,
            posted,
        };
        Current::start(provisioned, surroundings)
    }

    /// Puts together what can be exchanged while the bot runs, and starts nothing; cooldowns go on that commands
    /// before these began.
    pub(crate) fn provision(self, before: Option<&Registry>) -> Result<Provisioned, StartError> {
        let config = Arc::new(self.config.clone());
        let attached = self.attached.clone();
        let registrations = CommandConfig::apply(&config.commands, self.into_registrations());
        let registrations = registrations.map_err(StartError::Permissions)?;
        let registry = Registry::build(registrations).map_err(StartError::Commands)?;
        let registry = match before {
            Some(before) => registry.following(before),
            None => registry,
        };
        let policy = config
            .policy(registry.catalog())
            .map_err(StartError::Permissions)?;
        let webhooks = config.webhooks.iter().map(|it| {
            Webhook::new(&it.name, &it.mention, it.keys.clone()).with_labels(it.labels.clone())
        });
        let gate = Gate::new(webhooks, config.limits.max_skew).map_err(StartError::Webhooks)?;
        Ok(Provisioned {
            permissions: Permissions::new(config, Arc::new(registry), Arc::new(policy)),
            gate,
            attached,
        })
    }
}

fn new_metrics() -> Metrics {
    Metrics::new(
        env!("CARGO_PKG_VERSION"),
        option_env!("HAILER_REVISION").unwrap_or("unknown"),
    )
}

/// Adds what commands say of their jobs to what the configuration says.
pub(crate) fn job_settings(settings: &JobSettings, catalog: &Catalog) -> JobSettings {
    for entry in catalog.iter() {
        if let Some(limit) = entry.time_limit().filter(|it| *it > settings.max_time) {
            let (wanted, most) = (limit.as_secs(), settings.max_time.as_secs());
            tracing::warn!(
                command = entry.path(),
                wanted,
                most,
                "a command wants more seconds than [jobs] max_time gives"
            );
        }
    }
    let limits = catalog.iter().filter_map(|entry| {
        let limit = entry.at_once()?;
        Some((entry.path().to_owned(), limit))
    });
    JobSettings {
        at_once: limits.collect(),
        ..settings.clone()
    }
}

pub(crate) fn tls_files(tls: &TlsConfig) -> TlsFiles {
    TlsFiles {
        cert: tls.cert.clone(),
        key: tls.key.clone(),
    }
}

fn options(config: &Config) -> ServerOptions {
    let server = &config.server;
    ServerOptions {
        admin_listen: server.admin_listen,
        tls: server.tls.as_ref().map(tls_files),
        limits: Limits {
            body: config.limits.body,
            ..Limits::default()
        },
        shutdown_grace: server.shutdown_grace,
        ..ServerOptions::new(server.listen)
    }
}
