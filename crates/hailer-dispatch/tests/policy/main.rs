//! Who may run what, through the front door: a message and a policy in, a call or a refusal out.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that goes wrong should stop there"
)]

mod approving;
mod arguments;
mod asking;
mod ceiling;
mod listing;
mod model;
mod order;
mod product;
mod setting;
mod throttling;
mod wording;
mod written;
