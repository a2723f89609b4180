//! 待办: the work queue, which is the home page of staff, and what all pages of staff share: the
//! parts of a form ([`fields`], [`typed`], [`forms`], [`questions`]), rows of cases ([`rows`]), and what is
//! shown in full after a reason was recorded ([`looks`]).
//!
//! Paths: `/desk`. Who may enter: whoever is signed in; a post without a desk sees its own menu.

pub(crate) mod fields;
pub(crate) mod forms;
pub(crate) mod looks;
mod pages;
pub(crate) mod questions;
pub(crate) mod rows;
#[cfg(test)]
mod tests;
pub(crate) mod typed;
#[cfg(test)]
pub(crate) mod world;

use std::collections::BTreeSet;

use linli_community::feature::Problem;
use linli_kernel::{AccountId, Action, Fault};

use crate::Portal;
use crate::shell::{Access, Kept, Routes, Trouble};

/// The routes of the work queue.
#[must_use]
pub(crate) fn routes() -> Routes {
    const DESKS: Access = Access::AnyOf(&[Action::CaseWork, Action::CaseSupervise]);
    Routes::new()
        .get("/desk", Access::SignedIn, pages::queue)
        .nav(10, "/desk", "desk-nav", DESKS)
}

/// What a domain problem is to a page.
pub(crate) fn trouble(problem: Problem) -> Trouble {
    match problem {
        Problem::Refused(mut refusals) => match refusals.pop() {
            Some(only) if refusals.is_empty() && only.code == "cases.unknown" => Trouble::NotFound,
            Some(only) if refusals.is_empty() => Trouble::from(only),
            Some(last) => {
                refusals.push(last);
                Trouble::Refused(refusals)
            }
            None => Trouble::Refused(refusals),
        },
        Problem::Conflict { .. } => Trouble::Conflict(Kept::default()),
        Problem::Fault(fault) => Trouble::Fault(fault),
    }
}

/// The names at work of these accounts.
///
/// # Errors
/// When the register cannot be read.
pub(crate) async fn names(
    portal: &Portal,
    accounts: impl Iterator<Item = AccountId>,
) -> Result<rows::Names, Fault> {
    let wanted: BTreeSet<AccountId> = accounts.collect();
    let mut names = rows::Names::new();
    for account in wanted {
        let row =
            linli_community::accounts::by_id(portal.linli.journal().reader(), account).await?;
        if let Some(name) = row.and_then(|row| row.name) {
            names.insert(account, name);
        }
    }
    Ok(names)
}
