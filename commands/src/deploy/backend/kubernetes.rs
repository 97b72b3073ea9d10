//! `kind = "kubernetes"`: sets the image of a Deployment and watches its roll-out, by the cluster's own API.
//!
//! Decision: four requests over HTTP instead of a client library, which would be larger than the rest of the bot.

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

/// How often a roll-out is looked at.
const EVERY: Duration = Duration::from_secs(2);

/// Sets images.
#[derive(Debug)]
struct Kubernetes {
    api: Api,
    namespace: Template,
    deployment: Template,
    container: Template,
    image: Template,
    time_limit: Duration,
    every: Duration,
}

pub(super) fn read(section: &Section<'_>) -> Option<Arc<dyn Backend>> {
    let api = Api::read(section, "Kubernetes", None, ("authorization", "Bearer "));
    let api = match (api, section.path("ca")) {
        (Some(api), Some(ca)) => api.trusting(section, "ca", &ca),
        (api, _) => api,
    };
    let image = text::read(section, "image");
    let is_versioned = image
        .as_ref()
        .is_some_and(|it| it.names().any(|it| it == "version"));
    if !is_versioned {
        section.reject(
            "image",
            "`image` says which image a version is, so {version} has to be in it",
            "fix: image = \"registry.example.com/{service}:{version}\"",
        );
    }
    Some(Arc::new(Kubernetes {
        namespace: text::read_or(section, "namespace", "{environment}")?,
        deployment: text::read_or(section, "deployment", "{service}")?,
        container: text::read_or(section, "container", "{service}")?,
        time_limit: section.duration("timeout").unwrap_or(TIME_LIMIT),
        every: section.duration("every").unwrap_or(EVERY),
        api: api?,
        image: image?,
    }))
}

/// How a roll-out is.
enum RollOut {
    Done(u64),
    /// The cluster gave up.
    Stuck(String),
    Waiting {
        ready: u64,
        wanted: u64,
    },
}

impl Kubernetes {
    fn path(&self, values: &Values) -> String {
        let namespace = values.fill_url(&self.namespace);
        let deployment = values.fill_url(&self.deployment);
        format!("apis/apps/v1/namespaces/{namespace}/deployments/{deployment}")
    }

    async fn set_image(&self, values: &Values, invocation: &Invocation) -> Result<Done, Failure> {
        let by = invocation.sender().name();
        let cause = format!(
            "{} by {by}, through @{}",
            values.get("version"),
            invocation.bot()
        );
        let patch = json!({ "spec": { "template": {
            "metadata": { "annotations": { "kubernetes.io/change-cause": cause } },
            "spec": { "containers": [{
                "name": values.fill(&self.container),
                "image": values.fill(&self.image),
            }] },
        } } });
        let kind = "application/strategic-merge-patch+json";
        let path = self.path(values);
        self.api.patch(&path, kind, &patch).await?;
        let times = (self.every, self.time_limit);
        let look = || async {
            let found = self.api.get(&path).await?;
            Ok::<_, ApiError>(match roll_out(&found) {
                RollOut::Done(replicas) => Watched::Over(Ok(replicas)),
                RollOut::Stuck(why) => Watched::Over(Err(why)),
                RollOut::Waiting { ready, wanted } => {
                    invocation.progress(ready, wanted, format!("{ready} of {wanted} pods run it"));
                    Watched::On
                }
            })
        };
        match watch(invocation, times, "the roll-out", look).await? {
            Ok(replicas) => Ok(Done {
                said: Some(format!("{replicas} pods run it")),
            }),
            Err(why) => Err(Failure::half_way(format!("Kubernetes gave up: {why}"))),
        }
    }
}

/// Reads what `kubectl rollout status` reads.
fn roll_out(deployment: &Value) -> RollOut {
    let number = |path: &str| {
        deployment
            .pointer(path)
            .and_then(Value::as_u64)
            .unwrap_or(0)
    };
    let wanted = deployment
        .pointer("/spec/replicas")
        .and_then(Value::as_u64)
        .unwrap_or(1);
    let conditions = deployment
        .pointer("/status/conditions")
        .and_then(Value::as_array);
    let is_stuck = |it: &&Value| {
        it.get("type") == Some(&json!("Progressing"))
            && it.get("reason") == Some(&json!("ProgressDeadlineExceeded"))
    };
    let is_seen = number("/status/observedGeneration") >= number("/metadata/generation");
    let (updated, all) = (
        number("/status/updatedReplicas"),
        number("/status/replicas"),
    );
    let available = number("/status/availableReplicas");
    if let Some(stuck) = conditions
        .into_iter()
        .flatten()
        .find(is_stuck)
        .filter(|_| is_seen)
    {
        let why = stuck.get("message").and_then(Value::as_str);
        return RollOut::Stuck(why.unwrap_or("it takes too long").to_owned());
    }
    if is_seen && updated >= wanted && all <= updated && available >= updated {
        return RollOut::Done(wanted);
    }
    RollOut::Waiting {
        ready: updated.min(available),
        wanted,
    }
}

impl Backend for Kubernetes {
    fn names(&self) -> Vec<String> {
        names_of([
            &self.namespace,
            &self.deployment,
            &self.container,
            &self.image,
        ])
    }

    fn plan(&self, values: &Values) -> String {
        format!(
            "sets the image of {} in {} to {}",
            values.fill(&self.deployment),
            values.fill(&self.namespace),
            values.fill(&self.image)
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
        Box::pin(self.set_image(values, invocation))
    }

    fn can_look(&self) -> bool {
        true
    }

    fn look<'a>(&'a self, values: &'a Values) -> BoxFuture<'a, Result<Option<String>, Trouble>> {
        Box::pin(async move {
            let found = self.api.get(&self.path(values)).await?;
            let containers = found
                .pointer("/spec/template/spec/containers")
                .and_then(Value::as_array);
            let own = json!(values.fill(&self.container));
            let own = containers
                .into_iter()
                .flatten()
                .find(|it| it.get("name") == Some(&own));
            let image = own.and_then(|it| it.get("image")?.as_str());
            Ok(image.and_then(|it| version_in(it, &values.fill(&self.image))))
        })
    }
}

/// Takes the version out of an image; the image without one is what the configuration says before it.
fn version_in(image: &str, without_version: &str) -> Option<String> {
    let version = image.strip_prefix(without_version)?;
    (!version.is_empty()).then(|| version.to_owned())
}
