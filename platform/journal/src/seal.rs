//! Sealing: XChaCha20-Poly1305 under a subject's own key.
//!
//! What is sealed is bound to its place: stream, version, kind and subject are authenticated, so a
//! sealed part copied elsewhere does not open.

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};

/// The name of the algorithm, written beside everything sealed with it.
pub(crate) const ALGORITHM: &str = "XChaCha20-Poly1305";

/// A key of 32 bytes.
pub(crate) type Key = [u8; 32];

/// A nonce of 24 bytes, drawn at random: with this size it never repeats.
pub(crate) type Nonce = [u8; 24];

/// Seals `plain` under `key`.
pub(crate) fn seal(key: &Key, nonce: &Nonce, context: &[u8], plain: &[u8]) -> Vec<u8> {
    let payload = Payload {
        msg: plain,
        aad: context,
    };
    XChaCha20Poly1305::new(key.into())
        .encrypt(&XNonce::from(*nonce), payload)
        .expect("a message of less than 256 GiB can always be sealed")
}

/// Opens what [`seal`] made; `None` when key, context or text do not fit.
pub(crate) fn open(key: &Key, nonce: &Nonce, context: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let payload = Payload {
        msg: sealed,
        aad: context,
    };
    XChaCha20Poly1305::new(key.into())
        .decrypt(&XNonce::from(*nonce), payload)
        .ok()
}
