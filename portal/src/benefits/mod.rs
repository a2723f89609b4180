//! 待遇发放: the ledger of awards with what may be done to one ([`list`], [`award`], [`acts`]), the
//! rolls of a street from making to the bank's answer ([`rolls`], [`roll`], [`bank`]), the accounts
//! ([`totals`]), and what the reader was paid and why ([`mine`]).
//!
//! Paths: `/desk/benefits`, `/desk/rolls`, `/desk/ledger`, `/my/payments`. Who may enter: staff the
//! awards of their area, officers the rolls (who makes one does not approve it), supervisor and
//! auditor rolls and accounts without persons, residents what is their own.

mod acts;
mod award;
mod bank;
mod list;
mod mine;
mod roll;
mod rolls;
#[cfg(test)]
mod tests;
mod totals;
mod words;

use linli_kernel::Action;

use crate::shell::{Access, Routes};

/// The pages of benefits.
#[must_use]
pub(crate) fn routes() -> Routes {
    const READ: Access = Access::Gate(Action::BenefitRead);
    const ACT: Access = Access::AnyOf(&[Action::BenefitRead, Action::BenefitWork]);
    const COUNT: Access = Access::Gate(Action::BenefitCount);
    const MAKE: Access = Access::Gate(Action::RollMake);
    const APPROVE: Access = Access::Gate(Action::RollApprove);
    const OWN: Access = Access::Gate(Action::ResidentOwn);
    Routes::new()
        .get("/desk/benefits", READ, list::list)
        .nav(30, "/desk/benefits", "benefits-nav", READ)
        .get("/desk/benefits/{award}", READ, award::show)
        .get("/desk/benefits/{award}/{act}", ACT, acts::form)
        .post("/desk/benefits/{award}/{act}", ACT, acts::act)
        .get("/desk/rolls", COUNT, rolls::list)
        .nav(31, "/desk/rolls", "rolls-nav", COUNT)
        .post("/desk/rolls", MAKE, rolls::make)
        .get("/desk/rolls/{roll}", COUNT, roll::show)
        .post("/desk/rolls/{roll}/check", MAKE, roll::check)
        .post("/desk/rolls/{roll}/approve", APPROVE, roll::approve)
        .post("/desk/rolls/{roll}/send", MAKE, bank::send)
        .post("/desk/rolls/{roll}/files/{batch}", MAKE, bank::file)
        .get("/desk/rolls/{roll}/files/{batch}/answer", MAKE, bank::form)
        .upload(
            "/desk/rolls/{roll}/files/{batch}/answer",
            MAKE,
            bank::answer,
        )
        .get("/desk/ledger", COUNT, totals::show)
        .nav(32, "/desk/ledger", "ledger-nav", COUNT)
        .get("/my/payments", OWN, mine::show)
}
