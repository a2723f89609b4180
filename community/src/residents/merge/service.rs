//! Merging and parting on a running node.

use std::borrow::Cow;
use std::collections::BTreeSet;

use linli_kernel::gate::{self, Target};
use linli_kernel::{Action, Actor, CommandId, HouseholdId, Refusal, ResidentId, StreamId};
use serde_json::json;
use uuid::Uuid;

use super::{Merge, Placed};
use crate::feature::{Call, Loaded, Meta, Plan, Problem, digest_of};
use crate::node::Linli;
use crate::reactions;
use crate::residents::events::{HouseholdEvent, HouseholdHappened, Regrouped};
use crate::residents::likeness::Likeness;
use crate::residents::looks::{LookedAt, Purpose, Why};
use crate::residents::register::{Households, Residents};
use crate::residents::rows::Row;
use crate::residents::state::{Household, Resident};

/// The versions of the two records that the officer saw when they chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The survivor's.
    pub survivor: u64,
    /// The other's.
    pub other: u64,
}

/// Two records that may be of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// The one asked for first, masked.
    pub first: Row,
    /// The other, masked.
    pub second: Row,
    /// What speaks for one person, and what against.
    pub likeness: Likeness,
    /// Whether somebody said that they are two people.
    pub apart: bool,
}

type Loads = (Loaded<Resident>, Loaded<Resident>);

impl Linli {
    /// The record that stands for `id` today: itself, where nothing was merged.
    #[must_use]
    pub fn survivor(&self, id: ResidentId) -> ResidentId {
        self.standing().survivor(id)
    }

    /// The record that stands for `id`, and every record it stands for: whose cases, awards and looks
    /// are this person's.
    #[must_use]
    pub fn same_as(&self, id: ResidentId) -> Vec<ResidentId> {
        self.standing().same_as(id)
    }

    /// The actor as the one whose matter is under `subject`: who acts for themselves acts for every
    /// record that they stand for. For asking the gate; what is recorded names the actor as they are.
    pub(crate) fn acting_as<'a>(
        &self,
        actor: &'a Actor,
        subject: Option<ResidentId>,
    ) -> Cow<'a, Actor> {
        let (Some(whose), Some(acting)) = (subject, actor.subject()) else {
            return Cow::Borrowed(actor);
        };
        if whose == acting || self.survivor(whose) != self.survivor(acting) {
            return Cow::Borrowed(actor);
        }
        let mut actor = actor.clone();
        match &mut actor.mandate {
            Some(mandate) => mandate.principal = whose,
            None => actor.resident = Some(whose),
        }
        Cow::Owned(actor)
    }

    /// Two records side by side, masked.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…` where either lies elsewhere, `residents.not-registered`,
    /// `residents.merge-self`, or a fault.
    pub async fn beside(
        &self,
        actor: &Actor,
        first: ResidentId,
        second: ResidentId,
    ) -> Result<Beside, Problem> {
        let (one, other) = (
            self.resident_row(actor, first).await?,
            self.resident_row(actor, second).await?,
        );
        for row in [&one, &other] {
            may_change(actor, row)?;
        }
        if one.id == other.id {
            return Err(Refusal::new("residents.merge-self").into());
        }
        let likeness = self.likeness(first, second).await?;
        let (low, high) = (first.min(second), first.max(second));
        let state = self.load::<Residents>(&StreamId::from(low)).await?.state;
        Ok(Beside {
            first: one,
            second: other,
            likeness,
            apart: state.apart.contains(&high),
        })
    }

    /// 合并: `wish.survivor` stands for `wish.other` from now on. Both persons' logs of access tell of
    /// it, with the words of the reason.
    ///
    /// # Errors
    /// [`Problem`]: refused (`gate.…`, `residents.merge-…`, `residents.merged`, `residents.dead`,
    /// `residents.erased`, `residents.not-registered`, `residents.unknown-field`,
    /// `residents.words-missing`, `residents.too-long`), in conflict with what was `seen`, or a fault.
    pub async fn merge_residents(
        &self,
        call: Call<'_>,
        wish: &Merge,
        seen: Option<Seen>,
    ) -> Result<(), Problem> {
        let digest = digest_of(&("merge", wish))?;
        if self.was_done(call, digest).await? {
            return Ok(());
        }
        let (one, other) = self.both(wish.survivor, wish.other).await?;
        unmoved(wish, (&one, &other), seen)?;
        let areas = self.areas();
        let id_key = |number: &str| self.id_key(number);
        let context = self.context(call.actor, &areas, &id_key);
        self.stands_aside(call.actor, wish).await?;
        let households = self.regrouped(wish).await?;
        let reasons = self.likeness(wish.survivor, wish.other).await?.codes();
        let states = (&*one.state, &*other.state);
        let decided = super::merge(states, wish, reasons, households.clone(), &context);
        let (survives, goes) = decided.map_err(Problem::Refused)?;
        self.not_paid_twice(wish).await?;
        let meta = Meta {
            at: self.clock().now(),
            actor: call.actor,
        };
        let mut plan = Plan::default();
        let streams = (StreamId::from(wish.survivor), StreamId::from(wish.other));
        plan.add::<Residents>(&streams.0, &one, &[survives], meta)?;
        plan.add::<Residents>(&streams.1, &other, &[goes], meta)?;
        for placed in &households {
            self.regroup(&mut plan, placed.household, placed.after.clone(), meta)
                .await?;
        }
        self.tell_both(
            &mut plan,
            (wish.survivor, wish.other),
            (Why::Merge, &wish.words),
            meta,
        )
        .await?;
        self.submit(
            call,
            digest,
            plan,
            json!({ "resident": wish.survivor }),
            meta.at,
        )
        .await?;
        self.standing().set(wish.other, Some(wish.survivor));
        Ok(())
    }

    /// 拆分: `other`, which was merged away, stands for itself again. Returns the record that had
    /// stood for it.
    ///
    /// # Errors
    /// [`Problem`]: refused (`gate.…`, `residents.not-merged`, `residents.part-latest-first`,
    /// `residents.erased`, `residents.not-registered`, `residents.words-missing`), or a fault.
    pub async fn part_residents(
        &self,
        call: Call<'_>,
        other: ResidentId,
        words: &str,
    ) -> Result<ResidentId, Problem> {
        let digest = digest_of(&("part", other, words))?;
        let stream = StreamId::from(other);
        let goes = self.load::<Residents>(&stream).await?;
        if self.was_done(call, digest).await? {
            return Ok(other);
        }
        if words.trim().is_empty() {
            return Err(Refusal::new("residents.words-missing").on("words").into());
        }
        let not_merged = || Refusal::new("residents.not-merged");
        let survivor = goes.state.merged_into.ok_or_else(not_merged)?;
        let from = StreamId::from(survivor);
        let stays = self.load::<Residents>(&from).await?;
        let areas = self.areas();
        let id_key = |number: &str| self.id_key(number);
        let context = self.context(call.actor, &areas, &id_key);
        self.kin_apart(call.actor, &[survivor, other]).await?;
        let decided = super::part(&stays.state, &goes.state, &context);
        let (first, second) = decided.map_err(Problem::Refused)?;
        let meta = Meta {
            at: self.clock().now(),
            actor: call.actor,
        };
        let mut plan = Plan::default();
        plan.add::<Residents>(&from, &stays, &[first], meta)?;
        plan.add::<Residents>(&stream, &goes, &[second], meta)?;
        for placed in goes.state.placed.iter().rev() {
            let placed = (placed, goes.state.placed.as_slice());
            self.give_back(&mut plan, placed, survivor, meta).await?;
        }
        self.tell_both(&mut plan, (survivor, other), (Why::Part, words), meta)
            .await?;
        self.submit(call, digest, plan, json!({ "resident": survivor }), meta.at)
            .await?;
        self.standing().set(other, None);
        Ok(survivor)
    }

    /// 不是同一人: the two are two people, and not shown as one again.
    ///
    /// # Errors
    /// [`Problem`]: refused (`gate.…`, `residents.nothing-new`, `residents.erased`,
    /// `residents.not-registered`), or a fault.
    pub async fn tell_apart(
        &self,
        call: Call<'_>,
        first: ResidentId,
        second: ResidentId,
    ) -> Result<(), Problem> {
        let (low, high) = (first.min(second), first.max(second));
        let digest = digest_of(&("apart", low, high))?;
        let other = self.load::<Residents>(&StreamId::from(high)).await?;
        let areas = self.areas();
        let id_key = |number: &str| self.id_key(number);
        let context = self.context(call.actor, &areas, &id_key);
        let stream = StreamId::from(low);
        let call = Call {
            expected: None,
            ..call
        };
        let decide = |state: &Resident| {
            let event = super::tell_apart(state, &other.state, &context)?;
            Ok((vec![event], json!({})))
        };
        Box::pin(self.perform::<Residents, _>(call, digest, &stream, decide)).await?;
        Ok(())
    }

    async fn was_done(&self, call: Call<'_>, digest: [u8; 32]) -> Result<bool, Problem> {
        let answered = self.journal().answered(call.command, digest).await;
        Ok(answered.map_err(|error| self.problem(error))?.is_some())
    }

    async fn both(&self, first: ResidentId, second: ResidentId) -> Result<Loads, Problem> {
        let one = self.load::<Residents>(&StreamId::from(first)).await?;
        let other = self.load::<Residents>(&StreamId::from(second)).await?;
        Ok((one, other))
    }

    async fn stands_aside(&self, actor: &Actor, wish: &Merge) -> Result<(), Problem> {
        if wish.words.chars().count() > 200 {
            return Err(Refusal::new("residents.too-long").on("words").into());
        }
        self.kin_apart(actor, &[wish.survivor, wish.other]).await
    }

    /// 回避: nobody joins or parts records of their own household.
    async fn kin_apart(&self, actor: &Actor, of: &[ResidentId]) -> Result<(), Problem> {
        let kin = reactions::kin_of(self, actor).await?;
        match of.iter().any(|one| kin.contains(one)) {
            true => Err(Refusal::new("residents.merge-own").into()),
            false => Ok(()),
        }
    }

    /// Which of two awards for one benefit stops is decided on the awards.
    async fn not_paid_twice(&self, wish: &Merge) -> Result<(), Problem> {
        let paid = |id| {
            let whose = self.same_as(id);
            async move { self.services_paid(&whose).await }
        };
        let (one, other): (BTreeSet<String>, BTreeSet<String>) =
            (paid(wish.survivor).await?, paid(wish.other).await?);
        match one.intersection(&other).next() {
            Some(service) => {
                let no = Refusal::new("residents.merge-awards");
                Err(no.with("service", service).into())
            }
            None => Ok(()),
        }
    }

    async fn home(
        &self,
        resident: ResidentId,
    ) -> Result<Option<(HouseholdId, Loaded<Household>)>, Problem> {
        let Some(id) = self.household_of(resident).await? else {
            return Ok(None);
        };
        let loaded = self.load::<Households>(&StreamId::from(id)).await?;
        let among = loaded.state.member(resident).is_some();
        Ok(among.then_some((id, loaded)))
    }

    async fn regrouped(&self, wish: &Merge) -> Result<Vec<Placed>, Problem> {
        let own = self.home(wish.survivor).await?;
        let theirs = self.home(wish.other).await?;
        let members = |home: &Option<(HouseholdId, Loaded<Household>)>| {
            home.as_ref()
                .map(|(id, loaded)| (*id, loaded.state.members.clone()))
        };
        let (own, theirs) = (members(&own), members(&theirs));
        let (own, theirs) = (borrowed(own.as_ref()), borrowed(theirs.as_ref()));
        let placed = super::regroup((wish.survivor, own), (wish.other, theirs), wish.household)?;
        Ok(placed)
    }

    async fn regroup(
        &self,
        plan: &mut Plan,
        id: HouseholdId,
        members: Vec<crate::residents::Member>,
        meta: Meta<'_>,
    ) -> Result<(), Problem> {
        let stream = StreamId::from(id);
        let loaded = self.load::<Households>(&stream).await?;
        let state = &loaded.state;
        let (Some(area), false) = (&state.area, state.withdrawn) else {
            return Ok(());
        };
        let head = members.first().map(|member| member.resident);
        // Of an empty household nothing is sealed anew: whoever comes back heads it as before.
        let anew = head.filter(|head| state.head().is_some_and(|was| was != *head));
        let open = Regrouped {
            members,
            sealed_anew: anew.is_some(),
        };
        let facts = anew.map(|_| state.facts.clone());
        let event = HouseholdEvent {
            area: self.area_today(area),
            head: head.or(state.head()).unwrap_or(ResidentId(Uuid::nil())),
            what: HouseholdHappened::Regrouped(open, facts),
        };
        plan.add::<Households>(&stream, &loaded, &[event], meta)?;
        Ok(())
    }

    /// A household gets back whom a merge had taken from it; the survivor only while they are still
    /// where the merge had put them.
    async fn give_back(
        &self,
        plan: &mut Plan,
        (placed, all): (&Placed, &[Placed]),
        survivor: ResidentId,
        meta: Meta<'_>,
    ) -> Result<(), Problem> {
        let stream = StreamId::from(placed.household);
        let now = self.load::<Households>(&stream).await?.state;
        let mut members = super::restore(placed, &now.members);
        if now.member(survivor).is_none() {
            let home = self.household_of(survivor).await?;
            let still = home.is_some_and(|home| all.iter().any(|one| one.household == home));
            members.retain(|one| still || one.resident != survivor);
        }
        if members == now.members {
            return Ok(());
        }
        self.regroup(plan, placed.household, members, meta).await
    }

    async fn tell_both(
        &self,
        plan: &mut Plan,
        (first, second): (ResidentId, ResidentId),
        (why, words): (Why, &str),
        meta: Meta<'_>,
    ) -> Result<(), Problem> {
        for resident in [first, second] {
            let state = self
                .load::<Residents>(&StreamId::from(resident))
                .await?
                .state;
            let missing = || Refusal::new("residents.not-registered");
            let area = state.area.clone().ok_or_else(missing)?;
            let look = LookedAt {
                id: CommandId::new(self.clock()).0,
                area: self.area_today(&area),
                purpose: Purpose {
                    why,
                    case: None,
                    words: words.trim().to_owned(),
                },
            };
            self.add_look(plan, resident, look, meta)?;
        }
        Ok(())
    }
}

fn borrowed(
    home: Option<&(HouseholdId, Vec<crate::residents::Member>)>,
) -> Option<(HouseholdId, &[crate::residents::Member])> {
    home.map(|(id, members)| (*id, members.as_slice()))
}

fn may_change(actor: &Actor, row: &Row) -> Result<(), Refusal> {
    let target = Target {
        area: &row.area,
        subject: None,
    };
    gate::permits(actor, Action::ResidentChange, target)
}

fn unmoved(
    wish: &Merge,
    (one, other): (&Loaded<Resident>, &Loaded<Resident>),
    seen: Option<Seen>,
) -> Result<(), Problem> {
    let Some(seen) = seen else { return Ok(()) };
    for (id, loaded, expected) in [
        (wish.survivor, one, seen.survivor),
        (wish.other, other, seen.other),
    ] {
        if loaded.version != expected {
            return Err(Problem::Conflict {
                stream: StreamId::from(id),
                expected,
                found: loaded.version,
            });
        }
    }
    Ok(())
}
