//! Questions to the register of exports: what waits for a second person, what somebody asked for.

use std::fmt::Display;
use std::sync::Arc;

use jiff::Timestamp;
use linli_kernel::gate::{Scope, scope};
use linli_kernel::{AccountId, Action, Actor, AreaPath, Fault, Refusal, Role, StreamId};
use sea_orm::FromQueryResult;
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query};
use uuid::Uuid;

use super::register::{Export, Exports, Stage};
use crate::feature::Problem;
use crate::node::Linli;

/// The most rows a list shows.
pub(super) const MOST: u64 = 100;

/// An export with whole names and numbers, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Which.
    pub id: Uuid,
    /// Who asked.
    pub account: Option<AccountId>,
    /// In which role.
    pub role: Option<Role>,
    /// The area of their post.
    pub area: AreaPath,
    /// What for.
    pub purpose: String,
    /// How many people.
    pub rows: u64,
    /// When it was asked for, or left.
    pub at: Timestamp,
    /// [`Stage::code`] of where it stands.
    pub stage: String,
}

#[derive(FromQueryResult)]
struct Found {
    id: String,
    account: Option<String>,
    role: Option<String>,
    area: String,
    purpose: String,
    rows_out: i64,
    at: i64,
    stage: String,
}

impl Found {
    fn read(self) -> Result<Listed, Fault> {
        let id = self.id;
        let bad = |why: &dyn Display| Fault::Damaged(format!("export {id}: {why}"));
        Ok(Listed {
            id: id.parse().map_err(|why: uuid::Error| bad(&why))?,
            account: self.account.as_deref().and_then(|who| who.parse().ok()),
            role: self.role.as_deref().and_then(Role::from_code),
            area: self
                .area
                .parse()
                .map_err(|why: linli_kernel::area::BadAreaPath| bad(&why))?,
            rows: u64::try_from(self.rows_out).unwrap_or(0),
            at: Timestamp::from_microsecond(self.at).map_err(|why| bad(&why))?,
            purpose: self.purpose,
            stage: self.stage,
        })
    }
}

impl Linli {
    /// What waits for the actor's yes or no, the oldest first; nothing for who may not give it.
    ///
    /// # Errors
    /// [`Fault`] when the registers cannot be read.
    pub async fn exports_waiting(&self, actor: &Actor) -> Result<Vec<Listed>, Fault> {
        let Scope::Area(own) = scope(actor, Action::ResidentExport) else {
            return Ok(Vec::new());
        };
        let account = actor.account.map(|account| account.to_string());
        // Narrowed before the list is cut: what waits elsewhere must not hide what waits here.
        let below = Expr::col("area").like(format!("{own}/%"));
        let waiting = Expr::col("stage")
            .eq(Stage::Asked.code())
            .and(Expr::col("area").eq(own.as_str()).or(below))
            .and(Expr::col("account").ne(account.unwrap_or_default()));
        self.whole_exports(waiting, Order::Asc).await
    }

    /// What the actor asked for, the latest first.
    ///
    /// # Errors
    /// [`Fault`] when the registers cannot be read.
    pub async fn exports_of(&self, actor: &Actor) -> Result<Vec<Listed>, Fault> {
        let Some(account) = actor.account else {
            return Ok(Vec::new());
        };
        let mine = Expr::col("account").eq(account.to_string());
        self.whole_exports(mine, Order::Desc).await
    }

    async fn whole_exports(&self, which: Expr, order: Order) -> Result<Vec<Listed>, Fault> {
        let query = Query::select()
            .columns([
                "id", "account", "role", "area", "purpose", "rows_out", "at", "stage",
            ])
            .from("export")
            .and_where(Expr::col("whole").eq(1))
            .and_where(which)
            .order_by("at", order)
            .limit(MOST)
            .take();
        let found: Vec<Found> = self.rows_of(&query).await?;
        found.into_iter().map(Found::read).collect()
    }

    /// One export with whole names and numbers, for who asked for it and who may say yes or no.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…` for anybody else, or a fault; `exports.not-waiting` where there is none.
    pub async fn export(&self, actor: &Actor, id: Uuid) -> Result<Arc<Export>, Problem> {
        let stream = StreamId::new("export", id);
        let export = self.load::<Exports>(&stream).await?.state;
        let areas = self.areas();
        let (Some(area), Some((_, by))) = (export.area(&areas), &export.asked) else {
            return Err(Refusal::new("exports.not-waiting").into());
        };
        if by.account.is_none() || by.account != actor.account {
            super::decide::may(actor, Action::ResidentExport, area)?;
        }
        Ok(export)
    }
}
