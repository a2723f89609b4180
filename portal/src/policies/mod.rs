//! 政策会算: why a result is what it is ([`told`]), what the reader is owed and never asked for
//! ([`offers`]), what somebody may find out alone before applying ([`precheck`]), and the officers'
//! desk where policies are read and changes proposed ([`desk`]), rehearsed and published ([`change`]).
//!
//! Paths: `/services/{service}/check`, `/my/offers`, `/desk/offers`, `/desk/policies`. Who may enter: anyone the
//! check, residents their own offers, staff those of their area, district officers the policies.

mod change;
mod chart;
mod desk;
mod offers;
mod precheck;
mod rate;
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
        .get("/services/{service}/check", Access::Public, precheck::start)
        .post(
            "/services/{service}/check",
            Access::Public,
            precheck::answer,
        )
        .get("/my/offers", OWN, offers::own)
        .post("/my/offers/take", OWN, offers::take)
        .post("/my/offers/decline", OWN, offers::decline)
        .get("/desk/offers", LIST, offers::list)
        .nav(45, "/desk/offers", "offers-nav", LIST)
        .get("/desk/policies", CHANGE, desk::all)
        .nav(46, "/desk/policies", "policies-nav", CHANGE)
        .get("/desk/policies/{id}", CHANGE, desk::one)
        .post("/desk/policies/{id}", CHANGE, desk::propose)
        .post("/desk/policies/{id}/rate", CHANGE, desk::propose_rate)
        .get("/desk/policies/changes/{change}", CHANGE, change::show)
        .post("/desk/policies/changes/{change}", CHANGE, change::settle)
}
