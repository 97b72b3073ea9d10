//! `kind = "argocd"`: syncs an Application to a revision, and waits until it is synced and healthy.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use hailer::{Invocation, Section};
use serde_json::{Value, json};

use crate::deploy::backend::{Backend, Done, Failure, Trouble, names_of};
use crate::deploy::config::TIME_LIMIT;
use crate::deploy::http::{Api, ApiError, Watched, watch};
use crate::deploy::text::{self, Values};
use crate::script::Template;

/// How often a sync is looked at.
const EVERY: Duration = Duration::from_secs(3);

/// Where the revision of the last sync stands.
const REVISION: &str = "/status/operationState/operation/sync/revision";

/// Syncs Applications.
#[derive(Debug)]
struct ArgoCd {
    api: Api,
    application: Template,
    revision: Template,
    prune: bool,
    time_limit: Duration,
    every: Duration,
}

pub(super) fn read(section: &Section<'_>) -> Option<Arc<dyn Backend>> {
    let api = Api::read(section, "Argo CD", None, ("authorization", "Bearer "));
    let api = match (api, section.path("ca")) {
        (Some(api), Some(ca)) => api.trusting(section, "ca", &ca),
        (api, _) => api,
    };
    Some(Arc::new(ArgoCd {
        application: text::read_or(section, "application", "{service}-{environment}")?,
        revision: text::read_or(section, "revision", "{version}")?,
        prune: section.boolean("prune").unwrap_or(false),
        time_limit: section.duration("timeout").unwrap_or(TIME_LIMIT),
        every: section.duration("every").unwrap_or(EVERY),
        api: api?,
    }))
}

impl ArgoCd {
    fn path(&self, values: &Values) -> String {
        format!("api/v1/applications/{}", values.fill_url(&self.application))
    }

    async fn sync(&self, values: &Values, invocation: &Invocation) -> Result<Done, Failure> {
        let path = self.path(values);
        let revision = values.fill(&self.revision);
        let wish = json!({ "revision": revision, "prune": self.prune });
        self.api.post(&format!("{path}/sync"), &wish).await?;
        let times = (self.every, self.time_limit);
        let look = || async {
            let found = self.api.get(&path).await?;
            let said = |path: &str| {
                found
                    .pointer(path)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
            };
            let phase = said("/status/operationState/phase");
            let health = said("/status/health/status");
            let is_own = said(REVISION) == revision;
            Ok::<_, ApiError>(match (phase, health) {
                _ if !is_own => Watched::On,
                ("Succeeded", "Healthy") => Watched::Over(Ok(())),
                ("Failed" | "Error", _) => {
                    let why = said("/status/operationState/message");
                    Watched::Over(Err(format!("the sync failed: {why}")))
                }
                ("Succeeded", "Degraded") => {
                    let why = said("/status/health/message");
                    Watched::Over(Err(format!("it is synced, but degraded: {why}")))
                }
                (phase, health) => {
                    let far = format!("{}, {}", phase.to_lowercase(), health.to_lowercase());
                    invocation.progress(0, 0, far);
                    Watched::On
                }
            })
        };
        let ended = watch(invocation, times, "the sync", look).await?;
        let done = Done {
            said: Some("synced and healthy".to_owned()),
        };
        ended
            .map(|()| done)
            .map_err(|why| Failure::half_way(why.trim_end_matches(": ")))
    }
}

impl Backend for ArgoCd {
    fn names(&self) -> Vec<String> {
        names_of([&self.application, &self.revision])
    }

    fn plan(&self, values: &Values) -> String {
        format!(
            "syncs {} of Argo CD to {}",
            values.fill(&self.application),
            values.fill(&self.revision)
        )
    }

    fn time_limit(&self) -> Duration {
        self.time_limit
    }

    fn deploy<'a>(
        &'a self,
        values: &'a Values,
        invocation: &'a Invocation,
    ) -> BoxFuture<'a, Result<Done, Failure>> {
        Box::pin(self.sync(values, invocation))
    }

    fn can_look(&self) -> bool {
        true
    }

    fn look<'a>(&'a self, values: &'a Values) -> BoxFuture<'a, Result<Option<String>, Trouble>> {
        Box::pin(async move {
            let found = self.api.get(&self.path(values)).await?;
            let revision = found.pointer(REVISION).and_then(Value::as_str);
            // What was synced is a version only where versions are synced as they are called.
            let is_plain = self.revision.is_name_alone();
            Ok(revision.filter(|_| is_plain).map(str::to_owned))
        })
    }
}
