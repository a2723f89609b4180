//! 账号与岗位: who may sign in, and in which posts they act.
//!
//! **Purpose.** An account is a person's means to sign in; a post (岗位) is a role at an area with
//! the days for which it holds. What a post may do is the gate's business
//! ([`linli_kernel::gate`]); this feature records who holds which.
//!
//! **Actors.** A security administrator ([`linli_kernel::Action::AccountManage`]) opens and closes
//! accounts of staff, gives and ends posts and issues tokens, each within their own area and never
//! for themselves. Linli itself opens the account of a resident who signs in for the first time and
//! those of an installation's first day.
//!
//! **Legal basis.** 三员分立 (GB/T 22239): the system, security and audit administrators are three
//! persons, and none of them works on cases. 网络安全法: who held which right when is kept.
//!
//! 回避: whose person an account of staff is may be recorded, by the resident's id, so that nobody
//! works on a case of their own or of their household (`reactions::kin_of`).
//!
//! **Life cycle.** opened → person named, posts given and ended, tokens issued and revoked,
//! credentials reset → closed.
//! Nothing is deleted: an ended post and a closed account stay in the history.
//!
//! Passwords and second factors are no facts of the journal; they lie on the desk of the portal. That
//! somebody else reset one is a fact, and so is who. Of a token only its hash is recorded.

mod decide;
mod events;
mod refusal;
mod register;
mod service;
mod state;
#[cfg(test)]
mod tests;

pub use decide::{Command, Context, decide};
pub use events::{
    Closed, Credential, CredentialReset, Event, Holder, Opened, PersonNamed, PostEnded, PostGiven,
    TokenIssued, TokenRevoked,
};
pub use register::{
    AccountRow, Accounts, by_id, by_login, by_resident, by_token, indexes, posts_on, staff_within,
    stream, tables, token_hash,
};
pub use service::{NewToken, issue_token, of_resident, open_staff, perform};
pub use state::{Account, HeldPost, HeldToken};
