//! Thirty secrets, planted wherever a configuration or a person may put one, and looked for wherever a bot says or
//! keeps something.

mod pages;
mod panicking;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::command_line::hailer;
use crate::http::{PATIENCE, get};
use crate::server::{Server, binary, project, write_private};

/// Security tokens of webhooks: in files, a variable, a list, and one before the last.
const TOKENS: [&str; 5] = [
    "Y2FuYXJ5IHdlYmhvb2sgdG9rZW4gbnIgMDAwMDAwMDA=",
    "Y2FuYXJ5IHdlYmhvb2sgdG9rZW4gbnIgMDAwMDAwMDE=",
    "Y2FuYXJ5IHdlYmhvb2sgdG9rZW4gbnIgMDAwMDAwMDI=",
    "Y2FuYXJ5IHdlYmhvb2sgdG9rZW4gbnIgMDAwMDAwMDM=",
    "Y2FuYXJ5IHdlYmhvb2sgdG9rZW4gbnIgMDAwMDAwMDQ=",
];

/// What a service and the bot share.
const SHARED: [&str; 2] = [
    "whsec_Y2FuYXJ5IHNlcnZpY2Ugc2VjcmV0IDAwMCBwYWRkZWQ=",
    "whsec_Y2FuYXJ5IHNlcnZpY2Ugc2VjcmV0IDAwMSBwYWRkZWQ=",
];

/// Parts of URLs that nobody may see: of two flows, and of a service.
const URLS: [&str; 4] = [
    "sig-canary-flow-one-1f0c",
    "sig-canary-flow-two-2e1d",
    "path-canary-3d2e-deploy",
    "query-canary-4c3f-token",
];

/// What people type as arguments of the type `secret`.
const TYPED: [&str; 3] = [
    "typed-canary-5b40-one",
    "typed-canary-6a51-two",
    "typed-canary-7962-\"%&<three>",
];

/// How many variables of a script are secrets; odd ones have characters that programs escape.
const VARIABLES: usize = 16;

fn variable(index: usize) -> String {
    let odd = if index % 2 == 1 { "\\ \"'<&%+/=é" } else { "" };
    format!("variable-canary-{index:02}-{odd}end")
}

fn planted() -> Vec<String> {
    let fixed = TOKENS.iter().chain(&SHARED).chain(&URLS).chain(&TYPED);
    let fixed = fixed.map(|it| (*it).to_owned());
    fixed.chain((0..VARIABLES).map(variable)).collect()
}

/// Prints everything that it was given, as it is and as programs write it, to both streams.
const LEAK: &str = "#!/bin/sh
leak() {
    env | grep -E '^(S[0-9]|HAILER_ARG)'
    for name in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
        eval \"value=\\$S$name\"
        printf '%s' \"$value\" | base64 -w 0; echo
        printf '%s' \"$value\" | od -An -v -tx1 | tr -d ' \\n'; echo
    done
    cat
}
leak
leak >&2
exit $1
";

/// A service that refuses, and repeats what it knows and what it was sent.
fn start_service() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = Vec::new();
            let mut piece = [0; 4096];
            while !request.ends_with(b"}\n") {
                match stream.read(&mut piece) {
                    Ok(0) | Err(_) => break,
                    Ok(read) => request.extend_from_slice(&piece[..read]),
                }
            }
            let request = String::from_utf8_lossy(&request);
            let body = format!("no: {} {} {request}", SHARED[0], SHARED[1]);
            let head = "HTTP/1.1 422 No\r\ncontent-type: text/plain\r\nconnection: close";
            let length = body.len();
            let _ = write!(stream, "{head}\r\ncontent-length: {length}\r\n\r\n{body}");
        }
    });
    port
}

fn write_project(folder: &Path) {
    let port = start_service();
    for (index, token) in TOKENS.iter().enumerate() {
        write_private(&folder.join(format!("token{index}")), token);
    }
    for (index, secret) in SHARED.iter().enumerate() {
        write_private(&folder.join(format!("shared{index}")), secret);
    }
    for (index, part) in URLS.iter().take(2).enumerate() {
        let url = format!("http://127.0.0.1:9/invoke?sig={part}");
        write_private(&folder.join(format!("flow{index}")), &url);
    }
    let url = format!("http://127.0.0.1:{port}/{}?token={}", URLS[2], URLS[3]);
    write_private(&folder.join("url"), &url);
    fs::write(folder.join("leak.sh"), LEAK).unwrap();
    fs::set_permissions(folder.join("leak.sh"), PermissionsExt::from_mode(0o755)).unwrap();
    let mut env = String::new();
    for index in 0..VARIABLES {
        write_private(&folder.join(format!("variable{index}")), &variable(index));
        env.push_str(&format!("S{index} = {{ file = 'variable{index}' }}\n"));
    }
    let script = |name: &str, code: &str, keys: &str| {
        format!(
            "[script.{name}]\nhelp = 'Leak'\nexec = ['./leak.sh', '{code}']\noutput = 'code'\n{keys}\n\
             args = [{{ name = 'key', type = 'secret', help = 'the key' }}]\n[script.{name}.env]\n{env}"
        )
    };
    let scripts = [
        script("show", "0", "effect = 'read'"),
        script("fail", "3", "effect = 'read'"),
        script("refuse", "77", "effect = 'write'"),
        script("keep", "0", "effect = 'write'\njob = true"),
    ];
    let toml = format!("{TABLES}{}", scripts.concat());
    fs::write(folder.join("hailer.toml"), toml).unwrap();
}

const TABLES: &str = "
[server]
listen = '127.0.0.1:0'
admin_listen = '127.0.0.1:0'
[webhook.ops]
token = { file = 'ops.token' }
previous_token = { file = 'token0' }
followup = 'ops'
[webhook.web]
token = { env = 'WEB_TOKEN' }
followup = 'web'
[webhook.data]
tokens = [{ file = 'token2' }, { file = 'token3' }]
[webhook.mail]
token = { file = 'token4' }
[followup.ops]
url = { file = 'flow0' }
allow_http_loopback = true
[followup.web]
url = { file = 'flow1' }
allow_http_loopback = true
[permissions]
default = 'allow'
[store]
url = 'sqlite:hailer.db'
[http.deploy]
help = 'Ship it'
effect = 'write'
url = { file = 'url' }
secret = { file = 'shared0' }
previous_secret = { file = 'shared1' }
allow_http = true
allow_hosts = ['127.0.0.1']
allow_addresses = ['127.0.0.1']
args = [{ name = 'key', type = 'secret', help = 'the key' }]
[script.nap]
help = 'Sleep'
exec = ['/bin/sleep', '300']
effect = 'write'
job = true
";

/// What was said or kept, by the name of the place.
#[derive(Default)]
struct Sinks(Vec<(String, String)>);

impl Sinks {
    fn add(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.0.push((name.into(), text.into()));
    }

    /// Returns what was found, and where. A secret counts as it is, as JSON has it, and as hex.
    fn found(&self) -> Vec<String> {
        let mut found = Vec::new();
        for secret in planted() {
            let hex: String = secret.bytes().map(|it| format!("{it:02x}")).collect();
            let json = serde_json::to_string(&secret).unwrap();
            let forms = [secret.clone(), json.trim_matches('"').to_owned(), hex];
            for (name, text) in &self.0 {
                if forms.iter().any(|form| text.contains(form)) {
                    found.push(format!("{secret} in {name}"));
                }
            }
        }
        found
    }
}

fn id_of(answer: &str) -> String {
    let (_, rest) = answer.split_once("(job ").expect(answer);
    rest.split(')').next().unwrap().to_owned()
}

/// Returns the command lines and environments of everything that the server has started.
fn children(server: u32) -> (String, String) {
    let listed = fs::read_dir("/proc").unwrap().flatten();
    let numbers = listed.filter_map(|it| it.file_name().to_str()?.parse::<u32>().ok());
    let read = |number: u32, file: &str| {
        let bytes = fs::read(format!("/proc/{number}/{file}")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let parent = |number: u32| {
        let status = read(number, "status");
        let line = status
            .lines()
            .find_map(|it| it.strip_prefix("PPid:").map(str::to_owned));
        line.and_then(|it| it.trim().parse::<u32>().ok())
    };
    let own: Vec<u32> = numbers.filter(|it| parent(*it) == Some(server)).collect();
    assert!(!own.is_empty(), "nothing runs");
    let all = |file| own.iter().map(|it| read(*it, file)).collect::<String>();
    (all("cmdline"), all("environ"))
}

async fn talk(server: &Server, sinks: &mut Sinks) {
    for (index, command) in ["show", "fail", "refuse", "deploy"].iter().enumerate() {
        let typed = TYPED[index % TYPED.len()].replace('"', "\\\"");
        let said = server.say(&format!("{command} \"{typed}\"")).await;
        assert!(said.text().contains("***"), "{command}: {said:?}");
        sinks.add(format!("the answer of {command}"), said.body);
    }
    let kept = server.say(&format!("keep {}", TYPED[0])).await;
    let nap = server.say("nap").await;
    let id = id_of(&kept.text());
    let deadline = Instant::now() + PATIENCE;
    while !server.say(&format!("job {id}")).await.body.contains("done") {
        assert!(Instant::now() < deadline, "{}", server.log());
    }
    sinks.add("the beginning of a job", kept.body + &nap.body);
    let questions = [
        format!("job {id}"),
        format!("job log {id}"),
        "jobs all".to_owned(),
        "more".to_owned(),
        "help".to_owned(),
        "help keep".to_owned(),
        "whoami".to_owned(),
        "why deploy".to_owned(),
        "status".to_owned(),
        "deploy".to_owned(),
    ];
    for question in questions {
        let said = server.say(&question).await;
        sinks.add(format!("the answer of {question}"), said.body);
    }
    let (words, variables) = children(server.id());
    assert!(words.contains("sleep"), "{words}");
    sinks.add("/proc/*/cmdline", words);
    sinks.add("/proc/*/environ", variables);
    for path in ["/metrics", "/-/ready", "/-/healthy", "/"] {
        sinks.add(path, get(server.admin, path).await.body);
    }
    pages::read_operators(server, &id, sinks).await;
}

/// Starts a bot of a configuration with everything in its log.
fn serve(words: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(binary());
    command
        .args(words)
        .arg("--config")
        .arg(folder.join("hailer.toml"))
        .env_clear()
        .env("WEB_TOKEN", TOKENS[1])
        .env("HAILER_LOG", "trace");
    command
}

/// Runs the verbs that show something of a configuration or a store.
fn run_verbs(folder: &Path, sinks: &mut Sinks) {
    let verbs: [&[&str]; 16] = [
        &["check"],
        &["check", "--json"],
        &["config", "show"],
        &["commands", "--json"],
        &["commands", "--markdown"],
        &["commands", "--man"],
        &["commands", "--mcp"],
        &["webhook", "list"],
        &["jobs", "list", "--json"],
        &["jobs", "list"],
        &["audit", "export"],
        &["status"],
        &["followup", "test", "ops"],
        &["doctor", "--json"],
        &["script", "test", "show", "--", TYPED[1]],
        &["script", "test", "deploy", "--", TYPED[2]],
    ];
    for words in verbs {
        let ran = hailer(words)
            .folder(folder)
            .variable("WEB_TOKEN", TOKENS[1])
            .variable("HAILER_LOG", "trace")
            .run();
        assert!(ran.code != Some(2), "{words:?} {ran:?}");
        sinks.add(
            format!("hailer {}", words[..2.min(words.len())].join(" ")),
            ran.out + &ran.err,
        );
    }
}

#[tokio::test]
async fn thirty_secrets_are_in_none_of_more_than_twenty_places() {
    let folder = project("");
    let place = folder.path().to_owned();
    write_project(&place);
    let empty = tempfile::tempdir().unwrap();
    let server = Server::spawn(serve(&["serve"], &place), empty).await;
    let mut sinks = Sinks::default();

    talk(&server, &mut sinks).await;
    run_verbs(&place, &mut sinks);
    server.signal("TERM");
    let ended = server.end();

    assert!(ended.log.contains("TRACE"), "the log is silent");
    sinks.add("the log", ended.log);
    sinks.add("standard output", ended.out);
    for entry in fs::read_dir(&place).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("hailer.db") {
            sinks.add(name, String::from_utf8_lossy(&fs::read(path).unwrap()));
        }
    }
    assert!(
        planted().len() >= 30 && sinks.0.len() >= 20,
        "{}",
        sinks.0.len()
    );
    assert_eq!(sinks.found(), [""; 0]);
}

#[test]
fn the_password_of_a_store_that_is_out_is_not_said() {
    let folder = project("");
    let password = "canary-8873-password";
    let toml = format!("{TABLES}\n").replace("'sqlite:hailer.db'", "{ env = 'STORE' }");
    write_project(folder.path());
    fs::write(folder.path().join("hailer.toml"), toml).unwrap();
    let verbs: [&[&str]; 5] = [
        &["serve"],
        &["check"],
        &["config", "show"],
        &["jobs", "list"],
        &["status"],
    ];
    for words in verbs {
        let ran = hailer(words)
            .folder(folder.path())
            .variable("WEB_TOKEN", TOKENS[1])
            .variable(
                "STORE",
                &format!("postgres://hailer:{password}@127.0.0.1:9/hailer"),
            )
            .variable("HAILER_LOG", "trace")
            .run();
        let told = ran.out + &ran.err;
        assert!(
            told.len() > 10 && !told.contains(password),
            "{words:?} {told}"
        );
    }
}
