//! 居民与家庭: who lives here, in which household, and what is known about them, each fact once
//! with its source and date.
//!
//! **Purpose.** What the register knows is never asked again: forms are filled from it
//! ([`Linli::facts`](crate::Linli::facts)), corrections go back to it.
//!
//! **Actors.** Committee workers and street officers record ([`linli_kernel::Action::ResidentChange`]);
//! staff of the area look, for a purpose that the resident can read (谁看过我的信息); a resident
//! reads their own record, and records what they alone answer for (telephone, account). Linli
//! itself records the corrections that a case brought up.
//!
//! **Legal basis.** PIPL arts 34–35 and 44–50 (notice, export, correction, erasure); the Shanghai
//! data by-law art. 30 (what can be shared is not collected twice).
//!
//! **Life cycle.** A resident: registered → facts recorded and corrected, moved … → died, or
//! erased (the key is destroyed, nothing personal can be read again). A household: formed → members
//! join and leave, another head, facts, moved. A mandate: granted → ended. A consent: given →
//! withdrawn. Two records of one person are merged → parted again (see `merge`). What an import recorded can be taken back (see [`crate::ledgers`]): the facts are as they
//! were before, and who was known by it alone is withdrawn.
//!
//! **Sealed** under the person's key: every value, words of reasons. **Open**: ids, field names,
//! sources, dates of record, who belongs to which household.

mod decide;
mod erasure;
mod events;
pub mod fields;
mod homes;
mod households;
mod likeness;
mod looks;
pub mod mask;
mod merge;
#[cfg(test)]
mod node_tests;
mod queries;
mod reading;
mod refusal;
mod register;
mod rights;
mod rows;
mod service;
mod state;
pub mod synthetic;
#[cfg(test)]
mod tests;
mod undo;
mod values;

pub use decide::{Command, Context, NewFact, decide};
pub use erasure::{Erased, Erasure, Ground};
pub use events::{
    Died, DiedSealed, Event, FactRecorded, FactSealed, Formed, Happened, HeadChanged,
    HouseholdEvent, HouseholdHappened, HouseholdWithdrawn, ImportUndone, ImportUndoneSealed,
    Joined, Left, Member, Moved, MovedSealed, Registered, RegisteredSealed, Regrouped, Values,
};
pub use fields::{
    BadDictionary, Code, CodeList, Dictionary, Entity, Field, FieldId, FieldType, Office,
    SYNTHETIC_PHONE,
};
pub use households::{HEAD, HouseholdCommand, decide_household};
pub use likeness::{Likeness, Pair, Person, Reason, Weights, compare};
pub use looks::{LastLook, LookedAt, Looks, Purpose, Why};
pub(crate) use merge::Standing;
pub use merge::{
    Beside, Merge, Merged, MergedAway, MergedAwaySealed, MergedSealed, Parted, PartedSealed,
    Placed, Seen, Side, ToldApart,
};
pub(crate) use queries::among;
pub use queries::{Filter, Listed, MAX_COUNT, MAX_DEPTH, MAX_SIZE};
pub use reading::OpenRecord;
pub use refusal::REFUSALS;
pub(crate) use register::erased;
pub use register::{Households, Residents, forget};
pub use rights::{
    Authority, Consents, Ended, Given, Granted, Grounds, Mandates, Right, RightEvent, consent, end,
    grant,
};
pub use rows::{ConsentRow, Look, MandateRow, Row};
pub use state::{Absorbed, Fact, Facts, Household, Resident};
pub use undo::{TakenBack, Written, take_back, take_household_back};
pub use values::phone as phone_number;

use linli_journal::Folder;
use sea_orm::sea_query::{IndexCreateStatement, TableCreateStatement};

use crate::feature::FeatureFolder;

/// The tables of this feature.
#[must_use]
pub fn tables() -> Vec<TableCreateStatement> {
    [register::tables(), looks::tables(), rights::tables()].concat()
}

/// Their further indexes.
#[must_use]
pub fn indexes() -> Vec<IndexCreateStatement> {
    [register::indexes(), looks::indexes(), rights::indexes()].concat()
}

/// The folders of this feature, fresh.
#[must_use]
pub fn folders() -> Vec<Box<dyn Folder>> {
    vec![
        Box::new(FeatureFolder::<Residents>::default()),
        Box::new(FeatureFolder::<Households>::default()),
        Box::new(FeatureFolder::<Looks>::default()),
        Box::new(FeatureFolder::<Mandates>::default()),
        Box::new(FeatureFolder::<Consents>::default()),
    ]
}
