//! 发放名册: who is paid how much in a month, in one street.
//!
//! A roll is made from the awards as they stand, as often as needed, until it is approved; from then
//! on its lines are what they are. [`Roll::hash`] is over every line, so that what was approved and
//! what is sent to the bank can be held side by side.
//!
//! Reading order: `line` (a line, its hash, how it is written), `make` (pure, from awards to
//! lines), `events`, `state`, `decide`, `bank` and `answer` (the two files), `compare` (with the
//! month before), `register`, `service`.

mod answer;
mod bank;
mod compare;
mod decide;
mod events;
mod line;
mod make;
mod register;
mod service;
mod state;
#[cfg(test)]
mod tests;

pub use answer::{Answer, Answered, MOST_BYTES, Outcome, Reason, read as read_answer};
pub use bank::{BankFile, Payee, reference, write as bank_file};
pub use compare::{Compared, Gone, GoneWhy};
pub use decide::REFUSALS;
pub use events::{Event, Fact, Held, HeldWhy};
pub use line::{Group, Line, Why, hash_of};
pub use make::{Candidate, Made, make};
pub use register::{LineRow, Rolls, Row, indexes, tables};
pub use state::{Bad, Batch, Roll, Stage, id_of, stream};

/// One of each kind of event, for the golden files.
#[expect(clippy::too_many_lines, reason = "a table: one of each")]
#[cfg(test)]
pub(super) fn samples() -> Vec<Event> {
    use super::tests::world::{HOME, STREET, TODAY, award_id, month, path};
    let hash = "ab".repeat(32);
    let event = |fact| Event {
        fact,
        area: path(STREET),
    };
    let line = Line {
        award: award_id(1),
        fen: 210_000,
        why: Why::Arrears,
        settled: "2026-03:100000x6,110000".into(),
        deduct: 42_000,
        deducted: 50_000,
        months: vec![(month("2026-08"), 100_000), (month("2026-09"), 110_000)],
    };
    let group = Group {
        area: path(HOME),
        service: "dibao".to_owned(),
        lines: vec![line],
    };
    let held = Held {
        award: award_id(2),
        fen: 100_000,
        why: HeldWhy::Died,
    };
    let period = month("2026-09");
    vec![
        event(Fact::RollMade(events::RollMade {
            period,
            lines: 1,
            gross_fen: 210_000,
            deduct_fen: 42_000,
            hash: hash.clone(),
            on: TODAY,
        })),
        event(Fact::RollPart(events::RollPart {
            part: 1,
            groups: vec![group],
        })),
        event(Fact::RollHeld(events::RollHeld {
            held: vec![held],
            overpaid: vec![(award_id(3), 100_000)],
        })),
        event(Fact::RollChecked(events::RollChecked {
            hash: hash.clone(),
            on: TODAY,
        })),
        event(Fact::RollApproved(events::RollApproved {
            hash: hash.clone(),
            on: TODAY,
        })),
        event(Fact::RollSent(events::RollSent {
            batch: 2,
            count: 1,
            total_fen: 168_000,
            sha256: hash.clone(),
            lines: vec![1],
            on: TODAY,
        })),
        event(Fact::RollBad(events::RollBad {
            batch: 2,
            lines: vec![(1, Outcome::Returned, Reason::Closed)],
            on: TODAY,
        })),
        event(Fact::RollAnswered(events::RollAnswered {
            batch: 2,
            sha256: hash,
            paid: 0,
            paid_fen: 0,
            on: TODAY,
        })),
    ]
}
