//! From a message's text to a command with its arguments, among few commands and among many.

use std::sync::Arc;

use divan::Bencher;
use hailer_dispatch::{DefaultPermission, Policy, Registry};

use crate::sample::{inquiry, registry, registry_with_patterns};

const COMMANDS: [usize; 3] = [1, 10, 1_000];

#[divan::bench(args = COMMANDS)]
fn echo(bencher: Bencher<'_, '_>, commands: usize) {
    dispatch(bencher, commands, "echo hello world");
}

#[divan::bench(args = COMMANDS)]
fn typed_arguments(bencher: Bencher<'_, '_>, commands: usize) {
    dispatch(
        bencher,
        commands,
        "deploy run api 1.2.3 --env prod --dry-run",
    );
}

#[divan::bench(args = COMMANDS)]
fn unknown_command(bencher: Bencher<'_, '_>, commands: usize) {
    dispatch(bencher, commands, "dploy run api 1.2.3");
}

#[divan::bench(args = [1, 10_000])]
fn pattern(bencher: Bencher<'_, '_>, patterns: usize) {
    let registry = Arc::new(registry_with_patterns(patterns));
    let policy = everything(&registry);
    let inquiry = inquiry("is service0 up?");

    bencher.bench(|| registry.dispatch(&inquiry, &policy));
}

fn dispatch(bencher: Bencher<'_, '_>, commands: usize, text: &str) {
    let registry = Arc::new(registry(commands));
    let policy = everything(&registry);
    let inquiry = inquiry(text);

    bencher.bench(|| registry.dispatch(&inquiry, &policy));
}

fn everything(registry: &Registry) -> Arc<Policy> {
    Arc::new(Policy::of_default(
        DefaultPermission::Allow,
        registry.catalog(),
    ))
}
