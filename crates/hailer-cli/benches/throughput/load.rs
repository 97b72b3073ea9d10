//! The load: connections that stay open, each with one request on its way at a time.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::request::ANSWER;

/// More than any answer needs.
const BUFFER: usize = 4_096;

/// How one server is loaded in one turn.
pub(crate) struct Load {
    pub(crate) connections: usize,
    pub(crate) requests: usize,
    pub(crate) limit: Duration,
}

/// What one turn gave.
pub(crate) struct Round {
    /// From the first request to the last answer.
    pub(crate) took: Duration,
    /// What the server computed meanwhile.
    pub(crate) cpu_time: Duration,
    /// How long each answer took.
    pub(crate) latencies: Vec<Duration>,
}

impl Round {
    pub(crate) fn requests_per_second(&self) -> f64 {
        self.latencies.len() as f64 / self.took.as_secs_f64()
    }
}

impl Load {
    /// Sends all requests and waits for their answers.
    pub(crate) async fn run(
        &self,
        address: SocketAddr,
        requests: Vec<Vec<u8>>,
    ) -> anyhow::Result<Round> {
        let queue = Arc::new(Queue {
            requests,
            next: AtomicUsize::new(0),
        });
        let mut open = Vec::new();
        for _ in 0..self.connections {
            open.push(Connection::open(address).await?);
        }

        let began = Instant::now();
        let mut connections = JoinSet::new();
        for connection in open {
            connections.spawn(connection.work_off(Arc::clone(&queue)));
        }
        let latencies = timeout(self.limit, gather(connections))
            .await
            .with_context(|| format!("the turn took longer than {:?}", self.limit))??;
        Ok(Round {
            took: began.elapsed(),
            cpu_time: Duration::ZERO,
            latencies,
        })
    }
}

async fn gather(
    mut connections: JoinSet<anyhow::Result<Vec<Duration>>>,
) -> anyhow::Result<Vec<Duration>> {
    let mut latencies = Vec::new();
    while let Some(ended) = connections.join_next().await {
        latencies.append(&mut ended.context("a connection's task died")??);
    }
    Ok(latencies)
}

struct Queue {
    requests: Vec<Vec<u8>>,
    next: AtomicUsize,
}

impl Queue {
    fn next(&self) -> Option<&[u8]> {
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        self.requests.get(index).map(Vec::as_slice)
    }
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)
            .await
            .context("cannot connect")?;
        stream.set_nodelay(true).context("cannot set TCP_NODELAY")?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(BUFFER),
        })
    }

    async fn work_off(mut self, queue: Arc<Queue>) -> anyhow::Result<Vec<Duration>> {
        let mut latencies = Vec::new();
        while let Some(request) = queue.next() {
            let sent = Instant::now();
            self.stream
                .write_all(request)
                .await
                .context("cannot send a request")?;
            self.receive().await?;
            latencies.push(sent.elapsed());
        }
        Ok(latencies)
    }

    /// Reads one whole answer and checks that it is the right one.
    async fn receive(&mut self) -> anyhow::Result<()> {
        self.buffer.clear();
        let length = loop {
            let read = self
                .stream
                .read_buf(&mut self.buffer)
                .await
                .context("cannot read an answer")?;
            ensure!(read > 0, "the connection was closed");
            match length(&self.buffer)? {
                Some(length) if self.buffer.len() >= length => break length,
                _ => {}
            }
        };
        let is_right = self.buffer.len() == length
            && self.buffer.starts_with(b"HTTP/1.1 200 ")
            && contains(&self.buffer, ANSWER);
        if !is_right {
            bail!(
                "a wrong answer: {}",
                String::from_utf8_lossy(&self.buffer).escape_debug()
            );
        }
        Ok(())
    }
}

/// Returns the length of an answer with its head, once its head is there.
fn length(answer: &[u8]) -> anyhow::Result<Option<usize>> {
    let Some(end) = answer.windows(4).position(|it| it == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = answer.get(..end).unwrap_or_default();
    let value = head
        .split(|&byte| byte == b'\n')
        .find_map(|line| {
            let (name, value) = line.split_at_checked(15)?;
            name.eq_ignore_ascii_case(b"content-length:")
                .then(|| value.trim_ascii())
        })
        .context("an answer without Content-Length")?;
    let value: usize = str::from_utf8(value)?.parse()?;
    Ok(Some(end + 4 + value))
}

fn contains(answer: &[u8], piece: &[u8]) -> bool {
    answer.windows(piece.len()).any(|it| it == piece)
}
