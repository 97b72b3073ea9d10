//! Throughput of `hailer serve` beside that of a bare server, in one run.
//!
//! ```text
//! cargo bench --package hailer-cli --bench throughput -- --rounds 12
//! cargo bench --package hailer-cli --bench throughput -- --only-starts
//! ```
//!
//! The bare server only verifies the signature, parses the activity and gives its text back; what Hailer needs
//! beyond is what finding, running and logging a command costs. All servers get the same requests in turns,
//! so that whatever else the machine does hits all of them. Everything stays on this computer.

mod bare_server;
mod hailer_server;
mod load;
mod process;
mod report;
mod request;
mod scripts;

use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use hailer_server::{Setup, Store};
use load::{Load, Round};
use process::Subject;
use request::{Team, team};

/// Starts that are timed.
const STARTS: usize = 5;

/// Measures the throughput of `hailer serve` and of a bare server.
#[derive(Debug, Parser)]
struct Arguments {
    /// Connections that are kept open, each with one request at a time
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Rounds in which every server has its turn
    #[arg(long, default_value_t = 8)]
    rounds: usize,
    /// Requests in one turn
    #[arg(long, default_value_t = 20_000)]
    requests: usize,
    /// The longest that one turn may take, in seconds
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// How many webhooks the configurations of hailer have
    #[arg(long, value_delimiter = ',', default_value = "1,10000")]
    webhooks: Vec<usize>,
    /// How many scripts the configurations have whose start is timed
    #[arg(long, value_delimiter = ',', default_value = "1,1000")]
    scripts: Vec<usize>,
    /// Only time the starts with scripts
    #[arg(long)]
    only_starts: bool,
    /// Only serve as the bare server
    #[arg(long, hide = true)]
    bare_server: bool,
    /// Given by `cargo bench`; without it the run is as short as it can be
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if arguments.bare_server {
        return bare_server::serve();
    }
    report::print_starts(&scripts::measure(&arguments.scripts)?)?;
    if arguments.only_starts {
        return Ok(());
    }
    let arguments = match arguments.bench {
        true => arguments,
        false => Arguments {
            rounds: 1,
            requests: 200,
            ..arguments
        },
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start a runtime for the load")?;
    report::print(&runtime.block_on(measure(&arguments))?)
}

/// A server and what was measured of it.
pub(crate) struct Measured {
    name: String,
    starts: Vec<Duration>,
    idle_rss: u64,
    loaded_rss: u64,
    rounds: Vec<Round>,
}

async fn measure(arguments: &Arguments) -> anyhow::Result<Vec<Measured>> {
    let load = Load {
        connections: arguments.connections,
        requests: arguments.requests,
        limit: Duration::from_secs(arguments.seconds),
    };
    let folder = tempfile::tempdir().context("cannot make a folder for configurations and logs")?;
    let mut subjects = vec![Subject::start("bare server", STARTS, bare_server::start)?];
    let mut teams = vec![vec![team(0)?]];
    let kept = arguments.webhooks.iter().map(|it| (*it, Store::Kept));
    for (webhooks, store) in kept.chain([(1, Store::Off)]) {
        let setup = Setup::write(
            folder.path(),
            store,
            (0..webhooks).map(team).collect::<Result<_, _>>()?,
        )?;
        let name = match store {
            Store::Kept => format!("hailer, {webhooks} webhook{}", plural(webhooks)),
            Store::Off => "hailer, no store".to_owned(),
        };
        subjects.push(Subject::start(&name, STARTS, || setup.start())?);
        teams.push(setup.into_teams());
    }

    // Caches, connections and allocators settle in a turn that does not count.
    take_turns(&load, &teams, &mut subjects).await?;
    subjects.iter_mut().for_each(Subject::forget_rounds);
    for _ in 0..arguments.rounds {
        take_turns(&load, &teams, &mut subjects).await?;
    }
    subjects.into_iter().map(Subject::finish).collect()
}

async fn take_turns(
    load: &Load,
    teams: &[Vec<Team>],
    subjects: &mut [Subject],
) -> anyhow::Result<()> {
    for (teams, subject) in teams.iter().zip(subjects) {
        let requests = request::sign(teams, load.requests, subject.address());
        let before = subject.cpu_time()?;
        let mut round = load
            .run(subject.address(), requests)
            .await
            .with_context(|| format!("{} failed", subject.name()))?;
        round.cpu_time = subject.cpu_time()?.saturating_sub(before);
        subject.add(round);
    }
    Ok(())
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
