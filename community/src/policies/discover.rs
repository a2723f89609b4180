//! 政策找人 and 免申即享: who is likely owed something and does not receive it.
//!
//! A sweep reads the whole district in columns and keeps those for whom a policy says yes; each is
//! then reckoned anew from the whole record, so that the offer carries its reasons. A change of a
//! fact reckons only the family it touches.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use jiff::civil::Date;
use linli_kernel::{Actor, CommandId, Fault, ResidentId, StreamId};
use linli_policy::answer::Outcome;
use linli_policy::columns::{Lanes, Program, Seen};
use linli_policy::ir::{Entity, NodeId, Plan};
use linli_policy::population::Population;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Cond, Expr, ExprTrait, Query};

use super::files::Policies;
use super::population;
use super::reckon::{Family, Reckoned};
use crate::feature::{Call, Problem};
use crate::node::Linli;
use crate::offers::Finding;
use crate::registers::store;
use crate::residents::{Facts, Households, among};

/// What the register knows somebody to receive already, outside of Linli: ids of services.
const RECEIVED: &str = "person.benefits";

/// What a sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Discovered {
    /// For how many a policy says yes.
    pub entitled: u64,
    /// How many of those got an offer that was not there before.
    pub offered: u64,
    /// 免申即享: how many were granted at once.
    pub granted: u64,
    /// How many open offers lapsed, as their facts no longer bear them.
    pub lapsed: u64,
}

impl Linli {
    /// The district's people as the policies see them.
    ///
    /// # Errors
    /// [`Fault`] when the registers cannot be read.
    pub async fn population(&self, policies: &Policies) -> Result<Population, Fault> {
        population::read(self.journal().reader(), policies.book().facts()).await
    }

    /// 全区筛查: finds who is owed something on `on`, offers it, and lets offers lapse that no longer
    /// hold. What is received, applied for, declined or taken is left alone.
    ///
    /// # Errors
    /// [`Fault`] when the registers cannot be read or the journal cannot be written.
    pub async fn discover(&self, on: Date) -> Result<Discovered, Problem> {
        let policies = self.policies();
        let Some(law) = policies.law_on(on) else {
            return Ok(Discovered::default());
        };
        let population = self.population(&policies).await?;
        let hits = tokio::task::spawn_blocking({
            let plan = law.plan.clone();
            let policies = policies.clone();
            move || hits(&policies, &plan, &population)
        });
        let hits = hits
            .await
            .map_err(|gone| Fault::Damaged(gone.to_string()))?;
        let mut discovered = Discovered::default();
        let mut found = BTreeSet::new();
        let received = Received::of(self, on, None).await?;
        let mut families = BTreeSet::new();
        for hit in &hits {
            if received.has(hit.resident, &hit.service) || !families.insert(hit.family) {
                continue;
            }
            let some = self.discover_family(hit.resident, on, &received).await?;
            discovered.offered += some.offered;
            discovered.granted += some.granted;
            found.extend(some.found);
        }
        discovered.entitled = u64::try_from(hits.len()).unwrap_or(u64::MAX);
        discovered.lapsed = self.lapse_others(&found).await?;
        Ok(discovered)
    }

    /// What changed records make of their families' offers: residents and households by stream.
    ///
    /// # Errors
    /// [`Problem`]: a fault of the registers or the journal.
    pub async fn discover_touched(&self, streams: &[StreamId], on: Date) -> Result<u64, Problem> {
        let mut offered = 0;
        for stream in streams {
            let resident = match stream.topic() {
                "household" => {
                    let household = self.load::<Households>(stream).await?;
                    household.state.head()
                }
                _ => stream.key().parse().ok(),
            };
            if let Some(resident) = resident {
                offered += self.discover_for(resident, on).await?;
            }
        }
        Ok(offered)
    }

    /// What a changed fact of `resident` makes of the family's offers.
    ///
    /// # Errors
    /// [`Problem`]: a fault of the registers or the journal.
    pub async fn discover_for(&self, resident: ResidentId, on: Date) -> Result<u64, Problem> {
        let family = self.family(resident).await?;
        let members: Vec<ResidentId> = family.members.iter().map(|(id, _)| *id).collect();
        let received = Received::of(self, on, Some(&members)).await?;
        let some = self.discover_family(resident, on, &received).await?;
        for (member, _) in &family.members {
            // What was offered to a record that another stands for is offered to that one.
            for whose in self.same_as(*member) {
                for row in self.own_offers(whose).await? {
                    if !some.found.contains(&(whose, row.policy.clone())) {
                        self.lapse_offer(system(self), whose, &row.policy).await?;
                    }
                }
            }
        }
        Ok(some.offered)
    }

    async fn discover_family(
        &self,
        resident: ResidentId,
        on: Date,
        received: &Received,
    ) -> Result<Found, Problem> {
        let policies = self.policies();
        let family = self.family(resident).await?;
        let mut some = Found::default();
        for finding in self.findings(&policies, &family, on, received).await? {
            let key = (finding.resident, finding.policy.clone());
            let whose = family
                .members
                .iter()
                .find(|(id, _)| *id == finding.resident);
            if let Some((_, facts)) = whose
                && self.granted(&finding, facts).await?
            {
                some.granted += 1;
                continue;
            }
            some.offered += u64::from(self.make_offer(system(self), &finding).await?);
            some.found.insert(key);
        }
        Ok(some)
    }

    /// Whether a finding was granted at once. What a rule or a faster person keeps from that is
    /// offered like the rest.
    async fn granted(&self, finding: &Finding, facts: &Facts) -> Result<bool, Problem> {
        match Box::pin(self.grant_unasked(system(self), finding, facts)).await {
            Err(problem @ (Problem::Refused(_) | Problem::Conflict { .. })) => {
                tracing::warn!(%problem, policy = %finding.policy, "not granted unasked");
                Ok(false)
            }
            done => done,
        }
    }

    async fn findings(
        &self,
        policies: &Policies,
        family: &Family,
        on: Date,
        received: &Received,
    ) -> Result<Vec<Finding>, Problem> {
        let offered = |id: &str| policies.head(id).and_then(|head| head.service.clone());
        let yes = family.reckon(policies, on, |answer| {
            answer.outcome == Outcome::Yes && offered(&answer.planned.id).is_some()
        });
        let mut findings = Vec::new();
        for (reckoned, member) in yes {
            let Some(service) = offered(&reckoned.policy) else {
                continue;
            };
            let whom = family.members.get(member.unwrap_or(0)).map(|(id, _)| *id);
            let Some(resident) = whom else { continue };
            let anyone = |id: &ResidentId| received.has(*id, &service);
            let received = match member {
                Some(_) => anyone(&resident) || family.receives(resident, &service),
                None => family.members.iter().any(|(id, _)| anyone(id)),
            };
            if received || !worth(&reckoned) {
                continue;
            }
            let area = self.area_of(resident).await?;
            findings.push(finding(resident, area, service, on, reckoned));
        }
        Ok(findings)
    }

    /// Offers that stand open although nothing was found for them.
    async fn lapse_others(&self, found: &BTreeSet<(ResidentId, String)>) -> Result<u64, Problem> {
        let query = Query::select()
            .columns(["resident", "policy"])
            .from("offer")
            .and_where(Expr::col("standing").eq("open"))
            .take();
        let mut lapsed = 0;
        for row in self
            .journal()
            .reader()
            .query_all(&query)
            .await
            .map_err(store)?
        {
            let resident: String = row.try_get("", "resident").map_err(store)?;
            let policy: String = row.try_get("", "policy").map_err(store)?;
            let Ok(resident) = resident.parse::<ResidentId>() else {
                continue;
            };
            let key = (resident, policy);
            if !found.contains(&key) {
                self.lapse_offer(system(self), resident, &key.1).await?;
                lapsed += 1;
            }
        }
        Ok(lapsed)
    }
}

/// What was found for one family.
#[derive(Default)]
struct Found {
    offered: u64,
    granted: u64,
    found: BTreeSet<(ResidentId, String)>,
}

static SYSTEM: std::sync::LazyLock<Actor> = std::sync::LazyLock::new(Actor::system);

fn system(linli: &Linli) -> Call<'static> {
    Call {
        command: CommandId::new(linli.clock()),
        actor: &SYSTEM,
        expected: None,
    }
}

/// A policy whose sum comes to nothing owes nothing.
fn worth(reckoned: &Reckoned) -> bool {
    reckoned.amount_fen != Some(0)
}

fn finding(
    resident: ResidentId,
    area: linli_kernel::AreaPath,
    service: String,
    on: Date,
    reckoned: Reckoned,
) -> Finding {
    Finding {
        resident,
        area,
        policy: reckoned.policy,
        service,
        on,
        amount_fen: reckoned.amount_fen,
        reckoning: reckoned.told,
    }
}

impl Family {
    /// Whether the register knows `resident` to receive `service` already.
    fn receives(&self, resident: ResidentId, service: &str) -> bool {
        let facts = self.members.iter().find(|(id, _)| *id == resident);
        let known = facts.and_then(|(_, facts)| facts.get(RECEIVED));
        let known = known
            .and_then(|fact| fact.value.as_str())
            .unwrap_or_default();
        known.split(',').any(|one| one.trim() == service)
    }
}

/// What is received or applied for: by resident and service.
struct Received(BTreeSet<(ResidentId, String)>);

impl Received {
    /// Of everybody, or only of `some`.
    async fn of(linli: &Linli, on: Date, some: Option<&[ResidentId]>) -> Result<Self, Fault> {
        let reader = linli.journal().reader();
        let some: Option<Vec<ResidentId>> =
            some.map(|some| some.iter().flat_map(|one| linli.same_as(*one)).collect());
        let whom = some
            .as_ref()
            .map_or_else(Cond::all, |some| Cond::all().add(among("applicant", some)));
        let ended = Expr::col("until_day").is_not_null();
        let ended = ended.and(Expr::col("until_day").lt(on.to_string()));
        // What was stopped is received no more, whatever its decision said.
        let stopped = Query::select()
            .column("case_id")
            .from("benefit")
            .and_where(Expr::col("standing").eq("stopped"))
            .and_where(Expr::col("case_id").is_not_null())
            .take();
        let runs = ended.not().and(Expr::col("id").not_in_subquery(stopped));
        let awards = Query::select()
            .columns(["applicant", "service"])
            .from("award")
            .cond_where(whom.clone().add(runs))
            .take();
        let of_them = some
            .as_ref()
            .map_or_else(Cond::all, |some| Cond::all().add(among("resident", some)));
        let paid = Query::select()
            .expr_as(Expr::col("resident"), "applicant")
            .column("service")
            .from("benefit")
            .cond_where(of_them.add(Expr::col("standing").ne("stopped")))
            .take();
        let cases = Query::select()
            .columns(["applicant", "service"])
            .from("cases")
            .cond_where(whom.add(Expr::col("open").eq(1_i64)))
            .take();
        let mut received = BTreeSet::new();
        for query in [awards, paid, cases] {
            for row in reader.query_all(&query).await.map_err(store)? {
                let applicant: Option<String> = row.try_get("", "applicant").map_err(store)?;
                let service: Option<String> = row.try_get("", "service").map_err(store)?;
                if let (Some(Ok(applicant)), Some(service)) =
                    (applicant.map(|id| id.parse::<ResidentId>()), service)
                {
                    received.insert((linli.survivor(applicant), service));
                }
            }
        }
        Ok(Self(received))
    }

    fn has(&self, resident: ResidentId, service: &str) -> bool {
        self.0.contains(&(resident, service.to_owned()))
    }
}

/// Somebody for whom a policy says yes.
struct Hit {
    /// The place of their household in the population.
    family: usize,
    resident: ResidentId,
    service: String,
}

/// Those in a population for whom a policy with a service says yes.
fn hits(policies: &Policies, plan: &Plan, population: &Population) -> Vec<Hit> {
    let asked: Vec<(NodeId, Entity, &str)> = plan
        .policies
        .iter()
        .filter_map(|planned| {
            let service = policies.head(&planned.id)?.service.as_deref()?;
            Some((planned.eligible?, planned.entity, service))
        })
        .collect();
    let nodes: Vec<NodeId> = asked.iter().map(|(node, ..)| *node).collect();
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let parts = Program::of(plan, &nodes).run(population, threads, Vec::new, |hits, seen| {
        for (result, (_, entity, service)) in asked.iter().enumerate() {
            gather(population, seen, (result, *entity, service), hits);
        }
    });
    parts.into_iter().flatten().collect()
}

fn gather(
    population: &Population,
    seen: &Seen<'_>,
    (result, entity, service): (usize, Entity, &str),
    hits: &mut Vec<Hit>,
) {
    let mut lanes = Lanes::default();
    seen.read(result, &mut lanes);
    let planes = if entity == Entity::Member {
        seen.size()
    } else {
        1
    };
    for (lane, family) in seen.households().enumerate() {
        for plane in 0..planes {
            if lanes.get(plane * seen.lanes() + lane) != Some(1) {
                continue;
            }
            let person = population.members(family).start + plane;
            if let Ok(resident) = population.person_name(person).parse() {
                hits.push(Hit {
                    family,
                    resident,
                    service: service.to_owned(),
                });
            }
        }
    }
}
