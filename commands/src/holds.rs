//! `lock`, `unlock`, `locks`, `freeze` and `unfreeze`: what people keep from starting, and for how long.

mod words;

use std::time::Duration;

use hailer::{
    Command, CommandError, Effect, Force, HeldName, HoldDesk, Holding, Invocation, JobDesk, Module,
    Released, Reply, Spec, clap, command_fn, escape, hold_sentence, values,
};

use words::{held, row_of_hold, row_of_job};

/// Longer than this somebody has forgotten.
const LONGEST: Duration = Duration::from_hours(31 * 24);

/// The most letters of a reason, which stands in lists and in refusals.
const LONGEST_REASON: usize = 200;

/// The most letters of a lock's name.
const LONGEST_NAME: usize = 100;

/// Makes the module.
pub fn module() -> Module {
    let jobs = JobDesk::new();
    let desk = HoldDesk::new(&jobs);
    Module::new("Locks")
        .desk(jobs)
        .command(locks(&desk))
        .command(lock(&desk))
        .command(unlock(&desk))
        .command(freeze(&desk))
        .command(unfreeze(&desk))
}

fn locks(desk: &HoldDesk) -> impl Command {
    let desk = desk.clone();
    let spec = Spec::new("locks", "what people and jobs lock, and what is frozen")
        .effect(Effect::Read)
        .example("locks", "who holds what, why, and until when");
    command_fn(spec, move |_: hailer::NoArgs, invocation: Invocation| {
        let desk = desk.clone();
        async move {
            let (holds, jobs) = desk.all(&invocation).await?;
            if holds.is_empty() && jobs.is_empty() {
                return Ok(Reply::text("Nothing is locked or frozen."));
            }
            let times = desk.times();
            let rows = holds
                .iter()
                .map(|hold| row_of_hold(hold, times, invocation.now()));
            let rows = rows.chain(jobs.iter().map(row_of_job));
            Ok(Reply::table(
                "Locks and freezes",
                ["What", "Who", "Until", "Why"],
                rows,
            ))
        }
    })
}

/// The arguments of `lock`.
#[derive(Debug, clap::Args)]
struct LockArgs {
    /// What to lock, as commands name it: deploy/prod
    name: String,
    /// For how long, as in 2h
    #[arg(value_parser = values::duration)]
    time: Duration,
    /// Why, for those who are kept out
    #[arg(required = true)]
    reason: Vec<String>,
}

fn lock(desk: &HoldDesk) -> impl Command {
    let desk = desk.clone();
    let spec = Spec::new("lock", "keep jobs of a name from starting")
        .effect(Effect::Write)
        .despite_holds()
        .example(
            "lock deploy/prod 2h \"db move\"",
            "no deployment to prod starts for two hours",
        );
    command_fn(spec, move |args: LockArgs, invocation: Invocation| {
        let desk = desk.clone();
        async move {
            let time = bounded(args.time)?;
            let reason = reason(&args.reason)?;
            let name = args.name.trim();
            if name.is_empty() || name.chars().count() > LONGEST_NAME {
                return Err(CommandError::told(format!(
                    "A lock needs a name of 1 to {LONGEST_NAME} letters, as commands use it: deploy/prod"
                )));
            }
            match desk.lock(&invocation, name, time, &reason).await? {
                Holding::Held { hold, running } => {
                    let until = desk
                        .times()
                        .moment(hold.until_ms.unwrap_or(hold.since_ms), invocation.now());
                    let name = escape(words::name(&hold));
                    let mut text = format!(
                        "**{name}** is yours until {until}. Let it go before: **@{} unlock {name}**",
                        escape(invocation.bot())
                    );
                    if let Some(job) = running {
                        text.push_str(&format!(
                            "\nJob {} ({}) has it already, and goes on.",
                            job.id,
                            escape(&job.spec.requester.name)
                        ));
                    }
                    if let Some(hint) = unknown_lock(&invocation, words::name(&hold)) {
                        text.push_str(&format!("\n{hint}"));
                    }
                    Ok(Reply::markdown(text))
                }
                Holding::Theirs(hold) => Err(theirs(&desk, &hold, &invocation)),
            }
        }
    })
}

/// The arguments of `unlock`.
#[derive(Debug, clap::Args)]
struct UnlockArgs {
    /// What to let go
    name: String,
    /// Also when somebody else holds it
    #[arg(long)]
    force: bool,
}

fn unlock(desk: &HoldDesk) -> impl Command {
    let desk = desk.clone();
    let spec = Spec::new("unlock", "let a lock go")
        .effect(Effect::Write)
        .despite_holds()
        .example("unlock deploy/prod", "lets your lock go")
        .example("unlock deploy/prod --force", "also somebody else's");
    command_fn(spec, move |args: UnlockArgs, invocation: Invocation| {
        let desk = desk.clone();
        async move {
            let held = HeldName::Lock(args.name.clone());
            let force = if args.force { Force::Yes } else { Force::No };
            match desk.release(&invocation, held, force).await? {
                Released::Free(hold) => Ok(Reply::markdown(format!(
                    "**{}** is free. What waited for it starts now.",
                    escape(words::name(&hold))
                ))),
                Released::Theirs(hold) => {
                    let sentence =
                        hold_sentence(&hold, invocation.bot(), desk.times(), invocation.now());
                    Err(CommandError::refused(Reply::markdown(format!(
                        "{sentence} Ask {}, or let it go all the same: **@{} unlock {} --force**",
                        escape(&hold.by.name),
                        escape(invocation.bot()),
                        escape(words::name(&hold))
                    ))))
                }
                Released::NotHeld => Err(not_held(&desk, &args.name, &invocation).await),
            }
        }
    })
}

/// The arguments of `freeze`.
#[derive(Debug, clap::Args)]
struct FreezeArgs {
    /// Why, for those who are kept out
    #[arg(required = true)]
    reason: Vec<String>,
    /// End it by itself after this time, as in 2h
    #[arg(long = "for", value_name = "time", value_parser = values::duration)]
    time: Option<Duration>,
    /// Through every webhook, not only this one
    #[arg(long)]
    everywhere: bool,
}

fn freeze(desk: &HoldDesk) -> impl Command {
    let desk = desk.clone();
    let spec = Spec::new("freeze", "start nothing that changes something")
        .effect(Effect::Write)
        .despite_holds()
        .example(
            "freeze \"prod is on fire\"",
            "from now on only what looks runs here",
        )
        .example("freeze \"board meeting\" --for 2h", "ends by itself");
    command_fn(spec, move |args: FreezeArgs, invocation: Invocation| {
        let desk = desk.clone();
        async move {
            let time = args.time.map(bounded).transpose()?;
            let what = frozen(&invocation, args.everywhere);
            let reason = reason(&args.reason)?;
            if ["list", "show", "status"].contains(&reason.as_str()) {
                return Err(CommandError::told(
                    "Nothing was frozen. What is: locks. To freeze, say why: freeze \"prod is on fire\"",
                ));
            }
            match desk.freeze(&invocation, what, time, &reason).await? {
                Holding::Held { hold, .. } => {
                    let until = hold.until_ms.map_or_else(
                        || format!(" until **@{} unfreeze**", escape(invocation.bot())),
                        |until| format!(" until {}", desk.times().moment(until, invocation.now())),
                    );
                    Ok(Reply::markdown(format!(
                        "Frozen: {} starts{until}. What runs goes on, what is queued waits: **@{} jobs running**",
                        held(&hold)
                            .to_lowercase()
                            .replacen("everything", "nothing", 1),
                        escape(invocation.bot()),
                    )))
                }
                Holding::Theirs(hold) => Err(theirs(&desk, &hold, &invocation)),
            }
        }
    })
}

/// The arguments of `unfreeze`.
#[derive(Debug, clap::Args)]
struct UnfreezeArgs {
    /// What was frozen through every webhook
    #[arg(long)]
    everywhere: bool,
}

/// Whoever may end a freeze may end anybody's: the one who began it may be asleep.
fn unfreeze(desk: &HoldDesk) -> impl Command {
    let desk = desk.clone();
    let spec = Spec::new("unfreeze", "end a freeze")
        .effect(Effect::Write)
        .despite_holds()
        .example("unfreeze", "what changes something starts again");
    command_fn(spec, move |args: UnfreezeArgs, invocation: Invocation| {
        let desk = desk.clone();
        async move {
            let what = frozen(&invocation, args.everywhere);
            match desk.release(&invocation, what, Force::Yes).await? {
                Released::Free(hold) => {
                    let began = desk.times().moment(hold.since_ms, invocation.now());
                    let begun = format!(
                        "The freeze of {} from {began} is over. What waited starts now.",
                        escape(&hold.by.name)
                    );
                    let (left, _) = desk.all(&invocation).await?;
                    let left = left.iter().find(|it| it.held.freezes(invocation.webhook()));
                    Ok(Reply::markdown(match left {
                        Some(left) => format!(
                            "{begun}\nBut {}",
                            hold_sentence(left, invocation.bot(), desk.times(), invocation.now())
                        ),
                        None => begun,
                    }))
                }
                Released::Theirs(hold) => Err(theirs(&desk, &hold, &invocation)),
                Released::NotHeld if args.everywhere => {
                    Err(CommandError::told("Nobody froze every webhook."))
                }
                Released::NotHeld => {
                    let (left, _) = desk.all(&invocation).await?;
                    let all = left.iter().any(|it| it.held == HeldName::FreezeAll);
                    Err(CommandError::told(if all {
                        "This webhook alone is not frozen; every webhook is: unfreeze --everywhere"
                    } else {
                        "Nothing is frozen here."
                    }))
                }
            }
        }
    })
}

fn frozen(invocation: &Invocation, everywhere: bool) -> HeldName {
    if everywhere {
        HeldName::FreezeAll
    } else {
        HeldName::Freeze(invocation.webhook().to_owned())
    }
}

/// Takes a time that is one.
///
/// # Errors
///
/// Of nothing, and of more than 31 days.
pub(crate) fn bounded(time: Duration) -> Result<Duration, CommandError> {
    if time.is_zero() || time > LONGEST {
        return Err(CommandError::told(
            "Take a time between a moment and 31 days, as in 2h.",
        ));
    }
    Ok(time)
}

/// Takes a reason that says something, and that fits into every list.
///
/// # Errors
///
/// Of a blank or a long one.
pub(crate) fn reason(words: &[String]) -> Result<String, CommandError> {
    let reason = words.join(" ").trim().to_owned();
    match reason.chars().count() {
        0 => Err(CommandError::told(
            "Say why, for those who are kept out: \"db move\"",
        )),
        1..=LONGEST_REASON => Ok(reason),
        count => Err(CommandError::told(format!(
            "The reason has {count} letters; {LONGEST_REASON} are the most."
        ))),
    }
}

fn theirs(desk: &HoldDesk, hold: &hailer::Hold, invocation: &Invocation) -> CommandError {
    let sentence = hold_sentence(hold, invocation.bot(), desk.times(), invocation.now());
    CommandError::refused(Reply::markdown(format!("{sentence} Nothing was changed.")))
}

async fn not_held(desk: &HoldDesk, name: &str, invocation: &Invocation) -> CommandError {
    let jobs = match desk.all(invocation).await {
        Ok((_, jobs)) => jobs,
        Err(error) => return error,
    };
    let wanted = HeldName::Lock(name.to_owned());
    let bot = escape(invocation.bot());
    CommandError::reply_with(Reply::markdown(
        match jobs.iter().find(|it| wanted.covers_lock(&it.name)) {
            Some(lock) => format!(
                "Job {0} has **{1}** until it ends. Stop it: **@{bot} job cancel {0}**",
                lock.job.id,
                escape(&lock.name)
            ),
            None => format!(
                "Nobody holds **{}**. What is held: **@{bot} locks**",
                escape(name)
            ),
        },
    ))
}

/// Says when no command takes such a lock: then it keeps nothing out.
fn unknown_lock(invocation: &Invocation, name: &str) -> Option<String> {
    let locks: Vec<&str> = invocation
        .permitted()
        .filter_map(|entry| entry.lock())
        .collect();
    if locks.iter().any(|lock| words::may_cover(name, lock)) {
        return None;
    }
    let mut known: Vec<String> = locks
        .iter()
        .map(|lock| format!("**{}**", escape(lock)))
        .collect();
    known.sort();
    known.dedup();
    Some(if known.is_empty() {
        "No command that you may run takes a lock, so it is only a note to others.".to_owned()
    } else {
        format!(
            "No command that you may run takes this lock, so it is only a note to others. Commands take {}.",
            known.join(", ")
        )
    })
}
