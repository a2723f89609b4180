//! Offers on a running node: made, declined, taken, listed, measured.

use linli_kernel::gate::{Scope, Target, permits, scope};
use linli_kernel::{Action, Actor, AreaPath, Fault, Refusal, ResidentId};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Cond, Expr, ExprTrait, Order, Query};
use serde_json::json;

use super::decide::{self, Finding};
use super::events::Event;
use super::register::{Offers, Row};
use super::state::{Offer, Standing, stream};
use crate::cases::{self, Filing, Phase, Receipt};
use crate::catalogue::Channel;
use crate::feature::{Call, Performed, Problem, digest_of};
use crate::node::Linli;
use crate::places::within;
use crate::registers::store;

/// The most offers a list shows at once.
const PAGE: u64 = 100;

/// Which offers a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sought {
    /// In this area and below; must lie in the actor's own.
    pub area: Option<AreaPath>,
    /// By this policy.
    pub policy: Option<String>,
    /// The page, from 1.
    pub page: u64,
}

/// 准确率: what became of the offers of an area so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measured {
    /// Waiting for the resident.
    pub open: u64,
    /// Declined.
    pub declined: u64,
    /// Taken: a case was filed.
    pub taken: u64,
    /// 免申即享: granted at once, without a word of the resident; not among those taken.
    pub unasked: u64,
    /// Of those, granted.
    pub granted: u64,
    /// Of those, refused: the offer was wrong.
    pub refused: u64,
}

impl Measured {
    /// How many of a thousand decided offers were wrong; `None` while none is decided.
    #[must_use]
    pub fn wrong_per_mille(&self) -> Option<u64> {
        let decided = self.granted + self.refused;
        (decided > 0).then(|| self.refused * 1000 / decided)
    }
}

impl Linli {
    /// Makes an offer of a finding; says whether there is one now that was not there before.
    ///
    /// # Errors
    /// [`Problem`]: in conflict, or a fault.
    pub async fn make_offer(&self, call: Call<'_>, finding: &Finding) -> Result<bool, Problem> {
        let id = stream(finding.resident, &finding.policy);
        let known = self.load::<Offers>(&id).await?;
        if decide::make(&known.state, finding).is_none() {
            return Ok(false);
        }
        let digest = digest_of(&("make", finding.resident, &finding.policy, finding.on))?;
        let made = |offer: &Offer| {
            let events = decide::make(offer, finding).into_iter().collect();
            Ok((events, json!({})))
        };
        self.perform::<Offers, _>(call, digest, &id, made).await?;
        Ok(true)
    }

    /// Lets an open offer lapse whose facts no longer bear it.
    ///
    /// # Errors
    /// [`Problem`]: in conflict, or a fault.
    pub async fn lapse_offer(
        &self,
        call: Call<'_>,
        resident: ResidentId,
        policy: &str,
    ) -> Result<(), Problem> {
        let id = stream(resident, policy);
        let digest = digest_of(&("lapse", resident, policy))?;
        let lapsed = |offer: &Offer| Ok((decide::lapse(offer).into_iter().collect(), json!({})));
        self.perform::<Offers, _>(call, digest, &id, lapsed).await?;
        Ok(())
    }

    /// 不再提示: the resident does not want this policy's offer, ever.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `offers.not-open`, or a fault.
    pub async fn decline_offer(
        &self,
        call: Call<'_>,
        resident: ResidentId,
        policy: &str,
    ) -> Result<Performed<Offer>, Problem> {
        let id = stream(resident, policy);
        let digest = digest_of(&("decline", resident, policy))?;
        let declined = |offer: &Offer| one(decide::decline(offer, call.actor));
        self.perform::<Offers, _>(call, digest, &id, declined).await
    }

    /// 一键申办: files the case of an offer, then notes that it was taken. Sent again under the same
    /// command, both are done once.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `offers.not-open`, what filing refuses, or a fault.
    pub async fn take_offer(
        &self,
        call: Call<'_>,
        policy: &str,
        filing: &Filing,
    ) -> Result<Receipt, Problem> {
        let id = stream(filing.applicant, policy);
        let known = self.load::<Offers>(&id).await?;
        // Taken already: only the same act sent again is answered, another one files nothing.
        let done = self.journal().answered(call.command, digest_of(filing)?);
        if done.await.map_err(|error| self.problem(error))?.is_none() {
            decide::enter(&known.state, call.actor)?;
        }
        let receipt = cases::file(self, call, filing).await?;
        if let Standing::Taken(_) = known.state.standing {
            return Ok(receipt);
        }
        let noted = Call {
            command: linli_kernel::CommandId::new(self.clock()),
            ..call
        };
        let digest = digest_of(&("take", receipt.case))?;
        let taken = |offer: &Offer| one(decide::take(offer, receipt.case, call.actor));
        self.perform::<Offers, _>(noted, digest, &id, taken).await?;
        Ok(receipt)
    }

    /// One policy's offer to a resident, with its reckoning.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, or a fault.
    pub async fn offer(
        &self,
        actor: &Actor,
        resident: ResidentId,
        policy: &str,
    ) -> Result<Offer, Problem> {
        let loaded = self.load::<Offers>(&stream(resident, policy)).await?;
        let offer = Offer::clone(&loaded.state);
        if let Some(area) = &offer.area {
            let action = if actor.post.is_some() {
                Action::ResidentList
            } else {
                Action::ResidentOwn
            };
            let subject = offer.resident;
            permits(actor, action, Target { area, subject })?;
        }
        Ok(offer)
    }

    /// The resident's own open offers, newest first.
    ///
    /// # Errors
    /// [`Fault`] when the registers cannot be read.
    pub async fn own_offers(&self, resident: ResidentId) -> Result<Vec<Row>, Fault> {
        let cond = Cond::all()
            .add(Expr::col("resident").eq(resident.to_string()))
            .add(Expr::col("standing").eq(Standing::Open.code()));
        self.offer_rows(cond, PAGE, 0).await
    }

    /// The open offers that `actor` may see, by area.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, or a fault.
    pub async fn offers(&self, actor: &Actor, sought: &Sought) -> Result<Vec<Row>, Problem> {
        let mut cond = within(&self.areas(), &own_area(actor, sought.area.as_ref())?)
            .add(Expr::col("standing").eq(Standing::Open.code()));
        if let Some(policy) = &sought.policy {
            cond = cond.add(Expr::col("policy").eq(policy.as_str()));
        }
        let skip = sought.page.saturating_sub(1).saturating_mul(PAGE);
        Ok(self.offer_rows(cond, PAGE, skip).await?)
    }

    /// What became of the offers that `actor` may see: how often they were wrong.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, or a fault.
    pub async fn offers_measured(&self, actor: &Actor) -> Result<Measured, Problem> {
        let cond = within(&self.areas(), &own_area(actor, None)?);
        let query = Query::select()
            .column("standing")
            .expr_as(Expr::col("id").count(), "many")
            .from("offer")
            .cond_where(cond.clone())
            .group_by_col("standing")
            .take();
        let mut measured = Measured::default();
        for row in self
            .journal()
            .reader()
            .query_all(&query)
            .await
            .map_err(store)?
        {
            let standing: String = row.try_get("", "standing").map_err(store)?;
            let many: i64 = row.try_get("", "many").map_err(store)?;
            let many = u64::try_from(many).unwrap_or(0);
            match standing.as_str() {
                "open" => measured.open = many,
                "declined" => measured.declined = many,
                "taken" => measured.taken = many,
                _ => {}
            }
        }
        let taken = cond.add(Expr::col("standing").eq("taken"));
        self.measure_cases(taken, &mut measured).await?;
        Ok(measured)
    }

    /// What became of the cases of taken offers.
    async fn measure_cases(&self, taken: Cond, measured: &mut Measured) -> Result<(), Fault> {
        let cases = Query::select()
            .column("case_id")
            .from("offer")
            .cond_where(taken)
            .take();
        let query = Query::select()
            .columns(["result", "channel"])
            .expr_as(Expr::col("id").count(), "many")
            .from("cases")
            .and_where(Expr::col("id").in_subquery(cases))
            .group_by_col("result")
            .group_by_col("channel")
            .take();
        for row in self
            .journal()
            .reader()
            .query_all(&query)
            .await
            .map_err(store)?
        {
            let result: Option<String> = row.try_get("", "result").map_err(store)?;
            let many: i64 = row.try_get("", "many").map_err(store)?;
            let many = u64::try_from(many).unwrap_or(0);
            let channel: Option<String> = row.try_get("", "channel").map_err(store)?;
            // What a machine grants says nothing about how good its offers are.
            if channel.as_deref() == Some(Channel::Unasked.code()) {
                measured.unasked += many;
                measured.taken = measured.taken.saturating_sub(many);
                continue;
            }
            match result.as_deref() {
                Some("grant") => measured.granted += many,
                Some("refuse") => measured.refused += many,
                _ => {}
            }
        }
        Ok(())
    }

    /// 免申即享: what Linli granted a resident unasked and they have not declined: the policy and the
    /// case's number, the newest first.
    ///
    /// # Errors
    /// [`Fault`] when the registers cannot be read.
    pub async fn granted_unasked(
        &self,
        resident: ResidentId,
    ) -> Result<Vec<(String, String)>, Fault> {
        let joined = Expr::col(("cases", "id")).equals(("offer", "case_id"));
        let query = Query::select()
            .column(("offer", "policy"))
            .column(("cases", "number"))
            .from("offer")
            .inner_join("cases", joined)
            .and_where(Expr::col(("offer", "resident")).eq(resident.to_string()))
            .and_where(Expr::col(("cases", "channel")).eq(Channel::Unasked.code()))
            .and_where(Expr::col(("cases", "phase")).ne(Phase::Withdrawn.code()))
            .order_by(("cases", "serial"), Order::Desc)
            .limit(PAGE)
            .take();
        let rows = self.journal().reader().query_all(&query).await;
        let read = |row: sea_orm::QueryResult| {
            Ok((row.try_get("", "policy")?, row.try_get("", "number")?))
        };
        let read = rows.map_err(store)?.into_iter().map(read);
        read.collect::<Result<_, sea_orm::DbErr>>().map_err(store)
    }

    async fn offer_rows(&self, cond: Cond, limit: u64, skip: u64) -> Result<Vec<Row>, Fault> {
        let query = Query::select()
            .columns([
                "resident",
                "area",
                "policy",
                "service",
                "on_day",
                "amount_fen",
                "standing",
                "case_id",
            ])
            .from("offer")
            .cond_where(cond)
            .order_by("street", Order::Asc)
            .order_by("area", Order::Asc)
            .order_by("id", Order::Asc)
            .limit(limit)
            .offset(skip)
            .take();
        self.rows_of(&query).await
    }
}

fn one(event: Result<Event, Refusal>) -> Result<(Vec<Event>, serde_json::Value), Vec<Refusal>> {
    event
        .map(|event| (vec![event], json!({})))
        .map_err(|no| vec![no])
}

/// The area whose offers the actor may list, narrowed to the one asked for.
fn own_area(actor: &Actor, asked: Option<&AreaPath>) -> Result<AreaPath, Refusal> {
    let Scope::Area(own) = scope(actor, Action::ResidentList) else {
        return Err(Refusal::new("gate.role"));
    };
    match asked {
        Some(area) if own.contains(area) => Ok(area.clone()),
        Some(_) => Err(Refusal::new("gate.area")),
        None => Ok(own),
    }
}
