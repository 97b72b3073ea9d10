//! A throw-away PostgreSQL: made by `initdb` in a folder of its own, stopped and removed when the tests end, however they end.

use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;

/// The password of user `postgres` over TCP; the socket wants none.
pub(crate) const PASSWORD: &str = "correct-horse";

/// Waits until the tests let go of its input, then stops the server and removes its folder. In a session of its own, so that Ctrl+C
/// in the terminal does not reach it.
const KEEPER: &str = r#"trap '' INT TERM HUP; read -r nothing
kill -CONT "$(head -1 "$1/data/postmaster.pid")" 2>/dev/null
"$2/pg_ctl" -D "$1/data" -m immediate -w stop >/dev/null 2>&1; rm -rf "$1""#;

static SHARED: OnceLock<Cluster> = OnceLock::new();

/// A running PostgreSQL.
pub(crate) struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
    port: u16,
    keeper: Option<Child>,
}

impl Cluster {
    /// Returns the one for all tests that do not hurt it.
    pub(crate) fn shared() -> &'static Self {
        SHARED.get_or_init(Self::start_new)
    }

    /// Makes and starts another.
    pub(crate) fn start_new() -> Self {
        let programs = programs();
        let folder = as_user("mktemp", &["-d", "/tmp/hailer-postgres.XXXXXX"]);
        let folder = PathBuf::from(String::from_utf8(folder.stdout).expect("text").trim());
        let keeper = keeper(&folder, &programs);
        let mut cluster = Self {
            folder,
            programs,
            port: 0,
            keeper: Some(keeper),
        };
        cluster.make();
        // Another program may take the free port before the server does.
        let started = (0..5).any(|_| {
            cluster.port = free_port();
            cluster.try_start()
        });
        assert!(started, "PostgreSQL does not start: {}", cluster.log());
        cluster
    }

    /// Returns the url of a database, over the socket.
    pub(crate) fn url(&self, database: &str) -> String {
        format!(
            "postgres://postgres@localhost:{}/{database}?host={}",
            self.port,
            self.folder.display()
        )
    }

    /// Returns the url of a database, over TCP.
    pub(crate) fn tcp_url(&self, database: &str, password: &str) -> String {
        format!(
            "postgres://postgres:{password}@127.0.0.1:{}/{database}",
            self.port
        )
    }

    /// Runs a statement in the database `postgres`, from outside.
    pub(crate) fn sql(&self, statement: &str) {
        let done = Command::new(self.programs.join("psql"))
            .args(["--quiet", "--command", statement, &self.url("postgres")])
            .status();
        assert!(done.expect("psql").success(), "{statement}");
    }

    /// Starts it again after a stop.
    pub(crate) fn start(&self) {
        assert!(
            self.try_start(),
            "PostgreSQL does not start: {}",
            self.log()
        );
    }

    /// Stops it as a power cut does.
    pub(crate) fn stop(&self) {
        self.pg_ctl(&["-m", "immediate", "-w", "stop"]);
    }

    /// Stops every process of it where it is.
    pub(crate) fn pause(&self) {
        self.signal("-STOP");
    }

    /// Lets every process of it go on.
    pub(crate) fn resume(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let pid =
            std::fs::read_to_string(self.folder.join("data/postmaster.pid")).expect("pid file");
        let pid = pid.lines().next().expect("pid");
        let mut pids = children_of(pid);
        pids.push(pid.to_owned());
        // One of them may end in between.
        let _ended = Command::new("kill")
            .arg(signal)
            .args(pids)
            .status()
            .expect("kill");
    }

    fn make(&self) {
        let password = self.folder.join("password");
        let mut file = std::fs::File::create(&password).expect("password file");
        file.write_all(PASSWORD.as_bytes()).expect("password file");
        make_readable(&password);
        let (data, password) = (self.data(), password.display().to_string());
        let initdb = self.programs.join("initdb").display().to_string();
        let made = as_user(
            &initdb,
            &[
                "-D",
                &data,
                "-U",
                "postgres",
                "--auth-local=trust",
                "--auth-host=scram-sha-256",
                "--pwfile",
                &password,
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync",
            ],
        );
        assert!(
            made.status.success(),
            "initdb: {}",
            String::from_utf8_lossy(&made.stderr)
        );
    }

    fn try_start(&self) -> bool {
        let settings = format!(
            "-p {} -k {} -h 127.0.0.1 -c max_connections=300",
            self.port,
            self.folder.display()
        );
        let log = self.folder.join("log").display().to_string();
        self.pg_ctl(&["-w", "-t", "60", "-l", &log, "-o", &settings, "start"])
            .status
            .success()
    }

    fn pg_ctl(&self, arguments: &[&str]) -> Output {
        let program = self.programs.join("pg_ctl").display().to_string();
        let data = self.data();
        as_user(&program, &[&["-D", data.as_str()], arguments].concat())
    }

    fn data(&self) -> String {
        self.folder.join("data").display().to_string()
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            drop(keeper.stdin.take());
            let _ended = keeper.wait();
        }
    }
}

fn keeper(folder: &Path, programs: &Path) -> Child {
    let (folder, programs) = (folder.display().to_string(), programs.display().to_string());
    let mut command = user_command("sh", &["-c", KEEPER, "keeper", &folder, &programs]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("sh")
}

/// Runs a program as somebody who may run PostgreSQL, which root may not.
fn as_user(program: &str, arguments: &[&str]) -> Output {
    // pg_ctl's server would keep a pipe open for as long as it runs.
    user_command(program, arguments)
        .stdin(Stdio::null())
        .output()
        .expect("a program of PostgreSQL")
}

fn user_command(program: &str, arguments: &[&str]) -> Command {
    let user = String::from_utf8(Command::new("id").arg("-un").output().expect("id").stdout)
        .expect("text");
    let mut command = Command::new("setsid");
    command.arg("--wait").current_dir("/tmp");
    if user.trim() == "root" {
        let has_user = Command::new("id")
            .arg("postgres")
            .output()
            .expect("id")
            .status
            .success();
        command.args([
            "runuser",
            "-u",
            if has_user { "postgres" } else { "nobody" },
            "--",
        ]);
    }
    command.arg(program).args(arguments);
    command
}

/// Returns the processes whose parent is `pid`.
fn children_of(pid: &str) -> Vec<String> {
    let processes = std::fs::read_dir("/proc")
        .expect("/proc")
        .filter_map(Result::ok);
    processes
        .filter_map(|process| process.file_name().into_string().ok())
        .filter(|process| {
            // PID (NAME) STATE PARENT …
            let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
            stat.rsplit(')')
                .next()
                .and_then(|rest| rest.split_whitespace().nth(1))
                == Some(pid)
        })
        .collect()
}

fn make_readable(path: &Path) {
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(path, mode).expect("permissions");
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .expect("a port")
        .local_addr()
        .expect("an address")
        .port()
}

/// Returns the folder of the newest PostgreSQL's programs.
fn programs() -> PathBuf {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse().ok()?,
                entry.path().join("bin"),
            ))
        })
        .filter(|(_, folder)| folder.join("initdb").exists())
        .collect();
    found.sort();
    let newest = found.pop().map(|(_, folder)| folder);
    newest.expect("PostgreSQL is missing: install Debian's package postgresql, or leave its tests out with `--skip on_postgres`")
}
