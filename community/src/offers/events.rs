//! What happened to an offer: facts for ever, kinds `offers.*`.

use jiff::civil::Date;
use linli_journal::{FoldError, Kind, Recorded};
use linli_kernel::{AreaPath, CaseId, Fault, ResidentId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::feature::Parts;

/// 已提示: Linli found that the resident is likely owed something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Made {
    /// To whom.
    pub resident: ResidentId,
    /// By which policy.
    pub policy: String,
    /// The service that grants it.
    pub service: String,
    /// The day for which it was reckoned.
    pub on: Date,
}

/// What only those who may see the resident's data read of an offer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MadeSealed {
    /// How much each time, in fen; `None` where the policy gives a service, not money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_fen: Option<i64>,
    /// Why: the policy's answer with its tree, as it was that day.
    pub reckoning: Value,
}

/// One thing that happened to an offer, and the resident's area then.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Made, or made anew with another amount. Without its sealed part after erasure.
    Made(Made, Option<MadeSealed>, AreaPath),
    /// 不再提示: the resident does not want it.
    Declined(AreaPath),
    /// 已申办: a case was filed from it.
    Taken(CaseId, AreaPath),
    /// 已失效: the facts no longer bear it.
    Lapsed(AreaPath),
}

const MADE: Kind = Kind::new("offers.made", 1);
const DECLINED: Kind = Kind::new("offers.declined", 1);
const TAKEN: Kind = Kind::new("offers.taken", 1);
const LAPSED: Kind = Kind::new("offers.lapsed", 1);

#[derive(Serialize, Deserialize)]
struct Filed {
    case: CaseId,
}

impl Event {
    /// Splits the event for writing.
    ///
    /// # Errors
    /// [`Fault`] when a part has no JSON form, which none of this file's lacks.
    pub fn write(&self) -> Result<Parts, Fault> {
        let parts = |kind, area: &AreaPath, open, sealed: Vec<(ResidentId, Value)>| Parts {
            kind,
            area: area.clone(),
            open,
            sealed,
        };
        Ok(match self {
            Self::Made(made, sealed, area) => {
                let secret = sealed.as_ref().map(value).transpose()?;
                let secret = secret.map(|plain| (made.resident, plain));
                parts(MADE, area, value(made)?, secret.into_iter().collect())
            }
            Self::Declined(area) => parts(DECLINED, area, json!({}), Vec::new()),
            Self::Taken(case, area) => {
                parts(TAKEN, area, value(&Filed { case: *case })?, Vec::new())
            }
            Self::Lapsed(area) => parts(LAPSED, area, json!({}), Vec::new()),
        })
    }

    /// Reads an entry back.
    ///
    /// # Errors
    /// [`FoldError`] when the kind is unknown or its content is not what the kind says.
    pub fn read(entry: &Recorded) -> Result<Self, FoldError> {
        let area = entry.area.clone();
        Ok(match &entry.kind {
            kind if *kind == MADE => {
                let plain = entry.sealed.first().and_then(|part| part.plain.as_ref());
                let sealed = plain.map(|plain| parse(entry, plain)).transpose()?;
                Self::Made(parse(entry, &entry.open)?, sealed, area)
            }
            kind if *kind == DECLINED => Self::Declined(area),
            kind if *kind == TAKEN => {
                let filed: Filed = parse(entry, &entry.open)?;
                Self::Taken(filed.case, area)
            }
            kind if *kind == LAPSED => Self::Lapsed(area),
            kind => return Err(FoldError::Unknown(kind.to_string())),
        })
    }
}

fn value(of: &impl Serialize) -> Result<Value, Fault> {
    serde_json::to_value(of).map_err(|problem| Fault::Damaged(format!("event: {problem}")))
}

fn parse<T: DeserializeOwned>(entry: &Recorded, from: &Value) -> Result<T, FoldError> {
    let poisonous = |problem| FoldError::Poisonous(format!("{}: {problem}", entry.kind));
    T::deserialize(from).map_err(poisonous)
}
