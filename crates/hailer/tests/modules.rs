//! What a module keeps, what it does by itself, and what it posts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use hailer::testing::TestBot;
use hailer::{
    Background, Bot, CommandError, Config, Effect, Environment, Expected, FollowUps, HmacKey,
    Invocation, Module, ModuleState, NoArgs, Reply, Spec, command_fn,
};

const HOUR: Duration = Duration::from_secs(3_600);

/// Counts what it is told, in its state.
fn counter(state: &ModuleState) -> Module {
    let kept = state.clone();
    let spec = Spec::new("count", "counts").effect(Effect::Read);
    let count = command_fn(spec, move |_: NoArgs, _: Invocation| {
        let state = kept.clone();
        async move {
            let count = state.update("count", |it: Option<u32>| Ok(it.unwrap_or_default() + 1));
            Ok(Reply::text(count.await?.to_string()))
        }
    });
    Module::new("Counter").command(count).state(state.clone())
}

/// Both ways to keep state: in memory, and in a store.
async fn on_both(test: impl AsyncFn(ModuleState)) {
    for has_store in [false, true] {
        let state = ModuleState::new("counter");
        let bot = TestBot::new().module(counter(&state));
        let bot = if has_store { bot.with_store() } else { bot };
        bot.say("count").await.assert_text("1");
        test(state).await;
    }
}

#[tokio::test]
async fn what_is_kept_is_found_and_listed_and_deleted() {
    on_both(async |state| {
        for key in ["shift/b", "shift/a", "shifty"] {
            state.put(key, &key.len()).await.unwrap();
        }

        let keys = |found: Vec<hailer::Kept<usize>>| {
            let keys = found.into_iter().map(|it| it.key);
            keys.collect::<Vec<_>>()
        };
        let all = keys(state.list("shift/", None, 10).await.unwrap());
        let rest = keys(state.list("shift/", Some("shift/a"), 10).await.unwrap());
        let few = keys(state.list("", None, 2).await.unwrap());
        let deleted = state.delete("shift/a", Expected::Anything).await.unwrap();

        assert_eq!(all, ["shift/a", "shift/b"]);
        assert_eq!(rest, ["shift/b"]);
        assert_eq!(few, ["count", "shift/a"]);
        assert!(deleted);
        assert!(state.get::<usize>("shift/a").await.unwrap().is_none());
        assert_eq!(state.get::<u32>("count").await.unwrap().unwrap().value, 1);
    })
    .await;
}

#[tokio::test]
async fn a_change_needs_what_it_expects() {
    on_both(async |state| {
        let first = state.put_if("a", &1, Expected::Nothing).await.unwrap();
        let again = state.put_if("a", &2, Expected::Nothing).await.unwrap();
        let expected = Expected::Version(first.unwrap());
        let second = state.put_if("a", &3, expected).await.unwrap();
        let late = state.put_if("a", &4, expected).await.unwrap();

        assert!(second.is_some());
        assert_eq!((again, late), (None, None));
        assert_eq!(state.get::<u32>("a").await.unwrap().unwrap().value, 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_change_is_lost_when_many_make_one() {
    on_both(async |state| {
        let adders = (0..8).map(|_| {
            let state = state.clone();
            tokio::spawn(async move {
                let add = |it: Option<u32>| Ok(it.unwrap_or_default() + 1);
                state.update("count", add).await.unwrap()
            })
        });
        for adder in adders.collect::<Vec<_>>() {
            adder.await.unwrap();
        }

        assert_eq!(state.get::<u32>("count").await.unwrap().unwrap().value, 9);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_read_or_kept_is_told() {
    on_both(async |state| {
        let told = |error: CommandError| error.reply().unwrap().to_plain();

        let other = state.get::<String>("count").await.unwrap_err();
        let large = state.put("a", &"x".repeat(300 * 1024)).await.unwrap_err();

        let text = told(other);
        assert!(text.contains("written by another version"), "{text}");
        assert!(told(large).contains("too long"));
    })
    .await;
}

/// A task that goes wrong in its own way, and how often it began.
fn task(
    every: Duration,
    run: impl Fn(u32) -> Result<(), CommandError> + Send + Sync + 'static,
) -> (Module, Arc<AtomicU32>) {
    let runs = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&runs);
    let run = Arc::new(run);
    let task = Background::new("task", every, move |_| {
        let number = counted.fetch_add(1, Ordering::SeqCst) + 1;
        let run = Arc::clone(&run);
        async move { run(number) }
    });
    (Module::new("Task").background(task), runs)
}

#[tokio::test]
async fn a_task_runs_at_the_start_and_every_so_often() {
    let (module, runs) = task(HOUR, |_| Ok(()));
    let bot = TestBot::new().module(module);

    let mut seen = Vec::new();
    for minutes in [0, 59, 1, 59, 200] {
        bot.advance(Duration::from_secs(minutes * 60));
        bot.posted().await;
        seen.push(runs.load(Ordering::SeqCst));
    }

    // What was missed is not made up for.
    assert_eq!(seen, [1, 1, 2, 2, 3]);
}

#[tokio::test]
async fn a_task_that_fails_or_panics_is_tried_again_ever_later() {
    let (module, runs) = task(HOUR, |number| match number {
        1 => Err(CommandError::told("no")),
        2 => panic!("a bug"),
        _ => Ok(()),
    });
    let bot = TestBot::new().module(module);

    let mut seen = Vec::new();
    for seconds in [0, 5, 9, 1, 60] {
        bot.advance(Duration::from_secs(seconds));
        bot.posted().await;
        seen.push(runs.load(Ordering::SeqCst));
    }

    assert_eq!(seen, [1, 2, 2, 3, 3]);
}

#[tokio::test]
async fn a_task_is_told_when_the_bot_stops() {
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let begun = std::sync::Mutex::new(Some(begun));
    let ended = Arc::new(AtomicU32::new(0));
    let noted = Arc::clone(&ended);
    let task = Background::new("waits", HOUR, move |run| {
        let _ = begun.lock().unwrap().take().unwrap().send(());
        let noted = Arc::clone(&noted);
        async move {
            run.cancellation().cancelled().await;
            noted.fetch_add(1, Ordering::SeqCst);
            Ok(())
        }
    });
    let text = "[webhook.ops]\ntoken = { env = \"TOKEN\" }\n";
    let token = "VGVzdHMgb25seTogdGhpcyBvcGVucyBub3RoaW5nISE=";
    let environment = Environment::from_pairs([("TOKEN", token)]);
    let config = Config::parse("hailer.toml", text, std::path::Path::new("."), &environment);
    let bot = Bot::new(config.expect("a configuration").config)
        .module(Module::new("Waits").background(task))
        .on_a_free_port();

    let bound = bot.bind().expect("bound");
    let stop = async {
        has_begun.await.expect("begun");
    };
    bound.run(stop).await.expect("served");

    assert_eq!(ended.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn the_same_is_posted_once() {
    let (state, follow_ups) = (ModuleState::new("bell"), FollowUps::new());
    let (kept, post) = (state.clone(), follow_ups.clone());
    let ring = Background::new("bell", HOUR, move |run| {
        let (state, follow_ups) = (kept.clone(), post.clone());
        async move {
            let since = run.now().elapsed().unwrap_or_default().as_secs();
            let reply = Reply::text("Ding.");
            let told = ("rung", &since, Expected::Nothing);
            follow_ups.post_with("ops", &reply, &state, told).await?;
            Ok(())
        }
    });
    let module = Module::new("Bell")
        .state(state)
        .follow_ups(follow_ups)
        .background(ring);
    let bot = TestBot::new().with_store().module(module);

    bot.posted().await;
    bot.advance(HOUR);
    let posted = bot.posted().await;

    assert_eq!(posted.len(), 1);
    posted[0].assert_text("Ding.");
}

#[tokio::test]
async fn what_is_kept_in_memory_outlives_another_configuration() {
    let bot = |state: &ModuleState| {
        let key = HmacKey::from_base64("VGVzdHMgb25seTogdGhpcyBvcGVucyBub3RoaW5nISE=").unwrap();
        let module = Module::new("Coffee").state(state.clone());
        Bot::new(Config::for_webhook("ops", key))
            .on_a_free_port()
            .module(module)
    };
    let (before, after) = (ModuleState::new("coffee"), ModuleState::new("coffee"));
    let bound = bot(&before).bind().unwrap();
    before.put("cups", &3).await.unwrap();

    bound.reloader().exchange(bot(&after), "a test").unwrap();

    assert_eq!(after.get::<u32>("cups").await.unwrap().unwrap().value, 3);
}
