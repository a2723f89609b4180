//! What happened to a message: facts for ever, kinds `messages.*`. All open but a mail address: what it says is
//! composed anew from what it is about whenever it is shown.

use jiff::Timestamp;
use jiff::civil::Date;
use linli_journal::{FoldError, Kind, Recorded};
use linli_kernel::{AreaPath, CaseId, Fault, ResidentId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::matter::Matter;
use super::state::Channel;
use crate::feature::Parts;

/// 已生成: something happened that the person is to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// To whom.
    pub resident: ResidentId,
    /// What about.
    pub about: Matter,
    /// The kind of what happened.
    pub on: String,
    /// The day promised or due that the message names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// How it goes.
    pub channel: Channel,
    /// Not to be sent before: quiet hours are over then.
    pub not_before: Timestamp,
    /// By when a call is made or a letter brought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
}

/// What was written before there were messages about more than cases.
#[derive(Deserialize)]
struct MadeOfCase {
    resident: ResidentId,
    case: CaseId,
    on: String,
    #[serde(default)]
    date: Option<Date>,
    channel: Channel,
    not_before: Timestamp,
    #[serde(default)]
    due: Option<Date>,
}

impl From<MadeOfCase> for Made {
    fn from(old: MadeOfCase) -> Self {
        Self {
            resident: old.resident,
            about: Matter::Case(old.case),
            on: old.on,
            date: old.date,
            channel: old.channel,
            not_before: old.not_before,
            due: old.due,
        }
    }
}

/// 未送达: the carrier did not take it, or nobody answered the call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// How it goes next.
    pub next: Channel,
    /// Not before.
    pub not_before: Timestamp,
    /// By when, where a person does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
}

/// One thing that happened to a message, and the area it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// It was made.
    Made(Made, AreaPath),
    /// The carrier took it.
    Sent(AreaPath),
    /// The carrier did not, or nobody answered; it goes another way.
    Failed(Failed, AreaPath),
    /// Somebody called or brought it; whether the person was reached.
    ByHand(bool, AreaPath),
    /// It was read on the page.
    Read(AreaPath),
}

const MADE: Kind = Kind::new("messages.made", 2);
const MADE_OF_CASE: Kind = Kind::new("messages.made", 1);
const SENT: Kind = Kind::new("messages.sent", 1);
const FAILED: Kind = Kind::new("messages.failed", 1);
const BY_HAND: Kind = Kind::new("messages.by-hand", 1);
const READ: Kind = Kind::new("messages.read", 1);
const CHOSEN: Kind = Kind::new("messages.chosen", 2);
const CHOSEN_PLAIN: Kind = Kind::new("messages.chosen", 1);

#[derive(Serialize, Deserialize)]
struct ByHand {
    reached: bool,
}

#[derive(Serialize, Deserialize)]
struct Chosen {
    channel: Channel,
}

impl Event {
    /// The event for writing.
    ///
    /// # Errors
    /// [`Fault`] when it has no JSON form, which none of this file's lacks.
    pub fn write(&self) -> Result<Parts, Fault> {
        let (kind, open, area) = match self {
            Self::Made(made, area) => (MADE, value(made)?, area),
            Self::Sent(area) => (SENT, json!({}), area),
            Self::Failed(failed, area) => (FAILED, value(failed)?, area),
            Self::ByHand(reached, area) => (BY_HAND, value(&ByHand { reached: *reached })?, area),
            Self::Read(area) => (READ, json!({}), area),
        };
        Ok(parts(kind, open, area))
    }

    /// Reads an entry back.
    ///
    /// # Errors
    /// [`FoldError`] when the kind is unknown or its content is not what the kind says.
    pub fn read(entry: &Recorded) -> Result<Self, FoldError> {
        let area = entry.area.clone();
        Ok(match &entry.kind {
            kind if *kind == MADE => Self::Made(parse(entry)?, area),
            kind if *kind == MADE_OF_CASE => Self::Made(parse::<MadeOfCase>(entry)?.into(), area),
            kind if *kind == SENT => Self::Sent(area),
            kind if *kind == FAILED => Self::Failed(parse(entry)?, area),
            kind if *kind == BY_HAND => Self::ByHand(parse::<ByHand>(entry)?.reached, area),
            kind if *kind == READ => Self::Read(area),
            kind => return Err(FoldError::Unknown(kind.to_string())),
        })
    }
}

/// 已选择: a resident chose how to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelChosen {
    /// How.
    pub channel: Channel,
    /// Their mail address, where it is by mail: sealed.
    pub address: Option<String>,
    /// Where they live.
    pub area: AreaPath,
}

/// The sealed part of a choice.
#[derive(Serialize, Deserialize)]
struct Address {
    address: String,
}

impl ChannelChosen {
    pub(super) fn write(&self, resident: ResidentId) -> Result<Parts, Fault> {
        let channel = self.channel;
        let mut parts = parts(CHOSEN, value(&Chosen { channel })?, &self.area);
        if let Some(address) = self.address.clone() {
            parts.sealed.push((resident, value(&Address { address })?));
        }
        Ok(parts)
    }

    /// What was written before there was mail has no sealed part.
    pub(super) fn read(entry: &Recorded) -> Result<Self, FoldError> {
        if entry.kind != CHOSEN && entry.kind != CHOSEN_PLAIN {
            return Err(FoldError::Unknown(entry.kind.to_string()));
        }
        let sealed = entry.sealed.first().and_then(|one| one.plain.as_ref());
        let address = sealed.map(Address::deserialize).transpose();
        let poisonous = |problem| FoldError::Poisonous(format!("{}: {problem}", entry.kind));
        Ok(Self {
            channel: parse::<Chosen>(entry)?.channel,
            address: address.map_err(poisonous)?.map(|sealed| sealed.address),
            area: entry.area.clone(),
        })
    }
}

fn parts(kind: Kind, open: Value, area: &AreaPath) -> Parts {
    Parts {
        kind,
        area: area.clone(),
        open,
        sealed: Vec::new(),
    }
}

fn value(of: &impl Serialize) -> Result<Value, Fault> {
    serde_json::to_value(of).map_err(|problem| Fault::Damaged(format!("event: {problem}")))
}

fn parse<T: DeserializeOwned>(entry: &Recorded) -> Result<T, FoldError> {
    let poisonous = |problem| FoldError::Poisonous(format!("{}: {problem}", entry.kind));
    T::deserialize(&entry.open).map_err(poisonous)
}
