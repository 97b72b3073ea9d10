//! `hailer doctor`, through a real nginx: each cause is found by its name.

use std::fs;
use std::net::TcpListener;

use serde_json::Value;

use crate::certificates::{Authority, HOST, Issued, self_signed};
use crate::command_line::{Call, hailer};
use crate::http::exchange;
use crate::nginx::Nginx;
use crate::server::{CONFIG, Server, project};
use crate::teams::message;

/// A bot behind nginx.
struct House {
    server: Server,
    authority: Authority,
}

/// What the doctor says.
struct Found {
    code: Option<i32>,
    rows: Vec<Value>,
}

impl House {
    async fn new() -> Self {
        Self {
            server: Server::start().await,
            authority: Authority::new(),
        }
    }

    /// Writes what nginx does with requests that it hands on.
    fn passing(&self, more: &str) -> String {
        format!("{more} proxy_pass http://{};", self.server.teams.address)
    }

    fn examine(&self, issued: &Issued, location: &str) -> Found {
        let nginx = Nginx::start(issued, location);
        let url = format!("https://{HOST}:{}", nginx.address.port());
        self.doctor(&["--url", &url, "--connect", "127.0.0.1"])
    }

    /// Looks at a proxy with a good certificate that does this.
    fn behind(&self, location: &str) -> Found {
        self.examine(&self.authority.issue(), location)
    }

    fn doctor(&self, arguments: &[&str]) -> Found {
        let ca = self.server.path("root.pem");
        fs::write(&ca, self.authority.root()).unwrap();
        let ca = ca.display().to_string();
        let all = ["doctor", "--json", "--ca", &ca].into_iter();
        Found::by(beside(
            &self.server,
            hailer(all.chain(arguments.iter().copied())),
        ))
    }
}

/// Lets a verb find a server whose ports were free ones.
pub(crate) fn beside(server: &Server, call: Call) -> Call {
    call.folder(server.folder.path())
        .variable("HAILER_SERVER__LISTEN", &server.teams.address.to_string())
        .variable("HAILER_SERVER__ADMIN_LISTEN", &server.admin.to_string())
}

impl Found {
    fn by(call: Call) -> Self {
        let ran = call.run();
        let rows = serde_json::from_str(&ran.out);
        Self {
            code: ran.code,
            rows: rows.unwrap_or_else(|_| panic!("{ran:?}")),
        }
    }

    #[track_caller]
    fn row(&self, name: &str) -> &Value {
        let found = self.rows.iter().find(|it| it["check"] == name);
        found.unwrap_or_else(|| panic!("no row {name}: {:#?}", self.rows))
    }

    /// Asserts that a row fails for a cause, and that the process says so.
    #[track_caller]
    fn assert_fails(&self, name: &str, code: &str, part: &str) {
        let row = self.row(name);
        assert_eq!(
            (row["state"].as_str(), row["code"].as_str()),
            (Some("fail"), Some(code)),
            "{row:#}"
        );
        let text = row["text"].as_str().unwrap();
        assert!(text.contains(part), "{part}: {text}");
        assert!(!row["fix"].as_str().unwrap().is_empty());
        assert_eq!(self.code, Some(1));
    }
}

#[tokio::test]
async fn a_proxy_as_it_should_be_has_no_problem() {
    let house = House::new().await;

    let found = house.behind(&house.passing(""));

    for name in [
        "config",
        "tokens",
        "bot",
        "public url",
        "certificate",
        "round trip",
        "clock",
    ] {
        assert_eq!(found.row(name)["state"], "ok", "{:#}", found.row(name));
    }
    assert_eq!(found.code, Some(0));
    let certificate = found.row("certificate")["text"].as_str().unwrap();
    assert!(certificate.contains("by Example Issuing"), "{certificate}");
    let trip = found.row("round trip")["text"].as_str().unwrap();
    assert!(trip.starts_with("65,536 bytes arrived unchanged"), "{trip}");
    assert!(house.server.log().is_empty(), "{}", house.server.log());
}

#[tokio::test]
async fn a_proxy_that_changes_requests_is_named() {
    let house = House::new().await;

    for (change, code, part) in [
        (
            "proxy_set_body \" $request_body\";",
            "HL104",
            "65536 bytes were sent, 65537 arrived",
        ),
        (
            "proxy_set_header Content-Encoding gzip;",
            "HL104",
            "compressed",
        ),
        (
            "proxy_set_header Authorization \"\";",
            "HL105",
            "no authorization header",
        ),
        (
            "proxy_set_header Authorization \"Bearer abc\";",
            "HL106",
            "not HMAC",
        ),
        (
            "proxy_set_header Authorization \"HMAC abc\";",
            "HL107",
            "not the base64 of 32 bytes",
        ),
        ("proxy_method GET;", "HL123", "only POST"),
        (
            "rewrite ^/webhook/(.*) /$1 break;",
            "HL123",
            "nothing lives at this path",
        ),
        (
            "rewrite ^ /webhook/opps break;",
            "HL109",
            "no webhook has this name",
        ),
    ] {
        let found = house.behind(&house.passing(change));

        found.assert_fails("round trip", code, part);
    }
}

#[tokio::test]
async fn a_proxy_that_answers_by_itself_is_named() {
    let house = House::new().await;
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = nobody.local_addr().unwrap();
    drop(nobody);

    for (location, code, part) in [
        (
            house.passing("client_max_body_size 1k;"),
            "HL122",
            "413, because the request is too large",
        ),
        (
            format!("proxy_pass http://{closed};"),
            "HL122",
            "502, because it does not reach the bot",
        ),
        (
            "return 404;".to_owned(),
            "HL122",
            "404, and does not know the path",
        ),
        (
            "return 301 https://www.example.test/;".to_owned(),
            "HL133",
            "(301) to https://www.example.test/",
        ),
        (
            "return 302 https://example.test/login;".to_owned(),
            "HL142",
            "(302) to https://example.test/login",
        ),
        (
            "default_type text/html; return 200 '<html>ngrok: you are about to visit</html>';"
                .to_owned(),
            "HL142",
            "wants a login or a click",
        ),
    ] {
        house
            .behind(&location)
            .assert_fails("round trip", code, part);
    }
}

#[tokio::test]
async fn a_certificate_that_teams_refuses_is_named() {
    let house = House::new().await;
    let authority = &house.authority;
    let passing = house.passing("");

    for (issued, code, part) in [
        (
            authority.issue_alone(),
            "HL131",
            "that of Example Issuing is missing",
        ),
        (self_signed(), "HL132", "self-signed"),
        (authority.issue_expired(), "HL132", "expired on 2020-03-31"),
        (
            authority.issue_for("other.example.test"),
            "HL132",
            "is for other.example.test, not for bot.example.test",
        ),
        (
            Authority::named("Unknown").issue(),
            "HL132",
            "its authority, Unknown Root, is not one that Teams knows",
        ),
    ] {
        let found = house.examine(&issued, &passing);

        found.assert_fails("certificate", code, part);
        assert_eq!(found.row("round trip")["state"], "skip");
    }
}

#[tokio::test]
async fn an_address_that_teams_cannot_reach_is_named() {
    let house = House::new().await;
    let nginx = Nginx::start(&house.authority.issue(), &house.passing(""));
    let port = nginx.address.port();
    drop(nginx);

    let closed = format!("https://127.0.0.1:{port}");
    let found = house.doctor(&["--url", &closed]);
    found.assert_fails("public url", "HL134", "127.0.0.1, which only you can reach");
    found.assert_fails("round trip", "HL135", "cannot be reached");
    let plain = house.doctor(&["--url", "http://bot.example.test"]);
    plain.assert_fails("public url", "HL133", "is not https");
    let bot = format!("https://{}", house.server.teams.address);
    let no_tls = house.doctor(&["--url", &bot, "--allow-private"]);
    no_tls.assert_fails("certificate", "HL132", "does not speak TLS");
}

#[tokio::test]
async fn a_bot_with_other_tokens_or_none_at_all_is_named() {
    let house = House::new().await;
    fs::copy(
        house.server.path("other.token"),
        house.server.path("ops.token"),
    )
    .unwrap();
    house
        .doctor(&[])
        .assert_fails("bot", "HL102", "another token of ops");

    let folder = project(CONFIG);
    let found = Found::by(
        hailer(["doctor", "--json"])
            .folder(folder.path())
            .variable("HAILER_SERVER__LISTEN", "127.0.0.1:1")
            .variable("HAILER_SERVER__ADMIN_LISTEN", "127.0.0.1:2"),
    );
    found.assert_fails("bot", "HL136", "nobody answers at 127.0.0.1:1");
}

#[tokio::test]
async fn a_tunnel_with_a_new_name_is_named() {
    let house = House::new().await;
    let request = house
        .server
        .teams
        .signed(message("ops", "ping").to_string());
    let request = String::from_utf8(request).unwrap();
    let host = request.lines().find(|it| it.starts_with("host: ")).unwrap();
    let request = request.replacen(host, "host: old.ngrok.example", 1);
    exchange(house.server.teams.address, request).await;

    let found = house.behind(&house.passing("proxy_set_header Host $host;"));

    let row = found.row("round trip");
    assert_eq!(
        (&row["state"], &row["code"]),
        (&"warn".into(), &"HL141".into()),
        "{row:#}"
    );
    assert!(row["text"].as_str().unwrap().contains("old.ngrok.example"));
}

#[tokio::test]
async fn a_wrong_configuration_is_the_first_thing_that_is_said() {
    let folder = project("[webhook.ops]\ntoken = { file = 'none.token' }\n");

    let ran = hailer(["doctor"]).folder(folder.path()).run();

    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(
        ran.out.starts_with("config      FAIL  hailer.toml · "),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("more: hailer explain HL217"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.ends_with("1 problem. Nothing was changed.\n"),
        "{}",
        ran.out
    );
}

#[tokio::test]
async fn messages_that_never_came_and_what_is_shared_are_told() {
    let house = House::new().await;

    let found = house.doctor(&[]);
    let row = found.row("messages");
    assert_eq!(
        (&row["state"], &row["code"]),
        (&"warn".into(), &"HL151".into())
    );

    let shared = beside(
        &house.server,
        hailer(["doctor", "--share", "--url", "https://127.0.0.1:1"]),
    )
    .run();
    for secret in ["ops", "hailer.toml"] {
        assert!(!shared.out.contains(secret), "{secret}: {}", shared.out);
    }
}

#[tokio::test]
async fn the_store_and_follow_ups_have_rows_of_their_own() {
    let tables = "followup = 'flow'
[store]
url = 'sqlite:hailer.db'
[followup.flow]
url = { file = 'flow.url' }
";
    let folder = project(&format!("{CONFIG}{tables}"));
    let url = "https://prod.environment.api.powerplatform.com/workflows/1?sig=abc";
    crate::server::write_private(&folder.path().join("flow.url"), url);
    let doctor = || Found::by(hailer(["doctor", "--json"]).folder(folder.path()));

    let before = doctor();
    assert_eq!(
        before.row("store")["state"],
        "skip",
        "{:#}",
        before.row("store")
    );
    assert_eq!(before.row("follow-ups")["state"], "skip");
    fs::write(
        folder.path().join("hailer.db"),
        "no database at all, and longer than a header",
    )
    .unwrap();
    doctor().assert_fails("store", "HL222", "is not a database");
}
