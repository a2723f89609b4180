//! Two histories: the proof that the holder of one key wrote both, which anyone can check without
//! either.

use linli_translog::Hash;
use linli_translog::proof::{Claim, check_consistency};
use thiserror::Error;

use super::ids::{Hand, LogId};
use super::message::Fork;

/// Why a proof of two histories proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NoFork {
    /// One of the statements is not signed by the key.
    #[error("a statement is not signed by the key")]
    Signature,
    /// The statements do not contradict each other.
    #[error("the two statements can both be true")]
    Agree,
    /// The proof between their sizes is wrong.
    #[error("the proof between the two sizes does not hold")]
    Between,
}

impl Fork {
    /// The log with two histories.
    #[must_use]
    pub fn log(&self) -> LogId {
        LogId::of(&self.key)
    }

    /// Checks the proof.
    ///
    /// # Errors
    /// [`NoFork`] when it proves nothing.
    pub fn check(&self, hand: &impl Hand) -> Result<(), NoFork> {
        let signed = [&self.one, &self.other];
        if !signed.iter().all(|head| head.is_signed(hand, &self.key)) {
            return Err(NoFork::Signature);
        }
        let Some((root, proof)) = &self.between else {
            let one = self.one.claims();
            let other = self.other.claims();
            let differ = |a: &(u64, _)| other.iter().any(|b| a.0 == b.0 && a.1 != b.1);
            return one.iter().any(differ).then_some(()).ok_or(NoFork::Agree);
        };
        let claim = |size, root| Claim {
            size,
            root: Hash(root),
        };
        let (old, new) = (self.other.size, self.one.size);
        if old == 0 || *root == self.other.root {
            return Err(NoFork::Agree);
        }
        let proof: Vec<Hash> = proof.iter().copied().map(Hash).collect();
        check_consistency(claim(old, *root), claim(new, self.one.root), &proof)
            .ok()
            .ok_or(NoFork::Between)
    }
}
