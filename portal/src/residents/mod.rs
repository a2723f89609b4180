//! 居民: looking residents up for a purpose, one resident's record, recording a fact with its source,
//! erasing a person, and merging two records of one.
//!
//! Paths under `/desk/residents`. Lists are masked; a look-up and a record shown in full are looks,
//! recorded with their purpose for 谁看过我的信息. What is typed to find somebody goes in the body of
//! a POST, never in an address.

mod beside;
mod change;
mod duplicates;
mod erase;
mod filter;
mod merge;
mod pages;
mod part;
mod record;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use filter::{filter, filter_words};
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
        .get("/desk/residents/duplicates", CHANGE, duplicates::list)
        .get(
            "/desk/residents/{resident}/beside/{other}",
            CHANGE,
            beside::show,
        )
        .post(
            "/desk/residents/{resident}/beside/{other}/look",
            CHANGE,
            beside::look,
        )
        .post(
            "/desk/residents/{resident}/beside/{other}/merge",
            CHANGE,
            merge::merge,
        )
        .post(
            "/desk/residents/{resident}/beside/{other}/apart",
            CHANGE,
            merge::apart,
        )
        .get("/desk/residents/{resident}/part", CHANGE, part::form)
        .post("/desk/residents/{resident}/part", CHANGE, part::part)
        .get("/desk/residents/{resident}", READ, record::record)
        .post("/desk/residents/{resident}/look", READ, record::look)
        .post("/desk/residents/{resident}/hide", READ, record::hide)
        .get("/desk/residents/{resident}/change", CHANGE, change::form)
        .post("/desk/residents/{resident}/change", CHANGE, change::change)
        .get("/desk/residents/{resident}/erase", ERASE, erase::form)
        .post("/desk/residents/{resident}/erase", ERASE, erase::erase)
        .nav(40, "/desk/residents", "residents-nav", LIST)
}
