//! The bot: a configuration and commands, put together and served.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;
use hailer_dispatch::{
    Catalog, Command, DefaultPermission, Hook, HookHandle, Registration, Registry, RegistryErrors,
};
use hailer_jobs::{JobSettings, Observer, Silent};
use hailer_store::{OpenError, StoreUrl};
use hailer_transport::{
    DuplicateWebhook, Gate, Limits, Metrics, ServeError, Server, ServerOptions, TlsFiles, Webhook,
};

use crate::background::BackgroundHost;
use crate::clock::BotClock;
use crate::command_runtime::CommandRuntime;
use crate::config::{Config, Problems};
use crate::follow_ups::Posted;
use crate::in_process::InProcessBot;
use crate::job_host::JobHost;
use crate::job_metrics::JobMetrics;
use crate::live_policy::LivePolicy;
use crate::module::{Attached, Module};
use crate::permissions::Permissions;
use crate::responder::{Parts, Responder};
use crate::running_bot::RunningBot;

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
    /// An address is taken, or a certificate cannot be used.
    #[error("{0}")]
    Serve(#[source] ServeError),
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
        let config = self.config.clone();
        let mut bot = self;
        bot.config.store = bot.config.store.map(|_| StoreUrl::memory());
        let assembled = bot.assemble(Arc::new(Silent))?;
        Ok(InProcessBot::new(assembled, config, webhooks, clock))
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
        let config = self.config.clone();
        let registry = Registry::build(self.into_registrations()).map_err(StartError::Commands)?;
        let policy = config
            .policy(registry.catalog())
            .map_err(StartError::Permissions)?;
        Ok(Permissions::new(
            config,
            Arc::new(registry),
            Arc::new(policy),
        ))
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
        let config = self.config.clone();
        let metrics = Metrics::new(
            env!("CARGO_PKG_VERSION"),
            option_env!("HAILER_REVISION").unwrap_or("unknown"),
        );
        let observer = JobMetrics::new(&metrics, &self.config.follow_ups);
        let bot = Self {
            has_background: true,
            ..self
        };
        let Assembled { gate, responder } = bot.assemble(Arc::new(observer))?;
        if let Some(host) = responder.job_host() {
            options.ready_checks.push(Arc::new(host.ready_check()));
        }
        let handler = Arc::new(responder.clone());
        let server = Server::bind(
            &options,
            Arc::new(gate),
            handler,
            metrics,
            Arc::new(Utc::now),
        )
        .map_err(StartError::Serve)?;
        Ok(BoundBot {
            server,
            responder,
            config,
            shutdown_grace: options.shutdown_grace,
        })
    }

    pub(crate) fn assemble(self, observer: Arc<dyn Observer>) -> Result<Assembled, StartError> {
        let config = self.config.clone();
        let clock = self.clock.clone();
        let (attached, has_background) = (self.attached.clone(), self.has_background);
        let posted = self.posted.clone();
        let registrations = self.into_registrations();
        let registry = Registry::build(registrations).map_err(StartError::Commands)?;
        let policy = config
            .policy(registry.catalog())
            .map_err(StartError::Permissions)?;
        let live = LivePolicy::new(config.clone(), registry.catalog().clone(), policy);
        let mentions = config.webhooks.iter();
        let mentions = mentions.map(|it| (it.name.clone(), it.mention.clone()));
        let mentions = mentions.collect();
        let webhooks = config
            .webhooks
            .into_iter()
            .map(|it| Webhook::new(it.name, it.mention, it.keys));
        let gate = Gate::new(webhooks, config.limits.max_skew).map_err(StartError::Webhooks)?;
        let job_host = match &config.store {
            Some(url) => {
                let settings = job_settings(&config.jobs, registry.catalog());
                Some(JobHost::open(url, settings, config.follow_ups, observer)?)
            }
            None => None,
        };
        let jobs = job_host.as_ref().map(JobHost::jobs);
        attached.open(jobs, config.bot.times, posted.as_ref());
        let background = if has_background && !attached.background.is_empty() {
            let host = BackgroundHost::start(attached.background, clock.clone(), jobs);
            Some(host.map_err(StartError::Threads)?)
        } else {
            None
        };
        let responder = Responder::new(Parts {
            registry: Arc::new(registry),
            policy: live,
            rates: config.limits.rates,
            contact: config.bot.contact,
            times: config.bot.times,
            runtime: CommandRuntime::new().map_err(StartError::Threads)?,
            dedupe_for: config.limits.dedupe_for,
            reply_within: config.server.reply_within,
            clock,
            job_host,
            background,
            mentions,
        });
        Ok(Assembled { gate, responder })
    }
}

/// The two halves of a bot without a network: who may speak, and what is answered.
#[derive(Debug)]
pub(crate) struct Assembled {
    pub(crate) gate: Gate,
    pub(crate) responder: Responder,
}

/// A bot that has its addresses.
pub struct BoundBot {
    server: Server,
    responder: Responder,
    config: Config,
    shutdown_grace: Duration,
}

impl BoundBot {
    /// Returns the address of the webhooks, with the port that port 0 became.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Returns the address of metrics and probes, if there is one.
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.server.admin_address()
    }

    /// Returns what the bot can do.
    pub fn catalog(&self) -> &Catalog {
        self.responder.registry().catalog()
    }

    /// Returns the bot as others may look at it while it runs.
    pub fn running(&self) -> RunningBot {
        RunningBot::new(self.responder.clone(), self.config.clone())
    }

    /// Serves until `shutdown` resolves; then requests in flight are answered, and commands that still run may end
    /// within `shutdown_grace`. Needs a tokio runtime.
    ///
    /// # Errors
    ///
    /// [`StartError::Serve`] when worker threads cannot be started or a listener dies.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<(), StartError> {
        let Self {
            server,
            responder,
            shutdown_grace,
            config: _,
        } = self;
        let (begun, stopping) = tokio::sync::oneshot::channel();
        let shutdown = async move {
            shutdown.await;
            // Nobody waits for it when the server has ended by itself.
            let _ = begun.send(Instant::now());
        };
        let served = server.run(shutdown).await.map_err(StartError::Serve);
        let taken = stopping
            .await
            .map_or(Duration::ZERO, |begun| begun.elapsed());
        responder.stop(shutdown_grace.saturating_sub(taken)).await;
        served
    }
}

impl std::fmt::Debug for BoundBot {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("BoundBot")
            .field("address", &self.address())
            .finish_non_exhaustive()
    }
}

/// Resolves when the process is told to stop: by its service manager or by Ctrl+C.
pub async fn stop_signal() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    if let Ok(mut terminated) =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
    {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted => {}
        }
        return;
    }
    let _ = interrupted.await;
}

/// Adds what commands say of their jobs to what the configuration says.
fn job_settings(settings: &JobSettings, catalog: &Catalog) -> JobSettings {
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

fn options(config: &Config) -> ServerOptions {
    let server = &config.server;
    ServerOptions {
        admin_listen: server.admin_listen,
        tls: server.tls.as_ref().map(|tls| TlsFiles {
            cert: tls.cert.clone(),
            key: tls.key.clone(),
        }),
        limits: Limits {
            body: config.limits.body,
            ..Limits::default()
        },
        shutdown_grace: server.shutdown_grace,
        ..ServerOptions::new(server.listen)
    }
}
