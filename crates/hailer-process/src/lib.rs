//! Running one foreign program without being at its mercy: no shell, no inherited environment, no unbounded output,
//! no survivor.
//!
//! A [`Program`] says what to run and within which bounds; a [`Launcher`] starts it in two steps, so that a caller can
//! write down what it is about to run before anything runs; an [`Outcome`] says how it ended and what it printed.
//!
//! ```
//! use std::time::Duration;
//! use hailer_process::{CancellationToken, Ending, Launcher, Program};
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let program = Program::new("/bin/echo", Duration::from_secs(10)).argument("$(id) `id` ; id");
//! let outcome = Launcher::find().run(program, &CancellationToken::new()).await;
//!
//! assert_eq!(outcome.ending, Ending::Exited(0));
//! assert_eq!(outcome.stdout.to_text(), "$(id) `id` ; id\n");
//! # });
//! ```

mod capture;
mod cgroup;
mod enforced;
mod error;
mod executable;
mod identity;
mod launcher;
mod limits;
mod line;
mod log_file;
mod mask;
mod order;
mod outcome;
mod prepared;
mod private;
mod process_table;
mod program;
pub mod runner;
mod running;
mod secret_forms;
mod stream;
mod tree;

pub use capture::Captured;
pub use enforced::{Enforced, PathRules};
pub use error::LaunchError;
pub use executable::{ExecutableError, check_executable};
pub use identity::{Identity, OrphanKill, kill_orphan};
pub use launcher::Launcher;
pub use limits::{Limits, RunAs};
pub use line::{LineVerdict, Stream};
pub use mask::Masker;
pub use outcome::{Ending, Outcome};
pub use prepared::Prepared;
pub use private::keep_private;
pub use program::Program;
pub use running::Running;
pub use tokio_util::sync::CancellationToken;
