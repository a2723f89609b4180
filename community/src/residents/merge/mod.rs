//! 合并: two records turn out to be of one person; one of them stands for both from then on.
//!
//! **What stays where.** Nothing is moved. The record that is merged away keeps its stream, its cases,
//! its awards and its files, and stands in `merged`: whoever asks for it is led to the survivor
//! ([`Linli::survivor`](crate::Linli::survivor)), and whoever asks for the survivor's affairs gets
//! those of every record it stands for ([`Linli::same_as`](crate::Linli::same_as)). The survivor
//! takes over the facts that were chosen, and the place in the household.
//!
//! **Sealed.** What is taken over stays sealed under the key of whom it is from: when the records are
//! parted again and that person is erased, it cannot be read in the survivor's stream either.
//!
//! **拆分.** Parting gives both back as they were. What was recorded in between stays where it was
//! recorded: a fact that is newer than the merge with the survivor, a step of a case with its case.
//! Of several merges into one record the latest is parted first.
//!
//! **When not.** Across areas that the officer does not cover both of; somebody's own record or that
//! of their household (回避); who died or was erased; where both are paid the same benefit, since
//! which of them stops is decided on the award; a householder who would leave others behind.

mod decide;
mod events;
mod places;
mod service;
mod standing;
#[cfg(test)]
mod tests;

pub use decide::{Merge, Side};
pub(super) use decide::{merge, part, tell_apart};
pub use events::{
    Merged, MergedAway, MergedAwaySealed, MergedSealed, Parted, PartedSealed, Placed, ToldApart,
};
pub(super) use places::{regroup, restore};
pub use service::{Beside, Seen};
pub(crate) use standing::Standing;
pub(super) use standing::{indexes, row, tables};
