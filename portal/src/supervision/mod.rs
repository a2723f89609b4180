//! 督办: what the supervisor looks after: disputed results, follow-ups after low ratings, what is
//! overdue. Each with its deadline; acting on one happens on the case's own page.
//!
//! Path: `/desk/supervision`.

mod pages;
#[cfg(test)]
mod tests;

use linli_kernel::Action;

use crate::shell::{Access, Routes};

/// The routes of supervision.
#[must_use]
pub(crate) fn routes() -> Routes {
    const SUPERVISE: Access = Access::Gate(Action::CaseSupervise);
    Routes::new()
        .get("/desk/supervision", SUPERVISE, pages::home)
        .nav(15, "/desk/supervision", "super-nav", SUPERVISE)
}
