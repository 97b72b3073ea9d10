//! `kind = "github"`: starts a workflow of GitHub Actions and watches its run; looks into Deployments what runs.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use hailer::{Invocation, Section};
use serde_json::{Map, Value, json};

use crate::deploy::backend::{Backend, Done, Failure, Trouble, names_of};
use crate::deploy::config::TIME_LIMIT;
use crate::deploy::http::{Api, ApiError, Watched, watch};
use crate::deploy::text::{self, Values};
use crate::script::Template;

/// GitHub's own; a GitHub Enterprise Server has its API below `/api/v3`.
const URL: &str = "https://api.github.com";

/// How often a run is looked at.
const EVERY: Duration = Duration::from_secs(5);

/// Starts workflows.
#[derive(Debug)]
struct GitHub {
    api: Api,
    repository: Template,
    workflow: Template,
    /// The branch or tag whose workflow is run.
    reference: Template,
    inputs: Vec<(String, Template)>,
    time_limit: Duration,
    every: Duration,
}

pub(super) fn read(section: &Section<'_>) -> Option<Arc<dyn Backend>> {
    let api = Api::read(section, "GitHub", Some(URL), ("authorization", "Bearer "));
    if section.string("repository").is_none() {
        section.reject(
            "repository",
            "there is no `repository`: whose workflow deploys",
            "fix: repository = \"acme/{service}\"",
        );
    }
    let usual = [("version", "{version}"), ("environment", "{environment}")];
    Some(Arc::new(GitHub {
        repository: text::read(section, "repository")?,
        workflow: text::read_or(section, "workflow", "deploy.yml")?,
        reference: text::read_or(section, "ref", "main")?,
        inputs: text::read_table(section, "inputs", &usual)?,
        time_limit: section.duration("timeout").unwrap_or(TIME_LIMIT),
        every: section.duration("every").unwrap_or(EVERY),
        api: api?,
    }))
}

impl GitHub {
    /// Owner and name stay two parts of an address.
    fn repository(&self, values: &Values) -> String {
        let repository = values.fill(&self.repository);
        let part = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
        repository
            .chars()
            .filter(|it| part(*it) || *it == '/')
            .collect()
    }

    fn runs(&self, values: &Values) -> String {
        let workflow = values.fill_url(&self.workflow);
        format!(
            "repos/{}/actions/workflows/{workflow}",
            self.repository(values)
        )
    }

    /// Lists the newest runs that were started as we start them.
    async fn newest(&self, values: &Values) -> Result<Vec<Value>, ApiError> {
        let path = format!(
            "{}/runs?event=workflow_dispatch&per_page=20",
            self.runs(values)
        );
        let mut found = self.api.get(&path).await?;
        let runs = found.get_mut("workflow_runs").map(Value::take);
        Ok(match runs {
            Some(Value::Array(runs)) => runs,
            _ => Vec::new(),
        })
    }

    async fn run(&self, values: &Values, invocation: &Invocation) -> Result<Done, Failure> {
        // GitHub does not say which run it starts, so it is the one that was not there before.
        let before: Vec<_> = self.newest(values).await?.iter().filter_map(id).collect();
        let inputs = self.inputs.iter();
        let inputs = inputs.map(|(name, text)| (name.clone(), json!(values.fill(text))));
        let wish = json!({
            "ref": values.fill(&self.reference),
            "inputs": inputs.collect::<Map<_, _>>(),
        });
        let dispatches = format!("{}/dispatches", self.runs(values));
        self.api.post(&dispatches, &wish).await?;
        invocation.progress(0, 0, "GitHub starts the workflow");
        let times = (self.every, self.time_limit);
        let find = || async {
            let runs = self.newest(values).await?;
            let new = runs.iter().filter_map(id).rfind(|it| !before.contains(it));
            Ok(new.map_or(Watched::On, Watched::Over))
        };
        let run = watch(invocation, times, "the start of the workflow", find).await?;
        let path = format!("repos/{}/actions/runs/{run}", self.repository(values));
        let look = || async { Ok(self.look_at(&self.api.get(&path).await?, invocation)) };
        let ended = watch(invocation, times, "the workflow", look).await;
        self.api.cancel_unwanted(invocation, &path).await;
        match ended?.as_str() {
            "success" => Ok(Done {
                said: Some(format!("run {run} succeeded")),
            }),
            conclusion => Err(Failure::half_way(format!("run {run} ended: {conclusion}"))),
        }
    }

    fn look_at(&self, run: &Value, invocation: &Invocation) -> Watched<String> {
        let said = |key: &str| run.get(key).and_then(Value::as_str).unwrap_or_default();
        match said("status") {
            "completed" => Watched::Over(said("conclusion").replace('_', " ")),
            status => {
                let far = format!("the workflow is {}", status.replace('_', " "));
                invocation.progress(0, 0, far);
                Watched::On
            }
        }
    }
}

fn id(run: &Value) -> Option<u64> {
    run.get("id")?.as_u64()
}

impl Backend for GitHub {
    fn names(&self) -> Vec<String> {
        let inputs = self.inputs.iter().map(|(_, text)| text);
        names_of(
            [&self.repository, &self.workflow, &self.reference]
                .into_iter()
                .chain(inputs),
        )
    }

    fn plan(&self, values: &Values) -> String {
        format!(
            "runs {} of {} on GitHub",
            values.fill(&self.workflow),
            self.repository(values)
        )
    }

    fn time_limit(&self) -> Duration {
        self.time_limit * 2
    }

    fn deploy<'a>(
        &'a self,
        values: &'a Values,
        invocation: &'a Invocation,
    ) -> BoxFuture<'a, Result<Done, Failure>> {
        Box::pin(self.run(values, invocation))
    }

    fn versions<'a>(
        &'a self,
        values: &'a Values,
    ) -> BoxFuture<'a, Result<Option<Vec<String>>, Trouble>> {
        Box::pin(async move {
            let path = format!("repos/{}/tags?per_page=50", self.repository(values));
            Ok(Some(self.api.names(&path).await?))
        })
    }

    fn can_look(&self) -> bool {
        true
    }

    fn look<'a>(&'a self, values: &'a Values) -> BoxFuture<'a, Result<Option<String>, Trouble>> {
        Box::pin(async move {
            let deployments = format!("repos/{}/deployments", self.repository(values));
            let environment = values.get("environment");
            let newest = format!("{deployments}?environment={environment}&per_page=5");
            let found = self.api.get(&newest).await?;
            for deployment in found.as_array().into_iter().flatten() {
                let Some(id) = id(deployment) else { continue };
                let path = format!("{deployments}/{id}/statuses?per_page=1");
                let statuses = self.api.get(&path).await?;
                let state = statuses.pointer("/0/state").and_then(Value::as_str);
                if state == Some("success") {
                    let version = deployment.get("ref").and_then(Value::as_str);
                    return Ok(version.map(str::to_owned));
                }
            }
            Ok(None)
        })
    }
}
