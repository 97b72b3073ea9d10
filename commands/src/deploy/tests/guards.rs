//! What keeps a deploy from starting, what stops it, and what looks after it.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{DEPLOY, Folder, TOML, ready};
use crate::fake::Fake;

#[tokio::test]
async fn a_frozen_environment_takes_rollbacks_only() {
    let toml = TOML.replace("note = \"ask #release first\"", "freeze = \"until Monday\"");
    let bot = Folder::new().program("deploy.sh", DEPLOY).bot(&toml);

    bot.say("deploy run api 1 --env prod")
        .await
        .assert_failed("prod is frozen: until Monday");
    bot.say("deploy status")
        .await
        .assert_contains("prod is frozen: until Monday");
    bot.deploy("deploy run api 1 --env staging")
        .await
        .assert_ok();
}

#[tokio::test]
async fn a_service_that_does_not_do_its_work_is_told_at_once() {
    let url = server(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    )
    .await;
    let health = format!(
        "[deploy.service.api]\nhealth = {{ url = \"{url}\", within = \"50ms\", every = \"20ms\" }}"
    );
    let bot = Folder::new()
        .program("deploy.sh", DEPLOY)
        .bot(&TOML.replace("[deploy.service.api]", &health));

    let reply = bot.deploy("deploy run api 2 --env prod").await;

    reply
        .assert_contains("✖ api 2 is in prod, and does not do its work")
        .assert_contains("it answers 503");
    bot.say("deploy status api")
        .await
        .assert_contains("unhealthy: it answers 503");
}

#[tokio::test]
async fn what_is_cancelled_half_way_leaves_a_doubt() {
    let folder = Folder::new();
    let begun = folder.path().join("begun");
    let bot = folder
        .program(
            "deploy.sh",
            &format!("echo > {}\nsleep 60", begun.display()),
        )
        .bot(TOML);
    let job = bot.say("deploy run api 2 --env prod").await.job();
    while !begun.exists() {
        tokio::task::yield_now().await;
    }
    bot.say("deploy status")
        .await
        .assert_contains("Something is going on: api")
        .assert_contains("– → 2");

    bot.say(&format!("job cancel {job}")).await.assert_ok();

    bot.result_of(&job)
        .await
        .assert_contains("The deploy of api 2 to prod was stopped half way");
    bot.say("deploy status api")
        .await
        .assert_contains("stopped half way");
}

/// Starts a server that gives every request this answer.
async fn server(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    format!("http://{address}/health")
}

#[tokio::test]
async fn what_somebody_locks_waits_and_is_shown() {
    let bot = ready();

    bot.as_user("Jo")
        .say("deploy lock --env prod --for 2h db move")
        .await
        .assert_contains("Deploys to prod wait until")
        .assert_contains("@ops deploy unlock --env prod");

    bot.say("deploy status")
        .await
        .assert_contains("deploy/prod is locked by Jo")
        .assert_contains("db move");
    bot.say("deploy unlock --env prod")
        .await
        .assert_contains("Ask Jo, or add --force");
    bot.say("deploy unlock --env staging")
        .await
        .assert_failed("Nobody locked deploys to staging.");
    bot.as_user("Jo")
        .say("deploy unlock --env prod")
        .await
        .assert_text("Deploys to prod may start again.");
    bot.say("deploy status").await.assert_lacks("locked");
}

#[tokio::test]
async fn what_is_there_already_is_not_brought_again_by_mistake() {
    let bot = ready();
    bot.deploy("deploy run api 1.0 --env prod")
        .await
        .assert_ok();

    let refused = bot.say("deploy run api 1.0 --env prod").await;

    refused
        .assert_contains("api 1.0 is in prod already, brought")
        .assert_contains("ago by Mira Novak. Nothing was started.")
        .assert_contains("deploy run api 1.0 --env prod --again");
    let again = bot.deploy("deploy run api 1.0 --env prod --again").await;
    again.assert_ok().assert_contains("✔ api 1.0 is in prod");
    bot.deploy("deploy run api 1.1-bad --env prod").await;
    // Nobody knows what runs now, so whoever brings either of the two is right.
    let after = bot.deploy("deploy run api 1.0 --env prod").await;
    after.assert_ok();
}

#[tokio::test]
async fn a_lock_that_is_taken_twice_says_so() {
    let bot = ready();
    bot.say("deploy lock --env prod --for 2h \"db move\"")
        .await
        .assert_ok();

    let again = bot.say("deploy lock --env prod --for 3h \"db move\"").await;
    let others = bot
        .as_user("Jo Lind")
        .say("deploy lock --env prod \"mine\"")
        .await;

    again
        .assert_ok()
        .assert_contains("You held that until")
        .assert_contains("now deploys to prod wait until");
    others
        .assert_contains("locked by Mira Novak until")
        .assert_contains("db move");
}

#[tokio::test]
async fn a_lock_has_a_reason_and_a_time() {
    let bot = ready();
    for (typed, why) in [
        ("deploy lock --env prod \"\"", "Say why"),
        (
            "deploy lock --env prod --for 0m x",
            "between a moment and 31 days",
        ),
        (
            "deploy lock --env prod --for 9999d x",
            "between a moment and 31 days",
        ),
    ] {
        bot.say(typed).await.assert_failed(why);
    }
    let long = format!("deploy lock --env prod {}", "x".repeat(201));
    bot.say(&long)
        .await
        .assert_failed("201 letters; 200 are the most");
    bot.deploy("deploy run api 1.0 --env prod")
        .await
        .assert_ok();
}

#[tokio::test]
async fn a_plan_offers_only_what_would_run() {
    let lists = TOML.replace(
        "[deploy.service.api]",
        "versions = [\"./versions.sh\", \"{service}\"]\n[deploy.service.api]",
    );
    let bot = Folder::new()
        .program("deploy.sh", DEPLOY)
        .program("versions.sh", "echo 2.42.0; echo 2.41.3")
        .bot(&lists);

    bot.say("deploy plan api 2.42.1 --env prod")
        .await
        .assert_failed("There is no version \"2.42.1\" of api");
    bot.deploy("deploy run api 2.42.0 --env prod")
        .await
        .assert_ok();
    bot.say("deploy plan api 2.42.0 --env prod")
        .await
        .assert_contains("deploy run api 2.42.0 --env prod --again");
}

/// As [`TOML`], where production asks for somebody else.
fn asking() -> super::Deploying {
    let asks = "[deploy.environment.prod]\napproval = true";
    Folder::new()
        .program("deploy.sh", DEPLOY)
        .bot(&TOML.replace("[deploy.environment.prod]", asks))
}

#[tokio::test]
async fn an_environment_can_ask_for_a_second_person() {
    let bot = asking();

    let asked = bot.say("deploy run api 1.0 --env Prod").await;
    let staging = bot.deploy("deploy run api 1.0 --env staging").await;

    asked.assert_contains("waits for a yes");
    staging.assert_ok().assert_contains("api 1.0 is in staging");
    bot.say("deploy status api")
        .await
        .assert_contains("prod  –");
    bot.say("deploy plan api 1.0 --env prod")
        .await
        .assert_contains("a yes of a second person");
}

#[tokio::test]
async fn a_measurement_decides_whether_it_does_its_work() {
    let answer = |value: &str| {
        let text = r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"job":"api"},"value":[1,"VALUE"]}]}}"#;
        Fake::start(vec![(
            "GET /api/v1/query?",
            200,
            text.replace("VALUE", value),
        )])
    };
    for (value, words) in [
        ("0.002", "✔ 0.002, below 0.01"),
        ("0.2", "✖ 0.2, and it should be below 0.01"),
        ("NaN", "✖ –, and it should be below 0.01"),
    ] {
        let server = answer(value).await;
        let health = format!(
            "[prometheus]\nurl = \"{}\"\n[deploy.service.api]\nhealth = {{ query = 'errors{{job=\"{{service}}\",v=\"{{version}}\"}}', below = 0.01, within = \"50ms\", every = \"20ms\" }}",
            server.url
        );
        let bot = Folder::new()
            .program("deploy.sh", DEPLOY)
            .bot(&TOML.replace("[deploy.service.api]", &health));

        let reply = bot.deploy("deploy run api 1.0 --env prod").await;

        reply.assert_contains(words);
        let asked = server.asked();
        assert!(
            asked[0].contains("errors%7Bjob%3D%22api%22%2Cv%3D%221.0%22%7D"),
            "{}",
            asked[0]
        );
    }
}

#[tokio::test]
async fn what_was_good_for_a_moment_only_is_not_good() {
    let answer = r#"{"status":"success","data":{"resultType":"vector","result":[]}}"#;
    let server = Fake::start(vec![("GET /api/v1/query?", 200, answer.to_owned())]).await;
    let health = format!(
        "[prometheus]\nurl = \"{}\"\n[deploy.service.api]\nhealth = {{ query = \"up\", above = 0, within = \"50ms\", every = \"20ms\", for = \"40ms\" }}",
        server.url
    );
    let bot = Folder::new()
        .program("deploy.sh", DEPLOY)
        .bot(&TOML.replace("[deploy.service.api]", &health));

    let reply = bot.deploy("deploy run api 1.0 --env prod").await;

    reply.assert_contains("✖ Prometheus has no value of it");
    bot.say("deploy plan api 1.1 --env prod")
        .await
        .assert_contains("whether Prometheus has it above 0");
}
