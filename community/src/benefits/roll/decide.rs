//! What may become of a roll. Pure: values in, events or refusals out.

use jiff::civil::Date;
use linli_kernel::gate::{Target, permits};
use linli_kernel::{Action, Actor, AreaPath, Refusal};

use super::answer::{Answer, reconcile};
use super::bank::BankFile;
use super::events::{Event, Fact, RollAnswered, RollApproved, RollBad, RollChecked, RollSent};
use super::make::Made;
use super::state::{Roll, Stage};
use crate::benefits::month::Month;

/// Every refusal of rolls, for the check that each is worded.
pub const REFUSALS: &[&str] = &[
    "benefits.roll-unknown",
    "benefits.period-wrong",
    "benefits.street-wrong",
    "benefits.roll-empty",
    "benefits.roll-approved",
    "benefits.roll-not-made",
    "benefits.roll-not-checked",
    "benefits.roll-changed",
    "benefits.roll-stale",
    "benefits.second-person",
    "benefits.roll-not-approved",
    "benefits.roll-waits",
    "benefits.nothing-to-send",
    "benefits.file-differs",
    "benefits.answer-too-large",
    "benefits.answer-not-utf8",
    "benefits.answer-head",
    "benefits.answer-row",
    "benefits.answer-line",
    "benefits.answer-amount",
    "benefits.answer-result",
    "benefits.answer-not-ours",
    "benefits.answer-line-again",
    "benefits.answer-differs",
    "benefits.answer-known",
    "benefits.answer-posted",
    "benefits.answer-missing",
    "benefits.answer-total",
];

/// The most lines of one entry about lines that went bad.
const BAD_PART: usize = 1_000;

/// The most lines sent again at once: they are named in one entry.
pub(super) const AGAIN: usize = 5_000;

/// How many months ahead a roll may be made.
const AHEAD: i32 = 1;

fn may(actor: &Actor, action: Action, area: &AreaPath) -> Result<(), Refusal> {
    let target = Target {
        area,
        subject: None,
    };
    permits(actor, action, target)
}

/// Two hashes that should be one: what was approved or shown, and what there is now.
fn differ(code: &str, approved: &str, now: &str) -> Refusal {
    Refusal::new(code)
        .with("approved", approved)
        .with("now", now)
}

/// Whether `actor` may make a roll of `street` for `period` on `today`.
///
/// # Errors
/// `gate.…`, `benefits.street-wrong`, `benefits.period-wrong`.
pub(super) fn may_make(
    actor: &Actor,
    street: &AreaPath,
    period: Month,
    today: Date,
) -> Result<(), Refusal> {
    may(actor, Action::RollMake, street)?;
    if street.depth() != 2 {
        return Err(Refusal::new("benefits.street-wrong").on("area"));
    }
    if period.since(Month::of(today)) > AHEAD {
        return Err(Refusal::new("benefits.period-wrong").on("period"));
    }
    Ok(())
}

/// 生成名册. What was approved is not made anew: another list is refused with both hashes.
///
/// # Errors
/// `benefits.roll-approved`, `benefits.roll-empty`.
pub(super) fn made(
    roll: &Roll,
    made: Made,
    street: &AreaPath,
    period: Month,
    on: Date,
) -> Result<Vec<Event>, Refusal> {
    if roll.stage >= Stage::Approved {
        return Err(differ("benefits.roll-approved", &roll.hash, &made.hash));
    }
    if made.lines == 0 && made.held.is_empty() {
        return Err(Refusal::new("benefits.roll-empty"));
    }
    let same = roll.stage != Stage::Nothing
        && roll.hash == made.hash
        && *roll.held == made.held
        && *roll.overpaid == made.overpaid;
    if same {
        return Ok(Vec::new());
    }
    Ok(Event::of_made(made, period, street, on))
}

fn there(roll: &Roll) -> Result<AreaPath, Refusal> {
    let area = roll.area.clone();
    area.ok_or_else(|| Refusal::new("benefits.roll-unknown"))
}

/// 核对完成: what was seen, by its hash, can be approved.
///
/// # Errors
/// `gate.…`, `benefits.roll-…`.
pub(super) fn check(
    roll: &Roll,
    seen: &str,
    actor: &Actor,
    on: Date,
) -> Result<Vec<Event>, Refusal> {
    let area = there(roll)?;
    may(actor, Action::RollMake, &area)?;
    if roll.stage != Stage::Made {
        return Err(Refusal::new("benefits.roll-not-made"));
    }
    if seen != roll.hash {
        return Err(differ("benefits.roll-changed", seen, &roll.hash));
    }
    let fact = Fact::RollChecked(RollChecked {
        hash: roll.hash.clone(),
        on,
    });
    Ok(vec![Event { fact, area }])
}

/// 审批, by somebody other than who made or checked it. `seen` is the hash on the approver's page,
/// `now` that of the roll as the awards of this moment make it.
///
/// # Errors
/// `gate.…`, `benefits.second-person`, `benefits.roll-…`.
pub(super) fn approve(
    roll: &Roll,
    (seen, now): (&str, &str),
    actor: &Actor,
    on: Date,
) -> Result<Vec<Event>, Refusal> {
    let area = there(roll)?;
    may(actor, Action::RollApprove, &area)?;
    if roll.stage != Stage::Checked {
        return Err(Refusal::new("benefits.roll-not-checked"));
    }
    let own = [roll.made_by, roll.checked_by].contains(&actor.account);
    if actor.account.is_none() || own {
        return Err(Refusal::new("benefits.second-person"));
    }
    if seen != roll.hash {
        return Err(differ("benefits.roll-changed", seen, &roll.hash));
    }
    if now != roll.hash {
        return Err(differ("benefits.roll-stale", &roll.hash, now));
    }
    let fact = Fact::RollApproved(RollApproved {
        hash: roll.hash.clone(),
        on,
    });
    Ok(vec![Event { fact, area }])
}

/// Which lines a next file would hold: all that pay something, or those that went bad.
///
/// # Errors
/// `gate.…`, `benefits.roll-…`, `benefits.nothing-to-send`.
pub(super) fn to_send(roll: &Roll, actor: &Actor) -> Result<Vec<u32>, Refusal> {
    let area = there(roll)?;
    may(actor, Action::RollMake, &area)?;
    if roll.stage < Stage::Approved {
        return Err(Refusal::new("benefits.roll-not-approved"));
    }
    let now = roll.hash_now();
    if now != roll.hash {
        return Err(differ("benefits.roll-changed", &roll.hash, &now));
    }
    if roll.waiting().is_some() {
        return Err(Refusal::new("benefits.roll-waits"));
    }
    let lines: Vec<u32> = if roll.batches.is_empty() {
        let paying = roll.numbered().filter(|(_, _, line)| line.net() > 0);
        paying.map(|(number, ..)| number).collect()
    } else {
        roll.bad.keys().copied().take(AGAIN).collect()
    };
    if lines.is_empty() {
        return Err(Refusal::new("benefits.nothing-to-send"));
    }
    Ok(lines)
}

/// 送银行: the file of `lines` was made.
///
/// # Errors
/// As [`to_send`].
pub(super) fn send(
    roll: &Roll,
    file: &BankFile,
    lines: &[u32],
    actor: &Actor,
    on: Date,
) -> Result<Vec<Event>, Refusal> {
    let area = there(roll)?;
    if to_send(roll, actor)? != lines {
        return Err(Refusal::new("benefits.roll-waits"));
    }
    let first = roll.batches.is_empty();
    let fact = Fact::RollSent(RollSent {
        batch: file.head.batch,
        count: file.head.count,
        total_fen: file.head.total_fen,
        sha256: file.sha256.clone(),
        lines: if first { Vec::new() } else { lines.to_vec() },
        on,
    });
    Ok(vec![Event { fact, area }])
}

/// 对账: the bank's answer, held against what was sent. Nothing is posted of one that does not add
/// up.
///
/// # Errors
/// `gate.…`, `benefits.answer-…`: every difference.
pub(super) fn answer(
    roll: &Roll,
    (number, answer, sha256): (u32, &Answer, &str),
    actor: &Actor,
    on: Date,
) -> Result<Vec<Event>, Vec<Refusal>> {
    let area = there(roll).map_err(|no| vec![no])?;
    may(actor, Action::RollMake, &area).map_err(|no| vec![no])?;
    let posted = roll
        .batches
        .iter()
        .any(|batch| batch.answers.iter().any(|one| one == sha256));
    if posted {
        return Err(vec![Refusal::new("benefits.answer-posted").on("answer")]);
    }
    let reconciled = reconcile(answer, roll, number)?;
    let event = |fact| Event {
        fact,
        area: area.clone(),
    };
    let parts = reconciled.bad.chunks(BAD_PART);
    let mut events: Vec<Event> = parts
        .map(|lines| {
            event(Fact::RollBad(RollBad {
                batch: number,
                lines: lines.to_vec(),
                on,
            }))
        })
        .collect();
    events.push(event(Fact::RollAnswered(RollAnswered {
        batch: number,
        sha256: sha256.to_owned(),
        paid: reconciled.paid,
        paid_fen: reconciled.paid_fen,
        on,
    })));
    Ok(events)
}
