//! What happened to a roll: facts for ever, kinds `benefits.roll-*`, all of them open.
//!
//! A roll of many lines is written as one `roll-made` and as many `roll-part` as its lines need, in
//! one act: it is there whole, or not at all.

use jiff::civil::Date;
use linli_journal::{FoldError, Kind, Recorded};
use linli_kernel::{AreaPath, AwardId, Fault};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answer::{Outcome, Reason};
use super::line::Group;
use super::make::Made;
use crate::benefits::events::codes;
use crate::benefits::month::Month;

codes! {
    /// Why something owed is left off.
    HeldWhy {
        /// No account, or one that no bank has.
        Account = "account",
        /// The register knows the recipient to have died: somebody decides first.
        Died = "died",
    }
}

/// 暂缓: an award that is owed something and left off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Which.
    pub award: AwardId,
    /// How much is owed, in fen.
    pub fen: i64,
    /// Why it is left off.
    pub why: HeldWhy,
}

macro_rules! facts {
    ($($(#[$doc:meta])* $name:ident = $kind:literal { $($(#[$fdoc:meta])* $field:ident : $ty:ty,)* })+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
            pub struct $name { $($(#[$fdoc])* pub $field: $ty,)* }
        )+

        /// One thing that happened to a roll.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Fact {
            $($(#[$doc])* $name($name),)+
        }

        impl Fact {
            /// Every kind that is written, in the order of a roll's life.
            pub const KINDS: &'static [&'static str] = &[$($kind),+];

            /// The kind's name in the journal: `benefits.roll-made`.
            #[must_use]
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$name(_) => $kind,)+ }
            }

            fn open(&self) -> Result<Value, serde_json::Error> {
                match self { $(Self::$name(fact) => serde_json::to_value(fact),)+ }
            }

            fn of(kind: &str, open: &Value) -> Option<Result<Self, serde_json::Error>> {
                match kind {
                    $($kind => Some($name::deserialize(open).map(Self::$name)),)+
                    _ => None,
                }
            }
        }
    };
}

facts! {
    /// 已生成: what was there before is replaced.
    RollMade = "benefits.roll-made" {
        /// The month.
        period: Month,
        /// How many lines follow.
        lines: u32,
        /// What is due, in fen.
        gross_fen: i64,
        /// What is kept back for claims.
        deduct_fen: i64,
        /// The hash over the lines.
        hash: String,
        /// On which day.
        on: Date,
    }
    /// Lines of it.
    RollPart = "benefits.roll-part" {
        /// Which part, from 1.
        part: u32,
        /// The lines.
        groups: Vec<Group>,
    }
    /// What is left off, and what was paid too much.
    RollHeld = "benefits.roll-held" {
        /// Owed, and left off.
        held: Vec<Held>,
        /// Paid too much so far.
        overpaid: Vec<(AwardId, i64)>,
    }
    /// 已核对: whoever made it says that it can be approved.
    RollChecked = "benefits.roll-checked" {
        /// The hash of what was checked.
        hash: String,
        /// On which day.
        on: Date,
    }
    /// 已审批, by a second person.
    RollApproved = "benefits.roll-approved" {
        /// The hash of what was approved.
        hash: String,
        /// On which day.
        on: Date,
    }
    /// 已送银行.
    RollSent = "benefits.roll-sent" {
        /// Which file of this roll, from 1.
        batch: u32,
        /// How many lines.
        count: u32,
        /// Their sum.
        total_fen: i64,
        /// The SHA-256 of the file.
        sha256: String,
        /// Which lines; none for all that pay something.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lines: Vec<u32>,
        /// On which day.
        on: Date,
    }
    /// Lines that the bank could not pay, or got back.
    RollBad = "benefits.roll-bad" {
        /// Of which file.
        batch: u32,
        /// The lines, and why.
        lines: Vec<(u32, Outcome, Reason)>,
        /// On which day.
        on: Date,
    }
    /// 已对账: every other line of the file was paid.
    RollAnswered = "benefits.roll-answered" {
        /// Which file.
        batch: u32,
        /// The SHA-256 of the bank's answer.
        sha256: String,
        /// How many were paid.
        paid: u32,
        /// Their sum.
        paid_fen: i64,
        /// On which day.
        on: Date,
    }
}

/// One thing that happened, and in which street.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// What.
    pub fact: Fact,
    /// The street.
    pub area: AreaPath,
}

/// The most bytes of lines in one entry: an entry has 60 KiB at most.
const PART: usize = 44 * 1024;

/// The most bytes a line is written in, but for the months of arrears.
const LINE: usize = 60;

/// The most held or overpaid awards in one entry.
const HELD_PART: usize = 250;

impl Event {
    /// The events by which a roll is written.
    #[must_use]
    pub fn of_made(made: Made, period: Month, area: &AreaPath, on: Date) -> Vec<Self> {
        let event = |fact| Self {
            fact,
            area: area.clone(),
        };
        let mut events = vec![event(Fact::RollMade(RollMade {
            period,
            lines: made.lines,
            gross_fen: made.gross_fen,
            deduct_fen: made.deduct_fen,
            hash: made.hash,
            on,
        }))];
        for (groups, part) in parts(made.groups).into_iter().zip(1..) {
            events.push(event(Fact::RollPart(RollPart { part, groups })));
        }
        let (mut held, mut overpaid) = (made.held, made.overpaid);
        while !held.is_empty() || !overpaid.is_empty() {
            let fact = RollHeld {
                held: held.drain(..held.len().min(HELD_PART)).collect(),
                overpaid: overpaid.drain(..overpaid.len().min(HELD_PART)).collect(),
            };
            events.push(event(Fact::RollHeld(fact)));
        }
        events
    }

    /// Splits the event for writing.
    ///
    /// # Errors
    /// [`Fault`] when a value has no JSON form, which no event of this file has.
    pub fn write(&self) -> Result<(Kind, Value), Fault> {
        let open = self.fact.open();
        let open =
            open.map_err(|wrong| Fault::Damaged(format!("{}: {wrong}", self.fact.kind())))?;
        Ok((Kind::new(self.fact.kind(), 1), open))
    }

    /// Reads an entry back.
    ///
    /// # Errors
    /// [`FoldError`] when the kind is unknown or its content is not what the kind says.
    pub fn read(entry: &Recorded) -> Result<Self, FoldError> {
        let name = entry.kind.name.as_ref();
        let unknown = || FoldError::Unknown(entry.kind.to_string());
        if entry.kind.v != 1 {
            return Err(unknown());
        }
        let fact = Fact::of(name, &entry.open).ok_or_else(unknown)?;
        Ok(Self {
            fact: fact.map_err(|wrong| FoldError::Poisonous(format!("{name}: {wrong}")))?,
            area: entry.area.clone(),
        })
    }
}

/// Groups as they fit into entries; a large one is split.
fn parts(groups: Vec<Group>) -> Vec<Vec<Group>> {
    let mut parts: Vec<Vec<Group>> = Vec::new();
    let mut room = 0;
    for Group {
        area,
        service,
        lines,
    } in groups
    {
        let head = area.as_str().len() + service.len() + 48;
        let mut open = false;
        for line in lines {
            let bytes = size(&line) + if open { 0 } else { head };
            if bytes > room {
                parts.push(Vec::new());
                (room, open) = (PART, false);
            }
            room = room.saturating_sub(size(&line) + if open { 0 } else { head });
            let Some(part) = parts.last_mut() else {
                continue;
            };
            match part.last_mut().filter(|_| open) {
                Some(group) => group.lines.push(line),
                None => part.push(Group {
                    area: area.clone(),
                    service: service.clone(),
                    lines: vec![line],
                }),
            }
            open = true;
        }
    }
    parts
}

fn size(line: &super::line::Line) -> usize {
    const MONTH: usize = 26;
    36 + LINE + line.settled.len() + line.months.len() * MONTH
}
