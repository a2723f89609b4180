//! 附件: papers as photos or files: taken in from a form, held by a draft until the case is sent,
//! opened for those who may.
//!
//! Reading order: `receive` (from what was sent to what is kept), `tray` (what a draft holds),
//! `slots` (the inputs and what is there already), `links` and `open` (one file,
//! handed out), `sweep`. The doorway reads the form itself: see `shell::upload`.
//!
//! **Invariants.** What is wrong with one file never costs another, nor anything typed. A file of
//! another person cannot be named: its id only leads anywhere together with its subject. Staff open
//! a file only after they said why, and each opening is a look.

mod links;
mod open;
mod receive;
mod slots;
mod sweep;
#[cfg(test)]
mod tests;
mod tray;

use linli_kernel::Action;

use crate::shell::{Access, Routes};

pub(crate) use links::links;
pub(crate) use receive::Darkroom;
pub(crate) use slots::{Wanted, draw};
pub use sweep::sweep;
pub(crate) use tray::{KEY, Tray};

/// The routes of files.
#[must_use]
pub(crate) fn routes() -> Routes {
    Routes::new()
        .get(
            "/cases/{number}/papers/{place}",
            Access::Gate(Action::CaseOwn),
            open::own,
        )
        .get(
            "/desk/cases/{number}/papers/{place}",
            Access::Gate(Action::ResidentRead),
            open::staff,
        )
}
