//! Carrying SQLite's write-ahead log over into the database, beside the writer.
//!
//! Left to itself, SQLite does this inside a commit, and whoever's commit it is waits for it. Here a
//! connection of its own does the bulk of it while the writer goes on; only when the log grows
//! faster than it is carried over does the writer stop for the rest.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use crate::config::Store;
use crate::db;
use crate::shared::{Shared, State};

/// About how many bytes the log gains before it is carried over.
const ENOUGH: usize = 16 << 20;

/// How many pages of 4 KiB the log may have before the writer helps.
const TOO_MANY: u64 = 32_768;

/// What the carrying over of one store knows.
#[derive(Default)]
pub(crate) struct Carrier {
    busy: AtomicBool,
    pages: AtomicU64,
    connection: tokio::sync::OnceCell<DatabaseConnection>,
}

/// Looks after the log once enough was written.
pub(crate) async fn tend(shared: &Arc<Shared>, state: &mut State) {
    if shared.config.store != Store::Sqlite || state.unmerged < ENOUGH {
        return;
    }
    let carrier = &shared.carrier;
    if carrier.pages.load(Ordering::Relaxed) > TOO_MANY {
        // Nobody writes while the writer is here: this gets to the end, and the next write begins
        // the log anew.
        let pages = carry(&shared.db.write).await;
        carrier.pages.store(pages.unwrap_or(0), Ordering::Relaxed);
        state.unmerged = 0;
        if pages.is_some() {
            carrier.pages.store(0, Ordering::Relaxed);
        }
        return;
    }
    if !carrier.busy.swap(true, Ordering::AcqRel) {
        state.unmerged = 0;
        let shared = Arc::clone(shared);
        drop(tokio::spawn(async move {
            let connection = shared
                .carrier
                .connection
                .get_or_try_init(|| db::extra(&shared.config));
            match connection.await {
                Ok(connection) => {
                    let pages = carry(connection).await.unwrap_or(0);
                    shared.carrier.pages.store(pages, Ordering::Relaxed);
                }
                Err(error) => tracing::warn!(%error, "no connection for the write-ahead log"),
            }
            shared.carrier.busy.store(false, Ordering::Release);
        }));
    }
}

/// Carries over what can be without waiting for anyone. Says how many pages the log has.
async fn carry(db: &DatabaseConnection) -> Option<u64> {
    let sql = Statement::from_string(DbBackend::Sqlite, "PRAGMA wal_checkpoint(PASSIVE)");
    match db.query_one_raw(sql).await {
        Ok(Some(row)) => {
            let pages: i64 = row.try_get("", "log").unwrap_or(0);
            u64::try_from(pages).ok()
        }
        Ok(None) => None,
        Err(error) => {
            tracing::warn!(%error, "carrying over the write-ahead log");
            None
        }
    }
}

impl Carrier {
    pub(crate) async fn close(&self) {
        if let Some(connection) = self.connection.get()
            && let Err(error) = connection.clone().close().await
        {
            tracing::warn!(%error, "closing the store");
        }
    }
}
