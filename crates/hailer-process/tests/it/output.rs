//! What is kept of what a program prints.

use std::sync::{Arc, Mutex};

use hailer_process::{CancellationToken, Ending, LineVerdict, Stream};

use crate::{gated, run_both_ways, shell};

#[tokio::test]
async fn both_streams_are_read_at_once() {
    let script = "head -c 300000 /dev/zero | tr '\\0' e >&2; head -c 300000 /dev/zero | tr '\\0' o";

    for outcome in run_both_ways(&shell(script)).await {
        assert_eq!(outcome.ending, Ending::Exited(0));
        assert_eq!(outcome.stdout.dropped(), 300_000 - 2 * 65_536);
        assert_eq!(outcome.stderr.dropped(), 300_000 - 2 * 65_536);
        let text = outcome.stderr.to_text();
        assert!(text.starts_with("eee") && text.ends_with("eee"));
        assert!(
            text.contains("\n… 168928 bytes left out …\n"),
            "{}",
            text.len()
        );
    }
}

#[tokio::test]
async fn what_is_read_is_what_was_given() {
    let input = "line\n".repeat(100_000);
    let program = shell("wc -l; cat > /dev/null").input(input);

    for outcome in run_both_ways(&program).await {
        assert_eq!(outcome.stdout.to_text().trim(), "100000");
    }
}

#[tokio::test]
async fn nobody_waits_for_a_program_that_does_not_read() {
    let program = shell("echo done").input(vec![b'x'; 1 << 20]);

    for outcome in run_both_ways(&program).await {
        assert_eq!(outcome.ending, Ending::Exited(0));
        assert_eq!(outcome.stdout.to_text(), "done\n");
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_do_no_harm() {
    let program = shell("printf '\\377\\376a\\000b\\303'");

    for outcome in run_both_ways(&program).await {
        assert_eq!(outcome.stdout.to_text(), "\u{fffd}\u{fffd}a\0b\u{fffd}");
    }
}

#[tokio::test]
async fn secrets_are_masked_in_output_log_and_lines() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let lines = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&lines);
    let script = "printf hun; sleep 0.02; printf 'ter22\\n'; printf '%s' \"$PASSWORD\" | base64; echo ::progress hunter22; echo hunter22 >&2; printf hunter2";
    let program = shell(script)
        .variable("PASSWORD", "hunter22")
        .secrets(["hunter22"])
        .log(&log, 1000)
        .on_line("::", move |stream, line| {
            seen.lock().unwrap().push((stream, line.to_owned()));
            LineVerdict::Take
        });

    let outcome = gated().run(program, &CancellationToken::new()).await;

    assert_eq!(outcome.stdout.to_text(), "***\n***=\nhunter2");
    assert_eq!(outcome.stderr.to_text(), "***\n");
    assert_eq!(
        *lines.lock().unwrap(),
        [(Stream::Out, "::progress ***".to_owned())]
    );
    let log = std::fs::read_to_string(log).unwrap();
    assert!(!log.contains("hunter22") && !log.contains("aHVu"), "{log}");
}

#[tokio::test]
async fn a_log_stops_at_its_limit() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let program = shell("yes | head -c 500000").log(&log, 100_000).keep(1024);

    let outcome = gated().run(program, &CancellationToken::new()).await;

    assert_eq!(std::fs::metadata(&log).unwrap().len(), 100_000);
    assert_eq!(outcome.stdout.dropped(), 500_000 - 2 * 1024);
}
