-- Who this disk is. The inode is that of the journal's file: a copied folder is another disk.
CREATE TABLE identity (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    disk_id TEXT NOT NULL,
    node_id TEXT NOT NULL,
    inode INTEGER NOT NULL
) STRICT;

-- Attempts that may have been started from this disk, until everything about them is told.
CREATE TABLE intent (
    run_id BLOB NOT NULL,
    attempt INTEGER NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (run_id, attempt)
) STRICT, WITHOUT ROWID;
