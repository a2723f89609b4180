//! Keys as others read them: JSON Web Keys on the curve Ed25519, named by their thumbprint.
//!
//! **Source**: RFC 7517 (JWK), RFC 8037 (keys of type OKP, `EdDSA`), RFC 7638 (thumbprint: SHA-256
//! over the required members in alphabetical order, without white space).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// A public key, as `/.well-known/jwks.json` lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Jwk {
    kty: &'static str,
    crv: &'static str,
    /// The key, base64url.
    pub x: String,
    /// Its thumbprint.
    pub kid: String,
    #[serde(rename = "use")]
    usage: &'static str,
    alg: &'static str,
}

impl Jwk {
    /// The key whose 32 bytes are `x` in base64url.
    #[must_use]
    pub fn of(x: &str) -> Self {
        Self {
            kty: "OKP",
            crv: "Ed25519",
            x: x.to_owned(),
            kid: thumbprint(x),
            usage: "sig",
            alg: "EdDSA",
        }
    }

    /// The public key of a seed.
    pub(super) fn of_seed(seed: &[u8; 32]) -> Self {
        let public = SigningKey::from_bytes(seed).verifying_key();
        Self::of(&base64url(public.as_bytes()))
    }
}

/// All public keys there ever were, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JwkSet {
    /// The keys.
    pub keys: Vec<Jwk>,
}

/// RFC 7638 for an Ed25519 key.
fn thumbprint(x: &str) -> String {
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    base64url(&Sha256::digest(members.as_bytes()))
}

/// RFC 4648 base64url, without padding, as RFC 7515 wants it.
pub(super) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
