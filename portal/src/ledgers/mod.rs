//! 台账导入: a committee's ledger into the registers, in four steps that each have an address: choose
//! the file, match its columns, look at what would happen, import; then the result, with undo.
//!
//! Paths under `/desk/import` (the file, which is the worker's own until it is thrown away) and
//! `/desk/imports` (what became of it). Who may enter: whoever may change residents, for their own
//! area. Nothing needs a script; the file and every choice stay with the desk for three days.

mod columns;
mod preview;
mod report;
mod result;
mod start;
#[cfg(test)]
mod tests;
mod work;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use linli_kernel::{Action, Refusal};
use uuid::Uuid;

use crate::shell::{Access, Routes};

pub use report::{file_refusal, marks, template};

/// The routes of importing ledgers.
#[must_use]
pub(crate) fn routes() -> Routes {
    const CHANGE: Access = Access::Gate(Action::ResidentChange);
    Routes::new()
        .get("/desk/import", CHANGE, start::form)
        .upload("/desk/import", CHANGE, start::receive)
        .get("/desk/import/template.xlsx", CHANGE, start::template)
        .get("/desk/import/{upload}", CHANGE, columns::form)
        .post("/desk/import/{upload}", CHANGE, columns::say)
        .get("/desk/import/{upload}/preview", CHANGE, preview::show)
        .post("/desk/import/{upload}/preview", CHANGE, preview::commit)
        .get("/desk/import/{upload}/marked.xlsx", CHANGE, preview::marked)
        .post("/desk/import/{upload}/drop", CHANGE, start::throw_away)
        .get("/desk/imports/{import}", CHANGE, result::show)
        .get("/desk/imports/{import}/undo", CHANGE, result::ask)
        .post("/desk/imports/{import}/undo", CHANGE, result::undo)
        .nav(42, "/desk/import", "ledgers-nav", CHANGE)
}

/// How far an import or its undoing is, while it runs on this node.
#[derive(Debug, Clone)]
pub(crate) enum Progress {
    /// So many of so many.
    At(u64, u64),
    /// It ended without being done.
    Refused(Vec<Refusal>),
    /// The world failed.
    Failed,
}

/// The imports that run on this node, and how those ended that did not end well.
#[derive(Clone, Default)]
pub(crate) struct Running(Arc<Mutex<HashMap<Uuid, Progress>>>);

/// The most endings remembered.
const REMEMBERED: usize = 1_000;

impl Running {
    pub(crate) fn set(&self, import: Uuid, progress: Progress) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= REMEMBERED {
            all.retain(|_, one| matches!(one, Progress::At(..)));
        }
        all.insert(import, progress);
    }

    pub(crate) fn end(&self, import: Uuid) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&import);
    }

    pub(crate) fn of(&self, import: Uuid) -> Option<Progress> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&import).cloned()
    }
}
