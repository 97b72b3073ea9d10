//! What one caller may take of the server: bytes, time, connections.

use std::time::Duration;

/// Limits of the server. The defaults suit Teams; change them in tests, and [`Limits::body`] by configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request's body. Messages of Teams end at 28 KB; the html copy and entities need more.
    pub body: usize,
    /// Time for the whole body to arrive, so that a dripping client cannot hold a connection.
    pub body_time: Duration,
    /// Time for the head of a request to arrive, and for a TLS handshake.
    pub head_time: Duration,
    /// Time a connection may idle between requests.
    pub keep_alive: Duration,
    /// Connections of each worker thread; further ones wait in the backlog.
    pub connections: usize,
    /// Connections that the system holds while none of ours is free.
    pub backlog: u32,
}

impl Limits {
    /// 256 KiB: nine times what Teams lets people write.
    pub const BODY: usize = 256 * 1024;

    /// Teams gives up after five seconds, so a body that takes three cannot be answered in time.
    pub const BODY_TIME: Duration = Duration::from_secs(3);

    /// As for the body.
    pub const HEAD_TIME: Duration = Duration::from_secs(3);

    /// Longer than the 60 s that nginx keeps an idle connection to us, so that it is never we who
    /// close one that a proxy is about to use.
    pub const KEEP_ALIVE: Duration = Duration::from_secs(75);

    /// Room for several thousand slow clients, each gone after three seconds, beside the good ones.
    pub const CONNECTIONS: usize = 10_000;

    /// One burst of connections while all workers are busy for a moment; Linux caps it at `somaxconn`.
    pub const BACKLOG: u32 = 4_096;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: Self::BODY,
            body_time: Self::BODY_TIME,
            head_time: Self::HEAD_TIME,
            keep_alive: Self::KEEP_ALIVE,
            connections: Self::CONNECTIONS,
            backlog: Self::BACKLOG,
        }
    }
}
