//! Sealing to a recipient in the way of [age](https://age-encryption.org/v1), so that what a thief
//! of a backup folder finds is closed, and any age tool with the identity opens it.

use std::path::Path;
use std::str::FromStr as _;

use age::x25519::{Identity, Recipient};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use linli_kernel::Fault;

use crate::secrets::setting;

/// Whether `text` names a recipient: `age1…`.
#[must_use]
pub fn is_recipient(text: &str) -> bool {
    Recipient::from_str(text).is_ok()
}

/// `plain`, sealed to `recipient`, in base64.
///
/// # Errors
/// [`Fault::Setting`] when the recipient is none.
pub(crate) fn seal(recipient: &str, plain: &[u8]) -> Result<String, Fault> {
    let told = |why: &dyn std::fmt::Display| {
        Fault::Setting(format!("backup recipient {recipient:?}: {why}"))
    };
    let to = Recipient::from_str(recipient).map_err(|why| told(&why))?;
    let sealed = age::encrypt(&to, plain).map_err(|why| told(&why))?;
    Ok(STANDARD.encode(sealed))
}

/// What [`seal`] sealed, opened with the first identity in the file at `identity` that fits.
///
/// # Errors
/// [`Fault::Setting`] when the file cannot be read, or holds none that opens it.
pub(crate) fn open(identity: &Path, sealed: &str) -> Result<Vec<u8>, Fault> {
    let told = |why: &dyn std::fmt::Display| setting(identity, why);
    let text = std::fs::read_to_string(identity).map_err(|why| told(&why))?;
    let sealed = STANDARD.decode(sealed).map_err(|why| told(&why))?;
    let keys = text.lines().map(str::trim);
    let mut keys = keys.filter_map(|line| Identity::from_str(line).ok());
    let opened = keys.find_map(|key| age::decrypt(&key, &sealed).ok());
    opened.ok_or_else(|| told(&"no identity in this file opens the backup"))
}
