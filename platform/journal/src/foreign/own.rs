//! The end of the node's own log, as its neighbours return it after a restore.

use std::sync::Arc;

use linli_kernel::{CommandId, Fault};
use linli_translog::{Edge, leaf_hash};
use sea_orm::{ConnectionTrait, DatabaseTransaction, Value};

use crate::db::fault;
use crate::rows::{COMMANDS, CommandRow, command_value, write_tiles};
use crate::secrets::sha256;
use crate::shared::{Shared, State};
use crate::sql::{Sql, insert_rows, int, uint};
use crate::wire::read_entry;

/// A command whose answer is lost: a second attempt under its id is told so.
const NO_DIGEST: [u8; 32] = [0; 32];
const NO_ANSWER: &str = "null";

/// The entries that one command wrote, one after the other.
struct Written {
    command: CommandId,
    first_seq: u64,
    entries: u64,
}

/// Appends `own`, byte for byte, to the log; its new edge.
pub(super) async fn take_back(
    shared: &Shared,
    tx: &DatabaseTransaction,
    state: &State,
    own: &[Arc<[u8]>],
) -> Result<Edge, Fault> {
    let identity = shared.identity()?;
    let mut edge = state.edge.clone();
    let mut rows = Vec::with_capacity(own.len());
    let mut commands: Vec<Written> = Vec::new();
    for bytes in own {
        let entry = read_entry(bytes).map_err(|why| Fault::Damaged(why.to_string()))?;
        let seq = edge.size();
        if entry.seq != seq {
            let what = format!("entry {} of the own log was returned for {seq}", entry.seq);
            return Err(Fault::Damaged(what));
        }
        edge.push(leaf_hash(&sha256(bytes)));
        match commands.last_mut() {
            Some(last) if last.command == entry.command => last.entries += 1,
            _ => commands.push(Written {
                command: entry.command,
                first_seq: seq,
                entries: 1,
            }),
        }
        rows.push(vec![
            int(seq),
            Value::from(entry.stream.as_str()),
            int(entry.version),
            Value::Bytes(Some(bytes.to_vec())),
        ]);
    }
    let head = "INSERT INTO log_entries (seq,stream,version,bytes)";
    insert_rows(tx, head, rows, "").await.map_err(fault)?;
    record(shared, tx, commands).await?;
    write_tiles(tx, edge.take_changed()).await.map_err(fault)?;
    let note = identity.sign(edge.size(), edge.root());
    let mut sql = Sql::new(shared.backend(), "UPDATE log_checkpoint SET size=");
    sql.bind(int(edge.size())).push(", note=").bind(note);
    sql.push(" WHERE id=1");
    tx.execute_raw(sql.done()).await.map_err(fault)?;
    Ok(edge)
}

/// Writes that these commands were done. The first may have begun with entries that came before.
async fn record(
    shared: &Shared,
    tx: &DatabaseTransaction,
    mut commands: Vec<Written>,
) -> Result<(), Fault> {
    if let Some(first) = commands.first_mut() {
        let mut sql = Sql::new(
            shared.backend(),
            "SELECT first_seq, entries FROM log_commands WHERE id=",
        );
        sql.bind(command_value(first.command));
        if let Some(row) = tx.query_one_raw(sql.done()).await.map_err(fault)? {
            let first_seq: i64 = row.try_get("", "first_seq").map_err(fault)?;
            let entries: i64 = row.try_get("", "entries").map_err(fault)?;
            first.first_seq = uint(first_seq);
            first.entries += uint(entries);
            let mut sql = Sql::new(shared.backend(), "DELETE FROM log_commands WHERE id=");
            sql.bind(command_value(first.command));
            tx.execute_raw(sql.done()).await.map_err(fault)?;
        }
    }
    let rows = commands.iter().map(|written| {
        let row = CommandRow {
            command: written.command,
            digest: &NO_DIGEST,
            first_seq: written.first_seq,
            entries: written.entries,
            answer: NO_ANSWER,
        };
        row.values(&shared.secrets)
    });
    let rows = insert_rows(tx, COMMANDS, rows.collect(), "");
    rows.await.map(drop).map_err(fault)
}
