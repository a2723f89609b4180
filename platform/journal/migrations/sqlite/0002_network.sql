-- Entries of other nodes' logs, exactly as they were written there. Those that continue their
-- stream have a `turn`: in that order, each after `after` entries of the own log, they are folded.
CREATE TABLE net_entries (
    log     TEXT    NOT NULL,
    seq     INTEGER NOT NULL,
    digest  BLOB    NOT NULL,
    stream  TEXT    NOT NULL,
    version INTEGER NOT NULL,
    turn    INTEGER,
    after   INTEGER,
    bytes   BLOB    NOT NULL,
    PRIMARY KEY (log, seq, digest)
);
CREATE UNIQUE INDEX net_entries_turn ON net_entries (turn);
CREATE UNIQUE INDEX net_entries_stream ON net_entries (stream, version) WHERE turn IS NOT NULL;

-- Entries of the own log that lost against a takeover.
CREATE TABLE net_displaced (
    seq INTEGER NOT NULL PRIMARY KEY
);

-- Streams that another node owns, or that were handed to another and not accepted yet.
CREATE TABLE net_streams (
    stream   TEXT NOT NULL PRIMARY KEY,
    owner    TEXT NOT NULL,
    released TEXT
) WITHOUT ROWID;

-- What the node must not forget of its neighbours, in the order in which it became so, each after
-- `own` entries of the own log.
CREATE TABLE net_records (
    id   INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    own  INTEGER NOT NULL,
    kind TEXT    NOT NULL,
    log  TEXT,
    start  INTEGER,
    size INTEGER,
    body BLOB    NOT NULL,
    mac  BLOB    NOT NULL
);
CREATE INDEX net_records_log ON net_records (log, start);
