//! The tables beside the entries: commands, outbox, cursors, the node's facts, destroyed and parked
//! lists, and the key store.

use std::collections::{BTreeMap, HashMap};

use linli_kernel::{CommandId, Fault};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement};

use super::walk::{self, Walked};
use super::{Findings, Place, command_name, key_of};
use crate::db::fault;
use crate::read::Read;
use crate::rebuild::{Progress, Watcher};
use crate::rows::{CommandRow, command_value, cursor_mac, destroyed_mac, outbox_mac};
use crate::shared::Shared;
use crate::sql::{Sql, uint};

/// Everything beside the entries.
pub(super) async fn check(
    shared: &Shared,
    db: &impl ConnectionTrait,
    walked: &Walked,
    watch: Watcher<'_>,
    findings: &mut Findings,
) {
    walk::beyond(shared, db, walked.size, findings).await;
    let checks = [
        (
            "log_commands",
            idle_commands(shared, db, walked, findings).await,
        ),
        ("log_outbox", outbox(shared, db, findings).await),
        ("log_cursors", cursors(shared, db, findings).await),
        ("log_meta", meta(shared, db, findings).await),
        (
            "log_destroyed",
            destroyed(shared, db, walked, findings).await,
        ),
    ];
    for (table, checked) in checks {
        if let Err(why) = checked {
            findings.unreadable(table, &why);
        }
    }
    match shared.parked_rows(db).await {
        Ok(_) => {}
        Err(Fault::Damaged(what)) => findings.row("log_parked", what, "is not what it was"),
        Err(why) => findings.unreadable("log_parked", &why),
    }
    if let Err(why) = keys(shared, watch, findings).await {
        findings.unreadable("subject_keys", &why);
    }
}

/// The commands that a step's entries name: each recorded, whole, over just these entries.
pub(super) async fn commands(
    shared: &Shared,
    db: &impl ConnectionTrait,
    read: &[Read],
    findings: &mut Findings,
) {
    let runs = walk::runs(read);
    let mut stored = HashMap::new();
    for some in runs.chunks(512) {
        let head = "SELECT id, digest, first_seq, entries, answer, mac FROM log_commands \
                    WHERE id IN ";
        let mut sql = Sql::new(shared.backend(), head);
        sql.bind_list(
            some.iter()
                .map(|(command, ..)| command_value(*command))
                .collect(),
        );
        match db.query_all_raw(sql.done()).await {
            Ok(rows) => {
                for row in rows {
                    if let Ok((command, first, count)) = command_row(shared, &row, findings) {
                        stored.insert(command, (first, count));
                    }
                }
            }
            Err(why) => return findings.unreadable("log_commands", &why),
        }
    }
    for (command, first, last) in runs {
        match stored.get(&command) {
            None => walk::missing_command(command, findings),
            Some((at, count)) if *at <= first && last < at.saturating_add(*count) => {}
            Some(_) => {
                let what = format!("does not cover entries {first} to {last}, which name it");
                findings.add(command_name(command), what);
            }
        }
    }
}

/// Reads and checks a row of `log_commands`.
fn command_row(
    shared: &Shared,
    row: &QueryResult,
    findings: &mut Findings,
) -> Result<(CommandId, u64, u64), DbErr> {
    let id: Vec<u8> = row.try_get("", "id")?;
    let digest: Vec<u8> = row.try_get("", "digest")?;
    let first: i64 = row.try_get("", "first_seq")?;
    let entries: i64 = row.try_get("", "entries")?;
    let answer: String = row.try_get("", "answer")?;
    let mac: Vec<u8> = row.try_get("", "mac")?;
    let Ok(id) = uuid::Uuid::from_slice(&id) else {
        findings.row("log_commands", hex::encode(&id), "the id is none");
        return Err(DbErr::Type("id".to_owned()));
    };
    let command = CommandId(id);
    let expected = CommandRow {
        command,
        digest: &digest,
        first_seq: uint(first),
        entries: uint(entries),
        answer: &answer,
    };
    if mac != expected.mac(&shared.secrets) {
        findings.add(command_name(command), "its record is not what it was");
    }
    Ok((command, uint(first), uint(entries)))
}

/// Commands that recorded no entry, and the number of those that did.
async fn idle_commands(
    shared: &Shared,
    db: &impl ConnectionTrait,
    walked: &Walked,
    findings: &mut Findings,
) -> Result<(), DbErr> {
    let sql = "SELECT id, digest, first_seq, entries, answer, mac FROM log_commands \
               WHERE entries < 1";
    for row in db
        .query_all_raw(Statement::from_string(shared.backend(), sql))
        .await?
    {
        if command_row(shared, &row, findings).is_ok() {
            findings.commands += 1;
        }
    }
    let sql = "SELECT COUNT(*) AS n FROM log_commands WHERE entries >= 1";
    let row = db
        .query_one_raw(Statement::from_string(shared.backend(), sql))
        .await?;
    let n: i64 = row.map_or(Ok(0), |row| row.try_get("", "n"))?;
    if uint(n) != walked.commands {
        let what = format!(
            "{n} commands are recorded, entries name {}",
            walked.commands
        );
        findings.add(Place::Store("log_commands".to_owned()), what);
    }
    Ok(())
}

async fn outbox(
    shared: &Shared,
    db: &impl ConnectionTrait,
    findings: &mut Findings,
) -> Result<(), DbErr> {
    let sql = "SELECT id, size, topic, body, mac FROM log_outbox";
    for row in db
        .query_all_raw(Statement::from_string(shared.backend(), sql))
        .await?
    {
        let id: i64 = row.try_get("", "id")?;
        let size: i64 = row.try_get("", "size")?;
        let topic: String = row.try_get("", "topic")?;
        let body: String = row.try_get("", "body")?;
        let mac: Vec<u8> = row.try_get("", "mac")?;
        if mac != outbox_mac(&shared.secrets, uint(size), &topic, &body) {
            findings.row("log_outbox", id.to_string(), "is not what it was");
        }
    }
    Ok(())
}

async fn cursors(
    shared: &Shared,
    db: &impl ConnectionTrait,
    findings: &mut Findings,
) -> Result<(), DbErr> {
    let sql = "SELECT name, position, mac FROM log_cursors";
    for row in db
        .query_all_raw(Statement::from_string(shared.backend(), sql))
        .await?
    {
        let name: String = row.try_get("", "name")?;
        let position: i64 = row.try_get("", "position")?;
        let mac: Vec<u8> = row.try_get("", "mac")?;
        if mac != cursor_mac(&shared.secrets, &name, uint(position)) {
            findings.row("log_cursors", name, "is not what it was");
        }
    }
    Ok(())
}

async fn meta(
    shared: &Shared,
    db: &impl ConnectionTrait,
    findings: &mut Findings,
) -> Result<(), DbErr> {
    let sql = "SELECT name, value, mac FROM log_meta";
    for row in db
        .query_all_raw(Statement::from_string(shared.backend(), sql))
        .await?
    {
        let name: String = row.try_get("", "name")?;
        let value: String = row.try_get("", "value")?;
        let mac: Vec<u8> = row.try_get("", "mac")?;
        if mac != shared.meta_mac(&name, &value) {
            findings.row("log_meta", name, "is not what it was");
        }
    }
    Ok(())
}

/// The list of destroyed keys against the entries that say so.
async fn destroyed(
    shared: &Shared,
    db: &impl ConnectionTrait,
    walked: &Walked,
    findings: &mut Findings,
) -> Result<(), DbErr> {
    let sql = "SELECT subject, seq, mac FROM log_destroyed";
    let mut listed = BTreeMap::new();
    for row in db
        .query_all_raw(Statement::from_string(shared.backend(), sql))
        .await?
    {
        let subject: String = row.try_get("", "subject")?;
        let seq: i64 = row.try_get("", "seq")?;
        let mac: Vec<u8> = row.try_get("", "mac")?;
        if mac != destroyed_mac(&shared.secrets, &subject, seq) {
            findings.row("log_destroyed", subject, "is not what it was");
        } else if seq >= 0 {
            listed.insert(subject, uint(seq));
        }
    }
    for (subject, seq) in &walked.destroyed {
        if listed.remove(subject) != Some(*seq) {
            let what = format!("does not agree with entry {seq}");
            findings.row("log_destroyed", subject.clone(), what);
        }
    }
    for (subject, seq) in listed {
        let what = format!("names entry {seq}, which says no such thing");
        findings.row("log_destroyed", subject, what);
    }
    Ok(())
}

/// Every key: it unwraps, and it is not one that should be gone.
async fn keys(shared: &Shared, watch: Watcher<'_>, findings: &mut Findings) -> Result<(), Fault> {
    let mut after = None;
    loop {
        let page = shared.keys.page(after, 10_000).await?;
        let Some((last, _)) = page.last() else {
            return Ok(());
        };
        after = Some(*last);
        for (subject, wrapped) in &page {
            if !shared.keys.unwraps(*subject, wrapped) {
                findings.add(key_of(*subject), "does not unwrap");
            } else if shared.keys.is_destroyed(*subject) {
                findings.add(key_of(*subject), "was destroyed, yet it is there");
            }
        }
        findings.keys += page.len() as u64;
        watch(Progress {
            step: "keys",
            done: findings.keys,
            of: findings.keys,
        });
    }
}

/// The number of rows a statement counts as `n`.
pub(super) async fn count(
    shared: &Shared,
    db: &impl ConnectionTrait,
    sql: &str,
) -> Result<u64, Fault> {
    let row = db
        .query_one_raw(Statement::from_string(shared.backend(), sql))
        .await
        .map_err(fault)?;
    let n: i64 = row
        .map_or(Ok(0), |row| row.try_get("", "n"))
        .map_err(fault)?;
    Ok(uint(n))
}
