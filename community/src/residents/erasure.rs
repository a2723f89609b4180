//! 抹除: a person's data is made unreadable for good, on a ground of the law.
//!
//! **Who.** A district officer of the person's area, with the ground and the number of the paper on
//! which it was decided, and never for themselves or their own household (回避).
//!
//! **What.** The person's key is destroyed: nothing sealed under it can be read again, here or in a
//! backup that this node reaches; their rows and words leave the registers; their account is closed.
//! The entries stay and the journal still verifies. Cases go on showing what was decided and when,
//! without the person.
//!
//! **When not.** While a case of theirs is open: it could be neither worked nor explained. Records
//! that a law requires to be kept are the officer's to weigh (个人信息保护法 art. 47).

use std::path::PathBuf;

use jiff::Timestamp;
use linli_journal::kinds;
use linli_kernel::gate::{self, Target};
use linli_kernel::{Action, Actor, AreaPath, Refusal, ResidentId, StreamId};
use serde::{Deserialize, Serialize};

use super::register::Residents;
use super::state::Resident;
use crate::feature::{Call, Problem};
use crate::node::Linli;
use crate::reactions;

/// The longest number of a paper, in characters.
const MOST_REFERENCE: usize = 60;

/// On what ground (个人信息保护法 art. 47).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// What the data was for is reached, cannot be reached, or needs it no more.
    NoLongerNeeded,
    /// The time for which it was to be kept is over.
    RetentionOver,
    /// The person took their consent back.
    ConsentWithdrawn,
    /// It was handled against the law or against what was agreed.
    Unlawful,
    /// Another case that a law names.
    OtherLaw,
}

impl Ground {
    /// Every ground.
    pub const ALL: [Self; 5] = [
        Self::NoLongerNeeded,
        Self::RetentionOver,
        Self::ConsentWithdrawn,
        Self::Unlawful,
        Self::OtherLaw,
    ];

    /// Its name in entries, forms and message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NoLongerNeeded => "no_longer_needed",
            Self::RetentionOver => "retention_over",
            Self::ConsentWithdrawn => "consent_withdrawn",
            Self::Unlawful => "unlawful",
            Self::OtherLaw => "other_law",
        }
    }
}

/// The wish to erase somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// The ground.
    pub ground: Ground,
    /// 文号: the number of the paper on which it was decided. It stands in the open part of the
    /// entry, so it names nobody.
    pub reference: String,
}

/// 已抹除: what is still known of somebody who was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// The area they belonged to.
    pub area: AreaPath,
    /// The ground and the number of the paper, as recorded; the ground is a [`Ground::code`].
    pub ground: String,
    /// The number of the paper.
    pub reference: String,
    /// The place of the entry in the log.
    pub seq: u64,
}

impl Linli {
    /// 抹除: destroys the key of `resident`, for good. Returns the backup folders that could not be
    /// reached, where the key must be removed by hand.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, `residents.not-registered`, `residents.erase-own`,
    /// `residents.erase-open-cases`, `residents.reference-missing`, `residents.reference-wrong`,
    /// `residents.reference-personal`, `journal.subject-erased`, or a fault.
    pub async fn erase_resident(
        &self,
        call: Call<'_>,
        resident: ResidentId,
        erasure: &Erasure,
    ) -> Result<Vec<PathBuf>, Problem> {
        let resident = self.survivor(resident);
        let area = self.area_of(resident).await?;
        let target = Target {
            area: &area,
            subject: None,
        };
        gate::permits(call.actor, Action::ResidentErase, target)?;
        if reactions::kin_of(self, call.actor)
            .await?
            .contains(&resident)
        {
            return Err(Refusal::new("residents.erase-own").into());
        }
        // Every record that this one stands for is of the same person.
        let records = self.same_as(resident);
        for record in &records {
            let stream = StreamId::from(*record);
            let known = self.load::<Residents>(&stream).await?.state;
            check_reference(&erasure.reference, &known)?;
        }
        let open = reactions::open_cases_of(self, resident).await?;
        if open > 0 {
            let refusal = Refusal::new("residents.erase-open-cases").with("count", open);
            return Err(refusal.into());
        }
        let reason = format!("{} {}", erasure.ground.code(), erasure.reference.trim());
        let mut unreached = Vec::new();
        // The survivor last: what was cut short in between is done by asking again.
        for record in records.iter().rev() {
            let own = *record == resident;
            let known = self.load::<Residents>(&StreamId::from(*record)).await?;
            if known.state.erased && !own {
                continue;
            }
            let call = if own { call } else { self.own_call(call.actor) };
            unreached.extend(reactions::erase(self, call, *record, &area, &reason).await?);
            reactions::close_account_of(self, *record).await?;
        }
        unreached.sort();
        unreached.dedup();
        Ok(unreached)
    }

    /// What is known of `resident` when they were erased; `None` when they were not.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, or a fault.
    pub async fn erased(
        &self,
        actor: &Actor,
        resident: ResidentId,
    ) -> Result<Option<Erased>, Problem> {
        let entries = self
            .journal()
            .stream(&StreamId::new("key", resident))
            .await?;
        let Some(entry) = entries
            .into_iter()
            .find(|one| one.kind == kinds::KEYS_DESTROYED)
        else {
            return Ok(None);
        };
        let areas = self.areas();
        let target = Target {
            area: areas.today(&entry.area).unwrap_or(&entry.area),
            subject: None,
        };
        gate::permits(actor, Action::ResidentList, target)?;
        let reason = entry.open["reason"].as_str().unwrap_or_default();
        let (ground, reference) = reason.split_once(' ').unwrap_or((reason, ""));
        Ok(Some(Erased {
            at: entry.at,
            actor: entry.actor,
            area: entry.area,
            ground: ground.to_owned(),
            reference: reference.to_owned(),
            seq: entry.seq,
        }))
    }
}

/// The number of a paper: there, short, of plain characters, and without what it is to erase.
fn check_reference(reference: &str, known: &Resident) -> Result<(), Refusal> {
    let reference = reference.trim();
    let no = |code: &str| Err(Refusal::new(code).on("reference"));
    if reference.is_empty() {
        return no("residents.reference-missing");
    }
    if reference.chars().count() > MOST_REFERENCE || reference.chars().any(char::is_control) {
        return no("residents.reference-wrong");
    }
    let tells = [
        "person.name",
        "person.id_number",
        "person.phone",
        "person.address",
    ]
    .into_iter()
    .filter_map(|field| known.text(field))
    .any(|secret| !secret.is_empty() && reference.contains(secret));
    if tells {
        return no("residents.reference-personal");
    }
    Ok(())
}
