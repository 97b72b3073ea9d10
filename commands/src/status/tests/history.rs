//! What is seen though nobody asks, and told to who asks.

use std::time::Duration;

use hailer::testing::TestBot;

use super::{OK, server};
use crate::fake::nobody;
use crate::status::{Checks, Mood, Probe, Service, module};

const FIVE_MINUTES: Duration = Duration::from_secs(300);

async fn services() -> Vec<Service> {
    let shop = |service: Service| Service {
        group: Some("shop".to_owned()),
        timeout: Duration::from_secs(60),
        slow_after: Duration::from_secs(60),
        ..service
    };
    vec![
        shop(Service::http("api", server(OK).await)),
        shop(Service::http("web", nobody().await)),
        Service {
            every: None,
            ..Service::http("mail", nobody().await)
        },
    ]
}

#[tokio::test]
async fn the_last_day_is_told_with_and_without_a_store() {
    for bot in [TestBot::new(), TestBot::new().with_store()] {
        let bot = bot.module(module(Checks::new(services().await)));
        bot.posted().await;
        bot.advance(FIVE_MINUTES);
        bot.posted().await;

        bot.say("status")
            .await
            .assert_contains("Service  Status")
            .assert_contains("Last day")
            .assert_contains("···········▁")
            .assert_contains("···········█");
        bot.say("status api")
            .await
            .assert_contains("api is up.")
            .assert_contains("Since     ")
            .assert_contains("Group     shop")
            .assert_contains("Uptime    100 % of the last day")
            .assert_contains("Latency   p50 ")
            .assert_contains("Checked   every 5 min")
            .assert_lacks("What was wrong");
        bot.say("status web")
            .await
            .assert_contains("Down: web.")
            .assert_contains("Uptime    0 % of the last day")
            .assert_contains("What was wrong")
            .assert_contains("✖ since ")
            .assert_contains("the connection is refused");
        bot.say("status mail")
            .await
            .assert_contains("Down: mail.")
            .assert_lacks("Last day");
    }
}

#[tokio::test]
async fn a_group_is_asked_by_its_name() {
    let bot = TestBot::new().module(module(Checks::new(services().await)));

    bot.say("status Shop")
        .await
        .assert_contains("Down: web.")
        .assert_contains("api ")
        .assert_lacks("mail");
    bot.say("status shops").await.assert_text(
        "I don't know the service \"shops\". Did you mean shop? (api, web, mail, shop)",
    );
}

#[tokio::test]
async fn a_look_that_is_not_due_is_not_taken() {
    let fake = crate::fake::Fake::start(vec![("GET / ", 200, String::new())]).await;
    let bot = TestBot::new().module(module(Checks::new(vec![Service::http("api", &fake.url)])));

    bot.posted().await;
    bot.advance(Duration::from_secs(120));
    bot.posted().await;
    assert_eq!(fake.asked().len(), 1);
    bot.advance(Duration::from_secs(180));
    bot.posted().await;
    assert_eq!(fake.asked().len(), 2);
}

#[tokio::test]
async fn made_up_services_have_a_made_up_day() {
    let made_up = |name: &str, mood| Service::new(name, Probe::Sample(mood));
    let services = vec![
        made_up("shop", Mood::Fine),
        made_up("mail", Mood::Slow),
        made_up("search", Mood::Down),
    ];
    let bot = TestBot::new().module(module(Checks::new(services)));

    bot.say("status")
        .await
        .assert_contains("Down: search; slow: mail.");
    bot.say("status search")
        .await
        .assert_contains("15 min")
        .assert_contains("✖ since ")
        .assert_contains("UTC, for 25 min · the connection is refused");
}
