//! 附件: papers that people photograph or send as a file, and what is said about them.
//!
//! **Purpose.** A paper is sent once and kept once, where only those who work on the case can open
//! it, each opening recorded; it goes with the person when they are erased.
//!
//! **Actors.** The applicant, whoever acts for them, or staff at the counter send it; staff of the
//! case open it after saying why.
//!
//! **Legal basis.** 个人信息保护法 art. 6 (no more than needed: what a photo says of place and
//! phone is left behind), art. 51 (encryption), art. 47 (erasure).
//!
//! **Life cycle.** A file is made durable in the journal's store (`linli_journal::FileId`), sealed
//! under the subject's key with its [`Label`]; a draft holds its id until the case is sent; then
//! the case's event names it as a paper's attachment. What nothing names is swept after a day.
//! There are no events of this feature's own: the case's say which paper came when.

mod label;
mod name;
mod service;
#[cfg(test)]
mod tests;

pub use label::{Label, Media};
pub use name::clean;
pub use service::{Opened, REFUSALS};
