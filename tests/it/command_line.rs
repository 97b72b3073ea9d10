//! The binary's other verbs: run to their end.

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;

use crate::http::PATIENCE;
use crate::server::binary;

/// A call of `hailer` before it runs.
pub(crate) struct Call {
    command: Command,
    input: Vec<u8>,
}

/// A call that has ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Calls the binary with these arguments, without any variable of the person who runs the tests.
pub(crate) fn hailer<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Call {
    let mut command = Command::new(binary());
    command.args(arguments).env_clear();
    Call {
        command,
        input: Vec::new(),
    }
}

impl Call {
    pub(crate) fn folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = bytes.into();
        self
    }

    /// Returns the command itself, for those that do not end by themselves.
    pub(crate) fn into_command(self) -> Command {
        self.command
    }

    /// Runs the call to its end; one that does not end by itself has failed.
    pub(crate) fn run(mut self) -> Ran {
        let mut child = self
            .command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let id = child.id().to_string();
        let mut stdin = child.stdin.take().unwrap();
        let input = self.input;
        // On threads of their own: who writes much before it reads could wait for ever.
        std::thread::spawn(move || {
            let _ = stdin.write_all(&input);
        });
        let (sender, ended) = channel();
        std::thread::spawn(move || sender.send(child.wait_with_output()));
        let Ok(output) = ended.recv_timeout(PATIENCE) else {
            let _ = Command::new("kill").args(["-s", "KILL", &id]).status();
            panic!("it does not end: {:?}", self.command);
        };
        let output = output.unwrap();
        Ran {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
