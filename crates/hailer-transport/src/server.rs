//! The server: two listeners, one life.

use std::fmt;
use std::future::{Future, pending, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use actix_web::dev::{Server as Listener, ServerHandle};
use actix_web::{App, HttpRequest, HttpServer, web};
use futures_util::future::{Either, join, select};
use tokio::time::{MissedTickBehavior, interval};

use crate::admin::Admin;
use crate::clock::Clock;
use crate::endpoint::Endpoint;
use crate::error::ServeError;
use crate::metrics::Metrics;
use crate::options::ServerOptions;
use crate::pages::{AdminPages, PagesSlot, Tail};
use crate::readiness::Readiness;
use crate::refusal_log::RefusalLog;
use crate::service::Services;
use crate::tls::{self, Certificates};
use crate::watch::Watch;

/// Often enough that histograms stay small, and that summaries of refusals are not late.
const UPKEEP: Duration = Duration::from_secs(5);

/// The most worker threads that actix can have.
const MOST_WORKERS: usize = 512;

/// Time for a caller to take the rest of a response before its connection is cut.
const GOODBYE: Duration = Duration::from_secs(1);

/// Enough for Prometheus, probes and a few people.
const ADMIN_CONNECTIONS: usize = 256;

/// Webhooks, health and metrics over HTTP. Made by [`Server::bind`], alive in [`Server::run`].
pub struct Server {
    webhooks: Bound,
    admin: Option<Bound>,
    readiness: Arc<Readiness>,
    refusals: Arc<RefusalLog>,
    watch: Arc<Watch>,
    metrics: Metrics,
    pages: PagesSlot,
}

struct Bound {
    listener: Listener,
    address: SocketAddr,
    certificates: Option<Certificates>,
}

impl Server {
    /// Takes the addresses, so that they are known and nobody else can have them. Connections are
    /// accepted by the system and wait until [`Server::run`].
    ///
    /// # Errors
    ///
    /// A [`ServeError`] when an address cannot be taken or the TLS files cannot be used.
    pub fn bind(
        options: &ServerOptions,
        services: Arc<dyn Services>,
        metrics: Metrics,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ServeError> {
        let endpoint = Endpoint::new(services, clock, options.limits, &metrics);
        let refusals = endpoint.refusals();
        let watch = endpoint.watch();
        let readiness = Arc::new(Readiness::default());
        let pages = PagesSlot::default();
        let admin = Admin {
            readiness: Arc::clone(&readiness),
            metrics: metrics.clone(),
            others: options.ready_checks.clone(),
            desk: endpoint.watch_desk(),
            reload: endpoint.reload_desk(options.reloads.clone()),
            pages: Arc::clone(&pages),
        };
        Ok(Self {
            webhooks: bind_webhooks(options, Arc::new(endpoint))?,
            admin: match options.admin_listen {
                Some(address) => Some(bind_admin(address, Arc::new(admin))?),
                None => None,
            },
            readiness,
            refusals,
            watch,
            metrics,
            pages,
        })
    }

    /// Returns the address of the webhooks, with the port that port 0 became.
    pub fn address(&self) -> SocketAddr {
        self.webhooks.address
    }

    /// Returns the certificate that new connections get, to be exchanged; `None` without TLS.
    pub fn certificates(&self) -> Option<&Certificates> {
        self.webhooks.certificates.as_ref()
    }

    /// Returns the address of the admin listener, if there is one.
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.admin.as_ref().map(|bound| bound.address)
    }

    /// Serves these pages on the admin listener, too; only the first that are given.
    pub fn serve_pages(&self, pages: Arc<dyn AdminPages>) {
        let _ = self.pages.set(pages);
    }

    /// Returns where exchanges can be listened to.
    pub fn tail(&self) -> Tail {
        Tail::new(Arc::clone(&self.watch))
    }

    /// Serves until `shutdown` resolves; then readiness turns to 503, no new connections are taken, and
    /// requests in flight are answered as long as the grace allows. The admin listener ends last.
    ///
    /// Needs a tokio runtime, and takes no signals.
    ///
    /// # Errors
    ///
    /// [`ServeError::Run`] when worker threads cannot be started or a listener dies.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<(), ServeError> {
        let webhooks_handle = self.webhooks.listener.handle();
        let admin_handle = self.admin.as_ref().map(|bound| bound.listener.handle());
        let mut admin = pin!(serve_admin(self.admin));
        let mut webhooks = pin!(self.webhooks.listener);
        let mut upkeep = pin!(upkeep(&self.metrics, &self.refusals, &self.watch));

        // The first poll starts the workers; both listeners answer from then on.
        start(&mut admin).await?;
        start(&mut webhooks).await?;
        self.readiness.begin_serving();
        tokio::select! {
            ended = &mut webhooks => return ended.map_err(run_error),
            ended = &mut admin => return ended.map_err(run_error),
            () = &mut upkeep => {}
            () = shutdown => {}
        }

        self.readiness.begin_stopping();
        let drained = pin!(join(webhooks_handle.stop(true), webhooks));
        let ended = match select(drained, &mut admin).await {
            Either::Left((((), ended), _)) => {
                if let Some(handle) = admin_handle {
                    stop_admin(&handle, admin).await;
                }
                ended
            }
            // The admin listener is dead already; those who are being answered are worth more.
            Either::Right((admin_ended, drained)) => {
                let ((), ended) = drained.await;
                admin_ended.and(ended)
            }
        };
        self.refusals.close();
        ended.map_err(run_error)
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Server")
            .field("address", &self.address())
            .field("admin_address", &self.admin_address())
            .finish_non_exhaustive()
    }
}

fn bind_webhooks(options: &ServerOptions, endpoint: Arc<Endpoint>) -> Result<Bound, ServeError> {
    let limits = options.limits;
    let server = HttpServer::new(move || {
        let endpoint = Arc::clone(&endpoint);
        App::new().default_service(web::to(
            move |request: HttpRequest, payload: web::Payload| {
                let endpoint = Arc::clone(&endpoint);
                async move { endpoint.respond(request, payload.into_inner()).await }
            },
        ))
    })
    .disable_signals()
    .workers(workers(options.workers))
    .max_connections(limits.connections)
    .backlog(limits.backlog)
    .keep_alive(limits.keep_alive)
    .client_request_timeout(limits.head_time)
    .tls_handshake_timeout(limits.head_time)
    .client_disconnect_timeout(GOODBYE)
    .shutdown_timeout(whole_seconds(options.shutdown_grace))
    .tcp_nodelay(true);

    let address = options.listen;
    let certificates = options.tls.as_ref().map(Certificates::read).transpose()?;
    let server = match (&options.tls, &certificates) {
        (Some(files), Some(certificates)) => {
            server.bind_rustls_0_23(address, tls::server_config(files, certificates)?)
        }
        _ => server.bind(address),
    };
    let server = server.map_err(|source| ServeError::Bind { address, source })?;
    let bound = server.addrs().first().copied();
    Ok(Bound {
        address: bound.unwrap_or(address),
        certificates,
        listener: server.run(),
    })
}

fn bind_admin(address: SocketAddr, admin: Arc<Admin>) -> Result<Bound, ServeError> {
    let server = HttpServer::new(move || {
        let admin = Arc::clone(&admin);
        App::new().default_service(web::to(
            move |request: HttpRequest, payload: web::Payload| {
                let admin = Arc::clone(&admin);
                async move { admin.respond(&request, payload.into_inner()).await }
            },
        ))
    })
    .disable_signals()
    .workers(1)
    .max_connections(ADMIN_CONNECTIONS)
    .client_request_timeout(GOODBYE)
    .client_disconnect_timeout(GOODBYE)
    .bind(address)
    .map_err(|source| ServeError::Bind { address, source })?;
    let bound = server.addrs().first().copied();
    Ok(Bound {
        address: bound.unwrap_or(address),
        certificates: None,
        listener: server.run(),
    })
}

fn workers(wanted: Option<usize>) -> usize {
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    wanted.unwrap_or_else(processors).clamp(1, MOST_WORKERS)
}

fn whole_seconds(grace: Duration) -> u64 {
    grace.as_secs() + u64::from(grace.subsec_nanos() > 0)
}

async fn serve_admin(admin: Option<Bound>) -> io::Result<()> {
    match admin {
        Some(bound) => bound.listener.await,
        None => pending().await,
    }
}

/// Polls a listener once; an end that early is a failure to start.
async fn start(
    listener: &mut (impl Future<Output = io::Result<()>> + Unpin),
) -> Result<(), ServeError> {
    poll_fn(|context| match Pin::new(&mut *listener).poll(context) {
        Poll::Ready(ended) => Poll::Ready(ended.map_err(run_error)),
        Poll::Pending => Poll::Ready(Ok(())),
    })
    .await
}

async fn stop_admin(handle: &ServerHandle, admin: impl Future<Output = io::Result<()>>) {
    let ((), ended) = join(handle.stop(false), admin).await;
    if let Err(error) = ended {
        tracing::warn!(%error, "the admin listener did not end well");
    }
}

async fn upkeep(metrics: &Metrics, refusals: &RefusalLog, watch: &Watch) {
    let mut ticks = interval(UPKEEP);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        metrics.fold();
        refusals.summarise();
        watch.beat();
    }
}

fn run_error(source: io::Error) -> ServeError {
    ServeError::Run { source }
}
