//! `hailer doctor`, through a real nginx: each cause is found by its name.

use std::fs;
use std::net::TcpListener;

use serde_json::Value;

use crate::causes::{Case, Group, made};
use crate::certificates::{Authority, HOST, Issued, self_signed};
use crate::command_line::{Call, hailer};
use crate::http::exchange;
use crate::nginx::Nginx;
use crate::server::{CONFIG, Server, project};
use crate::teams::{TOKEN, message};

/// What nginx does to a request before it hands it on.
const CHANGES: [Case; 9] = [
    Case::new(
        "proxy_set_body \" $request_body\";",
        "HL104",
        "something on the way rewrites the body: 65536 bytes were sent, 65537 arrived, and byte 1 is the first that differs",
    ),
    Case::new(
        "proxy_set_header Content-Encoding gzip;",
        "HL104",
        "the body must not be compressed; send it without content-encoding",
    ),
    Case::new(
        "proxy_set_header Authorization \"\";",
        "HL105",
        "no authorization header; a proxy strips it, or the caller is not Teams",
    ),
    Case::new(
        "proxy_set_header Authorization \"Bearer abc\";",
        "HL106",
        "the authorization scheme is not HMAC; a `Bearer` comes from a registered bot or a proxy's own login…",
    ),
    Case::new(
        "proxy_set_header Authorization \"HMAC abc\";",
        "HL107",
        "the signature is not the base64 of 32 bytes; a proxy changes the header, or the caller is not Teams",
    ),
    Case::new(
        "proxy_method GET;",
        "HL123",
        "only POST is answered here; Teams sends nothing else",
    ),
    Case::new(
        "rewrite ^/webhook/(.*) /$1 break;",
        "HL123",
        "nothing lives at this path; webhooks are at /webhook/<name>",
    ),
    Case::new(
        "rewrite ^ /webhook/opps break;",
        "HL109",
        "no webhook has this name; compare the callback URL in Teams with the configuration",
    ),
    Case::new(
        "proxy_hide_header Content-Type; add_header Content-Type text/html;",
        "HL121",
        "the answer arrives as `text/html`, and Teams reads application/json only",
    ),
];

/// What nginx answers without the bot; `CLOSED` is an address where nobody is.
const ANSWERS: [Case; 6] = [
    Case::new(
        "client_max_body_size 1k;",
        "HL122",
        "something before the bot answered 413, because the request is too large for it",
    ),
    Case::new(
        "proxy_pass http://CLOSED;",
        "HL122",
        "something before the bot answered 502, because it does not reach the bot",
    ),
    Case::new(
        "return 404;",
        "HL122",
        "something before the bot answered 404, and does not know the path",
    ),
    Case::new(
        "return 301 https://www.example.test/;",
        "HL133",
        "the answer is a redirect (301) to https://www.example.test/",
    ),
    Case::new(
        "return 302 https://example.test/login;",
        "HL142",
        "the answer is a redirect (302) to https://example.test/login",
    ),
    Case::new(
        "default_type text/html; return 200 '<html>ngrok: you are about to visit</html>';",
        "HL142",
        "a page answered (200) that wants a login or a click",
    ),
];

const CERTIFICATES: [Case; 6] = [
    Case::new(
        "the certificate without the intermediate one",
        "HL131",
        "the certificate chain is incomplete: 1 certificate is sent, and that of Example Issuing is missing…",
    ),
    Case::new(
        "a certificate made by oneself",
        "HL132",
        "the certificate of bot.example.test is self-signed: nobody vouches for it",
    ),
    Case::new(
        "a certificate of 2020",
        "HL132",
        "the certificate of bot.example.test expired on 2020-03-31",
    ),
    Case::new(
        "a certificate for another name",
        "HL132",
        "the certificate is for other.example.test, not for bot.example.test",
    ),
    Case::new(
        "a certificate of an authority of one's own",
        "HL132",
        "its authority, Unknown Root, is not one that Teams knows",
    ),
    Case::new(
        "a proxy without TLS",
        "HL132",
        "127.0.0.1 does not speak TLS as Teams does: …",
    ),
];

const ADDRESSES: [Case; 2] = [
    Case::new(
        "a name that leads to 127.0.0.1",
        "HL134",
        "https://127.0.0.1:… leads to 127.0.0.1, which only you can reach",
    ),
    Case::new(
        "an http: address",
        "HL133",
        "http://bot.example.test/ is not https",
    ),
];

const TRIPS: [Case; 2] = [
    Case::new(
        "a proxy that has stopped",
        "HL135",
        "127.0.0.1 cannot be reached: …",
    ),
    Case::new(
        "a message came for `old.ngrok.example`, and the public URL is another one",
        "HL141",
        "it works, but Teams last called old.ngrok.example, and this is bot.example.test",
    ),
];

const BOTS: [Case; 2] = [
    Case::new(
        "the token file was changed, and the bot not told",
        "HL102",
        "the bot at … has another token of ops than the configuration",
    ),
    Case::new("no bot runs", "HL136", "nobody answers at 127.0.0.1:1"),
];

const TOKENS: [Case; 1] = [Case::new(
    "a token file that lost its last character",
    "HL103",
    "hailer.toml · token of webhook \"ops\" …43…",
)];

const MESSAGES: [Case; 1] = [Case::new(
    "nobody has typed the mention",
    "HL151",
    "none has come for ops since the bot started",
)];

/// All of these, for the page of the guide.
pub(crate) const CAUSES: &[Group] = &[
    Group {
        by: "hailer doctor",
        before: "nginx: ",
        cases: &CHANGES,
    },
    Group {
        by: "hailer doctor",
        before: "nginx: ",
        cases: &ANSWERS,
    },
    Group {
        by: "hailer doctor",
        before: "",
        cases: &CERTIFICATES,
    },
    Group {
        by: "hailer doctor",
        before: "",
        cases: &ADDRESSES,
    },
    Group {
        by: "hailer doctor",
        before: "",
        cases: &TRIPS,
    },
    Group {
        by: "hailer doctor",
        before: "",
        cases: &BOTS,
    },
    Group {
        by: "hailer doctor",
        before: "",
        cases: &TOKENS,
    },
    Group {
        by: "hailer doctor",
        before: "",
        cases: &MESSAGES,
    },
];

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
    fn assert_fails(&self, name: &str, case: &Case) {
        self.assert_says(name, "fail", case);
        assert!(matches!(self.code, Some(1 | 3)), "{:?}", self.code);
    }

    #[track_caller]
    fn assert_says(&self, name: &str, state: &str, case: &Case) {
        let row = self.row(name);
        assert_eq!(row["state"], state, "{row:#}");
        case.assert(
            row["code"].as_str().unwrap_or_default(),
            row["text"].as_str().unwrap(),
        );
        assert!(!row["fix"].as_str().unwrap().is_empty());
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

    for case in &CHANGES {
        house
            .behind(&house.passing(case.made))
            .assert_fails("round trip", case);
    }
}

#[tokio::test]
async fn a_proxy_that_answers_by_itself_is_named() {
    let house = House::new().await;
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = nobody.local_addr().unwrap();
    drop(nobody);

    for case in &ANSWERS {
        let location = match case.made {
            alone if alone.contains("return ") || alone.contains("proxy_pass ") => {
                alone.replace("CLOSED", &closed.to_string())
            }
            passing => house.passing(passing),
        };
        house.behind(&location).assert_fails("round trip", case);
    }
}

#[tokio::test]
async fn a_certificate_that_teams_refuses_is_named() {
    let house = House::new().await;
    let authority = &house.authority;
    let passing = house.passing("");

    let bot = format!("https://{}", house.server.teams.address);
    let behind = |issued: Issued| house.examine(&issued, &passing);
    for (case, found) in made(
        &CERTIFICATES,
        [
            behind(authority.issue_alone()),
            behind(self_signed()),
            behind(authority.issue_expired()),
            behind(authority.issue_for("other.example.test")),
            behind(Authority::named("Unknown").issue()),
            house.doctor(&["--url", &bot, "--allow-private"]),
        ],
    ) {
        found.assert_fails("certificate", case);
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
    let plain = house.doctor(&["--url", "http://bot.example.test"]);

    for (case, found) in made(&ADDRESSES, [&found, &plain]) {
        found.assert_fails("public url", case);
    }
    found.assert_fails("round trip", &TRIPS[0]);
}

#[tokio::test]
async fn a_bot_with_other_tokens_or_none_at_all_is_named() {
    let house = House::new().await;
    fs::copy(
        house.server.path("other.token"),
        house.server.path("ops.token"),
    )
    .unwrap();
    let other = house.doctor(&[]);
    let folder = project(CONFIG);
    let nobody = Found::by(
        hailer(["doctor", "--json"])
            .folder(folder.path())
            .variable("HAILER_SERVER__LISTEN", "127.0.0.1:1")
            .variable("HAILER_SERVER__ADMIN_LISTEN", "127.0.0.1:2"),
    );

    for (case, found) in made(&BOTS, [other, nobody]) {
        found.assert_fails("bot", case);
    }
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

    found.assert_says("round trip", "warn", &TRIPS[1]);
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

#[test]
fn a_damaged_token_is_named() {
    let folder = project(CONFIG);
    crate::server::write_private(&folder.path().join("ops.token"), &TOKEN[..43]);

    let found = Found::by(hailer(["doctor", "--json"]).folder(folder.path()));

    found.assert_fails("tokens", &TOKENS[0]);
}

#[tokio::test]
async fn messages_that_never_came_and_what_is_shared_are_told() {
    let house = House::new().await;

    let found = house.doctor(&[]);
    found.assert_says("messages", "warn", &MESSAGES[0]);

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
    let broken = doctor();
    let row = broken.row("store");
    assert_eq!(row["code"], "HL222", "{row:#}");
    assert!(row["text"].as_str().unwrap().contains("is not a database"));
}
