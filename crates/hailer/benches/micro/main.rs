//! What each step of answering a message costs.
//!
//! ```text
//! cargo bench --package hailer --bench micro
//! ```
#![expect(
    clippy::expect_used,
    reason = "what cannot be set up cannot be measured"
)]

mod dispatch;
mod gate;
mod normalise;
mod policy;
mod render;
mod sample;

fn main() {
    divan::main();
}
