//! Who is signed in where: the sessions of one account, for the person to see and to end.
//!
//! The store writes whose a session is beside it, so that nobody's page reads everybody's sessions.
//! A session is named by the hash of its id, which signs nobody in.

use linli_kernel::{AccountId, Fault};
use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Order, Query};
use serde::Deserialize;

use super::{Desk, store_fault};

/// A session of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Visit {
    /// The hash of its id.
    pub(crate) key: String,
    /// When it was begun, in microseconds.
    pub(crate) signed_at: i64,
    /// When it was last used, in microseconds.
    pub(crate) seen_at: i64,
    /// Browser and system, as the browser says.
    pub(crate) device: String,
}

/// What the data of a session says of the one signed in.
#[derive(Deserialize)]
struct Data {
    who: Who,
}

#[derive(Deserialize)]
struct Who {
    signed_at: i64,
    seen_at: i64,
    #[serde(default)]
    device: String,
}

impl Desk {
    /// The sessions of `account`, the one last used first.
    pub(crate) async fn visits(&self, account: AccountId) -> Result<Vec<Visit>, Fault> {
        let select = Query::select()
            .columns(["id", "data"].map(Alias::new))
            .from(Alias::new("visits"))
            .and_where(Expr::col(Alias::new("account")).eq(account.to_string()))
            .and_where(Expr::col(Alias::new("expires_at")).gt(self.now()))
            .order_by(Alias::new("expires_at"), Order::Desc)
            .limit(100)
            .to_owned();
        let rows = self.db.query_all(&select).await.map_err(store_fault)?;
        let mut visits = Vec::new();
        for row in rows {
            let data: String = row.try_get("", "data").map_err(store_fault)?;
            if let Ok(Data { who }) = serde_json::from_str(&data) {
                visits.push(Visit {
                    key: row.try_get("", "id").map_err(store_fault)?,
                    signed_at: who.signed_at,
                    seen_at: who.seen_at,
                    device: who.device,
                });
            }
        }
        visits.sort_by_key(|visit| std::cmp::Reverse(visit.seen_at));
        Ok(visits)
    }

    /// Ends one session of `account`; another's is not touched.
    pub(crate) async fn end_visit(&self, account: AccountId, key: &str) -> Result<bool, Fault> {
        let delete = Query::delete()
            .from_table(Alias::new("visits"))
            .and_where(Expr::col(Alias::new("account")).eq(account.to_string()))
            .and_where(Expr::col(Alias::new("id")).eq(key))
            .to_owned();
        Ok(self.run(&delete).await? > 0)
    }

    /// Ends every session of `account` but the one named by `but`; says how many there were.
    ///
    /// # Errors
    /// When the desk cannot be written.
    pub async fn end_visits(&self, account: AccountId, but: Option<&str>) -> Result<u64, Fault> {
        let mut delete = Query::delete()
            .from_table(Alias::new("visits"))
            .and_where(Expr::col(Alias::new("account")).eq(account.to_string()))
            .to_owned();
        if let Some(but) = but {
            delete.and_where(Expr::col(Alias::new("id")).ne(but));
        }
        self.run(&delete).await
    }
}
