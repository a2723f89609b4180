//! Which record stands for which: the register `merged`, and the same in memory.
//!
//! There are few merges and many questions, so the whole table is kept in memory; it is read when
//! the node opens and changed with each merge.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use linli_journal::Change;
use linli_kernel::{Fault, ResidentId};
use sea_orm::sea_query::{IndexCreateStatement, Query, TableCreateStatement};
use sea_orm::{ConnectionTrait, DatabaseConnection};

use crate::registers::store;
use crate::residents::register::{index, table};
use crate::residents::state::Resident;

/// Which record stands for which.
#[derive(Debug, Default)]
pub(crate) struct Standing(RwLock<BTreeMap<ResidentId, ResidentId>>);

impl Standing {
    /// As the register has it.
    pub(crate) async fn of(reader: &DatabaseConnection) -> Result<Self, Fault> {
        Ok(Self(RwLock::new(read(reader).await?)))
    }

    /// Reads the register anew: another node merged or parted records.
    pub(crate) async fn reload(&self, reader: &DatabaseConnection) -> Result<(), Fault> {
        let now = read(reader).await?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = now;
        Ok(())
    }

    /// The record that stands for `id` today: itself, where nothing was merged.
    pub(crate) fn survivor(&self, id: ResidentId) -> ResidentId {
        let into = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut now = id;
        while let Some(next) = into.get(&now) {
            now = *next;
        }
        now
    }

    /// The record that stands for `id`, and every record that it stands for.
    pub(crate) fn same_as(&self, id: ResidentId) -> Vec<ResidentId> {
        let mut found = vec![self.survivor(id)];
        let into = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut at = 0;
        while let Some(one) = found.get(at).copied() {
            let away = into.iter().filter(|(_, survivor)| **survivor == one);
            found.extend(away.map(|(other, _)| *other));
            at += 1;
        }
        found
    }

    pub(crate) fn set(&self, other: ResidentId, survivor: Option<ResidentId>) {
        let mut into = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match survivor {
            Some(survivor) => drop(into.insert(other, survivor)),
            None => drop(into.remove(&other)),
        }
    }
}

async fn read(reader: &DatabaseConnection) -> Result<BTreeMap<ResidentId, ResidentId>, Fault> {
    let query = Query::select()
        .columns(["id", "survivor"])
        .from("merged")
        .take();
    let mut into = BTreeMap::new();
    for row in reader.query_all(&query).await.map_err(store)? {
        let id = |column: &str| -> Result<Option<ResidentId>, Fault> {
            let text: String = row.try_get("", column).map_err(store)?;
            Ok(text.parse().ok())
        };
        if let (Some(other), Some(survivor)) = (id("id")?, id("survivor")?) {
            into.insert(other, survivor);
        }
    }
    Ok(into)
}

/// `merged`: a record that another stands for. `apart`: two that are of two people.
pub(in crate::residents) fn tables() -> Vec<TableCreateStatement> {
    vec![
        table("merged", &[("survivor", false), ("id_key", false)]),
        table("apart", &[("first", false), ("second", false)]),
    ]
}

pub(in crate::residents) fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("merged_id_key", "merged", &["id_key"]),
        index("apart_first", "apart", &["first"]),
    ]
}

/// The row of `merged` that follows when a record goes from `before` to `after`, if any does.
pub(in crate::residents) fn row(
    id: ResidentId,
    before: &Resident,
    after: &Resident,
) -> Option<Change> {
    let table = "merged";
    if before.merged_into == after.merged_into {
        return None;
    }
    let Some(survivor) = after.merged_into else {
        let key = vec![("id", id.to_string().into())];
        return Some(Change::Delete { table, key });
    };
    Some(Change::Upsert {
        table,
        key: &["id"],
        row: vec![
            ("id", id.to_string().into()),
            ("survivor", survivor.to_string().into()),
            ("id_key", after.id_key.clone().into()),
        ],
    })
}
