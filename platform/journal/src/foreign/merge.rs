//! The order in which own entries and those of other logs are folded.

use std::collections::HashSet;
use std::iter::Peekable;
use std::sync::Arc;
use std::vec::IntoIter;

use linli_kernel::Fault;
use sea_orm::ConnectionTrait;

use crate::db::fault;
use crate::read::{self, Read};
use crate::rebuild::PAGE;
use crate::shared::Shared;
use crate::sql::{Sql, int, uint};

/// How far the entries of other logs were given.
pub(crate) struct Others {
    turn: u64,
    /// Entries of the own log that lost against a takeover.
    displaced: HashSet<u64>,
}

/// Own entries that wait for their turn.
pub(crate) type Own = Peekable<IntoIter<Read>>;

impl Others {
    /// None given yet.
    pub(crate) async fn begin(shared: &Shared, db: &impl ConnectionTrait) -> Result<Self, Fault> {
        let mut displaced = HashSet::new();
        if shared.is_networked() {
            let sql = Sql::new(shared.backend(), "SELECT seq FROM net_displaced");
            for row in db.query_all_raw(sql.done()).await.map_err(fault)? {
                let seq: i64 = row.try_get("", "seq").map_err(fault)?;
                displaced.insert(uint(seq));
            }
        }
        Ok(Self { turn: 0, displaced })
    }

    /// The next entries to be folded: those of `own`, a piece of the own log that ends before `to`,
    /// each after the entries of other logs that came before it. `None` when all were given; without
    /// `to`, all that came after the own log as it is.
    pub(crate) async fn next(
        &mut self,
        shared: &Arc<Shared>,
        db: &impl ConnectionTrait,
        own: &mut Own,
        to: Option<u64>,
    ) -> Result<Option<Vec<Read>>, Fault> {
        let others = self.fetch(shared, db, to).await?;
        let last = (others.len() as u64) < PAGE;
        let mut page = Vec::with_capacity(others.len());
        for (after, other) in others {
            while let Some(read) = own.next_if(|read| read.raw.seq < after) {
                page.push(read);
            }
            page.push(other);
        }
        if last {
            page.extend(own);
        }
        if !self.displaced.is_empty() {
            page.retain(|read| !self.is_displaced(shared, read));
        }
        Ok((!page.is_empty()).then_some(page))
    }

    fn is_displaced(&self, shared: &Shared, read: &Read) -> bool {
        let own = shared.identity().is_ok_and(|own| own.log == read.log);
        own && self.displaced.contains(&read.raw.seq)
    }

    async fn fetch(
        &mut self,
        shared: &Arc<Shared>,
        db: &impl ConnectionTrait,
        to: Option<u64>,
    ) -> Result<Vec<(u64, Read)>, Fault> {
        if !shared.is_networked() {
            return Ok(Vec::new());
        }
        let head = "SELECT seq, stream, version, bytes, turn, after FROM net_entries WHERE turn > ";
        let mut sql = Sql::new(shared.backend(), head);
        sql.bind(int(self.turn));
        if let Some(to) = to {
            sql.push(" AND after < ").bind(int(to));
        }
        sql.push(&format!(" ORDER BY turn LIMIT {PAGE}"));
        let rows = db.query_all_raw(sql.done()).await.map_err(fault)?;
        let (mut raws, mut after) = (Vec::new(), Vec::new());
        for row in &rows {
            raws.push(read::raw(row).map_err(fault)?);
            self.turn = uint(row.try_get("", "turn").map_err(fault)?);
            after.push(uint(row.try_get("", "after").map_err(fault)?));
        }
        let read = read::sound(shared, raws).await?;
        Ok(after.into_iter().zip(read).collect())
    }
}
