//! The whole bot through its front door: signed HTTP to the real binary, and its command line.
//!
//! `server` starts `hailer serve` as Teams' counterpart, `local_bot` a bot with commands of the test's own,
//! `command_line` runs every other verb; `teams` speaks to the first two as Teams does.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that goes wrong should stop there"
)]

mod certificates;
mod command_line;
mod documentation;
mod example_scripts;
mod holds;
mod http;
mod local_bot;
mod nginx;
mod samples;
mod server;
mod teams;

#[path = "../../crates/hailer-store/tests/it/bed/disk.rs"]
mod disk;
#[path = "../../crates/hailer-store/tests/it/bed/cluster.rs"]
#[expect(dead_code, reason = "the tests of the store use the rest")]
mod postgres;

mod admin;
mod audit;
mod card_check;
mod causes;
mod chat;
mod checking;
mod completing;
mod crashes;
mod deadline;
mod demo;
mod doctor;
mod duplicates;
mod echo;
mod explaining;
mod hostile_scripts;
mod incidents;
mod jobs;
mod keys;
mod late_reads;
mod listening;
mod listing;
mod malformed;
mod new_project;
mod outages;
mod panics;
mod permissions;
mod planted_secrets;
mod real_messages;
mod reloading;
mod schedules;
mod script_languages;
mod secrets;
mod seen;
mod sending;
mod services;
mod shutdown;
mod signatures;
mod signing;
mod stalled_store;
mod timelines;
mod tls;
mod transcripts;
mod waiting;
mod webhooks;
mod wrong_elsewhere;
