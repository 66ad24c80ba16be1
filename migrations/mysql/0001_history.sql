-- Tables are made "if not exists", so that a step that was cut off can be done again.

CREATE TABLE IF NOT EXISTS meta (
    id TINYINT NOT NULL PRIMARY KEY,
    -- The number of the newest step that was done.
    version INT NOT NULL,
    -- The newest change number that a run was given. Whoever gives numbers holds this row until
    -- the commit, so that numbers become visible in their order.
    change_number BIGINT NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
INSERT INTO meta (id, version, change_number) VALUES (1, 0, 0) ON DUPLICATE KEY UPDATE id = 1;

-- One attempt of a run, or a range of instants. Times are Unix milliseconds.
CREATE TABLE IF NOT EXISTS run (
    -- Rows lie in the order of their arrival: run ids are random, and so would be the pages.
    seq BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    -- Larger than that of every row written before: what is new since a look. Less than 0 while
    -- the transaction that wrote the row has not got numbers yet, which nobody else sees.
    change_number BIGINT NOT NULL,
    run_id BINARY(16) NOT NULL,
    attempt INT NOT NULL,
    job_id BINARY(16) NOT NULL,
    project VARCHAR(63) NOT NULL,
    job VARCHAR(128) NOT NULL,
    scope VARCHAR(63) NOT NULL,
    moment VARCHAR(36) NOT NULL,
    scheduled_ms BIGINT NOT NULL,
    until_ms BIGINT,
    `count` BIGINT NOT NULL,
    gen BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    node VARCHAR(63) NOT NULL,
    state VARCHAR(16) NOT NULL,
    -- The state's rank: a row is replaced only by one of a higher rank.
    `rank` TINYINT NOT NULL,
    reason VARCHAR(32),
    detail MEDIUMTEXT,
    trigger_kind VARCHAR(16) NOT NULL,
    by_person TEXT,
    decided_ms BIGINT NOT NULL,
    started_ms BIGINT,
    finished_ms BIGINT,
    exit_code INT,
    `signal` INT,
    output_bytes BIGINT NOT NULL,
    output_sha256 VARCHAR(64),
    peak_memory_bytes BIGINT,
    user_ms BIGINT,
    system_ms BIGINT,
    UNIQUE KEY run_of_id (run_id, attempt),
    -- The moment first, so that new rows lie together.
    UNIQUE KEY run_of_occurrence (moment, job_id, scope, attempt),
    KEY run_of_change (change_number),
    -- Lists: what a list is about comes first, then the order of its rows, then what else it asks.
    KEY run_of_job (job_id, scheduled_ms, run_id, attempt, state),
    KEY run_of_state (state, scheduled_ms, run_id, attempt),
    KEY run_of_project (project, state, scheduled_ms, run_id, attempt),
    KEY run_of_node (node, state, scheduled_ms, run_id, attempt, project),
    -- Ranges are few; rows of single instants lie together, in the order of their arrival.
    KEY run_range (until_ms)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- The attempts that have output. Its row is held while an attempt's output is written.
CREATE TABLE IF NOT EXISTS attempt_output (
    run_id BINARY(16) NOT NULL,
    attempt INT NOT NULL,
    -- 1 once the final output took the place of the live rows.
    is_final TINYINT NOT NULL,
    PRIMARY KEY (run_id, attempt)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

-- Chunks by where they stand in all that was written.
CREATE TABLE IF NOT EXISTS run_output (
    run_id BINARY(16) NOT NULL,
    attempt INT NOT NULL,
    chunk_offset BIGINT NOT NULL,
    bytes MEDIUMBLOB NOT NULL,
    stamps MEDIUMTEXT NOT NULL,
    PRIMARY KEY (run_id, attempt, chunk_offset)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;

CREATE TABLE IF NOT EXISTS definition_version (
    kind VARCHAR(32) NOT NULL,
    id VARCHAR(255) NOT NULL,
    gen BIGINT NOT NULL,
    edit VARCHAR(36) NOT NULL,
    title TEXT NOT NULL,
    by_person TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    action VARCHAR(64) NOT NULL,
    changes MEDIUMTEXT NOT NULL,
    body MEDIUMTEXT NOT NULL,
    PRIMARY KEY (kind, id, gen)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin;
