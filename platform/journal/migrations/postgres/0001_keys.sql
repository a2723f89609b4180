-- One key a subject, wrapped by the node's key-encryption key: nonce, key, tag.
CREATE TABLE subject_keys (
    subject BYTEA NOT NULL PRIMARY KEY,
    wrapped BYTEA NOT NULL
);
