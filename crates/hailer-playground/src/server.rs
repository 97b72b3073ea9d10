//! The listener: files of the page for everybody on this computer, everything else for who has the key.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::dev::Server as Listener;
use actix_web::http::header::{COOKIE, SET_COOKIE};
use actix_web::http::{Method, StatusCode};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use bytes::Bytes;
use hailer::{RunningBot, TeamsMessage};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::answers::{events, file, json_response, text};
use crate::assets::{Assets, FILES};
use crate::config::PlaygroundConfig;
use crate::error::PlaygroundError;
use crate::session::Sessions;
use crate::stage::{Speaker, Stage};
use crate::{commands, exchange, guard, jobs, judged, reading};

/// More than any message or card; the page sends nothing longer.
const BODY_LIMIT: usize = 1024 * 1024;

/// Told when a link has been used, with the link for another browser.
pub type Announce = Arc<dyn Fn(&str) + Send + Sync>;

/// A look-alike Teams channel that has its address.
pub struct Playground {
    listener: Listener,
    address: SocketAddr,
    desk: Arc<Desk>,
}

/// The bot that is played with.
pub struct PlayedBot {
    /// The bot itself.
    pub bot: RunningBot,
    /// Where it answers; without TLS.
    pub address: SocketAddr,
    /// Whether its commands are only there to be tried.
    pub is_demo: bool,
    /// Who hears of links.
    pub announce: Announce,
}

impl std::fmt::Debug for PlayedBot {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("PlayedBot")
            .field("address", &self.address)
            .field("is_demo", &self.is_demo)
            .finish_non_exhaustive()
    }
}

/// What every answer is made from.
struct Desk {
    stage: Stage,
    assets: Assets,
    sessions: Sessions,
    announce: Announce,
}

/// Why a call of the page is not answered.
#[derive(Debug, thiserror::Error)]
enum Wrong {
    #[error("the page sent what cannot be read: {0}")]
    Unreadable(#[source] serde_json::Error),
    #[error("there is no such call")]
    Call,
    #[error("there is no such webhook, or it has no token")]
    Webhook,
    #[error("an Entra ID is a GUID: 8 digits or letters from a to f, a dash, and so on")]
    Person,
}

/// The key of a link.
#[derive(Deserialize)]
struct Key {
    key: String,
}

/// JSON that somebody pasted.
#[derive(Deserialize)]
struct Pasted {
    text: String,
}

impl Playground {
    /// Takes the address.
    ///
    /// # Errors
    ///
    /// [`PlaygroundError::NotLoopback`] when others could reach it; otherwise the address is taken.
    pub fn bind(config: &PlaygroundConfig, bot: PlayedBot) -> Result<Self, PlaygroundError> {
        if !config.listen.ip().is_loopback() {
            return Err(PlaygroundError::NotLoopback {
                address: config.listen,
            });
        }
        let desk = Arc::new(Desk {
            announce: Arc::clone(&bot.announce),
            stage: Stage::new(config, bot),
            assets: Assets::of(FILES),
            sessions: Sessions::new()?,
        });
        let bound = listen(config.listen, &desk);
        let (listener, address) = match bound {
            // Nobody asked for this very port: a second demo should not fail for it.
            Err(PlaygroundError::Bind { .. }) if !config.is_asked_for => {
                listen(SocketAddr::new(config.listen.ip(), 0), &desk)?
            }
            bound => bound?,
        };
        Ok(Self {
            listener,
            address,
            desk,
        })
    }

    /// Returns the address, with the port that port 0 became.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the link that lets one browser in.
    pub fn link(&self) -> String {
        link(self.address, &self.desk.sessions)
    }

    /// Serves until `shutdown` resolves. Needs a tokio runtime.
    ///
    /// # Errors
    ///
    /// [`PlaygroundError::Run`] when the listener dies.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<(), PlaygroundError> {
        let handle = self.listener.handle();
        let listener = self.listener;
        let stop = async {
            shutdown.await;
            handle.stop(false).await;
        };
        let (ended, ()) = tokio::join!(listener, stop);
        ended.map_err(|source| PlaygroundError::Run { source })
    }
}

impl std::fmt::Debug for Playground {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Playground")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

fn link(address: SocketAddr, sessions: &Sessions) -> String {
    format!("http://{address}/#k={}", sessions.key())
}

fn listen(
    address: SocketAddr,
    desk: &Arc<Desk>,
) -> Result<(Listener, SocketAddr), PlaygroundError> {
    let desk = Arc::clone(desk);
    let server = HttpServer::new(move || {
        let desk = Arc::clone(&desk);
        App::new()
            .app_data(web::PayloadConfig::new(BODY_LIMIT))
            .default_service(web::to(move |request: HttpRequest, body: Bytes| {
                let desk = Arc::clone(&desk);
                async move { desk.respond(&request, &body).await }
            }))
    })
    .disable_signals()
    .workers(1)
    .shutdown_timeout(1)
    .bind(address)
    .map_err(|source| PlaygroundError::Bind { address, source })?;
    let bound = server.addrs().first().copied().unwrap_or(address);
    Ok((server.run(), bound))
}

impl Desk {
    async fn respond(&self, request: &HttpRequest, body: &[u8]) -> HttpResponse {
        let port = request.app_config().local_addr().port();
        if let Err(stranger) = guard::check(request, port) {
            return text(stranger.status(), stranger.text());
        }
        let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
        match (request.path(), is_read) {
            ("/api/session", false) => self.let_in(request, body),
            (path, _) if path.starts_with("/api/") => {
                if !self.is_in(request) {
                    return text(
                        StatusCode::UNAUTHORIZED,
                        "this browser has no key; use the link in the terminal",
                    );
                }
                match (path, is_read) {
                    ("/api/jobs", true) => {
                        events(jobs::stream(self.stage.bot.clone(), jobs::SHOWN))
                    }
                    _ => self.answer(path, is_read, body).await,
                }
            }
            (path, true) => match self.assets.find(path) {
                Some(asset) => file(request, asset),
                None => text(StatusCode::NOT_FOUND, "there is no such page"),
            },
            _ => text(StatusCode::METHOD_NOT_ALLOWED, "this is only read"),
        }
    }

    /// Answers the page.
    async fn answer(&self, path: &str, is_read: bool, body: &[u8]) -> HttpResponse {
        let answered = match (path, is_read) {
            ("/api/start", true) => Ok(self.stage.to_json()),
            ("/api/commands", false) => self.commands(body),
            ("/api/send", false) => self.send(body).await,
            ("/api/resend", false) => self.resend(body).await,
            ("/api/card", false) => read(body).map(|it: Pasted| judged::judge_text(&it.text)),
            _ => Err(Wrong::Call),
        };
        match answered {
            Ok(value) => json_response(&value),
            Err(wrong) => text(wrong.status(), &wrong.to_string()),
        }
    }

    async fn send(&self, body: &[u8]) -> Result<Value, Wrong> {
        let said = exchange::say(&self.stage, &read(body)?).await;
        said.ok_or(Wrong::Webhook)
    }

    async fn resend(&self, body: &[u8]) -> Result<Value, Wrong> {
        let sent = exchange::again(&self.stage, read(body)?).await;
        sent.ok_or(Wrong::Webhook)
    }

    /// Turns a key into a cookie.
    fn let_in(&self, request: &HttpRequest, body: &[u8]) -> HttpResponse {
        let key = read(body).map_or_else(|_| String::new(), |it: Key| it.key);
        let Some(value) = self.sessions.exchange(&key) else {
            return text(
                StatusCode::UNAUTHORIZED,
                "this link has been used; a fresh one is in the terminal",
            );
        };
        let address = request.app_config().local_addr();
        (self.announce)(&link(address, &self.sessions));
        let cookie = format!(
            "{}={value}; Path=/; HttpOnly; SameSite=Strict",
            cookie_name(request)
        );
        let mut response = HttpResponse::NoContent();
        guard::harden(&mut response)
            .insert_header((SET_COOKIE, cookie))
            .finish()
    }

    fn is_in(&self, request: &HttpRequest) -> bool {
        let name = cookie_name(request);
        let cookies = request.headers().get_all(COOKIE);
        cookies
            .filter_map(|it| it.to_str().ok())
            .flat_map(|it| it.split(';'))
            .filter_map(|it| it.trim().split_once('='))
            .any(|(it, value)| it == name && self.sessions.knows(value))
    }

    fn commands(&self, body: &[u8]) -> Result<Value, Wrong> {
        let speaker: Speaker = read(body)?;
        let message = self.stage.message(&speaker, "").ok_or(Wrong::Webhook)?;
        let standpoint = self.standpoint(&message, &speaker.webhook);
        let standpoint = standpoint.ok_or(Wrong::Person)?;
        Ok(commands::describe(
            &self.stage.bot.permissions(),
            &standpoint,
        ))
    }

    fn standpoint(&self, message: &TeamsMessage, webhook: &str) -> Option<hailer::Standpoint> {
        let (_, key) = self.stage.webhook(webhook)?;
        let body = message.to_json(chrono::Utc::now());
        let header = key.sign(body.as_bytes());
        let keys = std::slice::from_ref(&key);
        let verified = hailer::verify(keys, Some(header.as_bytes()), body.into()).ok()?;
        let activity = hailer::Activity::parse(&verified).ok()?;
        reading::standpoint(&self.stage, &activity, webhook)
    }
}

/// Cookies do not know ports: each playground on this computer has its own.
fn cookie_name(request: &HttpRequest) -> String {
    format!(
        "hailer-playground-{}",
        request.app_config().local_addr().port()
    )
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Wrong> {
    serde_json::from_slice(body).map_err(Wrong::Unreadable)
}

impl Wrong {
    fn status(&self) -> StatusCode {
        match self {
            Self::Unreadable(_) => StatusCode::BAD_REQUEST,
            Self::Call | Self::Webhook | Self::Person => StatusCode::NOT_FOUND,
        }
    }
}
