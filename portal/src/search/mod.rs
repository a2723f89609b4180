//! 检索: one box on every page of staff (key `/`), and what it finds: people, households, cases,
//! services and places, by words, pinyin or initials.
//!
//! Paths: `POST /desk/search` takes what was typed, `GET /desk/search?s=…` shows what it finds. What
//! is typed to find somebody goes in the body of a POST, never in an address: the session keeps it
//! under a short key, and the address holds that key and the filters (kind, area). People are shown
//! masked and for a purpose, each once recorded as a look; without one it is only said how many
//! there are. A purpose holds for a quarter of an hour.

mod kept;
mod pages;
#[cfg(test)]
mod tests;

use linli_kernel::Action;

use crate::shell::{Access, Routes};

/// Who has something to search for: staff who may list people, or see cases.
pub(crate) const MAY: Access = Access::AnyOf(&[Action::ResidentList, Action::CaseCount]);

pub(crate) use pages::{looked_at, shown};

/// The routes of the search.
#[must_use]
pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/desk/search", MAY, pages::results)
        .post("/desk/search", MAY, pages::ask)
}
