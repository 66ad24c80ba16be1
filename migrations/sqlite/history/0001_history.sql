CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    -- The newest change number that a run was given.
    change INTEGER NOT NULL
) STRICT;
INSERT INTO meta (id, change) VALUES (1, 0);

-- One attempt of a run, or a range of instants. Times are Unix milliseconds.
CREATE TABLE run (
    seq INTEGER PRIMARY KEY,
    -- Larger than that of every row written before: what is new since a look.
    change INTEGER NOT NULL,
    run_id BLOB NOT NULL,
    attempt INTEGER NOT NULL,
    job_id BLOB NOT NULL,
    project TEXT NOT NULL,
    job TEXT NOT NULL,
    scope TEXT NOT NULL,
    moment TEXT NOT NULL,
    scheduled_ms INTEGER NOT NULL,
    until_ms INTEGER,
    count INTEGER NOT NULL,
    gen INTEGER NOT NULL,
    fence INTEGER NOT NULL,
    node TEXT NOT NULL,
    state TEXT NOT NULL,
    -- The state's rank: a row is replaced only by one of a higher rank.
    rank INTEGER NOT NULL,
    reason TEXT,
    detail TEXT,
    trigger_kind TEXT NOT NULL,
    by_person TEXT,
    decided_ms INTEGER NOT NULL,
    started_ms INTEGER,
    finished_ms INTEGER,
    exit_code INTEGER,
    signal INTEGER,
    output_bytes INTEGER NOT NULL,
    output_sha256 TEXT,
    peak_memory_bytes INTEGER,
    user_ms INTEGER,
    system_ms INTEGER,
    UNIQUE (run_id, attempt),
    UNIQUE (job_id, scope, moment, attempt)
) STRICT;
CREATE UNIQUE INDEX run_of_change ON run (change);
-- Lists: what a list is about comes first, then the order of its rows, then what else it asks.
CREATE INDEX run_of_job ON run (job_id, scheduled_ms, run_id, attempt, state);
CREATE INDEX run_of_state ON run (state, scheduled_ms, run_id, attempt);
CREATE INDEX run_of_project ON run (project, state, scheduled_ms, run_id, attempt);
CREATE INDEX run_of_node ON run (node, state, scheduled_ms, run_id, attempt, project);
CREATE INDEX run_range ON run (job_id, until_ms) WHERE until_ms IS NOT NULL;

-- Chunks by where they stand in all that was written. An attempt's final rows take the place
-- of its live ones; a final row without bytes says that nothing was kept.
CREATE TABLE run_output (
    run_id BLOB NOT NULL,
    attempt INTEGER NOT NULL,
    chunk_offset INTEGER NOT NULL,
    is_live INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    stamps TEXT NOT NULL,
    UNIQUE (run_id, attempt, chunk_offset)
) STRICT;

CREATE TABLE definition_version (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    gen INTEGER NOT NULL,
    edit TEXT NOT NULL,
    title TEXT NOT NULL,
    by_person TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    action TEXT NOT NULL,
    changes TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (kind, id, gen)
) STRICT;
