//! 证明: what goes beside a certificate's paper: a signed token that anybody checks with the node's
//! published keys, and the word that a certificate no longer holds.
//!
//! **Purpose.** A paper is easily copied and changed. Its number leads to the check page; the token
//! says the same without this node being asked: what was certified, by whom, until when, and of the
//! person no more than a masked name.
//!
//! **Actors.** The person downloads the token with the letter. Whoever is shown either checks it.
//! Staff who may decide in the area revoke a certificate, with a ground.
//!
//! **Legal basis.** 电子签名法 art. 13 (what a reliable signature is); 上海市居民委员会工作条例
//! art. 28 (what a committee certifies). Whether a token of this kind counts as an electronic
//! licence (电子证照) is not confirmed: the paper with its seal is what counts.
//!
//! **Life cycle.** A case's decision is the certificate; its number is the case's, with check digit.
//! It holds from a day, to a day where it ends, not while the case is done again, and no more once
//! revoked. Keys: the public ones stand in the journal for ever, so that old tokens can be checked;
//! the private one lies in the node's `secrets/` and is replaced after a year, or when a restored
//! node begins without one.
//!
//! **Sealed** under the applicant's key: the words of a revocation. **Open**: number, ground, day.

mod decide;
mod events;
mod key;
mod register;
mod service;
mod state;
#[cfg(test)]
mod tests;
mod token;

pub use decide::{GROUNDS, REFUSALS};
pub use events::{Event, KeyPublished, Revoked};
pub use key::{Jwk, JwkSet};
pub use register::{Certificates, Keys, indexes, tables};
pub use service::{Standing, ready};
pub use state::{Certificate, KeyRing};
pub use token::{Claims, TYPE};
