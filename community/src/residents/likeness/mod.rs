//! 疑似重复: records that may be of one person, found from the registers, each with its reasons.
//!
//! **Method.** Comparing everybody with everybody is out of reach for a district, so records are put
//! into blocks that share something a duplicate shares too: name by sound and date of birth; the
//! ends of the identity number; the telephone; name by sound and the digits of the address. Only
//! within a block are two records compared ([`compare()`]), and the points of what was found added up.
//! After Fellegi and Sunter, *A Theory for Record Linkage* (1969), with weights from
//! `catalogue/likeness.toml` instead of estimated ones.
//!
//! **Scope.** Both records lie where the actor may change them; a pair with one half elsewhere is
//! not shown, nor counted.

mod compare;
mod find;
#[cfg(test)]
mod tests;
mod weights;

pub use compare::{Likeness, Person, Reason, compare};
pub use find::Pair;
pub use weights::Weights;
