//! A server for one test: port 0, a fixed clock, a handler that does what the text says.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hailer_activity::HmacKey;
use hailer_reply::Reply;
use hailer_transport::{
    Answer, Gate, Handler, Inbound, Limits, Metrics, Outcome, ServeError, Server, ServerOptions,
    Service, TlsFiles, Webhook,
};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;

const KEY: &str = "WCXQE0U6B4wUvuoQv0HiM4FNZKazjXrgCS5TCHfipWI=";
const OTHER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const NOW: &str = "2026-09-14T09:10:00Z";

pub(crate) fn key() -> HmacKey {
    HmacKey::from_base64(KEY).unwrap()
}

pub(crate) fn other_key() -> HmacKey {
    HmacKey::from_base64(OTHER_KEY).unwrap()
}

/// Returns the body of a message sent just now.
pub(crate) fn message(text: &str) -> Vec<u8> {
    message_at(text, NOW)
}

pub(crate) fn message_at(text: &str, timestamp: &str) -> Vec<u8> {
    serde_json::json!({"type": "message", "timestamp": timestamp, "text": text})
        .to_string()
        .into_bytes()
}

pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    pub(crate) admin: SocketAddr,
    pub(crate) metrics: Metrics,
    /// How many handlers have begun to wait.
    pub(crate) waiting: Arc<Semaphore>,
    /// Lets waiting handlers go on.
    pub(crate) gate: Arc<Semaphore>,
    shutdown: Option<oneshot::Sender<()>>,
    running: JoinHandle<Result<(), ServeError>>,
}

impl TestServer {
    pub(crate) fn start() -> Self {
        Self::start_with(|_| {})
    }

    pub(crate) fn start_with(change: impl FnOnce(&mut ServerOptions)) -> Self {
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let mut options = ServerOptions::new(free);
        options.admin_listen = Some(free);
        options.workers = Some(1);
        change(&mut options);
        let handler = Arc::new(Scripted::default());
        let metrics = Metrics::new("0", "test");
        let server = bind(&options, Arc::clone(&handler) as _, metrics.clone()).unwrap();
        let (shutdown, stopped) = oneshot::channel();
        Self {
            address: server.address(),
            admin: server.admin_address().unwrap(),
            metrics,
            waiting: Arc::clone(&handler.waiting),
            gate: Arc::clone(&handler.gate),
            shutdown: Some(shutdown),
            running: tokio::spawn(server.run(stopped.map(|_| ()))),
        }
    }

    pub(crate) fn limits(change: impl FnOnce(&mut Limits)) -> Self {
        Self::start_with(|options| change(&mut options.limits))
    }

    pub(crate) fn begin_shutdown(&mut self) {
        self.shutdown.take().unwrap().send(()).unwrap();
    }

    pub(crate) async fn end(self) -> Result<(), ServeError> {
        drop(self.shutdown);
        self.running.await.unwrap()
    }
}

pub(crate) fn bind(
    options: &ServerOptions,
    handler: Arc<dyn Handler>,
    metrics: Metrics,
) -> Result<Server, ServeError> {
    let now: DateTime<Utc> = NOW.parse().unwrap();
    let webhooks = [
        Webhook::new("ops", "Ops", vec![key()]),
        Webhook::new("web", "Web", vec![other_key()]),
    ];
    let gate = Gate::new(webhooks, Some(Duration::from_secs(300))).unwrap();
    Server::bind(
        options,
        Arc::new(Arc::new(Service::new(gate, handler, &metrics))),
        metrics,
        Arc::new(move || now),
    )
}

pub(crate) fn tls_files(cert: &str, key: &str) -> TlsFiles {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests-data/");
    TlsFiles {
        cert: format!("{folder}{cert}").into(),
        key: format!("{folder}{key}").into(),
    }
}

/// Echoes, panics or waits, as the text says.
pub(crate) struct Scripted {
    waiting: Arc<Semaphore>,
    gate: Arc<Semaphore>,
}

impl Default for Scripted {
    fn default() -> Self {
        Self {
            waiting: Arc::new(Semaphore::new(0)),
            gate: Arc::new(Semaphore::new(0)),
        }
    }
}

impl Handler for Scripted {
    fn handle(&self, inbound: Inbound) -> BoxFuture<'static, Answer> {
        let text = inbound.activity.text.unwrap_or_default();
        assert_ne!(text, "panic at once", "as the test asks");
        let waiting = Arc::clone(&self.waiting);
        let gate = Arc::clone(&self.gate);
        async move {
            assert_ne!(text, "panic", "as the test asks");
            if text == "wait" {
                waiting.add_permits(1);
                gate.acquire().await.unwrap().forget();
            }
            Answer {
                message: Reply::text(format!("You said: {text}")).to_message(),
                command: (text == "ping").then(|| Arc::from("ping")),
                outcome: if text == "busy" {
                    Outcome::Busy
                } else {
                    Outcome::Ok
                },
            }
        }
        .boxed()
    }
}
