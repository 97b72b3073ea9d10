//! What waits for a yes: nothing starts before, exactly one ballot starts it, and what is over stays over.

use std::sync::Arc;
use std::time::Duration;

use hailer_store::{
    Admission, Admitted, AreEnough, AuditFilter, Ballot, Caller, Cancelled, ClaimLimits, JobId,
    JobState, NewPost, NewRequest, Person, PostQuery, Reviewed, Stage, Store, Vote, Voted,
};

use crate::bed::{Bed, on_both};
use crate::samples::{admission, caller, claim, mira};

on_both!(
    nothing_starts_before_its_yes,
    of_a_thousand_ballots_at_once_one_starts_the_job,
    nobody_counts_twice_and_the_last_needed_yes_starts_it,
    a_no_is_the_last_word,
    what_was_not_approved_in_time_is_over_wherever_it_is_looked_at,
    a_confirmation_is_its_requesters_and_leads_to_others,
    a_request_can_be_cancelled,
    a_request_outlives_the_server_and_is_seen_by_others,
    a_copy_takes_requests_and_votes_along,
    broken_glass_holds_for_a_webhook_and_a_time_and_is_signed_by_another,
);

fn asking(stage: Stage) -> Admission {
    Admission {
        request: Some(NewRequest {
            stage,
            digest: "d1".to_owned(),
            bot: "ops".to_owned(),
            needs: "a yes of 1 of the group \"sre\"".to_owned(),
            expires: Duration::from_secs(600),
            approve_within: None,
            run_within: Duration::from_secs(3_600),
            post: None,
        }),
        ..admission()
    }
}

fn asking_for(change: impl FnOnce(&mut NewRequest)) -> Admission {
    let mut asking = asking(Stage::Approve);
    change(asking.request.as_mut().expect("it asks"));
    asking
}

async fn ask(store: &Store, admission: &Admission) -> JobId {
    match store.admit(admission).await.expect("admitted") {
        Admitted::Asking(id) => id,
        other => panic!("not asking: {other:?}"),
    }
}

fn ballot(id: &str) -> Ballot {
    Ballot {
        caller: Caller {
            person: Person {
                id: id.to_owned(),
                name: format!("{id} by name"),
            },
            webhook: "ops".to_owned(),
            tenant: "tenant".to_owned(),
            request_id: "r-2".to_owned(),
            ..Caller::default()
        },
        way: "message".to_owned(),
        team: "team-a".to_owned(),
        channel: "channel".to_owned(),
        reason: String::new(),
        operator: String::new(),
        post: None,
    }
}

fn enough(count: usize) -> AreEnough {
    Arc::new(move |votes: &[Vote]| votes.len() >= count)
}

async fn state(store: &Store, id: &JobId) -> JobState {
    store.job(id).await.expect("read").expect("there").state
}

async fn events(store: &Store) -> Vec<String> {
    let page = store.audit_list(&AuditFilter::default()).await;
    let mut events: Vec<String> = page
        .expect("read")
        .items
        .into_iter()
        .map(|row| row.entry.event)
        .collect();
    events.reverse();
    events
}

async fn nothing_to_claim(store: &Store) {
    let claimed = store.claim(&ClaimLimits::default()).await.expect("claimed");
    assert_eq!(claimed, None);
}

async fn nothing_starts_before_its_yes(bed: &Bed) {
    let store = bed.store().await;
    let admission = asking_for(|it| {
        it.post = Some(NewPost {
            target: "sre".to_owned(),
            payload: format!("approve {} please", NewRequest::ID),
        });
    });
    let id = ask(&store, &admission).await;

    nothing_to_claim(&store).await;
    let repeat = store.admit(&admission).await.expect("admitted");
    assert!(matches!(repeat, Admitted::Repeat(job) if job.id == id));
    let query = PostQuery {
        paused: Default::default(),
        lease: Duration::from_secs(10),
    };
    let post = store.next_post(&query).await.expect("read").expect("told");
    assert_eq!(post.payload, format!("approve {id} please"));

    let voted = store.approve(&id, &ballot("jo"), enough(1)).await;
    assert!(matches!(voted.expect("counted"), Voted::Released(_)));
    assert_eq!(claim(&store).await.job.id, id);
    assert_eq!(
        events(&store).await,
        ["intent", "approval_requested", "approved", "released"]
    );
    let request = store.request(&id).await.expect("read").expect("there");
    assert_eq!(request.votes[0].person.name, "jo by name");
    assert!(request.released_at_ms.is_some());
}

async fn of_a_thousand_ballots_at_once_one_starts_the_job(bed: &Bed) {
    let stores = if bed.is_shared() {
        vec![bed.store().await, bed.store().await]
    } else {
        vec![bed.store().await]
    };
    let id = ask(&stores[0], &asking(Stage::Approve)).await;

    let ballots = (0..1_000).map(|number| {
        let store = stores[number % stores.len()].within(Duration::from_secs(60));
        let id = id.clone();
        tokio::spawn(async move {
            store
                .approve(&id, &ballot(&format!("person {number}")), enough(3))
                .await
        })
    });
    let (mut released, mut noted, mut late) = (0, 0, 0);
    for voted in ballots.collect::<Vec<_>>() {
        match voted.await.expect("it ran") {
            Ok(Voted::Released(_)) => released += 1,
            Ok(Voted::Noted(_)) => noted += 1,
            Ok(Voted::NotWaiting(_)) => late += 1,
            other => panic!("{other:?}"),
        }
    }

    assert_eq!((released, noted, late), (1, 2, 997));
    assert_eq!(claim(&stores[0]).await.job.id, id);
    nothing_to_claim(&stores[0]).await;
}

async fn nobody_counts_twice_and_the_last_needed_yes_starts_it(bed: &Bed) {
    let store = bed.store().await;
    let id = ask(&store, &asking(Stage::Approve)).await;
    let say = async |who: &str| {
        let voted = store.approve(&id, &ballot(who), enough(2)).await;
        voted.expect("counted")
    };

    assert!(matches!(say("Jo").await, Voted::Noted(votes) if votes.len() == 1));
    assert_eq!(say("JO").await, Voted::Before);
    assert_eq!(state(&store, &id).await, JobState::AwaitingApproval);
    assert!(matches!(say("Sue").await, Voted::Released(_)));
    assert!(matches!(say("Dan").await, Voted::NotWaiting(_)));
}

async fn a_no_is_the_last_word(bed: &Bed) {
    let store = bed.store().await;
    let id = ask(&store, &asking(Stage::Approve)).await;
    let no = Ballot {
        reason: "not on a Friday".to_owned(),
        ..ballot("jo")
    };

    assert!(matches!(
        store.deny(&id, &no).await.expect("counted"),
        Voted::Rejected(_)
    ));
    let late = store.approve(&id, &ballot("sue"), enough(1)).await;
    assert!(matches!(late.expect("an answer"), Voted::NotWaiting(_)));
    nothing_to_claim(&store).await;
    let job = store.job(&id).await.expect("read").expect("there");
    assert_eq!(job.state, JobState::Rejected);
    assert_eq!(
        job.error.as_deref(),
        Some("jo by name said no: not on a Friday")
    );
    assert_eq!(
        events(&store).await.last().map(String::as_str),
        Some("denied")
    );
}

async fn what_was_not_approved_in_time_is_over_wherever_it_is_looked_at(bed: &Bed) {
    let store = bed.store().await;
    let at_once = || asking_for(|it| it.expires = Duration::ZERO);
    let met = ask(&store, &at_once()).await;
    let swept = ask(&store, &at_once()).await;
    let waits = ask(&store, &asking(Stage::Approve)).await;

    let voted = store.approve(&met, &ballot("jo"), enough(1)).await;
    assert!(matches!(voted.expect("an answer"), Voted::Expired(_)));
    let compose: hailer_store::ComposeExpired = Arc::new(|job| {
        Some(NewPost {
            target: "ops".to_owned(),
            payload: format!("{} is over", job.id),
        })
    });
    let over = store.expire_requests(Some(compose)).await.expect("swept");
    assert_eq!(over.iter().map(|job| &job.id).collect::<Vec<_>>(), [&swept]);
    for id in [&met, &swept] {
        assert_eq!(state(&store, id).await, JobState::Expired);
    }
    assert_eq!(state(&store, &waits).await, JobState::AwaitingApproval);
    assert_eq!(store.posts_waiting().await.expect("read")["ops"], 1);
    let listed = store.requests().await.expect("read");
    assert_eq!(
        listed.iter().map(|it| &it.job.id).collect::<Vec<_>>(),
        [&waits]
    );
    let again = store.approve(&swept, &ballot("jo"), enough(1)).await;
    assert!(matches!(again.expect("an answer"), Voted::Expired(_)));
}

async fn a_confirmation_is_its_requesters_and_leads_to_others(bed: &Bed) {
    let store = bed.store().await;
    let mut both = asking(Stage::Confirm);
    both.request.as_mut().expect("it asks").approve_within = Some(Duration::from_secs(600));
    let id = ask(&store, &both).await;

    let early = store.approve(&id, &ballot("jo"), enough(1)).await;
    assert!(matches!(early.expect("an answer"), Voted::Unconfirmed(_)));
    let theirs = store.confirm(&id, &ballot("jo")).await.expect("an answer");
    assert!(matches!(theirs, Voted::NotTheirs(_)));
    let mut elsewhere = ballot(&mira().id);
    "other".clone_into(&mut elsewhere.caller.webhook);
    let elsewhere = store.confirm(&id, &elsewhere).await.expect("an answer");
    assert!(matches!(elsewhere, Voted::NotTheirs(_)));
    let mine = ballot(&mira().id);
    let first = store.confirm(&id, &mine).await.expect("an answer");
    assert!(matches!(first, Voted::Confirmed(_)));
    assert_eq!(
        store.confirm(&id, &mine).await.expect("an answer"),
        Voted::Before
    );
    nothing_to_claim(&store).await;
    let then = store.approve(&id, &ballot("jo"), enough(1)).await;
    assert!(matches!(then.expect("an answer"), Voted::Released(_)));

    let alone = ask(&store, &asking(Stage::Confirm)).await;
    let only = store.confirm(&alone, &mine).await.expect("an answer");
    assert!(matches!(only, Voted::Released(_)));
    assert_eq!(claim(&store).await.job.id, id);
    assert_eq!(claim(&store).await.job.id, alone);
}

async fn a_request_can_be_cancelled(bed: &Bed) {
    let store = bed.store().await;
    let id = ask(&store, &asking(Stage::Approve)).await;

    let cancelled = store.cancel(&id, &caller()).await.expect("cancelled");
    assert!(matches!(cancelled, Cancelled::AtOnce(_)));
    let late = store.approve(&id, &ballot("jo"), enough(1)).await;
    assert!(matches!(late.expect("an answer"), Voted::NotWaiting(_)));
    nothing_to_claim(&store).await;
}

async fn a_request_outlives_the_server_and_is_seen_by_others(bed: &Bed) {
    let store = bed.store().await;
    let id = ask(&store, &asking(Stage::Approve)).await;
    let noted = store.approve(&id, &ballot("jo"), enough(2)).await;
    assert!(matches!(noted.expect("counted"), Voted::Noted(_)));
    bed.crash(store).await;

    let store = bed.store().await;
    store.recover(&Default::default()).await.expect("recovered");
    assert_eq!(state(&store, &id).await, JobState::AwaitingApproval);
    let tool = bed.tool().await;
    let last = tool.approve(&id, &ballot("sue"), enough(2)).await;
    assert!(matches!(last.expect("counted"), Voted::Released(_)));
    assert_eq!(claim(&store).await.job.id, id);
}

async fn a_copy_takes_requests_and_votes_along(bed: &Bed) {
    let store = bed.store().await;
    let id = ask(&store, &asking(Stage::Approve)).await;
    let noted = store.approve(&id, &ballot("jo"), enough(2)).await;
    assert!(matches!(noted.expect("counted"), Voted::Noted(_)));
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("copy.db").display());
    let url = url.parse().expect("a URL");
    let copy = Store::open(&url, hailer_store::Role::CopyTarget)
        .await
        .expect("opened");

    store.copy_to(&copy).await.expect("copied");

    let request = copy.request(&id).await.expect("read").expect("there");
    assert_eq!((request.votes.len(), request.digest.as_str()), (1, "d1"));
}

async fn broken_glass_holds_for_a_webhook_and_a_time_and_is_signed_by_another(bed: &Bed) {
    let store = bed.store().await;
    let hour = Duration::from_secs(3_600);
    let who = ballot("mira").caller;
    let broken = store
        .break_glass("ops", &who, "the site is down", hour, None)
        .await
        .expect("broken");
    let over = store
        .break_glass("data", &who, "the site is down", Duration::ZERO, None)
        .await;
    over.expect("broken");

    assert_eq!(
        store.broken_glass("ops").await.expect("read"),
        Some(broken.clone())
    );
    assert_eq!(store.broken_glass("data").await.expect("read"), None);
    let mut skips = asking(Stage::Glass);
    skips.job.text = "deploy api at once".to_owned();
    let Admitted::Queued(id) = store.admit(&skips).await.expect("admitted") else {
        panic!("it waits");
    };
    assert_eq!(claim(&store).await.job.id, id);
    let own = store.review_glass(broken.number, &who, "fine").await;
    assert!(matches!(own.expect("an answer"), Reviewed::Own(_)));
    let signed = store
        .review_glass(broken.number, &ballot("jo").caller, "seen")
        .await;
    assert!(matches!(signed.expect("an answer"), Reviewed::Signed(it) if it.review.is_some()));
    store.mend_glass("ops", &who).await.expect("mended");
    assert_eq!(store.broken_glass("ops").await.expect("read"), None);
    let seen = events(&store).await;
    for event in [
        "break_glass_on",
        "approval_skipped",
        "break_glass_reviewed",
        "break_glass_off",
    ] {
        assert!(seen.iter().any(|it| it == event), "{event}: {seen:?}");
    }
}
