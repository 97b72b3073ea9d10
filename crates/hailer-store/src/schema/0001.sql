-- Times are milliseconds since 1970, truth values 0 and 1. {NUMBER} is a key that grows with every row.

CREATE TABLE messages (
    webhook TEXT NOT NULL, tenant TEXT NOT NULL, team TEXT NOT NULL, conversation TEXT NOT NULL, activity TEXT NOT NULL,
    job_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (webhook, tenant, team, conversation, activity)
);
CREATE INDEX messages_at ON messages (at);
CREATE INDEX messages_job ON messages (job_id);

CREATE TABLE jobs (
    number {NUMBER},
    id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    webhook TEXT NOT NULL, tenant TEXT NOT NULL, team TEXT NOT NULL, channel TEXT NOT NULL, conversation TEXT NOT NULL, thread TEXT,
    requester_id TEXT NOT NULL, requester_name TEXT NOT NULL,
    command TEXT NOT NULL, text TEXT NOT NULL, body TEXT NOT NULL, effect TEXT NOT NULL,
    idempotent BIGINT NOT NULL, max_attempts BIGINT NOT NULL, time_limit_ms BIGINT NOT NULL, lock_name TEXT,
    request_id TEXT NOT NULL, guard TEXT, retry_of TEXT,
    attempt BIGINT NOT NULL, fence BIGINT NOT NULL, owner TEXT, crashes BIGINT NOT NULL, parked BIGINT NOT NULL, did_start TEXT,
    created_at BIGINT NOT NULL, not_before BIGINT NOT NULL, claimed_at BIGINT, started_at BIGINT, ended_at BIGINT, lease_until BIGINT,
    cancel_id TEXT, cancel_name TEXT, cancel_at BIGINT,
    progress_done BIGINT, progress_total BIGINT, progress_text TEXT,
    process_boot TEXT, process_pid BIGINT, process_ticks BIGINT, process_cgroup TEXT,
    reply TEXT, result_text TEXT, output_head TEXT, output_tail TEXT, output_dropped BIGINT, output_log TEXT,
    exit_code BIGINT, exit_signal BIGINT, error TEXT
);
CREATE INDEX jobs_queue ON jobs (number, webhook, team, command, lock_name, not_before, id) WHERE state = 'queued';
CREATE INDEX jobs_held ON jobs (owner, command, webhook, team) WHERE state IN ('starting', 'running');
CREATE INDEX jobs_guard ON jobs (guard) WHERE guard IS NOT NULL AND state IN ('awaiting_approval', 'queued', 'starting', 'running');
CREATE INDEX jobs_state ON jobs (state);
CREATE INDEX jobs_requester ON jobs (requester_id, number);
CREATE INDEX jobs_conversation ON jobs (conversation, number);
CREATE INDEX jobs_ended ON jobs (ended_at) WHERE ended_at IS NOT NULL;

-- What only one job may have at a time: `lock:NAME` of jobs, `place:COMMAND:N` of commands with a limit.
CREATE TABLE locks (
    name TEXT PRIMARY KEY,
    job_id TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX locks_job ON locks (job_id);

CREATE TABLE texts (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL, conversation TEXT NOT NULL, requester_id TEXT NOT NULL,
    title TEXT NOT NULL, content TEXT NOT NULL,
    created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL
);
CREATE INDEX texts_expires ON texts (expires_at);

CREATE TABLE outbox (
    number {NUMBER},
    target TEXT NOT NULL, job_id TEXT, payload TEXT NOT NULL, state TEXT NOT NULL,
    attempt BIGINT NOT NULL, owner TEXT, leased_until BIGINT NOT NULL, not_before BIGINT NOT NULL,
    created_at BIGINT NOT NULL, ended_at BIGINT, error TEXT
);
CREATE INDEX outbox_waiting ON outbox (target, number) WHERE state = 'waiting';
CREATE INDEX outbox_ended ON outbox (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE audit (
    chain TEXT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL, boot TEXT NOT NULL,
    event TEXT NOT NULL, request_id TEXT NOT NULL, job_id TEXT NOT NULL,
    tenant TEXT NOT NULL, team TEXT NOT NULL, channel TEXT NOT NULL, conversation TEXT NOT NULL, activity TEXT NOT NULL,
    webhook TEXT NOT NULL, key_label TEXT NOT NULL, actor_id TEXT NOT NULL, actor_name TEXT NOT NULL,
    command TEXT NOT NULL, arguments TEXT NOT NULL, effect TEXT NOT NULL, decision TEXT NOT NULL, rule TEXT NOT NULL,
    outcome TEXT NOT NULL, duration_ms BIGINT, detail TEXT NOT NULL,
    prev_hash TEXT NOT NULL, hash TEXT NOT NULL,
    PRIMARY KEY (chain, seq)
);
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_actor ON audit (actor_id, at);
CREATE INDEX audit_job ON audit (job_id);

-- The beginning of a chain that was dropped because it was old: rows up to `seq`, the last of which had `hash`.
CREATE TABLE audit_dropped (
    chain TEXT PRIMARY KEY,
    seq BIGINT NOT NULL, hash TEXT NOT NULL, at BIGINT NOT NULL
);

-- `copy_from`: of which store this one is a copy; `copy_state`: `begun` or `complete`; `id`: the store itself.
CREATE TABLE facts (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
