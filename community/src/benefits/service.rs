//! Awards on a running node: one read, one acted on.

use jiff::Timestamp;
use linli_journal::Recorded;
use linli_kernel::gate::{Target, permits};
use linli_kernel::{Action, Actor, AwardId, Fault, Refusal, StreamId};
use serde_json::json;

use super::decide::{Command, Context, decide};
use super::events::Event;
use super::month::Month;
use super::queries::SettledRow;
use super::register::Awards;
use super::rules::Rules;
use super::state::{Award, MaybeAward};
use crate::feature::{Call, Performed, Problem, digest_of};
use crate::node::Linli;
use crate::reactions;

/// 经过: one thing that happened to an award, when and by whom.
#[derive(Debug, Clone, PartialEq)]
pub struct Happened {
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// What.
    pub event: Event,
}

impl Linli {
    /// One award with its version, for those who may see it: staff of its area, or whoever it is
    /// paid to.
    ///
    /// # Errors
    /// [`Problem`]: `benefits.unknown`, `gate.…`, or a fault.
    pub async fn award(&self, actor: &Actor, id: AwardId) -> Result<(Award, u64), Problem> {
        let loaded = self.load::<Awards>(&StreamId::from(id)).await?;
        let unknown = || Refusal::new("benefits.unknown");
        let award = loaded.state.as_deref().ok_or_else(unknown)?;
        let action = match actor.post {
            Some(_) => Action::BenefitRead,
            None => Action::ResidentOwn,
        };
        let target = Target {
            area: &self.area_today(&award.area),
            subject: Some(award.resident),
        };
        let acting = self.acting_as(actor, Some(award.resident));
        permits(&acting, action, target)?;
        Ok((award.clone(), loaded.version))
    }

    /// What happened to an award, the oldest first. Who may ask is for the caller to establish.
    ///
    /// # Errors
    /// [`Fault`] when the journal cannot be read.
    pub async fn award_history(&self, id: AwardId) -> Result<Vec<Happened>, Fault> {
        let stream = StreamId::from(id);
        let entries = self.journal().stream(&stream).await?;
        let read = |entry: Recorded| {
            let event = Event::read(&entry);
            let event = event.map_err(|wrong| Fault::Damaged(format!("{stream}: {wrong}")))?;
            Ok(Happened {
                at: entry.at,
                actor: entry.actor,
                event,
            })
        };
        entries.into_iter().map(read).collect()
    }

    /// Does `command` to an award.
    ///
    /// # Errors
    /// [`Problem`]: refused (see [`decide`]), in conflict with what the caller saw, or a fault.
    pub async fn act_on_award(
        &self,
        call: Call<'_>,
        id: AwardId,
        command: &Command,
    ) -> Result<Performed<MaybeAward>, Problem> {
        let stream = StreamId::from(id);
        let digest = digest_of(&(id, command))?;
        let known = self.load::<Awards>(&stream).await?;
        let unknown = || Refusal::new("benefits.unknown");
        let award = known.state.as_deref().ok_or_else(unknown)?;
        let rules = Rules::built_in().ok_or_else(unknown)?;
        let kin = reactions::kin_of(self, call.actor).await?;
        let SettledRow { settled, deducted } = self.settled_of(id).await?;
        let today = self.clock().today();
        let says = match command {
            Command::Keep { .. } => self.policy_says(award, Month::of(today)).await?,
            Command::Adjust { from, .. } => self.policy_says(award, *from).await?,
            _ => None,
        };
        let area = self.area_today(&award.area);
        let service = self.catalogue().service_in(&award.service, &area, today);
        let review = service.as_ref().and_then(|service| service.review.as_ref());
        let context = Context {
            today,
            actor: call.actor,
            kin: &kin,
            area: &area,
            settled: &settled,
            deducted,
            rules,
            says: says.as_ref(),
            review_months: review.map(|review| review.months),
        };
        let decided = |state: &MaybeAward| {
            let award = state.as_deref().ok_or_else(|| vec![unknown()])?;
            let events = decide(award, command, &context).map_err(|no| vec![no])?;
            Ok((events, json!({ "award": id })))
        };
        self.perform::<Awards, _>(call, digest, &stream, decided)
            .await
    }
}
