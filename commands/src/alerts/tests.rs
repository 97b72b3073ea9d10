use std::path::Path;
use std::time::Duration;

use chrono_tz::Tz;
use hailer::testing::TestBot;
use hailer::{DefaultPermission, Draft, Environment};

use super::{Alertmanager, module, read};
use crate::backend::Backend;
use crate::fake::{Fake, nobody};

/// As Alertmanager 0.25 answers.
const ALERTS: &str = r#"[{"annotations":{},"endsAt":"2026-11-24T14:16:47.756Z","fingerprint":"1fc9e4710cca72e9","receivers":[{"name":"x"}],"startsAt":"2026-11-24T14:11:47.756Z","status":{"inhibitedBy":[],"silencedBy":["7d9c8994-554b-4d27-91a1-afdec7fdee3f"],"state":"suppressed"},"updatedAt":"2026-11-24T14:11:47.756Z","labels":{"alertname":"DiskAlmostFull","instance":"db-2","severity":"warning"}},{"annotations":{"runbook_url":"https://runbooks.example.com/x","summary":"7 % of <at>ops</at> fail"},"endsAt":"2026-11-24T14:16:47.756Z","fingerprint":"87164fd8166aafc0","receivers":[{"name":"x"}],"startsAt":"2026-11-24T14:11:47.756Z","status":{"inhibitedBy":[],"silencedBy":[],"state":"active"},"updatedAt":"2026-11-24T14:11:47.756Z","generatorURL":"http://prom.example/graph","labels":{"alertname":"HighErrorRate","instance":"checkout-7f9c","service":"checkout","severity":"critical"}}]"#;

const SILENCES: &str = r#"[{"id":"7d9c8994-554b-4d27-91a1-afdec7fdee3f","status":{"state":"active"},"updatedAt":"2026-11-24T14:11:48.798Z","comment":"disk is grown","createdBy":"Mira","endsAt":"2099-11-25T14:00:00.000Z","matchers":[{"isEqual":true,"isRegex":false,"name":"alertname","value":"DiskAlmostFull"}],"startsAt":"2026-11-24T14:11:48.798Z"},{"id":"00000000-554b-4d27-91a1-afdec7fdee3f","status":{"state":"expired"},"updatedAt":"2026-11-24T14:11:48.798Z","comment":"x","createdBy":"Jo","endsAt":"2026-11-25T14:00:00.000Z","matchers":[{"isRegex":false,"name":"alertname","value":"Old"}],"startsAt":"2026-11-24T14:11:48.798Z"}]"#;

async fn alertmanager() -> Fake {
    Fake::start(vec![
        ("GET /api/v2/alerts", 200, ALERTS.to_owned()),
        ("GET /api/v2/silences", 200, SILENCES.to_owned()),
        (
            "POST /api/v2/silences",
            200,
            r#"{"silenceID":"aaaa8994-554b-4d27-91a1-afdec7fdee3f"}"#.to_owned(),
        ),
        ("DELETE /api/v2/silence/7d9c8994-554b-", 200, String::new()),
    ])
    .await
}

fn bot(url: &str) -> TestBot {
    let backend = Backend::new("Alertmanager", url).unwrap();
    let backend = backend.within(Duration::from_millis(300));
    TestBot::new().module(module(Some(Alertmanager::new(backend, Tz::UTC))))
}

fn sample() -> TestBot {
    TestBot::new().module(module(Some(Alertmanager::sample())))
}

#[tokio::test]
async fn what_fires_is_listed_without_what_is_silenced() {
    let fake = alertmanager().await;

    bot(&fake.url)
        .say("alerts")
        .await
        .assert_contains("1 alert: 1 critical · 1 silenced")
        .assert_contains("✖ HighErrorRate  checkout-7f9c")
        .assert_lacks("DiskAlmostFull");
    bot(&fake.url)
        .say("alerts --silenced")
        .await
        .assert_contains("2 alerts: 1 critical, 1 warning")
        .assert_contains("● DiskAlmostFull  db-2");
}

#[tokio::test]
async fn alerts_are_found_by_label_and_word() {
    let fake = alertmanager().await;
    let bot = bot(&fake.url);

    bot.say("alerts severity=critical service=~check.*")
        .await
        .assert_contains("HighErrorRate");
    bot.say("alerts instance!=checkout-7f9c")
        .await
        .assert_contains("No alerts for instance!=");
    bot.say("alerts CHECKOUT").await.assert_contains("1 alert");
    bot.say("alerts nothing")
        .await
        .assert_text("No alerts for nothing.");

    let first = &fake.asked()[0];
    assert!(
        first.starts_with(
            "GET /api/v2/alerts?filter=severity%3D%22critical%22&filter=service%3D%7E%22check.*%22 "
        ),
        "{first}"
    );
}

#[tokio::test]
async fn one_alert_is_shown_with_all_about_it() {
    let fake = alertmanager().await;
    let bot = bot(&fake.url);

    let reply = bot.say("alert higherrorrate").await;
    reply
        .assert_contains("State     ✖ critical")
        .assert_contains("7 % of <at>ops</at> fail")
        .assert_contains("Runbook (https://runbooks.example.com/x)")
        .assert_contains("87164fd8");
    assert!(!reply.json().contains("<at>"), "{}", reply.json());
    bot.say("alert 1fc9e471")
        .await
        .assert_contains("silenced until 25 Nov 2099 14:00 UTC by Mira · 7d9c8994");
    bot.say("alert HihgErrorRate")
        .await
        .assert_failed("Did you mean HighErrorRate?");
}

#[tokio::test]
async fn a_silence_has_author_reason_and_end() {
    let fake = alertmanager().await;

    bot(&fake.url)
        .as_user("Jo Lind")
        .say("silence HighErrorRate 2h deploying \"checkout\" now")
        .await
        .assert_contains("HighErrorRate is silenced until")
        .assert_contains("1 alert: HighErrorRate checkout-7f9c")
        .assert_contains("@ops unsilence aaaa8994");

    let asked = fake.asked();
    let body = asked.iter().find(|it| it.starts_with("POST")).unwrap();
    let body: serde_json::Value =
        serde_json::from_str(body.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(body["createdBy"], "Jo Lind");
    assert_eq!(body["comment"], "deploying \"checkout\" now");
    assert_eq!(
        body["matchers"],
        serde_json::json!([{"name": "alertname", "value": "HighErrorRate", "isRegex": false, "isEqual": true}])
    );
    let time = |key: &str| chrono::DateTime::parse_from_rfc3339(body[key].as_str().unwrap());
    let lasts = time("endsAt").unwrap() - time("startsAt").unwrap();
    assert_eq!(lasts.num_minutes(), 120);
}

#[tokio::test]
async fn an_alert_of_many_is_silenced_by_its_id_and_others_by_labels() {
    let fake = alertmanager().await;
    let bot = bot(&fake.url);

    bot.say("silence 87164fd8 1h x")
        .await
        .assert_contains("instance=checkout-7f9c");
    bot.say("silence instance=~db-.*,severity=warning 1h x")
        .await
        .assert_contains("1 alert: DiskAlmostFull db-2");
    bot.say("silence alertname=NotYet 1h x")
        .await
        .assert_contains("none at the moment");
}

#[tokio::test]
async fn a_silence_that_nobody_wants_is_refused() {
    let fake = alertmanager().await;
    let bot = bot(&fake.url);

    for (typed, told) in [
        ("silence HighErrorRate soon x", "Write it like 2h"),
        ("silence HighErrorRate 90d x", "30 days at most"),
        ("silence HighErrorRate 10s x", "a minute at least"),
        ("silence HihgErrorRate 1h x", "Did you mean HighErrorRate?"),
        ("silence team!=db 1h x", "would silence everything"),
        ("silence team=~.* 1h x", "would silence everything"),
    ] {
        bot.say(typed).await.assert_failed(told);
    }
    bot.say("silence HighErrorRate 1h")
        .await
        .assert_usage("reason");
    assert!(fake.asked().iter().all(|it| it.starts_with("GET")));
}

#[tokio::test]
async fn silences_are_listed_and_ended() {
    let fake = alertmanager().await;
    let bot = bot(&fake.url);

    bot.say("silences")
        .await
        .assert_contains("1 silence")
        .assert_contains("disk is grown · Mira")
        .assert_lacks("Old");
    bot.say("unsilence diskalmostfull")
        .await
        .assert_text("DiskAlmostFull is no longer silenced. Mira had silenced it: disk is grown");
    bot.say("unsilence 7d9c8994")
        .await
        .assert_contains("no longer silenced");
    bot.say("unsilence 00000000")
        .await
        .assert_failed("There is no silence");
}

#[tokio::test]
async fn what_is_wrong_with_the_server_is_told_without_its_address() {
    let broken = [
        (200, "<html>log in</html>", "something else than it should"),
        (401, "", "does not let me in (401)"),
        (302, "", "sends me elsewhere (302)"),
        (503, "", "in trouble itself (503)"),
        (400, r#""bad matcher""#, "refuses that: bad matcher"),
        (
            422,
            r#"{"code":602,"message":"comment is required"}"#,
            "refuses that: comment is required",
        ),
        (0, "", "no answer within 300 ms"),
    ];
    for (status, body, told) in broken {
        let fake = Fake::start(vec![("GET", status, body.to_owned())]).await;
        let reply = bot(&fake.url).say("alerts").await;
        reply.assert_failed(told).assert_lacks("127.0.0.1");
    }
    let reply = bot(&nobody().await).say("alerts").await;
    reply
        .assert_failed("the connection is refused")
        .assert_lacks("127.0.0.1");
}

#[tokio::test]
async fn an_answer_without_end_is_given_up() {
    let large = format!("[{}", " ".repeat(5 * 1024 * 1024));
    let fake = Fake::start(vec![("GET", 200, large)]).await;
    let backend = Backend::new("Alertmanager", &fake.url).unwrap();
    let bot = TestBot::new().module(module(Some(Alertmanager::new(backend, Tz::UTC))));

    bot.say("alerts").await.assert_failed("more than 4 MiB");
}

#[tokio::test]
async fn it_can_be_tried_without_a_server() {
    let bot = sample();

    bot.say("alerts")
        .await
        .assert_contains("4 alerts: 1 critical, 2 warning, 1 info");
    bot.say("alert DiskAlmostFull")
        .await
        .assert_contains("The same elsewhere");
    bot.say("silence DiskAlmostFull 2h growing it")
        .await
        .assert_contains("2 alerts now");
    bot.say("alerts").await.assert_contains("· 2 silenced");
    bot.say("silences")
        .await
        .assert_contains("growing it · Mira Novak");
    bot.say("unsilence DiskAlmostFull").await.assert_ok();
    bot.say("alerts").await.assert_contains("4 alerts");
}

#[tokio::test]
async fn reading_needs_no_rule_and_silencing_does() {
    let bot = sample().with_permissions(DefaultPermission::Read);

    bot.say("alerts").await.assert_ok();
    bot.say("silences").await.assert_ok();
    bot.say("silence HighErrorRate 2h x").await.assert_refused();
    bot.say("unsilence HighErrorRate").await.assert_refused();
}

fn draft(text: &str) -> Draft {
    let environment = Environment::from_pairs([
        ("TOKEN", "VGVzdHMgb25seTogdGhpcyBvcGVucyBub3RoaW5nISE="),
        ("AM", "hunter2"),
    ]);
    let webhook = "[webhook.ops]\ntoken = { env = \"TOKEN\" }\n";
    Draft::parse(
        "hailer.toml",
        &format!("{webhook}{text}"),
        Path::new(""),
        &environment,
    )
}

#[tokio::test]
async fn what_opens_the_server_is_sent() {
    for (keys, sent) in [
        ("token = { env = \"AM\" }", "authorization: Bearer hunter2"),
        (
            "user = \"ops\"\npassword = { env = \"AM\" }",
            "authorization: Basic b3BzOmh1bnRlcjI=",
        ),
    ] {
        let fake = alertmanager().await;
        let draft = draft(&format!(
            "[alertmanager]\nurl = \"{}/\"\n{keys}\n",
            fake.url
        ));
        let server = read(&draft);
        draft.finish().unwrap();

        TestBot::new()
            .module(module(server))
            .say("alerts")
            .await
            .assert_ok();

        assert!(fake.asked()[0].contains(sent), "{:?}", fake.asked());
    }
}

#[test]
fn everything_wrong_with_the_table_is_told() {
    let draft = draft(
        "[alertmanager]\nurl = \"http://ops:hunter3@am.example\"\ntimeout = \"30s\"\ntokn = \"x\"\nuser = \"ops\"\n",
    );
    read(&draft);
    let problems = draft.finish().unwrap_err().to_string();

    for part in [
        "plain sight",
        "up to 3.5s",
        "did you mean `token`?",
        "go together",
    ] {
        assert!(problems.contains(part), "{part} in\n{problems}");
    }
    assert!(read(&self::draft("")).is_none());
}
