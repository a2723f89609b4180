//! 复核: what elsewhere opens a review, and the daily look at every award.
//!
//! Each may run again without harm. Nothing here pays less: a person decides.

use jiff::ToSpan as _;
use jiff::civil::Date;
use linli_kernel::{Actor, AwardId, Fault, ResidentId, StreamId};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Cond, Expr, ExprTrait, Order, Query};
use serde_json::json;

use super::decide::open_review;
use super::events::{Event, Fact, Moved, ReviewWhy};
use super::month::Month;
use super::reckon::Found;
use super::register::Awards;
use super::rules::Rules;
use super::state::{MaybeAward, Standing};
use crate::cases;
use crate::feature::{Problem, digest_of};
use crate::node::Linli;
use crate::reactions;
use crate::registers::store;
use crate::residents::{Households, among};

/// How many awards are read at a time.
const BATCH: u64 = 500;

/// What a look at the awards did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Looked {
    /// Awards opened for decisions that had none.
    pub opened: u64,
    /// Awards whose rate rose.
    pub raised: u64,
    /// Reviews opened.
    pub reviews: u64,
}

impl Linli {
    /// 复核: opens a review, or leaves the one that is open. Says whether one was opened.
    ///
    /// # Errors
    /// [`Problem`]: a fault of the journal or the registers.
    pub(super) async fn review(&self, id: AwardId, why: ReviewWhy) -> Result<bool, Problem> {
        let today = self.clock().today();
        let due = self.review_due(today);
        let stream = StreamId::from(id);
        let known = self.load::<Awards>(&stream).await?;
        let opens = |state: &MaybeAward| {
            let event = state
                .as_deref()
                .and_then(|award| open_review(award, why, today, due));
            Ok((event.into_iter().collect(), json!({ "award": id })))
        };
        let none = known
            .state
            .as_deref()
            .and_then(|award| open_review(award, why, today, due));
        if none.is_none() {
            return Ok(false);
        }
        let digest = digest_of(&("review", id, why, today))?;
        let system = Actor::system();
        self.perform::<Awards, _>(self.own_call(&system), digest, &stream, opens)
            .await?;
        Ok(true)
    }

    /// By when somebody shall have looked; where the calendar lacks the year, twice the days.
    fn review_due(&self, today: Date) -> Date {
        let days = Rules::built_in().map_or(5, |rules| rules.review.within.days);
        let due = self.calendar().add_workdays(today, days);
        due.unwrap_or_else(|_no_year| today.saturating_add((i64::from(days) * 2).days()))
    }

    /// Somebody died (`applicant-died`) or moved: their awards, and those of their household, are
    /// looked at again. Awards follow who moved within the district. Returns how many reviews were
    /// opened.
    ///
    /// # Errors
    /// [`Problem`]: a fault of the journal or the registers.
    pub async fn review_gone(&self, resident: ResidentId, reason: &str) -> Result<u64, Problem> {
        let died = reason == "applicant-died";
        let own = if died {
            ReviewWhy::Died
        } else {
            ReviewWhy::Moved
        };
        let mut opened = 0;
        for member in reactions::household_of(self, resident).await? {
            let why = if member == resident {
                own
            } else {
                ReviewWhy::Household
            };
            for id in self.awards_of(member).await? {
                if !died && member == resident {
                    self.follow(id, resident).await?;
                }
                opened += u64::from(self.review(id, why).await?);
            }
        }
        Ok(opened)
    }

    async fn follow(&self, id: AwardId, resident: ResidentId) -> Result<(), Problem> {
        let area = self.area_of(resident).await?;
        let stream = StreamId::from(id);
        let known = self.load::<Awards>(&stream).await?;
        let there = known
            .state
            .as_deref()
            .is_none_or(|award| award.area == area);
        if there || self.areas().get(&area).is_none() {
            return Ok(());
        }
        let on = self.clock().today();
        let digest = digest_of(&("move", id, &area))?;
        let fact = Fact::Moved(Moved { area, on });
        let system = Actor::system();
        let moved = |_: &MaybeAward| Ok((vec![Event::plain(fact.clone())], json!({ "award": id })));
        self.perform::<Awards, _>(self.own_call(&system), digest, &stream, moved)
            .await?;
        Ok(())
    }

    /// What changed records make of their families' awards: residents and households by stream.
    ///
    /// # Errors
    /// [`Problem`]: a fault of the journal or the registers.
    pub async fn review_touched(&self, streams: &[StreamId]) -> Result<Looked, Problem> {
        let this = Month::of(self.clock().today());
        let mut looked = Looked::default();
        for stream in streams {
            let resident = match stream.topic() {
                "household" => self.load::<Households>(stream).await?.state.head(),
                _ => stream.key().parse().ok(),
            };
            let Some(resident) = resident else { continue };
            for member in reactions::household_of(self, resident).await? {
                for id in self.awards_of(member).await? {
                    looked.count(self.rate_anew(id, this).await?);
                }
            }
        }
        Ok(looked)
    }

    /// Which awards somebody has that are not stopped.
    async fn awards_of(&self, resident: ResidentId) -> Result<Vec<AwardId>, Fault> {
        let cond = Cond::all()
            .add(among("resident", &self.same_as(resident)))
            .add(Expr::col("standing").ne(Standing::Stopped.code()));
        self.award_ids(cond, "").await
    }

    async fn award_ids(&self, cond: Cond, after: &str) -> Result<Vec<AwardId>, Fault> {
        let query = Query::select()
            .column("id")
            .from("benefit")
            .cond_where(cond.add(Expr::col("id").gt(after)))
            .order_by("id", Order::Asc)
            .limit(BATCH)
            .take();
        let rows = self
            .journal()
            .reader()
            .query_all(&query)
            .await
            .map_err(store)?;
        let mut ids = Vec::with_capacity(rows.len());
        for row in rows {
            let id: String = row.try_get("", "id").map_err(store)?;
            ids.extend(id.parse::<AwardId>());
        }
        Ok(ids)
    }

    /// 每日: awards for decisions that have none, and reviews that fall due by themselves.
    ///
    /// # Errors
    /// [`Problem`]: a fault of the journal or the registers.
    pub async fn look_at_awards(&self) -> Result<Looked, Problem> {
        let mut looked = Looked {
            opened: self.award_missing().await?,
            ..Looked::default()
        };
        let today = self.clock().today().to_string();
        let due = Cond::all()
            .add(Expr::col("review_on").lte(today))
            .add(Expr::col("review").is_null())
            .add(Expr::col("standing").ne(Standing::Stopped.code()));
        let mut after = String::new();
        loop {
            let ids = self.award_ids(due.clone(), &after).await?;
            let Some(last) = ids.last() else { break };
            after = last.to_string();
            for id in ids {
                looked.reviews += u64::from(self.review(id, ReviewWhy::Yearly).await?);
            }
        }
        Ok(looked)
    }

    /// 标准调整: what the policies as they stand make of every award that rests on them.
    ///
    /// # Errors
    /// [`Problem`]: a fault of the journal or the registers.
    pub async fn rate_awards(&self) -> Result<Looked, Problem> {
        let this = Month::of(self.clock().today());
        let by_policy = Cond::all()
            .add(Expr::col("by_policy").eq(1_i64))
            .add(Expr::col("standing").ne(Standing::Stopped.code()));
        let (mut looked, mut after) = (Looked::default(), String::new());
        loop {
            let ids = self.award_ids(by_policy.clone(), &after).await?;
            let Some(last) = ids.last() else { break };
            after = last.to_string();
            for id in ids {
                looked.count(self.rate_anew(id, this).await?);
            }
        }
        Ok(looked)
    }

    /// Granted decisions without an award: one that was lost between the two is made up for.
    async fn award_missing(&self) -> Result<u64, Problem> {
        let mut opened = 0;
        for id in self.without_award().await? {
            let loaded = self.load::<cases::Cases>(&id.into()).await?;
            if let Some(case) = &*loaded.state {
                opened += u64::from(self.award_case(case).await?);
            }
        }
        Ok(opened)
    }

    async fn without_award(&self) -> Result<Vec<linli_kernel::CaseId>, Fault> {
        let known = Query::select()
            .column("case_id")
            .from("benefit")
            .and_where(Expr::col("case_id").is_not_null())
            .take();
        let query = Query::select()
            .column("id")
            .from("award")
            .and_where(Expr::col("amount_fen").is_not_null())
            .and_where(Expr::col("every").is_not_null())
            .and_where(Expr::col("id").not_in_subquery(known))
            .limit(BATCH)
            .take();
        let rows = self
            .journal()
            .reader()
            .query_all(&query)
            .await
            .map_err(store)?;
        let mut ids = Vec::with_capacity(rows.len());
        for row in rows {
            let id: String = row.try_get("", "id").map_err(store)?;
            ids.extend(id.parse::<linli_kernel::CaseId>());
        }
        Ok(ids)
    }
}

impl Looked {
    fn count(&mut self, found: Found) {
        match found {
            Found::Same => {}
            Found::Raised => self.raised += 1,
            Found::Review => self.reviews += 1,
        }
    }
}
