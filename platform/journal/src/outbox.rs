//! The outbox: what is to be told to the world, recorded with the entries it follows from, and told
//! at least once by whoever delivers it.

use linli_kernel::Fault;
use sea_orm::ConnectionTrait;

use crate::append::Notice;
use crate::db::fault;
use crate::journal::Journal;
use crate::rows::{cursor_mac, outbox_mac};
use crate::sql::{Sql, int, uint};

/// A notice waiting to be told.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// Its place in the outbox.
    pub id: u64,
    /// What to tell.
    pub notice: Notice,
}

impl Journal {
    /// Notices not yet told by the teller `name`, the oldest first.
    ///
    /// # Errors
    /// [`Fault`] when the store fails or a row is damaged.
    pub async fn notices(&self, name: &str, most: u64) -> Result<Vec<Waiting>, Fault> {
        let after = self.cursor(name).await?;
        let mut sql = Sql::new(
            self.shared.backend(),
            "SELECT id, size, topic, body, mac FROM log_outbox WHERE id > ",
        );
        sql.bind(int(after))
            .push(&format!(" ORDER BY id LIMIT {most}"));
        let mut waiting = Vec::new();
        for row in self
            .reader()
            .query_all_raw(sql.done())
            .await
            .map_err(fault)?
        {
            let id: i64 = row.try_get("", "id").map_err(fault)?;
            let size: i64 = row.try_get("", "size").map_err(fault)?;
            let topic: String = row.try_get("", "topic").map_err(fault)?;
            let body: String = row.try_get("", "body").map_err(fault)?;
            let mac: Vec<u8> = row.try_get("", "mac").map_err(fault)?;
            let damaged = || Fault::Damaged(format!("log_outbox, row {id}"));
            if mac != outbox_mac(&self.shared.secrets, uint(size), &topic, &body) {
                return Err(damaged());
            }
            let body = serde_json::from_str(&body).ok().ok_or_else(damaged)?;
            waiting.push(Waiting {
                id: uint(id),
                notice: Notice { topic, body },
            });
        }
        Ok(waiting)
    }

    /// The teller `name` has told everything up to the notice `id`.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn told(&self, name: &str, id: u64) -> Result<(), Fault> {
        let state = self.shared.state.lock().await;
        let mut sql = Sql::new(
            self.shared.backend(),
            "INSERT INTO log_cursors (name,position,mac) VALUES (",
        );
        sql.bind(name).push(",").bind(int(id)).push(",");
        sql.bind(cursor_mac(&self.shared.secrets, name, id));
        sql.push(") ON CONFLICT (name) DO UPDATE SET position=excluded.position, mac=excluded.mac");
        self.shared
            .db
            .write
            .execute_raw(sql.done())
            .await
            .map_err(fault)?;
        drop(state);
        Ok(())
    }

    async fn cursor(&self, name: &str) -> Result<u64, Fault> {
        let head = "SELECT position, mac FROM log_cursors WHERE name = ";
        let mut sql = Sql::new(self.shared.backend(), head);
        sql.bind(name);
        let Some(row) = self
            .reader()
            .query_one_raw(sql.done())
            .await
            .map_err(fault)?
        else {
            return Ok(0);
        };
        let position: i64 = row.try_get("", "position").map_err(fault)?;
        let mac: Vec<u8> = row.try_get("", "mac").map_err(fault)?;
        if mac == cursor_mac(&self.shared.secrets, name, uint(position)) {
            Ok(uint(position))
        } else {
            Err(Fault::Damaged(format!("log_cursors, row “{name}”")))
        }
    }
}
