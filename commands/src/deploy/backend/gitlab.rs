//! `kind = "gitlab"`: starts a pipeline and watches it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use hailer::{Invocation, Section};
use serde_json::{Value, json};

use crate::deploy::backend::{Backend, Done, Failure, Trouble, names_of};
use crate::deploy::config::TIME_LIMIT;
use crate::deploy::http::{Api, Watched, watch};
use crate::deploy::text::{self, Values};
use crate::script::Template;

/// GitLab's own; a GitLab of one's own has its API below `/api/v4`, too.
const URL: &str = "https://gitlab.com/api/v4";

/// How often a pipeline is looked at.
const EVERY: Duration = Duration::from_secs(5);

/// Starts pipelines.
#[derive(Debug)]
struct GitLab {
    api: Api,
    project: Template,
    /// The branch or tag whose pipeline is run.
    reference: Template,
    variables: Vec<(String, Template)>,
    time_limit: Duration,
    every: Duration,
}

pub(super) fn read(section: &Section<'_>) -> Option<Arc<dyn Backend>> {
    let api = Api::read(section, "GitLab", Some(URL), ("private-token", ""));
    if section.string("project").is_none() {
        section.reject(
            "project",
            "there is no `project`: whose pipeline deploys",
            "fix: project = \"acme/{service}\"",
        );
    }
    let usual = [
        ("SERVICE", "{service}"),
        ("VERSION", "{version}"),
        ("ENVIRONMENT", "{environment}"),
    ];
    Some(Arc::new(GitLab {
        project: text::read(section, "project")?,
        reference: text::read_or(section, "ref", "main")?,
        variables: text::read_table(section, "variables", &usual)?,
        time_limit: section.duration("timeout").unwrap_or(TIME_LIMIT),
        every: section.duration("every").unwrap_or(EVERY),
        api: api?,
    }))
}

impl GitLab {
    fn project(&self, values: &Values) -> String {
        format!("projects/{}", text::url_part(&values.fill(&self.project)))
    }

    async fn run(&self, values: &Values, invocation: &Invocation) -> Result<Done, Failure> {
        let project = self.project(values);
        let variables = self.variables.iter();
        let variables =
            variables.map(|(name, text)| json!({ "key": name, "value": values.fill(text) }));
        let wish = json!({
            "ref": values.fill(&self.reference),
            "variables": variables.collect::<Vec<_>>(),
        });
        let begun = self.api.post(&format!("{project}/pipeline"), &wish).await?;
        let Some(id) = begun.get("id").and_then(Value::as_u64) else {
            return Err(Failure::half_way(
                "GitLab does not say which pipeline it began",
            ));
        };
        let path = format!("{project}/pipelines/{id}");
        let look = || async {
            let found = self.api.get(&path).await?;
            let status = found
                .get("status")
                .and_then(Value::as_str)
                .unwrap_or_default();
            Ok(match status {
                "success" | "failed" | "canceled" | "skipped" => Watched::Over(status.to_owned()),
                status => {
                    let far = format!("pipeline {id} is {}", status.replace('_', " "));
                    invocation.progress(0, 0, far);
                    Watched::On
                }
            })
        };
        let times = (self.every, self.time_limit);
        let ended = watch(invocation, times, "the pipeline", look).await;
        self.api.cancel_unwanted(invocation, &path).await;
        match ended?.as_str() {
            "success" => Ok(Done {
                said: Some(format!("pipeline {id} succeeded")),
            }),
            status => Err(Failure::half_way(format!("pipeline {id} ended: {status}"))),
        }
    }
}

impl Backend for GitLab {
    fn names(&self) -> Vec<String> {
        let variables = self.variables.iter().map(|(_, text)| text);
        names_of(
            [&self.project, &self.reference]
                .into_iter()
                .chain(variables),
        )
    }

    fn plan(&self, values: &Values) -> String {
        format!(
            "runs the pipeline of {} on GitLab",
            values.fill(&self.project)
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
        Box::pin(self.run(values, invocation))
    }

    fn versions<'a>(
        &'a self,
        values: &'a Values,
    ) -> BoxFuture<'a, Result<Option<Vec<String>>, Trouble>> {
        Box::pin(async move {
            let path = format!("{}/repository/tags?per_page=50", self.project(values));
            Ok(Some(self.api.names(&path).await?))
        })
    }
}
