//! `why` and `can`: who may run what, and by which rule.

mod person;

use hailer::{
    Asker, Command, CommandError, Decision, Effect, Entry, HoldDesk, Invocation, Judgement,
    ObjectId, Reply, Spec, clap, escape, hold_sentence,
};

/// What `why` takes.
#[derive(Debug, clap::Args)]
pub struct WhyArgs {
    /// The command as you would type it, with its arguments.
    command: String,
}

/// Says whether the sender may run a command, and which rule decides.
#[derive(Debug, Clone, Default)]
pub struct Why(HoldDesk);

impl Why {
    /// Makes the command; it names what people hold, too, where the desk is open.
    pub fn new(holds: &HoldDesk) -> Self {
        Self(holds.clone())
    }
}

impl Command for Why {
    type Args = WhyArgs;

    fn spec(&self) -> Spec {
        Spec::new("why", "why you may run a command here, or may not")
            .effect(Effect::Read)
            .rest_of_message("command")
            .example("why status", "says whether you may, and which rule decides")
    }

    async fn run(&self, args: WhyArgs, invocation: Invocation) -> Result<Reply, CommandError> {
        let judgement = judge(&invocation, &args.command, invocation.asker())?;
        let text = told("You", "you", &judgement);
        Ok(Reply::markdown(
            with_holds(text, &self.0, &judgement, &invocation).await,
        ))
    }
}

/// What `can` takes.
#[derive(Debug, clap::Args)]
pub struct CanArgs {
    /// @somebody, the id that `whoami` shows, or me.
    person: String,
    /// The command as they would type it, with its arguments.
    command: String,
}

/// Says whether somebody may run a command here.
#[derive(Debug, Clone, Default)]
pub struct Can(HoldDesk);

impl Can {
    /// Makes the command; it names what people hold, too, where the desk is open.
    pub fn new(holds: &HoldDesk) -> Self {
        Self(holds.clone())
    }
}

impl Command for Can {
    type Args = CanArgs;

    fn spec(&self) -> Spec {
        Spec::new("can", "whether somebody may run a command here")
            .effect(Effect::Read)
            .hidden()
            .rest_of_message("command")
            .example("can @Mira status", "says whether Mira may run status here")
    }

    async fn run(&self, args: CanArgs, invocation: Invocation) -> Result<Reply, CommandError> {
        let own = invocation.sender().id();
        let person = person::find(&args.person, &invocation)?;
        let is_own = own.is_some_and(|own| is_same(own, &person));
        if !is_own && !invocation.may_audit() {
            return Err(CommandError::refused(Reply::text(
                "Only members of the groups in [permissions] auditors may ask about others; \
                 about yourself ask with why.",
            )));
        }
        let asker = Asker {
            person: Some(&person),
            ..invocation.asker()
        };
        let judgement = judge(&invocation, &args.command, asker)?;
        let text = if is_own {
            told("You", "you", &judgement)
        } else {
            let name = args.person.trim_start_matches('@');
            told(&escape(name), "they", &judgement)
        };
        Ok(Reply::markdown(
            with_holds(text, &self.0, &judgement, &invocation).await,
        ))
    }
}

fn is_same(left: &ObjectId, right: &ObjectId) -> bool {
    left.as_str().eq_ignore_ascii_case(right.as_str())
}

fn judge(
    invocation: &Invocation,
    command: &str,
    asker: Asker<'_>,
) -> Result<Judgement, CommandError> {
    let (bot, sender) = (invocation.bot(), invocation.sender().name());
    let judged = invocation.judge(command, asker);
    judged.map_err(|misunderstanding| {
        CommandError::reply_with(misunderstanding.reply(bot, sender, None))
    })
}

/// Adds what somebody holds, so that it would not start now although it is permitted.
async fn with_holds(
    text: String,
    holds: &HoldDesk,
    judgement: &Judgement,
    invocation: &Invocation,
) -> String {
    if matches!(judgement.decision, Decision::Refused(_)) {
        return text;
    }
    let lock = judgement.lock.as_deref();
    let found = holds.keeps_out(invocation, &judgement.entry, lock).await;
    match found {
        Ok(None) => text,
        Ok(Some(hold)) => {
            let (bot, now) = (invocation.bot(), invocation.now());
            let sentence = hold_sentence(&hold, bot, holds.times(), now);
            format!("{text}\nBut it would not start now: {sentence}")
        }
        Err(_) => format!("{text}\nWhether somebody locked it I can't see now."),
    }
}

/// Words a decision for a channel. `who` begins the sentence.
fn told(who: &str, pronoun: &str, judgement: &Judgement) -> String {
    let Judgement {
        entry, decision, ..
    } = judgement;
    let command = describe(entry);
    let reason = escape(&decision.to_string()).into_owned();
    let then = match &judgement.asking {
        Some(asking) => format!(" Then {}.", escape(&asking.to_string())),
        None => String::new(),
    };
    match decision {
        Decision::Permitted(_) => format!("{who} may run {command} here: {reason}.{then}"),
        Decision::Refused(_) => format!("{who} may not run {command} here: {reason}."),
        Decision::Depends => format!(
            "Whether {pronoun} may run {command} here depends on its arguments; ask again with all of them."
        ),
    }
}

fn describe(entry: &Entry) -> String {
    format!("**{}** ({})", escape(entry.path()), entry.effect().as_str())
}

#[cfg(test)]
mod tests;
