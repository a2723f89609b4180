//! 告知: which events people are told of, and what the outbox holds of each.

use linli_kernel::ResidentId;
use serde_json::Value;

use super::matter::Happened;
use crate::benefits::roll;
use crate::benefits::{self, Award, ReviewWhy};
use crate::cases::{self, Fact};

/// The notice that goes with an event of a case at `version`, where people are told of such events.
pub(crate) fn of_case(case: &cases::State, fact: &Fact, version: u64) -> Option<Value> {
    let wait = case.wait.as_ref();
    let promised = wait
        .and_then(|wait| wait.result_by)
        .and_then(cases::Due::date);
    let due = wait.and_then(|wait| wait.due.date());
    let date = match fact {
        Fact::Accepted(_) | Fact::Extended(_) => promised,
        Fact::SupplementAsked(_) => due,
        Fact::IntakeRefused(_) | Fact::Decided(_) | Fact::SupplementLapsed(_) => None,
        _ => return None,
    };
    written(&Happened::Case {
        case: case.id,
        version,
        on: fact.kind().to_owned(),
        date,
    })
}

/// The same of an award: a review was opened, it was suspended, resumed or stopped, or too much was
/// paid and is claimed back. Whoever died is told nothing; their family hears from the officer who
/// looks.
pub(crate) fn of_award(award: &Award, fact: &benefits::Fact, version: u64) -> Option<Value> {
    let date = match fact {
        benefits::Fact::ReviewOpened(opened) if opened.why != ReviewWhy::Died => opened.due,
        benefits::Fact::Suspended(suspended) => suspended.from.first_day(),
        benefits::Fact::Resumed(resumed) => resumed.from.first_day(),
        benefits::Fact::Stopped(stopped) => stopped.from.first_day(),
        benefits::Fact::Claimed(claimed) => claimed.on,
        _ => return None,
    };
    written(&Happened::Award {
        award: award.id,
        resident: award.resident,
        version,
        on: fact.kind().to_owned(),
        date: Some(date),
    })
}

/// The same of a roll: the bank answered for one of its files.
pub(crate) fn of_roll(id: &str, fact: &roll::Fact, version: u64) -> Option<Value> {
    let roll::Fact::RollAnswered(answered) = fact else {
        return None;
    };
    written(&Happened::Roll {
        roll: id.to_owned(),
        batch: answered.batch,
        version,
        on_day: answered.on,
    })
}

/// The same of an offer that was made.
pub(crate) fn of_offer(resident: ResidentId, policy: &str, service: &str) -> Option<Value> {
    written(&Happened::Offer {
        resident,
        policy: policy.to_owned(),
        service: service.to_owned(),
    })
}

fn written(happened: &Happened) -> Option<Value> {
    serde_json::to_value(happened).ok()
}
