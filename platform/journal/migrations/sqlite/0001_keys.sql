-- One key a subject, wrapped by the node's key-encryption key: nonce, key, tag.
CREATE TABLE subject_keys (
    subject BLOB NOT NULL PRIMARY KEY,
    wrapped BLOB NOT NULL
) WITHOUT ROWID;
