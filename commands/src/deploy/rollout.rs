//! The one way by which a version reaches an environment: written down before, brought there, looked at, written down.

use std::time::{Duration, Instant, SystemTime};

use hailer::{CommandError, CommandResult, Invocation, Reply, Sign};

use crate::deploy::backend::{Done, Failure, Touched};
use crate::deploy::card::{headed, with_facts, with_lines, with_ways_out};
use crate::deploy::health::Health;
use crate::deploy::ledger::{Deploy, Ending, Kind, Track};
use crate::deploy::words::{millis, took};
use crate::deploy::{Deploys, Target};

/// How often the end is tried to be written down while the store is out, and what passes between.
const END_ATTEMPTS: u32 = 10;
const END_PAUSE: Duration = Duration::from_secs(2);

/// A version on its way.
struct RollOut<'r> {
    deploys: &'r Deploys,
    target: &'r Target<'r>,
    version: &'r str,
    kind: Kind,
    invocation: &'r Invocation,
}

/// How it ended.
struct Ended {
    ending: Ending,
    note: Option<String>,
    /// The last lines that were said.
    lines: Option<String>,
    is_written_down: bool,
    took: Duration,
}

/// Brings a version to an environment, and says what became of it.
///
/// # Errors
///
/// Something else is under way, it did not go well, or it does not do its work.
pub(super) async fn roll_out(
    deploys: &Deploys,
    target: &Target<'_>,
    version: &str,
    kind: Kind,
    invocation: &Invocation,
) -> CommandResult {
    let roll_out = RollOut {
        deploys,
        target,
        version,
        kind,
        invocation,
    };
    let before = roll_out.begin().await?;
    let begun = Instant::now();
    let mut ended = roll_out.bring().await;
    ended.took = begun.elapsed();
    roll_out.log_end(&ended, before.as_deref());
    ended.is_written_down = roll_out.write_down(&ended).await;
    roll_out.tell(&ended, before.as_deref())
}

impl RollOut<'_> {
    /// Writes down that it begins, and returns what ran before.
    async fn begin(&self) -> Result<Option<String>, CommandError> {
        let (service, environment) = self.target.names();
        let lost = self.deploys.lost(service, environment).await?;
        let deploy = Deploy {
            kind: self.kind,
            version: self.version.to_owned(),
            before: None,
            by: self.invocation.sender().name().to_owned(),
            job: self.invocation.job_id().map(str::to_owned),
            began_ms: millis(SystemTime::now()),
            ended_ms: None,
            ending: Ending::UnderWay,
            note: None,
        };
        let begin = |track: &mut Track| {
            if let Some(lost) = &lost {
                track.settle(lost);
            }
            if let Some(other) = track.under_way() {
                return Err(CommandError::told(format!(
                    "{service} {} is on its way to {environment} already, by {}. Nothing was started.",
                    other.version, other.by
                )));
            }
            track.begin(Deploy {
                before: track.running().map(|it| it.version.clone()),
                ..deploy.clone()
            });
            Ok(())
        };
        let ledger = &self.deploys.ledger;
        let track = ledger.change(service, environment, begin).await?;
        Ok(track.under_way().and_then(|it| it.before.clone()))
    }

    /// Does it, and looks whether it does its work.
    async fn bring(&self) -> Ended {
        let (service, environment) = self.target.names();
        let values = self.target.values(Some(self.version));
        let telling = format!("{service} {} to {environment}", self.version);
        self.invocation.progress(0, 0, &telling);
        let backend = &self.target.place.backend;
        self.invocation.log(backend.plan(&values));
        match backend.deploy(&values, self.invocation).await {
            Ok(done) => {
                let said = done.said.as_deref().unwrap_or("nothing more");
                self.invocation.log(format!("it is there: {said}"));
                self.look(done).await
            }
            Err(failure) => self.failed(failure),
        }
    }

    async fn look(&self, done: Done) -> Ended {
        let ended = |ending, note| Ended {
            ending,
            note,
            lines: None,
            is_written_down: false,
            took: Duration::ZERO,
        };
        let Some(health) = &self.target.service.health else {
            return ended(Ending::Unchecked, done.said);
        };
        self.invocation
            .progress(0, 0, "waiting until it does its work");
        let values = self.target.values(Some(self.version));
        match health.wait(&values, self.invocation).await {
            Health::Good(words) => ended(Ending::Healthy, Some(words)),
            Health::Bad(words) => ended(Ending::Unhealthy, Some(words)),
        }
    }

    fn failed(&self, failure: Failure) -> Ended {
        let is_cancelled = self.invocation.cancellation().is_cancelled();
        if let Some(cause) = &failure.cause {
            tracing::warn!(%cause, what = failure.what, "a deploy failed");
        }
        Ended {
            ending: match failure.touched {
                Touched::Nothing => Ending::Untouched,
                Touched::Perhaps if is_cancelled => Ending::Cancelled,
                Touched::Perhaps => Ending::Failed,
            },
            note: Some(failure.what),
            lines: failure.lines,
            is_written_down: false,
            took: Duration::ZERO,
        }
    }

    /// Tells whether the end could be written down, which is tried for a while.
    async fn write_down(&self, ended: &Ended) -> bool {
        let (service, environment) = self.target.names();
        let now = millis(SystemTime::now());
        for attempt in 1..=END_ATTEMPTS {
            let end = |track: &mut Track| {
                track.end(ended.ending, ended.note.clone(), now);
                Ok(())
            };
            let written = self.deploys.ledger.change(service, environment, end).await;
            if written.is_ok() {
                return true;
            }
            if attempt < END_ATTEMPTS {
                tokio::time::sleep(END_PAUSE).await;
            }
        }
        false
    }

    fn tell(&self, ended: &Ended, before: Option<&str>) -> CommandResult {
        let (sign, headline) = self.headline(ended, before);
        let facts = self.facts(ended, before);
        let card = with_facts(headed(sign, &headline), facts);
        let card = match &ended.lines {
            Some(lines) => with_lines(card, lines),
            None => card,
        };
        let ways_out = self.ways_out(ended, before);
        let reply = Reply::card(with_ways_out(card, self.invocation, ways_out));
        match sign {
            Sign::Bad => Err(CommandError::reply_with(reply)),
            Sign::Good | Sign::Warning | Sign::Neutral => Ok(reply),
        }
    }

    fn log_end(&self, ended: &Ended, before: Option<&str>) {
        let (_, headline) = self.headline(ended, before);
        // What the backend said is in the log already.
        let is_new = !matches!(ended.ending, Ending::Unchecked);
        if let Some(note) = ended.note.as_ref().filter(|_| is_new) {
            self.invocation.log(note);
        }
        self.invocation
            .log(format!("{headline} after {}", took(ended.took)));
    }

    fn headline(&self, ended: &Ended, before: Option<&str>) -> (Sign, String) {
        let (service, environment) = self.target.names();
        let version = self.version;
        let deploy = match self.kind {
            Kind::Rollback => "rollback",
            Kind::Run | Kind::Reported => "deploy",
        };
        match ended.ending {
            Ending::Healthy => (
                Sign::Good,
                format!("{service} {version} is live in {environment}"),
            ),
            Ending::Unchecked | Ending::UnderWay => (
                Sign::Good,
                format!("{service} {version} is in {environment}"),
            ),
            Ending::Unhealthy => (
                Sign::Bad,
                format!("{service} {version} is in {environment}, and does not do its work"),
            ),
            Ending::Untouched => (
                Sign::Bad,
                match before {
                    Some(before) => {
                        format!("Nothing was changed: {service} {before} goes on in {environment}")
                    }
                    None => format!("Nothing was changed in {environment}"),
                },
            ),
            Ending::Failed => (
                Sign::Bad,
                format!("The {deploy} of {service} {version} to {environment} failed"),
            ),
            Ending::Cancelled | Ending::Interrupted => (
                Sign::Bad,
                format!(
                    "The {deploy} of {service} {version} to {environment} was stopped half way"
                ),
            ),
        }
    }

    fn facts(&self, ended: &Ended, before: Option<&str>) -> Vec<(&'static str, Option<String>)> {
        let note = ended.note.clone();
        let (health, said, known) = match ended.ending {
            Ending::Healthy => (note.map(|it| format!("✔ {it}")), None, None),
            Ending::Unhealthy => (note.map(|it| format!("✖ {it}")), None, None),
            Ending::Unchecked | Ending::UnderWay => (Some("not checked".to_owned()), note, None),
            Ending::Untouched | Ending::Failed | Ending::Cancelled | Ending::Interrupted => {
                (None, None, note)
            }
        };
        let unknown = ended.ending.leaves_doubt().then(|| match before {
            Some(before) => format!("whether {before} or {} runs now", self.version),
            None => format!("whether {} runs now", self.version),
        });
        vec![
            ("Known", known),
            ("Not known", unknown),
            ("Health", health),
            ("Said", said),
            (
                "Before",
                before
                    .filter(|_| !ended.ending.leaves_doubt())
                    .map(str::to_owned),
            ),
            ("Took", Some(took(ended.took))),
            ("By", Some(self.invocation.sender().name().to_owned())),
            (
                "Ledger",
                (!ended.is_written_down)
                    .then(|| "my store is out: this is not written down".to_owned()),
            ),
        ]
    }

    /// Says what to type next.
    fn ways_out(&self, ended: &Ended, before: Option<&str>) -> Vec<(&'static str, String)> {
        let (service, environment) = self.target.names();
        let back = (
            "Go back",
            format!("deploy rollback {service} --env {environment}"),
        );
        // What ran before goes on and is no news, unless it is what was meant to be brought.
        let is_same = ended.ending == Ending::Untouched && before == Some(self.version);
        let anyway = if is_same { " --again" } else { "" };
        let version = self.version;
        let again = (
            "Again",
            format!("deploy run {service} {version} --env {environment}{anyway}"),
        );
        let job = self.invocation.job_id();
        let log = job.map(|id| ("All that it said", format!("job log {id}")));
        let back = before.filter(|it| *it != self.version).map(|_| back);
        let ways = match ended.ending {
            Ending::Healthy | Ending::Unchecked | Ending::UnderWay => vec![back],
            Ending::Unhealthy => vec![back, log],
            Ending::Untouched => vec![Some(again)],
            Ending::Failed | Ending::Cancelled | Ending::Interrupted => {
                vec![Some(again), back, log]
            }
        };
        ways.into_iter().flatten().collect()
    }
}
