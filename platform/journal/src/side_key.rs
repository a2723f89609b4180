//! The key of a side database, in a file of its own in `secrets/`: what lies in `desk.db` and must
//! not be read from a copy of it (second factors) is sealed under this key.
//!
//! A backup holds neither the side database nor its key: both may be lost without losing a fact.

use std::fmt;

use linli_kernel::Fault;

use crate::config::Config;
use crate::seal::{self, Key, Nonce};
use crate::secrets;

/// Seals what a side database keeps.
#[derive(Clone)]
pub struct SideKey(Key);

impl fmt::Debug for SideKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SideKey")
    }
}

impl SideKey {
    /// The key of the side database `name`, made where there is none yet; in memory a fresh one.
    ///
    /// # Errors
    /// [`Fault::Setting`] when its file cannot be read or made.
    pub fn open(config: &Config, name: &str) -> Result<Self, Fault> {
        let Some(folder) = config.secrets() else {
            return Ok(Self(secrets::random()?));
        };
        secrets::one(&folder, &format!("{name}.key")).map(Self)
    }

    /// Seals `plain`; what opens it must name the same `context`.
    ///
    /// # Errors
    /// [`Fault::Setting`] when there is no randomness.
    pub fn seal(&self, context: &[u8], plain: &[u8]) -> Result<Vec<u8>, Fault> {
        let nonce: Nonce = secrets::random()?;
        let mut sealed = nonce.to_vec();
        sealed.extend(seal::seal(&self.0, &nonce, context, plain));
        Ok(sealed)
    }

    /// What [`SideKey::seal`] sealed; `None` when key, context or bytes do not fit.
    #[must_use]
    pub fn open_sealed(&self, context: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, rest) = sealed.split_first_chunk()?;
        seal::open(&self.0, nonce, context, rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_outlives_the_process_and_opens_nothing_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::sqlite(folder.path());
        let sealed = SideKey::open(&config, "desk").unwrap();
        let sealed = sealed.seal(b"a", b"secret").unwrap();
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
        let again = SideKey::open(&config, "desk").unwrap();
        assert_eq!(again.open_sealed(b"a", &sealed).unwrap(), b"secret");
        assert_eq!(again.open_sealed(b"b", &sealed), None);
        let other = SideKey::open(&config, "other").unwrap();
        assert_eq!(other.open_sealed(b"a", &sealed), None);
        assert_eq!(again.open_sealed(b"a", &sealed[..20]), None);
    }

    #[test]
    #[cfg(unix)]
    fn its_file_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        SideKey::open(&Config::sqlite(folder.path()), "desk").unwrap();
        let file = folder.path().join("secrets/desk.key");
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
