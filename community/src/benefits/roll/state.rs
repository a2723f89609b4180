//! What the events of a roll add up to.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use linli_kernel::{AccountId, AreaPath, AwardId, StreamId};

use super::answer::{Outcome, Reason};
use super::events::{Event, Fact, Held, RollAnswered, RollBad, RollMade, RollSent};
use super::line::{Group, Line, Why, hash_of};
use crate::benefits::ledger::{Account, Ledger, Purpose};
use crate::benefits::month::Month;
use crate::feature::Meta;

/// Where a roll stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Not there.
    #[default]
    Nothing,
    /// 已生成.
    Made,
    /// 已核对.
    Checked,
    /// 已审批.
    Approved,
    /// 已送银行.
    Sent,
    /// 已对账.
    Answered,
}

impl Stage {
    /// Each, in the order above.
    pub const ALL: [Self; 6] = [
        Self::Nothing,
        Self::Made,
        Self::Checked,
        Self::Approved,
        Self::Sent,
        Self::Answered,
    ];

    /// Its name in the register and in message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Made => "made",
            Self::Checked => "checked",
            Self::Approved => "approved",
            Self::Sent => "sent",
            Self::Answered => "answered",
        }
    }

    /// The one with this [`code`](Self::code).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// 批次: one file for the bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// How many lines.
    pub count: u32,
    /// Their sum, in fen.
    pub total_fen: i64,
    /// The SHA-256 of the file.
    pub sha256: String,
    /// Which lines; empty for all that pay something.
    pub lines: Vec<u32>,
    /// On which day it was made.
    pub on: Date,
    /// The SHA-256 of each answer so far: one, and one more for each late return.
    pub answers: Vec<String>,
    /// How many were paid at the first answer, and their sum.
    pub paid: Option<(u32, i64)>,
    /// When it was first answered.
    pub answered_on: Option<Date>,
}

/// A line that the bank could not pay, or got back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bad {
    /// Which of the two.
    pub outcome: Outcome,
    /// Why.
    pub reason: Reason,
    /// Of which file.
    pub batch: u32,
}

/// 名册: what its events add up to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Roll {
    /// The street; `None` before it was first made.
    pub area: Option<AreaPath>,
    /// The month.
    pub period: Option<Month>,
    /// Where it stands.
    pub stage: Stage,
    /// How often it was made.
    pub edition: u32,
    /// The lines, in order.
    pub groups: Vec<Arc<Group>>,
    /// Owed, and left off.
    pub held: Arc<Vec<Held>>,
    /// Paid too much so far.
    pub overpaid: Arc<Vec<(AwardId, i64)>>,
    /// How many lines it has.
    pub lines: u32,
    /// What is due, in fen.
    pub gross_fen: i64,
    /// What is kept back for claims.
    pub deduct_fen: i64,
    /// The hash that was recorded with it.
    pub hash: String,
    /// Who made it last.
    pub made_by: Option<AccountId>,
    /// When.
    pub made_at: Option<Timestamp>,
    /// Who checked it.
    pub checked_by: Option<AccountId>,
    /// Who approved it.
    pub approved_by: Option<AccountId>,
    /// When.
    pub approved_at: Option<Timestamp>,
    /// The files for the bank.
    pub batches: Vec<Batch>,
    /// Lines that are owed still, as the bank could not pay them.
    pub bad: BTreeMap<u32, Bad>,
    /// The roll's part of the ledger.
    pub ledger: Ledger,
}

/// The name of the roll of `street` for `period`: `310117001-2026-11`.
#[must_use]
pub fn id_of(street: &AreaPath, period: Month) -> String {
    format!("{}-{period}", street.code())
}

/// The stream of the roll called `id`.
#[must_use]
pub fn stream(id: &str) -> StreamId {
    StreamId::new("roll", id)
}

impl Roll {
    /// Its name.
    #[must_use]
    pub fn id(&self) -> Option<String> {
        Some(id_of(self.area.as_ref()?, self.period?))
    }

    /// Each line with its number, from 1, and its group.
    pub fn numbered(&self) -> impl Iterator<Item = (u32, &Group, &Line)> {
        let all = self.groups.iter().flat_map(|group| {
            let lines = group.lines.iter();
            lines.map(move |line| (&**group, line))
        });
        all.zip(1..)
            .map(|((group, line), number)| (number, group, line))
    }

    /// The line with this number.
    #[must_use]
    pub fn line(&self, number: u32) -> Option<(&Group, &Line)> {
        let mut left = usize::try_from(number).ok()?.checked_sub(1)?;
        for group in &self.groups {
            match group.lines.get(left) {
                Some(line) => return Some((group, line)),
                None => left -= group.lines.len(),
            }
        }
        None
    }

    /// What the bank is asked to pay.
    #[must_use]
    pub fn net_fen(&self) -> i64 {
        self.gross_fen - self.deduct_fen
    }

    /// The hash over the lines as they stand, to be held beside [`Roll::hash`].
    #[must_use]
    pub fn hash_now(&self) -> String {
        match (&self.area, self.period) {
            (Some(area), Some(period)) => {
                hash_of(area, period, self.groups.iter().map(AsRef::as_ref))
            }
            _ => String::new(),
        }
    }

    /// The lines of a file, with their numbers.
    #[must_use]
    pub fn lines_of(&self, batch: &Batch) -> Vec<(u32, &Group, &Line)> {
        if batch.lines.is_empty() {
            return self
                .numbered()
                .filter(|(_, _, line)| line.net() > 0)
                .collect();
        }
        let lines = batch.lines.iter();
        lines
            .filter_map(|number| {
                self.line(*number)
                    .map(|(group, line)| (*number, group, line))
            })
            .collect()
    }

    /// Whose lines of a file somebody is told of, and whether each was paid: those that the bank could
    /// not pay, and of the others those that differ from the month before or had failed.
    #[must_use]
    pub fn told_of(&self, number: u32) -> Vec<(AwardId, bool)> {
        let Some(batch) = self.batch(number) else {
            return Vec::new();
        };
        let lines = self.lines_of(batch).into_iter();
        lines
            .filter_map(|(at, _, line)| {
                let bad = self.bad.get(&at).is_some_and(|bad| bad.batch == number);
                let news = bad || number > 1 || line.why != Why::Same;
                news.then_some((line.award, !bad))
            })
            .collect()
    }

    /// The file that the bank has not answered.
    #[must_use]
    pub fn waiting(&self) -> Option<u32> {
        let last = self.batches.last()?;
        let number = u32::try_from(self.batches.len()).ok()?;
        last.answers.is_empty().then_some(number)
    }

    /// The file with this number, from 1.
    #[must_use]
    pub fn batch(&self, number: u32) -> Option<&Batch> {
        let at = usize::try_from(number).ok()?.checked_sub(1)?;
        self.batches.get(at)
    }

    pub(super) fn apply(&mut self, event: &Event, meta: Meta<'_>) {
        match &event.fact {
            Fact::RollMade(made) => self.made(made, &event.area, meta),
            Fact::RollPart(part) => {
                self.groups
                    .extend(part.groups.iter().cloned().map(Arc::new));
            }
            Fact::RollHeld(more) => {
                Arc::make_mut(&mut self.held).extend(&more.held);
                Arc::make_mut(&mut self.overpaid).extend(&more.overpaid);
            }
            Fact::RollChecked(_) => {
                self.stage = Stage::Checked;
                self.checked_by = meta.actor.account;
            }
            Fact::RollApproved(_) => self.approved(meta),
            Fact::RollSent(sent) => self.sent(sent),
            Fact::RollBad(bad) => self.went_bad(bad),
            Fact::RollAnswered(answered) => self.answered(answered),
        }
    }

    fn made(&mut self, made: &RollMade, area: &AreaPath, meta: Meta<'_>) {
        *self = Self {
            area: Some(area.clone()),
            period: Some(made.period),
            stage: Stage::Made,
            edition: self.edition + 1,
            lines: made.lines,
            gross_fen: made.gross_fen,
            deduct_fen: made.deduct_fen,
            hash: made.hash.clone(),
            made_by: meta.actor.account,
            made_at: Some(meta.at),
            ..Self::default()
        };
    }

    /// What is due becomes payable; what is kept back for a claim is paid by setting it off.
    fn approved(&mut self, meta: Meta<'_>) {
        self.stage = Stage::Approved;
        self.approved_by = meta.actor.account;
        self.approved_at = Some(meta.at);
        for group in &self.groups {
            let purpose = purpose(group);
            let gross = group.lines.iter().map(|line| line.fen).sum();
            let kept = group.lines.iter().map(|line| line.deduct).sum();
            let ledger = &mut self.ledger;
            ledger.transfer(&purpose, Account::Granted, Account::Payable, gross);
            ledger.transfer(&purpose, Account::Payable, Account::Paid, kept);
            ledger.transfer(&purpose, Account::Recoverable, Account::Recovered, kept);
        }
    }

    fn sent(&mut self, sent: &RollSent) {
        let batch = Batch {
            count: sent.count,
            total_fen: sent.total_fen,
            sha256: sent.sha256.clone(),
            lines: sent.lines.clone(),
            on: sent.on,
            answers: Vec::new(),
            paid: None,
            answered_on: None,
        };
        let from = match batch.lines.is_empty() {
            true => Account::Payable,
            false => Account::Returned,
        };
        for (purpose, fen) in self.sums(&batch) {
            self.ledger
                .transfer(&purpose, from, Account::InTransit, fen);
        }
        for line in &batch.lines {
            self.bad.remove(line);
        }
        self.stage = Stage::Sent;
        self.batches.push(batch);
    }

    /// What the lines of a file come to, by purpose.
    fn sums(&self, batch: &Batch) -> BTreeMap<Purpose, i64> {
        let mut sums = BTreeMap::new();
        if batch.lines.is_empty() {
            for group in &self.groups {
                let net: i64 = group.lines.iter().map(Line::net).sum();
                *sums.entry(purpose(group)).or_default() += net;
            }
            return sums;
        }
        for (_, group, line) in self.lines_of(batch) {
            *sums.entry(purpose(group)).or_default() += line.net();
        }
        sums
    }

    /// Not yet answered, a line goes back from the bank's way; answered, it came back from there.
    fn went_bad(&mut self, bad: &RollBad) {
        let late = self
            .batch(bad.batch)
            .is_some_and(|batch| !batch.answers.is_empty());
        let from = if late {
            Account::Paid
        } else {
            Account::InTransit
        };
        for (number, outcome, reason) in &bad.lines {
            let Some((group, line)) = self.line(*number) else {
                continue;
            };
            let (purpose, net) = (purpose(group), line.net());
            self.ledger.transfer(&purpose, from, Account::Returned, net);
            let bad = Bad {
                outcome: *outcome,
                reason: *reason,
                batch: bad.batch,
            };
            self.bad.insert(*number, bad);
        }
    }

    fn answered(&mut self, answered: &RollAnswered) {
        let Some(at) = usize::try_from(answered.batch)
            .ok()
            .and_then(|one| one.checked_sub(1))
        else {
            return;
        };
        let Some(batch) = self.batches.get_mut(at) else {
            return;
        };
        let first = batch.answers.is_empty();
        batch.answers.push(answered.sha256.clone());
        if !first {
            return;
        }
        batch.paid = Some((answered.paid, answered.paid_fen));
        batch.answered_on = Some(answered.on);
        let batch = batch.clone();
        let mut sums = self.sums(&batch);
        for (number, bad) in &self.bad {
            if bad.batch == answered.batch
                && let Some((group, line)) = self.line(*number)
            {
                *sums.entry(purpose(group)).or_default() -= line.net();
            }
        }
        for (purpose, fen) in sums {
            self.ledger
                .transfer(&purpose, Account::InTransit, Account::Paid, fen);
        }
        self.stage = Stage::Answered;
    }
}

fn purpose(group: &Group) -> Purpose {
    Purpose {
        service: group.service.clone(),
        area: group.area.clone(),
    }
}
