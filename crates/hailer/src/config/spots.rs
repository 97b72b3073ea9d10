//! Where the parts of a rule stand, for what is found wrong only once the commands are known.
//!
//! Places are counted in bytes until somebody is to read them: a thousand rules have thousands of parts, and hardly
//! ever is one of them wrong.

use std::sync::Arc;

use hailer_dispatch::PolicyError;

use super::code;
use super::problem::Problem;
use super::reading::Reading;
use super::source::Source;
use super::tree::Origin;

/// The places of a table and of its values.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spots {
    source: Option<Arc<Source>>,
    whole: Option<Origin>,
    values: Vec<(&'static str, String, Origin)>,
}

impl Spots {
    pub(super) fn new(reading: &Reading, origin: Option<&Origin>) -> Self {
        Self {
            source: Some(Arc::clone(reading.shared_source())),
            whole: origin.cloned(),
            values: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, key: &'static str, value: &str, origin: &Origin) {
        self.values.push((key, value.to_owned(), origin.clone()));
    }

    /// Names the place of something as a channel may see it: `hailer.toml:49`.
    pub(super) fn short(&self, origin: Option<&Origin>) -> String {
        match (origin, &self.source) {
            (Some(Origin::Span(span)), Some(source)) => source.short(span.start),
            (Some(Origin::Variable(name)), _) => name.clone(),
            (Some(Origin::Span(_)) | None, _) => String::new(),
        }
    }

    /// Says what is wrong, at the value that is.
    pub(crate) fn problem(&self, error: &PolicyError) -> Problem {
        let mut values = self.values.iter();
        let found = values.find(|(key, value, _)| *key == error.key && *value == error.value);
        let problem = Problem::error(code::NOT_IN_RULE, error.text.clone());
        let problem = problem.with_help(error.help.clone());
        self.place(problem, found.map(|(_, _, origin)| origin))
    }

    /// Puts a problem at the table.
    pub(super) fn of_whole(&self, problem: Problem) -> Problem {
        self.place(problem, None)
    }

    fn place(&self, problem: Problem, origin: Option<&Origin>) -> Problem {
        match (origin.or(self.whole.as_ref()), &self.source) {
            (Some(origin), Some(source)) => problem.at(origin.locate(source)),
            (_, _) => problem,
        }
    }
}
