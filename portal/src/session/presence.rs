//! Who has which case open: two people on one case are told of each other.

use linli_kernel::{AccountId, Fault};
use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, OnConflict, Query};

use super::{Desk, store_fault};

/// How long somebody counts as present after the last sign of them.
const PRESENT_US: i64 = 90 * 1_000_000;

/// Somebody else who has the same thing open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    /// The account.
    pub account: String,
    /// The name shown.
    pub name: String,
    /// Seconds since the last sign.
    pub seconds_ago: i64,
}

impl Desk {
    /// Notes that `account` has `place` (a case number) open, and says who else has.
    ///
    /// # Errors
    /// When the desk cannot be written.
    pub async fn present(
        &self,
        place: &str,
        account: AccountId,
        name: &str,
    ) -> Result<Vec<Present>, Fault> {
        let now = self.now();
        let insert = Query::insert()
            .into_table(Alias::new("presence"))
            .columns(["place", "account", "name", "seen_at"].map(Alias::new))
            .values_panic([
                place.into(),
                account.to_string().into(),
                name.into(),
                now.into(),
            ])
            .on_conflict(
                OnConflict::columns(["place", "account"].map(Alias::new))
                    .update_columns(["name", "seen_at"].map(Alias::new))
                    .to_owned(),
            )
            .to_owned();
        self.run(&insert).await?;
        let select = Query::select()
            .columns(["account", "name", "seen_at"].map(Alias::new))
            .from(Alias::new("presence"))
            .and_where(Expr::col(Alias::new("place")).eq(place))
            .and_where(Expr::col(Alias::new("account")).ne(account.to_string()))
            .and_where(Expr::col(Alias::new("seen_at")).gt(now - PRESENT_US))
            .order_by(Alias::new("seen_at"), sea_orm::Order::Desc)
            .limit(5)
            .to_owned();
        let rows = self.db.query_all(&select).await.map_err(store_fault)?;
        rows.iter()
            .map(|row| {
                let seen: i64 = row.try_get("", "seen_at").map_err(store_fault)?;
                Ok(Present {
                    account: row.try_get("", "account").map_err(store_fault)?,
                    name: row.try_get("", "name").map_err(store_fault)?,
                    seconds_ago: (now - seen) / 1_000_000,
                })
            })
            .collect()
    }
}
