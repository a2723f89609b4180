//! From awards to lines: pure, the same awards give the same roll.

use linli_kernel::{AreaPath, AwardId};

use super::events::{Held, HeldWhy};
use super::line::{Group, Line, Why, hash_of};
use crate::benefits::month::Month;
use crate::benefits::schedule::{Schedule, total};
use crate::benefits::settled::Settled;
use crate::catalogue::Every;

/// An award that may be on a roll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Which.
    pub award: AwardId,
    /// The committee, as it is today.
    pub area: AreaPath,
    /// The service that grants it.
    pub service: String,
    /// What is owed when.
    pub schedule: Schedule,
    /// What rolls brought.
    pub settled: Settled,
    /// What rolls kept back for claims.
    pub deducted: i64,
    /// Why it cannot be paid now, where it cannot.
    pub held: Option<HeldWhy>,
}

/// A roll as it would be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Made {
    /// The lines, by committee, benefit and award.
    pub groups: Vec<Group>,
    /// 暂缓: owed, and left off; the month it can be paid brings all of it.
    pub held: Vec<Held>,
    /// 多发: awards to which rolls brought more than is due, with how much.
    pub overpaid: Vec<(AwardId, i64)>,
    /// How many lines.
    pub lines: u32,
    /// What is due, in fen.
    pub gross_fen: i64,
    /// What is kept back for claims.
    pub deduct_fen: i64,
    /// The hash over the lines.
    pub hash: String,
}

/// The roll of `street` for `period` from `candidates`; of one payment at most `most_percent` in a
/// hundred is kept back for a claim.
#[must_use]
pub fn make(
    mut candidates: Vec<Candidate>,
    street: &AreaPath,
    period: Month,
    most_percent: u8,
) -> Made {
    candidates.sort_by(|a, b| (&a.area, &a.service, a.award).cmp(&(&b.area, &b.service, b.award)));
    let mut made = Made::default();
    for one in candidates {
        let difference = one.schedule.compare(&one.settled, period);
        if !difference.overpaid.is_empty() {
            made.overpaid.push((one.award, total(&difference.overpaid)));
        }
        let fen = total(&difference.owed);
        if fen <= 0 {
            continue;
        }
        if let Some(why) = one.held {
            made.held.push(Held {
                award: one.award,
                fen,
                why,
            });
            continue;
        }
        made.take(&one, difference.owed, period, most_percent);
    }
    made.hash = hash_of(street, period, &made.groups);
    made
}

impl Made {
    fn take(&mut self, one: &Candidate, owed: Vec<(Month, i64)>, period: Month, most: u8) {
        let line = line(one, owed, period, most);
        self.lines += 1;
        self.gross_fen += line.fen;
        self.deduct_fen += line.deduct;
        match self.groups.last_mut() {
            Some(last) if last.area == one.area && last.service == one.service => {
                last.lines.push(line);
            }
            _ => self.groups.push(Group {
                area: one.area.clone(),
                service: one.service.clone(),
                lines: vec![line],
            }),
        }
    }
}

fn line(one: &Candidate, owed: Vec<(Month, i64)>, period: Month, most_percent: u8) -> Line {
    let fen = total(&owed);
    let most = fen / 100 * i64::from(most_percent);
    let deduct = one.schedule.outstanding(one.deducted).min(most);
    let why = why(one, &owed, deduct);
    let mut settled = one.settled.clone();
    for (month, fen) in &owed {
        settled.add(*month, *fen);
    }
    let own = matches!(owed.as_slice(), [(month, _)] if *month == period);
    Line {
        award: one.award,
        fen,
        why,
        settled: settled.to_string().into(),
        deduct,
        deducted: one.deducted + deduct,
        months: if own { Vec::new() } else { owed },
    }
}

fn why(one: &Candidate, owed: &[(Month, i64)], deduct: i64) -> Why {
    if one.schedule.every == Every::Once {
        return Why::Once;
    }
    let Some(before) = one.settled.last() else {
        return Why::New;
    };
    // What a payment brings by itself: as many months as its rhythm has.
    let usual = match one.schedule.every {
        Every::Quarter => 3,
        Every::Once | Every::Month => 1,
    };
    let last = owed.last().map_or(before, |(month, _)| *month);
    let late = |month: Month| month <= before || last.since(month) >= usual;
    if owed.iter().any(|(month, _)| late(*month)) {
        let resumed = |month: Month| {
            let made_up = one.schedule.pauses.iter().filter(|pause| pause.arrears);
            let mut made_up = made_up.filter_map(|pause| Some((pause.from, pause.to?)));
            made_up.any(|(from, to)| month >= from && month < to)
        };
        let of_pause = owed
            .iter()
            .any(|(month, _)| late(*month) && resumed(*month));
        return if of_pause { Why::Resumed } else { Why::Arrears };
    }
    if deduct > 0 {
        Why::Deduction
    } else if one.schedule.due(last) == one.schedule.due(before) {
        Why::Same
    } else {
        Why::Rate
    }
}
