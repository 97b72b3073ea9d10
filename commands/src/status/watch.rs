//! Looking at the services though nobody asks, so that the last day can be told.

use std::sync::Arc;
use std::time::Duration;

use hailer::{Background, BackgroundRun, CommandError, ModuleState};

use crate::status::check::Prober;
use crate::status::config::{Probe, Service};
use crate::status::day::Day;

/// How often is looked which service is due.
const EVERY: Duration = Duration::from_secs(60);

/// A round takes no longer, so that the next one is not late.
const ROUND: Duration = Duration::from_secs(50);

/// More services than a bot has.
const MOST: u32 = 10_000;

/// Makes the task that looks.
pub(super) fn task(
    services: &Arc<[Service]>,
    prober: &Arc<Prober>,
    state: &ModuleState,
) -> Background {
    let (services, prober, state) = (Arc::clone(services), Arc::clone(prober), state.clone());
    Background::new("status checks", EVERY, move |run| {
        let (services, prober, state) = (Arc::clone(&services), Arc::clone(&prober), state.clone());
        async move { look(&services, &prober, &state, &run).await }
    })
}

async fn look(
    services: &[Service],
    prober: &Prober,
    state: &ModuleState,
    run: &BackgroundRun,
) -> Result<(), CommandError> {
    let now = run.now();
    let mut due = Vec::new();
    for service in services {
        let Some(every) = service.every else { continue };
        // What is made up has a made-up past.
        if matches!(service.probe, Probe::Sample(_)) {
            continue;
        }
        let kept = state.get::<Day>(&key(service)).await?;
        if kept.is_none_or(|it| it.value.is_due(every, now)) {
            due.push(service);
        }
    }
    let checks = prober.check_all(due.clone(), now, ROUND).await;
    for (service, checked) in due.into_iter().zip(checks) {
        state
            .update(&key(service), |day: Option<Day>| {
                let mut day = day.unwrap_or_default();
                day.note(&checked, now);
                Ok(day)
            })
            .await?;
    }
    Ok(())
}

/// Returns the days of some services. Without a store that answers there is nothing to tell, which is no reason not to
/// tell how they are now.
pub(super) async fn days(services: &[&Service], state: &ModuleState) -> Vec<Option<Day>> {
    let kept = match services {
        [only] => state
            .get::<Day>(&key(only))
            .await
            .map(|it| it.into_iter().collect()),
        _ => state.list::<Day>("day/", None, MOST).await,
    };
    let kept = kept.unwrap_or_else(|error| {
        tracing::warn!(%error, "the history of status cannot be read");
        Vec::new()
    });
    let day = |service: &&Service| {
        let key = key(service);
        kept.iter()
            .find(|it| it.key == key)
            .map(|it| it.value.clone())
    };
    services.iter().map(day).collect()
}

fn key(service: &Service) -> String {
    format!("day/{}", service.name)
}
