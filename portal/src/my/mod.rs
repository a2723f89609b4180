//! 我的: my cases; what the register holds about me, with source and date; who looked; who may act
//! for me; what I agreed to.

pub(crate) mod cards;
pub(crate) mod pages;
mod rights;
#[cfg(test)]
mod tests;

use linli_kernel::Action;

use crate::shell::{Access, Routes};

const OWN: Access = Access::Gate(Action::ResidentOwn);

/// The pages of the person signed in.
#[must_use]
pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/my", OWN, pages::data)
        .get("/my/cases", Access::Gate(Action::CaseOwn), pages::cases)
        .get("/my/looks", OWN, pages::looks)
        .get("/my/mandates", OWN, rights::mandates)
        .post("/my/mandates", OWN, rights::grant)
        .post("/my/mandates/end", OWN, rights::end_mandate)
        .get("/my/consents", OWN, rights::consents)
        .post("/my/consents/end", OWN, rights::end_consent)
}
