//! A bot with commands of the test's own, in this process but on threads of its own.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::mpsc::channel;
use std::thread::JoinHandle;

use hailer::{Bot, Config, Environment};
use tokio::sync::oneshot;

use crate::http::Response;
use crate::teams::{TOKEN, Teams};

/// Free ports, and times that tests need not wait long for.
pub(crate) const CONFIG: &str = "
[server]
listen = '127.0.0.1:0'
admin_listen = '127.0.0.1:0'
reply_within = '1s'
shutdown_grace = '1s'

[webhook.ops]
token = { env = 'TOKEN' }
";

/// A bot that serves until it is dropped.
pub(crate) struct LocalBot {
    pub(crate) teams: Teams,
    pub(crate) admin: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    running: Option<JoinHandle<()>>,
}

impl LocalBot {
    /// Starts a bot to which `with` adds commands.
    pub(crate) fn start(with: impl FnOnce(Bot) -> Bot) -> Self {
        Self::configured("", with)
    }

    /// As [`LocalBot::start`], with tables that are added to the configuration.
    pub(crate) fn configured(tables: &str, with: impl FnOnce(Bot) -> Bot) -> Self {
        let store = if tables.contains("[store]") {
            ""
        } else {
            "\n[store]\nurl = 'off'\n"
        };
        let text = format!("{CONFIG}{tables}{store}");
        let environment = Environment::from_pairs([("TOKEN", TOKEN)]);
        let loaded = Config::parse("test", &text, Path::new("."), &environment);
        let bot = with(Bot::new(
            loaded
                .unwrap_or_else(|problems| panic!("{problems}"))
                .config,
        ));
        let (stop, stopped) = oneshot::channel();
        let (bound_to, addresses) = channel();
        let running = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let bound = bot.bind().unwrap_or_else(|error| panic!("{error}"));
                let admin = bound.admin_address().unwrap();
                bound_to.send((bound.address(), admin)).unwrap();
                let stopped = async {
                    let _ = stopped.await;
                };
                bound.run(stopped).await.unwrap();
            });
        });
        let (address, admin) = addresses.recv().unwrap();
        Self {
            teams: Teams::at(address),
            admin,
            stop: Some(stop),
            running: Some(running),
        }
    }

    /// Says something to the bot.
    pub(crate) async fn say(&self, text: &str) -> Response {
        self.teams.say(text).await
    }
}

impl Drop for LocalBot {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(running) = self.running.take() {
            let ended = running.join();
            // A second panic would hide the first.
            assert!(ended.is_ok() || std::thread::panicking());
        }
    }
}
