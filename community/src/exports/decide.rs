//! The rules of 导出: who may ask for whole names and numbers, who may say yes, when the file may
//! leave.

use jiff::{SignedDuration, Timestamp};
use linli_kernel::gate::{Target, permits};
use linli_kernel::{Action, Actor, AreaPath, Refusal};

use super::events::{Answered, Asked, Event, Fact, Made, What};
use super::register::{Export, Stage};
use super::service::Wish;
use crate::places::AreaTree;

/// The most people whose whole names and numbers leave at once: each of them is told.
pub const MOST_FULL: u64 = 500;

/// For how long a yes is good: what was approved for a purpose of today is not kept for another.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(72);

/// The longest purpose or reason, in characters.
const LONGEST: usize = 200;

pub(super) fn may(actor: &Actor, action: Action, area: &AreaPath) -> Result<(), Refusal> {
    let target = Target {
        area,
        subject: None,
    };
    permits(actor, action, target)
}

/// Asks for a list of residents with whole names and numbers.
///
/// # Errors
/// `gate.…` for who may not open a single record either; `exports.purpose-…`, `exports.nothing`,
/// `exports.too-many`.
pub(super) fn ask(
    actor: &Actor,
    area: &AreaPath,
    wish: &Wish,
    rows: u64,
) -> Result<Event, Refusal> {
    may(actor, Action::ResidentRead, area)?;
    check(wish)?;
    enough(rows, MOST_FULL)?;
    let asked = Asked {
        filter: wish.filter.clone(),
        purpose: wish.purpose.trim().to_owned(),
        format: wish.format.clone(),
        rows,
    };
    Ok(Event {
        area: area.clone(),
        fact: Fact::Asked(asked),
    })
}

/// Says yes or no to what somebody else asked for.
///
/// # Errors
/// `gate.…`, `exports.own`, `exports.not-waiting`, `exports.reason-missing` for a no without one,
/// `exports.reason-personal`.
pub(super) fn answer(
    export: &Export,
    actor: &Actor,
    areas: &AreaTree,
    granted: bool,
    reason: &str,
) -> Result<Event, Refusal> {
    let (Some(area), Some((_, asked_by))) = (export.area(areas), &export.asked) else {
        return Err(Refusal::new("exports.not-waiting"));
    };
    may(actor, Action::ResidentExport, area)?;
    if asked_by.account == actor.account {
        return Err(Refusal::new("exports.own"));
    }
    if export.stage() != Stage::Asked {
        return Err(Refusal::new("exports.not-waiting"));
    }
    let reason = if granted { "" } else { reason.trim() };
    if !granted && !says_something(reason) {
        return Err(Refusal::new("exports.reason-missing").on("reason"));
    }
    if names_somebody(reason) {
        return Err(Refusal::new("exports.reason-personal").on("reason"));
    }
    let answered = Answered {
        granted,
        reason: reason.to_owned(),
    };
    Ok(Event {
        area: area.clone(),
        fact: Fact::Answered(answered),
    })
}

/// Whether what was asked for may leave now, to this actor.
///
/// # Errors
/// `exports.not-yours` for another account or post, `exports.not-granted`, `exports.already-made`,
/// `exports.lapsed`.
pub(super) fn take<'e>(
    export: &'e Export,
    actor: &Actor,
    areas: &AreaTree,
    now: Timestamp,
) -> Result<&'e Asked, Refusal> {
    let Some((asked, asked_by)) = &export.asked else {
        return Err(Refusal::new("exports.not-granted"));
    };
    let area = actor.post.as_ref().map(|post| &post.area);
    if asked_by.account != actor.account || area != export.area(areas) {
        return Err(Refusal::new("exports.not-yours"));
    }
    if export.made.is_some() {
        return Err(Refusal::new("exports.already-made"));
    }
    match &export.answered {
        Some((answered, by)) if answered.granted => {
            if now.duration_since(by.at) > GOOD_FOR {
                return Err(Refusal::new("exports.lapsed"));
            }
            Ok(asked)
        }
        _ => Err(Refusal::new("exports.not-granted")),
    }
}

/// What leaves, of a wish.
pub(super) fn made(what: What, wish: &Wish, rows: u64, full: bool) -> Made {
    Made {
        what,
        filter: wish.filter.clone(),
        purpose: wish.purpose.trim().to_owned(),
        format: wish.format.clone(),
        rows,
        full,
    }
}

/// Something, and no more than may leave at once.
pub(super) fn enough(rows: u64, most: u64) -> Result<(), Refusal> {
    match rows {
        0 => Err(Refusal::new("exports.nothing")),
        rows if rows > most => Err(Refusal::new("exports.too-many").with("most", most)),
        _ => Ok(()),
    }
}

/// A purpose that says something and names nobody: it stands in the open part of an entry.
pub(super) fn check(wish: &Wish) -> Result<(), Refusal> {
    if !says_something(&wish.purpose) {
        return Err(Refusal::new("exports.purpose-missing").on("purpose"));
    }
    if names_somebody(&wish.purpose) {
        return Err(Refusal::new("exports.purpose-personal").on("purpose"));
    }
    Ok(())
}

fn says_something(words: &str) -> bool {
    (2..=LONGEST).contains(&words.trim().chars().count())
}

/// Whether there is a number in it as long as a telephone's.
fn names_somebody(words: &str) -> bool {
    let mut digits = words.split(|c: char| !c.is_ascii_digit() && !('０'..='９').contains(&c));
    digits.any(|run| run.chars().count() >= 7)
}
