//! Instead of a random moment, a named one: the bot dies at each failpoint in turn, hangs at some and fails at some.

use std::sync::Arc;
use std::time::{Duration, Instant};

use fastrand::Rng;
use hailer_failpoint::FAILPOINTS;

use crate::Options;
use crate::check::{self, Violation};
use crate::load::{self, Log};
use crate::place::{Place, addresses};
use crate::round::Round;
use crate::server::Server;

/// The longest until a place is reached under load: a later message waits until the lease of its dead sender is over.
const REACHED: Duration = Duration::from_secs(100);

/// How long people talk to a bot that hangs or fails at one place.
const CRIPPLED: Duration = Duration::from_secs(3);

/// Where the bot also goes on with a thread that hangs, or a call that fails.
const CRIPPLING: [&str; 8] = [
    "commit-before:hang",
    "claim-after:hang",
    "start-before-commit:hang",
    "finish-before:hang",
    "commit-before:error",
    "admit-after-job:error",
    "claim-before-commit:error",
    "finish-after-state:error",
];

/// Goes through all failpoints, or those that were chosen; ends with the first that finds something.
pub(crate) async fn run(options: &Options, seed: u64) -> Vec<Violation> {
    let mut rng = Rng::with_seed(seed);
    let place = Place::with_follow_ups(options.store).await;
    let log = Arc::new(Log::default());
    let mut totals = check::Totals::default();
    let round = Round {
        place: &place,
        log: &log,
        options,
    };
    let all = FAILPOINTS.iter().chain(&CRIPPLING);
    let is_chosen = |point: &&&str| {
        let mut chosen = options.failpoint.iter();
        options.failpoint.is_empty() || chosen.any(|it| point.split(':').next() == Some(it))
    };
    let chosen: Vec<&str> = all.filter(is_chosen).copied().collect();
    assert!(
        !chosen.is_empty(),
        "no such failpoint; there are {FAILPOINTS:?}"
    );
    for (number, point) in
        (1..=options.rounds).flat_map(|it| chosen.iter().map(move |point| (it, point)))
    {
        let began = Instant::now();
        let mut violations = round.die_at(point, &mut rng).await;
        let mut bots = Vec::new();
        violations.extend(round.recover(&mut bots).await);
        violations.extend(check::everything(&place, &log, &mut totals).await);
        // What this one was sending is the next one's.
        drop(bots);
        place.end_leases();
        let took = began.elapsed().as_secs_f64();
        println!("round {number} at {point}: {totals}, {took:.1} s");
        for violation in &violations {
            println!("  VIOLATION {violation}");
        }
        if !violations.is_empty() {
            return violations;
        }
    }
    Vec::new()
}

impl Round<'_> {
    /// Has a bot die at a place, hang or fail there.
    async fn die_at(&self, point: &str, rng: &mut Rng) -> Vec<Violation> {
        if point.starts_with("recover-") {
            return self.die_in_recovery(point, rng).await;
        }
        // The end of a server's life comes once; everything else often.
        let count = if point.contains(':') {
            3
        } else {
            rng.u32(1..8)
        };
        let action = if point.contains(':') { "" } else { ":kill" };
        let armed = format!("{point}{action}@{count}");
        let (bot, _) = self.place.start_armed(&armed).await;
        let bots = vec![bot];
        let mut clients = load::start(&addresses(&bots), self.options.clients, self.log, rng);
        let mut violations = Vec::new();
        if point.contains(':') {
            tokio::time::sleep(CRIPPLED).await;
        } else if !ends_within(&bots[0], REACHED).await {
            violations.push(format!("{armed} was never reached"));
        }
        drop(bots);
        while clients.join_next().await.is_some() {}
        self.place.end_leases();
        violations
    }

    /// Kills a bot under load, and the next one while it takes over.
    async fn die_in_recovery(&self, point: &str, rng: &mut Rng) -> Vec<Violation> {
        let mut bots = Vec::new();
        let mut violations = self.kill_one(&mut bots, rng).await;
        let mut bot = self.place.spawn_armed(&format!("{point}:kill"));
        let deadline = Instant::now() + REACHED;
        while bot.try_wait().unwrap().is_none() {
            if Instant::now() > deadline {
                violations.push(format!("{point} was never reached"));
                bot.kill().unwrap();
                bot.wait().unwrap();
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.place.end_leases();
        violations
    }
}

async fn ends_within(bot: &Server, limit: Duration) -> bool {
    let deadline = Instant::now() + limit;
    while !bot.has_ended() {
        if Instant::now() > deadline {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    true
}
