//! `[store]`, `[jobs]` and `[followup.NAME]`.

use std::time::Duration;

use super::{problems, with_webhook};

const FLOW: &str = "https://x.environment.api.powerplatform.com:443/workflows/1/invoke?sig=SECRET";

const FOLLOW_UP: &str = "[webhook.data]
token = { env = 'HAILER_TOKEN_OPS' }
followup = 'data'
[followup.data]
url = { env = 'FLOW' }
";

#[test]
fn every_key_is_read() {
    let config = with_webhook(
        &format!(
            "[store]
             url = 'sqlite:state/x.db'
             [jobs]
             workers = 2
             queue = 7
             keep = '1d'
             max_time = '1h'
             {FOLLOW_UP}
             rate = '30/min'
             max_size = '8 KiB'
             retry_for = '1m'
             allow_hosts = ['*.api.powerplatform.com']"
        ),
        &[("FLOW", FLOW)],
    );

    let store = config.store.map(|url| url.to_string());
    assert_eq!(store.as_deref(), Some("sqlite:state/x.db"));
    assert_eq!((config.jobs.workers, config.jobs.queue), (2, 7));
    assert_eq!(config.jobs.keep, Duration::from_secs(86_400));
    assert_eq!(config.jobs.max_time, Duration::from_secs(3_600));
    let follow_up = &config.follow_ups[0];
    assert_eq!(
        (follow_up.name.as_str(), follow_up.max_size),
        ("data", 8_192)
    );
    assert_eq!(follow_up.pause, Duration::from_secs(2));
    assert_eq!(follow_up.retry_for, Duration::from_secs(60));
    assert_eq!(follow_up.webhooks, ["data"]);
    assert!(!format!("{:?}", config.follow_ups).contains("SECRET"));
}

#[test]
fn the_store_can_be_off_or_a_secret() {
    let place = |text: &str| {
        let config = with_webhook(
            text,
            &[("STORE", "postgres://bot:hunter2@db.example/hailer")],
        );
        config.store.map(|url| url.to_string())
    };

    assert_eq!(place("[store]\nurl = 'off'"), None);
    assert_eq!(
        place("[store]\nurl = { env = 'STORE' }").as_deref(),
        Some("postgres://bot@db.example:5432/hailer")
    );
}

#[test]
fn what_cannot_be_is_refused() {
    let long = format!("{FOLLOW_UP}rate = '2'\nmax_size = '1 MiB'\nallow_hosts = ['*']");
    for (text, flow, code) in [
        ("[jobs]\nworkers = 0", FLOW, "HL224"),
        ("[jobs]\nqueue = -1", FLOW, "HL224"),
        ("[jobs]\nmax_time = '0s'", FLOW, "HL224"),
        ("[followup.x]", FLOW, "HL204"),
        ("[followup.x]\nurl = 'https://x'", FLOW, "HL213"),
        (FOLLOW_UP, "http://x.api.powerplatform.com", "HL241"),
        (FOLLOW_UP, "https://evil.example/?sig=SECRET", "HL241"),
        (long.as_str(), FLOW, "HL207"),
        (long.as_str(), FLOW, "HL224"),
        (long.as_str(), FLOW, "HL241"),
        (
            "[webhook.x]\ntoken = { env = 'HAILER_TOKEN_OPS' }\nfollowup = 'nowhere'",
            FLOW,
            "HL241",
        ),
    ] {
        let said = problems(text, &[("FLOW", flow)]);

        assert!(said.contains(&format!("error[{code}]")), "{text}: {said}");
        assert!(!said.contains("SECRET"), "{said}");
    }
}
