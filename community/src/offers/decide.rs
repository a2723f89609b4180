//! What may become of an offer. Pure: values in, an event or a refusal out.

use jiff::civil::Date;
use linli_kernel::gate::{Target, permits};
use linli_kernel::{Action, Actor, AreaPath, CaseId, Refusal, ResidentId};
use serde_json::Value;

use super::events::{Event, Made, MadeSealed};
use super::state::{Offer, Standing};

/// Every refusal of this feature, for the check that each is worded.
pub const REFUSALS: &[&str] = &["offers.not-open"];

/// 发现: a policy says yes for somebody who does not receive it.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// For whom.
    pub resident: ResidentId,
    /// Where they live.
    pub area: AreaPath,
    /// By which policy.
    pub policy: String,
    /// The service that grants it.
    pub service: String,
    /// The day for which it was reckoned.
    pub on: Date,
    /// How much each time, in fen.
    pub amount_fen: Option<i64>,
    /// Why.
    pub reckoning: Value,
}

/// Whether a finding is to be offered: `None` where it stands open with that amount already, was
/// declined, or was taken.
pub(super) fn make(offer: &Offer, finding: &Finding) -> Option<Event> {
    let same = offer.standing == Standing::Open && offer.amount_fen == finding.amount_fen;
    if same {
        None
    } else {
        make_anew(offer, finding)
    }
}

/// A finding as an offer, also where it stands open already: `None` where it was declined or taken.
pub(super) fn make_anew(offer: &Offer, finding: &Finding) -> Option<Event> {
    if matches!(offer.standing, Standing::Declined | Standing::Taken(_)) {
        return None;
    }
    let made = Made {
        resident: finding.resident,
        policy: finding.policy.clone(),
        service: finding.service.clone(),
        on: finding.on,
    };
    let sealed = MadeSealed {
        amount_fen: finding.amount_fen,
        reckoning: finding.reckoning.clone(),
    };
    Some(Event::Made(made, Some(sealed), finding.area.clone()))
}

/// An open offer whose facts no longer bear it lapses.
pub(super) fn lapse(offer: &Offer) -> Option<Event> {
    let area = offer.area.clone()?;
    (offer.standing == Standing::Open).then_some(Event::Lapsed(area))
}

/// 不再提示: by the resident, or by staff whom they told.
pub(super) fn decline(offer: &Offer, actor: &Actor) -> Result<Event, Refusal> {
    Ok(Event::Declined(enter(offer, actor)?))
}

/// The case that was filed from it.
pub(super) fn take(offer: &Offer, case: CaseId, actor: &Actor) -> Result<Event, Refusal> {
    Ok(Event::Taken(case, enter(offer, actor)?))
}

/// The offer's area, if it stands open and the actor may answer it.
pub(super) fn enter(offer: &Offer, actor: &Actor) -> Result<AreaPath, Refusal> {
    let not_open = || Refusal::new("offers.not-open");
    let area = offer.area.clone().ok_or_else(not_open)?;
    if *actor != Actor::system() {
        let action = if actor.post.is_some() {
            Action::CaseFileForOther
        } else {
            Action::ResidentOwn
        };
        let target = Target {
            area: &area,
            subject: offer.resident,
        };
        permits(actor, action, target)?;
    }
    if offer.standing != Standing::Open {
        return Err(not_open());
    }
    Ok(area)
}
