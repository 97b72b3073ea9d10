//! The log: where it goes, and how much of it.

mod fields;
mod writer;

use std::io::{IsTerminal, stderr};
use std::panic;

use anyhow::Context;
use hailer::{Environment, LogLevel};
use tracing_subscriber::EnvFilter;

use crate::exit::{Exit, Failure};

use fields::PlainFields;
use writer::LogWriter;

/// The log, while it is kept; dropping it writes the last lines.
#[derive(Debug)]
pub(crate) struct Log {
    writer: LogWriter,
}

impl Drop for Log {
    fn drop(&mut self) {
        self.writer.flush();
    }
}

/// Starts the log on standard error. `HAILER_LOG` (`debug`, or `warn,hailer_transport=trace`) beats the
/// configuration.
pub(crate) fn start(level: LogLevel, environment: &Environment) -> Result<Log, Failure> {
    let wanted = environment
        .get("HAILER_LOG")
        .filter(|it| !it.trim().is_empty());
    let usual = format!("{},actix_server=warn", name(level));
    let filter = EnvFilter::try_new(wanted.unwrap_or(&usual)).map_err(|error| {
        Failure::new(Exit::Usage, format!("error: HAILER_LOG cannot be read: {error}\n  fix: one of error, warn, info, debug, trace"))
    })?;
    let writer = LogWriter::start().context("cannot start a thread for the log")?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer.clone());
    let is_coloured =
        stderr().is_terminal() && environment.get("NO_COLOR").is_none_or(str::is_empty);
    let started = if is_coloured {
        log.try_init()
    } else {
        log.with_ansi(false).fmt_fields(PlainFields).try_init()
    };
    if started.is_ok() {
        log_panics();
    }
    Ok(Log { writer })
}

/// What a panic says may quote a message, so only its place is kept.
fn log_panics() {
    panic::set_hook(Box::new(|panicked| {
        let place = panicked
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(place, "a panic was caught");
    }));
}

fn name(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Error => "error",
        LogLevel::Warn => "warn",
        LogLevel::Info => "info",
        LogLevel::Debug => "debug",
        LogLevel::Trace => "trace",
    }
}
