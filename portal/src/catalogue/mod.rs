//! 办事: the list of services by what happens in life, the search in it, and the guide (办事指南)
//! of each, with sources and with what nobody has confirmed yet.

mod pages;
#[cfg(test)]
mod tests;
pub(crate) mod views;

use crate::shell::{Access, Routes};

/// The pages of the catalogue.
#[must_use]
pub(crate) fn routes() -> Routes {
    Routes::new()
        .get("/services", Access::Public, pages::list)
        .get("/services/{service}", Access::Public, pages::guide)
}
