//! The key store: one key a subject, apart from the journal, wrapped by the node's own key.
//!
//! A new key is durable before the first entry sealed with it is; a destroyed one never comes back.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use linli_kernel::{Fault, Refusal, ResidentId};
use quick_cache::sync::Cache;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Value};

use crate::append::AppendError;
use crate::db::{self, Pair, fault};
use crate::seal::{self, Key, Nonce};
use crate::secrets::random;
use crate::sql::{Sql, insert_rows};

/// How many keys are kept unwrapped in memory.
const CACHED: usize = 50_000;

/// How many subjects one query asks for.
const ASKED: usize = 512;

/// The bytes of a wrapped key: nonce, key, tag.
pub(crate) const WRAPPED: usize = 24 + 32 + 16;

/// Subjects' keys.
pub(crate) struct KeyStore {
    db: Pair,
    wrapping: Key,
    cache: Cache<ResidentId, Key>,
    state: Mutex<State>,
    /// Held while keys are made, so that a subject never gets two.
    making: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    /// Made, and not yet durable.
    fresh: HashMap<ResidentId, Key>,
    destroyed: HashSet<ResidentId>,
    /// Their keys were lent and are gone until the next exchange.
    lapsed: HashSet<ResidentId>,
}

impl KeyStore {
    pub(crate) fn new(db: Pair, wrapping: Key) -> Self {
        Self {
            db,
            wrapping,
            cache: Cache::new(CACHED),
            state: Mutex::default(),
            making: tokio::sync::Mutex::default(),
        }
    }

    pub(crate) fn database(&self) -> &DatabaseConnection {
        &self.db.read
    }

    pub(crate) async fn migrate(&self) -> Result<(), Fault> {
        let steps = [(
            include_str!("../migrations/sqlite/0001_keys.sql"),
            include_str!("../migrations/postgres/0001_keys.sql"),
        )];
        db::migrate(&self.db.write, &steps).await
    }

    /// The keys of those `subjects` that have one. A key that cannot be unwrapped is damage: it
    /// must not read as if its subject had been erased.
    pub(crate) async fn find(
        &self,
        subjects: impl IntoIterator<Item = ResidentId>,
    ) -> Result<HashMap<ResidentId, Key>, Fault> {
        let (found, damaged) = self.find_sound(subjects).await?;
        match damaged.first() {
            None => Ok(found),
            Some(subject) => Err(Fault::Damaged(format!("the key of subject {subject}"))),
        }
    }

    /// The keys of those `subjects` that have one, and the subjects whose key is damaged.
    pub(crate) async fn find_sound(
        &self,
        subjects: impl IntoIterator<Item = ResidentId>,
    ) -> Result<(HashMap<ResidentId, Key>, Vec<ResidentId>), Fault> {
        let mut found = HashMap::new();
        let mut missing = Vec::new();
        {
            let state = self.state();
            for subject in subjects {
                if found.contains_key(&subject) || state.destroyed.contains(&subject) {
                    continue;
                }
                let key = state.fresh.get(&subject).copied();
                match key.or_else(|| self.cache.get(&subject)) {
                    Some(key) => drop(found.insert(subject, key)),
                    None => missing.push(subject),
                }
            }
        }
        missing.sort_unstable();
        missing.dedup();
        let mut damaged = Vec::new();
        for some in missing.chunks(ASKED) {
            self.load(some, &mut found, &mut damaged).await?;
        }
        Ok((found, damaged))
    }

    /// The keys of `subjects`; made where there is none yet.
    ///
    /// # Errors
    /// A refusal when a subject's key was destroyed: nothing can be written about them any more.
    pub(crate) async fn find_or_make(
        &self,
        subjects: impl IntoIterator<Item = ResidentId> + Clone,
    ) -> Result<HashMap<ResidentId, Key>, AppendError> {
        let mut found = self.find(subjects.clone()).await?;
        let lacking = |found: &HashMap<_, _>| {
            let subjects = subjects.clone().into_iter();
            subjects
                .filter(|subject| !found.contains_key(subject))
                .collect::<Vec<_>>()
        };
        if lacking(&found).is_empty() {
            return Ok(found);
        }
        let making = self.making.lock().await;
        // Someone else may have made some of them while we waited.
        found.extend(self.find(lacking(&found)).await?);
        for subject in lacking(&found) {
            if self.state().destroyed.contains(&subject) {
                return Err(Refusal::new("journal.subject-erased").into());
            }
            if self.state().lapsed.contains(&subject) {
                return Err(Refusal::new("journal.key-lapsed").into());
            }
            let key = random()?;
            self.state().fresh.insert(subject, key);
            found.insert(subject, key);
        }
        drop(making);
        Ok(found)
    }

    /// Makes every fresh key durable.
    pub(crate) async fn flush(&self) -> Result<(), Fault> {
        let fresh: Vec<(ResidentId, Key)> = {
            let state = self.state();
            if state.fresh.is_empty() {
                return Ok(());
            }
            state
                .fresh
                .iter()
                .map(|(subject, key)| (*subject, *key))
                .collect()
        };
        let mut rows = Vec::with_capacity(fresh.len());
        for (subject, key) in &fresh {
            let wrapped = wrap(&self.wrapping, *subject, key)?;
            rows.push(vec![id(*subject), Value::Bytes(Some(wrapped))]);
        }
        self.insert(rows).await?;
        let mut state = self.state();
        for (subject, key) in fresh {
            self.cache.insert(subject, key);
            state.fresh.remove(&subject);
        }
        Ok(())
    }

    async fn insert(&self, rows: Vec<Vec<Value>>) -> Result<(), Fault> {
        let wanted = rows.len() as u64;
        let tx = db::begin(&self.db.write).await.map_err(fault)?;
        let head = "INSERT INTO subject_keys (subject, wrapped)";
        let written = insert_rows(&tx, head, rows, " ON CONFLICT DO NOTHING");
        if written.await.map_err(fault)? != wanted {
            tx.rollback().await.map_err(fault)?;
            self.state().fresh.clear();
            return Err(Fault::Busy(
                "another process made a key for the same subject: try again".to_owned(),
            ));
        }
        tx.commit().await.map_err(fault)
    }

    /// Takes in keys that neighbours lent or made, and makes them durable. One that is here stays.
    pub(crate) async fn take(&self, keys: &[(ResidentId, Key)]) -> Result<(), Fault> {
        if keys.is_empty() {
            return Ok(());
        }
        let mut rows = Vec::with_capacity(keys.len());
        for (subject, key) in keys {
            let wrapped = wrap(&self.wrapping, *subject, key)?;
            rows.push(vec![id(*subject), Value::Bytes(Some(wrapped))]);
        }
        let tx = db::begin(&self.db.write).await.map_err(fault)?;
        let head = "INSERT INTO subject_keys (subject, wrapped)";
        let written = insert_rows(&tx, head, rows, " ON CONFLICT DO NOTHING");
        written.await.map_err(fault)?;
        tx.commit().await.map_err(fault)
    }

    /// Keys that came again, and others whose time is over: no second key is made for these.
    pub(crate) fn lend(&self, came: &[(ResidentId, Key)], lapsed: &[ResidentId]) {
        let mut state = self.state();
        for (subject, _) in came {
            state.lapsed.remove(subject);
        }
        for subject in lapsed {
            state.lapsed.insert(*subject);
            self.cache.remove(subject);
        }
    }

    /// Puts these rows in place of whatever is there.
    pub(crate) async fn replace(&self, rows: Vec<Vec<Value>>) -> Result<(), Fault> {
        let tx = db::begin(&self.db.write).await.map_err(fault)?;
        tx.execute_unprepared("DELETE FROM subject_keys")
            .await
            .map_err(fault)?;
        let head = "INSERT INTO subject_keys (subject, wrapped)";
        insert_rows(&tx, head, rows, "").await.map_err(fault)?;
        tx.commit().await.map_err(fault)
    }

    /// From now on the subject has no key, whatever the store still holds.
    pub(crate) fn mark_destroyed(&self, subjects: impl IntoIterator<Item = ResidentId>) {
        let mut state = self.state();
        for subject in subjects {
            state.destroyed.insert(subject);
            state.fresh.remove(&subject);
            self.cache.remove(&subject);
        }
    }

    /// Takes a mark back: the entry that was to record it could not be written.
    pub(crate) fn unmark_destroyed(&self, subject: ResidentId) {
        self.state().destroyed.remove(&subject);
    }

    /// Whether the subject's key was destroyed.
    pub(crate) fn is_destroyed(&self, subject: ResidentId) -> bool {
        self.state().destroyed.contains(&subject)
    }

    /// Removes the keys of `subjects` from the store, leaving no copy in it.
    pub(crate) async fn remove(&self, subjects: &[ResidentId]) -> Result<(), Fault> {
        let mut removed = 0;
        for some in subjects.chunks(ASKED) {
            let backend = self.db.write.get_database_backend();
            let mut sql = Sql::new(backend, "DELETE FROM subject_keys WHERE subject IN ");
            sql.bind_list(some.iter().map(|subject| id(*subject)).collect());
            let done = self.db.write.execute_raw(sql.done()).await.map_err(fault)?;
            removed += done.rows_affected();
        }
        if removed > 0 {
            scrub(&self.db.write, "subject_keys").await?;
        }
        Ok(())
    }

    /// Wrapped keys in the order of their subjects, after `after`.
    pub(crate) async fn page(
        &self,
        after: Option<ResidentId>,
        most: u64,
    ) -> Result<Vec<(ResidentId, Vec<u8>)>, Fault> {
        let db = &self.db.read;
        let mut sql = Sql::new(
            db.get_database_backend(),
            "SELECT subject, wrapped FROM subject_keys",
        );
        if let Some(after) = after {
            sql.push(" WHERE subject > ").bind(id(after));
        }
        sql.push(&format!(" ORDER BY subject LIMIT {most}"));
        let mut page = Vec::new();
        for row in db.query_all_raw(sql.done()).await.map_err(fault)? {
            let subject: Vec<u8> = row.try_get("", "subject").map_err(fault)?;
            let wrapped: Vec<u8> = row.try_get("", "wrapped").map_err(fault)?;
            let subject = subject_of(&subject)?;
            // In a damaged index the next page could begin where this one did.
            if page
                .last()
                .map(|(last, _)| *last)
                .or(after)
                .is_some_and(|last| last >= subject)
            {
                return Err(Fault::Damaged("the keys are out of order".to_owned()));
            }
            page.push((subject, wrapped));
        }
        Ok(page)
    }

    /// Whether `wrapped` is a key of `subject` under this node's wrapping key.
    pub(crate) fn unwraps(&self, subject: ResidentId, wrapped: &[u8]) -> bool {
        unwrap(&self.wrapping, subject, wrapped).is_some()
    }

    async fn load(
        &self,
        subjects: &[ResidentId],
        found: &mut HashMap<ResidentId, Key>,
        damaged: &mut Vec<ResidentId>,
    ) -> Result<(), Fault> {
        let db = &self.db.read;
        let head = "SELECT subject, wrapped FROM subject_keys WHERE subject IN ";
        let mut sql = Sql::new(db.get_database_backend(), head);
        sql.bind_list(subjects.iter().map(|subject| id(*subject)).collect());
        for row in db.query_all_raw(sql.done()).await.map_err(fault)? {
            let subject: Vec<u8> = row.try_get("", "subject").map_err(fault)?;
            let wrapped: Vec<u8> = row.try_get("", "wrapped").map_err(fault)?;
            let subject = subject_of(&subject)?;
            let Some(key) = unwrap(&self.wrapping, subject, &wrapped) else {
                damaged.push(subject);
                continue;
            };
            // A key destroyed meanwhile must not slip back into memory.
            let state = self.state();
            if !state.destroyed.contains(&subject) {
                self.cache.insert(subject, key);
                found.insert(subject, key);
            }
        }
        Ok(())
    }

    pub(crate) async fn close(&self) {
        for db in [&self.db.read, &self.db.write] {
            if let Err(error) = db.clone().close().await {
                tracing::warn!(%error, "closing the key store");
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The state is whole between any two statements, whoever panicked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Overwrites what deleted or changed rows left behind in log and free pages.
pub(crate) async fn scrub(db: &DatabaseConnection, table: &str) -> Result<(), Fault> {
    let sql = match db.get_database_backend() {
        DbBackend::Sqlite => "PRAGMA wal_checkpoint(TRUNCATE)".to_owned(),
        _ => format!("VACUUM {table}"),
    };
    db.execute_unprepared(&sql).await.map_err(fault)?;
    Ok(())
}

pub(crate) fn id(subject: ResidentId) -> Value {
    Value::Bytes(Some(subject.0.as_bytes().to_vec()))
}

fn subject_of(bytes: &[u8]) -> Result<ResidentId, Fault> {
    uuid::Uuid::from_slice(bytes)
        .map(ResidentId)
        .map_err(|why| Fault::Damaged(format!("a subject in the key store: {why}")))
}

fn wrap(wrapping: &Key, subject: ResidentId, key: &Key) -> Result<Vec<u8>, Fault> {
    let nonce: Nonce = random()?;
    let mut wrapped = nonce.to_vec();
    wrapped.extend(seal::seal(wrapping, &nonce, subject.0.as_bytes(), key));
    Ok(wrapped)
}

fn unwrap(wrapping: &Key, subject: ResidentId, wrapped: &[u8]) -> Option<Key> {
    let (nonce, sealed) = wrapped.split_first_chunk::<24>()?;
    let key = seal::open(wrapping, nonce, subject.0.as_bytes(), sealed)?;
    key.try_into().ok()
}
