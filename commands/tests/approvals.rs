//! A second word and a second person, through the bot's front door: what starts, what does not, and what people read.

#![expect(clippy::panic, reason = "a test that goes wrong should stop there")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hailer::testing::{TestBot, TestReply};
use hailer::{
    Approval, Bot, Config, Effect, Environment, Invocation, NoArgs, Reply, Spec, clap, command_fn,
};

const CONFIG: &str = r#"
[webhook.ops]
token = { env = "OPS" }
[webhook.sre]
token = { env = "SRE" }
[store]
url = "sqlite::memory:"

[group.sre]
members = [
  { id = "8f1c2d3e-0000-4000-8000-000000000001", name = "Mira Novak" },
  { id = "a07b1c2d-0000-4000-8000-000000000002", name = "Jo Lind" },
]
[group.dev]
members = [{ id = "b18c2d3e-0000-4000-8000-000000000003", name = "Dan Ost" }]

[[permissions.rule]]
allow = ["ship", "wipe"]
to    = ["group:sre", "group:dev"]
in    = ["webhook:ops"]
"#;

const APPROVAL: &str = r#"
[[approval]]
commands = ["ship"]
when     = { env = ["prod"] }
by       = ["group:sre"]
"#;

#[derive(Debug, clap::Args)]
struct ShipArgs {
    /// Which service
    service: String,
    /// Where
    #[arg(long, value_parser = ["staging", "prod"], ignore_case = true, default_value = "staging")]
    env: String,
}

/// A bot, and how often its commands ran.
struct Shop {
    bot: TestBot,
    runs: Arc<AtomicUsize>,
}

impl Shop {
    fn new(more: &str) -> Self {
        Self::configured(&format!("{CONFIG}{more}"))
    }

    fn configured(text: &str) -> Self {
        let tokens = [
            ("OPS", "VGVzdHMgb25seTogdGhpcyBvcGVucyBub3RoaW5nISE="),
            ("SRE", "dGVzdHMgb25seTogdGhpcyBvcGVucyBub3RoaW5nISE="),
        ];
        let environment = Environment::from_pairs(tokens);
        let loaded = Config::parse("hailer.toml", text, Path::new("/"), &environment);
        let config = loaded
            .unwrap_or_else(|problems| panic!("{problems}"))
            .config;
        let runs = Arc::new(AtomicUsize::new(0));
        let (ships, wipes) = (Arc::clone(&runs), Arc::clone(&runs));
        let ship = Spec::new("ship", "ship a version").effect(Effect::Write);
        let ship = command_fn(ship, move |args: ShipArgs, _: Invocation| {
            ships.fetch_add(1, Ordering::SeqCst);
            async move { Ok(Reply::text(format!("{} is in {}", args.service, args.env))) }
        });
        let wipe = Spec::new("wipe", "wipe the cache").effect(Effect::Destructive);
        let wipe = command_fn(wipe, move |_: NoArgs, _: Invocation| {
            wipes.fetch_add(1, Ordering::SeqCst);
            async { Ok(Reply::text("wiped")) }
        });
        let bot = Bot::new(config)
            .module(hailer_commands::approve::module())
            .module(hailer_commands::jobs::module())
            .module(hailer_commands::builtin())
            .command(ship)
            .command(wipe);
        Self {
            bot: TestBot::of(bot),
            runs,
        }
    }

    /// Says something in the channel of `ops`.
    async fn here(&self, who: &str, text: &str) -> TestReply {
        self.bot.as_user(who).say(text).await
    }

    /// Says something in the channel of `sre`.
    async fn there(&self, who: &str, text: &str) -> TestReply {
        self.bot.as_user(who).through("sre").say(text).await
    }

    fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }
}

const MIRA: &str = "Mira Novak";
const JO: &str = "Jo Lind";
const DAN: &str = "Dan Ost";

#[tokio::test]
async fn a_second_person_lets_it_run_from_another_channel() {
    let shop = Shop::new(&format!("{APPROVAL}via = ['other-webhook', 'cli']\n"));

    shop.here(MIRA, "ship api")
        .await
        .assert_text("api is in staging");
    let asked = shop.here(MIRA, "ship api --env PROD").await;
    let code = asked.code();
    asked.assert_contains(&format!(
        "ship api --env PROD waits for a yes of 1 of the group \"sre\", typed to @sre, or on the command line (request {code}, until "
    ));
    for (reply, why) in [
        (
            shop.there(MIRA, &format!("approve {code}")).await,
            "nobody approves their own request",
        ),
        (
            shop.here(JO, &format!("approve {code}")).await,
            "a yes counts only when it is typed to @sre, or on the command line.",
        ),
        (
            shop.here(DAN, &format!("approve {code}")).await,
            "a yes counts only when it is typed to @sre, or on the command line.",
        ),
        (
            shop.there(DAN, &format!("approve {code}")).await,
            "Nothing waits here",
        ),
        (
            shop.there("Eve", &format!("approve {code}")).await,
            "Nothing waits here",
        ),
    ] {
        reply.assert_contains(why);
    }
    assert_eq!(shop.runs(), 1);
    shop.there(JO, "approvals")
        .await
        .assert_contains("you: approve or deny");
    shop.there(DAN, "approvals")
        .await
        .assert_text("Nothing waits for a yes here.");
    shop.here(DAN, "approvals")
        .await
        .assert_contains("a yes of 1 of the group");

    shop.there(JO, &format!("approve {}", code.to_lowercase()))
        .await
        .assert_text(&format!(
            "Approved: ship api --env PROD starts (job {code})."
        ));
    shop.bot
        .result_of(&code)
        .await
        .assert_text("api is in PROD");
    shop.there(JO, &format!("approve {code}"))
        .await
        .assert_contains("waits no more");
    assert_eq!(shop.runs(), 2);
}

#[tokio::test]
async fn who_sent_it_says_so_twice_and_nobody_else() {
    for store in ["sqlite::memory:", "off"] {
        let config = CONFIG.replace("sqlite::memory:", store);
        let shop = Shop::configured(&config);

        let asked = shop.here(MIRA, "wipe").await;
        asked.assert_contains("Really wipe? Type @ops yes ");
        asked.assert_contains("within 2 minutes. Only you can.");
        let code = asked.code();
        shop.here(JO, &format!("yes {code}"))
            .await
            .assert_contains("Only whoever sent");
        shop.there(MIRA, &format!("yes {code}"))
            .await
            .assert_contains("Nothing waits here");
        shop.here(JO, &format!("approve {code}"))
            .await
            .assert_lacks("Approved");
        shop.here(JO, &format!("deny {code}"))
            .await
            .assert_refused();
        assert_eq!(shop.runs(), 0, "{store}");

        shop.here(MIRA, &format!("yes {code}"))
            .await
            .assert_text("wiped");
        shop.here(MIRA, &format!("yes {code}"))
            .await
            .assert_outcome(hailer::Outcome::Failed);
        assert_eq!(shop.runs(), 1, "{store}");
    }
}

#[tokio::test]
async fn a_second_word_that_comes_too_late_starts_nothing() {
    let config = CONFIG.replace("sqlite::memory:", "off");
    let shop = Shop::configured(&config);
    let code = shop.here(MIRA, "wipe").await.code();

    shop.bot.advance(Duration::from_secs(121));

    shop.here(MIRA, &format!("yes {code}"))
        .await
        .assert_contains("too long ago");
    assert_eq!(shop.runs(), 0);
}

#[tokio::test]
async fn without_a_store_there_is_no_second_person() {
    let config = CONFIG.replace("sqlite::memory:", "off");
    let shop = Shop::configured(&format!("{config}{APPROVAL}"));

    shop.here(MIRA, "ship api env=prod").await.assert_contains(
        "I was started without a store to keep the request in. Nothing was started.",
    );
    assert_eq!(shop.runs(), 0);
}

#[tokio::test]
async fn a_no_is_final_and_a_request_can_be_taken_back() {
    let shop = Shop::new(APPROVAL);

    let denied = shop.here(MIRA, "ship api env=prod").await.code();
    shop.there(JO, &format!("deny {denied} not on a Friday"))
        .await
        .assert_contains("will not run");
    shop.there(JO, &format!("approve {denied}"))
        .await
        .assert_contains("Jo Lind said no: not on a Friday");
    let taken = shop.here(MIRA, "ship web env=prod").await.code();
    shop.here(MIRA, &format!("job cancel {taken}"))
        .await
        .assert_contains("had not begun");
    shop.there(JO, &format!("approve {taken}"))
        .await
        .assert_contains("it was taken back");
    let withdrawn = shop.here(MIRA, "ship api env=prod").await.code();
    shop.there(MIRA, &format!("deny {withdrawn}"))
        .await
        .assert_contains("nobody approves their own request");
    shop.here(MIRA, &format!("deny {withdrawn}"))
        .await
        .assert_text("Taken back: ship api env=prod will not run.");
    shop.there(JO, &format!("approve {withdrawn}"))
        .await
        .assert_contains("it was taken back");
    assert_eq!(shop.runs(), 0);
}

#[tokio::test]
async fn a_second_word_can_be_taken_back_where_nothing_is_kept() {
    let shop = Shop::configured(&CONFIG.replace("sqlite::memory:", "off"));
    let code = shop.here(MIRA, "wipe").await.code();

    shop.here(JO, &format!("deny {code}"))
        .await
        .assert_refused()
        .assert_contains("Only whoever sent");
    shop.here(MIRA, &format!("deny {code}"))
        .await
        .assert_text("Taken back: wipe will not run.");
    shop.here(MIRA, &format!("yes {code}"))
        .await
        .assert_outcome(hailer::Outcome::Failed);
    assert_eq!(shop.runs(), 0);
}

#[tokio::test]
async fn the_wrong_word_is_answered_with_the_right_one() {
    let shop = Shop::new(APPROVAL);

    let asked = shop.here(MIRA, "ship api env=prod").await.code();
    shop.here(MIRA, &format!("yes {asked}")).await.assert_text(&format!(
        "ship api env=prod does not wait for you: it needs a yes of 1 more of the group \"sre\", typed to @ops or @sre, or on the command line. To take it back: @ops deny {asked}"
    ));
    shop.here(JO, &format!("yes {asked}")).await.assert_text(&format!(
        "ship api env=prod needs a yes of 1 more of the group \"sre\", typed to @ops or @sre, or on the command line. Who may say so types approve {asked}"
    ));
    let unsure = shop.here(MIRA, "wipe").await.code();
    shop.here(MIRA, &format!("approve {unsure}"))
        .await
        .assert_text(&format!(
            "It is your own, and waits for your second word: @ops yes {unsure}"
        ));
    assert_eq!(shop.runs(), 0);
}

#[tokio::test]
async fn a_second_word_comes_before_a_second_person() {
    let shop = Shop::new("[[approval]]\ncommands = ['wipe']\nby = ['group:sre']\ncount = 1\n");
    let asked = shop.here(DAN, "wipe").await;
    asked.assert_contains("Then it waits for a yes of 1 of the group \"sre\", typed to @sre, or");
    let code = asked.code();

    shop.there(JO, &format!("approve {code}"))
        .await
        .assert_text(&format!(
            "Nothing is to be approved yet: Dan Ost types @ops yes {code} first."
        ));
    shop.here(DAN, &format!("yes {code}"))
        .await
        .assert_contains("waits for a yes of 1");
    assert_eq!(shop.runs(), 0);
    shop.there(JO, &format!("approve {code}"))
        .await
        .assert_contains("Approved");
    shop.bot.result_of(&code).await.assert_text("wiped");
}

#[tokio::test]
async fn two_people_are_two_people() {
    let config = CONFIG.replace(
        "{ id = \"b18c",
        "{ id = \"c29d3e4f-0000-4000-8000-000000000004\", name = \"Sue Ek\" }, { id = \"b18c",
    );
    let more = "[[approval]]\ncommands = ['ship']\nby = ['group:sre', 'group:dev']\ncount = 2\n";
    let shop = Shop::configured(&format!("{config}{more}"));
    let code = shop.here(MIRA, "ship api").await.code();
    let approve = format!("approve {code}");

    shop.there(JO, &approve)
        .await
        .assert_text(
            "Noted: Jo Lind said yes to ship api. It still needs a yes of 1 more of the groups \"sre\" or \"dev\", typed to @ops or @sre, or on the command line.",
        );
    shop.here(JO, &approve)
        .await
        .assert_contains("You said yes to ship api before. It still needs a yes of 1 more of");
    shop.here(MIRA, &approve)
        .await
        .assert_contains("nobody approves their own");
    assert_eq!(shop.runs(), 0);
    shop.here("Sue Ek", &approve)
        .await
        .assert_contains("Approved");
    shop.bot
        .result_of(&code)
        .await
        .assert_text("api is in staging");
}

#[tokio::test]
async fn the_same_name_is_not_the_same_person() {
    let shop = Shop::new(APPROVAL);
    let code = shop.here(MIRA, "ship api env=prod").await.code();
    let config_name = "Jo  Lind";

    let reply = shop.there(config_name, &format!("approve {code}")).await;

    reply.assert_contains("Nothing waits here");
    assert_eq!(shop.runs(), 0);
}

#[tokio::test]
async fn why_help_and_can_tell_what_would_be_asked() {
    let shop = Shop::new(APPROVAL);

    shop.here(MIRA, "why ship api env=prod").await.assert_text(
        "You may run ship (write) here: the rule at hailer.toml:18 allows it. Then it needs a yes of 1 of the group \"sre\", typed to @ops or @sre, or on the command line (hailer.toml:23).",
    );
    shop.here(MIRA, "why ship api").await.assert_lacks("needs");
    shop.here(MIRA, "why wipe")
        .await
        .assert_contains("Then the sender is asked again.");
    shop.here(MIRA, "help ship").await.assert_contains(
        "With env prod it asks for a second person: a yes of 1 of the group \"sre\"",
    );
    shop.here(MIRA, "help wipe")
        .await
        .assert_contains("Asks you again before it runs");
}

#[tokio::test]
async fn a_command_can_ask_by_itself() {
    let spec = Spec::new("drop", "drop a table")
        .effect(Effect::Write)
        .approval(Approval::by_another());
    let drop = command_fn(spec, |_: NoArgs, _: Invocation| async {
        Ok(Reply::text("dropped"))
    });
    let bot = TestBot::new()
        .with_store()
        .module(hailer_commands::approve::module())
        .module(hailer_commands::jobs::module())
        .command(drop);

    let code = bot.say("drop").await.code();
    bot.say(&format!("approve {code}"))
        .await
        .assert_contains("nobody approves their own");
    bot.as_user("Jo")
        .say(&format!("approve {code}"))
        .await
        .assert_contains("Approved");
    bot.result_of(&code).await.assert_text("dropped");

    // An approval is of one call, whoever asks for the next.
    for person in ["Mira Novak", "Jo"] {
        bot.as_user(person)
            .say(&format!("job retry {code}"))
            .await
            .assert_failed("Nothing was started: each call of it waits for ")
            .assert_contains("and a retry is a new call, yours. Ask for it: @ops drop");
    }
    bot.say("jobs all").await.assert_lacks("waits");
}
