//! Looks every so often what runs, where backends can tell: deploys by other ways are seen that way.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt, StreamExt, stream};
use hailer::{Background, BackgroundRun, CommandError};

use crate::deploy::ledger::{Deploy, Seen, Track};
use crate::deploy::words::millis;
use crate::deploy::{Deploys, Target};

/// How often everything is looked at.
const EVERY: Duration = Duration::from_secs(60);

/// What was seen is written down again when it is older than this.
const FRESH_MS: i64 = 5 * 60 * 1_000;

/// Backends are asked so many questions at once.
const AT_ONCE: usize = 8;

/// Makes the task.
pub(super) fn task(deploys: Arc<Deploys>) -> Background {
    Background::new("deploy look", EVERY, move |run| {
        let deploys = Arc::clone(&deploys);
        async move { deploys.refresh(&run).await }
    })
}

impl Deploys {
    /// Tells whether there is something to look at.
    pub(super) fn can_look(&self) -> bool {
        self.deployments
            .targets()
            .any(|it| it.place.backend.can_look())
    }

    async fn refresh(&self, run: &BackgroundRun) -> Result<(), CommandError> {
        let tracks = self.tracks().await?;
        let is_quiet = |target: &Target<'_>| {
            let (service, environment) = target.names();
            let track = tracks.get(service, environment);
            target.place.backend.can_look() && track.is_none_or(|it| it.under_way().is_none())
        };
        let mut looks = Vec::new();
        for target in self.deployments.targets().filter(is_quiet) {
            looks.push(self.look(target, run).boxed());
        }
        let looks = stream::iter(looks).buffer_unordered(AT_ONCE);
        let cancelled = run.cancellation().cancelled();
        let results: Vec<_> = looks.take_until(cancelled).collect().await;
        results.into_iter().collect()
    }

    /// Looks at one service in one environment. That a backend does not answer is nothing to fail for: the age of what was
    /// seen is shown.
    async fn look(&self, target: Target<'_>, run: &BackgroundRun) -> Result<(), CommandError> {
        let (service, environment) = target.names();
        let version = match target.place.backend.look(&target.values(None)).await {
            Ok(Some(version)) => version,
            Ok(None) => return Ok(()),
            Err(trouble) => {
                tracing::info!(service, environment, %trouble, "cannot look what runs");
                return Ok(());
            }
        };
        let at_ms = millis(run.now());
        let track = self.ledger.track(service, environment).await?;
        let is_fresh = |it: &Seen| it.version == version && at_ms - it.at_ms < FRESH_MS;
        if track.seen.as_ref().is_some_and(is_fresh) {
            return Ok(());
        }
        let note = |track: &mut Track| {
            let is_later = |it: &Deploy| it.ended_ms.is_none_or(|ended| ended >= at_ms);
            if track.deploys.first().is_some_and(is_later) {
                return Ok(());
            }
            track.seen = Some(Seen {
                version: version.clone(),
                at_ms,
            });
            Ok(())
        };
        let ledger = &self.ledger;
        ledger.change(service, environment, note).await.map(drop)
    }
}
