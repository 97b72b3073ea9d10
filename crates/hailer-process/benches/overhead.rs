//! What it costs to run a program safely, beside what it costs to run it at all.

#![expect(clippy::unwrap_used, reason = "a bench may fail")]

use std::time::Duration;

use divan::Bencher;
use hailer_process::{CancellationToken, Launcher, Program};
use tokio::process::Command;
use tokio::runtime::{Builder, Runtime};

fn main() {
    divan::main();
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn program() -> Program {
    Program::new("/bin/true", Duration::from_secs(10))
}

#[divan::bench]
fn bare_process(bencher: Bencher<'_, '_>) {
    let runtime = runtime();
    bencher.bench_local(|| {
        runtime.block_on(async { Command::new("/bin/true").output().await.unwrap() })
    });
}

#[divan::bench]
fn without_runner(bencher: Bencher<'_, '_>) {
    run(bencher, &Launcher::direct(), &program());
}

#[divan::bench]
fn with_runner(bencher: Bencher<'_, '_>) {
    let launcher = Launcher::gated(env!("CARGO_BIN_EXE_hailer-runner"));
    run(bencher, &launcher, &program().without_cgroup());
}

#[divan::bench]
fn with_runner_and_cgroup(bencher: Bencher<'_, '_>) {
    let launcher = Launcher::gated(env!("CARGO_BIN_EXE_hailer-runner"));
    run(bencher, &launcher, &program());
}

fn run(bencher: Bencher<'_, '_>, launcher: &Launcher, program: &Program) {
    let runtime = runtime();
    let never = CancellationToken::new();
    bencher.bench_local(|| runtime.block_on(launcher.run(program.clone(), &never)));
}
