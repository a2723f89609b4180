//! 办件进度: one case as its applicant sees it, like parcel tracking: who has it, by when, what
//! happened, the decision and why; and what the applicant may do with it.
//!
//! Somebody else's case is not found: the page does not tell whether a number exists.

pub(crate) mod deeds;
pub(crate) mod pages;
mod supplement;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod views;
pub(crate) mod words;

use linli_kernel::Action;

use crate::shell::{Access, Routes};

const OWN: Access = Access::Gate(Action::CaseOwn);

/// The pages of a case.
#[must_use]
pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/cases/{number}", OWN, pages::show)
        .get("/cases/{number}/letter.pdf", OWN, pages::letter_pdf)
        .post("/cases/{number}/urge", OWN, deeds::urge)
        .post("/cases/{number}/say", OWN, deeds::say_words)
        .get("/cases/{number}/supplement", OWN, supplement::page)
        .upload("/cases/{number}/supplement", OWN, supplement::supplement)
        .get("/cases/{number}/withdraw", OWN, deeds::withdraw_page)
        .post("/cases/{number}/withdraw", OWN, deeds::withdraw)
        .get("/cases/{number}/rate", OWN, deeds::rate_page)
        .post("/cases/{number}/rate", OWN, deeds::rate)
        .get("/cases/{number}/dispute", OWN, deeds::dispute_page)
        .post("/cases/{number}/dispute", OWN, deeds::dispute)
}
