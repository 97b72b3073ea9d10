//! What people hold: locks and freezes keep out what has not started, on every server, until they end.

use std::time::Duration;

use hailer_store::{
    Admission, Admitted, AuditEntry, AuditFilter, Caller, ClaimLimits, Effect, Force, HeldName,
    Hold, Holding, KeySeen, KeyUse, NewHold, Person, Released, Start, Store,
};

use crate::bed::{Bed, on_both};
use crate::samples::{admission, admission_of, claim, queue, run_now};

on_both!(
    a_lock_keeps_out_its_name_and_everything_below,
    a_lock_lets_the_job_end_that_has_it_and_names_it,
    what_is_queued_waits_until_a_lock_ends,
    a_freeze_keeps_out_what_changes_something_through_its_webhook,
    a_freeze_of_everything_holds_back_the_queue,
    what_is_about_holds_starts_despite_them,
    nobody_takes_or_frees_what_somebody_else_holds_unless_they_mean_it,
    a_hold_ends_by_itself,
    a_hold_is_there_for_other_servers_and_after_a_restart,
    a_new_key_and_a_new_network_are_noted_once,
    a_job_that_may_not_begin_yet_goes_back_and_loses_nothing,
);

fn somebody(name: &str) -> Caller {
    Caller {
        person: Person {
            id: name.to_lowercase(),
            name: name.to_owned(),
        },
        ..Caller::default()
    }
}

fn lock(name: &str) -> NewHold {
    NewHold {
        held: HeldName::Lock(name.to_owned()),
        reason: "db move".to_owned(),
        lasts: Some(Duration::from_secs(3_600)),
    }
}

fn freeze(held: HeldName) -> NewHold {
    NewHold {
        held,
        reason: "fire".to_owned(),
        lasts: None,
    }
}

async fn hold(store: &Store, new: &NewHold, by: &str) -> Holding {
    store.hold(new, &somebody(by)).await.expect("an answer")
}

fn with_lock(lock: &str) -> Admission {
    admission_of(|job| job.lock = Some(lock.to_owned()))
}

async fn kept_out(store: &Store, admission: &Admission) -> Option<Hold> {
    match store.admit(admission).await.expect("an answer") {
        Admitted::Kept(hold) => Some(*hold),
        _ => None,
    }
}

async fn nothing_is_claimed(store: &Store) -> bool {
    let claimed = store.claim(&ClaimLimits::default()).await;
    claimed.expect("an answer").is_none()
}

async fn a_lock_keeps_out_its_name_and_everything_below(bed: &Bed) {
    let store = bed.store().await;
    hold(&store, &lock(" Deploy/Prod "), "Jo").await;

    for name in ["deploy/prod", "DEPLOY/PROD", "deploy/prod/api"] {
        let by = kept_out(&store, &with_lock(name)).await;
        let by = by.unwrap_or_else(|| panic!("{name} starts"));
        assert_eq!((by.by.name.as_str(), by.reason.as_str()), ("Jo", "db move"));
        assert_eq!(by.held, HeldName::Lock("deploy/prod".to_owned()));
        assert!(by.until_ms.is_some_and(|until| until > by.since_ms));
    }
    for name in ["deploy", "deploy/production", "deploy/staging"] {
        assert_eq!(kept_out(&store, &with_lock(name)).await, None, "{name}");
    }
    assert_eq!(kept_out(&store, &admission()).await, None);
}

async fn a_lock_lets_the_job_end_that_has_it_and_names_it(bed: &Bed) {
    let store = bed.store().await;
    let fence = run_now(&store, &with_lock("deploy/prod")).await;

    let Holding::Held { running, .. } = hold(&store, &lock("deploy"), "Jo").await else {
        panic!("not held")
    };

    assert_eq!(running.map(|job| job.id), Some(fence.job.clone()));
    let locks = store.job_locks().await.expect("locks");
    assert_eq!(locks[0].name, "deploy/prod");
    assert_eq!(locks[0].job.id, fence.job);
}

async fn what_is_queued_waits_until_a_lock_ends(bed: &Bed) {
    let store = bed.store().await;
    let waiting = queue(&store, &with_lock("deploy/prod/api")).await;
    hold(&store, &lock("deploy/prod"), "Jo").await;
    let other = queue(&store, &admission()).await;

    assert_eq!(claim(&store).await.job.id, other);
    assert!(nothing_is_claimed(&store).await);

    let held = HeldName::Lock("deploy/prod".to_owned());
    let free = store.release(&held, &somebody("Jo"), Force::No).await;

    assert!(matches!(free, Ok(Released::Free(_))), "{free:?}");
    assert_eq!(claim(&store).await.job.id, waiting);
}

async fn a_freeze_keeps_out_what_changes_something_through_its_webhook(bed: &Bed) {
    let store = bed.store().await;
    let webhook = admission().job.webhook;
    hold(&store, &freeze(HeldName::Freeze(webhook)), "Jo").await;

    for effect in [Effect::Write, Effect::Destructive] {
        let message = admission_of(|job| job.effect = effect);
        let by = kept_out(&store, &message).await;
        assert_eq!(by.map(|it| it.reason), Some("fire".to_owned()));
    }
    let read = admission_of(|job| job.effect = Effect::Read);
    assert_eq!(kept_out(&store, &read).await, None);
    let elsewhere = admission_of(|job| job.webhook = "another".to_owned());
    assert_eq!(kept_out(&store, &elsewhere).await, None);
}

async fn a_freeze_of_everything_holds_back_the_queue(bed: &Bed) {
    let store = bed.store().await;
    let write = queue(&store, &admission_of(|job| job.effect = Effect::Write)).await;
    let read = queue(&store, &admission_of(|job| job.effect = Effect::Read)).await;
    hold(&store, &freeze(HeldName::FreezeAll), "Jo").await;

    assert_eq!(claim(&store).await.job.id, read);
    assert!(nothing_is_claimed(&store).await);
    let now = Admission {
        start: Start::Now,
        ..admission_of(|job| job.effect = Effect::Write)
    };
    assert!(kept_out(&store, &now).await.is_some());

    let all = HeldName::FreezeAll;
    let freed = store.release(&all, &somebody("Mira"), Force::Yes).await;
    assert!(matches!(freed, Ok(Released::Free(_))), "{freed:?}");

    assert_eq!(claim(&store).await.job.id, write);
    let events = store.audit_list(&AuditFilter::default()).await;
    let events = events.expect("rows").items.into_iter();
    let told: Vec<_> = events
        .filter(|row| row.entry.event.contains("frozen"))
        .map(|row| (row.entry.event, row.entry.actor_name, row.entry.detail))
        .collect();
    let row = |event: &str, who: &str| {
        let detail = "everything by Jo: fire".to_owned();
        (event.to_owned(), who.to_owned(), detail)
    };
    assert_eq!(told, [row("unfrozen", "Mira"), row("frozen", "Jo")]);
}

async fn what_is_about_holds_starts_despite_them(bed: &Bed) {
    let store = bed.store().await;
    hold(&store, &freeze(HeldName::FreezeAll), "Jo").await;

    let message = Admission {
        despite_holds: true,
        ..admission_of(|job| job.effect = Effect::Write)
    };

    run_now(&store, &message).await;
}

async fn nobody_takes_or_frees_what_somebody_else_holds_unless_they_mean_it(bed: &Bed) {
    let store = bed.store().await;
    hold(&store, &lock("db"), "Jo").await;
    let held = HeldName::Lock("DB".to_owned());

    let taken = hold(&store, &lock("db"), "Mira").await;
    assert!(
        matches!(taken, Holding::Theirs(by) if by.by.name == "Jo"),
        "it is Jo's"
    );
    let freed = store.release(&held, &somebody("Mira"), Force::No).await;
    assert!(matches!(freed, Ok(Released::Theirs(_))), "{freed:?}");
    let anew = hold(&store, &lock("db"), "Jo").await;
    assert!(matches!(anew, Holding::Held { .. }), "{anew:?}");
    assert_eq!(store.holds().await.expect("holds").len(), 1);
    let freed = store.release(&held, &somebody("Mira"), Force::Yes).await;
    assert!(matches!(freed, Ok(Released::Free(_))), "{freed:?}");
    let freed = store.release(&held, &somebody("Mira"), Force::Yes).await;
    assert!(matches!(freed, Ok(Released::NotHeld)), "{freed:?}");
}

async fn a_hold_ends_by_itself(bed: &Bed) {
    let store = bed.store().await;
    let over = NewHold {
        lasts: Some(Duration::ZERO),
        ..lock("deploy/prod")
    };
    hold(&store, &over, "Jo").await;

    assert_eq!(store.holds().await.expect("holds"), []);
    assert_eq!(kept_out(&store, &with_lock("deploy/prod")).await, None);
    let taken = hold(&store, &lock("deploy/prod"), "Mira").await;
    assert!(matches!(taken, Holding::Held { .. }), "{taken:?}");
}

async fn a_hold_is_there_for_other_servers_and_after_a_restart(bed: &Bed) {
    let store = bed.store().await;
    hold(&store, &freeze(HeldName::FreezeAll), "Jo").await;
    drop(store);
    let again = bed.store().await;

    let write = admission_of(|job| job.effect = Effect::Write);

    assert!(kept_out(&again, &write).await.is_some());
    assert_eq!(again.holds().await.expect("holds").len(), 1);
}

async fn a_new_key_and_a_new_network_are_noted_once(bed: &Bed) {
    let store = bed.store().await;
    let note = async |label: &str, network: &str| {
        let used = KeyUse {
            webhook: "ops".to_owned(),
            label: label.to_owned(),
            network: network.to_owned(),
        };
        let seen = store.note_key(&used, &AuditEntry::default()).await;
        seen.expect("noted")
    };

    assert_eq!(note("2026", "192.0.2.0/24").await, KeySeen::First);
    assert_eq!(note("2026", "192.0.2.0/24").await, KeySeen::Before);
    assert_eq!(note("2026", "198.51.100.0/24").await, KeySeen::OtherNetwork);
    assert_eq!(note("2027", "192.0.2.0/24").await, KeySeen::First);
    let rows = store.audit_list(&AuditFilter::default()).await;
    let rows = rows.expect("rows").items;
    let events: Vec<&str> = rows.iter().map(|row| row.entry.event.as_str()).collect();
    assert_eq!(
        events,
        ["key_first_use", "key_other_network", "key_first_use"]
    );
    assert_eq!(rows[1].entry.key_label, "2026");
    assert_eq!(rows[1].entry.detail, "from 198.51.100.0/24");
}

async fn a_job_that_may_not_begin_yet_goes_back_and_loses_nothing(bed: &Bed) {
    let store = bed.store().await;
    let id = queue(&store, &with_lock("deploy/prod")).await;
    let first = claim(&store).await;
    let far = first.job.created_at_ms + 3_600_000;

    store
        .postpone(&first.fence, far, "frozen")
        .await
        .expect("put off");

    assert!(nothing_is_claimed(&store).await);
    assert_eq!(store.job_locks().await.expect("locks"), []);
    let late = store.started(&first.fence, None).await;
    assert!(late.is_err(), "its fence is old: {late:?}");
    bed.sql("UPDATE jobs SET not_before = 0").await;
    let again = claim(&store).await;
    assert_eq!((again.job.id, again.job.attempt), (id, 1));
    let rows = store.audit_list(&AuditFilter::default()).await;
    let rows = rows.expect("rows").items;
    assert_eq!(rows[0].entry.event, "postponed");
    assert_eq!(rows[0].entry.detail, "frozen");
}
