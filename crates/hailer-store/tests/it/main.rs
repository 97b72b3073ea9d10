//! What the store promises, checked through its public interface on both engines.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that goes wrong should stop there"
)]

mod adoption;
mod audit;
mod bed;
mod copying;
mod crowd;
mod door;
mod gate;
mod holding;
mod opening;
mod outage;
mod outbox;
mod queue;
mod records;
mod recovery;
mod requests;
mod retention;
mod running;
mod samples;
