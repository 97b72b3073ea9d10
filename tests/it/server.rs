//! The real binary, `hailer serve`, as a child process on free ports.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Instant;

use tempfile::TempDir;

use crate::http::{PATIENCE, Response, get};
use crate::teams::{OTHER_TOKEN, TOKEN, Teams};

/// Free ports, and a webhook whose token lies beside the configuration.
pub(crate) const CONFIG: &str = "
[server]
listen = '127.0.0.1:0'
admin_listen = '127.0.0.1:0'

[webhook.ops]
token = { file = 'ops.token' }
";

/// Returns the binary, which stands beside the folder of the test binary.
pub(crate) fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap();
    let binary = folder.join(format!("hailer{}", std::env::consts::EXE_SUFFIX));
    assert!(
        binary.exists(),
        "{} is missing; run `cargo build --workspace` (with the profile of the tests) first",
        binary.display()
    );
    binary
}

/// Makes a folder with a configuration and the files that it may refer to.
pub(crate) fn project(config: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("hailer.toml"), config).unwrap();
    write_private(&folder.path().join("ops.token"), TOKEN);
    write_private(&folder.path().join("other.token"), OTHER_TOKEN);
    folder
}

pub(crate) fn write_private(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// A server before it starts.
pub(crate) struct Builder {
    config: String,
    variables: Vec<(String, String)>,
    /// Names, texts and modes of files beside the configuration.
    files: Vec<(String, String, u32)>,
}

/// A running `hailer serve`; it is killed when dropped.
pub(crate) struct Server {
    pub(crate) teams: Teams,
    pub(crate) admin: SocketAddr,
    pub(crate) folder: TempDir,
    pub(crate) banner: String,
    child: Child,
    lines: Receiver<String>,
    log: Arc<Mutex<String>>,
    log_reader: Option<JoinHandle<()>>,
}

/// What a server that has ended leaves behind.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) out: String,
    pub(crate) log: String,
}

impl Builder {
    pub(crate) fn config(mut self, config: &str) -> Self {
        config.clone_into(&mut self.config);
        self
    }

    /// Adds tables to the usual configuration.
    pub(crate) fn and(mut self, tables: &str) -> Self {
        self.config.push_str(tables);
        self
    }

    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Puts a file beside the configuration.
    pub(crate) fn file(mut self, name: &str, text: &str, mode: u32) -> Self {
        self.files.push((name.to_owned(), text.to_owned(), mode));
        self
    }

    /// Starts the server and waits until it says that it is ready.
    pub(crate) async fn start(self) -> Server {
        let folder = project(&self.config);
        for (name, text, mode) in &self.files {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(*mode)).unwrap();
        }
        let mut command = Command::new(binary());
        command
            .args(["serve", "--config"])
            .arg(folder.path().join("hailer.toml"))
            .env_clear()
            .envs(self.variables);
        Server::spawn(command, folder).await
    }
}

impl Server {
    pub(crate) fn builder() -> Builder {
        Builder {
            config: CONFIG.to_owned(),
            variables: Vec::new(),
            files: Vec::new(),
        }
    }

    pub(crate) async fn start() -> Self {
        Self::builder().start().await
    }

    /// Starts a command that serves; its addresses stand in the banner.
    pub(crate) async fn spawn(mut command: Command, folder: TempDir) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = read_lines(child.stdout.take().unwrap());
        let log = Arc::default();
        let log_reader = collect(child.stderr.take().unwrap(), Arc::clone(&log));
        let mut server = Self {
            teams: Teams::at(([127, 0, 0, 1], 0).into()),
            admin: ([127, 0, 0, 1], 0).into(),
            folder,
            banner: String::new(),
            child,
            lines,
            log,
            log_reader: Some(log_reader),
        };
        server.read_banner();
        server.wait_until_ready().await;
        server
    }

    /// Says something to the bot.
    pub(crate) async fn say(&self, text: &str) -> Response {
        self.teams.say(text).await
    }

    /// Signs a body and posts it.
    pub(crate) async fn post(&self, body: impl AsRef<[u8]>) -> Response {
        self.teams.post(body).await
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// Returns what stands in the log by now.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Sends a signal to the process, as a service manager does.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args(["-s", name, &self.child.id().to_string()])
            .status();
        assert!(status.unwrap().success());
    }

    /// Returns the number of the process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Says whether the process has ended by itself.
    pub(crate) fn has_ended(&self) -> bool {
        matches!(self.lines.try_recv(), Err(TryRecvError::Disconnected))
    }

    /// Waits for the process to end by itself.
    pub(crate) fn end(mut self) -> Ended {
        let mut out = std::mem::take(&mut self.banner);
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => out.push_str(&line),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    panic!("it does not end; its log:\n{}", self.log())
                }
            }
        }
        let status = self.child.wait().unwrap();
        self.log_reader.take().unwrap().join().unwrap();
        Ended {
            status,
            out,
            log: self.log(),
        }
    }

    fn read_banner(&mut self) {
        let mut addresses = Vec::new();
        while !self.banner.contains("  Commands ") {
            let Ok(line) = self.lines.recv_timeout(PATIENCE) else {
                panic!("it does not start:\n{}\n{}", self.banner, self.log());
            };
            let is_ours = !line.contains("Playground ");
            let address = line
                .split_once("://")
                .and_then(|(_, rest)| rest.split(['/', ' ', '\n']).next())
                .and_then(|it| it.parse::<SocketAddr>().ok());
            addresses.extend(address.filter(|_| is_ours));
            self.banner.push_str(&line);
        }
        self.teams = Teams::at(*addresses.first().unwrap());
        self.admin = *addresses.last().unwrap();
    }

    /// Asks without a pause: each answer comes when the server has a moment for it.
    async fn wait_until_ready(&self) {
        if self.admin == self.teams.address {
            return;
        }
        let deadline = Instant::now() + PATIENCE;
        while get(self.admin, "/-/ready").await.status != 200 {
            assert!(Instant::now() < deadline, "never ready:\n{}", self.log());
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Passes lines on as they come; the channel closes when the process has ended.
fn read_lines(out: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        let mut out = BufReader::new(out);
        let mut line = String::new();
        while out.read_line(&mut line).is_ok_and(|count| count > 0) {
            if sender.send(std::mem::take(&mut line)).is_err() {
                return;
            }
        }
    });
    lines
}

fn collect(stream: impl Read + Send + 'static, text: Arc<Mutex<String>>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        while stream
            .read_until(b'\n', &mut line)
            .is_ok_and(|count| count > 0)
        {
            text.lock()
                .unwrap()
                .push_str(&String::from_utf8_lossy(&line));
            line.clear();
        }
    })
}
