//! The token: a JSON Web Signature in compact form over what the certificate says.
//!
//! **Source**: RFC 7515 (JWS, 3.1 and 7.1: three parts in base64url, joined by dots), RFC 8037
//! (`EdDSA`), RFC 7519 (claims), RFC 8725 (a type of its own, an end, no key in the header).

use ed25519_dalek::{Signer as _, SigningKey};
use linli_kernel::Fault;
use serde::Serialize;

use super::key::{Jwk, base64url};

/// The type in the header: a token of this kind passes for no other.
pub const TYPE: &str = "linli-certificate+jwt";

/// What a token says. Of the person only a masked name: who is shown it compares it with the paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claims {
    /// The node, by its address.
    pub iss: String,
    /// For whom: 张*国.
    pub sub: String,
    /// The number, which is also that of the case.
    pub jti: String,
    /// When the token was made, in seconds since 1970.
    pub iat: i64,
    /// From when the certificate holds.
    pub nbf: i64,
    /// Until when the token may be relied on without asking the check page.
    pub exp: i64,
    /// What was certified.
    pub certificate: String,
    /// Who certified it.
    pub issuer: String,
    /// The code of the issuer's area (GB/T 2260 and below).
    pub area: String,
    /// The day of the decision.
    pub decided: String,
    /// The last day it holds, where it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The page that says how it stands now.
    pub check: String,
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    kid: &'a str,
    typ: &'static str,
}

/// Signs `claims` with the key of `seed`.
pub(super) fn sign(seed: &[u8; 32], claims: &Claims) -> Result<String, Fault> {
    let jwk = Jwk::of_seed(seed);
    let header = Header {
        alg: "EdDSA",
        kid: &jwk.kid,
        typ: TYPE,
    };
    let signed = format!("{}.{}", part(&header)?, part(claims)?);
    let signature = SigningKey::from_bytes(seed).sign(signed.as_bytes());
    Ok(format!("{signed}.{}", base64url(&signature.to_bytes())))
}

fn part(of: &impl Serialize) -> Result<String, Fault> {
    let json = serde_json::to_vec(of)
        .map_err(|problem| Fault::Damaged(format!("a token's part: {problem}")))?;
    Ok(base64url(&json))
}
