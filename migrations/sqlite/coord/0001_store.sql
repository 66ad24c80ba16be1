CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    -- The newest revision of the store.
    revision INTEGER NOT NULL,
    -- Changes at or below this revision are no longer in the log.
    compacted INTEGER NOT NULL
) STRICT;
INSERT INTO meta (id, revision, compacted) VALUES (1, 1, 1);

CREATE TABLE kv (
    key TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL,
    create_revision INTEGER NOT NULL,
    mod_revision INTEGER NOT NULL,
    lease INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX kv_of_lease ON kv (lease) WHERE lease IS NOT NULL;

-- What watches tell. A removed key has neither value nor create_revision.
CREATE TABLE change (
    revision INTEGER NOT NULL,
    key TEXT NOT NULL,
    value BLOB,
    create_revision INTEGER,
    lease INTEGER,
    PRIMARY KEY (revision, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE lease (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    ttl_ms INTEGER NOT NULL,
    -- Boot time counts only within its boot.
    boot TEXT NOT NULL,
    expires_ms INTEGER NOT NULL
) STRICT;
