//! A look-alike Teams channel in the browser: whoever writes a command sees it answer without Teams.
//!
//! Every message is signed and posted to the bot's own address over HTTP, so what is tried here is the path that Teams'
//! messages take. Only this computer reaches it: it listens on a loopback address or not at all, and it is guarded as if
//! hostile pages were open in the next tab, because they may be.
//!
//! Not faithful: where Teams folds a card, its fonts, and what it does with a reply that comes late.

mod answers;
mod assets;
mod commands;
mod config;
mod error;
mod exchange;
mod guard;
mod jobs;
mod judged;
mod operator;
mod reading;
mod server;
mod session;
mod sorry;
mod stage;
mod wire;

pub use config::{Person, PlaygroundConfig, find_person, know, read};
pub use error::PlaygroundError;
pub use operator::OperatorPages;
pub use server::{Announce, PlayedBot, Playground};
