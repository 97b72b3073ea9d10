//! Between a command and the answer that was due: which of the two knows of a job first.
//!
//! The command's side goes through the door, runs and ends; the answer's side may meet it anywhere at the deadline.
//! Each step is taken under one lock, so that a result is either in the answer or kept by a job, never neither.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use futures_util::future::{AbortHandle, AbortRegistration};
use hailer_jobs::Live;
use hailer_transport::Answer;
use tokio::sync::Notify;

/// Where one message stands.
#[derive(Debug)]
pub(super) struct Keeping {
    state: Mutex<State>,
    changed: Notify,
    abort: AbortHandle,
    /// Taken by the one run of a command that is no job yet.
    registration: Mutex<Option<AbortRegistration>>,
}

#[derive(Debug)]
enum State {
    /// It runs, or is about to, and no job keeps it.
    Loose,
    /// It is being written down before it runs.
    AtTheDoor,
    /// It is being written down because it takes long.
    Adopting,
    /// This job keeps it.
    Held(Arc<Live>),
    /// Its result is being stored.
    Ending,
    /// It is over.
    Ended(Box<Answer>),
    /// Its answer went out without it.
    GivenUp,
}

/// What the answer's side finds at the deadline.
#[derive(Debug)]
pub(super) enum Overrun {
    /// It runs, and is to be adopted: [`Keeping::adopted`] must follow.
    Adopt,
    /// A job keeps it.
    Kept(Arc<Live>),
    /// It is over after all.
    Ended(Answer),
    /// It is still at the door, or being adopted or ended: wait a little.
    Wait,
    /// Nobody keeps it.
    Lost,
}

impl Keeping {
    pub(super) fn new() -> Self {
        let (abort, registration) = AbortHandle::new_pair();
        Self {
            state: Mutex::new(State::Loose),
            changed: Notify::new(),
            abort,
            registration: Mutex::new(Some(registration)),
        }
    }

    /// Returns what cuts the run of a command off that is no job yet.
    pub(super) fn abort(&self) -> AbortHandle {
        self.abort.clone()
    }

    pub(super) fn take_registration(&self) -> Option<AbortRegistration> {
        lock(&self.registration).take()
    }

    /// Goes to the door; `false` when the answer is out already.
    pub(super) fn knock(&self) -> bool {
        let mut state = self.state();
        match *state {
            State::Loose => {
                *state = State::AtTheDoor;
                true
            }
            _ => false,
        }
    }

    /// Leaves the door as this job; `false` when the answer went out meanwhile, so that nothing may run.
    pub(super) fn hold(&self, live: &Arc<Live>) -> bool {
        let mut state = self.state();
        let is_wanted = matches!(*state, State::AtTheDoor);
        if is_wanted {
            *state = State::Held(Arc::clone(live));
        }
        self.changed.notify_waiters();
        is_wanted
    }

    /// Says what became of an adoption.
    pub(super) fn adopted(&self, live: Option<Arc<Live>>) {
        *self.state() = live.map_or(State::GivenUp, State::Held);
        self.changed.notify_waiters();
    }

    /// Says that another delivery of the message has a job: this is the answer, and what runs here is cut off.
    pub(super) fn superseded(&self, answer: &Answer) {
        *self.state() = State::Ended(Box::new(answer.clone()));
        self.abort.abort();
        self.changed.notify_waiters();
    }

    /// Begins to end; returns the job that keeps the result, if one does.
    pub(super) async fn begin_end(&self) -> Option<Arc<Live>> {
        loop {
            let changed = self.changed.notified();
            {
                let mut state = self.state();
                match &*state {
                    State::Adopting => {}
                    State::Held(live) => {
                        let live = Arc::clone(live);
                        *state = State::Ending;
                        return Some(live);
                    }
                    State::Loose | State::AtTheDoor | State::Ending => {
                        *state = State::Ending;
                        return None;
                    }
                    State::Ended(_) | State::GivenUp => return None,
                }
            }
            // Who adopts says so within its own limit, or is gone with this message.
            changed.await;
        }
    }

    /// Leaves the answer for whoever waits for it.
    pub(super) fn ended(&self, answer: &Answer) {
        let mut state = self.state();
        if matches!(*state, State::Ending | State::AtTheDoor) {
            *state = State::Ended(Box::new(answer.clone()));
            drop(state);
            self.changed.notify_waiters();
        }
    }

    /// Looks where the message stands at the deadline.
    pub(super) fn overrun(&self) -> Overrun {
        let mut state = self.state();
        match &*state {
            State::Loose => {
                *state = State::Adopting;
                Overrun::Adopt
            }
            State::Held(live) => {
                live.tell_later();
                Overrun::Kept(Arc::clone(live))
            }
            State::Ended(answer) => Overrun::Ended((**answer).clone()),
            State::AtTheDoor | State::Adopting | State::Ending => Overrun::Wait,
            State::GivenUp => Overrun::Lost,
        }
    }

    /// Waits until something changes, until this moment at most; `false` when nothing did.
    pub(super) async fn change(&self, until: Instant) -> bool {
        let changed = self.changed.notified();
        if !matches!(
            *self.state(),
            State::AtTheDoor | State::Adopting | State::Ending
        ) {
            return true;
        }
        tokio::time::timeout_at(until.into(), changed).await.is_ok()
    }

    /// Lets the answer go out without it. What is at the door then runs no more; what is being ended is kept.
    pub(super) fn give_up(&self) {
        let mut state = self.state();
        if matches!(*state, State::AtTheDoor) {
            *state = State::GivenUp;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
