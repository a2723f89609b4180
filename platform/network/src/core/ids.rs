//! Who a log is, what a hash is, and how signatures come in: as a trait, so that production signs
//! with Ed25519 and the simulator, which signs a million times a minute, with a keyed hash.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature as DalekSignature, Signer as _, SigningKey, VerifyingKey};
use linli_translog::Hash;
use sha2::{Digest as _, Sha256};

/// SHA-256 of an entry's exact bytes.
pub type Digest = [u8; 32];

/// A node's public key.
pub type PublicKey = [u8; 32];

/// A signature under a node's key.
pub type Signature = [u8; 64];

/// A log's id: the first half of the hash of its node's public key, as entries name it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogId(pub [u8; 16]);

impl LogId {
    /// The log that the holder of `key` writes.
    #[must_use]
    pub fn of(key: &PublicKey) -> Self {
        let mut id = [0; 16];
        id.copy_from_slice(&sha256(key)[..16]);
        Self(id)
    }
}

impl FromStr for LogId {
    type Err = hex::FromHexError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut id = [0; 16];
        hex::decode_to_slice(text, &mut id).map(|()| Self(id))
    }
}

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0[..4]))
    }
}

/// How a node signs and how it checks the signatures of others.
pub trait Hand {
    /// This node's public key.
    fn public(&self) -> PublicKey;
    /// Signs `text`.
    fn sign(&self, text: &[u8]) -> Signature;
    /// Whether `signature` over `text` is that of the holder of `key`.
    fn checks(&self, key: &PublicKey, text: &[u8], signature: &Signature) -> bool;
}

/// Ed25519, as in production.
pub struct Ed25519(SigningKey);

impl Ed25519 {
    /// The key with this seed.
    #[must_use]
    pub fn new(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// Whether `signature` over `text` is that of the holder of `key`.
    #[must_use]
    pub fn verify(key: &PublicKey, text: &[u8], signature: &Signature) -> bool {
        let signature = DalekSignature::from_bytes(signature);
        VerifyingKey::from_bytes(key).is_ok_and(|key| key.verify_strict(text, &signature).is_ok())
    }
}

impl Hand for Ed25519 {
    fn public(&self) -> PublicKey {
        self.0.verifying_key().to_bytes()
    }

    fn sign(&self, text: &[u8]) -> Signature {
        self.0.sign(text).to_bytes()
    }

    fn checks(&self, key: &PublicKey, text: &[u8], signature: &Signature) -> bool {
        Self::verify(key, text, signature)
    }
}

/// SHA-256.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Digest {
    Sha256::digest(bytes).into()
}

/// The hash of nothing, where a tree begins.
#[must_use]
pub fn empty_root() -> Digest {
    Hash::of_nothing().0
}
