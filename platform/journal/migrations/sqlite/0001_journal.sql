-- The entries, by their place in the log. `bytes` is the entry, exactly as first written; `stream`
-- and `version` repeat what it says so that a stream can be found.
CREATE TABLE log_entries (
    seq     INTEGER NOT NULL PRIMARY KEY,
    stream  TEXT    NOT NULL,
    version INTEGER NOT NULL,
    bytes   BLOB    NOT NULL
);
CREATE UNIQUE INDEX log_entries_stream ON log_entries (stream, version);

-- Tiles of the Merkle tree: 32 bytes a hash, at most 256 of them.
CREATE TABLE log_tiles (
    level  INTEGER NOT NULL,
    place  INTEGER NOT NULL,
    hashes BLOB    NOT NULL,
    PRIMARY KEY (level, place)
);

-- The newest signed checkpoint: one row.
CREATE TABLE log_checkpoint (
    id   INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    size INTEGER NOT NULL,
    note TEXT    NOT NULL
);

-- Every command ever recorded, with its answer. `entries` entries from `first_seq` on are its own.
CREATE TABLE log_commands (
    id        BLOB    NOT NULL PRIMARY KEY,
    digest    BLOB    NOT NULL,
    first_seq INTEGER NOT NULL,
    entries   INTEGER NOT NULL,
    answer    TEXT    NOT NULL,
    mac       BLOB    NOT NULL
) WITHOUT ROWID;

-- What is to be told to others, and how far each teller has come.
CREATE TABLE log_outbox (
    id    INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    size  INTEGER NOT NULL,
    topic TEXT    NOT NULL,
    body  TEXT    NOT NULL,
    mac   BLOB    NOT NULL
);
CREATE TABLE log_cursors (
    name     TEXT    NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL,
    mac      BLOB    NOT NULL
) WITHOUT ROWID;

-- Streams that hold an entry this program cannot understand.
CREATE TABLE log_parked (
    stream TEXT    NOT NULL PRIMARY KEY,
    seq    INTEGER NOT NULL,
    reason TEXT    NOT NULL,
    mac    BLOB    NOT NULL
) WITHOUT ROWID;

-- Subjects whose keys were destroyed, and the entry that says so; -1 where a restored backup is
-- older than that entry, and the keys beside it were not.
CREATE TABLE log_destroyed (
    subject TEXT    NOT NULL PRIMARY KEY,
    seq     INTEGER NOT NULL,
    mac     BLOB    NOT NULL
) WITHOUT ROWID;

-- The node's own facts: the log's name and key, the version of its registers.
CREATE TABLE log_meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    mac   BLOB NOT NULL
) WITHOUT ROWID;
