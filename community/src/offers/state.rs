//! What the events about one offer add up to.

use jiff::civil::Date;
use linli_kernel::{AreaPath, CaseId, ResidentId, StreamId};
use serde_json::Value;

use super::events::Event;

/// Where an offer stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Standing {
    /// Never made, or the facts no longer bear it.
    #[default]
    Lapsed,
    /// Waiting for the resident.
    Open,
    /// The resident does not want it, ever.
    Declined,
    /// This case was filed from it.
    Taken(CaseId),
}

impl Standing {
    /// Its name in the register and in message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Lapsed => "lapsed",
            Self::Open => "open",
            Self::Declined => "declined",
            Self::Taken(_) => "taken",
        }
    }
}

/// 提示: one policy's offer to one resident.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Offer {
    /// To whom; `None` before it was first made.
    pub resident: Option<ResidentId>,
    /// By which policy.
    pub policy: String,
    /// The service that grants it.
    pub service: String,
    /// The area of the resident at the last event.
    pub area: Option<AreaPath>,
    /// The day for which it was last reckoned.
    pub on: Option<Date>,
    /// How much each time, in fen.
    pub amount_fen: Option<i64>,
    /// Why, as it was that day.
    pub reckoning: Option<Value>,
    /// Where it stands.
    pub standing: Standing,
}

/// The stream of `policy`'s offer to `resident`.
#[must_use]
pub fn stream(resident: ResidentId, policy: &str) -> StreamId {
    StreamId::new("offer", format!("{resident}.{policy}"))
}

impl Offer {
    pub(super) fn apply(&mut self, event: &Event) {
        let (area, standing) = match event {
            Event::Made(made, sealed, area) => {
                self.resident = Some(made.resident);
                self.policy.clone_from(&made.policy);
                self.service.clone_from(&made.service);
                self.on = Some(made.on);
                self.amount_fen = sealed.as_ref().and_then(|sealed| sealed.amount_fen);
                self.reckoning = sealed.as_ref().map(|sealed| sealed.reckoning.clone());
                (area, Standing::Open)
            }
            Event::Declined(area) => (area, Standing::Declined),
            Event::Taken(case, area) => (area, Standing::Taken(*case)),
            Event::Lapsed(area) => (area, Standing::Lapsed),
        };
        self.area = Some(area.clone());
        self.standing = standing;
    }
}
