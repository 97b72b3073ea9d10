//! What the binary `hailer` does, for bots that are programs of their own: the same verbs with their commands.

mod arguments;
mod capture;
mod card;
mod chat;
mod check;
mod commands;
mod completions;
mod demo;
mod diagnosis;
mod doctor;
mod exchange;
mod exit;
mod explain;
mod followup;
mod http;
mod jobs;
mod listen;
mod log;
mod metrics_page;
mod new;
mod output;
mod play;
mod policy;
mod program;
mod project;
mod script;
mod send;
mod serve;
mod sign;
mod status;
mod store;
mod token;
mod verify;
mod watching;

pub use program::main;
