//! Where the parts of a rule stand, for what is found wrong only once the commands are known.

use hailer_dispatch::PolicyError;

use super::code;
use super::problem::{Location, Problem};
use super::reading::Reading;
use super::tree::Origin;

/// The places of a table's values.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spots {
    whole: Option<Location>,
    values: Vec<(&'static str, String, Location)>,
}

impl Spots {
    pub(super) fn new(reading: &Reading, origin: Option<&Origin>) -> Self {
        Self {
            whole: origin.map(|origin| reading.locate(origin)),
            values: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, key: &'static str, value: &str, location: Location) {
        self.values.push((key, value.to_owned(), location));
    }

    /// Says what is wrong, at the value that is.
    pub(crate) fn problem(&self, error: &PolicyError) -> Problem {
        let mut values = self.values.iter();
        let found = values.find(|(key, value, _)| *key == error.key && *value == error.value);
        let problem = Problem::error(code::NOT_IN_RULE, error.text.clone());
        let problem = problem.with_help(error.help.clone());
        match found
            .map(|(_, _, location)| location)
            .or(self.whole.as_ref())
        {
            Some(location) => problem.at(location.clone()),
            None => problem,
        }
    }

    pub(crate) fn whole(&self) -> Option<&Location> {
        self.whole.as_ref()
    }
}

impl Location {
    /// Names the place as a channel may see it: the file without its folder, and the line.
    pub(crate) fn short(&self) -> String {
        let file = |path: &str| path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned();
        match self {
            Self::File { path } => file(path),
            Self::Line { path, line, .. } => format!("{}:{line}", file(path)),
            Self::Variable { name } => name.clone(),
        }
    }
}
