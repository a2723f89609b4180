//! 政策会算: why a result is what it is ([`told`]), what the reader is owed and never asked for
//! ([`offers`]), and the officers' desk where policies are read, changed and rehearsed ([`desk`]).
//!
//! Paths: `/my/offers`, `/desk/offers`, `/desk/policies`. Who may enter: residents their own offers,
//! staff those of their area, district officers the policies.

mod desk;
mod offers;
#[cfg(test)]
mod tests;
pub(crate) mod told;

use linli_kernel::Action;

use crate::shell::{Access, Routes};

/// The pages of policies.
#[must_use]
pub(crate) fn routes() -> Routes {
    const OWN: Access = Access::Gate(Action::ResidentOwn);
    const LIST: Access = Access::Gate(Action::ResidentList);
    const CHANGE: Access = Access::Gate(Action::CatalogueChange);
    Routes::new()
        .get("/my/offers", OWN, offers::own)
        .post("/my/offers/take", OWN, offers::take)
        .post("/my/offers/decline", OWN, offers::decline)
        .get("/desk/offers", LIST, offers::list)
        .nav(45, "/desk/offers", "offers-nav", LIST)
        .get("/desk/policies", CHANGE, desk::all)
        .nav(46, "/desk/policies", "policies-nav", CHANGE)
        .get("/desk/policies/{id}", CHANGE, desk::one)
        .post("/desk/policies/{id}", CHANGE, desk::propose)
        .get("/desk/policies/changes/{change}", CHANGE, desk::change)
        .post("/desk/policies/changes/{change}", CHANGE, desk::settle)
}
