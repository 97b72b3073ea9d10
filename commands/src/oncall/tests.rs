use std::path::Path;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use chrono_tz::Tz;
use hailer::testing::{TestBot, TestReply};
use hailer::{DefaultPermission, Draft, Environment};

use super::config::{Team, read};
use super::module;
use super::rotation::Rotation;

const HOUR: Duration = Duration::from_secs(3_600);

/// A team that has changed shifts this long ago, by clocks in UTC.
fn team(name: &str, hours_ago: i64) -> Team {
    let now = DateTime::<Utc>::from(SystemTime::now()).trunc_subsecs(0);
    let start = now - TimeDelta::hours(hours_ago);
    Team {
        name: name.to_owned(),
        rotation: Rotation {
            people: ["Mira Novak", "Dana Osei", "Jo Park"]
                .map(str::to_owned)
                .into(),
            start: start.naive_utc(),
            shift: TimeDelta::hours(24),
            zone: Tz::UTC,
        },
        contacts: [("Dana Osei".to_owned(), "+49 30 1234".to_owned())].into(),
        announce: Some("ops".to_owned()),
    }
}

fn bot(teams: Vec<Team>) -> TestBot {
    TestBot::new().with_store().module(module(teams))
}

#[tokio::test]
async fn every_team_is_told_with_who_and_until_when() {
    let bot = bot(vec![team("platform", 1), team("data", 25)]);

    bot.say("oncall")
        .await
        .assert_contains("On call now")
        .assert_contains("platform  Mira Novak")
        .assert_contains("data      Dana Osei");
}

#[tokio::test]
async fn one_team_is_told_with_how_to_reach_who_and_what_comes() {
    let bot = bot(vec![team("platform", 25)]);

    let reply = bot.say("oncall").await;

    reply
        .assert_contains("platform: Dana Osei is on call")
        .assert_contains("· 22 h 59 min")
        .assert_contains("+49 30 1234")
        .assert_contains("Then");
    let coming = reply.text().split("Then").nth(1).unwrap();
    let people = coming.lines().filter_map(|line| line.split("UTC").nth(1));
    let people: Vec<&str> = people.map(str::trim).collect();
    assert_eq!(people, ["Jo Park", "Mira Novak", "Dana Osei", "Jo Park"]);
}

#[tokio::test]
async fn another_time_can_be_asked_for() {
    let bot = bot(vec![team("platform", 1), team("data", 1)]);

    bot.say("oncall platform --at +24h")
        .await
        .assert_contains("platform: Dana Osei is on call");
    bot.say("oncall data at=+48h")
        .await
        .assert_contains("data: Jo Park");
    bot.say("oncall --at +24h")
        .await
        .assert_contains("On call at +24h");
    bot.say("oncall platform --at 2020-01-01")
        .await
        .assert_contains("Nobody is on call for platform then");
    bot.say("oncall platform --at soon")
        .await
        .assert_failed("like 18:00");
    bot.say("oncall platfrom")
        .await
        .assert_failed("Did you mean platform?");
}

#[tokio::test]
async fn somebody_takes_over_and_gives_back() {
    let bot = bot(vec![team("platform", 1)]);

    bot.say("oncall override platform jo --to +4h")
        .await
        .assert_contains("Jo Park takes over platform")
        .assert_contains("From   now")
        .assert_contains("@ops oncall cancel platform 1");
    bot.say("oncall")
        .await
        .assert_contains("platform: Jo Park is on call")
        .assert_contains("Override  1 · said by Mira Novak");
    // When it ends the rotation goes on.
    let later = bot.say("oncall platform --at +5h").await;
    later.assert_contains("platform: Mira Novak");

    bot.say("oncall cancel platform 1")
        .await
        .assert_contains("taken back. Mira Novak is on call now.");
    bot.say("oncall cancel platform 1")
        .await
        .assert_failed("no override 1");
    bot.say("oncall").await.assert_lacks("Override");
}

#[tokio::test]
async fn of_overrides_that_overlap_the_last_counts() {
    let bot = bot(vec![team("platform", 1)]);
    bot.say("oncall override platform jo --to +8h")
        .await
        .assert_ok();
    bot.say("oncall override platform dana --from +2h --to +2h")
        .await
        .assert_ok();

    let at = async |hours: u32| {
        let reply = bot.say(&format!("oncall platform --at +{hours}h")).await;
        reply.text().lines().next().unwrap().to_owned()
    };

    assert!(at(1).await.contains("Jo Park"), "{}", at(1).await);
    assert!(at(3).await.contains("Dana Osei"), "{}", at(3).await);
    assert!(at(5).await.contains("Jo Park"), "{}", at(5).await);
    assert!(at(9).await.contains("Mira Novak"), "{}", at(9).await);
}

#[tokio::test]
async fn whom_somebody_means_is_found() {
    let bot = bot(vec![team("platform", 1)]);
    let taken = async |person: &str| {
        let reply = bot
            .say(&format!("oncall override platform {person} --to +1h"))
            .await;
        reply.text().lines().next().unwrap_or_default().to_owned()
    };

    assert_eq!(taken("me").await, "Mira Novak takes over platform");
    assert_eq!(taken("DANA").await, "Dana Osei takes over platform");
    assert_eq!(
        taken("\"Dana Osei\"").await,
        "Dana Osei takes over platform"
    );
    assert_eq!(taken("\"@Lee Chan\"").await, "Lee Chan takes over platform");
    let told = taken("dina").await;
    assert!(told.contains("I don't know the person \"dina\""), "{told}");
}

#[tokio::test]
async fn what_ends_before_it_begins_is_refused() {
    let bot = bot(vec![team("platform", 1)]);

    for typed in [
        "oncall override platform me --from +4h --to now",
        "oncall override platform me --from 2020-01-01 --to 2020-01-02",
    ] {
        let reply = bot.say(typed).await;
        assert!(!reply.text().contains("takes over"), "{}", reply.text());
    }
}

#[tokio::test]
async fn a_change_of_shift_is_told_once_with_the_notes() {
    let bot = bot(vec![team("platform", 1)]);
    assert!(bot.posted().await.is_empty());
    bot.say("oncall note platform db-2 is slow since the upgrade")
        .await
        .assert_contains("Noted. It is posted when the shift changes");
    bot.say("oncall note platform ask <at>ops</at> *now*")
        .await
        .assert_contains("2 by now");
    bot.say("oncall")
        .await
        .assert_contains("db-2 is slow since the upgrade · Mira Novak");

    bot.advance(22 * HOUR);
    assert!(bot.posted().await.is_empty());
    bot.advance(2 * HOUR);
    let posted: Vec<TestReply> = bot.posted().await;
    bot.advance(HOUR);

    assert_eq!(bot.posted().await.len(), 1);
    posted[0]
        .assert_contains("platform: Dana Osei is on call now")
        .assert_contains("Before  Mira Novak")
        .assert_contains("+49 30 1234")
        .assert_contains("db-2 is slow since the upgrade · Mira Novak")
        .assert_contains("*now*");
    assert!(!posted[0].json().contains("<at>"), "{}", posted[0].json());
    bot.say("oncall").await.assert_lacks("db-2");
}

#[tokio::test]
async fn an_override_is_a_change_of_shift_too() {
    let bot = bot(vec![team("platform", 1)]);
    bot.posted().await;

    bot.say("oncall override platform jo --to +2h")
        .await
        .assert_ok();
    bot.advance(Duration::from_secs(61));
    let first = bot.posted().await;
    bot.advance(2 * HOUR);
    let second = bot.posted().await;

    first[0].assert_contains("platform: Jo Park is on call now");
    second[1].assert_contains("platform: Mira Novak is on call now");
    assert_eq!((first.len(), second.len()), (1, 2));
}

#[tokio::test]
async fn reading_needs_no_rule_and_taking_over_does() {
    let bot = bot(vec![team("platform", 1)]).with_permissions(DefaultPermission::Read);

    bot.say("oncall").await.assert_ok();
    bot.say("oncall override platform me --to +1h")
        .await
        .assert_refused();
    bot.say("oncall note platform hello").await.assert_refused();
}

fn draft(text: &str) -> Draft {
    let token = "VGVzdHMgb25seTogdGhpcyBvcGVucyBub3RoaW5nISE=";
    let environment = Environment::from_pairs([("TOKEN", token)]);
    let webhook = "[webhook.ops]\ntoken = { env = \"TOKEN\" }\n";
    let text = format!("{webhook}{text}");
    Draft::parse("hailer.toml", &text, Path::new(""), &environment)
}

#[test]
fn teams_are_read_from_the_configuration() {
    let draft = draft(
        "[bot]\ntimezone = \"Europe/Berlin\"\n[oncall.platform]\npeople = [\"Mira\", \"Jo\"]\nstart = \"2026-01-05 09:00\"\n\
         shift = \"12h\"\nannounce = \"ops\"\n[oncall.platform.contacts]\nMira = \"+49 1\"\n\
         [oncall.data]\npeople = [\"Lee\"]\nstart = \"2026-01-05T09:00\"\ntimezone = \"America/New_York\"\n",
    );

    let teams = read(&draft);

    draft.finish().unwrap();
    let [platform, data] = teams.as_slice() else {
        panic!("{teams:?}")
    };
    assert_eq!(platform.rotation.zone, Tz::Europe__Berlin);
    assert_eq!(platform.rotation.shift, TimeDelta::hours(12));
    assert_eq!(platform.contacts["Mira"], "+49 1");
    assert_eq!(platform.announce.as_deref(), Some("ops"));
    assert_eq!(data.rotation.zone, Tz::America__New_York);
    assert_eq!(data.rotation.shift, TimeDelta::weeks(1));
}

#[test]
fn everything_wrong_with_a_team_is_told() {
    let draft = draft(
        "[oncall.platform]\npeople = []\nstart = \"monday\"\nshift = \"10m\"\ntimezone = \"Europe/Berln\"\n\
         announce = \"opps\"\nperson = \"x\"\n[oncall.platform.contacts]\nMria = \"1\"\n[oncall.note]\npeople = [\"Mira\"]\n",
    );

    let teams = read(&draft);
    let problems = draft.finish().unwrap_err().to_string();

    assert!(teams.is_empty());
    for part in [
        "nobody takes turns",
        "\"monday\" is no date with a time",
        "from an hour to a year",
        "Europe/Berlin",
        "did you mean \"ops\"?",
        "unknown key `person`",
        "\"Mria\" takes no turns here",
        "cannot be called \"note\"",
        "there is no `start`",
    ] {
        assert!(problems.contains(part), "{part} in\n{problems}");
    }
}

#[test]
fn without_teams_there_are_no_commands() {
    let text = "[webhook.ops]\n";
    let environment = Environment::from_pairs::<&str, &str>([]);
    let draft = Draft::parse("hailer.toml", text, Path::new(""), &environment);

    assert!(format!("{:?}", module(read(&draft))).contains("registrations: []"));
}
