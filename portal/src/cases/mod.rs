//! 办件: the table of cases, one case, and the acts of staff on it.
//!
//! Paths under `/desk/cases`. Who may enter is declared for each act in [`forms::ACTS`]; the gate is
//! asked again by the domain for the case at hand. Reading order: [`list`], [`bulk`], [`read`],
//! [`pages`] (one case: [`summary`], [`answers`], [`history`]), [`forms`] (fields of a form),
//! [`commands`] (form to command), [`acts`] (form, act, conflict). Letters are in [`crate::papers`].

mod acts;
mod answers;
mod bulk;
mod commands;
mod forms;
pub(crate) mod history;
pub(crate) mod list;
mod pages;
mod pdf;
pub(crate) mod read;
mod summary;
#[cfg(test)]
mod tests;

pub(crate) use answers::{about, groups};
pub(crate) use history::who;

use linli_kernel::Action;

use crate::shell::{Access, Routes};

/// The routes of cases.
#[must_use]
pub(crate) fn routes() -> Routes {
    const READ: Access = Access::AnyOf(&[Action::CaseCount]);
    const WORK: Access = Access::Gate(Action::CaseWork);
    const REVEAL: Access = Access::Gate(Action::ResidentRead);
    let mut routes = Routes::new()
        .get("/desk/cases", READ, list::list)
        .get("/desk/cases/take", WORK, bulk::check)
        .post("/desk/cases/take", WORK, bulk::take)
        .get("/desk/cases/{number}", READ, pages::case)
        .post("/desk/cases/{number}/presence", READ, pages::presence)
        .get("/desk/cases/{number}/reveal", REVEAL, answers::ask)
        .post("/desk/cases/{number}/reveal", REVEAL, answers::reveal)
        .post("/desk/cases/{number}/hide", READ, answers::hide)
        .get("/desk/cases/{number}/letter.pdf", READ, pdf::letter)
        .nav(20, "/desk/cases", "cases-nav", READ);
    for act in forms::ACTS {
        routes = routes
            .get(act.path, act.access, acts::form)
            .post(act.path, act.access, acts::act);
    }
    routes
}
