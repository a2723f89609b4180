//! 检索: people, households, cases, services and places, found by words, pinyin or initials.
//!
//! **Purpose.** Whoever is at the counter finds what is asked for in a moment, however it is typed;
//! `linli_search` says how.
//!
//! **Actors.** Staff, each within the gate's scope: the index only proposes, and what is shown are
//! rows of the registers for which the gate was asked ([`search`](crate::Linli::search)). Residents
//! search services on the public pages; their own cases stand under 我的.
//!
//! **Legal basis.** PIPL art. 6 (no more than needed): lists are masked and short, and whoever shows
//! people records a look for each, with its purpose. Identity and telephone numbers are never in the
//! index: they are found whole, by the keyed look-ups of the registers, or by a name and the last
//! four digits.
//!
//! **Life cycle.** The index is derived and disposable. It follows the journal (`follow`): what was
//! written is found after the next [`refresh_search`](crate::Linli::refresh_search), which a serving
//! node calls twice a second. One that is missing, of another form, or of another log is made anew from the registers.
//! Whoever is erased leaves index and files with the next refresh.

mod documents;
mod find;
mod follow;
#[cfg(test)]
mod tests;

pub use find::{Asked, Found, Group, HouseholdRow, Kind};
pub use follow::Refreshed;
pub(crate) use follow::Shelf;
