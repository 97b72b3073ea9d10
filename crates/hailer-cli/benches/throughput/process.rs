//! The servers as processes: started, timed, measured and ended.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::Measured;
use crate::load::Round;

/// The longest that a server may take until it is ready.
const PATIENCE: Duration = Duration::from_secs(10);

/// A process that is ended when it is dropped.
pub(crate) struct Process(Child);

/// A server that has its addresses.
pub(crate) struct Started {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
    /// Where it says that it is ready.
    pub(crate) probe: SocketAddr,
}

/// A running server and what was measured of it so far.
pub(crate) struct Subject {
    process: Process,
    address: SocketAddr,
    measured: Measured,
}

impl Subject {
    /// Starts a server several times; the last one stays.
    pub(crate) fn start(
        name: &str,
        times: usize,
        start: impl Fn() -> anyhow::Result<Started>,
    ) -> anyhow::Result<Self> {
        let start = || -> anyhow::Result<(Duration, Started)> {
            let began = Instant::now();
            let started = start().with_context(|| format!("{name} does not start"))?;
            wait_until_ready(started.probe)
                .with_context(|| format!("{name} does not get ready"))?;
            Ok((began.elapsed(), started))
        };
        let mut starts = Vec::new();
        for _ in 1..times {
            starts.push(start()?.0);
        }
        let (took, started) = start()?;
        starts.push(took);
        let idle_rss = started.process.rss()?;
        Ok(Self {
            process: started.process,
            address: started.address,
            measured: Measured {
                name: name.to_owned(),
                starts,
                idle_rss,
                loaded_rss: 0,
                rounds: Vec::new(),
            },
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.measured.name
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn cpu_time(&self) -> anyhow::Result<Duration> {
        self.process.cpu_time()
    }

    pub(crate) fn add(&mut self, round: Round) {
        self.measured.rounds.push(round);
    }

    pub(crate) fn forget_rounds(&mut self) {
        self.measured.rounds.clear();
    }

    /// Ends the server and gives what was measured.
    pub(crate) fn finish(mut self) -> anyhow::Result<Measured> {
        self.measured.loaded_rss = self.process.rss()?;
        Ok(self.measured)
    }
}

impl Process {
    /// Returns the resident memory in bytes.
    fn rss(&self) -> anyhow::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id()))
            .context("cannot read the memory of a server; it died, or this is no Linux")?;
        let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"));
        let kibibytes = line.and_then(|it| it.split_whitespace().next());
        let kibibytes: u64 = kibibytes.context("no VmRSS")?.parse()?;
        Ok(kibibytes * 1024)
    }

    /// Returns the time that all threads have computed.
    fn cpu_time(&self) -> anyhow::Result<Duration> {
        let mut total = Duration::ZERO;
        for thread in fs::read_dir(format!("/proc/{}/task", self.0.id()))
            .context("cannot read the threads of a server; it died, or this is no Linux")?
        {
            let path = thread?.path().join("schedstat");
            let schedstat = fs::read_to_string(path).context("cannot read a thread's time")?;
            let nanoseconds = schedstat.split_whitespace().next().unwrap_or_default();
            total += Duration::from_nanos(nanoseconds.parse()?);
        }
        Ok(total)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a process; what it prints comes line by line.
pub(crate) fn spawn(command: &mut Command) -> anyhow::Result<(Process, Receiver<String>)> {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start a process")?;
    let mut process = Process(child);
    let output = process.0.stdout.take().context("no standard output")?;
    let (sender, lines) = channel();
    // Reads on when nobody listens any more: a full pipe would stop the process.
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    Ok((process, lines))
}

/// Waits for a line that begins with a word; returns the address in it, which ends before `end`.
pub(crate) fn line_of(lines: &Receiver<String>, word: &str, end: &str) -> anyhow::Result<String> {
    loop {
        let line = lines
            .recv_timeout(PATIENCE)
            .with_context(|| format!("the server does not say its address ({word})"))?;
        let Some(rest) = line.trim_start().strip_prefix(word) else {
            continue;
        };
        let rest = rest.trim().trim_start_matches("http://");
        let address = match end {
            "" => rest,
            end => rest.split(end).next().unwrap_or(rest),
        };
        return Ok(address.to_owned());
    }
}

fn wait_until_ready(probe: SocketAddr) -> anyhow::Result<()> {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if is_ready(probe).unwrap_or(false) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    bail!("nothing within {PATIENCE:?}")
}

/// Asks as a load balancer would. The bare server answers 401, which shows as well that it serves.
fn is_ready(probe: SocketAddr) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(probe)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET /-/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.starts_with("HTTP/1.1 200") || answer.starts_with("HTTP/1.1 401"))
}
