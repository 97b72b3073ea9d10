//! Too much at once, from one person, one team or by one webhook.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hailer_dispatch::{Inquiry, Misunderstanding, Rate, Rates, Throttle};

use crate::setting::{DAN, From, JO, MIRA};

fn at(from: &From, begin: Instant, seconds: u64) -> Arc<Inquiry> {
    let inquiry = Arc::into_inner(from.inquiry("status")).unwrap();
    Arc::new(Inquiry {
        received: begin + Duration::from_secs(seconds),
        ..inquiry
    })
}

fn a_minute(count: u32) -> Option<Rate> {
    Some(Rate::new(count, Duration::from_secs(60)))
}

#[test]
fn a_person_may_ask_so_much_at_once_and_then_waits() {
    let throttle = Throttle::new(Rates {
        per_person: a_minute(3),
        ..Rates::default()
    });
    let begin = Instant::now();
    let ask = |id: &str, seconds| throttle.admit(&at(&From::person(id), begin, seconds));

    assert!((0..3).all(|_| ask(MIRA, 0).is_ok()));
    assert_eq!(ask(MIRA, 0), Err(Duration::from_secs(20)));
    assert_eq!(ask(&MIRA.to_uppercase(), 5), Err(Duration::from_secs(15)));
    assert!(ask(JO, 5).is_ok());
    assert!(
        ask(MIRA, 20).is_ok(),
        "who waits as long as told is let pass"
    );
    assert!(ask(MIRA, 20).is_err());
    assert!((0..3).all(|_| ask(MIRA, 300).is_ok()));
    assert!(ask(MIRA, 300).is_err(), "silence saves up nothing");
}

#[test]
fn what_is_refused_counts_for_nobody() {
    let throttle = Throttle::new(Rates {
        per_person: a_minute(1),
        per_team: a_minute(2),
        per_webhook: None,
    });
    let begin = Instant::now();
    let ask = |id: &str| throttle.admit(&at(&From::person(id), begin, 0));

    assert!(ask(MIRA).is_ok());
    assert!((0..9).all(|_| ask(MIRA).is_err()));
    assert!(
        ask(JO).is_ok(),
        "Mira's many messages took none of the team's"
    );
    assert!(ask(DAN).is_err());
    assert!(
        throttle
            .admit(&at(&From::person(DAN).team("19:other"), begin, 0))
            .is_ok()
    );
}

#[test]
fn whoever_has_no_id_shares_with_all_who_have_none() {
    let throttle = Throttle::new(Rates {
        per_person: a_minute(1),
        ..Rates::default()
    });
    let begin = Instant::now();
    let ask =
        |id: &str, webhook: &str| throttle.admit(&at(&From::person(id).webhook(webhook), begin, 0));

    assert!(ask("made up", "ops").is_ok());
    assert!(ask("made up too", "ops").is_err());
    assert!(ask("made up", "other").is_ok());
}

#[test]
fn made_up_people_take_no_memory_without_end() {
    let throttle = Throttle::new(Rates {
        per_person: a_minute(1),
        ..Rates::default()
    });
    let begin = Instant::now();
    let ask = |index: u32, seconds| {
        let id = format!("{index:08x}-0000-4000-8000-000000000000");
        throttle.admit(&at(&From::person(&id), begin, seconds))
    };

    let passed = (0..10_100).filter(|index| ask(*index, 0).is_ok()).count();

    assert_eq!(
        passed, 10_001,
        "those for whom there is no room share one place"
    );
    assert!(ask(20_000, 61).is_ok() && ask(20_001, 61).is_ok());
}

#[test]
fn without_limits_nothing_is_counted() {
    let throttle = Throttle::default();
    let begin = Instant::now();

    assert!((0..1_000).all(|_| throttle.admit(&at(&From::person(MIRA), begin, 0)).is_ok()));
}

#[test]
fn the_answer_says_how_long() {
    let too_many = Misunderstanding::TooMany {
        wait: Duration::from_millis(19_200),
    };

    let said = too_many.reply("ops", "Mira", None).to_plain();

    assert_eq!(said, "That was a lot at once, Mira. Try again in 20 s.");
    assert_eq!(too_many.label(), "refused");
}
