//! Residents on a running node: what is recorded, looked at and asked.
//!
//! Reading somebody's record *is* recording a look: [`Linli::open_record`] does both or neither.

use std::sync::Arc;

use jiff::civil::Date;
use linli_kernel::gate::{self, Scope, Target, scope};
use linli_kernel::{Action, Actor, CommandId, Fault, HouseholdId, Refusal, ResidentId, StreamId};
use sea_orm::sea_query::Cond;
use serde_json::{Value, json};
use uuid::Uuid;

use super::decide::{Command, Context, decide};
use super::events::Member;
use super::fields::FieldId;
use super::households::{HouseholdCommand, decide_household};
use super::looks::{self, LookedAt, Looks, Purpose, Why};
use super::queries::{Asked, ConsentRow, Filter, Listed, Look, MandateRow, Row, id_number, is};
use super::register::{Households, Residents};
use super::rights::{self, Consents, Given, Granted, Mandates};
use super::state::{Fact, Facts, Household, Resident};
use crate::catalogue::KnownFact;
use crate::feature::{Call, Loaded, Meta, Performed, Plan, Problem, digest_of};
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

/// The purpose of the keyed hash by which identity numbers are found.
const ID_NUMBER: &str = "resident-id-number";

impl Linli {
    /// Records something about a resident: does `command` on the stream `resident/…`.
    ///
    /// # Errors
    /// [`Problem`]: refused (see [`decide`]; `residents.number-known` when another resident has
    /// the identity number), in conflict with what the caller saw, or a fault.
    pub async fn record(
        &self,
        call: Call<'_>,
        id: ResidentId,
        command: &Command,
    ) -> Result<Performed<Resident>, Problem> {
        let digest = digest_of(&(id, command))?;
        self.number_is_free(id, command).await?;
        let areas = self.areas();
        let id_key = |number: &str| self.id_key(number);
        let context = self.context(call.actor, &areas, &id_key);
        let answer = json!({ "resident": id });
        let stream = StreamId::from(id);
        let decide = |state: &Resident| {
            let events = decide(state, command, &context)?;
            Ok((events, answer.clone()))
        };
        let done = Box::pin(self.perform::<Residents, _>(call, digest, &stream, decide)).await?;
        if let Some(reason) = gone(command) {
            Box::pin(crate::reactions::resident_gone(self, id, reason)).await?;
        }
        Ok(done)
    }

    /// Records something about a household. When it moves, its members' records move with it, in
    /// one act.
    ///
    /// # Errors
    /// [`Problem`]: refused (see [`decide_household`]; `residents.member-elsewhere` when somebody
    /// belongs to another household), in conflict, or a fault.
    pub async fn record_household(
        &self,
        call: Call<'_>,
        id: HouseholdId,
        command: &HouseholdCommand,
    ) -> Result<Performed<Household>, Problem> {
        if let HouseholdCommand::Move { .. } = command {
            return Box::pin(self.move_household(call, id, command)).await;
        }
        self.members_are_free(id, command).await?;
        let digest = digest_of(&(id, command))?;
        let areas = self.areas();
        let id_key = |number: &str| self.id_key(number);
        let context = self.context(call.actor, &areas, &id_key);
        let answer = json!({ "household": id });
        let stream = StreamId::from(id);
        let decide = |state: &Household| {
            let events = decide_household(state, command, &context)?;
            Ok((events, answer.clone()))
        };
        Box::pin(self.perform::<Households, _>(call, digest, &stream, decide)).await
    }

    async fn move_household(
        &self,
        call: Call<'_>,
        id: HouseholdId,
        command: &HouseholdCommand,
    ) -> Result<Performed<Household>, Problem> {
        let HouseholdCommand::Move {
            to,
            address,
            on,
            source,
        } = command
        else {
            return Err(Refusal::new("residents.nothing-new").into());
        };
        let digest = digest_of(&(id, command))?;
        let areas = self.areas();
        let id_key = |number: &str| self.id_key(number);
        let context = self.context(call.actor, &areas, &id_key);
        let meta = Meta {
            at: self.clock().now(),
            actor: call.actor,
        };
        let mut plan = Plan::default();
        let stream = StreamId::from(id);
        let household: Loaded<Household> = self.load::<Households>(&stream).await?;
        let events = decide_household(&household.state, command, &context);
        let events = events.map_err(Problem::Refused)?;
        let after = plan.add::<Households>(&stream, &household, &events, meta)?;
        let follow = Command::Move {
            to: to.clone(),
            address: address.clone(),
            on: *on,
            source: source.clone(),
        };
        for member in &household.state.members {
            let stream = StreamId::from(member.resident);
            let resident = self.load::<Residents>(&stream).await?;
            // Who died or was erased stays where they were.
            if resident.state.dead || resident.state.erased {
                continue;
            }
            let events = decide(&resident.state, &follow, &context).map_err(Problem::Refused)?;
            plan.add::<Residents>(&stream, &resident, &events, meta)?;
        }
        let answer = json!({ "household": id });
        let done = self.submit(call, digest, plan, answer, meta.at).await?;
        for member in &household.state.members {
            let flagged = crate::reactions::resident_gone(self, member.resident, "applicant-moved");
            Box::pin(flagged).await?;
        }
        Ok(Performed {
            state: after.state,
            version: after.version,
            answer: done.answer().clone(),
            seqs: None,
        })
    }

    /// 代办授权: records a mandate; its id is in the answer under `mandate`.
    ///
    /// # Errors
    /// [`Problem`]: refused (see [`rights::grant`]) or a fault.
    pub async fn grant_mandate(
        &self,
        call: Call<'_>,
        granted: Granted,
        words: &str,
    ) -> Result<Performed<rights::Right<Granted>>, Problem> {
        let area = self.area_of(granted.principal).await?;
        self.area_of(granted.agent).await?;
        let digest = digest_of(&(&granted, words))?;
        let areas = self.areas();
        let id_key = |number: &str| self.id_key(number);
        let context = self.context(call.actor, &areas, &id_key);
        // The act's id makes the mandate's: the same act sent twice grants one.
        let stream = StreamId::new("mandate", call.command);
        let answer = json!({ "mandate": call.command });
        let decide = |_: &rights::Right<Granted>| {
            let event = rights::grant(granted.clone(), &area, words, &context);
            Ok((vec![event.map_err(|no| vec![no])?], answer.clone()))
        };
        Box::pin(self.perform::<Mandates, _>(call, digest, &stream, decide)).await
    }

    /// Ends a mandate today.
    ///
    /// # Errors
    /// [`Problem`]: refused (see [`rights::end`]) or a fault.
    pub async fn end_mandate(
        &self,
        call: Call<'_>,
        id: Uuid,
    ) -> Result<Performed<rights::Right<Granted>>, Problem> {
        let digest = digest_of(&("end-mandate", id))?;
        let areas = self.areas();
        let id_key = |number: &str| self.id_key(number);
        let context = self.context(call.actor, &areas, &id_key);
        let stream = StreamId::new("mandate", id);
        let decide = |state: &rights::Right<Granted>| {
            let event = rights::end(state, &context).map_err(|no| vec![no])?;
            Ok((vec![event], json!({ "mandate": id })))
        };
        Box::pin(self.perform::<Mandates, _>(call, digest, &stream, decide)).await
    }

    /// 同意: records a consent; its id is in the answer under `consent`.
    ///
    /// # Errors
    /// [`Problem`]: refused (see [`rights::consent`]) or a fault.
    pub async fn give_consent(
        &self,
        call: Call<'_>,
        given: Given,
        words: &str,
    ) -> Result<Performed<rights::Right<Given>>, Problem> {
        let area = self.area_of(given.resident).await?;
        let digest = digest_of(&(&given, words))?;
        let areas = self.areas();
        let id_key = |number: &str| self.id_key(number);
        let context = self.context(call.actor, &areas, &id_key);
        let stream = StreamId::new("consent", call.command);
        let answer = json!({ "consent": call.command });
        let decide = |_: &rights::Right<Given>| {
            let event = rights::consent(given.clone(), &area, words, &context);
            Ok((vec![event.map_err(|no| vec![no])?], answer.clone()))
        };
        Box::pin(self.perform::<Consents, _>(call, digest, &stream, decide)).await
    }

    /// Withdraws a consent today.
    ///
    /// # Errors
    /// [`Problem`]: refused (see [`rights::end`]) or a fault.
    pub async fn withdraw_consent(
        &self,
        call: Call<'_>,
        id: Uuid,
    ) -> Result<Performed<rights::Right<Given>>, Problem> {
        let digest = digest_of(&("withdraw-consent", id))?;
        let areas = self.areas();
        let id_key = |number: &str| self.id_key(number);
        let context = self.context(call.actor, &areas, &id_key);
        let stream = StreamId::new("consent", id);
        let decide = |state: &rights::Right<Given>| {
            let event = rights::end(state, &context).map_err(|no| vec![no])?;
            Ok((vec![event], json!({ "consent": id })))
        };
        Box::pin(self.perform::<Consents, _>(call, digest, &stream, decide)).await
    }

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
        plan.add::<Looks>(&looks::stream(resident), &nothing_yet(), &[look], meta)?;
        // Looks do not depend on each other: whatever version the stream is at.
        plan.expected.clear();
        plan.cached.clear();
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
            subject: Some(resident),
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
            facts.insert(FieldId::from("household.members"), members);
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
        let subject = Some(resident);
        let target = Target {
            area: &area,
            subject,
        };
        gate::permits(actor, action, target)?;
        let areas = self.areas();
        let cond = Cond::all().add(is("resident", resident.to_string()));
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
        self.ask(&areas).mandates("principal", principal).await
    }

    /// The mandates by which `agent` acts for others.
    ///
    /// # Errors
    /// [`Fault`] when the registers cannot be read.
    pub async fn mandates_held_by(&self, agent: ResidentId) -> Result<Vec<MandateRow>, Fault> {
        let areas = self.areas();
        self.ask(&areas).mandates("agent", agent).await
    }

    /// The consents of `resident`.
    ///
    /// # Errors
    /// [`Fault`] when the registers cannot be read.
    pub async fn consents_of(&self, resident: ResidentId) -> Result<Vec<ConsentRow>, Fault> {
        let areas = self.areas();
        self.ask(&areas).consents(resident).await
    }

    /// The household of `resident`, where one is known.
    ///
    /// # Errors
    /// [`Fault`] when the registers cannot be read.
    pub async fn household_of(&self, resident: ResidentId) -> Result<Option<HouseholdId>, Fault> {
        let areas = self.areas();
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

    /// The keyed hash under which an identity number is found.
    pub(super) fn id_key(&self, number: &str) -> String {
        let mut hash = self.journal().lookup_hash(ID_NUMBER, number);
        // 96 bits tell any number of people apart, and keep the index small.
        hash.truncate(24);
        hash
    }

    fn ask<'a>(&'a self, areas: &'a crate::places::AreaTree) -> Asked<'a> {
        Asked {
            reader: self.journal().reader(),
            areas,
            today: self.clock().today(),
        }
    }

    fn context<'a>(
        &'a self,
        actor: &'a Actor,
        areas: &'a crate::places::AreaTree,
        id_key: &'a (dyn Fn(&str) -> String + Sync),
    ) -> Context<'a> {
        Context {
            today: self.clock().today(),
            actor,
            dictionary: self.catalogue().dictionary(),
            areas,
            id_key,
        }
    }

    async fn record_of(&self, resident: ResidentId) -> Result<OpenRecord, Fault> {
        let stream = StreamId::from(resident);
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

    /// Where a resident lives today.
    async fn area_of(&self, resident: ResidentId) -> Result<linli_kernel::AreaPath, Problem> {
        let stream = StreamId::from(resident);
        let state = self.load::<Residents>(&stream).await?.state;
        let Some(area) = &state.area else {
            return Err(Refusal::new("residents.not-registered").into());
        };
        Ok(self.areas().today(area).unwrap_or(area).clone())
    }

    /// 共同生活的家庭成员 as forms list them: name and relation to the head.
    async fn member_facts(&self, members: &[Member]) -> Result<Fact, Fault> {
        let mut rows = Vec::with_capacity(members.len());
        let mut as_of = Date::MIN;
        let mut source = String::from("committee");
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

    async fn number_is_free(&self, id: ResidentId, command: &Command) -> Result<(), Problem> {
        let number = match command {
            Command::Register { facts, .. } => facts.get("person.id_number"),
            Command::RecordFact(fact) | Command::CorrectFact { fact, .. } => {
                (fact.field.as_str() == "person.id_number").then_some(&fact.value)
            }
            Command::Move { .. } | Command::RecordDeath { .. } => None,
        };
        let Some(number) = number.and_then(Value::as_str) else {
            return Ok(());
        };
        match self.resident_with_number(number).await? {
            Some(known) if known != id => Err(Refusal::new("residents.number-known")
                .on("person.id_number")
                .into()),
            _ => Ok(()),
        }
    }

    async fn members_are_free(
        &self,
        id: HouseholdId,
        command: &HouseholdCommand,
    ) -> Result<(), Problem> {
        let members: Vec<ResidentId> = match command {
            HouseholdCommand::Form { members, .. } => members.iter().map(|m| m.resident).collect(),
            HouseholdCommand::Join { member, .. } => vec![member.resident],
            _ => return Ok(()),
        };
        let areas = self.areas();
        let known = self.ask(&areas).by_ids(&members).await?;
        let elsewhere = |row: &Row| row.household.is_some_and(|household| household != id);
        if known.len() < members.len() {
            return Err(Refusal::new("residents.not-registered")
                .on("members")
                .into());
        }
        if known.iter().any(elsewhere) {
            return Err(Refusal::new("residents.member-elsewhere")
                .on("members")
                .into());
        }
        Ok(())
    }
}

/// Why the desks of somebody's open cases should look, if they should.
fn gone(command: &Command) -> Option<&'static str> {
    match command {
        Command::RecordDeath { .. } => Some("applicant-died"),
        Command::Move { .. } => Some("applicant-moved"),
        _ => None,
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
