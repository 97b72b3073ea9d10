//! A program may print without end: what the bot needs for it does not grow. Alone in its process, to be measurable.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::fs;
use std::time::Duration;

use hailer_process::{CancellationToken, Ending, Launcher, LineVerdict, Program};

/// The most memory that this process has used since it was last asked to forget, in KiB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
    line.unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap()
}

fn forget_peak() {
    // Where that is not allowed, the peak is what it was, and growth still shows.
    let _ = fs::write("/proc/self/clear_refs", "5");
}

#[tokio::test]
async fn a_gigabyte_of_output_costs_two_megabytes() {
    let launcher = Launcher::gated(env!("CARGO_BIN_EXE_hailer-runner"));
    let never = CancellationToken::new();
    let print = |bytes: u64| {
        Program::new("/usr/bin/head", Duration::from_secs(300))
            .argument("-c")
            .arguments([bytes.to_string(), "/dev/zero".to_owned()])
    };
    let masked = |bytes| {
        print(bytes)
            .secrets(["hunter22"])
            .on_line("::", |_, _| LineVerdict::Take)
    };
    // What is allocated once stays allocated.
    launcher.run(masked(1_000_000), &never).await;
    forget_peak();
    let before = peak();

    // Looking for secrets takes its time in a build without optimisation.
    for (program, bytes) in [(print(1 << 30), 1_u64 << 30), (masked(1 << 25), 1 << 25)] {
        let outcome = launcher.run(program, &never).await;

        assert_eq!(outcome.ending, Ending::Exited(0));
        assert_eq!(outcome.stdout.dropped(), bytes - 2 * 65_536);
    }
    let growth = peak().saturating_sub(before);
    assert!(growth <= 2048, "{growth} KiB");
}
