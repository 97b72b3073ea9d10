//! A rota: typed arguments, and state that the commands of a module share.
//!
//! `oncall take` changes something, so the demo's rule that everybody may only read has to be lifted:
//!
//! ```sh
//! HAILER_PERMISSIONS__DEFAULT=allow cargo run --package typed-state     # in another terminal:
//! cargo run --package typed-state -- send "oncall take web --for 2h" --as Jo
//! cargo run --package typed-state -- send "oncall"
//! ```

mod commands;
mod rota;

use std::process::ExitCode;

fn main() -> ExitCode {
    hailer_cli::main(|_| vec![commands::module()])
}
