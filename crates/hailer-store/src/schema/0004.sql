-- What waits, or waited, for a yes before its job may start. `stage`: `confirm` (the requester's second word), `approve` (the yes of
-- others), `glass` (nobody was asked). While it waits the job is `awaiting_approval`.
CREATE TABLE requests (
    job_id TEXT PRIMARY KEY,
    stage TEXT NOT NULL, digest TEXT NOT NULL, bot TEXT NOT NULL, needs TEXT NOT NULL, post_target TEXT, post_payload TEXT,
    approve_ms BIGINT, run_ms BIGINT NOT NULL, expires_at BIGINT NOT NULL, confirmed_at BIGINT, released_at BIGINT
);
CREATE INDEX requests_expiring ON requests (expires_at) WHERE released_at IS NULL;

-- Who said yes or no, each once.
CREATE TABLE votes (
    job_id TEXT NOT NULL, person_id TEXT NOT NULL, person_name TEXT NOT NULL,
    verdict TEXT NOT NULL, way TEXT NOT NULL, webhook TEXT NOT NULL, tenant TEXT NOT NULL, team TEXT NOT NULL, channel TEXT NOT NULL,
    reason TEXT NOT NULL, at BIGINT NOT NULL,
    PRIMARY KEY (job_id, person_id)
);

-- Emergencies in which a webhook's requests run without approval.
CREATE TABLE glass (
    number {NUMBER},
    webhook TEXT NOT NULL, person_id TEXT NOT NULL, person_name TEXT NOT NULL, reason TEXT NOT NULL,
    began_at BIGINT NOT NULL, until_at BIGINT NOT NULL,
    review_id TEXT, review_name TEXT, review_text TEXT, reviewed_at BIGINT
);
