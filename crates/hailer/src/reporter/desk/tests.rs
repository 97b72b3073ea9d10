//! Reports without a network: what is signed comes to the module, and nothing else.

use std::sync::atomic::{AtomicUsize, Ordering};

use hailer_transport::ReportAnswer::{Malformed, Noted, Out, Refused, Unauthorized};

use super::*;

const NEW: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OLD: &str = "whsec_NfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER: &str = "whsec_OfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A desk with one reporter, and how often its module was told something.
struct Room {
    reports: Reports,
    taken: Arc<AtomicUsize>,
}

impl Room {
    fn new() -> Self {
        let taken = Arc::<AtomicUsize>::default();
        let count = Arc::clone(&taken);
        let secrets = [NEW, OLD].map(|it| SigningSecret::parse(it).unwrap());
        let reporter = Reporter::new("ci", secrets.to_vec(), "note", move |report: Report| {
            count.fetch_add(1, Ordering::SeqCst);
            async move {
                match &report.body[..] {
                    b"unknown" => Err(CommandError::told("There is no such thing.")),
                    b"out" => {
                        let cause = std::io::Error::other("disk full");
                        Err(CommandError::told("My store is out.").caused_by(cause))
                    }
                    _ => Ok(format!("{} says {}", report.reporter, report.id)),
                }
            }
        });
        let reports = Reports::new(&[reporter], None, None, &BotClock::default());
        Self { reports, taken }
    }

    fn now(&self) -> u64 {
        self.reports.clock.now().timestamp().try_into().unwrap()
    }

    async fn tell(&self, received: Received) -> ReportAnswer {
        self.reports.receive(received).await
    }
}

fn signed(secret: &str, id: &str, time: u64, body: &'static [u8]) -> Received {
    let signature = SigningSecret::parse(secret).unwrap().sign(id, time, body);
    Received {
        name: "ci".to_owned(),
        id: Some(id.to_owned()),
        timestamp: Some(time.to_string()),
        signature: Some(signature),
        body: body.into(),
        request_id: hailer_reply::RequestId::next(),
    }
}

#[tokio::test]
async fn what_is_signed_by_any_of_its_secrets_is_taken() {
    let room = Room::new();

    for secret in [NEW, OLD] {
        let answer = room.tell(signed(secret, "msg_1", room.now(), b"x")).await;
        assert_eq!(answer, Noted("ci says msg_1".to_owned()));
    }
}

#[tokio::test]
async fn what_is_not_signed_as_it_should_be_comes_to_nobody() {
    let room = Room::new();
    let right = || signed(NEW, "msg_1", room.now(), b"x");

    let changed = |change: fn(&mut Received)| {
        let mut received = right();
        change(&mut received);
        received
    };
    for (received, reason) in [
        (changed(|it| it.name = "cd".to_owned()), "unknown_reporter"),
        (changed(|it| it.id = None), "missing_header"),
        (changed(|it| it.timestamp = None), "missing_header"),
        (changed(|it| it.signature = None), "missing_header"),
        (
            changed(|it| it.timestamp = Some("now".to_owned())),
            "malformed_timestamp",
        ),
        (
            changed(|it| it.id = Some("msg_2".to_owned())),
            "signature_mismatch",
        ),
        (
            changed(|it| it.body = b"y"[..].into()),
            "signature_mismatch",
        ),
        (
            changed(|it| it.timestamp = Some("1".to_owned())),
            "signature_mismatch",
        ),
        (
            changed(|it| it.signature = Some(String::new())),
            "signature_mismatch",
        ),
        (
            signed(OTHER, "msg_1", room.now(), b"x"),
            "signature_mismatch",
        ),
    ] {
        assert_eq!(room.tell(received).await, Unauthorized(reason));
    }
    assert_eq!(room.taken.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn what_was_signed_at_another_time_is_told_so() {
    let room = Room::new();

    for time in [room.now() - 330, room.now() + 330, 0] {
        let answer = room.tell(signed(NEW, "msg_1", time, b"x")).await;
        assert!(
            matches!(&answer, Malformed(it) if it.contains("away from mine")),
            "{answer:?}"
        );
    }
    let in_time = room
        .tell(signed(NEW, "msg_1", room.now() - 200, b"x"))
        .await;
    assert!(matches!(in_time, Noted(_)), "{in_time:?}");
}

#[tokio::test]
async fn an_id_is_a_word() {
    let room = Room::new();

    for id in ["", "a b", "ä", &"x".repeat(129)] {
        let answer = room.tell(signed(NEW, id, room.now(), b"x")).await;
        assert!(
            matches!(&answer, Malformed(it) if it.contains("webhook-id")),
            "{answer:?}"
        );
    }
    assert_eq!(room.taken.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn what_cannot_be_is_not_what_may_pass() {
    let room = Room::new();

    let unknown = room.tell(signed(NEW, "1", room.now(), b"unknown")).await;
    let out = room.tell(signed(NEW, "2", room.now(), b"out")).await;

    assert_eq!(unknown, Refused("There is no such thing.".to_owned()));
    assert_eq!(out, Out("My store is out.".to_owned()));
}
