//! 统一填报: the tables that offices ask for, each filled from the registers; making one, with what
//! it repeats and what somebody would have to type; ending one.
//!
//! Paths under `/desk/reporting`. Who may enter: whoever may open a record, for the tables of their
//! area; officers make and end them. A table leaves as a file under `/desk/export/report`.

mod check;
mod end;
mod forms;
mod list;
mod new;
mod one;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use words::{columns_of, name, shown};

use linli_kernel::Action;

use crate::shell::{Access, Routes};

/// The routes of reporting.
#[must_use]
pub(crate) fn routes() -> Routes {
    const READ: Access = Access::Gate(Action::ResidentRead);
    const ASK: Access = Access::Gate(Action::ResidentExport);
    Routes::new()
        .get("/desk/reporting", READ, list::list)
        .get("/desk/reporting/new", ASK, new::form)
        .post("/desk/reporting/new", ASK, new::act)
        .get("/desk/reporting/{template}", READ, one::show)
        .get("/desk/reporting/{template}/end", ASK, end::form)
        .post("/desk/reporting/{template}/end", ASK, end::end)
        .nav(43, "/desk/reporting", "reporting-nav", READ)
}
