//! A runner and nothing else, for bots whose own binary is none and for tests.

fn main() {
    hailer_process::runner::main();
}
