//! The commands of alerts and measurements with a real Alertmanager and a real Prometheus, where this machine has them.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that goes wrong should stop there"
)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chrono_tz::Tz;
use hailer::testing::TestBot;
use hailer_commands::Backend;
use hailer_commands::alerts::{self, Alertmanager};
use hailer_commands::query::{self, Prometheus};

/// A server that is stopped at the end of its test.
struct Server {
    child: Child,
    url: String,
    _folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Starts one on a free port, which its log names; `None` where the machine has no such program.
    fn start(program: &str, config: &str, storage: &str, more: &[&str]) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.yml");
        std::fs::write(&file, config).unwrap();
        let child = Command::new(program)
            .arg(format!("--config.file={}", file.display()))
            .arg(format!(
                "{storage}={}",
                folder.path().join("data").display()
            ))
            .arg("--web.listen-address=127.0.0.1:0")
            .args(more)
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn();
        let Ok(mut child) = child else {
            eprintln!("there is no {program} on this machine; nothing is tried with it");
            return None;
        };
        let log = BufReader::new(child.stderr.take().unwrap());
        let mut lines = log.lines().map_while(Result::ok);
        let address = lines.find_map(|line| {
            let (_, rest) = line.split_once("address=127.0.0.1:")?;
            let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
            (line.to_lowercase().contains("listening on") && port != "0").then_some(port)
        });
        let port = address.expect("the log names the address");
        // The program must not be held up by a log that nobody reads.
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self {
            child,
            url: format!("http://127.0.0.1:{port}"),
            _folder: folder,
        })
    }
}

/// Asks again until it is told, or half a minute is over.
async fn until_told(bot: &TestBot, typed: &str, told: &str) {
    let begun = Instant::now();
    loop {
        let reply = bot.say(typed).await;
        if reply.text().contains(told) {
            return;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "{}",
            reply.text()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn alerts_of_a_real_alertmanager_are_listed_silenced_and_told_again() {
    let config = "route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n";
    let more = ["--cluster.listen-address="];
    let program = "prometheus-alertmanager";
    let Some(server) = Server::start(program, config, "--storage.path", &more) else {
        return;
    };
    let alerts = r#"[{"labels":{"alertname":"HighErrorRate","severity":"critical","service":"checkout"},"annotations":{"summary":"7 % fail"}},
                     {"labels":{"alertname":"DiskAlmostFull","severity":"warning","instance":"db-2"}}]"#;
    let posted = is_taken(&format!("{}/api/v2/alerts", server.url), alerts).await;
    assert!(posted, "the alerts are taken");
    let backend = Backend::new("Alertmanager", &server.url).unwrap();
    let bot = TestBot::new().module(alerts::module(Some(Alertmanager::new(backend, Tz::UTC))));

    until_told(&bot, "alerts", "2 alerts: 1 critical, 1 warning").await;
    bot.say("alerts severity=warning instance=~db-.*")
        .await
        .assert_contains("DiskAlmostFull");
    bot.say("alert HighErrorRate")
        .await
        .assert_contains("7 % fail");
    bot.say("silence DiskAlmostFull 2h it \"is\" grown")
        .await
        .assert_contains("1 alert: DiskAlmostFull db-2");
    until_told(&bot, "alerts", "1 silenced").await;
    bot.say("silences")
        .await
        .assert_contains("it \"is\" grown · Mira Novak");
    bot.say("unsilence DiskAlmostFull").await.assert_ok();
    until_told(&bot, "alerts", "2 alerts").await;
    bot.say("silences")
        .await
        .assert_text("Nothing is silenced.");
    bot.say("alerts service=~(")
        .await
        .assert_contains("No alerts for service=~(");
}

#[tokio::test]
async fn a_real_prometheus_is_asked_for_values_and_curves() {
    let config = "global: { scrape_interval: 1s }\nscrape_configs:\n- job_name: gone\n  static_configs: [{ targets: [\"127.0.0.1:1\"] }]\n";
    let Some(server) = Server::start("prometheus", config, "--storage.tsdb.path", &[]) else {
        return;
    };
    let backend = Backend::new("Prometheus", &server.url).unwrap();
    let bot = TestBot::new().module(query::module(Some(Prometheus::new(backend, Vec::new()))));

    bot.say("query 6 * 7").await.assert_text("6 * 7\nNow  42");
    until_told(&bot, "query up", "gone").await;
    bot.say("query range 5m up").await.assert_contains("Curve");
    bot.say("query range 1h vector(3)")
        .await
        .assert_contains("Mean     3");
    bot.say("query up(")
        .await
        .assert_failed("unclosed left parenthesis");
    bot.say("query up[5m]")
        .await
        .assert_failed("Leave [5m] out");
    bot.say("query range 1h up[5m]")
        .await
        .assert_failed("must be Scalar or instant Vector");
}

/// Posts JSON; says whether it was taken.
async fn is_taken(url: &str, body: &'static str) -> bool {
    let begun = Instant::now();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::new();
    while begun.elapsed() < Duration::from_secs(30) {
        let request = client.post(url).header("content-type", "application/json");
        if let Ok(answer) = request.body(body).send().await {
            return answer.status().is_success();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    false
}
