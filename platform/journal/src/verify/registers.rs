//! The registers against the fold of the journal: folded into scratch tables beside them, then
//! compared row by row inside the database.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use linli_kernel::Fault;
use sea_orm::sea_query::TableCreateStatement;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use super::{Findings, small};
use crate::config::Config;
use crate::db::fault;
use crate::read::Read;
use crate::rebuild::{Fold, Progress, Watcher, name_of};
use crate::secrets::setting;
use crate::shared::{Parked, Shared};

/// How many differing rows of one table are named.
const NAMED: usize = 100;

/// Scratch copies of the registers, being filled.
pub(super) struct Scratch<'a> {
    shared: &'a Arc<Shared>,
    tables: Vec<Shape>,
    fold: Fold,
    prefix: &'static str,
    live: &'static str,
}

/// What is compared of a table.
struct Shape {
    name: String,
    key: Vec<String>,
    columns: Vec<String>,
}

impl<'a> Scratch<'a> {
    /// Creates the scratch tables through `db`.
    pub(super) async fn create(
        shared: &'a Arc<Shared>,
        db: &impl ConnectionTrait,
    ) -> Result<Self, Fault> {
        let backend = shared.backend();
        let (prefix, live) = match backend {
            DbBackend::Postgres => ("pg_temp.", "journal."),
            _ => ("scratch.", "main."),
        };
        let mut tables = Vec::new();
        for table in shared.registers.tables() {
            let Some(shape) = shape(&table) else { continue };
            let quoted = format!("\"{}\"", shape.name);
            let sql = backend.build(&table).sql;
            let sql = sql.replacen(&quoted, &format!("{prefix}{quoted}"), 1);
            db.execute_unprepared(&sql).await.map_err(fault)?;
            tables.push(shape);
        }
        for index in shared.registers.indexes() {
            let Some(name) = index
                .get_index_spec()
                .get_name()
                .filter(|_| index.is_unique_key())
            else {
                continue;
            };
            let sql = backend.build(&index).sql;
            let sql = if backend == DbBackend::Postgres {
                sql.replacen(" ON \"", &format!(" ON {prefix}\""), 1)
            } else {
                let quoted = format!("\"{name}\"");
                sql.replacen(&quoted, &format!("{prefix}{quoted}"), 1)
            };
            db.execute_unprepared(&sql).await.map_err(fault)?;
        }
        Ok(Self {
            fold: Fold::new(shared.registers.folder()),
            shared,
            tables,
            prefix,
            live,
        })
    }

    /// Folds a step's entries into the scratch tables.
    pub(super) async fn fold(
        &mut self,
        db: &impl ConnectionTrait,
        read: Vec<Read>,
    ) -> Result<(), Fault> {
        let changes = self.fold.take(read);
        changes.write(db, self.prefix).await.map_err(fault)
    }

    pub(super) fn parked(&self) -> Vec<Parked> {
        self.fold.parked()
    }

    /// Compares every table with its scratch copy.
    pub(super) async fn compare(
        &self,
        db: &impl ConnectionTrait,
        watch: Watcher<'_>,
        findings: &mut Findings,
    ) {
        let of = self.tables.len() as u64;
        for (done, table) in (1..).zip(&self.tables) {
            if let Err(why) = self.compare_table(db, table, findings).await {
                findings.unreadable(&table.name, &why);
            }
            watch(Progress {
                step: "registers",
                done,
                of,
            });
        }
    }

    async fn compare_table(
        &self,
        db: &impl ConnectionTrait,
        table: &Shape,
        findings: &mut Findings,
    ) -> Result<(), Fault> {
        let live = format!("{}\"{}\"", self.live, table.name);
        let scratch = format!("{}\"{}\"", self.prefix, table.name);
        let differ: Vec<String> = (table.columns.iter())
            .map(|column| format!("a.\"{column}\" IS DISTINCT FROM b.\"{column}\""))
            .collect();
        let absent = format!("b.\"{}\" IS NULL", table.key[0]);
        let there = [vec![absent.clone()], differ].concat().join(" OR ");
        let what = "is not what the journal folds to, or has no entry at all";
        self.name_rows(db, table, (&live, &scratch, &there), what, findings)
            .await?;
        // The rows are the same where both have them: only the number can still differ.
        let in_live = format!("SELECT COUNT(*) AS n FROM {live}");
        let in_scratch = format!("SELECT COUNT(*) AS n FROM {scratch}");
        let in_live = small::count(self.shared, db, &in_live).await?;
        if in_live != small::count(self.shared, db, &in_scratch).await? {
            let what = "is missing: the journal folds to it";
            self.name_rows(db, table, (&scratch, &live, &absent), what, findings)
                .await?;
        }
        Ok(())
    }

    /// Names the rows of the first table that differ from the second.
    async fn name_rows(
        &self,
        db: &impl ConnectionTrait,
        table: &Shape,
        between: (&str, &str, &str),
        what: &str,
        findings: &mut Findings,
    ) -> Result<(), Fault> {
        let (first, second, condition) = between;
        let on: Vec<String> = (table.key.iter())
            .map(|column| format!("a.\"{column}\" = b.\"{column}\""))
            .collect();
        let shown: Vec<String> = (table.key.iter())
            .map(|column| format!("COALESCE(CAST(a.\"{column}\" AS TEXT), '')"))
            .collect();
        let sql = format!(
            "SELECT {} AS shown FROM {first} a LEFT JOIN {second} b ON {} WHERE {condition} \
             LIMIT {NAMED}",
            shown.join(" || '/' || "),
            on.join(" AND ")
        );
        let sql = Statement::from_string(self.shared.backend(), sql);
        for row in db.query_all_raw(sql).await.map_err(fault)? {
            let key: String = row.try_get("", "shown").map_err(fault)?;
            findings.row(&table.name, key, what);
        }
        Ok(())
    }
}

/// A table's columns and primary key; `None` when it has no key to compare by.
fn shape(table: &TableCreateStatement) -> Option<Shape> {
    let columns = table.get_columns();
    let mut key: Vec<String> = (columns.iter())
        .filter(|column| column.get_column_spec().primary_key)
        .map(sea_orm::sea_query::ColumnDef::get_column_name)
        .collect();
    for index in table.get_indexes() {
        if index.is_primary_key() {
            key = index.get_index_spec().get_column_names();
        }
    }
    if key.is_empty() {
        return None;
    }
    Some(Shape {
        name: name_of(table.get_table_name())?,
        columns: (columns.iter())
            .map(sea_orm::sea_query::ColumnDef::get_column_name)
            .filter(|column| !key.contains(column))
            .collect(),
        key,
    })
}

/// Attaches a scratch database in memory.
pub(super) async fn attach_memory(db: &DatabaseConnection) -> Result<(), Fault> {
    let sql = "ATTACH DATABASE ':memory:' AS scratch";
    db.execute_unprepared(sql).await.map(drop).map_err(fault)
}

/// Attaches a scratch database in a file of the node's folder.
pub(super) async fn attach_file(
    db: &DatabaseConnection,
    config: &Config,
) -> Result<PathBuf, Fault> {
    let path = config.file(&format!("verify-{}.db", std::process::id()));
    discard(&path)?;
    let quoted = path.display().to_string().replace('\'', "''");
    // A journal in memory, not none: without one SQLite loses its way when the cache overflows.
    let sql = format!(
        "ATTACH DATABASE '{quoted}' AS scratch; PRAGMA scratch.journal_mode=MEMORY; \
         PRAGMA scratch.synchronous=OFF; PRAGMA scratch.cache_size=-65536"
    );
    db.execute_unprepared(&sql).await.map_err(fault)?;
    Ok(path)
}

pub(super) async fn detach(db: &DatabaseConnection) -> Result<(), Fault> {
    let sql = "DETACH DATABASE scratch";
    db.execute_unprepared(sql).await.map(drop).map_err(fault)
}

/// Removes the scratch file.
pub(super) fn remove(path: &Path) -> Result<(), Fault> {
    discard(path)
}

fn discard(path: &Path) -> Result<(), Fault> {
    match std::fs::remove_file(path) {
        Err(why) if why.kind() != std::io::ErrorKind::NotFound => Err(setting(path, &why)),
        _ => Ok(()),
    }
}
