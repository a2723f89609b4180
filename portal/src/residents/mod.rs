//! 居民: looking residents up for a purpose, one resident's record, recording a fact with its source,
//! and erasing a person.
//!
//! Paths under `/desk/residents`. Lists are masked; a look-up and a record shown in full are looks,
//! recorded with their purpose for 谁看过我的信息. What is typed to find somebody goes in the body of
//! a POST, never in an address.

mod change;
mod erase;
mod filter;
mod pages;
mod record;
#[cfg(test)]
mod tests;

pub(crate) use filter::filter;
pub(crate) use pages::{caption, search, table};

use linli_kernel::Action;

use crate::shell::{Access, Routes};

/// The routes of residents.
#[must_use]
pub(crate) fn routes() -> Routes {
    const LIST: Access = Access::Gate(Action::ResidentList);
    const READ: Access = Access::Gate(Action::ResidentRead);
    const CHANGE: Access = Access::Gate(Action::ResidentChange);
    const ERASE: Access = Access::Gate(Action::ResidentErase);
    Routes::new()
        .get("/desk/residents", LIST, pages::list)
        .post("/desk/residents", LIST, pages::find)
        .get("/desk/residents/{resident}", READ, record::record)
        .post("/desk/residents/{resident}/look", READ, record::look)
        .post("/desk/residents/{resident}/hide", READ, record::hide)
        .get("/desk/residents/{resident}/change", CHANGE, change::form)
        .post("/desk/residents/{resident}/change", CHANGE, change::change)
        .get("/desk/residents/{resident}/erase", ERASE, erase::form)
        .post("/desk/residents/{resident}/erase", ERASE, erase::erase)
        .nav(40, "/desk/residents", "residents-nav", LIST)
}
