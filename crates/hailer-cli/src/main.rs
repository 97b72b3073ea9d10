//! The binary `hailer`: the modules that come with it, and nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    hailer_cli::main(hailer_commands::all)
}
