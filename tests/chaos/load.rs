//! People who talk to the bot until it dies, and remember what they were told.

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use fastrand::Rng;
use hailer::read_message;
use regex::Regex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::bot::Kind;
use crate::http::post;
use crate::teams::{TOKEN, authorization, message};

/// The longest that an answer may take, as Teams sees it.
const LONGEST_ANSWER: Duration = Duration::from_millis(4_500);

/// Among how many of the last messages some are repeated, and which share of them.
const RECENT: usize = 200;
const EVERY: usize = 5;

static JOB: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\bjob ([0-9A-HJKMNP-TV-Z]{4,})\b").unwrap());

/// One message and what its sender was told, once for each delivery that was answered.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) activity: String,
    /// The signed body, to deliver it again.
    pub(crate) body: String,
    pub(crate) answers: Vec<String>,
}

/// Returns the jobs that an answer names.
pub(crate) fn jobs_in(answer: &str) -> impl Iterator<Item = String> {
    JOB.captures_iter(answer).map(|it| it[1].to_owned())
}

/// Everything that was said in all rounds.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) said: Mutex<Vec<Said>>,
    pub(crate) too_late: Mutex<Vec<String>>,
}

impl Log {
    fn say(&self, said: Said) -> usize {
        let mut all = self.said.lock().unwrap();
        all.push(said);
        all.len() - 1
    }

    fn answer(&self, at: usize, answer: String) {
        self.said.lock().unwrap()[at].answers.push(answer);
    }
}

/// Lets clients talk until they are aborted or the bots are gone.
pub(crate) fn start(
    addresses: &[SocketAddr],
    clients: usize,
    log: &Arc<Log>,
    rng: &mut Rng,
) -> JoinSet<()> {
    let mut all = JoinSet::new();
    for _ in 0..clients {
        let client = Client {
            addresses: addresses.to_vec(),
            log: Arc::clone(log),
            rng: rng.fork(),
        };
        all.spawn(client.talk());
    }
    all
}

struct Client {
    addresses: Vec<SocketAddr>,
    log: Arc<Log>,
    rng: Rng,
}

impl Client {
    async fn talk(mut self) {
        while self.say_something().await.is_some() {}
    }

    /// Says something, sometimes twice; `None` when the bot is gone.
    async fn say_something(&mut self) -> Option<()> {
        let kind = match self.rng.u8(0..100) {
            0..35 => Kind::Work,
            35..50 => Kind::Safe,
            50..65 => Kind::Note,
            65..70 => Kind::Slow,
            70..74 => Kind::Long,
            74..80 => Kind::Script,
            80..84 => Kind::Run,
            _ => Kind::Look,
        };
        let text = format!("{} t{}", kind.name(), self.rng.u32(..));
        let body = message("ops", &text);
        let said = Said {
            activity: body["id"].as_str().unwrap().to_owned(),
            body: body.to_string(),
            answers: Vec::new(),
        };
        let body = said.body.clone();
        let at = self.log.say(said);
        let first = self.deliver(at, &body);
        if self.rng.u8(0..5) == 0 {
            let second = self.deliver(at, &body);
            let (first, second) = tokio::join!(first, second);
            first.and(second)
        } else {
            first.await
        }
    }

    fn deliver(&mut self, at: usize, body: &str) -> impl Future<Output = Option<()>> + use<> {
        let address = self.addresses[self.rng.usize(..self.addresses.len())];
        let alone = self.addresses.len() == 1;
        let body = body.to_owned();
        let log = Arc::clone(&self.log);
        async move {
            match deliver(address, &body).await {
                Delivered::Answered(answer) => log.answer(at, answer),
                Delivered::TooLate => log.too_late.lock().unwrap().push(body),
                // Of several bots one may be gone while the others answer.
                Delivered::Gone if alone => return None,
                Delivered::Gone => {}
            }
            Some(())
        }
    }
}

/// Delivers some messages of the round once more, as Teams may after the bot was gone.
pub(crate) async fn repeat(address: SocketAddr, log: &Log) {
    let chosen: Vec<(usize, String)> = {
        let said = log.said.lock().unwrap();
        let recent = said.iter().enumerate().rev().take(RECENT);
        recent
            .step_by(EVERY)
            .map(|(at, it)| (at, it.body.clone()))
            .collect()
    };
    for (at, body) in chosen {
        if let Delivered::Answered(answer) = deliver(address, &body).await {
            log.answer(at, answer);
        }
    }
}

/// What became of one delivery.
enum Delivered {
    Answered(String),
    TooLate,
    Gone,
}

/// Delivers a message once.
async fn deliver(address: SocketAddr, body: &str) -> Delivered {
    let headers = [&authorization(TOKEN, body.as_bytes()), "connection: close"];
    let request = post("ops", &headers, body.as_bytes());
    match tokio::time::timeout(LONGEST_ANSWER, exchange(address, &request)).await {
        Ok(Some(answer)) => Delivered::Answered(answer),
        Ok(None) => Delivered::Gone,
        Err(_) => Delivered::TooLate,
    }
}

async fn exchange(address: SocketAddr, request: &[u8]) -> Option<String> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream.write_all(request).await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?;
    assert_eq!(status, "200", "a good message was refused: {answer}");
    // Cut off by the kill.
    let message = read_message(body).ok()?;
    Some(message.to_plain())
}
