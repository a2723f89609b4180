//! 代办登记: filing for a visitor at the counter, a caller, somebody visited, or a letter.
//!
//! Paths under `/desk/intake`: find the resident (a look, with its purpose), choose service, channel
//! and authority, answer everything on one page that the register has filled in, submit, hand over
//! the receipt, next one.

mod filing;
mod forms;
mod pages;
mod receipt;
#[cfg(test)]
mod tests;

use linli_kernel::Action;

use crate::shell::{Access, Routes};

/// The routes of intake.
#[must_use]
pub(crate) fn routes() -> Routes {
    const FILE: Access = Access::Gate(Action::CaseFileForOther);
    Routes::new()
        .get("/desk/intake", FILE, pages::start)
        .post("/desk/intake", FILE, pages::find)
        .get("/desk/intake/receipt/{number}", FILE, receipt::receipt)
        .get("/desk/intake/{resident}", FILE, pages::choose)
        .get("/desk/intake/{resident}/{service}", FILE, filing::form)
        .upload("/desk/intake/{resident}/{service}", FILE, filing::file)
        .nav(30, "/desk/intake", "intake-nav", FILE)
}
