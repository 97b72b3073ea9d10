//! Damage done behind the bot's back, each kind of which one of the checks must find.

use std::process::Command;

use clap::ValueEnum;

use crate::place::{Engine, Place};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sabotage {
    /// Forgets a job that was accepted.
    LoseJob,
    /// Queues a job again that has run and must not run twice.
    RunTwice,
    /// Forgets which messages were admitted.
    ForgetMessages,
    /// Says of a job that it ran, which it did not.
    InventRun,
    /// Changes who asked for something.
    EditAudit,
    /// Takes away that somebody asked for something.
    CutAudit,
}

impl Sabotage {
    fn sql(self) -> &'static str {
        match self {
            Self::LoseJob => {
                "DELETE FROM jobs WHERE number = (SELECT min(number) FROM jobs WHERE command = 'work')"
            }
            Self::RunTwice => {
                "UPDATE jobs SET state = 'queued', owner = NULL, ended_at = NULL, attempt = 0 WHERE number = \
                 (SELECT max(number) FROM jobs WHERE command = 'work' AND state = 'succeeded')"
            }
            Self::ForgetMessages => "DELETE FROM messages",
            Self::InventRun => {
                "INSERT INTO jobs SELECT NULL, 'ZZZZZ', 'succeeded', webhook, tenant, team, channel, conversation, thread, \
                 requester_id, requester_name, command, text, '{\"id\":\"invented\"}', effect, idempotent, max_attempts, \
                 time_limit_ms, lock_name, request_id, NULL, retry_of, attempt, fence, owner, crashes, parked, did_start, \
                 created_at, not_before, claimed_at, started_at, ended_at, lease_until, cancel_id, cancel_name, cancel_at, \
                 progress_done, progress_total, progress_text, process_boot, process_pid, process_ticks, process_cgroup, \
                 reply, result_text, output_head, output_tail, output_dropped, output_log, exit_code, exit_signal, error \
                 FROM jobs WHERE command = 'work' AND state = 'succeeded' LIMIT 1"
            }
            Self::EditAudit => {
                "DROP TRIGGER audit_no_update; \
                 UPDATE audit SET actor_name = 'Nobody' WHERE seq = (SELECT max(seq) / 2 FROM audit)"
            }
            Self::CutAudit => {
                "DROP TRIGGER audit_no_delete; DELETE FROM audit WHERE seq = (SELECT max(seq) / 2 FROM audit)"
            }
        }
    }
}

/// Does the damage while no bot runs.
pub(crate) fn commit(sabotage: Sabotage, place: &Place) {
    assert_eq!(place.engine, Engine::Sqlite, "sabotage is for SQLite");
    let script = "import sqlite3, sys\n\
                  base = sqlite3.connect(sys.argv[1])\n\
                  base.executescript(sys.argv[2])\n\
                  base.commit()";
    let done = Command::new("python3")
        .args(["-c", script])
        .arg(place.path("chaos.db"))
        .arg(sabotage.sql())
        .status();
    assert!(done.unwrap().success(), "the sabotage failed");
}
