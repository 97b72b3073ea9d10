//! What waits for a yes: asked for at the door, and checked again before it starts.

use std::sync::Arc;
use std::time::Duration;

use hailer_dispatch::{Asking, Call, Evidence, Unreleased};
use hailer_jobs::{Jobs, Live, Ran};
use hailer_reply::{Reply, escape};
use hailer_store::{Job, JobId, JobState, NewPost, NewRequest, Request, Stage, Store, StoreError};
use hailer_transport::{Answer, Outcome};

use crate::open_request::Approver;
use crate::request_words;

use super::core::Core;
use super::errand::Errand;
use super::wording::not_accepted;

/// How long is waited before the store is asked again.
const PAUSE: Duration = Duration::from_millis(200);

/// How often the store is asked for a request before its job is given up for now.
const TRIES: usize = 50;

/// How long it is looked whether glass is broken.
const LOOK: Duration = Duration::from_secs(1);

impl Core {
    /// Asks for what a call waits for, and starts nothing.
    pub(super) async fn ask(&self, call: Call, errand: &Arc<Errand>) -> Answer {
        let Some(asking) = call.asking().cloned() else {
            return self.write(errand, &not_accepted(), Outcome::Busy);
        };
        let call = match call.check().await {
            Ok(call) => call,
            Err(error) => {
                let finished = self.finished(Ran::Done(Err(error)), errand, None);
                return self.write(errand, &finished.reply, finished.outcome);
            }
        };
        match &self.jobs {
            Some(jobs) => self.ask_at_the_door(jobs, call, &asking, errand).await,
            None => self.ask_in_memory(&asking, errand),
        }
    }

    /// Without a store there is one process, and a second word can be remembered; a second person cannot be.
    fn ask_in_memory(&self, asking: &Asking, errand: &Errand) -> Answer {
        let inquiry = &errand.inquiry;
        let text = errand.text();
        if let Some(need) = asking.needs().first() {
            let reply = request_words::nowhere_to_keep(text, need);
            return self.write(errand, &reply, Outcome::Refused);
        }
        let within = asking.confirm().unwrap_or_default();
        let code = self.confirmations.put(inquiry, asking.digest(), within);
        let reply = request_words::really(text, &code, &inquiry.bot, within, &[]);
        self.write(errand, &reply, Outcome::Ok)
    }

    async fn ask_at_the_door(
        &self,
        jobs: &Jobs,
        call: Call,
        asking: &Asking,
        errand: &Arc<Errand>,
    ) -> Answer {
        if !asking.needs().is_empty() && asking.breaks_glass() {
            let webhook = errand.inquiry.webhook.to_string();
            let look =
                move |store: Store| async move { store.within(LOOK).broken_glass(&webhook).await };
            match jobs.call(look).await {
                Ok(Some(glass)) => {
                    let why = format!("glass is broken: {}", glass.reason);
                    errand.ask(self.request(jobs, asking, errand, Some(&why)));
                    let evidence = Evidence {
                        digest: asking.digest(),
                        is_confirmed: true,
                        glass_is_broken: true,
                        ..Evidence::default()
                    };
                    return match call.release(&evidence) {
                        Ok(call) => self.through_the_door(jobs, call, errand).await,
                        Err(_) => self.write(errand, &not_accepted(), Outcome::Refused),
                    };
                }
                Ok(None) => {}
                Err(_) => return self.write(errand, &not_accepted(), Outcome::Busy),
            }
        }
        errand.ask(self.request(jobs, asking, errand, None));
        self.through_the_door(jobs, call, errand).await
    }

    fn request(
        &self,
        jobs: &Jobs,
        asking: &Asking,
        errand: &Errand,
        glass: Option<&str>,
    ) -> NewRequest {
        let inquiry = &errand.inquiry;
        let is_approved = !asking.needs().is_empty();
        let (stage, expires) = match (glass, asking.confirm()) {
            (Some(_), _) => (Stage::Glass, asking.run_within()),
            (None, Some(within)) => (Stage::Confirm, within),
            (None, None) => (Stage::Approve, asking.expires()),
        };
        NewRequest {
            stage,
            digest: asking.digest().to_owned(),
            bot: inquiry.bot.to_string(),
            needs: glass.map_or_else(|| asking.spoken(), str::to_owned),
            expires,
            approve_within: is_approved.then(|| asking.expires()),
            run_within: asking.run_within(),
            post: self.told(jobs, asking, errand, glass),
        }
    }

    /// Tells those who can approve; or, where nobody is asked, everybody who is to know that.
    fn told(
        &self,
        jobs: &Jobs,
        asking: &Asking,
        errand: &Errand,
        glass: Option<&str>,
    ) -> Option<NewPost> {
        let inquiry = &errand.inquiry;
        let from = inquiry.activity.from.as_ref();
        let who = from.and_then(|it| it.name.as_deref()).unwrap_or("somebody");
        let text = errand.text();
        let (target, reply) = match glass {
            Some(why) => {
                let target = self.glass_follow_up.as_deref()?;
                (target, request_words::skipped(text, who, why))
            }
            None => {
                let target = asking.needs().iter().find_map(|it| it.follow_up())?;
                (target, request_words::please(text, who, asking.needs()))
            }
        };
        jobs.compose_to(target, &reply)
    }

    /// Words the answer to a call that waits now.
    pub(super) fn asked(&self, id: &JobId, errand: &Errand) -> Reply {
        let inquiry = &errand.inquiry;
        let text = errand.text();
        let Some(request) = errand.asked() else {
            return request_words::waits_already(id, &inquiry.bot);
        };
        match request.stage {
            Stage::Confirm => {
                let needs = request.approve_within.map(|_| request.needs.as_str());
                request_words::really(
                    text,
                    id.as_str(),
                    &inquiry.bot,
                    request.expires,
                    needs.as_slice(),
                )
            }
            Stage::Approve | Stage::Glass => {
                let until = inquiry.now + request.expires;
                let until = self.times.moment(millis(until), inquiry.now);
                request_words::waits(text, id, &inquiry.bot, &request.needs, &until)
            }
        }
    }

    /// Lets a call start that waited: whoever asked, whoever said yes and the command are looked at once more. Else says why
    /// it is over, for people, and in which state.
    pub(super) async fn released(
        &self,
        jobs: &Jobs,
        job: &Job,
        live: &Live,
        call: Call,
    ) -> Released {
        if call.asking().is_none() {
            return Released::Go(Box::new(call));
        }
        let request = match self.stored_request(jobs, job, live).await {
            Ok(request) => request,
            Err(error) => {
                tracing::warn!(job = %job.id, %error, "a job is not begun");
                return Released::Lost;
            }
        };
        let Some(request) = request else {
            let why = "the rules ask for approval by now, and nobody was asked; ask for it again";
            return Released::Over(JobState::Failed, why.to_owned());
        };
        if is_too_late(job, &request) {
            let why = "it was approved, and did not start in time; ask for it again";
            return Released::Over(JobState::Expired, why.to_owned());
        }
        let glass_is_broken = request.stage == Stage::Glass;
        let approvers: Vec<Approver> = request.votes.iter().map(Approver::of).collect();
        let evidence = Evidence {
            digest: &request.digest,
            is_confirmed: request.is_confirmed || glass_is_broken,
            voters: approvers.iter().map(Approver::voter).collect(),
            glass_is_broken,
        };
        match call.release(&evidence) {
            Ok(call) => Released::Go(Box::new(call)),
            Err(unreleased) => Released::Over(JobState::Failed, why(&unreleased)),
        }
    }

    /// Waits for the store as a job that is about to start does.
    async fn stored_request(
        &self,
        jobs: &Jobs,
        job: &Job,
        live: &Live,
    ) -> Result<Option<Request>, StoreError> {
        let mut tries = 0;
        loop {
            let id = job.id.clone();
            match jobs
                .call(move |store| async move { store.request(&id).await })
                .await
            {
                Err(error)
                    if error.is_passing() && live.stop_reason().is_none() && tries < TRIES =>
                {
                    tries += 1;
                    tokio::time::sleep(PAUSE).await;
                }
                result => return result,
            }
        }
    }
}

/// Whether a job that waited for a yes may start.
pub(super) enum Released {
    Go(Box<Call>),
    Over(JobState, String),
    /// It cannot be found out.
    Lost,
}

/// An approval is for now. A job that had begun, and begins again after a crash, was in time.
fn is_too_late(job: &Job, request: &Request) -> bool {
    let (Some(released), Some(claimed)) = (request.released_at_ms, job.claimed_at_ms) else {
        return job.attempt <= 1;
    };
    let most = i64::try_from(request.run_within.as_millis()).unwrap_or(i64::MAX);
    job.attempt <= 1 && claimed.saturating_sub(released) > most
}

fn why(unreleased: &Unreleased) -> String {
    format!("it was not started: {unreleased}")
}

fn millis(at: std::time::SystemTime) -> i64 {
    let since = at.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Words what became of a job that waited and is over.
pub(super) fn over(text: &str, why: &str) -> Reply {
    Reply::markdown(format!(
        "**{}** was not started: {}.",
        escape(text),
        escape(why)
    ))
}
