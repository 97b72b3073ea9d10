//! What the binary `hailer` does, for bots that are programs of their own: the same verbs with their commands.

mod arguments;
mod card;
mod chat;
mod check;
mod commands;
mod completions;
mod demo;
mod exit;
mod log;
mod new;
mod output;
mod policy;
mod program;
mod project;
mod send;
mod serve;
mod sign;
mod token;
mod verify;

pub use program::main;
