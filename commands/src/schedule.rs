//! `schedule`: any command, at times to come, as whoever scheduled it.

mod book;
mod days;
mod run;
#[cfg(test)]
mod tests;
mod when;
mod words;

use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use chrono_tz::Tz;
use hailer::{
    Command, CommandError, Decision, Draft, Effect, Expected, FollowUps, Invocation, KeptMessage,
    Messenger, Misunderstanding, Module, ModuleState, NoArgs, Reply, Spec, clap, command_fn,
};

use book::{Book, Pause, Schedule};
use run::{Runner, millis};
use when::When;

use crate::moment::{in_zone, usual_zone};

/// A run that is later is not made, unless the configuration says otherwise.
const LATE: Duration = Duration::from_mins(15);

/// The longest time that the configuration can say.
const LATEST: Duration = Duration::from_hours(24);

/// How many of one person there are, unless the configuration says otherwise.
const PER_PERSON: usize = 20;

/// More at one webhook is a mistake.
const MOST: usize = 300;

/// What the configuration says of schedules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Whose clocks count, unless somebody names others.
    pub zone: Tz,
    /// How late a run may be that was missed.
    pub late: Duration,
    /// How many schedules a person has at most.
    pub per_person: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            zone: Tz::UTC,
            late: LATE,
            per_person: PER_PERSON,
        }
    }
}

/// Reads `[schedule]`; problems are noted in the draft. Without the table nothing is scheduled.
pub fn read(draft: &Draft) -> Option<Settings> {
    let section = draft.section("schedule");
    if !section.is_present() {
        return None;
    }
    let zone = section.timezone().unwrap_or_else(|| usual_zone(draft));
    let late = section.duration("late").unwrap_or(LATE);
    if late > LATEST {
        section.reject(
            "late",
            "a run that is so late is another day's",
            "fix: late = \"24h\" at most",
        );
    }
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    let per_person = section.integer("per_person").unwrap_or(20);
    if !(1..=most).contains(&per_person) {
        section.reject(
            "per_person",
            format!("a person has 1 to {MOST} schedules"),
            "fix: per_person = 20",
        );
    }
    Some(Settings {
        zone,
        late,
        per_person: usize::try_from(per_person).unwrap_or(PER_PERSON),
    })
}

/// Makes the module; without settings it has no commands.
pub fn module(settings: Option<Settings>) -> Module {
    let module = Module::new("Schedules");
    let Some(settings) = settings else {
        return module;
    };
    let desk = Desk {
        settings,
        book: Book(ModuleState::new("schedule")),
        follow_ups: FollowUps::new(),
    };
    let messenger = Messenger::new();
    let runner = Runner {
        book: desk.book.clone(),
        messenger: messenger.clone(),
        follow_ups: desk.follow_ups.clone(),
        late: TimeDelta::from_std(settings.late).unwrap_or(TimeDelta::minutes(15)),
    };
    module
        .command(Add(desk.clone()))
        .command(list(&desk))
        .command(show(&desk))
        .command(pause(&desk))
        .command(resume(&desk))
        .command(remove(&desk))
        .background(runner.task())
        .state(desk.book.0.clone())
        .follow_ups(desk.follow_ups)
        .messenger(messenger)
}

/// What all commands know.
#[derive(Debug, Clone)]
struct Desk {
    settings: Settings,
    book: Book,
    follow_ups: FollowUps,
}

impl Desk {
    fn now(&self, invocation: &Invocation) -> DateTime<Tz> {
        in_zone(invocation.now(), self.settings.zone)
    }

    /// Counts what somebody has, and refuses one more than they may have.
    async fn check_count(&self, invocation: &Invocation) -> Result<(), CommandError> {
        let all = self.book.all(Some(invocation.webhook())).await?;
        let of_them = all
            .iter()
            .filter(|it| it.is_theirs(invocation) && !it.is_over());
        let most = self.settings.per_person;
        if of_them.count() >= most {
            return Err(CommandError::told(format!(
                "You have {most} schedules, and that is the most. Remove one first: schedule remove NUMBER"
            )));
        }
        if all.len() >= MOST {
            return Err(CommandError::told(format!(
                "There are {MOST} schedules here, and that is the most. Remove some first."
            )));
        }
        Ok(())
    }
}

/// What `schedule` takes.
#[derive(Debug, clap::Args)]
struct AddArgs {
    /// What to run, in quotes when it has several words
    command: String,
    /// every weekday 9:00, every 15m, at 2026-12-01 09:00, cron 0 9 * * 1-5; then a zone: --tz Europe/Berlin
    when: String,
}

/// Schedules a command.
struct Add(Desk);

impl Add {
    /// Reads what somebody typed, and refuses what they may not run, or nobody is there to say yes to.
    fn understand(
        &self,
        args: &AddArgs,
        invocation: &Invocation,
    ) -> Result<(String, When), CommandError> {
        let now = self.0.now(invocation);
        let (command, when) = when::split(&args.command, &args.when, now)?;
        let mention = format!("@{} ", invocation.bot());
        let command = command.strip_prefix(&mention).unwrap_or(&command).trim();
        if command.is_empty() {
            return Err(CommandError::told(
                "Name the command to run: schedule \"status\" every weekday 9:00",
            ));
        }
        check(command, invocation)?;
        Ok((command.to_owned(), when))
    }
}

impl Command for Add {
    type Args = AddArgs;

    fn spec(&self) -> Spec {
        Spec::new("schedule", "run a command at times to come, as you")
            .effect(Effect::Write)
            .rest_of_message("when")
            .example("schedule \"status\" every weekday 9:00", "posted each time")
            .example(
                "schedule \"echo freeze begins\" at fri 17:00 --tz Europe/Berlin",
                "once, by the clocks there",
            )
            .example("schedule \"status\" every 15m", "from now on")
    }

    async fn check(&self, args: &AddArgs, invocation: &Invocation) -> Result<(), CommandError> {
        self.understand(args, invocation)?;
        self.0.check_count(invocation).await
    }

    async fn run(&self, args: AddArgs, invocation: Invocation) -> Result<Reply, CommandError> {
        let (command, when) = self.understand(&args, &invocation)?;
        let Desk {
            book, follow_ups, ..
        } = &self.0;
        let now_ms = millis(invocation.now());
        // On the minute, so that every 15 minutes are times that can be told.
        let created_ms = now_ms - now_ms.rem_euclid(60_000);
        let schedule = Schedule {
            number: 0,
            message: KeptMessage::of(&invocation, &command),
            owner: invocation.sender().name().to_owned(),
            when,
            created_ms,
            next_ms: None,
            paused: None,
            claim: None,
            runs: Vec::new(),
        };
        let now = self.0.now(&invocation);
        let schedule = Schedule {
            next_ms: schedule.next_after(now.to_utc()),
            ..schedule
        };
        let schedule = book.add(schedule).await?;
        let now = now.with_timezone(&schedule.when.zone());
        Ok(words::added(&schedule, now, invocation.bot(), follow_ups))
    }
}

/// Refuses a command that cannot run by itself.
fn check(command: &str, invocation: &Invocation) -> Result<(), CommandError> {
    let told = |misunderstanding: &Misunderstanding| {
        let name = invocation.sender().name();
        CommandError::reply_with(misunderstanding.reply(invocation.bot(), name, None))
    };
    if invocation.sender().id().is_none() {
        return Err(CommandError::told(
            "I don't know who you are: your message has no id, so I could not look at your rights later.",
        ));
    }
    let judgement = invocation
        .judge(command, invocation.asker())
        .map_err(|it| told(&it))?;
    if let Some(problem) = &judgement.problem {
        return Err(told(problem));
    }
    let entry = judgement.entry;
    if let Decision::Refused(refusal) = judgement.decision {
        return Err(told(&Misunderstanding::NotPermitted {
            entry: Some(entry),
            refusal,
        }));
    }
    let path = entry.path();
    if judgement.has_secrets {
        return Err(CommandError::told(format!(
            "There is a secret in {path}, and I keep no secrets. Nothing was scheduled; give the command its secret in the \
             configuration instead."
        )));
    }
    if entry.checks_itself() || path.split(' ').next() == Some("schedule") {
        return Err(CommandError::told(format!(
            "{path} is for somebody who is there at that moment, so it can't be scheduled."
        )));
    }
    if let Some(asking) = judgement.asking {
        let what = if asking.needs().is_empty() {
            "whether you mean it".to_owned()
        } else {
            format!("for {}", asking.spoken())
        };
        return Err(CommandError::told(format!(
            "{path} asks {what} each time, and nobody is there to say yes when a schedule runs it. Nothing was scheduled."
        )));
    }
    Ok(())
}

fn list(desk: &Desk) -> impl Command {
    let desk = desk.clone();
    let spec = Spec::new("schedule list", "what runs by itself, and when next")
        .effect(Effect::Read)
        .alias("schedules")
        .example("schedules", "everybody's");
    command_fn(spec, move |_: NoArgs, invocation: Invocation| {
        let desk = desk.clone();
        async move {
            let all = desk.book.all(Some(invocation.webhook())).await?;
            if all.is_empty() {
                return Ok(Reply::text(
                    "Nothing is scheduled. For example: schedule \"status\" every weekday 9:00",
                ));
            }
            Ok(words::all(&all, desk.now(&invocation)))
        }
    })
}

/// What commands about one schedule take.
#[derive(Debug, clap::Args)]
struct OneArgs {
    /// The number of a schedule: schedules lists them
    number: u32,
}

fn show(desk: &Desk) -> impl Command {
    let desk = desk.clone();
    let spec = Spec::new("schedule show", "a schedule, and what became of its runs")
        .effect(Effect::Read)
        .example("schedule show 7", "when it runs, and its last answer");
    command_fn(spec, move |args: OneArgs, invocation: Invocation| {
        let desk = desk.clone();
        async move {
            let schedule = desk.book.find(&invocation, args.number).await?;
            Ok(words::one(&schedule, desk.now(&invocation)))
        }
    })
}

fn pause(desk: &Desk) -> impl Command {
    let desk = desk.clone();
    let spec = Spec::new("schedule pause", "let a schedule not run for now")
        .effect(Effect::Write)
        .despite_holds()
        .example("schedule pause 7", "until somebody resumes it");
    command_fn(spec, move |args: OneArgs, invocation: Invocation| {
        let desk = desk.clone();
        async move {
            let by = invocation.sender().name();
            let pause = |schedule: &mut Schedule| {
                schedule.paused = Some(Pause {
                    by: Some(by.to_owned()),
                    why: None,
                });
            };
            let schedule = desk.book.change(&invocation, args.number, pause).await?;
            Ok(Reply::text(format!(
                "Schedule {} is paused: {}. Go on with: schedule resume {}",
                args.number,
                schedule.message.text(),
                args.number
            )))
        }
    })
}

fn resume(desk: &Desk) -> impl Command {
    let desk = desk.clone();
    let spec = Spec::new("schedule resume", "let a paused schedule run again")
        .effect(Effect::Write)
        .example("schedule resume 7", "from its next time on");
    command_fn(spec, move |args: OneArgs, invocation: Invocation| {
        let desk = desk.clone();
        async move {
            let schedule = desk.book.find(&invocation, args.number).await?;
            check_theirs(&schedule, &invocation)?;
            let now = desk.now(&invocation);
            let resume = |schedule: &mut Schedule| {
                schedule.paused = None;
                schedule.next_ms = schedule.next_after(now.to_utc());
            };
            let schedule = desk.book.change(&invocation, args.number, resume).await?;
            Ok(Reply::text(match words::next(&schedule, now) {
                Some(next) => format!("Schedule {} goes on: {next}", args.number),
                None => format!("Schedule {} is over: its time has passed.", args.number),
            }))
        }
    })
}

fn remove(desk: &Desk) -> impl Command {
    let desk = desk.clone();
    let spec = Spec::new("schedule remove", "end a schedule for good")
        .effect(Effect::Write)
        .despite_holds()
        .example("schedule remove 7", "it never runs again");
    command_fn(spec, move |args: OneArgs, invocation: Invocation| {
        let desk = desk.clone();
        async move {
            let schedule = desk.book.find(&invocation, args.number).await?;
            check_theirs(&schedule, &invocation)?;
            let key = schedule.key();
            desk.book.0.delete(&key, Expected::Anything).await?;
            Ok(Reply::text(format!(
                "Schedule {} is removed: {}, {}.",
                args.number,
                schedule.message.text(),
                words::when(&schedule.when)
            )))
        }
    })
}

/// Lets whose it is do that, and whoever may run the same.
fn check_theirs(schedule: &Schedule, invocation: &Invocation) -> Result<(), CommandError> {
    let command = schedule.message.text();
    let judged = invocation.judge(command, invocation.asker());
    let may_run = judged.is_ok_and(|it| matches!(it.decision, Decision::Permitted(_)));
    if schedule.is_theirs(invocation) || may_run {
        return Ok(());
    }
    Err(CommandError::told(format!(
        "Schedule {} is {}'s, and you may not run {command} here. You can pause it: schedule pause {}",
        schedule.number, schedule.owner, schedule.number
    )))
}
