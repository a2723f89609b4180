//! 演示: sign in with one press as any role of the demo, the five-minute tour, and the clock that can
//! be pushed forward by whole days. Only on a node of synthetic data; elsewhere there is no such
//! page.
//!
//! The binary gives the portal a [`Demo`]: which sign-ins there are, and the clock, which it keeps
//! pushed.

mod kiosk;
mod pages;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use linli_kernel::{AccountId, ResidentId, ShiftedClock, SystemClock};

use crate::kiosk::FolderReader;
use crate::shell::{Access, Routes};

/// What a demo has that no other node has.
#[derive(Clone)]
pub struct Demo {
    /// The clock the node goes by, pushed forward by whole days.
    pub clock: Arc<ShiftedClock<SystemClock>>,
    /// The roles that can be entered with one press, in the order shown.
    pub cards: Vec<Card>,
    /// The simulator that stands in for the card reader of the demo's kiosk.
    pub reader: FolderReader,
}

/// A role that can be entered with one press.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// The role's key among the messages: `elder`, `worker`, `social`, `street`, `district`,
    /// `supervisor`, `auditor`, `admin`, `system`.
    pub key: String,
    /// Who it is, as shown; synthetic.
    pub name: String,
    /// The account.
    pub account: AccountId,
    /// The resident, where it is one.
    pub resident: Option<ResidentId>,
}

/// The routes of the demo; each answers “not found” on any other node.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .get("/demo", Access::Public, pages::demo)
        .post("/demo/sign-in", Access::Public, pages::enter)
        .post("/demo/clock", Access::Public, pages::push)
        .post("/demo/kiosk", Access::Public, kiosk::become_one)
        .post("/demo/card", Access::Public, kiosk::lay_card)
}
