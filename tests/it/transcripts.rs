//! The transcripts in the README and in `docs/`: what is typed there is run, and what is shown there must come out.
//!
//! A page's blocks marked `console` share one empty folder, in order. A line that begins with `$ ` is run by the shell;
//! `cargo run --` means `hailer`, and an `&` at the end keeps it running until the page ends. The lines below are what it
//! prints: `…` stands for anything within a line, and on a line of its own for any lines.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::documentation::{name_of, pages};
use crate::server::{Server, binary};

/// The ports that pages show, and readers have.
const LISTEN: &str = "127.0.0.1:3978";

/// A command that a page tells its reader to type.
#[derive(Debug, PartialEq)]
struct Step {
    line: usize,
    command: String,
    expected: Vec<String>,
}

/// What the reader of one page has by now.
struct Reader {
    folder: TempDir,
    running: Vec<Server>,
    address: SocketAddr,
    admin: SocketAddr,
    code: i32,
}

impl Reader {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            running: Vec::new(),
            address: ([127, 0, 0, 1], 0).into(),
            admin: ([127, 0, 0, 1], 0).into(),
            code: 0,
        }
    }

    /// Types one command and returns what it prints.
    async fn follow(&mut self, step: &Step) -> String {
        let command = step
            .command
            .replace("cargo run -- ", "hailer ")
            .replace("cargo run", "hailer")
            .replace(LISTEN, &self.address.to_string());
        let printed = match command.strip_suffix(" &") {
            Some(lasting) => self.start(lasting, step).await,
            None => self.run(&command),
        };
        let addresses = [self.address.to_string(), "127.0.0.1:0".to_owned()];
        addresses
            .iter()
            .fold(printed, |text, address| text.replace(address, LISTEN))
    }

    async fn start(&mut self, command: &str, step: &Step) -> String {
        // The reader has stopped the bot before; here it goes on, and has its ports.
        let free: SocketAddr = ([127, 0, 0, 1], 0).into();
        (self.address, self.admin) = (free, free);
        let mut shell = self.shell(&command.replacen("hailer", "exec hailer", 1));
        if step.command.contains("cargo run") {
            shell.env("CARGO_MANIFEST_DIR", self.folder.path());
        }
        let server = Server::spawn(shell, tempfile::tempdir().unwrap()).await;
        let banner = server.banner.clone();
        self.address = server.teams.address;
        // The demo's banner names no admin listener.
        if server.admin != server.teams.address {
            self.admin = server.admin;
        }
        self.running.push(server);
        banner
    }

    fn run(&mut self, command: &str) -> String {
        // One file for both streams keeps the order in which a terminal shows them.
        let printed = self.folder.path().join(".printed");
        let out = File::options()
            .create(true)
            .append(true)
            .open(&printed)
            .unwrap();
        let status = self
            .shell(&format!("(exit {}); {command}", self.code))
            .stdout(out.try_clone().unwrap())
            .stderr(out)
            .status()
            .unwrap();
        self.code = status.code().unwrap();
        let text = fs::read_to_string(&printed).unwrap();
        fs::remove_file(printed).unwrap();
        text
    }

    fn shell(&self, script: &str) -> Command {
        let binary = binary();
        let path = format!(
            "{}:/usr/bin:/bin",
            binary.parent().map(Path::display).unwrap()
        );
        let mut shell = Command::new("sh");
        shell
            .args(["-c", script])
            .current_dir(&self.folder)
            .env_clear()
            .env("PATH", path)
            .env("HAILER_SERVER__LISTEN", self.address.to_string())
            .env("HAILER_SERVER__ADMIN_LISTEN", self.admin.to_string());
        shell
    }
}

#[tokio::test]
async fn what_pages_show_is_what_comes_out() {
    let mut wrong = Vec::new();
    let mut steps = 0;
    for page in pages() {
        let mut reader = Reader::new();
        for step in steps_of(&fs::read_to_string(&page).unwrap()) {
            let printed = reader.follow(&step).await;
            steps += 1;
            if !is_like(&step.expected, &printed) {
                wrong.push(complaint(&page, &step, &printed));
            }
        }
    }

    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(steps > 20, "only {steps} commands were found");
}

fn complaint(page: &Path, step: &Step, printed: &str) -> String {
    format!(
        "{}:{}: `{}` prints\n{}\ninstead of\n{}",
        name_of(page),
        step.line,
        step.command,
        printed.trim_end(),
        step.expected.join("\n")
    )
}

/// Finds the commands of a page, each with what stands below it.
fn steps_of(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut is_transcript = false;
    let mut here_document = false;
    for (index, line) in page.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            is_transcript = !is_transcript && line.trim() == "```console";
        } else if !is_transcript {
        } else if let Some(step) = steps.last_mut().filter(|_| here_document) {
            step.command.push('\n');
            step.command.push_str(line);
            here_document = line != "END";
        } else if let Some(command) = line.strip_prefix("$ ") {
            here_document = command.ends_with("<<'END'");
            steps.push(Step {
                line: index + 1,
                command: command.to_owned(),
                expected: Vec::new(),
            });
        } else if let Some(step) = steps.last_mut() {
            step.expected.push(line.to_owned());
        }
    }
    steps
}

/// Compares what is shown with what was printed.
fn is_like(shown: &[String], printed: &str) -> bool {
    let printed: Vec<&str> = printed.trim_end().lines().map(str::trim_end).collect();
    lines_match(shown, &printed)
}

fn lines_match(shown: &[String], printed: &[&str]) -> bool {
    let Some((line, rest)) = shown.split_first() else {
        return printed.is_empty();
    };
    if line == "…" {
        return (0..=printed.len()).any(|skipped| lines_match(rest, &printed[skipped..]));
    }
    let Some((first, others)) = printed.split_first() else {
        return false;
    };
    line_matches(line, first) && lines_match(rest, others)
}

/// Compares a line with what is shown, where `…` stands for anything.
pub(crate) fn line_matches(shown: &str, printed: &str) -> bool {
    let Some((before, after)) = shown.split_once('…') else {
        return shown == printed;
    };
    let Some(rest) = printed.strip_prefix(before) else {
        return false;
    };
    let mut tails = rest.char_indices().map(|(at, _)| &rest[at..]).chain([""]);
    tails.any(|tail| line_matches(after, tail))
}

#[test]
fn a_page_is_read_as_its_reader_reads_it() {
    let page = "text\n```console\n$ hailer &\nbanner\n$ cat > a <<'END'\n$ b\nEND\n$ hailer send x\n…\n```\n$ no\n```sh\n$ no\n```\n";

    let steps = steps_of(page);

    let seen: Vec<_> = steps
        .iter()
        .map(|it| (it.line, it.command.as_str(), it.expected.join("|")))
        .collect();
    assert_eq!(
        seen,
        [
            (3, "hailer &", "banner".to_owned()),
            (5, "cat > a <<'END'\n$ b\nEND", String::new()),
            (8, "hailer send x", "…".to_owned()),
        ]
    );
}

#[test]
fn only_dots_stand_for_something_else() {
    let like = |shown: &[&str], printed| {
        let shown: Vec<String> = shown.iter().map(ToString::to_string).collect();
        is_like(&shown, printed)
    };

    assert!(like(&["a", "b"], "a\nb\n"));
    assert!(like(&["a … c"], "a b c\n"));
    assert!(like(&["… s of … s · …"], "0.1 s of 5 s · x"));
    assert!(like(&["a", "…", "d"], "a\nb\nc\nd"));
    assert!(like(&["a", "…"], "a"));
    assert!(like(&[], ""));
    assert!(!like(&["a"], "a\nb"));
    assert!(!like(&["a", "b"], "a"));
    assert!(!like(&["a … c"], "a b d"));
    assert!(!like(&["a", "…", "d"], "a\nb\nc"));
    assert!(!like(&[], "a"));
}
