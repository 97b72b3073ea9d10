//! Processes of jobs whose server is dead.

use hailer_dispatch::WorkProcess;
use hailer_process::{Identity, OrphanKill, kill_orphan};
use hailer_store::{ProcessIdentity, Recovered};

/// What the control group of a run is called, before the run's id.
const GROUP: &str = "hailer-";

/// Returns a process as the store keeps it.
pub(crate) fn to_store(process: WorkProcess) -> ProcessIdentity {
    ProcessIdentity {
        host_boot: process.host_boot,
        pid: process.pid,
        start_ticks: process.start_ticks,
        cgroup: Some(format!("{GROUP}{}", process.run_id)),
    }
}

fn from_store(process: &ProcessIdentity) -> Option<Identity> {
    let run_id = process.cgroup.as_deref()?.strip_prefix(GROUP)?;
    Some(Identity {
        boot_id: process.host_boot.clone(),
        pid: process.pid.try_into().ok()?,
        start_time: process.start_ticks,
        run_id: run_id.to_owned(),
    })
}

/// Kills what is left of a job on this machine.
pub(crate) async fn kill(recovered: &Recovered) {
    let Some(identity) = recovered.process.as_ref().and_then(from_store) else {
        return;
    };
    let id = &recovered.job.id;
    let pid = identity.pid;
    match tokio::task::spawn_blocking(move || kill_orphan(&identity)).await {
        Ok(OrphanKill::Killed(count)) => {
            tracing::warn!(job = %id, pid, count, "killed the processes of a job whose server died");
        }
        Ok(OrphanKill::Left(count)) => {
            tracing::error!(job = %id, pid, count, "processes of a job whose server died are still alive; kill them by hand");
        }
        Ok(OrphanKill::Gone) | Err(_) => {}
    }
}
