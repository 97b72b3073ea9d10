//! A store that somebody else holds: what changes something is refused in words, the rest goes on.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Instant;

use crate::http::PATIENCE;
use crate::server::Server;

const TABLES: &str = "
[permissions]
default = 'allow'
[store]
url = 'sqlite:hailer.db'
[script.touch]
exec = ['/bin/echo', 'touched']
help = 'Change something'
effect = 'write'
";

const LOCK: &str = "
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
connection.execute('BEGIN EXCLUSIVE')
print('locked', flush=True)
sys.stdin.read()
";

/// Another program that writes to the database and does not get done.
struct Holder {
    child: Child,
    go_on: Option<ChildStdin>,
}

impl Holder {
    fn of(database: &Path) -> Self {
        let mut child = Command::new("python3")
            .args(["-c", LOCK])
            .arg(database)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let go_on = child.stdin.take();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        assert_eq!(line, "locked\n");
        Self { child, go_on }
    }

    fn let_go(mut self) {
        drop(self.go_on.take());
        assert!(self.child.wait().unwrap().success());
    }
}

#[tokio::test]
async fn a_stalled_store_refuses_writes_in_words_and_recovers_by_itself() {
    let server = Server::builder().and(TABLES).start().await;
    assert!(server.say("touch").await.text().contains("touched"));

    let holder = Holder::of(&server.path("hailer.db"));
    let said = server.say("touch").await.text();
    assert!(said.contains("Not accepted"), "{said}");
    assert!(said.contains("nothing was started"), "{said}");
    assert!(server.say("ping").await.text().contains("pong"));
    holder.let_go();

    let deadline = Instant::now() + PATIENCE;
    while !server.say("touch").await.text().contains("touched") {
        assert!(Instant::now() < deadline, "{}", server.log());
    }
    assert!(server.say("ping").await.text().contains("pong"));
}
