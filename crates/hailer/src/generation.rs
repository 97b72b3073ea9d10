//! What is exchanged while the bot runs: configuration, keys, commands and rules, as one.
//!
//! A message is answered by one generation from its signature to its reply, and what is in flight keeps the one that
//! it began with. There is one place where a bot knows what holds, [`Current`], and one assignment that exchanges it:
//! there is no moment with the keys of one configuration and the rules of another.

use std::sync::{Arc, PoisonError, RwLock};

use hailer_transport::{Gate, Metrics, Service, Services};

use crate::background::BackgroundHost;
use crate::bot::{StartError, job_settings};
use crate::config::Config;
use crate::follow_ups::Posted;
use crate::module::Attached;
use crate::permissions::Permissions;
use crate::reloader::{ReloadDesk, Status};
use crate::reporter::Reports;
use crate::responder::{Lasting, Queued, Responder};

/// A configuration and commands that were put together and checked, and hold nowhere yet.
#[derive(Debug)]
pub(crate) struct Provisioned {
    pub(crate) permissions: Permissions,
    pub(crate) gate: Gate,
    pub(crate) attached: Attached,
}

/// Everything that a reload exchanges.
#[derive(Debug)]
pub(crate) struct Generation {
    /// Counted from 1, which is what the bot was started with.
    pub(crate) number: u64,
    pub(crate) config: Arc<Config>,
    pub(crate) responder: Responder,
    pub(crate) service: Arc<Service>,
    /// What runs whether anybody writes or not.
    pub(crate) background: Option<BackgroundHost>,
}

/// What every generation of a bot finds.
#[derive(Debug)]
pub(crate) struct Surroundings {
    pub(crate) lasting: Arc<Lasting>,
    pub(crate) metrics: Metrics,
    /// Whether tasks run in the background.
    pub(crate) has_background: bool,
    /// Where a test finds what was posted.
    pub(crate) posted: Option<Posted>,
}

/// The generation that holds at this moment.
#[derive(Debug)]
pub(crate) struct Current {
    held: RwLock<Arc<Generation>>,
    surroundings: Surroundings,
    status: Status,
    desk: ReloadDesk,
}

impl Current {
    /// Begins with the first generation, and has it run what is queued.
    pub(crate) fn start(
        provisioned: Provisioned,
        surroundings: Surroundings,
    ) -> Result<Arc<Self>, StartError> {
        let lasting = Arc::clone(&surroundings.lasting);
        let first = Generation::new(provisioned, &surroundings, None)?;
        let current = Arc::new(Self {
            held: RwLock::new(Arc::new(first)),
            surroundings,
            status: Status::default(),
            desk: ReloadDesk::default(),
        });
        current.note_success(&[]);
        if let Some(host) = lasting.job_host() {
            host.jobs().start(&Queued::of(&current));
        }
        Ok(current)
    }

    /// Returns what holds now.
    pub(crate) fn get(&self) -> Arc<Generation> {
        Arc::clone(&self.held.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns how the last reload went.
    pub(crate) fn status(&self) -> &Status {
        &self.status
    }

    /// Returns where others ask for a reload.
    pub(crate) fn desk(&self) -> &ReloadDesk {
        &self.desk
    }

    pub(crate) fn note_success(&self, needs_restart: &[String]) {
        self.status
            .note_success(&self.surroundings.metrics, needs_restart);
    }

    pub(crate) fn note_refusal(&self, why: &str) {
        self.status.note_refusal(&self.surroundings.metrics, why);
    }

    /// Lets another generation hold from now on. Callers take turns.
    ///
    /// # Errors
    ///
    /// Threads cannot be started; then nothing is exchanged.
    pub(crate) fn exchange(&self, provisioned: Provisioned) -> Result<Arc<Generation>, StartError> {
        let before = self.get();
        let next = Generation::new(provisioned, &self.surroundings, Some(&before))?;
        let next = Arc::new(next);
        if let Some(host) = self.surroundings.lasting.job_host() {
            let catalog = next.responder.registry().catalog();
            let settings = job_settings(&next.config.jobs, catalog);
            let follow_ups = next.config.follow_ups.clone();
            host.jobs().exchange(settings, follow_ups);
        }
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&next);
        Ok(next)
    }
}

impl Services for Current {
    fn current(&self) -> Arc<Service> {
        Arc::clone(&self.get().service)
    }
}

impl Generation {
    fn new(
        provisioned: Provisioned,
        surroundings: &Surroundings,
        before: Option<&Self>,
    ) -> Result<Self, StartError> {
        let Provisioned {
            permissions,
            gate,
            attached,
        } = provisioned;
        let Surroundings {
            lasting,
            metrics,
            has_background,
            posted,
        } = surroundings;
        let config = Arc::clone(&permissions.config);
        let responder = match before {
            Some(before) => Responder::following(permissions, &before.responder),
            None => Responder::new(permissions, lasting),
        };
        let responder = responder.with_witnesses(attached.witnesses.clone());
        let jobs = lasting.job_host().map(|it| it.jobs());
        let states = attached.states.iter();
        states.for_each(|it| it.remember(&lasting.memories));
        let desks = attached.desks.iter();
        desks.for_each(|it| it.remember_answers(&lasting.answers));
        attached.open(
            jobs,
            config.bot.times,
            posted.as_ref(),
            &lasting.confirmations,
        );
        attached.open_to(&responder);
        let is_needed = *has_background && !attached.background.is_empty();
        let tasks = if is_needed {
            attached.background.clone()
        } else {
            Vec::new()
        };
        let others = before.and_then(|it| it.background.as_ref());
        let background = BackgroundHost::start(tasks, lasting.clock(), jobs, others)
            .map_err(StartError::Threads)?;
        let service = Service::new(gate, Arc::new(responder.clone()), metrics)
            .with_body_limit(config.limits.body);
        let service = if attached.reporters.is_empty() {
            service
        } else {
            let (recorder, clock) = (lasting.recorder(), lasting.clock());
            let reports = Reports::new(&attached.reporters, jobs, recorder, clock);
            service.with_reports(Arc::new(reports))
        };
        Ok(Self {
            number: before.map_or(0, |it| it.number) + 1,
            service: Arc::new(service),
            config,
            responder,
            background,
        })
    }
}
