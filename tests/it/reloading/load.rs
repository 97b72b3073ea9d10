//! Changes while people talk: nobody is refused who should not be, and nobody is let in.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use hailer::TeamsMessage;

use super::*;
use crate::http::post;
use crate::server::write_private;
use crate::teams::{OTHER_TOKEN, TOKEN, authorization};

const GOOD: usize = 200;
const BAD: usize = 50;
const CLIENTS: usize = 4;

/// People who talk without a pause until they are told to stop.
struct Talk {
    stop: Arc<AtomicBool>,
    count: Arc<AtomicUsize>,
    clients: Vec<tokio::task::JoinHandle<()>>,
}

impl Talk {
    /// Each client says one text after the other, and `check` judges the outcome of each.
    fn start(
        server: &Server,
        token: &'static str,
        texts: &'static [(&'static str, &'static str, &'static str)],
    ) -> Self {
        let (stop, count) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let client = |_| {
            let (stop, count) = (Arc::clone(&stop), Arc::<AtomicUsize>::clone(&count));
            let address = server.teams.address;
            tokio::spawn(async move {
                for (person, text, expected) in texts.iter().cycle() {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    let message = TeamsMessage::new("ops", text).from_person(person);
                    let body = message.to_json(chrono::Utc::now());
                    let header = authorization(token, body.as_bytes());
                    let request = post("ops", &[&header], body.as_bytes());
                    let response = crate::http::exchange(address, request).await;
                    assert_eq!(response.status, 200, "{text}: {response:?}");
                    assert_eq!(
                        &response.outcome(),
                        expected,
                        "{person}, {text}: {response:?}"
                    );
                    count.fetch_add(1, Ordering::Relaxed);
                }
            })
        };
        Self {
            clients: (0..CLIENTS).map(client).collect(),
            stop,
            count,
        }
    }

    /// Returns how many answers there were, each of them as expected.
    async fn end(self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        for client in self.clients {
            client.await.unwrap();
        }
        self.count.load(Ordering::Relaxed)
    }
}

/// A good configuration: some scripts come and go, some stay; only Jo may run `guarded`.
fn good(number: usize) -> String {
    let id = TeamsMessage::new("ops", "").from_person("Jo").person_id();
    let more = match number % 3 {
        0 => script("extra"),
        1 => "[[permissions.rule]]\ndeny = ['echo']\nto = ['group:nobody']\n[group.nobody]\nmembers = [{ id = '8f1c2d3e-0000-4000-8000-00000000dead' }]\n".to_owned(),
        _ => script("other") + &script("extra"),
    };
    let guarded = script("guarded").replace("'read'", "'write'");
    format!(
        "{CONFIG}{TABLES}{guarded}[[permissions.rule]]\nallow = ['guarded']\nto = ['group:ops']\n[group.ops]\nmembers = [{{ id = '{id}' }}]\n{more}[bot]\ncontact = 'number {number}'\n"
    )
}

/// A bad configuration, which would let everybody run `guarded` and take `echo` away.
fn bad(number: usize) -> String {
    let open = good(number).replace("to = ['group:ops']", "to = ['everyone']")
        + "[[permissions.rule]]\ndeny = ['echo']\nto = ['everyone']\n";
    match number % 5 {
        0 => format!("{open}wrong{number} = 1\n"),
        1 => format!("{open}[[permissions.rule]]\nallow = ['wrong{number}']\nto = ['everyone']\n"),
        2 => format!("{open}[script.wrong{number}]\nexec = ['./wrong{number}']\nhelp = 'x'\n"),
        3 => {
            format!("{open}[[policy_test]]\ncommand = 'guarded'\nas = 'anyone'\nexpect = 'deny'\n")
        }
        _ => open[..open.len() / 2].to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundreds_of_configurations_are_exchanged_while_people_talk() {
    let server = builder().config(&good(0)).start().await;
    let texts = &[
        ("Mira Novak", "echo hello", "ok"),
        ("Mira Novak", "guarded", "refused"),
        ("Jo", "ping", "ok"),
        ("Jo", "help guarded", "ok"),
        ("Stranger", "guarded", "refused"),
    ];
    let talk = Talk::start(&server, TOKEN, texts);
    let (mut exchanged, mut refused) = (0, 0);

    for number in 1..=GOOD + BAD {
        let before = generation(&server).await;
        let is_bad = number % 5 == 0;
        let text = if is_bad {
            bad(number / 5)
        } else {
            good(number)
        };
        replace(&server.path("hailer.toml"), &text);
        server.signal("HUP");
        if is_bad {
            wait_until(&server, |it| it.contains("refused")).await;
            assert_eq!(generation(&server).await, before);
            refused += 1;
        } else {
            wait_until_newer(&server, before).await;
            exchanged += 1;
        }
    }

    let answers = talk.end().await;
    assert_eq!((exchanged, refused), (GOOD, BAD));
    assert!(answers >= GOOD + BAD, "only {answers} answers");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_changed_while_people_talk() {
    const TEXTS: &[(&str, &str, &str)] =
        &[("Mira Novak", "echo hello", "ok"), ("Jo", "ping", "ok")];
    let config = |tokens: &str| {
        let one = "token = { file = 'ops.token' }";
        good(0).replace(one, &format!("tokens = [{tokens}]"))
    };
    let (old, new) = ("{ file = 'ops.token' }", "{ file = 'next.token' }");
    let server = builder().config(&config(old)).start().await;
    write_private(&server.path("next.token"), OTHER_TOKEN);
    let first = Talk::start(&server, TOKEN, TEXTS);

    let before = generation(&server).await;
    replace(
        &server.path("hailer.toml"),
        &config(&format!("{old}, {new}")),
    );
    wait_until_newer(&server, before).await;
    let second = Talk::start(&server, OTHER_TOKEN, TEXTS);
    while second.count.load(Ordering::Relaxed) < 10 {
        tokio::task::yield_now().await;
    }
    assert!(first.end().await > 0);

    let before = generation(&server).await;
    replace(&server.path("hailer.toml"), &config(new));
    wait_until_newer(&server, before).await;

    let refused = server.say("ping").await;
    assert_eq!(refused.status, 401);
    assert!(second.end().await > 0);
}
