//! Following the configuration while the bot runs: SIGHUP has it read again, and what is wrong in it changes nothing.

use std::convert::Infallible;

use hailer::Reloader;

use crate::exit::Failure;
use crate::project::Project;

/// Reads the configuration again.
pub(crate) type Load<'l> = &'l dyn Fn() -> Result<Project, Failure>;

/// Exchanges the configuration whenever somebody asks for it; never ends.
pub(crate) async fn follow(reloader: &Reloader, load: Load<'_>) -> Infallible {
    let mut asked = Asked::new();
    loop {
        asked.next().await;
        reload(reloader, load);
    }
}

fn reload(reloader: &Reloader, load: Load<'_>) {
    let exchanged = load().and_then(|project| Ok(reloader.exchange(project.bot)?));
    match exchanged {
        Ok(generation) => tracing::info!(generation, "the configuration is exchanged"),
        Err(failure) => tracing::error!(
            problems = %failure,
            "the configuration is not exchanged; what held before still holds"
        ),
    }
}

/// Waits for SIGHUP, which other systems do not have.
struct Asked {
    #[cfg(unix)]
    hangups: Option<tokio::signal::unix::Signal>,
}

impl Asked {
    #[cfg(unix)]
    fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let hangups = signal(SignalKind::hangup());
        let hangups = hangups.inspect_err(|error| {
            tracing::warn!(%error, "SIGHUP cannot be taken");
        });
        Self {
            hangups: hangups.ok(),
        }
    }

    #[cfg(not(unix))]
    fn new() -> Self {
        Self {}
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(hangups) = &mut self.hangups
            && hangups.recv().await.is_some()
        {
            return;
        }
        std::future::pending().await
    }
}
