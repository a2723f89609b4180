//! What the node must never lose and never show: the seed of its signing key, the key that wraps
//! the subjects' keys, and the key of its keyed hashes. One file each in `secrets/`, mode 0600.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit as _, Mac as _};
use linli_kernel::Fault;
use sha2::{Digest as _, Sha256};

/// The node's secrets, 32 bytes each.
#[derive(Clone)]
pub(crate) struct Secrets {
    /// The seed of the Ed25519 key that signs checkpoints.
    pub(crate) signing: [u8; 32],
    /// Wraps the subjects' keys.
    pub(crate) wrapping: [u8; 32],
    /// Keys the hashes by which personal data is looked up, and the checksums of rows.
    pub(crate) lookup: [u8; 32],
}

/// Writes the secrets of a node that joins a network into its folder, which has none yet: its key,
/// and the network's key of hashes.
///
/// # Errors
/// [`Fault`] when they cannot be written.
pub fn write_joined(dir: &Path, signing: [u8; 32], lookup: [u8; 32]) -> Result<(), Fault> {
    let wrapping = random()?;
    let secrets = Secrets {
        signing,
        wrapping,
        lookup,
    };
    secrets.write(&dir.join("secrets"))
}

const FILES: [&str; 3] = ["signing.key", "wrapping.key", "lookup.key"];

impl Secrets {
    /// Fresh ones.
    pub(crate) fn generate() -> Result<Self, Fault> {
        Ok(Self {
            signing: random()?,
            wrapping: random()?,
            lookup: random()?,
        })
    }

    /// All of them, one after the other.
    pub(crate) fn together(&self) -> [u8; 96] {
        let mut all = [0; 96];
        let parts = [self.signing, self.wrapping, self.lookup];
        for (place, byte) in all.iter_mut().zip(parts.as_flattened()) {
            *place = *byte;
        }
        all
    }

    /// What [`together`](Self::together) put together; `None` when it is not as long.
    pub(crate) fn apart(all: &[u8]) -> Option<Self> {
        let (parts, rest) = all.as_chunks::<32>();
        match (parts, rest) {
            (&[signing, wrapping, lookup], []) => Some(Self {
                signing,
                wrapping,
                lookup,
            }),
            _ => None,
        }
    }

    /// Those in `folder`; made there when the folder has none and `create` is set. A folder with
    /// some but not all is refused: making new ones would leave the store unreadable.
    pub(crate) fn open(folder: &Path, create: bool) -> Result<Self, Fault> {
        if create {
            settle(folder)?;
        }
        let present = FILES
            .iter()
            .filter(|name| folder.join(name).exists())
            .count();
        if present == 0 && create {
            let fresh = Self::generate()?;
            fresh.write(folder)?;
            return Ok(fresh);
        }
        Ok(Self {
            signing: read(&folder.join(FILES[0]))?,
            wrapping: read(&folder.join(FILES[1]))?,
            lookup: read(&folder.join(FILES[2]))?,
        })
    }

    /// Writes them to `folder`, where none may be yet: all of them durable under names of their own
    /// before the first gets its own, so that a power cut never leaves some without the others.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), Fault> {
        make_folder(folder)?;
        for (name, secret) in FILES.iter().zip([self.signing, self.wrapping, self.lookup]) {
            let text = format!("{}\n", hex::encode(secret));
            write_secret(&draft(folder, name), text.as_bytes())?;
        }
        sync_folder(folder)?;
        for name in FILES {
            let path = folder.join(name);
            fs::rename(draft(folder, name), &path).map_err(|why| setting(&path, &why))?;
        }
        sync_folder(folder)
    }

    /// A keyed hash of `text` for `purpose`: the same text gives different hashes for different
    /// purposes, and nobody without the key can try texts out.
    pub(crate) fn keyed_hash(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.lookup).expect("HMAC takes keys of any length");
        mac.update(purpose.as_bytes());
        for part in parts {
            // Lengths keep “ab”,“c” apart from “a”,“bc”.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// The checksum of a row of ours that no entry covers.
    pub(crate) fn row_mac(&self, table: &str, parts: &[&[u8]]) -> Vec<u8> {
        self.keyed_hash(table, parts)[..16].to_vec()
    }
}

fn draft(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.new"))
}

/// Ends a first start that was cut short: where no secret has its name yet, the drafts were used by
/// nobody and go; where one has, all drafts were durable before it, and the rest follow.
fn settle(folder: &Path) -> Result<(), Fault> {
    let any = FILES.iter().any(|name| folder.join(name).exists());
    for name in FILES {
        let (path, draft) = (folder.join(name), draft(folder, name));
        if !draft.exists() {
            continue;
        }
        let done = if any && !path.exists() {
            fs::rename(&draft, &path)
        } else {
            fs::remove_file(&draft)
        };
        done.map_err(|why| setting(&draft, &why))?;
    }
    Ok(())
}

/// Makes `folder`, for its owner alone, and its name durable.
fn make_folder(folder: &Path) -> Result<(), Fault> {
    fs::create_dir_all(folder).map_err(|why| setting(folder, &why))?;
    restrict(folder, 0o700)?;
    match folder.parent() {
        Some(parent) if parent.is_dir() => sync_folder(parent),
        _ => Ok(()),
    }
}

/// The secret in the file `name` of `folder`; made where there is none yet.
pub(crate) fn one(folder: &Path, name: &str) -> Result<[u8; 32], Fault> {
    let file = folder.join(name);
    if !file.exists() {
        make_folder(folder)?;
        let mark: [u8; 4] = random()?;
        // Written beside and linked into place: of two processes at once only one makes the key, and
        // nobody reads half of it.
        let fresh = folder.join(format!("{name}.{}", hex::encode(mark)));
        let text = format!("{}\n", hex::encode(random::<32>()?));
        write_secret(&fresh, text.as_bytes())?;
        let linked = fs::hard_link(&fresh, &file);
        fs::remove_file(&fresh).map_err(|why| setting(&fresh, &why))?;
        if let Err(why) = linked
            && !file.exists()
        {
            return Err(setting(&file, &why));
        }
        sync_folder(folder)?;
    }
    read(&file)
}

/// 32 bytes from the system's source of randomness.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|why| Fault::Setting(format!("no randomness: {why}")))?;
    Ok(bytes)
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Writes a new file that only its owner may read, and makes it durable.
pub(crate) fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path).map_err(|why| setting(path, &why))?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(|why| setting(path, &why))
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), Fault> {
    fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|why| setting(folder, &why))
}

pub(crate) fn setting(path: &Path, why: &dyn std::fmt::Display) -> Fault {
    Fault::Setting(format!("{}: {why}", path.display()))
}

pub(crate) fn read(path: &Path) -> Result<[u8; 32], Fault> {
    let text = fs::read_to_string(path).map_err(|why| setting(path, &why))?;
    let mut bytes = [0; 32];
    hex::decode_to_slice(text.trim(), &mut bytes)
        .map_err(|why| setting(path, &format!("expected 64 hexadecimal digits: {why}")))?;
    Ok(bytes)
}

#[cfg(unix)]
fn restrict(path: &Path, mode: u32) -> Result<(), Fault> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(|why| setting(path, &why))
}

#[cfg(not(unix))]
fn restrict(_: &Path, _: u32) -> Result<(), Fault> {
    Ok(())
}
