//! A command whose answer is remembered for a while, for everybody who asks the same by the same webhook.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::ArgMatches;
use futures_util::future::BoxFuture;
use hailer_reply::Reply;

use crate::command::{AnyCommand, Bound, CommandResult, Ready};
use crate::command_error::CommandError;
use crate::invocation::Invocation;
use crate::policy::Permit;

/// More answers than these are not remembered at once.
const MOST: usize = 500;

/// A command and what it answered lately.
pub(crate) struct Cached {
    command: Arc<dyn AnyCommand>,
    keep: Duration,
    answers: Arc<Answers>,
}

#[derive(Default)]
struct Answers {
    known: Mutex<HashMap<String, (Instant, Reply)>>,
}

impl Cached {
    pub(crate) fn new(command: Arc<dyn AnyCommand>, keep: Duration) -> Self {
        Self {
            command,
            keep,
            answers: Arc::default(),
        }
    }
}

impl AnyCommand for Cached {
    fn bind(
        self: Arc<Self>,
        matches: &mut ArgMatches,
        permit: &Permit,
    ) -> Result<Bound, clap::Error> {
        // Before the command takes its values out.
        let asked = asked(matches);
        let bound = Arc::clone(&self.command).bind(matches, permit)?;
        Ok(Box::new(Once {
            bound,
            asked,
            keep: self.keep,
            answers: Arc::clone(&self.answers),
        }))
    }

    fn version(&self) -> String {
        self.command.version()
    }
}

/// Writes what was asked for so that the same is the same text.
fn asked(matches: &ArgMatches) -> String {
    let mut ids: Vec<&str> = matches.ids().map(clap::Id::as_str).collect();
    ids.sort_unstable();
    let mut asked = String::new();
    for id in ids {
        let values = matches.try_get_raw(id).ok().flatten();
        let values: Vec<_> = values.into_iter().flatten().collect();
        asked.push_str(&format!("{id}={values:?};"));
    }
    asked
}

/// One call, which may find its answer there.
struct Once {
    bound: Bound,
    asked: String,
    keep: Duration,
    answers: Arc<Answers>,
}

impl Ready for Once {
    fn check(
        mut self: Box<Self>,
        invocation: Invocation,
    ) -> BoxFuture<'static, Result<Bound, CommandError>> {
        Box::pin(async move {
            self.bound = self.bound.check(invocation).await?;
            Ok(self as Bound)
        })
    }

    fn run(self: Box<Self>, invocation: Invocation) -> BoxFuture<'static, CommandResult> {
        let Self {
            bound,
            asked,
            keep,
            answers,
        } = *self;
        let asked = format!("{} {asked}", invocation.webhook());
        let now = invocation.received();
        Box::pin(async move {
            if let Some(reply) = answers.find(&asked, now, keep) {
                return Ok(reply);
            }
            let reply = bound.run(invocation).await?;
            answers.keep(asked, now, &reply);
            Ok(reply)
        })
    }
}

impl Answers {
    fn find(&self, asked: &str, now: Instant, keep: Duration) -> Option<Reply> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, reply) = known.get(asked)?;
        (now.saturating_duration_since(*at) < keep).then(|| reply.clone())
    }

    fn keep(&self, asked: String, at: Instant, reply: &Reply) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(asked, (at, reply.clone()));
    }
}
