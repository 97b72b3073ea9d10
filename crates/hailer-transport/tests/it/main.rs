//! The server as a caller sees it: raw bytes over TCP to a free port.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that goes wrong should stop there"
)]

mod admin;
mod authentication;
mod bodies;
mod client;
mod framing;
mod limits;
mod log;
mod panics;
mod server;
mod shutdown;
mod tls;
mod watching;
