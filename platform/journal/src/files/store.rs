//! Where files lie: `attachments/3f/<subject>/<id>`, or in memory. One folder a subject, so that an
//! erased person's files go at once; the two digits are the last of the subject's id.
//!
//! A file is written under another name, made durable, and renamed; then its folder is made durable.
//! Its time of change is the node's own: when it was last kept.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use jiff::Timestamp;
use linli_kernel::{Fault, ResidentId};

use super::{FOLDER, FileAt};
use crate::config::Config;
use crate::secrets::random;

/// The place of files.
pub(crate) enum Store {
    /// In memory, for tests.
    Memory(Mutex<BTreeMap<FileAt, (Vec<u8>, Timestamp)>>),
    /// In this folder.
    Folder(PathBuf),
}

impl Store {
    pub(crate) fn of(config: &Config) -> Self {
        if config.is_memory() {
            Self::Memory(Mutex::default())
        } else {
            Self::Folder(config.file(FOLDER))
        }
    }

    pub(super) fn get(&self, at: FileAt) -> Result<Option<Vec<u8>>, Fault> {
        match self {
            Self::Memory(files) => Ok(lock(files).get(&at).map(|(bytes, _)| bytes.clone())),
            Self::Folder(root) => {
                let path = path(root, at);
                match fs::read(&path) {
                    Ok(bytes) => Ok(Some(bytes)),
                    Err(why) if why.kind() == ErrorKind::NotFound => Ok(None),
                    Err(why) => Err(failed(&path, &why)),
                }
            }
        }
    }

    pub(super) fn has(&self, at: FileAt) -> bool {
        match self {
            Self::Memory(files) => lock(files).contains_key(&at),
            Self::Folder(root) => path(root, at).is_file(),
        }
    }

    pub(super) fn put(&self, at: FileAt, bytes: &[u8], now: Timestamp) -> Result<(), Fault> {
        match self {
            Self::Memory(files) => {
                lock(files).insert(at, (bytes.to_vec(), now));
                Ok(())
            }
            Self::Folder(root) => write(&path(root, at), bytes, Some(now)),
        }
    }

    /// Notes that the file was kept again.
    pub(super) fn touch(&self, at: FileAt, now: Timestamp) -> Result<(), Fault> {
        match self {
            Self::Memory(files) => {
                if let Some((_, kept_at)) = lock(files).get_mut(&at) {
                    *kept_at = now;
                }
                Ok(())
            }
            Self::Folder(root) => {
                let path = path(root, at);
                OpenOptions::new()
                    .append(true)
                    .open(&path)
                    .and_then(|file| file.set_modified(SystemTime::from(now)))
                    .map_err(|why| failed(&path, &why))
            }
        }
    }

    pub(super) fn remove(&self, at: FileAt) -> Result<(), Fault> {
        match self {
            Self::Memory(files) => {
                lock(files).remove(&at);
                Ok(())
            }
            Self::Folder(root) => {
                let path = path(root, at);
                gone(fs::remove_file(&path)).map_err(|why| failed(&path, &why))
            }
        }
    }

    /// Removes every file of `subject`: they can no longer be read.
    pub(crate) fn remove_all(&self, subject: ResidentId) -> Result<(), Fault> {
        match self {
            Self::Memory(files) => {
                lock(files).retain(|at, _| at.subject != subject);
                Ok(())
            }
            Self::Folder(root) => remove_folder(root, subject),
        }
    }

    /// The files last kept before `moment`. Leftovers of interrupted writes go.
    pub(super) fn before(&self, moment: Timestamp) -> Result<Vec<FileAt>, Fault> {
        let root = match self {
            Self::Memory(files) => {
                let files = lock(files);
                let old = files.iter().filter(|(_, (_, at))| *at < moment);
                return Ok(old.map(|(at, _)| *at).collect());
            }
            Self::Folder(root) => root,
        };
        let moment = SystemTime::from(moment);
        let mut old = Vec::new();
        for (at, path) in walk(root)? {
            let changed = fs::metadata(&path).and_then(|found| found.modified());
            match (changed, at) {
                (Ok(changed), Some(at)) if changed < moment => old.push(at),
                (Ok(changed), None) if changed < moment => {
                    gone(fs::remove_file(&path)).map_err(|why| failed(&path, &why))?;
                }
                (Ok(_), _) => {}
                // Removed meanwhile: it is not there to be old.
                (Err(why), _) if why.kind() == ErrorKind::NotFound => {}
                (Err(why), _) => return Err(failed(&path, &why)),
            }
        }
        Ok(old)
    }
}

/// Every file below `root`; one with another name than an id has comes without a place.
pub(super) fn walk(root: &Path) -> Result<Vec<(Option<FileAt>, PathBuf)>, Fault> {
    let mut found = Vec::new();
    for shard in entries(root)? {
        for person in entries(&shard)? {
            let subject: Option<ResidentId> = name(&person).parse().ok();
            for file in entries(&person)? {
                let id = name(&file).parse().ok();
                let at = subject.zip(id).map(|(subject, id)| FileAt { subject, id });
                found.push((at, file));
            }
        }
    }
    Ok(found)
}

/// What is in a folder; nothing when it is none.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, Fault> {
    let listed = match fs::read_dir(folder) {
        Ok(listed) => listed,
        Err(why) if matches!(why.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(why) => return Err(failed(folder, &why)),
    };
    listed
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()
        .map_err(|why| failed(folder, &why))
}

fn name(path: &Path) -> &str {
    path.file_name()
        .and_then(std::ffi::OsStr::to_str)
        .unwrap_or_default()
}

/// Where the file `at` lies below `root`.
pub(super) fn path(root: &Path, at: FileAt) -> PathBuf {
    folder(root, at.subject).join(at.id.to_string())
}

fn folder(root: &Path, subject: ResidentId) -> PathBuf {
    let name = subject.to_string();
    root.join(&name[name.len() - 2..]).join(name)
}

/// Removes the folder of `subject` below `root`.
pub(super) fn remove_folder(root: &Path, subject: ResidentId) -> Result<(), Fault> {
    let folder = folder(root, subject);
    gone(fs::remove_dir_all(&folder)).map_err(|why| failed(&folder, &why))
}

/// Writes a file whole and durably: whoever finds it finds all of it.
pub(super) fn write(path: &Path, bytes: &[u8], at: Option<Timestamp>) -> Result<(), Fault> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    make_folder(folder).map_err(|why| failed(folder, &why))?;
    let nonce: [u8; 8] = random()?;
    let fresh = folder.join(format!("{}.new", hex::encode(nonce)));
    let written = write_new(&fresh, bytes, at).and_then(|()| fs::rename(&fresh, path));
    if let Err(why) = written {
        if let Err(left) = gone(fs::remove_file(&fresh)) {
            tracing::warn!(error = %left, "a file half written is left to the sweep");
        }
        return Err(failed(path, &why));
    }
    sync(folder).map_err(|why| failed(folder, &why))
}

fn write_new(path: &Path, bytes: &[u8], at: Option<Timestamp>) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    if let Some(at) = at {
        file.set_modified(SystemTime::from(at))?;
    }
    file.sync_all()
}

/// Makes a folder and those above it, each durable in the one above.
fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let above = folder.parent().unwrap_or_else(|| Path::new("."));
    make_folder(above)?;
    match fs::create_dir(folder) {
        Err(why) if why.kind() == ErrorKind::AlreadyExists => {}
        other => other?,
    }
    sync(above)
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Removing what is not there is no failure.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(why) if why.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

pub(super) fn failed(path: &Path, why: &io::Error) -> Fault {
    let text = format!("{}: {why}", path.display());
    match why.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Fault::StoreFull(text),
        _ => Fault::Store(text),
    }
}

fn lock<T>(files: &Mutex<T>) -> MutexGuard<'_, T> {
    // The map is whole between any two statements, whoever panicked.
    files.lock().unwrap_or_else(PoisonError::into_inner)
}
