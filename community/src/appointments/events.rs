//! What happened on a counter's day: facts for ever, kinds `appointments.*`.

use jiff::civil::Time;
use linli_journal::{FoldError, Kind, Recorded};
use linli_kernel::{AreaPath, Fault, ResidentId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::counters::value;
use crate::feature::Parts;

/// 已预约: somebody was given a seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booked {
    /// Which booking.
    pub booking: Uuid,
    /// Its number, for people: eight digits.
    pub number: String,
    /// For whom.
    pub resident: ResidentId,
    /// When.
    pub slot: Time,
    /// For what.
    pub service: String,
    /// `online`, `phone`, `counter` or `kiosk`.
    pub channel: String,
}

/// How somebody is reached: sealed under their key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Their name.
    pub name: String,
    /// Their telephone number.
    pub phone: String,
    /// Where they are visited.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
}

/// 取号: a number was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// The number: 1, 2, 3 …
    pub ticket: u16,
    /// The booking it is for; `None` for who came without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booking: Option<Uuid>,
    /// For what.
    pub service: String,
}

/// One thing that happened on a counter's day; the area is the counter's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// 已预约. Without its sealed part after erasure.
    Booked(Booked, Option<Contact>, AreaPath),
    /// 已取消
    Cancelled(Uuid, AreaPath),
    /// 取号
    Taken(Taken, AreaPath),
    /// 叫号: a number was called to a desk.
    Called(u16, u8, AreaPath),
    /// 办好
    Served(u16, AreaPath),
    /// 过号: a number was called and nobody came.
    Missed(u16, AreaPath),
    /// 爽约: the day passed and nobody came.
    NoShow(Uuid, AreaPath),
}

const BOOKED: Kind = Kind::new("appointments.booked", 1);
const CANCELLED: Kind = Kind::new("appointments.cancelled", 1);
const TAKEN: Kind = Kind::new("appointments.number-taken", 1);
const CALLED: Kind = Kind::new("appointments.called", 1);
const SERVED: Kind = Kind::new("appointments.served", 1);
const MISSED: Kind = Kind::new("appointments.missed", 1);
const NO_SHOW: Kind = Kind::new("appointments.not-come", 1);

#[derive(Serialize, Deserialize)]
struct Which {
    booking: Uuid,
}

#[derive(Serialize, Deserialize)]
struct Number {
    ticket: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    desk: Option<u8>,
}

impl Event {
    /// Splits the event for writing.
    ///
    /// # Errors
    /// [`Fault`] when a part has no JSON form, which none of this file's lacks.
    pub fn write(&self) -> Result<Parts, Fault> {
        let number = |ticket: u16, desk: Option<u8>| value(&Number { ticket, desk });
        let which = |booking: &Uuid| value(&Which { booking: *booking });
        let (kind, area, open) = match self {
            Self::Booked(booked, _, area) => (BOOKED, area, value(booked)?),
            Self::Cancelled(booking, area) => (CANCELLED, area, which(booking)?),
            Self::Taken(taken, area) => (TAKEN, area, value(taken)?),
            Self::Called(ticket, desk, area) => (CALLED, area, number(*ticket, Some(*desk))?),
            Self::Served(ticket, area) => (SERVED, area, number(*ticket, None)?),
            Self::Missed(ticket, area) => (MISSED, area, number(*ticket, None)?),
            Self::NoShow(booking, area) => (NO_SHOW, area, which(booking)?),
        };
        let sealed = match self {
            Self::Booked(booked, Some(contact), _) => vec![(booked.resident, value(contact)?)],
            _ => Vec::new(),
        };
        Ok(Parts {
            kind,
            area: area.clone(),
            open,
            sealed,
        })
    }

    /// Reads an entry back.
    ///
    /// # Errors
    /// [`FoldError`] when the kind is unknown or its content is not what the kind says.
    pub fn read(entry: &Recorded) -> Result<Self, FoldError> {
        let area = entry.area.clone();
        let which = || parse::<Which>(entry, &entry.open).map(|which| which.booking);
        let number = || parse::<Number>(entry, &entry.open);
        Ok(match &entry.kind {
            kind if *kind == BOOKED => {
                let plain = entry.sealed.first().and_then(|part| part.plain.as_ref());
                let contact = plain.map(|plain| parse(entry, plain)).transpose()?;
                Self::Booked(parse(entry, &entry.open)?, contact, area)
            }
            kind if *kind == CANCELLED => Self::Cancelled(which()?, area),
            kind if *kind == TAKEN => Self::Taken(parse(entry, &entry.open)?, area),
            kind if *kind == CALLED => {
                let Number { ticket, desk } = number()?;
                Self::Called(ticket, desk.unwrap_or(1), area)
            }
            kind if *kind == SERVED => Self::Served(number()?.ticket, area),
            kind if *kind == MISSED => Self::Missed(number()?.ticket, area),
            kind if *kind == NO_SHOW => Self::NoShow(which()?, area),
            kind => return Err(FoldError::Unknown(kind.to_string())),
        })
    }
}

fn parse<T: DeserializeOwned>(entry: &Recorded, from: &Value) -> Result<T, FoldError> {
    let poisonous = |problem| FoldError::Poisonous(format!("{}: {problem}", entry.kind));
    T::deserialize(from).map_err(poisonous)
}
