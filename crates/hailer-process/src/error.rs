//! Why a program was not started.

use std::io;
use std::path::PathBuf;

use crate::executable::ExecutableError;

/// Why a program was not started. Whatever the reason, nothing of it has run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LaunchError {
    /// The file is not one that can be run.
    #[error(transparent)]
    NotExecutable(#[from] ExecutableError),
    /// The kernel refuses the program, although its file looks fine.
    #[error("`{}` cannot be started", program.display())]
    Refused {
        /// The program.
        program: PathBuf,
        /// What the kernel says.
        #[source]
        source: io::Error,
    },
    /// An argument or a variable holds a NUL character, which no program can be given.
    #[error("{what} holds a NUL character; take it out")]
    Nul {
        /// Which of them: `argument 2`, `variable PATH`.
        what: String,
    },
    /// A variable's name is empty or holds a `=`.
    #[error("`{name}` is no name of a variable; use letters, digits and underscores")]
    VariableName {
        /// The name.
        name: String,
    },
    /// The folder to run in does not exist, or is none.
    #[error("there is no folder `{}` to run in", directory.display())]
    Directory {
        /// The folder.
        directory: PathBuf,
    },
    /// The temporary folder cannot be made.
    #[error("no temporary folder can be made below `{}`", root.display())]
    Temporary {
        /// Where it was to be.
        root: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// A limit, a user or a path rule cannot be applied, and running without it is not what was asked.
    #[error("cannot {step} before the program starts")]
    Preparation {
        /// What was tried: `switch to the user 65534`.
        step: String,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// Limits, a user or path rules are asked for, but there is no runner to apply them.
    #[error("{what} need a runner; call `hailer_process::runner::main()` first thing in `main`")]
    NoRunner {
        /// What was asked for.
        what: &'static str,
    },
    /// The runner does not answer, or answers something else than a runner would.
    #[error("the runner `{}` gives no proper answer", runner.display())]
    Runner {
        /// The runner.
        runner: PathBuf,
        /// What went wrong.
        #[source]
        source: io::Error,
    },
}
