//! Secrets of the node's own for other purposes than the journal's: one file each in `secrets/`.
//!
//! They are in no backup: a restored node makes new ones, so whoever uses one must live with that.

use std::fs;
use std::path::PathBuf;
use std::sync::PoisonError;

use linli_kernel::Fault;

use crate::journal::Journal;
use crate::secrets::{self, random, setting, sync_folder, write_secret};

impl Journal {
    /// The secret called `name` (lower-case letters and hyphens), made when it is first asked for.
    ///
    /// # Errors
    /// [`Fault::Setting`] when it cannot be read or made.
    pub fn named_secret(&self, name: &str) -> Result<[u8; 32], Fault> {
        let Some(path) = self.secret_path(name)? else {
            let named = self.shared.named.lock();
            let mut named = named.unwrap_or_else(PoisonError::into_inner);
            if let Some(known) = named.get(name) {
                return Ok(*known);
            }
            let fresh = random()?;
            named.insert(name.to_owned(), fresh);
            return Ok(fresh);
        };
        if path.exists() || self.shared.config.read_only {
            return secrets::read(&path);
        }
        self.renew_named_secret(name)
    }

    /// Puts a new secret in the place of the one called `name`; the old one is gone.
    ///
    /// # Errors
    /// As [`named_secret`](Self::named_secret).
    pub fn renew_named_secret(&self, name: &str) -> Result<[u8; 32], Fault> {
        let fresh = random()?;
        let Some(path) = self.secret_path(name)? else {
            let named = self.shared.named.lock();
            named
                .unwrap_or_else(PoisonError::into_inner)
                .insert(name.to_owned(), fresh);
            return Ok(fresh);
        };
        let next = path.with_extension("new");
        if next.exists() {
            fs::remove_file(&next).map_err(|why| setting(&next, &why))?;
        }
        write_secret(&next, format!("{}\n", hex::encode(fresh)).as_bytes())?;
        fs::rename(&next, &path).map_err(|why| setting(&path, &why))?;
        if let Some(folder) = path.parent() {
            sync_folder(folder)?;
        }
        Ok(fresh)
    }

    /// The seed of the key that is this node in a network: its log's own.
    #[must_use]
    pub fn node_seed(&self) -> [u8; 32] {
        self.shared.secrets.signing
    }

    /// The key of the hashes by which people are found: one for all nodes of a network, so that a
    /// node that joins finds people whom another recorded.
    #[must_use]
    pub fn lookup_key(&self) -> [u8; 32] {
        self.shared.secrets.lookup
    }

    fn secret_path(&self, name: &str) -> Result<Option<PathBuf>, Fault> {
        let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        if !plain {
            return Err(Fault::Setting(format!("no secret is called {name:?}")));
        }
        let folder = self.shared.config.secrets();
        Ok(folder.map(|folder| folder.join(format!("{name}.key"))))
    }
}
