//! What pages ask of the registers of benefits: lists, payments, balances. The gate scopes each.

use std::collections::BTreeSet;

use linli_kernel::gate::{Scope, scope};
use linli_kernel::{Action, Actor, AreaPath, AwardId, Fault, Refusal, ResidentId};
use sea_orm::sea_query::{Cond, Expr, ExprTrait, Order, Query, SelectStatement};
use sea_orm::{ConnectionTrait, FromQueryResult};

use super::ledger::Account;
use super::register::Row;
use super::settled::Settled;
use super::state::Standing;
use crate::feature::Problem;
use crate::node::Linli;
use crate::places::within;
use crate::registers::store;
use crate::residents::among;

/// The most rows of a page.
pub(super) const PAGE: u64 = 50;

/// The most rows asked for at once.
const MOST: u64 = 100;

/// Which awards a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sought {
    /// In this area and below; must lie in the actor's own.
    pub area: Option<AreaPath>,
    /// Of this service.
    pub service: Option<String>,
    /// That stand so.
    pub standing: Option<Standing>,
    /// Only those with an open review.
    pub in_review: bool,
    /// With this number.
    pub number: Option<String>,
    /// The page, from 1.
    pub page: u64,
    /// Rows a page; 50 where nothing is said.
    pub size: u64,
}

/// What an area's awards come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Overview {
    /// How many are found.
    pub found: u64,
    /// How many reviews are open.
    pub reviews: u64,
    /// How many cannot be paid as the account is missing or wrong.
    pub unpayable: u64,
}

/// 发放记录: what one roll brought to one award.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Payment {
    /// Which award.
    pub award: String,
    /// Which roll.
    pub roll: String,
    /// The month of the roll.
    pub period: String,
    /// What was due, in fen.
    pub fen: i64,
    /// What was kept back for a claim.
    pub deduct: i64,
    /// The months and their fen, where they are more than the roll's own.
    pub months: Option<String>,
    /// Why it is this much: a code of `Why`.
    pub why: String,
    /// `failed` or `returned`, where the bank said so and it was not sent again.
    pub outcome: Option<String>,
    /// Why the bank could not pay.
    pub reason: Option<String>,
    /// Where the roll stands.
    pub stage: String,
    /// The day the bank answered.
    pub paid_on: Option<String>,
}

pub(super) struct SettledRow {
    pub(super) settled: Settled,
    pub(super) deducted: i64,
}

/// By what balances are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// By month.
    Period,
    /// By benefit.
    Service,
    /// By street.
    Street,
}

impl By {
    fn column(self) -> &'static str {
        match self {
            Self::Period => "period",
            Self::Service => "service",
            Self::Street => "street",
        }
    }
}

impl Linli {
    /// The awards that `actor` may see, by committee.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, or a fault.
    pub async fn awards(&self, actor: &Actor, sought: &Sought) -> Result<Vec<Row>, Problem> {
        let cond = self.conditions(actor, sought)?;
        let size = match sought.size {
            0 => PAGE,
            size => {
                if size > MOST {
                    MOST
                } else {
                    size
                }
            }
        };
        let query = rows()
            .cond_where(cond)
            .order_by("street", Order::Asc)
            .order_by("area", Order::Asc)
            .order_by("id", Order::Asc)
            .limit(size)
            .offset(sought.page.saturating_sub(1).saturating_mul(size))
            .take();
        Ok(self.rows_of(&query).await?)
    }

    /// What those awards come to.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, or a fault.
    pub async fn award_overview(
        &self,
        actor: &Actor,
        sought: &Sought,
    ) -> Result<Overview, Problem> {
        let cond = self.conditions(actor, sought)?;
        let all = self.conditions(actor, &Sought::default())?;
        let reviews = all.clone().add(Expr::col("review").is_not_null());
        let unpayable = all
            .add(Expr::col("payable").eq(0_i64))
            .add(Expr::col("standing").eq(Standing::Running.code()));
        Ok(Overview {
            found: self.count_awards(cond).await?,
            reviews: self.count_awards(reviews).await?,
            unpayable: self.count_awards(unpayable).await?,
        })
    }

    fn conditions(&self, actor: &Actor, sought: &Sought) -> Result<Cond, Refusal> {
        let area = area_in(actor, Action::BenefitRead, sought.area.as_ref())?;
        let mut cond = within(&self.areas(), &area);
        if let Some(service) = &sought.service {
            cond = cond.add(Expr::col("service").eq(service.as_str()));
        }
        if let Some(standing) = sought.standing {
            cond = cond.add(Expr::col("standing").eq(standing.code()));
        }
        if let Some(number) = &sought.number {
            cond = cond.add(Expr::col("number").eq(number.as_str()));
        }
        if sought.in_review {
            cond = cond.add(Expr::col("review").is_not_null());
        }
        Ok(cond)
    }

    async fn count_awards(&self, cond: Cond) -> Result<u64, Fault> {
        let query = Query::select()
            .expr_as(Expr::col("id").count(), "many")
            .from("benefit")
            .cond_where(cond)
            .take();
        let row = self
            .journal()
            .reader()
            .query_one(&query)
            .await
            .map_err(store)?;
        let many: Option<i64> = row
            .map(|row| row.try_get("", "many"))
            .transpose()
            .map_err(store)?;
        Ok(many.and_then(|many| u64::try_from(many).ok()).unwrap_or(0))
    }

    /// The resident's own awards, the newest last. Who may ask is for the caller to establish.
    ///
    /// # Errors
    /// [`Fault`] when the registers cannot be read.
    pub async fn own_awards(&self, resident: ResidentId) -> Result<Vec<Row>, Fault> {
        let query = rows()
            .and_where(among("resident", &self.same_as(resident)))
            .order_by("from_month", Order::Asc)
            .limit(PAGE)
            .take();
        self.rows_of(&query).await
    }

    /// For which services these residents have awards that are not stopped.
    ///
    /// # Errors
    /// [`Fault`] when the registers cannot be read.
    pub(crate) async fn services_paid(
        &self,
        residents: &[ResidentId],
    ) -> Result<BTreeSet<String>, Fault> {
        let query = Query::select()
            .distinct()
            .column("service")
            .from("benefit")
            .and_where(among("resident", residents))
            .and_where(Expr::col("standing").ne(Standing::Stopped.code()))
            .take();
        let rows = self.journal().reader().query_all(&query).await;
        let mut paid = BTreeSet::new();
        for row in rows.map_err(store)? {
            paid.insert(row.try_get("", "service").map_err(store)?);
        }
        Ok(paid)
    }

    /// How many of somebody's awards are not stopped.
    ///
    /// # Errors
    /// [`Fault`] when the registers cannot be read.
    pub async fn running_awards(&self, resident: ResidentId) -> Result<u64, Fault> {
        let cond = Cond::all()
            .add(among("resident", &self.same_as(resident)))
            .add(Expr::col("standing").ne(Standing::Stopped.code()));
        self.count_awards(cond).await
    }

    /// The row of one award.
    ///
    /// # Errors
    /// [`Fault`] when the registers cannot be read.
    pub async fn award_row(&self, id: AwardId) -> Result<Option<Row>, Fault> {
        let query = rows().and_where(Expr::col("id").eq(id.to_string())).take();
        Ok(self.rows_of(&query).await?.pop())
    }

    pub(super) async fn settled_of(&self, id: AwardId) -> Result<SettledRow, Fault> {
        let row = self.award_row(id).await?;
        Ok(SettledRow {
            settled: row.as_ref().map(Row::settled).unwrap_or_default(),
            deducted: row.as_ref().map_or(0, Row::deducted),
        })
    }

    /// 发放记录: what approved rolls brought to an award, the newest first. Who may ask is for the
    /// caller to establish.
    ///
    /// # Errors
    /// [`Fault`] when the registers cannot be read.
    pub async fn payments_of(&self, id: AwardId) -> Result<Vec<Payment>, Fault> {
        let query = Query::select()
            .columns([
                "award", "roll", "fen", "deduct", "months", "why", "outcome", "reason", "period",
                "stage", "paid_on",
            ])
            .from("roll_line")
            .inner_join("roll", Expr::col(("roll_line", "roll")).equals("id"))
            .and_where(Expr::col("award").eq(id.to_string()))
            .and_where(Expr::col("approved_at").is_not_null())
            .order_by("period", Order::Desc)
            .limit(120)
            .take();
        self.rows_of(&query).await
    }

    /// 科目余额 of the actor's area, by month, benefit or street.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, or a fault.
    pub async fn balances(
        &self,
        actor: &Actor,
        by: By,
        area: Option<&AreaPath>,
    ) -> Result<Vec<(String, Account, i64)>, Problem> {
        let area = area_in(actor, Action::BenefitCount, area)?;
        let query = Query::select()
            .expr_as(Expr::col(by.column()), "by_what")
            .column("account")
            .expr_as(Expr::col("fen").sum().cast_as("BIGINT"), "sum")
            .from("benefit_ledger")
            .cond_where(within(&self.areas(), &area))
            .group_by_columns([by.column(), "account"])
            .order_by(by.column(), Order::Asc)
            .take();
        let found = self
            .journal()
            .reader()
            .query_all(&query)
            .await
            .map_err(store)?;
        let mut balances = Vec::with_capacity(found.len());
        for row in found {
            let what: Option<String> = row.try_get("", "by_what").map_err(store)?;
            let account: String = row.try_get("", "account").map_err(store)?;
            let sum: i64 = row.try_get("", "sum").map_err(store)?;
            if let Some(account) = Account::from_code(&account) {
                balances.push((what.unwrap_or_default(), account, sum));
            }
        }
        Ok(balances)
    }

    /// 试算平衡: streams of the ledger that do not sum to zero; none, as long as the registers are
    /// the fold of the journal.
    ///
    /// # Errors
    /// [`Fault`] when the registers cannot be read.
    pub async fn unbalanced(&self) -> Result<Vec<String>, Fault> {
        let query = Query::select()
            .column("stream")
            .from("benefit_ledger")
            .group_by_columns(["stream", "service", "area"])
            .and_having(Expr::col("fen").sum().ne(0_i64))
            .limit(20)
            .take();
        let found = self
            .journal()
            .reader()
            .query_all(&query)
            .await
            .map_err(store)?;
        let mut streams = Vec::with_capacity(found.len());
        for row in found {
            streams.push(row.try_get("", "stream").map_err(store)?);
        }
        Ok(streams)
    }
}

/// Rows of awards with what rolls brought.
pub(super) fn rows() -> SelectStatement {
    let mut query = Query::select();
    query.columns([
        "id",
        "number",
        "resident",
        "case_id",
        "service",
        "area",
        "standing",
        "payable",
        "died",
        "from_month",
        "amount_fen",
        "every",
        "review",
        "review_due",
        "review_on",
        "ground",
        "schedule",
        "settled",
        "deducted",
        "period",
    ]);
    query
        .from("benefit")
        .left_join("benefit_settled", Expr::col("award").equals("id"));
    query
}

/// The area in which the actor may do `action`, narrowed to the one asked for.
pub(super) fn area_in(
    actor: &Actor,
    action: Action,
    asked: Option<&AreaPath>,
) -> Result<AreaPath, Refusal> {
    let Scope::Area(own) = scope(actor, action) else {
        return Err(Refusal::new("gate.role"));
    };
    match asked {
        Some(area) if own.contains(area) => Ok(area.clone()),
        Some(_) => Err(Refusal::new("gate.area")),
        None => Ok(own),
    }
}
