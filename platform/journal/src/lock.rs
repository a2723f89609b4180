//! Who writes: on PostgreSQL the holder of an advisory lock; a second process stands by until the
//! lock's session ends, and then takes over. SQLite needs none: its write transactions exclude each
//! other, and a writer that finds the store moved on reads it anew.

use std::sync::Arc;
use std::time::Duration;

use linli_kernel::Fault;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::db::fault;
use crate::open;
use crate::shared::{Mode, Shared};

/// The advisory lock's number: “linli” in ASCII. Locks are per database.
const LOCK: i64 = 0x6c_696e_6c69;

/// How long to wait before a lost connection is tried again.
const PAUSE: Duration = Duration::from_millis(500);

/// Whether this process may write. Always so on SQLite.
pub(crate) async fn held(shared: &Shared) -> bool {
    shared.backend() != DbBackend::Postgres || shared.state.lock().await.holder.is_some()
}

/// Tries to take the lock without waiting.
pub(crate) async fn try_take(shared: &Shared) -> Result<bool, Fault> {
    if shared.backend() != DbBackend::Postgres {
        return Ok(true);
    }
    let sql = format!("SELECT pg_try_advisory_lock({LOCK}) AS taken, pg_backend_pid() AS holder");
    let row = shared
        .db
        .write
        .query_one_raw(Statement::from_string(DbBackend::Postgres, sql))
        .await
        .map_err(fault)?;
    let Some(row) = row else { return Ok(false) };
    let taken: bool = row.try_get("", "taken").map_err(fault)?;
    if taken {
        let holder = row.try_get("", "holder").map_err(fault)?;
        shared.state.lock().await.holder = Some(holder);
    }
    Ok(taken)
}

/// Waits for the lock for as long as it takes, then makes the node active. Says whether it did.
pub(crate) async fn take_over(shared: &Arc<Shared>) -> bool {
    shared.mode.send_replace(Mode::StandBy);
    loop {
        match wait_and_activate(shared).await {
            Ok(()) => return true,
            Err(error) => tracing::error!(%error, "cannot take over"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn wait_and_activate(shared: &Arc<Shared>) -> Result<(), Fault> {
    wait(shared).await?;
    let active = open::activate(shared).await;
    if active.is_err() {
        release(shared).await;
    }
    active
}

async fn wait(shared: &Shared) -> Result<(), Fault> {
    let sql = format!("SELECT pg_advisory_lock({LOCK})::text AS done, pg_backend_pid() AS holder");
    let row = shared
        .db
        .write
        .query_one_raw(Statement::from_string(DbBackend::Postgres, sql))
        .await
        .map_err(fault)?
        .ok_or_else(|| Fault::Store("the lock gave no answer".to_owned()))?;
    let holder = row.try_get("", "holder").map_err(fault)?;
    shared.state.lock().await.holder = Some(holder);
    Ok(())
}

async fn release(shared: &Shared) {
    shared.state.lock().await.holder = None;
    let sql = format!("SELECT pg_advisory_unlock({LOCK})");
    if let Err(error) = shared.db.write.execute_unprepared(&sql).await {
        tracing::warn!(%error, "giving the lock back");
    }
}
