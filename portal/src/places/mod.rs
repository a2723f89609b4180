//! 区划: the tree of areas with its history, and the changes a district officer makes to it: another
//! name, another parent, a committee split, a community layer added (镇管社区).
//!
//! Paths under `/desk/places`; an area is addressed by its stable code.

mod change;
mod pages;
#[cfg(test)]
mod tests;

use linli_kernel::Action;

use crate::shell::{Access, Routes};

/// The routes of areas.
#[must_use]
pub(crate) fn routes() -> Routes {
    const READ: Access = Access::AnyOf(&[Action::CaseCount, Action::ResidentList]);
    const CHANGE: Access = Access::Gate(Action::PlaceChange);
    Routes::new()
        .get("/desk/places", READ, pages::root)
        .get("/desk/places/{code}", READ, pages::area)
        .get("/desk/places/{code}/{act}", CHANGE, change::form)
        .post("/desk/places/{code}/{act}", CHANGE, change::change)
        .nav(50, "/desk/places", "places-nav", READ)
}
