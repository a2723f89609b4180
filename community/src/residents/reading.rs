//! Residents on a running node: what is looked at and asked.
//!
//! Reading somebody's record *is* recording a look: [`Linli::open_record`] does both or neither.

use std::sync::Arc;

use jiff::civil::Date;
use linli_kernel::gate::{self, Scope, Target, scope};
use linli_kernel::{Action, Actor, CommandId, Fault, HouseholdId, Refusal, ResidentId, StreamId};
use sea_orm::sea_query::Cond;
use serde_json::{Value, json};

use super::events::Member;
use super::fields::FieldId;
use super::looks::{self, LookedAt, Looks, Purpose, Why};
use super::queries::{Filter, Listed, among, id_number};
use super::register::{Households, Residents};
use super::rows::{ConsentRow, Look, MandateRow, Row};
use super::state::{Fact, Facts, Household, Resident};
use crate::catalogue::KnownFact;
use crate::feature::{Call, Loaded, Meta, Plan, Problem, digest_of};
use crate::node::Linli;

/// 居民信息: a resident's record, opened for a purpose.
#[derive(Debug, Clone)]
pub struct OpenRecord {
    /// The resident.
    pub resident: Arc<Resident>,
    /// Their household, where one is known.
    pub household: Option<Arc<Household>>,
    /// Its members, masked, the head first.
    pub members: Vec<Row>,
}

impl Linli {
    /// Records that `actor` looks at a resident's record, for a purpose.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `residents.words-missing` for another reason without words,
    /// `residents.case-missing`, `residents.not-registered`, or a fault.
    pub async fn record_look(
        &self,
        actor: &Actor,
        resident: ResidentId,
        purpose: &Purpose,
    ) -> Result<(), Problem> {
        let resident = self.survivor(resident);
        let area = self.area_of(resident).await?;
        let target = Target {
            area: &area,
            subject: None,
        };
        gate::permits(actor, Action::ResidentRead, target)?;
        check_purpose(purpose)?;
        let command = CommandId::new(self.clock());
        let look = LookedAt {
            id: command.0,
            area,
            purpose: purpose.clone(),
        };
        let meta = Meta {
            at: self.clock().now(),
            actor,
        };
        let mut plan = Plan::default();
        self.add_look(&mut plan, resident, look, meta)?;
        let call = Call {
            command,
            actor,
            expected: None,
        };
        let digest = digest_of(&(resident, purpose))?;
        self.submit(call, digest, plan, Value::Null, meta.at)
            .await?;
        Ok(())
    }

    /// A resident's whole record, for a purpose that is recorded with it.
    ///
    /// # Errors
    /// As [`record_look`](Self::record_look).
    pub async fn open_record(
        &self,
        actor: &Actor,
        resident: ResidentId,
        purpose: &Purpose,
    ) -> Result<OpenRecord, Problem> {
        self.record_look(actor, resident, purpose).await?;
        Ok(self.record_of(resident).await?)
    }

    /// The actor's own record, or that of whom they act for.
    ///
    /// # Errors
    /// [`Problem`]: `gate.own`, `residents.not-registered`, or a fault.
    pub async fn own_record(
        &self,
        actor: &Actor,
        resident: ResidentId,
    ) -> Result<OpenRecord, Problem> {
        let area = self.area_of(resident).await?;
        let target = Target {
            area: &area,
            subject: Some(self.survivor(resident)),
        };
        gate::permits(actor, Action::ResidentOwn, target)?;
        Ok(self.record_of(resident).await?)
    }

    /// What the register knows about a resident and their household, by field, for filling in
    /// forms. The caller has checked that the actor may see it.
    ///
    /// # Errors
    /// [`Fault`] when the journal or the registers cannot be read.
    pub async fn facts(&self, resident: ResidentId) -> Result<Facts, Fault> {
        let record = self.record_of(resident).await?;
        let mut facts = record.resident.facts.clone();
        if let Some(household) = &record.household {
            facts.extend(household.facts.clone());
            let members = self.member_facts(&household.members).await?;
            facts.insert(FieldId::known("household.members"), members);
        }
        Ok(facts)
    }

    /// [`facts`](Self::facts) as forms take them, with the source as it is shown.
    ///
    /// # Errors
    /// [`Fault`] when the journal or the registers cannot be read.
    pub async fn known_facts(
        &self,
        resident: ResidentId,
    ) -> Result<crate::catalogue::Facts, Fault> {
        let dictionary = self.catalogue().dictionary();
        let shown = |source: &str| {
            let office = dictionary.office(source);
            office.map_or_else(|| source.to_owned(), |office| office.names.zh.clone())
        };
        let facts = self.facts(resident).await?.into_iter();
        Ok(facts
            .map(|(field, fact)| {
                let known = KnownFact {
                    source: shown(&fact.source),
                    value: fact.value,
                    as_of: Some(fact.as_of),
                };
                (field.as_str().to_owned(), known)
            })
            .collect())
    }

    /// The resident with this identity number, if one is known: for signing in. Staff use
    /// [`find_resident`](Self::find_resident).
    ///
    /// # Errors
    /// [`Fault`] when the registers cannot be read.
    pub async fn resident_with_number(&self, number: &str) -> Result<Option<ResidentId>, Fault> {
        let Some(number) = id_number(number) else {
            return Ok(None);
        };
        let areas = self.areas();
        let found = self.ask(&areas).by_id_key(&self.id_key(&number)).await?;
        Ok(found.map(|row| row.id))
    }

    /// Looks a person up by identity number (一证通): found in the actor's area or not at all, and
    /// counted as a look.
    ///
    /// # Errors
    /// [`Problem`]: `residents.id-number-…` with the failed check, the refusals of
    /// [`record_look`](Self::record_look), or a fault.
    pub async fn find_resident(
        &self,
        actor: &Actor,
        number: &str,
        purpose: &Purpose,
    ) -> Result<Option<Row>, Problem> {
        let today = self.clock().today();
        let value = Value::from(number);
        let dictionary = self.catalogue().dictionary();
        let number = dictionary.check("person.id_number", &value, today)?;
        let key = self.id_key(number.as_str().unwrap_or_default());
        let areas = self.areas();
        let Some(row) = self.ask(&areas).by_id_key(&key).await? else {
            return Ok(None);
        };
        let visible = scope(actor, Action::ResidentRead).covers(Target {
            area: &row.area,
            subject: None,
        });
        if !visible {
            return Ok(None);
        }
        self.record_look(actor, row.id, purpose).await?;
        Ok(Some(row))
    }

    /// The residents that `actor` may list, masked, filtered and paged.
    ///
    /// # Errors
    /// [`Problem`]: `gate.role` or `gate.area`, or a fault.
    pub async fn residents(&self, actor: &Actor, filter: &Filter) -> Result<Listed<Row>, Problem> {
        let number = filter.text.as_deref().and_then(id_number);
        let id_key = number.map(|number| self.id_key(&number));
        let areas = self.areas();
        self.ask(&areas).list(actor, filter, id_key).await
    }

    /// One resident as lists show them, masked: what a page may show before a purpose was given.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `residents.not-registered`, or a fault.
    pub async fn resident_row(&self, actor: &Actor, id: ResidentId) -> Result<Row, Problem> {
        let areas = self.areas();
        let id = self.survivor(id);
        let Some(row) = self.ask(&areas).by_ids(&[id]).await?.pop() else {
            return Err(Refusal::new("residents.not-registered").into());
        };
        let target = Target {
            area: &row.area,
            subject: None,
        };
        gate::permits(actor, Action::ResidentList, target)?;
        Ok(row)
    }

    /// Of these residents those whom `actor` may list, masked, in no order.
    ///
    /// # Errors
    /// [`Fault`] when the registers cannot be read.
    pub async fn listable(&self, actor: &Actor, ids: &[ResidentId]) -> Result<Vec<Row>, Fault> {
        let areas = self.areas();
        let mut rows = self.ask(&areas).by_ids(ids).await?;
        let scope = scope(actor, Action::ResidentList);
        rows.retain(|row| {
            let target = Target {
                area: &row.area,
                subject: None,
            };
            scope.covers(target) && !row.dead
        });
        Ok(rows)
    }

    /// 谁看过我的信息: the looks at a resident's record, the latest first; for the resident, and
    /// for who may read the logs of access.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `residents.not-registered`, or a fault.
    pub async fn looks_at(
        &self,
        actor: &Actor,
        resident: ResidentId,
        page: u64,
        size: u64,
    ) -> Result<Listed<Look>, Problem> {
        let area = self.area_of(resident).await?;
        let action = match actor.post {
            Some(_) => Action::AccessLogRead,
            None => Action::ResidentOwn,
        };
        let subject = Some(self.survivor(resident));
        let target = Target {
            area: &area,
            subject,
        };
        gate::permits(actor, action, target)?;
        let areas = self.areas();
        let cond = Cond::all().add(among("resident", &self.same_as(resident)));
        Ok(self.ask(&areas).looks(cond, page, size).await?)
    }

    /// Every look that was ever taken, the latest first, for who may read the logs of access in
    /// the whole district.
    ///
    /// # Errors
    /// [`Problem`]: `gate.role`, `gate.area`, or a fault.
    pub async fn looks(
        &self,
        actor: &Actor,
        page: u64,
        size: u64,
    ) -> Result<Listed<Look>, Problem> {
        match scope(actor, Action::AccessLogRead) {
            Scope::Area(area) if area.depth() == 1 => {}
            Scope::Area(_) => return Err(Refusal::new("gate.area").into()),
            Scope::Own(_) | Scope::Nothing => return Err(Refusal::new("gate.role").into()),
        }
        let areas = self.areas();
        Ok(self.ask(&areas).looks(Cond::all(), page, size).await?)
    }

    /// The mandates by which others act for `principal`.
    ///
    /// # Errors
    /// [`Fault`] when the registers cannot be read.
    pub async fn mandates_of(&self, principal: ResidentId) -> Result<Vec<MandateRow>, Fault> {
        let areas = self.areas();
        let principals = self.same_as(principal);
        self.ask(&areas).mandates("principal", &principals).await
    }

    /// The mandates by which `agent` acts for others.
    ///
    /// # Errors
    /// [`Fault`] when the registers cannot be read.
    pub async fn mandates_held_by(&self, agent: ResidentId) -> Result<Vec<MandateRow>, Fault> {
        let areas = self.areas();
        let agents = self.same_as(agent);
        self.ask(&areas).mandates("agent", &agents).await
    }

    /// The consents of `resident`.
    ///
    /// # Errors
    /// [`Fault`] when the registers cannot be read.
    pub async fn consents_of(&self, resident: ResidentId) -> Result<Vec<ConsentRow>, Fault> {
        let areas = self.areas();
        self.ask(&areas).consents(&self.same_as(resident)).await
    }

    /// The household of `resident`, where one is known.
    ///
    /// # Errors
    /// [`Fault`] when the registers cannot be read.
    pub async fn household_of(&self, resident: ResidentId) -> Result<Option<HouseholdId>, Fault> {
        let areas = self.areas();
        let resident = self.survivor(resident);
        self.ask(&areas).household_of(resident).await
    }

    /// The members of a household, masked, the head first.
    ///
    /// # Errors
    /// [`Fault`] when the registers cannot be read.
    pub async fn members_of(&self, household: HouseholdId) -> Result<Vec<Row>, Fault> {
        let areas = self.areas();
        self.ask(&areas).members(household).await
    }

    async fn record_of(&self, resident: ResidentId) -> Result<OpenRecord, Fault> {
        let stream = StreamId::from(self.survivor(resident));
        let loaded = self.load::<Residents>(&stream).await?;
        let (household, members) = match self.household_of(resident).await? {
            Some(id) => {
                let stream = StreamId::from(id);
                let household = self.load::<Households>(&stream).await?.state;
                (Some(household), self.members_of(id).await?)
            }
            None => (None, Vec::new()),
        };
        Ok(OpenRecord {
            resident: loaded.state,
            household,
            members,
        })
    }

    /// 共同生活的家庭成员 as forms list them: name and relation to the head.
    async fn member_facts(&self, members: &[Member]) -> Result<Fact, Fault> {
        let mut rows = Vec::with_capacity(members.len());
        let mut as_of = Date::MIN;
        let mut source: Arc<str> = Arc::from("committee");
        for member in members {
            let stream = StreamId::from(member.resident);
            let state = self.load::<Residents>(&stream).await?.state;
            if state.dead || state.erased {
                continue;
            }
            if let Some(name) = state.facts.get("person.name") {
                as_of = as_of.max(name.as_of);
                source.clone_from(&name.source);
            }
            let text = |field: &str| state.text(field).unwrap_or_default().to_owned();
            rows.push(json!({
                "name": text("person.name"),
                "relation": member.relation,
                "id_number": text("person.id_number"),
                "birth_date": text("person.birth_date"),
                "sex": text("person.sex"),
            }));
        }
        Ok(Fact {
            value: rows.into(),
            source,
            as_of,
            case: None,
        })
    }

    /// Adds a look at somebody. Looks do not depend on each other: whatever version the stream is
    /// at.
    pub(crate) fn add_look(
        &self,
        plan: &mut Plan,
        resident: ResidentId,
        look: LookedAt,
        meta: Meta<'_>,
    ) -> Result<(), Fault> {
        let stream = looks::stream(resident, self.joined_log());
        plan.add::<Looks>(&stream, &nothing_yet(), &[look], meta)?;
        plan.expected.pop();
        plan.cached.pop();
        Ok(())
    }
}

fn nothing_yet<S: Default>() -> Loaded<S> {
    Loaded {
        state: Arc::new(S::default()),
        version: 0,
    }
}

fn check_purpose(purpose: &Purpose) -> Result<(), Refusal> {
    if purpose.why == Why::Case && purpose.case.is_none() {
        return Err(Refusal::new("residents.case-missing").on("case"));
    }
    if purpose.why == Why::Other && purpose.words.trim().is_empty() {
        return Err(Refusal::new("residents.words-missing").on("words"));
    }
    if purpose.words.chars().count() > 200 {
        return Err(Refusal::new("residents.too-long").on("words"));
    }
    Ok(())
}
