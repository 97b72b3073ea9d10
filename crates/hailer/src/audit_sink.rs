//! Sends every row of the audit to a file or a syslog, behind the store.
//!
//! The store itself is the spool: a sink that is out is fed later from where it stopped, and holds up nobody. What was
//! dropped because of its age before a sink had it is lost to that sink; the audit says how much.

mod file;
mod syslog;

use std::collections::HashMap;
use std::time::Duration;

use hailer_jobs::Jobs;
use hailer_store::{AuditEntry, AuditRow, Expected, NewRecord, Store};
use tokio::runtime::Handle;

use crate::config::AuditConfig;

use file::FileSink;
use syslog::SyslogSink;

/// How often it looks for new rows: a reader elsewhere sees them within a second.
const PAUSE: Duration = Duration::from_millis(500);

/// How long a sink that is out is left alone.
const OUT: Duration = Duration::from_secs(5);

/// Under which name the store remembers how far a sink is.
const MODULE: &str = "hailer audit";

/// Begins to send, if there is anywhere to send to.
pub(crate) fn start(jobs: &Jobs, runtime: &Handle, audit: &AuditConfig) {
    let file = audit
        .file
        .clone()
        .map(|path| Sink::File(FileSink::new(path)));
    let syslog = audit
        .syslog
        .clone()
        .map(|to| Sink::Syslog(SyslogSink::new(to)));
    for sink in file.into_iter().chain(syslog) {
        let feed = Feed {
            jobs: jobs.clone(),
            sink,
            ends: HashMap::new(),
            is_out: false,
        };
        drop(runtime.spawn(feed.run()));
    }
}

enum Sink {
    File(FileSink),
    Syslog(SyslogSink),
}

impl Sink {
    fn name(&self) -> &'static str {
        match self {
            Self::File(_) => "file",
            Self::Syslog(_) => "syslog",
        }
    }

    async fn send(&mut self, rows: Vec<AuditRow>) -> std::io::Result<()> {
        match self {
            Self::File(file) => file.send(rows).await,
            Self::Syslog(syslog) => syslog.send(&rows).await,
        }
    }
}

/// Feeds one sink.
struct Feed {
    jobs: Jobs,
    sink: Sink,
    /// The number of the last row that the sink has, by chain.
    ends: HashMap<String, i64>,
    is_out: bool,
}

impl Feed {
    async fn run(mut self) {
        let chains = self.jobs.store().own_chains();
        loop {
            let mut pause = PAUSE;
            for chain in &chains {
                if !self.feed(chain).await {
                    pause = OUT;
                    break;
                }
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// Sends what is new in a chain; `false` when the store or the sink is out.
    async fn feed(&mut self, chain: &str) -> bool {
        loop {
            let Some(end) = self.end(chain).await else {
                return false;
            };
            let wanted = chain.to_owned();
            let read = move |store: Store| async move { store.audit_rows(&wanted, end).await };
            let Ok(rows) = self.jobs.call(read).await else {
                return false;
            };
            let Some((first, last)) = rows.first().zip(rows.last()) else {
                return true;
            };
            let (missing, last) = (first.seq - end - 1, last.seq);
            if let Err(error) = self.sink.send(rows).await {
                self.tell(Some(&error));
                return false;
            }
            self.tell(None);
            if missing > 0 && !self.lost(chain, missing).await {
                return false;
            }
            if !self.remember(chain, last).await {
                return false;
            }
        }
    }

    /// Returns how far the sink is. One that is new begins with what is written from now on.
    async fn end(&mut self, chain: &str) -> Option<i64> {
        if let Some(end) = self.ends.get(chain) {
            return Some(*end);
        }
        let key = self.key(chain);
        let stored = self
            .jobs
            .call(move |store| async move { store.record(MODULE, &key).await })
            .await
            .ok()?;
        let end = match stored.and_then(|it| it.value.parse().ok()) {
            Some(end) => end,
            None => {
                let wanted = chain.to_owned();
                let heads = self
                    .jobs
                    .call(move |store| async move { store.audit_end(&wanted).await })
                    .await
                    .ok()?;
                heads.map_or(0, |head| head.seq)
            }
        };
        self.ends.insert(chain.to_owned(), end);
        Some(end)
    }

    async fn remember(&mut self, chain: &str, end: i64) -> bool {
        let record = NewRecord {
            module: MODULE.to_owned(),
            key: self.key(chain),
            value: end.to_string(),
            expected: Expected::Anything,
        };
        self.ends.insert(chain.to_owned(), end);
        // A row that is sent twice after a crash has the same number.
        let put = move |store: Store| async move { store.put_record(&record).await };
        self.jobs.call(put).await.is_ok()
    }

    async fn lost(&self, chain: &str, rows: i64) -> bool {
        let sink = self.sink.name();
        tracing::warn!(
            sink,
            chain,
            rows,
            "rows of the audit were dropped because of their age before the sink had them"
        );
        let entry = AuditEntry {
            event: "sink_lost".to_owned(),
            detail: format!("{rows} rows of chain {chain} were dropped before the {sink} had them"),
            ..AuditEntry::default()
        };
        let write = move |store: Store| async move { store.audit(&entry).await };
        self.jobs.call(write).await.is_ok()
    }

    fn key(&self, chain: &str) -> String {
        format!("{} {chain}", self.sink.name())
    }

    /// Says once that a sink is out, and once that it is back.
    fn tell(&mut self, error: Option<&std::io::Error>) {
        let sink = self.sink.name();
        match error {
            Some(error) if !self.is_out => {
                tracing::error!(sink, %error, "the audit cannot be sent on; it is kept in the store, and sent later");
            }
            None if self.is_out => tracing::info!(sink, "the audit is sent on again"),
            Some(_) | None => {}
        }
        self.is_out = error.is_some();
    }
}
