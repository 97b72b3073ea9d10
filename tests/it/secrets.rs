//! What never leaves the process: tokens and signatures nowhere, what people write not in the log.

use crate::http::{Connection, exchange, post};
use crate::server::Server;
use crate::teams::{OTHER_TOKEN, TOKEN, authorization, message, signature};

/// Stands for what people write.
const CANARY: &str = "canary-7c1e5a90";

/// Returns what must not stand in the log for this body.
fn secrets(body: &[u8]) -> Vec<String> {
    let mut all = vec![TOKEN.to_owned(), OTHER_TOKEN.to_owned(), CANARY.to_owned()];
    for token in [TOKEN, OTHER_TOKEN] {
        all.push(signature(token, body).split_off(5));
    }
    all
}

#[tokio::test]
async fn even_a_talkative_log_keeps_no_secret() {
    let server = Server::builder()
        .and("[webhook.web]\ntoken = { env = 'WEB' }\n[status.api]\nurl = 'http://127.0.0.1:9/'\n")
        .variable("HAILER_LOG", "trace")
        .variable("WEB", OTHER_TOKEN)
        .start()
        .await;
    let address = server.teams.address;
    let mut forbidden = Vec::new();
    for text in [
        "echo",
        "frobnicate",
        "help",
        "status",
        "whoami",
        "echo \u{201c}",
        "<at>x</at>",
    ] {
        let mut body = message("ops", &format!("{text} {CANARY}"));
        body["from"]["name"] = format!("Mira {CANARY}").into();
        let body = body.to_string().into_bytes();
        forbidden.extend(secrets(&body));
        server.post(&body).await;
        server.post(&body).await;

        for headers in [
            vec![authorization(OTHER_TOKEN, &body)],
            vec![authorization(TOKEN, &body).replace("HMAC", "Bearer")],
            vec![authorization(TOKEN, &body) + "="],
            vec![authorization(TOKEN, &body), authorization(TOKEN, &body)],
        ] {
            let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
            assert_eq!(
                exchange(address, post("ops", &headers, &body)).await.status,
                401
            );
        }
        let mut twice = String::from_utf8(body.clone()).unwrap();
        twice.insert_str(1, &format!(r#""text":"{CANARY}","#));
        server.post(&twice).await;
        server.post(&body[1..]).await;
        let mut broken = Connection::open(address).await;
        broken.send(&server.teams.signed(&body)[..400]).await;
        drop(broken);
    }
    server.signal("TERM");

    let ended = server.end();

    assert!(
        ended.log.contains("TRACE") && ended.log.contains("request refused"),
        "{}",
        ended.log
    );
    let told = format!("{}{}", ended.out, ended.log);
    for secret in forbidden {
        let line = told.lines().find(|line| line.contains(&secret));
        assert_eq!(line, None, "{secret}");
    }
}
