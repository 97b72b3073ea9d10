//! The log: one line for each message, few for strangers, and never what was written.

use std::fmt::{Debug, Write};
use std::sync::{Mutex, MutexGuard, OnceLock};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::client::{exchange, post, signed};
use crate::server::{TestServer, key, message};

#[tokio::test]
async fn a_message_is_one_line_without_its_text() {
    let server = TestServer::start();
    let body = message("hunter2 is my password");

    let response = exchange(log_and(server.address), signed("ops", &key(), &body)).await;
    let wrong = format!(r#"{{"from":"hunter2","pad":"{}"}}"#, "x".repeat(10));
    exchange(server.address, signed("ops", &key(), wrong.as_bytes())).await;
    exchange(server.address, signed("ops", &key(), &message("panic"))).await;

    let id = response.header("x-request-id").unwrap();
    let lines = lines();
    let of_message: Vec<_> = lines.iter().filter(|line| line.contains(id)).collect();
    let [line] = of_message[..] else {
        unreachable!("{of_message:?}");
    };
    assert!(line.starts_with("INFO"), "{line}");
    for part in [
        "webhook=\"ops\"",
        "command=\"_unknown\"",
        "outcome=\"ok\"",
        "duration_ms=",
        &format!("bytes_in={}", body.len()),
        &format!("bytes_out={}", response.body.len()),
    ] {
        assert!(line.contains(part), "{part}: {line}");
    }
    let signature = key().sign(&body);
    for line in lines.iter() {
        assert!(!line.contains("hunter2"), "{line}");
        assert!(!line.contains(&signature[5..]), "{line}");
    }
}

#[tokio::test]
async fn strangers_cannot_fill_the_log() {
    let server = TestServer::start();
    let request = post("nowhere-to-be-found", &[], b"{}");

    for _ in 0..50 {
        exchange(log_and(server.address), &request).await;
    }

    let lines = lines();
    let count = lines
        .iter()
        .filter(|it| it.contains("nowhere-to-be-found"))
        .count();
    assert_eq!(count, 1);
}

/// Makes sure that lines are kept from here on.
fn log_and<T>(value: T) -> T {
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| tracing::subscriber::set_global_default(Keeper).unwrap());
    value
}

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn lines() -> MutexGuard<'static, Vec<String>> {
    LINES.lock().unwrap()
}

/// Keeps our lines as text.
struct Keeper;

impl Subscriber for Keeper {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("hailer")
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        lines().push(line.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}
