//! 申请: from the start page over one question a page and the photos of papers to the check page,
//! the submission and the receipt.
//!
//! **Invariants.** Nothing is asked that the register holds: its answers are filled in with their
//! source, to confirm or correct. Each answer is saved as it is given, also one that does not pass
//! its check when the person stops there. A form sent twice makes one case.

mod forms;
mod late;
mod pages;
mod papers;
mod receipt;
mod submit;
#[cfg(test)]
pub(crate) mod tests;
mod views;
pub(crate) mod whom;

pub(crate) use forms::{pairs, sent};
pub(crate) use views::draw_question;

use linli_kernel::Action;

use crate::shell::{Access, Routes};

const APPLY: Access = Access::Gate(Action::CaseApply);
const READ: Access = Access::Gate(Action::CaseOwn);

/// The pages of applying.
#[must_use]
pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/apply/{service}", Access::Public, pages::start)
        .post("/apply/{service}", APPLY, pages::begin)
        .get("/apply/{service}/papers", APPLY, papers::show)
        .upload("/apply/{service}/papers", APPLY, papers::send)
        .get("/apply/{service}/check", APPLY, submit::check)
        .post("/apply/{service}/check", APPLY, submit::submit)
        .get("/apply/{service}/{question}", APPLY, pages::ask)
        .post("/apply/{service}/{question}", APPLY, pages::answer)
        .get("/cases/{number}/receipt", READ, receipt::show)
        .get("/cases/{number}/receipt.json", READ, receipt::proof)
}
