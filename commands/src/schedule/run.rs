//! Runs what is due: each time once, whichever replica does it.
//!
//! Whoever writes the claim first has the run. It says the message under an id that is made of the schedule and the time, so
//! that a run which was cut off is gone through again and starts nothing twice: the store knows the id.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt, stream};
use hailer::{
    Background, BackgroundRun, CommandError, Expected, FollowUps, Messenger, Said, SaidEnd,
};

use super::book::{Book, Claim, End, Pause, Run, Schedule};
use super::words;

/// How late something may begin because nobody looked.
const EVERY: Duration = Duration::from_secs(5);

/// A run that has not ended after this was cut off: saying a message ends within seconds.
const CUT_OFF: TimeDelta = TimeDelta::seconds(90);

/// How many messages are said at once.
const AT_ONCE: usize = 8;

/// How many runs that were missed are counted.
const MOST_COUNTED: u32 = 10_000;

/// How long it can be seen what became of something that was once.
const KEEP: TimeDelta = TimeDelta::days(7);

/// More of an answer is not kept.
const LONGEST_TEXT: usize = 1_500;

/// How often a result is written when others change the same.
const TRIES: usize = 20;

/// What the task knows.
#[derive(Debug, Clone)]
pub(super) struct Runner {
    pub(super) book: Book,
    pub(super) messenger: Messenger,
    pub(super) follow_ups: FollowUps,
    /// A run that is later than this is missed.
    pub(super) late: TimeDelta,
}

/// What is to be done with a schedule now.
struct Due {
    /// The time whose run it is; nothing when all were missed.
    tick_ms: Option<i64>,
    missed: Missed,
}

/// Runs that were not made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Missed {
    pub(super) count: u32,
    pub(super) first_ms: i64,
    pub(super) last_ms: i64,
}

impl Runner {
    pub(super) fn task(self) -> Background {
        Background::new("schedule", EVERY, move |run: BackgroundRun| {
            let runner = self.clone();
            async move { runner.sweep(&run).await }
        })
    }

    async fn sweep(&self, run: &BackgroundRun) -> Result<(), CommandError> {
        let now = DateTime::<Utc>::from(run.now());
        let all = self.book.all(None).await?;
        let work = stream::iter(all).map(|schedule| self.look(schedule, now, run));
        let mut ended = work.buffer_unordered(AT_ONCE);
        let mut failed = None;
        while let Some(result) = ended.next().await {
            // The trouble of one keeps no other from running.
            failed = result.err().or(failed);
        }
        failed.map_or(Ok(()), Err)
    }

    async fn look(
        &self,
        schedule: Schedule,
        now: DateTime<Utc>,
        run: &BackgroundRun,
    ) -> Result<(), CommandError> {
        if run.cancellation().is_cancelled() {
            return Ok(());
        }
        let now_ms = now.timestamp_millis();
        if schedule.is_over() {
            let last = schedule
                .runs
                .first()
                .map_or(schedule.created_ms, |it| it.tick_ms);
            if now_ms - last > KEEP.num_milliseconds() {
                self.book
                    .0
                    .delete(&schedule.key(), Expected::Anything)
                    .await?;
            }
            return Ok(());
        }
        let is_idle = schedule
            .claim
            .is_none_or(|it| now_ms - it.since_ms > CUT_OFF.num_milliseconds());
        let is_due = schedule.next_ms.is_some_and(|it| it <= now_ms) && schedule.paused.is_none();
        if !is_idle || !(is_due || schedule.claim.is_some()) {
            return Ok(());
        }
        let key = schedule.key();
        let Some(found) = self.book.0.get::<Schedule>(&key).await? else {
            return Ok(());
        };
        if found.value != schedule {
            // Somebody changed it meanwhile; it is looked at again soon.
            return Ok(());
        }
        let expected = Expected::Version(found.version);
        let due = self.due(&schedule, now);
        let claimed = Schedule {
            claim: due.tick_ms.map(|tick_ms| Claim {
                tick_ms,
                since_ms: now_ms,
            }),
            next_ms: schedule.next_after(now),
            ..schedule
        };
        let Some(tick_ms) = due.tick_ms else {
            return self.tell_missed(claimed, due.missed, expected).await;
        };
        if self
            .book
            .0
            .put_if(&key, &claimed, expected)
            .await?
            .is_none()
        {
            return Ok(());
        }
        let id = format!("schedule-{}-{tick_ms}", claimed.number);
        let label = format!("schedule {}", claimed.number);
        let said = self.messenger.say(&claimed.message, &id, &label).await?;
        self.note(&claimed, tick_ms, due.missed, &said).await
    }

    /// Finds which time is to be run: the last that was, if it is not too long ago.
    fn due(&self, schedule: &Schedule, now: DateTime<Utc>) -> Due {
        let is_in_time = |ms: i64| now.timestamp_millis() - ms <= self.late.num_milliseconds();
        let begun = schedule.claim.map(|it| it.tick_ms);
        let first = begun.or(schedule.next_ms).unwrap_or_default();
        let mut last = first;
        let mut count = 1;
        if begun.is_none() {
            while let Some(next) = ms(last).and_then(|last| schedule.next_after(last)) {
                if next > now.timestamp_millis() || count >= MOST_COUNTED {
                    break;
                }
                last = next;
                count += 1;
            }
        }
        if is_in_time(last) {
            return Due {
                tick_ms: Some(last),
                missed: Missed {
                    count: count - 1,
                    first_ms: first,
                    last_ms: last,
                },
            };
        }
        Due {
            tick_ms: None,
            missed: Missed {
                count,
                first_ms: first,
                last_ms: last,
            },
        }
    }

    async fn tell_missed(
        &self,
        mut schedule: Schedule,
        missed: Missed,
        expected: Expected,
    ) -> Result<(), CommandError> {
        let reply = words::missed(&schedule, missed);
        schedule.note(Run {
            tick_ms: missed.last_ms,
            end: End::Missed,
            text: reply.to_plain(),
            job: None,
        });
        let key = schedule.key();
        let webhook = schedule.message.webhook();
        let told = (key.as_str(), &schedule, expected);
        self.follow_ups
            .post_with(webhook, &reply, &self.book.0, told)
            .await?;
        Ok(())
    }

    /// Keeps what became of a run and tells it, both or neither.
    async fn note(
        &self,
        claimed: &Schedule,
        tick_ms: i64,
        missed: Missed,
        said: &Said,
    ) -> Result<(), CommandError> {
        let webhook = claimed.message.webhook();
        let reply = words::result(claimed, said, missed);
        let run = Run {
            tick_ms,
            end: End::of(said.end),
            text: cut(&said.reply.to_plain()),
            job: said.job.clone(),
        };
        for _ in 0..TRIES {
            let Some(found) = self.book.0.get::<Schedule>(&claimed.key()).await? else {
                // It was removed while it ran; whoever waits for it is told all the same.
                self.follow_ups.post(webhook, &reply).await?;
                return Ok(());
            };
            let mut schedule = found.value;
            if schedule.claim.is_none_or(|it| it.tick_ms != tick_ms) {
                return Ok(());
            }
            schedule.claim = None;
            schedule.note(run.clone());
            if matches!(
                said.end,
                SaidEnd::NotPermitted | SaidEnd::Asks | SaidEnd::Unclear
            ) {
                schedule.paused.get_or_insert_with(|| Pause {
                    by: None,
                    why: Some(words::why_paused(said.end).to_owned()),
                });
            }
            let key = schedule.key();
            let expected = Expected::Version(found.version);
            let state = &self.book.0;
            // The result of a job is posted as that of any job.
            let written = if said.end == SaidEnd::GoesOn {
                state.put_if(&key, &schedule, expected).await?
            } else {
                let told = (key.as_str(), &schedule, expected);
                self.follow_ups
                    .post_with(webhook, &reply, state, told)
                    .await?
            };
            if written.is_some() {
                return Ok(());
            }
        }
        Ok(())
    }
}

fn ms(at: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(at)
}

/// Returns a time of the bot's clock in milliseconds since 1970.
pub(super) fn millis(at: SystemTime) -> i64 {
    DateTime::<Utc>::from(at).timestamp_millis()
}

fn cut(text: &str) -> String {
    let end = text.floor_char_boundary(LONGEST_TEXT);
    text.get(..end).unwrap_or_default().to_owned()
}
