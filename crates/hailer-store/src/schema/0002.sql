-- What modules keep: any value as JSON. `version` is another with every change.
CREATE TABLE records (
    module TEXT NOT NULL, key TEXT NOT NULL,
    value TEXT NOT NULL,
    version BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    PRIMARY KEY (module, key)
);
