//! 与上期比较: what of a roll is new, what stopped, what changed, each with its reason.

use std::collections::HashMap;

use linli_kernel::AwardId;

use super::events::HeldWhy;
use super::line::{Line, Why};
use super::state::Roll;
use crate::benefits::events::codes;

codes! {
    /// Why an award that was paid the month before is not on the roll.
    GoneWhy {
        /// 按季发放, not due this month.
        NotDue = "not-due",
        /// 暂停.
        Paused = "paused",
        /// 已终止.
        Stopped = "stopped",
        /// 期满.
        Ended = "ended",
        /// 暂缓: no account that a bank has.
        Account = "account",
        /// 暂缓: the recipient died.
        Died = "died",
        /// 转往其他街镇.
        Elsewhere = "elsewhere",
    }
}

/// A line of the month before that is not on the roll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone {
    /// Which award.
    pub award: AwardId,
    /// What it was paid.
    pub before_fen: i64,
    /// Why it is not paid now.
    pub why: GoneWhy,
}

/// A line beside that of the month before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    /// Its number in the roll.
    pub line: u32,
    /// Which award.
    pub award: AwardId,
    /// What it was paid before; `None` where it is new.
    pub before_fen: Option<i64>,
    /// What it is paid now.
    pub fen: i64,
    /// Why.
    pub why: Why,
}

/// A roll beside that of the month before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compared {
    /// Lines that were not there before.
    pub new: Vec<Changed>,
    /// Lines that are there no more.
    pub gone: Vec<Gone>,
    /// Lines with another sum.
    pub changed: Vec<Changed>,
    /// How many are the same.
    pub same: u32,
    /// What was paid the month before.
    pub before_fen: i64,
}

impl Compared {
    /// Holds `roll` beside `before`; `why` says of an award that is on it no more what the reason
    /// is, as far as it is not held.
    #[must_use]
    pub fn of(roll: &Roll, before: &Roll, why: impl Fn(AwardId) -> GoneWhy) -> Self {
        let lines = before
            .numbered()
            .map(|(_, _, line)| (line.award, line.net()));
        let mut earlier: HashMap<AwardId, i64> = lines.collect();
        let mut compared = Self {
            before_fen: earlier.values().sum(),
            ..Self::default()
        };
        for (number, _, line) in roll.numbered() {
            let Line { award, why, .. } = *line;
            let before_fen = earlier.remove(&award);
            let changed = Changed {
                line: number,
                award,
                before_fen,
                fen: line.net(),
                why,
            };
            match before_fen {
                None => compared.new.push(changed),
                Some(fen) if fen == line.net() => compared.same += 1,
                Some(_) => compared.changed.push(changed),
            }
        }
        let held: HashMap<AwardId, HeldWhy> = roll
            .held
            .iter()
            .map(|held| (held.award, held.why))
            .collect();
        for (_, _, line) in before.numbered() {
            let Some(before_fen) = earlier.remove(&line.award) else {
                continue;
            };
            let why = match held.get(&line.award) {
                Some(HeldWhy::Account) => GoneWhy::Account,
                Some(HeldWhy::Died) => GoneWhy::Died,
                None => why(line.award),
            };
            compared.gone.push(Gone {
                award: line.award,
                before_fen,
                why,
            });
        }
        compared
    }
}
