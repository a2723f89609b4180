//! Connections: one that writes, several that read, and how their errors are told apart.
//!
//! SQLite writes only inside immediate transactions (a deferred one that turns into a writer fails
//! at once with “locked”), on a single connection with `synchronous=FULL`.

use std::path::Path;
use std::time::Duration;

use linli_kernel::Fault;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, Connection as _, SqliteConnection};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend,
    DbErr, RuntimeErr, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

use crate::config::{Config, Store};

/// How a connection is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Write,
    Read,
}

/// A writing and a reading side; in memory they are the same single connection.
#[derive(Debug, Clone)]
pub(crate) struct Pair {
    pub(crate) write: DatabaseConnection,
    pub(crate) read: DatabaseConnection,
}

/// Opens a database of the node beside the journal, such as `desk`: `desk.db` in the folder, or the
/// schema `desk`. Sessions and drafts live there; nothing in it is part of the journal.
///
/// # Errors
/// [`Fault`] when it cannot be opened.
pub async fn side_store(config: &Config, name: &str) -> Result<DatabaseConnection, Fault> {
    match &config.store {
        Store::Memory => connect(sqlite_memory()).await,
        Store::Sqlite => {
            let path = config.file(&format!("{name}.db"));
            let options = sqlite(&path, Use::Write, SqliteSynchronous::Normal, None);
            connect(side_pool(options)).await
        }
        Store::Postgres { url } => {
            create_schema(url, name).await?;
            connect(postgres(url, name, config.readers.max(1), Use::Write)).await
        }
    }
}

/// SQLite lets one write at a time: a small pool that waits for its turn.
fn side_pool(mut options: ConnectOptions) -> ConnectOptions {
    options.max_connections(2);
    options
}

/// Opens the journal's or the keys' database.
pub(crate) async fn open(config: &Config, name: &str) -> Result<Pair, Fault> {
    match &config.store {
        Store::Memory => {
            let only = connect(sqlite_memory()).await?;
            let read = only.clone();
            Ok(Pair { write: only, read })
        }
        Store::Sqlite => {
            let path = config.file(&format!("{name}.db"));
            open_sqlite(config, &path).await
        }
        Store::Postgres { url } => {
            if !config.read_only {
                create_schema(url, name).await?;
            }
            let write = connect(postgres(url, name, 1, Use::Write)).await?;
            let read = connect(postgres(url, name, config.readers.max(1), Use::Read)).await?;
            Ok(Pair { write, read })
        }
    }
}

async fn open_sqlite(config: &Config, path: &Path) -> Result<Pair, Fault> {
    if config.read_only && !path.exists() {
        return Err(Fault::Setting(format!("{} is missing", path.display())));
    }
    // The writer comes first: it creates the file and turns on the write-ahead log.
    let write = sqlite(path, Use::Write, SqliteSynchronous::Full, config.max_pages);
    let write = connect(write).await?;
    let mut read = sqlite(path, Use::Read, SqliteSynchronous::Full, None);
    read.max_connections(config.readers.max(1));
    let read = connect(read).await?;
    Ok(Pair { write, read })
}

/// A further connection to the journal's database, for long work beside the pools.
pub(crate) async fn extra(config: &Config) -> Result<DatabaseConnection, Fault> {
    match &config.store {
        Store::Memory => Err(Fault::Setting(
            "a store in memory has a single connection".to_owned(),
        )),
        Store::Sqlite => {
            let path = config.file("journal.db");
            let mut options = sqlite(&path, Use::Write, SqliteSynchronous::Normal, None);
            options.max_connections(1);
            connect(options).await
        }
        Store::Postgres { url } => connect(postgres(url, "journal", 1, Use::Write)).await,
    }
}

async fn connect(options: ConnectOptions) -> Result<DatabaseConnection, Fault> {
    Database::connect(options).await.map_err(fault)
}

fn sqlite_memory() -> ConnectOptions {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options
        .max_connections(1)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .sqlx_logging(false);
    options
}

fn sqlite(
    path: &Path,
    how: Use,
    synchronous: SqliteSynchronous,
    max_pages: Option<u32>,
) -> ConnectOptions {
    let mut options = ConnectOptions::new("sqlite:linli.db");
    let path = path.to_owned();
    options
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |_| {
            let options = SqliteConnectOptions::new()
                .filename(&path)
                .create_if_missing(how == Use::Write)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(synchronous)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(10))
                .statement_cache_capacity(1024)
                .row_buffer_size(512)
                // Erased keys and rows leave no trace in free pages.
                .pragma("secure_delete", "ON")
                // Checkpoints are made beside the writer: see wal.rs.
                .pragma(
                    "wal_autocheckpoint",
                    if how == Use::Write { "20000" } else { "0" },
                );
            let options = match how {
                Use::Write => options.pragma("cache_size", "-32768"),
                Use::Read => options
                    .pragma("cache_size", "-4096")
                    .pragma("query_only", "ON"),
            };
            match max_pages {
                Some(pages) => options.pragma("max_page_count", pages.to_string()),
                None => options,
            }
        });
    if how == Use::Write {
        options.map_sqlx_sqlite_pool_opts(|pool| {
            pool.after_release(|connection, _| Box::pin(is_outside_transactions(connection)))
        });
    }
    options
}

/// Whether a connection that comes back may be used again. SQLite ends a transaction by itself when
/// the disk is full or fails as it commits; the driver still counts it as open, would make the next one
/// a savepoint in it, and call that committed though nothing was written. Such a connection is closed.
async fn is_outside_transactions(connection: &mut SqliteConnection) -> sqlx::Result<bool> {
    if connection.is_in_transaction() {
        // A roll-back may still be on its way.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

fn postgres(url: &str, schema: &str, connections: u32, how: Use) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .max_lifetime(None)
        .set_schema_search_path(schema)
        .set_application_name(format!("linli-{schema}"))
        .sqlx_logging(false)
        .map_sqlx_postgres_opts(|options| options.statement_cache_capacity(1024));
    if how == Use::Write {
        // The writer's connection holds the lock: it is never exchanged in silence.
        options.idle_timeout(None).test_before_acquire(false);
    } else {
        options.map_sqlx_postgres_opts(|options| {
            let read_only = [("default_transaction_read_only", "on")];
            options.statement_cache_capacity(1024).options(read_only)
        });
    }
    options
}

async fn create_schema(url: &str, schema: &str) -> Result<(), Fault> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let db = connect(options).await?;
    let made = db
        .execute_unprepared(&format!("CREATE SCHEMA IF NOT EXISTS {schema}"))
        .await;
    let closed = db.close().await;
    match made {
        // Two nodes that begin at once may both try: the schema is there in either case.
        Err(error) if !is_unique_violation(&error) => Err(fault(error)),
        _ => closed.map_err(fault),
    }
}

/// Begins a transaction that may write.
pub(crate) async fn begin(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    db.begin_with_options(TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    })
    .await
}

/// Runs the statements of numbered schema steps that were not run yet. Forward only: a store made
/// by a newer program is refused.
pub(crate) async fn migrate(db: &DatabaseConnection, steps: &[(&str, &str)]) -> Result<(), Fault> {
    let backend = db.get_database_backend();
    let tx = begin(db).await.map_err(fault)?;
    tx.execute_unprepared("CREATE TABLE IF NOT EXISTS schema_steps (number BIGINT PRIMARY KEY)")
        .await
        .map_err(fault)?;
    let done = Statement::from_string(backend, "SELECT COUNT(*) AS n FROM schema_steps");
    let done = tx.query_one_raw(done).await.map_err(fault)?;
    let done: i64 = match done {
        Some(row) => row.try_get("", "n").map_err(fault)?,
        None => 0,
    };
    let done = usize::try_from(done).unwrap_or(usize::MAX);
    if done > steps.len() {
        return Err(Fault::Setting(format!(
            "the store has {done} schema steps, this program knows {}: use a newer program",
            steps.len()
        )));
    }
    for (number, (sqlite, postgres)) in steps.iter().enumerate().skip(done) {
        let sql = if backend == DbBackend::Sqlite {
            sqlite
        } else {
            postgres
        };
        tx.execute_unprepared(sql).await.map_err(fault)?;
        let record = format!("INSERT INTO schema_steps (number) VALUES ({})", number + 1);
        tx.execute_unprepared(&record).await.map_err(fault)?;
    }
    tx.commit().await.map_err(fault)
}

/// Whether a table of this name is there.
pub(crate) async fn has_table(db: &impl ConnectionTrait, name: &str) -> Result<bool, Fault> {
    let backend = db.get_database_backend();
    let sql = match backend {
        DbBackend::Sqlite => "SELECT 1 AS n FROM sqlite_master WHERE type = 'table' AND name = ?",
        _ => "SELECT 1 AS n FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1",
    };
    let found = Statement::from_sql_and_values(backend, sql, [name.into()]);
    Ok(db.query_one_raw(found).await.map_err(fault)?.is_some())
}

/// What kind of failure a database error is.
#[expect(
    clippy::needless_pass_by_value,
    reason = "used as the argument of map_err"
)]
pub(crate) fn fault(error: DbErr) -> Fault {
    let text = error.to_string();
    match code(&error).as_deref() {
        Some(code) if is_full(code) => Fault::StoreFull(text),
        Some(code) if is_damage(code) => Fault::Damaged(text),
        _ if matches!(error, DbErr::ConnectionAcquire(_)) => Fault::Busy(text),
        _ => Fault::Store(text),
    }
}

/// Whether the connection itself is gone, and with it every lock it held.
pub(crate) fn is_lost(error: &DbErr) -> bool {
    let gone = |code: &str| code.starts_with("57P") || code.starts_with("08");
    match error {
        DbErr::Conn(_) | DbErr::ConnectionAcquire(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner)) => {
            use sea_orm::SqlxError as E;
            matches!(
                **inner,
                E::Io(_) | E::PoolClosed | E::PoolTimedOut | E::WorkerCrashed
            ) || code(error).as_deref().is_some_and(gone)
        }
        _ => false,
    }
}

pub(crate) fn is_unique_violation(error: &DbErr) -> bool {
    matches!(
        error.sql_err(),
        Some(sea_orm::SqlErr::UniqueConstraintViolation(_))
    )
}

fn code(error: &DbErr) -> Option<String> {
    let (DbErr::Exec(RuntimeErr::SqlxError(inner))
    | DbErr::Query(RuntimeErr::SqlxError(inner))
    | DbErr::Conn(RuntimeErr::SqlxError(inner))) = error
    else {
        return None;
    };
    let code = inner.as_database_error()?.code()?;
    Some(code.into_owned())
}

/// SQLite's extended codes are at most four digits; PostgreSQL's are five characters.
fn sqlite_code(code: &str) -> Option<u32> {
    if code.len() >= 5 {
        return None;
    }
    code.parse().ok()
}

fn is_full(code: &str) -> bool {
    const SQLITE_FULL: u32 = 13;
    const SQLITE_IOERR_WRITE: u32 = 778;
    match sqlite_code(code) {
        Some(number) => number & 0xff == SQLITE_FULL || number == SQLITE_IOERR_WRITE,
        None => code == "53100",
    }
}

fn is_damage(code: &str) -> bool {
    const SQLITE_CORRUPT: u32 = 11;
    const SQLITE_NOTADB: u32 = 26;
    const SQLITE_IOERR_SHORT_READ: u32 = 522;
    match sqlite_code(code) {
        Some(number) => {
            matches!(number & 0xff, SQLITE_CORRUPT | SQLITE_NOTADB)
                || number == SQLITE_IOERR_SHORT_READ
        }
        None => code.starts_with("XX"),
    }
}
