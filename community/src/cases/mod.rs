//! 一口受理: one window for every service; cases from the asking to the answer.
//!
//! **Purpose.** A person asks once, on any channel, and gets one number. Committee, street and
//! district share the work under the law's clock; the decision is explained; nothing waits without
//! an owner, a promised date and a next step.
//!
//! **Actors.** The applicant (or who acts for them, 代办); the committee worker, street officer and
//! district officer at whose desk the case lies; the supervisor to whom a disputed result, a low
//! rating and an overdue case go.
//!
//! **Legal basis.** 社会救助法 (2026-07-01): single window at the township (art. 64), apply, query
//! and complain online (art. 63), nothing asked that checking can supply (art. 62), publish in the
//! community (art. 45); 上海市“一网通办”决定 (2021): 一次告知, 一口受理, 好差评 per transaction. Days,
//! desks, notice and clauses come from the service's file in the catalogue, version by version.
//!
//! **Life cycle.** (Drafts live with the portal; a case begins when it is submitted.)
//!
//! ```text
//!              ┌──────────────► intake_refused (不予受理) ─┐ dispute
//!              │                                           ▼
//! submitted ───┼─► in_hand (station 0 → 1 → …) ──► notice ──► decided ──► delivered ──► closed
//!   │   ▲      │      │  ▲   pass on / send back    │            ▲            │ rate low │
//!   ▼   │      │      ▼  │                         └► in_hand ──┘            ▼          │
//!  supplement ─┘   supplement ──► lapsed                                 follow_up ─► closed
//!                                                        delivered, closed ──dispute──► disputed
//!  before a decision: withdrawn                              disputed ──settle──► in_hand │ closed
//! ```
//!
//! 免申即享: what a service's file lets Linli grant unasked is submitted, accepted, decided and
//! delivered in one step, and may be withdrawn by the person afterwards.
//!
//! **Reading order.** [`rules`] (what the catalogue says), [`command`] (what may be asked),
//! [`events`] (what happened), [`state`] (what that adds up to), [`clock`] (the reckoning of days),
//! [`decide`](mod@decide) (pure), [`refusal`] (why the answer is no), [`register`] (read model),
//! [`queries`], [`queue`](mod@queue), [`public`], [`statistics`], [`view`](mod@view) (one case, for
//! a person to read), [`service`] (the doors: file, act, look up), [`sweep`](mod@sweep), [`demo`].

pub mod clock;
pub mod command;
pub mod decide;
pub mod demo;
pub mod events;
mod fold;
pub mod public;
pub mod queries;
pub mod queue;
pub mod refusal;
pub mod register;
pub mod rules;
pub mod service;
pub mod state;
pub mod statistics;
pub mod sweep;
pub mod view;
mod wait;

#[cfg(test)]
mod tests;

use linli_kernel::{AreaPath, Post, Role};
use serde::{Deserialize, Serialize};

pub use crate::catalogue::{Channel, Level};
pub use clock::Due;
pub use command::{Command, Decision, Filing, Grade, Verb};
pub use decide::Grant;
pub use events::{Event, Fact, Private};
pub use public::{PublicNotice, Verification, notices, verification};
pub use queries::{Filter, Page, Row, Sort, list, my_cases};
pub use queue::{Part, Queue, queue};
pub use register::{Cases, every_code};
pub use rules::{Rules, Station};
pub(crate) use service::of;
pub use service::{Done, Receipt, Unasked, act, add_granted, file, look_up};
pub use state::{Next, Owner, Phase, State, Wait};
pub use sweep::{Swept, sweep};
pub use view::{Allowed, CaseView, Happening, Reader, tracked, view};

/// 岗位席: whose turn it is: any post of this role that covers this area.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Desk {
    /// The role that works here.
    pub role: Role,
    /// The area whose cases it works.
    pub area: AreaPath,
}

impl Desk {
    /// Whether someone acting in `post` works at this desk.
    #[must_use]
    pub fn is_worked_by(&self, post: &Post) -> bool {
        post.role == self.role && post.area.contains(&self.area)
    }

    /// The desk as one text, `street_officer@310117/310117001`: how registers store it.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}@{}", self.role.code(), self.area)
    }

    /// The desk with this [`key`](Self::key).
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        let (role, area) = key.split_once('@')?;
        Some(Self {
            role: Role::from_code(role)?,
            area: area.parse().ok()?,
        })
    }
}
