//! Kills a bot at random moments, again and again, and checks from outside that nothing was lost or done twice.
//!
//! The program is both sides: told `serve` it is a bot with commands that leave a mark on disk each time they run (`bot`),
//! else it starts that bot, lets many clients talk to it (`load`), kills it, starts it again and compares (`check`) what
//! people were told, what the marks say (`witness`) and what the store says. Each seed repeats its choices.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a harness that goes wrong should stop there, and its output is what it is for"
)]

mod bot;
mod check;
mod failpoints;
mod load;
mod place;
mod round;
mod sabotage;
mod witness;

#[path = "../../crates/hailer-store/tests/it/bed/cluster.rs"]
#[expect(dead_code, reason = "the tests of the store use the rest")]
mod postgres;

#[path = "../it/http.rs"]
#[expect(dead_code, reason = "the front-door tests use the rest")]
mod http;
#[path = "../it/server.rs"]
#[expect(dead_code, reason = "the front-door tests use the rest")]
mod server;
#[path = "../it/teams.rs"]
#[expect(dead_code, reason = "the front-door tests use the rest")]
mod teams;

use std::process::ExitCode;

use clap::Parser;

use crate::place::Engine;
use crate::sabotage::Sabotage;

/// Kills the bot at random moments and checks that nothing is lost or done twice.
#[derive(Debug, Parser)]
#[command(name = "chaos")]
struct Options {
    /// How often the bot is killed.
    #[arg(long, default_value_t = 5)]
    rounds: u32,
    /// Where the bot keeps its state.
    #[arg(long, value_enum, default_value_t = Engine::Sqlite)]
    store: Engine,
    /// Repeats the choices of an earlier run.
    #[arg(long)]
    seed: Option<u64>,
    /// How many people talk at once.
    #[arg(long, default_value_t = 40)]
    clients: usize,
    /// How many bots share the store; more than one needs PostgreSQL.
    #[arg(long, default_value_t = 1)]
    replicas: usize,
    /// Pauses a bot for longer than its lease, now and then, instead of killing it; needs more than one.
    #[arg(long)]
    pauses: bool,
    /// Has the bot die at each failpoint in turn instead of at random moments, `rounds` times.
    #[arg(long)]
    failpoints: bool,
    /// Only at this failpoint; can be given several times.
    #[arg(long, requires = "failpoints")]
    failpoint: Vec<String>,
    /// Damages the store behind the bot's back, which must be found: shows that the checks can fail.
    #[arg(long, value_enum)]
    sabotage: Option<Sabotage>,
}

fn main() -> ExitCode {
    hailer_process::runner::main();
    if std::env::args().nth(1).as_deref() == Some("serve") {
        return hailer_cli::main(bot::modules);
    }
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let seed = options.seed.unwrap_or_else(|| fastrand::u64(..));
    println!("seed {seed}");
    let violations = if options.failpoints {
        runtime.block_on(failpoints::run(&options, seed))
    } else {
        runtime.block_on(round::run(&options, seed))
    };
    match (options.sabotage, violations.is_empty()) {
        (None, true) | (Some(_), false) => ExitCode::SUCCESS,
        (None, false) => {
            eprintln!(
                "chaos: {} violations; repeat with --seed {seed}",
                violations.len()
            );
            ExitCode::FAILURE
        }
        (Some(sabotage), true) => {
            eprintln!("chaos: nobody noticed the sabotage {sabotage:?}");
            ExitCode::FAILURE
        }
    }
}
