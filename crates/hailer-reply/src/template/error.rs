//! What can be wrong with a template, where, and the way out.

use serde_json::Error as JsonError;

use crate::lint::{Finding, TEMPLATE};

/// Says why a template cannot be read or filled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// When the template is no JSON at all.
    #[error("the template is no JSON")]
    NotJson {
        /// What the parser says.
        #[source]
        source: JsonError,
    },
    /// When the template is JSON, but of no card.
    #[error(
        "the template is no card; give it the card alone, beginning `{{\"type\": \"AdaptiveCard\"`"
    )]
    NotACard,
    /// When the template itself is wrong at one place, whatever the data.
    #[error("`{path}`: {problem}; {fix}")]
    Template {
        /// Where, such as `$.body[2].text`.
        path: String,
        /// What is wrong.
        problem: String,
        /// What to do about it.
        fix: String,
    },
    /// When the data does not fit one place of the template.
    #[error("`{path}`: {problem}; {fix}")]
    Data {
        /// Where in the template, such as `$.body[2].text`.
        path: String,
        /// What is wrong.
        problem: String,
        /// What to do about it.
        fix: String,
    },
    /// When the card is filled, but Teams would refuse it.
    #[error("{}", shown(findings))]
    Refused {
        /// What Teams would refuse, at least one; their paths are those of the template.
        findings: Vec<Finding>,
    },
}

impl TemplateError {
    pub(super) fn template(at: &str, problem: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::Template {
            path: at.to_owned(),
            problem: problem.into(),
            fix: fix.into(),
        }
    }

    pub(super) fn data(at: &str, problem: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::Data {
            path: at.to_owned(),
            problem: problem.into(),
            fix: fix.into(),
        }
    }

    /// Tells the error as the check of cards tells everything else, with paths in the template.
    pub fn to_findings(&self) -> Vec<Finding> {
        match self {
            Self::NotJson { source } => vec![Finding::not_json(source)],
            Self::NotACard => vec![Finding::new(
                &TEMPLATE,
                "$".to_owned(),
                "only a card alone can be filled".to_owned(),
                "give the card alone, beginning `{\"type\": \"AdaptiveCard\"`".to_owned(),
            )],
            Self::Template { path, problem, fix } | Self::Data { path, problem, fix } => {
                vec![Finding::new(
                    &TEMPLATE,
                    path.clone(),
                    problem.clone(),
                    fix.clone(),
                )]
            }
            Self::Refused { findings } => findings.clone(),
        }
    }
}

fn shown(findings: &[Finding]) -> String {
    let Some(first) = findings.first() else {
        return "Teams would refuse the card".to_owned();
    };
    let more = match findings.len() - 1 {
        0 => String::new(),
        1 => ", and 1 more".to_owned(),
        more => format!(", and {more} more"),
    };
    let Finding {
        code,
        path,
        text,
        fix,
        ..
    } = first;
    format!("`{path}`: {text} ({code}{more}); {fix}")
}
