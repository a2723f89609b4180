//! Residents on a running node: what is recorded.

use linli_kernel::{Actor, AreaPath, HouseholdId, Refusal, ResidentId, StreamId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::decide::{Command, Context, decide};
use super::households::{HouseholdCommand, decide_household};
use super::queries::Asked;
use super::register::{Households, Residents};
use super::rights::{self, Consents, Given, Granted, Mandates};
use super::rows::Row;
use super::state::{Household, Resident};
use crate::feature::{Call, Loaded, Meta, Performed, Plan, Problem, digest_of};
use crate::node::Linli;
use crate::places::AreaTree;

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
        let id = self.survivor(id);
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
        if let Some(done) = self.household_done(call, digest, id).await? {
            return Ok(done);
        }
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

    /// What was answered when the act had been done before.
    async fn household_done(
        &self,
        call: Call<'_>,
        digest: [u8; 32],
        id: HouseholdId,
    ) -> Result<Option<Performed<Household>>, Problem> {
        let answered = self.journal().answered(call.command, digest).await;
        let Some(answer) = answered.map_err(|error| self.problem(error))? else {
            return Ok(None);
        };
        let done = self.load::<Households>(&StreamId::from(id)).await?;
        Ok(Some(Performed {
            state: done.state,
            version: done.version,
            answer,
            seqs: None,
        }))
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
        let granted = Granted {
            principal: self.survivor(granted.principal),
            agent: self.survivor(granted.agent),
            ..granted
        };
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
            let whose = state.what.as_ref().map(|what| what.principal);
            let actor = self.acting_as(call.actor, whose);
            let context = Context {
                actor: &actor,
                ..context
            };
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
        let given = Given {
            resident: self.survivor(given.resident),
            ..given
        };
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
            let whose = state.what.as_ref().map(|what| what.resident);
            let actor = self.acting_as(call.actor, whose);
            let context = Context {
                actor: &actor,
                ..context
            };
            let event = rights::end(state, &context).map_err(|no| vec![no])?;
            Ok((vec![event], json!({ "consent": id })))
        };
        Box::pin(self.perform::<Consents, _>(call, digest, &stream, decide)).await
    }

    /// The keyed hash under which an identity number is found.
    pub(crate) fn id_key(&self, number: &str) -> String {
        let mut hash = self.journal().lookup_hash(ID_NUMBER, number);
        // 96 bits tell any number of people apart, and keep the index small.
        hash.truncate(24);
        hash
    }

    pub(super) fn ask<'a>(&'a self, areas: &'a AreaTree) -> Asked<'a> {
        Asked {
            reader: self.journal().reader(),
            areas,
            today: self.clock().today(),
        }
    }

    pub(crate) fn context<'a>(
        &'a self,
        actor: &'a Actor,
        areas: &'a AreaTree,
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

    /// Where a resident lives today.
    pub(crate) async fn area_of(&self, resident: ResidentId) -> Result<AreaPath, Problem> {
        let stream = StreamId::from(self.survivor(resident));
        let state = self.load::<Residents>(&stream).await?.state;
        let (Some(area), false) = (&state.area, state.withdrawn) else {
            return Err(Refusal::new("residents.not-registered").into());
        };
        Ok(self.areas().today(area).unwrap_or(area).clone())
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
