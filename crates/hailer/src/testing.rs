//! Testing commands: a bot in memory that is spoken to as Teams would.

mod bot;
mod reply;
mod snapshot;

pub use bot::{Speaker, TestBot};
pub use reply::TestReply;
