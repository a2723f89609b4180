//! What travels between two nodes: signed by the sender's key, sealed to the receiver's, whatever
//! carries it.
//!
//! The form: `LSEA`, version 1, the sender's key, the receiver's, a one-time X25519 key, a nonce of
//! 24 bytes, the content under XChaCha20-Poly1305, and the sender's Ed25519 signature over all of
//! that. The key of the content is SHA-256 of a label, the shared secret, the one-time key and the
//! receiver's. An answer's signature covers the digest of the request as well: it answers that one
//! and no other.

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use ed25519_dalek::{SigningKey, VerifyingKey};
use linli_kernel::Fault;
use thiserror::Error;

use crate::core::{Digest, Ed25519, Hand as _, LogId, PublicKey, sha256};

const MAGIC: &[u8; 5] = b"LSEA\x01";

/// The bytes before the content.
const HEAD: usize = 5 + 32 + 32 + 32 + 24;

const SIGNATURE: usize = 64;

/// Why bytes are no envelope for this node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BadEnvelope {
    /// Not the form.
    #[error("no sealed message of this network")]
    Form,
    /// For somebody else.
    #[error("sealed to another node")]
    Receiver,
    /// Not signed by the key it names.
    #[error("the signature is not the sender's")]
    Signature,
    /// It does not open.
    #[error("the message does not open")]
    Sealed,
}

/// An opened envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The sender's key.
    pub sender: PublicKey,
    /// The one-time key: no two envelopes have the same.
    pub once: [u8; 32],
    /// What it says.
    pub content: Vec<u8>,
}

impl Envelope {
    /// Seals `content` to `receiver`; `to` is the digest of the request that it answers.
    ///
    /// # Errors
    /// [`Fault`] when there is no randomness or the receiver's key is none.
    pub fn seal(
        seed: &[u8; 32],
        receiver: &PublicKey,
        to: Option<&Digest>,
        content: &[u8],
    ) -> Result<Vec<u8>, Fault> {
        let hand = Ed25519::new(seed);
        let once = SigningKey::from_bytes(&random()?);
        let public = once.verifying_key().to_montgomery().to_bytes();
        let shared = agree(&once, receiver)
            .ok_or_else(|| Fault::Setting("a neighbour's key is no key".to_owned()))?;
        let nonce: [u8; 24] = random()?;
        let mut bytes = Vec::with_capacity(HEAD + content.len() + 16 + SIGNATURE);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&hand.public());
        bytes.extend_from_slice(receiver);
        bytes.extend_from_slice(&public);
        bytes.extend_from_slice(&nonce);
        let key = content_key(&shared, &public, receiver);
        let sealed = seal(&key, &nonce, &bytes, content);
        bytes.extend(sealed);
        let signature = hand.sign(&signed(to, &bytes));
        bytes.extend_from_slice(&signature);
        Ok(bytes)
    }

    /// The key of whoever says that they sealed it; nothing is checked.
    pub(super) fn sender_of(bytes: &[u8]) -> Option<PublicKey> {
        bytes.strip_prefix(MAGIC)?.first_chunk().copied()
    }

    /// Opens what was sealed to the holder of `seed`.
    ///
    /// # Errors
    /// [`BadEnvelope`] says what is wrong.
    pub fn open(seed: &[u8; 32], to: Option<&Digest>, bytes: &[u8]) -> Result<Self, BadEnvelope> {
        let me = SigningKey::from_bytes(seed);
        if bytes.len() < HEAD + 16 + SIGNATURE || !bytes.starts_with(MAGIC) {
            return Err(BadEnvelope::Form);
        }
        let (rest, signature) = bytes.split_at(bytes.len() - SIGNATURE);
        let part = |at: usize| -> [u8; 32] {
            let mut part = [0; 32];
            part.copy_from_slice(&rest[at..at + 32]);
            part
        };
        let (sender, receiver, once) = (part(5), part(37), part(69));
        if receiver != me.verifying_key().to_bytes() {
            return Err(BadEnvelope::Receiver);
        }
        let mut own = [0; SIGNATURE];
        own.copy_from_slice(signature);
        if !Ed25519::verify(&sender, &signed(to, rest), &own) {
            return Err(BadEnvelope::Signature);
        }
        let mut point = me.verifying_key().to_montgomery();
        point.0 = once;
        let shared = point.mul_clamped(me.to_scalar_bytes());
        let key = content_key(&shared.to_bytes(), &once, &receiver);
        let mut nonce = [0; 24];
        nonce.copy_from_slice(&rest[101..HEAD]);
        let content = open(&key, &nonce, &rest[..HEAD], &rest[HEAD..]);
        Ok(Self {
            sender,
            once,
            content: content.ok_or(BadEnvelope::Sealed)?,
        })
    }

    /// The sender's log.
    #[must_use]
    pub fn log(&self) -> LogId {
        LogId::of(&self.sender)
    }
}

/// A key's fingerprint as people compare it: its log's id in groups of four.
#[must_use]
pub fn fingerprint(log: LogId) -> String {
    let text = log.to_string();
    let groups: Vec<&str> = (0..8).map(|n| &text[n * 4..n * 4 + 4]).collect();
    groups.join(" ")
}

/// Seals a subject's key for a neighbour.
pub(super) fn wrap(
    seed: &[u8; 32],
    peer: &PublicKey,
    subject: &[u8; 16],
    key: &[u8; 32],
) -> Option<Vec<u8>> {
    let nonce: [u8; 24] = random().ok()?;
    let between = between(seed, peer)?;
    let mut wrapped = nonce.to_vec();
    wrapped.extend(seal(&between, &nonce, subject, key));
    Some(wrapped)
}

/// Opens what a neighbour's [`wrap`] made.
pub(super) fn unwrap(
    seed: &[u8; 32],
    peer: &PublicKey,
    subject: &[u8; 16],
    wrapped: &[u8],
) -> Option<[u8; 32]> {
    let (nonce, sealed) = wrapped.split_first_chunk::<24>()?;
    open(&between(seed, peer)?, nonce, subject, sealed)?
        .try_into()
        .ok()
}

/// The key that two nodes have in common.
fn between(seed: &[u8; 32], peer: &PublicKey) -> Option<[u8; 32]> {
    let shared = agree(&SigningKey::from_bytes(seed), peer)?;
    let text = [b"linli/keys/1\n".as_slice(), &shared].concat();
    Some(sha256(&text))
}

/// X25519 between a signing key and another's public one (RFC 7748; the birational map of RFC 7748
/// section 4.1 leads from one form of a key to the other).
fn agree(own: &SigningKey, peer: &PublicKey) -> Option<[u8; 32]> {
    let peer = VerifyingKey::from_bytes(peer).ok()?;
    if peer.is_weak() {
        return None;
    }
    let shared = peer.to_montgomery().mul_clamped(own.to_scalar_bytes());
    Some(shared.to_bytes())
}

fn content_key(shared: &[u8; 32], once: &[u8; 32], receiver: &PublicKey) -> [u8; 32] {
    let parts = [b"linli/envelope/1\n".as_slice(), shared, once, receiver];
    sha256(&parts.concat())
}

fn signed(to: Option<&Digest>, bytes: &[u8]) -> Vec<u8> {
    let label: &[u8] = match to {
        None => b"linli/envelope/1\n",
        Some(_) => b"linli/answer/1\n",
    };
    let to = to.map(<[u8; 32]>::as_slice).unwrap_or_default();
    [label, to, &sha256(bytes)].concat()
}

fn seal(key: &[u8; 32], nonce: &[u8; 24], about: &[u8], content: &[u8]) -> Vec<u8> {
    let payload = Payload {
        msg: content,
        aad: about,
    };
    XChaCha20Poly1305::new(key.into())
        .encrypt(&XNonce::from(*nonce), payload)
        .expect("a message of less than 256 GiB can always be sealed")
}

fn open(key: &[u8; 32], nonce: &[u8; 24], about: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let payload = Payload {
        msg: sealed,
        aad: about,
    };
    XChaCha20Poly1305::new(key.into())
        .decrypt(&XNonce::from(*nonce), payload)
        .ok()
}

/// Bytes from the system's source of randomness.
pub(super) fn random<const N: usize>() -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|why| Fault::Setting(format!("no randomness: {why}")))?;
    Ok(bytes)
}
