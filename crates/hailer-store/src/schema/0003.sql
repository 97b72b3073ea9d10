-- What people hold: `lock:NAME` keeps jobs with that lock from starting, `freeze:WEBHOOK` (or `freeze:*`) all that changes something.
-- Without `until_at` it holds until somebody lets it go.
CREATE TABLE holds (
    name TEXT PRIMARY KEY,
    kind TEXT NOT NULL, subject TEXT NOT NULL,
    by_id TEXT NOT NULL, by_name TEXT NOT NULL, webhook TEXT NOT NULL, reason TEXT NOT NULL,
    at BIGINT NOT NULL, until_at BIGINT
);

-- From which networks the keys of webhooks were used.
CREATE TABLE key_uses (
    webhook TEXT NOT NULL, label TEXT NOT NULL, network TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (webhook, label, network)
);
