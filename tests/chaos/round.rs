//! A round: bots start, people talk, a bot is killed, another takes over, everything is compared.

use std::sync::Arc;
use std::time::{Duration, Instant};

use fastrand::Rng;
use hailer_store::{JobFilter, JobState, Store};

use crate::Options;
use crate::check::{self, Violation};
use crate::load::{self, Log};
use crate::place::{Place, addresses};
use crate::sabotage;
use crate::server::Server;

/// The longest until everything that was accepted has ended: a lease of a dead replica must run out first.
const SETTLED: Duration = Duration::from_secs(90);

/// Longer than a lease, so that others take over what a paused bot holds.
const PAUSE: Duration = Duration::from_secs(45);

/// Runs all rounds; ends with the first one that finds something.
pub(crate) async fn run(options: &Options, seed: u64) -> Vec<Violation> {
    let mut rng = Rng::with_seed(seed);
    let place = Place::new(options.store).await;
    let log = Arc::new(Log::default());
    let mut bots = Vec::new();
    let mut totals = check::Totals::default();
    for number in 1..=options.rounds {
        let round = Round {
            place: &place,
            log: &log,
            options,
        };
        let began = Instant::now();
        let mut violations = round.kill_one(&mut bots, &mut rng).await;
        if number == options.rounds
            && let Some(sabotage) = options.sabotage
        {
            bots.clear();
            sabotage::commit(sabotage, &place);
        }
        violations.extend(round.recover(&mut bots).await);
        let found = check::everything(&place, &log, &mut totals).await;
        violations.extend(found);
        println!(
            "round {number}: {totals}, {:.1} s",
            began.elapsed().as_secs_f64()
        );
        for violation in &violations {
            println!("  VIOLATION {violation}");
        }
        if !violations.is_empty() {
            return violations;
        }
    }
    Vec::new()
}

/// What a round needs.
pub(crate) struct Round<'a> {
    pub(crate) place: &'a Place,
    pub(crate) log: &'a Arc<Log>,
    pub(crate) options: &'a Options,
}

impl Round<'_> {
    /// Starts what is missing, lets people talk, and kills one bot while they do.
    pub(crate) async fn kill_one(&self, bots: &mut Vec<Server>, rng: &mut Rng) -> Vec<Violation> {
        let violations = self.start_missing(bots).await;
        let mut clients = load::start(&addresses(bots), self.options.clients, self.log, rng);
        // The moment is the experiment: no event says when it should come.
        tokio::time::sleep(Duration::from_millis(rng.u64(50..1_200))).await;
        let victim = rng.usize(..bots.len());
        let is_pause = self.options.pauses && rng.bool();
        if is_pause {
            bots[victim].signal("STOP");
            tokio::time::sleep(PAUSE).await;
            bots[victim].signal("CONT");
        } else {
            drop(bots.swap_remove(victim));
        }
        if bots.is_empty() {
            while clients.join_next().await.is_some() {}
            self.place.end_leases();
        } else {
            // The others take over under load.
            tokio::time::sleep(Duration::from_millis(rng.u64(50..500))).await;
            clients.shutdown().await;
        }
        if is_pause {
            // Whoever asked the bot that was paused could get no answer.
            self.log.too_late.lock().unwrap().clear();
        }
        violations
    }

    /// Lets a bot take over, delivers some messages once more, and waits until nothing is under way.
    pub(crate) async fn recover(&self, bots: &mut Vec<Server>) -> Vec<Violation> {
        let mut violations = self.start_missing(bots).await;
        load::repeat(addresses(bots)[0], self.log).await;
        let store = self.place.store().await;
        if !settle(&store).await {
            violations.push(format!("jobs are still on their way after {SETTLED:?}"));
        }
        violations
    }

    async fn start_missing(&self, bots: &mut Vec<Server>) -> Vec<Violation> {
        let mut violations = Vec::new();
        while bots.len() < self.options.replicas {
            let (bot, took) = self.place.start().await;
            bots.push(bot);
            if took > check::LONGEST_START {
                violations.push(format!("a bot took {took:?} to start"));
            }
        }
        violations
    }
}

/// Waits until no job is on its way.
async fn settle(store: &Store) -> bool {
    let open = JobFilter {
        states: vec![JobState::Queued, JobState::Starting, JobState::Running],
        limit: 1,
        ..JobFilter::default()
    };
    let mut changes = store.changes();
    let deadline = Instant::now() + SETTLED;
    while Instant::now() < deadline {
        if store
            .jobs(&open)
            .await
            .is_ok_and(|page| page.items.is_empty())
        {
            return true;
        }
        // What another process changes is not told here on SQLite.
        let _ = tokio::time::timeout(Duration::from_millis(50), changes.changed()).await;
    }
    false
}
