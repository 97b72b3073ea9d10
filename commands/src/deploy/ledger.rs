//! What was deployed: one track for each service in each environment, kept in the store.
//!
//! Decision: what the bot wrote down is what it answers from, so that `deploy status` waits for nobody. The price is that
//! deploys by other ways are not in it until they are reported, or seen by a backend that can look.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use hailer::{CommandError, JobState, ModuleState};
use serde::{Deserialize, Serialize};

use crate::deploy::before::Before;

/// So many deploys of each service in each environment are kept.
const KEPT: usize = 20;

/// The module whose values these are.
pub(super) const MODULE: &str = "deploy";

/// For so long a report that comes again is known as one: as long as one may be old or ahead, and a little more.
const REPORTS_MS: i64 = 15 * 60 * 1_000;

/// How the keys of tracks begin.
const PREFIX: &str = "track/";

/// So many tracks are read at once.
const PAGE: u32 = 500;

/// A service in an environment: what was deployed there, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Track {
    pub(super) deploys: Vec<Deploy>,
    /// What the backend said last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) seen: Option<Seen>,
    /// The reports that came lately.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reports: Vec<Reported>,
}

/// A report that came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Reported {
    id: String,
    at_ms: i64,
}

/// One version on its way to one environment, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Deploy {
    pub(super) kind: Kind,
    pub(super) version: String,
    /// What ran before it, as far as is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) before: Option<String>,
    pub(super) by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) job: Option<String>,
    pub(super) began_ms: i64,
    /// Nothing while it is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ended_ms: Option<i64>,
    pub(super) ending: Ending,
    /// What there is to say of the ending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<String>,
}

/// How a deploy came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Run,
    Rollback,
    /// Somebody else did it, and said so.
    Reported,
}

/// What became of a deploy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ending {
    UnderWay,
    /// It runs, and does its work.
    Healthy,
    /// It runs; nothing says how to find out whether it does its work.
    Unchecked,
    /// It runs, and does not do its work.
    Unhealthy,
    /// It had not begun: what ran before goes on.
    Untouched,
    /// It is not known what runs: it failed half way, …
    Failed,
    /// … somebody stopped it, …
    Cancelled,
    /// … or the bot was stopped, and nobody saw the end.
    Interrupted,
}

/// What a backend said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    pub(super) version: String,
    pub(super) at_ms: i64,
}

impl Ending {
    /// Tells whether the version runs since.
    pub(super) fn is_in_place(self) -> bool {
        matches!(self, Self::Healthy | Self::Unchecked | Self::Unhealthy)
    }

    /// Tells whether it is not known what runs since.
    pub(super) fn leaves_doubt(self) -> bool {
        matches!(self, Self::Failed | Self::Cancelled | Self::Interrupted)
    }
}

impl Track {
    /// Returns what was deployed before the bot came.
    pub(super) fn before(before: &[Before], wanted: &str) -> Self {
        let here = before
            .iter()
            .filter(|it| key(&it.service, &it.environment) == wanted);
        let mut deploys: Vec<Deploy> = here.map(|it| it.deploy.clone()).collect();
        deploys.sort_by_key(|it| Reverse(it.began_ms));
        Self {
            deploys,
            ..Self::default()
        }
    }

    /// Returns the deploy that is under way.
    pub(super) fn under_way(&self) -> Option<&Deploy> {
        self.deploys
            .first()
            .filter(|it| it.ending == Ending::UnderWay)
    }

    /// Returns the deploy of the version that runs, as far as is known.
    pub(super) fn running(&self) -> Option<&Deploy> {
        self.deploys.iter().find(|it| it.ending.is_in_place())
    }

    /// Returns the deploy since which it is not known what runs.
    pub(super) fn doubt(&self) -> Option<&Deploy> {
        let since = self
            .deploys
            .iter()
            .take_while(|it| !it.ending.is_in_place());
        since.into_iter().find(|it| it.ending.leaves_doubt())
    }

    /// Returns the last deploy that did its work, of another version than the one that was meant to run last.
    pub(super) fn last_good(&self) -> Option<&Deploy> {
        let meant = self
            .deploys
            .iter()
            .find(|it| it.ending != Ending::Untouched)?;
        self.deploys.iter().find(|it| {
            matches!(it.ending, Ending::Healthy | Ending::Unchecked) && it.version != meant.version
        })
    }

    /// Writes down a deploy that begins.
    pub(super) fn begin(&mut self, deploy: Deploy) {
        self.deploys.insert(0, deploy);
        self.forget();
    }

    /// Writes down a deploy that is over, where it belongs by its time.
    pub(super) fn insert(&mut self, deploy: Deploy) {
        let at = self.deploys.iter();
        let at = at.take_while(|it| it.began_ms > deploy.began_ms).count();
        let before = self
            .deploys
            .iter()
            .skip(at)
            .find(|it| it.ending.is_in_place());
        let deploy = Deploy {
            before: before.map(|it| it.version.clone()),
            ..deploy
        };
        if at == 0 {
            // What was seen before says nothing of what runs since.
            self.seen = None;
        }
        self.deploys.insert(at, deploy);
        self.forget();
    }

    /// Tells whether a report comes for the first time, and remembers it.
    pub(super) fn is_first(&mut self, id: &str, now_ms: i64) -> bool {
        self.reports.retain(|it| now_ms - it.at_ms < REPORTS_MS);
        let is_first = self.reports.iter().all(|it| it.id != id);
        if is_first {
            self.reports.push(Reported {
                id: id.to_owned(),
                at_ms: now_ms,
            });
        }
        is_first
    }

    /// Forgets the oldest deploys.
    fn forget(&mut self) {
        // What runs, and what one would go back to, is kept however long ago it was.
        let keep = [self.running(), self.last_good()].map(|it| it.map(|it| it.began_ms));
        let mut at = 0;
        self.deploys.retain(|it| {
            at += 1;
            at <= KEPT || keep.contains(&Some(it.began_ms))
        });
    }

    /// Ends the deploy that is under way, if it is the one that was lost.
    pub(super) fn settle(&mut self, lost: &Lost) {
        let job = self.under_way().and_then(|it| it.job.as_ref());
        if job == Some(&lost.job) {
            self.end(lost.ending, Some(lost.note.to_owned()), lost.at_ms);
        }
    }

    /// Writes down how the deploy that is under way ended.
    pub(super) fn end(&mut self, ending: Ending, note: Option<String>, now_ms: i64) {
        if let Some(deploy) = self
            .deploys
            .first_mut()
            .filter(|it| it.ending == Ending::UnderWay)
        {
            deploy.ending = ending;
            deploy.note = note;
            deploy.ended_ms = Some(now_ms);
            // What was seen before says nothing of what runs since.
            self.seen = None;
        }
    }
}

/// A deploy whose end nobody saw, and what its job says of it.
#[derive(Debug)]
pub(super) struct Lost {
    pub(super) job: String,
    pub(super) ending: Ending,
    pub(super) note: &'static str,
    pub(super) at_ms: i64,
}

impl Lost {
    /// Returns how a deploy ended whose job is in this state; nothing while that goes on. A job that is no longer there was
    /// cut off.
    pub(super) fn of(deploy: &Deploy, job: Option<(JobState, Option<i64>)>) -> Option<Self> {
        let id = deploy.job.as_ref()?;
        let (state, ended) = job.unwrap_or((JobState::Interrupted, None));
        if !state.is_ended() {
            return None;
        }
        let (ending, note) = match state {
            JobState::Cancelled => (Ending::Cancelled, "its job was cancelled"),
            JobState::TimedOut => (Ending::Failed, "its job took longer than it may"),
            JobState::Succeeded => (
                Ending::Unchecked,
                "its job ended well, but its end was not written down",
            ),
            _ => (Ending::Interrupted, "the bot was stopped while it ran"),
        };
        Some(Self {
            job: id.clone(),
            ending,
            note,
            at_ms: ended.unwrap_or(deploy.began_ms),
        })
    }
}

/// The tracks of all services.
#[derive(Debug)]
pub(super) struct Ledger {
    state: ModuleState,
    /// What counts where nothing is written down yet.
    before: BTreeMap<String, Track>,
}

impl Ledger {
    /// Begins with what was deployed before.
    pub(super) fn new(before: &[Before]) -> Self {
        let keys = before.iter().map(|it| key(&it.service, &it.environment));
        let tracks = keys.map(|it| (it.clone(), Track::before(before, &it)));
        let tracks = tracks.collect();
        Self {
            state: ModuleState::new(MODULE),
            before: tracks,
        }
    }

    /// Returns what the module has to open.
    pub(super) fn state(&self) -> ModuleState {
        self.state.clone()
    }

    /// Returns the track of a service in an environment; an empty one when nothing was deployed.
    ///
    /// # Errors
    ///
    /// The store is out.
    pub(super) async fn track(
        &self,
        service: &str,
        environment: &str,
    ) -> Result<Track, CommandError> {
        let key = key(service, environment);
        let kept = self.state.get(&key).await?;
        Ok(kept.map_or_else(|| self.before(&key), |it| it.value))
    }

    /// Returns all tracks.
    ///
    /// # Errors
    ///
    /// The store is out.
    pub(super) async fn tracks(&self) -> Result<Tracks, CommandError> {
        let mut tracks = self.before.clone();
        let mut after: Option<String> = None;
        loop {
            let page = self.state.list(PREFIX, after.as_deref(), PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(Tracks(tracks));
            };
            after = Some(last.key.clone());
            tracks.extend(page.into_iter().map(|it| (it.key, it.value)));
        }
    }

    /// Changes a track. The change may be asked for more than once, when another server changes the track meanwhile.
    ///
    /// # Errors
    ///
    /// The store is out, or the change itself refuses.
    pub(super) async fn change(
        &self,
        service: &str,
        environment: &str,
        mut change: impl FnMut(&mut Track) -> Result<(), CommandError> + Send,
    ) -> Result<Track, CommandError> {
        let key = key(service, environment);
        let change = |found: Option<Track>| {
            let mut track = found.unwrap_or_else(|| self.before(&key));
            change(&mut track)?;
            Ok(track)
        };
        self.state.update(&key, change).await
    }

    fn before(&self, key: &str) -> Track {
        self.before.get(key).cloned().unwrap_or_default()
    }
}

/// All tracks, as they were at one moment.
#[derive(Debug, Default)]
pub(super) struct Tracks(BTreeMap<String, Track>);

impl Tracks {
    /// Returns the track of a service in an environment, if anything was ever deployed.
    pub(super) fn get(&self, service: &str, environment: &str) -> Option<&Track> {
        self.0.get(&key(service, environment))
    }

    /// Returns those with a deploy under way.
    pub(super) fn under_way_mut(&mut self) -> impl Iterator<Item = &mut Track> {
        self.0.values_mut().filter(|it| it.under_way().is_some())
    }
}

/// Returns the key of the track of a service in an environment.
pub(super) fn key(service: &str, environment: &str) -> String {
    format!("{PREFIX}{service}/{environment}")
}
