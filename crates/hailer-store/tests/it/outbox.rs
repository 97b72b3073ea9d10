//! Later messages: in order for each target, one sender at a time, at least once. And kept texts.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hailer_store::{NewPost, NewText, Post, PostQuery, Store, StoreError};

use crate::bed::{Bed, on_both};

on_both!(
    messages_of_one_target_are_sent_in_order,
    a_target_that_waits_does_not_hold_up_others,
    a_message_has_one_sender_at_a_time,
    a_sender_that_was_too_slow_has_lost_its_message,
    what_was_given_up_is_not_sent,
    a_kept_text_is_found_until_its_time_is_over,
);

async fn put(store: &Store, target: &str, payload: &str) {
    store
        .post_later(
            &NewPost {
                target: target.to_owned(),
                payload: payload.to_owned(),
            },
            None,
        )
        .await
        .expect("stored");
}

async fn next(store: &Store) -> Option<Post> {
    store.next_post(&PostQuery::default()).await.expect("next")
}

async fn messages_of_one_target_are_sent_in_order(bed: &Bed) {
    let store = bed.store().await;
    for payload in ["1", "2", "3"] {
        put(&store, "ops", payload).await;
    }

    let mut sent = Vec::new();
    while let Some(post) = next(&store).await {
        assert!(
            next(&store).await.is_none(),
            "the second waits for the first"
        );
        store.post_sent(&post).await.expect("sent");
        sent.push(post.payload);
    }

    assert_eq!(sent, ["1", "2", "3"]);
    assert!(store.posts_waiting().await.expect("counts").is_empty());
}

async fn a_target_that_waits_does_not_hold_up_others(bed: &Bed) {
    let store = bed.store().await;
    for (target, payload) in [("slow", "1"), ("slow", "2"), ("ops", "3"), ("gone", "4")] {
        put(&store, target, payload).await;
    }
    let first = next(&store).await.expect("a message");
    store
        .post_failed(&first, Duration::from_secs(60), "429")
        .await
        .expect("stored");

    let query = PostQuery {
        paused: BTreeSet::from(["gone".to_owned()]),
        ..PostQuery::default()
    };
    let second = store
        .next_post(&query)
        .await
        .expect("next")
        .expect("a message");
    assert!(store.next_post(&query).await.expect("next").is_none());
    bed.sql("UPDATE outbox SET not_before = 1").await;
    let again = store
        .next_post(&query)
        .await
        .expect("next")
        .expect("a message");

    assert_eq!(
        (first.payload.as_str(), second.payload.as_str()),
        ("1", "3")
    );
    assert_eq!((again.payload.as_str(), again.attempt), ("1", 2));
    let waiting = BTreeMap::from([
        ("gone".to_owned(), 1),
        ("ops".to_owned(), 1),
        ("slow".to_owned(), 2),
    ]);
    assert_eq!(store.posts_waiting().await.expect("counts"), waiting);
}

async fn a_message_has_one_sender_at_a_time(bed: &Bed) {
    let store = bed.store().await;
    for target in ["a", "b", "c"] {
        put(&store, target, "x").await;
    }
    let other = bed.tool().await;

    let calls: Vec<_> = (0..12)
        .map(|number| {
            let store =
                if number % 2 == 0 { &store } else { &other }.within(Duration::from_secs(20));
            tokio::spawn(async move { next(&store).await })
        })
        .collect();
    let mut taken = Vec::new();
    for call in calls {
        taken.extend(call.await.expect("a call").map(|post| post.target));
    }

    let distinct: BTreeSet<_> = taken.iter().cloned().collect();
    assert_eq!(distinct.len(), taken.len(), "{taken:?}");
    while let Some(post) = next(&store).await {
        taken.push(post.target);
    }
    assert_eq!(taken.len(), 3, "{taken:?}");
}

async fn a_sender_that_was_too_slow_has_lost_its_message(bed: &Bed) {
    let store = bed.store().await;
    put(&store, "ops", "x").await;
    let slow = next(&store).await.expect("a message");
    bed.sql("UPDATE outbox SET leased_until = 1").await;
    let quick = next(&store).await.expect("the same message");

    let late = store.post_sent(&slow).await.expect_err("late");

    assert!(
        matches!(late, StoreError::Lost { number } if number == slow.number),
        "{late:?}"
    );
    store.post_sent(&quick).await.expect("sent");
}

async fn what_was_given_up_is_not_sent(bed: &Bed) {
    let store = bed.store().await;
    put(&store, "ops", "x").await;
    let post = next(&store).await.expect("a message");

    store.post_given_up(&post, "400").await.expect("stored");

    assert!(next(&store).await.is_none());
    assert_eq!(
        bed.number("SELECT COUNT(*) FROM outbox WHERE state = 'given_up' AND error = '400'")
            .await,
        1
    );
}

async fn a_kept_text_is_found_until_its_time_is_over(bed: &Bed) {
    let store = bed.store().await;
    let text = NewText {
        tenant: "t".to_owned(),
        conversation: "c".to_owned(),
        requester_id: "r".to_owned(),
        title: "log of api".to_owned(),
        content: "ä".repeat(100_000),
        keep_for: Duration::from_secs(3600),
    };
    let id = store.keep_text(&text).await.expect("kept");

    let found = store
        .text(&id.as_str().to_lowercase().parse().expect("an id"))
        .await
        .expect("read")
        .expect("a text");
    bed.sql("UPDATE texts SET expires_at = 1").await;

    assert_eq!(
        (found.content, found.title, found.conversation),
        (text.content, text.title, text.conversation)
    );
    assert!(store.text(&id).await.expect("read").is_none());
}
