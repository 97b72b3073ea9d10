//! What modules keep: written where what was expected is there, listed by how keys begin, leased to one at a time.

use std::time::Duration;

use hailer_store::{
    Expected, LeaseRequest, NewPost, NewRecord, RecordFilter, Sighting, Store, StoreError,
};

use crate::bed::{Bed, on_both};

on_both!(
    a_record_is_kept_until_it_is_deleted,
    a_change_is_made_only_to_what_was_expected,
    a_version_never_comes_twice,
    of_many_who_change_a_record_at_once_none_is_lost,
    records_are_listed_by_how_their_keys_begin,
    a_record_and_a_message_are_stored_together_or_not_at_all,
    a_lease_has_one_holder_until_its_term_is_over,
    what_is_too_long_is_refused,
    who_wrote_is_kept_with_the_first_and_the_last_time,
    ids_that_teams_never_writes_are_kept_as_far_as_they_go,
);

fn record(key: &str, value: &str, expected: Expected) -> NewRecord {
    NewRecord {
        module: "oncall".to_owned(),
        key: key.to_owned(),
        value: value.to_owned(),
        expected,
    }
}

async fn put(store: &Store, key: &str, value: &str, expected: Expected) -> Option<i64> {
    let record = record(key, value, expected);
    store.put_record(&record).await.expect("stored")
}

async fn value(store: &Store, key: &str) -> Option<String> {
    let record = store.record("oncall", key).await.expect("read");
    record.map(|it| it.value)
}

async fn a_record_is_kept_until_it_is_deleted(bed: &Bed) {
    let store = bed.store().await;
    let version = put(&store, "a", "\"ä\u{1f600}\"", Expected::Anything).await;

    let kept = store.record("oncall", "a").await.expect("read");
    let of_another = store.record("deploy", "a").await.expect("read");
    let delete = || store.delete_record("oncall", "a", Expected::Anything);
    let deleted = (delete().await.expect("done"), delete().await.expect("done"));

    let kept = kept.expect("a record");
    assert_eq!(
        (kept.value.as_str(), Some(kept.version)),
        ("\"ä\u{1f600}\"", version)
    );
    assert_eq!(of_another, None);
    assert_eq!(deleted, (true, false));
    assert_eq!(value(&store, "a").await, None);
}

async fn a_change_is_made_only_to_what_was_expected(bed: &Bed) {
    let store = bed.store().await;
    let first = put(&store, "a", "1", Expected::Nothing).await.expect("new");

    let again = put(&store, "a", "2", Expected::Nothing).await;
    let second = put(&store, "a", "3", Expected::Version(first)).await;
    let late = put(&store, "a", "4", Expected::Version(first)).await;
    let missing = put(&store, "b", "5", Expected::Version(first)).await;
    let late_delete = store
        .delete_record("oncall", "a", Expected::Version(first))
        .await;

    assert_eq!((again, late, missing), (None, None, None));
    assert!(second.is_some());
    assert!(!late_delete.expect("done"));
    assert_eq!(value(&store, "a").await.as_deref(), Some("3"));
    assert_eq!(value(&store, "b").await, None);
}

async fn a_version_never_comes_twice(bed: &Bed) {
    let store = bed.store().await;
    let mut versions = vec![put(&store, "a", "1", Expected::Anything).await.expect("it")];
    for _ in 0..5 {
        versions.push(put(&store, "a", "1", Expected::Anything).await.expect("it"));
    }

    assert!(
        versions.is_sorted_by(|one, next| one < next),
        "{versions:?}"
    );
}

async fn of_many_who_change_a_record_at_once_none_is_lost(bed: &Bed) {
    let store = bed.store().await.within(Duration::from_secs(30));
    put(&store, "count", "0", Expected::Nothing).await;

    let adders = (0..8).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            loop {
                let found = store.record("oncall", "count").await.expect("read");
                let found = found.expect("a record");
                let next = found.value.parse::<u32>().expect("a number") + 1;
                let expected = Expected::Version(found.version);
                if put(&store, "count", &next.to_string(), expected)
                    .await
                    .is_some()
                {
                    return;
                }
            }
        })
    });
    for adder in adders.collect::<Vec<_>>() {
        adder.await.expect("added");
    }

    assert_eq!(value(&store, "count").await.as_deref(), Some("8"));
}

async fn records_are_listed_by_how_their_keys_begin(bed: &Bed) {
    let store = bed.store().await;
    for key in [
        "shift/b", "shift/Z", "shift/é", "shift/a", "shifty", "shift%", "x",
    ] {
        put(&store, key, "1", Expected::Nothing).await;
    }
    let keys = async |prefix: &str, after: Option<&str>, limit| {
        let filter = RecordFilter {
            module: "oncall".to_owned(),
            prefix: prefix.to_owned(),
            after: after.map(str::to_owned),
            limit,
        };
        let records = store.records(&filter).await.expect("read");
        records.into_iter().map(|it| it.key).collect::<Vec<_>>()
    };

    // In the order of bytes, on every engine.
    assert_eq!(
        keys("shift/", None, 10).await,
        ["shift/Z", "shift/a", "shift/b", "shift/é"]
    );
    assert_eq!(keys("shift/", None, 2).await, ["shift/Z", "shift/a"]);
    assert_eq!(
        keys("shift/", Some("shift/a"), 2).await,
        ["shift/b", "shift/é"]
    );
    assert_eq!(keys("", None, 10).await.len(), 7);
    assert_eq!(keys("shift%", None, 10).await, ["shift%"]);
}

async fn a_record_and_a_message_are_stored_together_or_not_at_all(bed: &Bed) {
    let store = bed.store().await;
    let post = NewPost {
        target: "ops".to_owned(),
        payload: "{}".to_owned(),
    };
    let told = record("told/7", "1", Expected::Nothing);

    let first = store.put_record_and_post(&told, &post).await.expect("done");
    let second = store.put_record_and_post(&told, &post).await.expect("done");

    assert!(first.is_some());
    assert_eq!(second, None);
    let waiting = store.posts_waiting().await.expect("counted");
    assert_eq!(waiting.get("ops"), Some(&1));
}

async fn a_lease_has_one_holder_until_its_term_is_over(bed: &Bed) {
    let (one, other) = (bed.store().await, bed.tool().await);
    let request = |seconds| LeaseRequest {
        module: "background".to_owned(),
        key: "oncall handover".to_owned(),
        term: Duration::from_secs(seconds),
    };
    let take = async |store: &Store, seconds| store.lease(&request(seconds)).await.expect("asked");

    assert!(take(&one, 60).await, "it is free");
    assert!(take(&one, 60).await, "the holder prolongs it");
    assert!(!take(&other, 60).await, "another has it");
    let give_back = |store: &Store| {
        let store = store.clone();
        async move { store.release_lease("background", "oncall handover").await }
    };
    give_back(&other).await.expect("done");
    assert!(!take(&other, 60).await, "only the holder gives it back");
    assert!(take(&one, 0).await);
    assert!(take(&other, 60).await, "its term is over");
    give_back(&other).await.expect("done");
    assert!(take(&one, 60).await, "it was given back");
}

async fn what_is_too_long_is_refused(bed: &Bed) {
    let store = bed.store().await;
    let key = "k".repeat(513);
    let text = "v".repeat(256 * 1024 + 1);

    for wrong in [
        record(&key, "1", Expected::Anything),
        record("", "1", Expected::Anything),
        record("a\nb", "1", Expected::Anything),
        record("a", &text, Expected::Anything),
    ] {
        let refused = store.put_record(&wrong).await.expect_err("refused");
        assert!(matches!(refused, StoreError::Misuse { .. }), "{refused:?}");
    }
}

fn sighting(webhook: &str, person: &str, at_ms: i64) -> Sighting {
    Sighting {
        webhook: webhook.to_owned(),
        tenant: "tenant".to_owned(),
        team: "19:team@thread.tacv2".to_owned(),
        channel: "19:channel@thread.tacv2".to_owned(),
        person: person.to_owned(),
        name: format!("{person} \u{1f600}"),
        first_ms: at_ms,
        last_ms: at_ms,
    }
}

async fn who_wrote_is_kept_with_the_first_and_the_last_time(bed: &Bed) {
    let store = bed.store().await;
    for (person, at_ms) in [("mira", 20), ("jo", 10), ("mira", 30)] {
        let noted = store.note_sighting(&sighting("ops", person, at_ms)).await;
        noted.expect("noted");
    }

    let found = store.sightings().await.expect("read");

    let told: Vec<_> = found
        .iter()
        .map(|it| (it.person.as_str(), it.first_ms, it.last_ms))
        .collect();
    assert_eq!(told, [("jo", 10, 10), ("mira", 20, 30)]);
    assert_eq!(found[1].team, "19:team@thread.tacv2");
}

async fn ids_that_teams_never_writes_are_kept_as_far_as_they_go(bed: &Bed) {
    let store = bed.store().await;
    let long = "\u{10ffff}ä".repeat(10_000);
    let broken = "a\u{1f}b\nc|d";

    for person in [long.as_str(), broken] {
        let noted = store.note_sighting(&sighting("ops", person, 1)).await;
        noted.expect("noted");
    }

    assert_eq!(store.sightings().await.expect("read").len(), 2);
}
