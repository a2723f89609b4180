//! 走访: the households that wait for a visit at one's desk, as a list to take along.
//!
//! Paths under `/desk/visits`. A visit is a step of a case (`cases.visited`): the list is the cases
//! whose next step is a visit, and what was seen is recorded by the form of the case itself. Taking
//! the list along shows addresses in full, and is a look at each person that they can see. Who may
//! enter: whoever works cases.

mod list;
mod sheet;
#[cfg(test)]
mod tests;

use linli_kernel::Action;

use crate::shell::{Access, Routes};

/// Who has visits.
pub(crate) const MAY: Access = Access::Gate(Action::CaseWork);

/// The routes of visits.
#[must_use]
pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/desk/visits", MAY, list::list)
        .post("/desk/visits/take", MAY, list::take)
        .get("/desk/visits/{number}", MAY, sheet::sheet)
        .nav(15, "/desk/visits", "visits-nav", MAY)
}
