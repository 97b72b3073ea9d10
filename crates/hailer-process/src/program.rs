//! What to run, and within which bounds.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::error::LaunchError;
use crate::limits::{Limits, RunAs};
use crate::line::{LineVerdict, Stream};
use crate::mask::Masker;
use crate::order::Paths;

/// So much of each output is kept at its beginning, and as much at its end.
const KEPT: usize = 64 * 1024;

/// What a program has to end by itself once it is told to.
const GRACE: Duration = Duration::from_secs(10);

/// What looks at lines, shared by both streams.
type SharedLook = Arc<Mutex<dyn FnMut(Stream, &str) -> LineVerdict + Send>>;

/// A program to run: its arguments, its world, its bounds.
///
/// It gets no environment but what is given here, `TMPDIR` and the mark of the run, a temporary folder of its own, and
/// runs in that folder unless another is named. `Debug` shows neither arguments nor values: secrets may be in them.
#[derive(Clone)]
pub struct Program {
    pub(crate) path: PathBuf,
    pub(crate) arguments: Vec<String>,
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) directory: Option<PathBuf>,
    pub(crate) temporary_root: PathBuf,
    pub(crate) input: Vec<u8>,
    pub(crate) time_limit: Duration,
    pub(crate) grace: Duration,
    pub(crate) kept: usize,
    pub(crate) log: Option<(PathBuf, u64)>,
    pub(crate) masker: Masker,
    pub(crate) lines: Option<(String, SharedLook)>,
    pub(crate) limits: Option<Limits>,
    pub(crate) paths: Option<Paths>,
    pub(crate) run_as: Option<RunAs>,
    pub(crate) may_gain_privileges: bool,
    pub(crate) wants_cgroup: bool,
}

impl Program {
    /// Names a program by its whole path, and the time after which it is killed: there is always one.
    pub fn new(path: impl Into<PathBuf>, time_limit: Duration) -> Self {
        Self {
            path: path.into(),
            arguments: Vec::new(),
            environment: BTreeMap::new(),
            directory: None,
            temporary_root: std::env::temp_dir(),
            input: Vec::new(),
            time_limit,
            grace: GRACE,
            kept: KEPT,
            log: None,
            masker: Masker::default(),
            lines: None,
            limits: None,
            paths: None,
            run_as: None,
            may_gain_privileges: false,
            wants_cgroup: true,
        }
    }

    /// Adds an argument; it reaches the program as it is.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn arguments<S: Into<String>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Sets a variable of its environment.
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.environment.insert(name.into(), value.into());
        self
    }

    /// Runs it in this folder instead of its temporary one.
    #[must_use]
    pub fn directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = Some(directory.into());
        self
    }

    /// Makes its temporary folder below this one; the system's when left out.
    #[must_use]
    pub fn temporary_root(mut self, root: impl Into<PathBuf>) -> Self {
        self.temporary_root = root.into();
        self
    }

    /// Gives it this to read on standard input; nothing when left out.
    #[must_use]
    pub fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = input.into();
        self
    }

    /// Kills it after this time, instead of the one it was made with.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// Sets how long it has to end by itself when it is told to, before it is killed; ten seconds when left out.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Sets how many bytes of the beginning of each output are kept, and as many of its end; 64 KiB when left out.
    #[must_use]
    pub fn keep(mut self, bytes: usize) -> Self {
        self.kept = bytes;
        self
    }

    /// Writes both outputs to a file, too, until that has so many bytes.
    #[must_use]
    pub fn log(mut self, path: impl Into<PathBuf>, limit: u64) -> Self {
        self.log = Some((path.into(), limit));
        self
    }

    /// Masks these secrets in everything that is kept, logged or looked at.
    #[must_use]
    pub fn secrets<S: AsRef<str>>(mut self, secrets: impl IntoIterator<Item = S>) -> Self {
        self.masker = Masker::new(secrets);
        self
    }

    /// Shows each line that begins with a prefix to a function as soon as it is there. Lines over 4 KiB are not shown;
    /// a function that blocks holds up the program.
    #[must_use]
    pub fn on_line(
        mut self,
        prefix: impl Into<String>,
        look: impl FnMut(Stream, &str) -> LineVerdict + Send + 'static,
    ) -> Self {
        self.lines = Some((prefix.into(), Arc::new(Mutex::new(look))));
        self
    }

    /// Lets the kernel hold it to limits; those of [`Limits::default`] hold when left out, where there is a runner.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// Lets it use no files but these, what programs need to start, and its own folders, where the kernel can hold it
    /// to that. [`Outcome::enforced`](crate::Outcome::enforced) says whether it did.
    #[must_use]
    pub fn restrict_paths(mut self, readable: Vec<PathBuf>, writable: Vec<PathBuf>) -> Self {
        self.paths = Some(Paths { readable, writable });
        self
    }

    /// Runs it as another user, which only root can.
    #[must_use]
    pub fn run_as(mut self, run_as: RunAs) -> Self {
        self.run_as = Some(run_as);
        self
    }

    /// Lets `sudo` and the like give it more rights. What has other rights than the bot may be beyond its reach.
    #[must_use]
    pub fn allow_new_privileges(mut self) -> Self {
        self.may_gain_privileges = true;
        self
    }

    /// Makes no control group for it, even where that is possible.
    #[must_use]
    pub fn without_cgroup(mut self) -> Self {
        self.wants_cgroup = false;
        self
    }

    /// Makes a control group for it where that is possible, as is usual.
    #[must_use]
    pub fn with_cgroup(mut self) -> Self {
        self.wants_cgroup = true;
        self
    }

    /// Checks what can be checked before anything is started.
    pub(crate) fn check(&self) -> Result<(), LaunchError> {
        crate::executable::check_executable(&self.path)?;
        let has_nul = |text: &str| text.contains('\0');
        if let Some(at) = self.arguments.iter().position(|it| has_nul(it)) {
            let what = format!("argument {}", at + 1);
            return Err(LaunchError::Nul { what });
        }
        for (name, value) in &self.environment {
            if name.is_empty() || name.contains('=') || has_nul(name) {
                return Err(LaunchError::VariableName { name: name.clone() });
            }
            if has_nul(value) {
                let what = format!("variable {name}");
                return Err(LaunchError::Nul { what });
            }
        }
        match &self.directory {
            Some(directory) if !directory.is_dir() => Err(LaunchError::Directory {
                directory: directory.clone(),
            }),
            _ => Ok(()),
        }
    }

    /// Returns what needs a runner.
    pub(crate) fn needs_runner(&self) -> Option<&'static str> {
        match (&self.limits, &self.paths, self.run_as) {
            (Some(_), _, _) => Some("limits"),
            (_, Some(_), _) => Some("path rules"),
            (_, _, Some(_)) => Some("programs of another user"),
            (None, None, None) => None,
        }
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let variables: Vec<&String> = self.environment.keys().collect();
        formatter
            .debug_struct("Program")
            .field("path", &self.path)
            .field("arguments", &self.arguments.len())
            .field("variables", &variables)
            .field("time_limit", &self.time_limit)
            .finish_non_exhaustive()
    }
}
