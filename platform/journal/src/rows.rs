//! Rows of the journal's own tables, each with the checksum that covers it where no entry does.

use linli_kernel::{CommandId, ResidentId};
use linli_translog::ChangedTile;
use sea_orm::{ConnectionTrait, DbErr, Value};

use crate::secrets::Secrets;
use crate::sql::{insert_rows, int};

pub(crate) const COMMANDS: &str =
    "INSERT INTO log_commands (id,digest,first_seq,entries,answer,mac)";
pub(crate) const OUTBOX: &str = "INSERT INTO log_outbox (size,topic,body,mac)";
pub(crate) const DESTROYED: &str = "INSERT INTO log_destroyed (subject,seq,mac)";
pub(crate) const DESTROYED_AGAIN: &str =
    " ON CONFLICT (subject) DO UPDATE SET seq=excluded.seq, mac=excluded.mac";

/// A row of `log_commands`.
pub(crate) struct CommandRow<'a> {
    pub(crate) command: CommandId,
    pub(crate) digest: &'a [u8],
    pub(crate) first_seq: u64,
    pub(crate) entries: u64,
    pub(crate) answer: &'a str,
}

impl CommandRow<'_> {
    pub(crate) fn mac(&self, secrets: &Secrets) -> Vec<u8> {
        let parts = [
            self.command.0.as_bytes().as_slice(),
            self.digest,
            &self.first_seq.to_be_bytes(),
            &self.entries.to_be_bytes(),
            self.answer.as_bytes(),
        ];
        secrets.row_mac("log_commands", &parts)
    }

    pub(crate) fn values(&self, secrets: &Secrets) -> Vec<Value> {
        vec![
            command_value(self.command),
            Value::Bytes(Some(self.digest.to_vec())),
            int(self.first_seq),
            int(self.entries),
            Value::from(self.answer),
            Value::Bytes(Some(self.mac(secrets))),
        ]
    }
}

pub(crate) fn outbox_row(secrets: &Secrets, size: u64, topic: &str, body: &str) -> Vec<Value> {
    vec![
        int(size),
        Value::from(topic),
        Value::from(body),
        Value::Bytes(Some(outbox_mac(secrets, size, topic, body))),
    ]
}

pub(crate) fn outbox_mac(secrets: &Secrets, size: u64, topic: &str, body: &str) -> Vec<u8> {
    let parts = [&size.to_be_bytes(), topic.as_bytes(), body.as_bytes()];
    secrets.row_mac("log_outbox", &parts)
}

/// A row of `log_destroyed`; without `seq` where no entry of this log says so.
pub(crate) fn destroyed_row(
    secrets: &Secrets,
    subject: ResidentId,
    seq: Option<u64>,
) -> Vec<Value> {
    let subject = subject.to_string();
    let seq = seq.map_or(-1, |seq| i64::try_from(seq).unwrap_or(i64::MAX));
    let mac = destroyed_mac(secrets, &subject, seq);
    vec![subject.into(), seq.into(), mac.into()]
}

pub(crate) fn destroyed_mac(secrets: &Secrets, subject: &str, seq: i64) -> Vec<u8> {
    secrets.row_mac("log_destroyed", &[subject.as_bytes(), &seq.to_be_bytes()])
}

pub(crate) fn command_value(command: CommandId) -> Value {
    Value::Bytes(Some(command.0.as_bytes().to_vec()))
}

pub(crate) async fn write_tiles(
    tx: &impl ConnectionTrait,
    tiles: Vec<ChangedTile>,
) -> Result<(), DbErr> {
    // A level's full tile and its new partial one differ in place, so no row comes twice.
    let row = |tile: ChangedTile| {
        vec![
            int(u64::from(tile.id.level)),
            int(tile.id.index),
            Value::Bytes(Some(tile.bytes)),
        ]
    };
    let rows = tiles.into_iter().map(row).collect();
    let tail = " ON CONFLICT (level,place) DO UPDATE SET hashes=excluded.hashes";
    let head = "INSERT INTO log_tiles (level,place,hashes)";
    insert_rows(tx, head, rows, tail).await.map(drop)
}

pub(crate) fn cursor_mac(secrets: &Secrets, name: &str, position: u64) -> Vec<u8> {
    let parts = [name.as_bytes(), &position.to_be_bytes()];
    secrets.row_mac("log_cursors", &parts)
}
