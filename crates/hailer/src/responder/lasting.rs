//! What outlives every exchange of the configuration: threads, the store, what was counted and what was answered.

use std::sync::Arc;
use std::time::Duration;

use hailer_dispatch::{CancellationToken, Rates, Throttle};

use crate::answers::Answers;
use crate::audit_recorder::Recorder;
use crate::clock::BotClock;
use crate::command_runtime::CommandRuntime;
use crate::config::AuditConfig;
use crate::confirmations::Confirmations;
use crate::job_host::JobHost;
use crate::module_state::Memories;
use crate::recent::Recent;

/// How long rows of the audit that wait may take at the end.
const LAST_ROWS: Duration = Duration::from_millis(1_500);

/// What a bot has from its start to its end.
#[derive(Debug)]
pub(crate) struct Lasting {
    pub(super) runtime: Arc<CommandRuntime>,
    pub(super) recent: Recent,
    pub(super) throttle: Throttle,
    pub(super) clock: BotClock,
    pub(super) cancellation: CancellationToken,
    pub(crate) confirmations: Confirmations,
    /// What people were answered last.
    pub(crate) answers: Answers,
    /// What modules keep where there is no store.
    pub(crate) memories: Memories,
    /// Where jobs live, when there is a store.
    job_host: Option<JobHost>,
    /// Writes to the audit what no job's transaction does; nobody where there is no store.
    pub(super) recorder: Option<Recorder>,
}

impl Lasting {
    pub(crate) fn new(
        runtime: CommandRuntime,
        clock: BotClock,
        job_host: Option<JobHost>,
        audit: &AuditConfig,
    ) -> Arc<Self> {
        Arc::new(Self {
            runtime: Arc::new(runtime),
            recent: Recent::new(clock.clone()),
            throttle: Throttle::new(Rates::default()),
            clock,
            cancellation: CancellationToken::new(),
            recorder: job_host.as_ref().and_then(|host| host.recorder(audit)),
            confirmations: Confirmations::default(),
            answers: Answers::default(),
            memories: Memories::default(),
            job_host,
        })
    }

    /// Returns what writes to the audit in the background; nobody where there is no store.
    pub(crate) fn recorder(&self) -> Option<&Recorder> {
        self.recorder.as_ref()
    }

    pub(crate) fn clock(&self) -> &BotClock {
        &self.clock
    }

    pub(crate) fn job_host(&self) -> Option<&JobHost> {
        self.job_host.as_ref()
    }

    /// Lets jobs end, tells commands that the bot stops, and waits for them, for this long at most.
    pub(crate) async fn stop(&self, at_most: Duration) {
        let jobs = async {
            if let Some(host) = &self.job_host {
                host.jobs().stop(at_most).await;
            }
        };
        let commands = async {
            self.cancellation.cancel();
            self.runtime.wait_until_idle(at_most).await
        };
        let ((), left) = tokio::join!(jobs, commands);
        if left > 0 {
            tracing::warn!(
                left,
                "commands are cut off; they did not end within shutdown_grace"
            );
        }
        if let Some(recorder) = &self.recorder {
            recorder.flush(LAST_ROWS).await;
        }
    }
}

impl Drop for Lasting {
    /// Tells commands that still run to give up.
    fn drop(&mut self) {
        self.cancellation.cancel();
    }
}
