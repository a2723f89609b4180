//! Signatures of the simulator: keyed hashes whose key follows from the public one. Nothing in the
//! simulator tries to break them; it forges by other means.

use crate::core::{Hand, PublicKey, Signature, sha256};

/// A simulated key.
#[derive(Debug, Clone)]
pub(super) struct SimHand(pub(super) PublicKey);

impl SimHand {
    /// The key with this number.
    pub(super) fn new(seed: u64, number: u64) -> Self {
        let mut text = b"hand".to_vec();
        text.extend_from_slice(&seed.to_be_bytes());
        text.extend_from_slice(&number.to_be_bytes());
        Self(sha256(&text))
    }
}

fn mac(key: &PublicKey, text: &[u8]) -> Signature {
    let mut keyed = Vec::with_capacity(text.len() + 32);
    keyed.extend_from_slice(key);
    keyed.extend_from_slice(text);
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&sha256(&keyed));
    signature
}

impl Hand for SimHand {
    fn public(&self) -> PublicKey {
        self.0
    }

    fn sign(&self, text: &[u8]) -> Signature {
        mac(&self.0, text)
    }

    fn checks(&self, key: &PublicKey, text: &[u8], signature: &Signature) -> bool {
        mac(key, text) == *signature
    }
}
