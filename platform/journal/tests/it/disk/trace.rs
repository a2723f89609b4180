//! What a disk could hold after the power went: made from the trace of a child's operations.
//!
//! A file's bytes are durable once the file was synced, a name once its folder was. Until then each
//! write may be there, missing, or there in some of its sectors of 512 bytes; a truncation may be there
//! or not; and names may have got as far as any of their changes, in order (file systems log names).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rand::rngs::SmallRng;
use rand::{RngExt as _, SeedableRng as _};

const SECTOR: usize = 512;

/// One operation of the child.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    Open {
        fd: u32,
        path: String,
        truncates: bool,
    },
    Folder {
        fd: u32,
        path: String,
    },
    Close {
        fd: u32,
    },
    Write {
        fd: u32,
        at: usize,
        bytes: Vec<u8>,
    },
    Truncate {
        fd: u32,
        length: usize,
    },
    Sync {
        fd: u32,
    },
    SyncFolder {
        fd: u32,
    },
    Make {
        path: String,
    },
    Unlink {
        path: String,
    },
    Rename {
        from: String,
        to: String,
    },
    Link {
        from: String,
        to: String,
    },
    Acknowledged(String),
}

/// Reads a trace.
pub(crate) fn read(path: &Path) -> Vec<Op> {
    let bytes = fs::read(path).unwrap();
    let mut rest = bytes.as_slice();
    let mut ops = Vec::new();
    while rest.len() >= 17 {
        let word = |at: usize| u32::from_le_bytes(rest[at..at + 4].try_into().unwrap());
        let (fd, length) = (word(1), usize::try_from(word(13)).unwrap());
        let at = u64::from_le_bytes(rest[5..13].try_into().unwrap());
        let at = usize::try_from(at).unwrap();
        let data = rest[17..17 + length].to_vec();
        let text = String::from_utf8_lossy(&data).into_owned();
        let pair = || {
            let (from, to) = text.split_once('\0').unwrap();
            (from.to_owned(), to.to_owned())
        };
        ops.push(match rest[0] {
            b'O' => Op::Open {
                fd,
                path: text,
                truncates: at == 1,
            },
            b'F' => Op::Folder { fd, path: text },
            b'C' => Op::Close { fd },
            b'W' => Op::Write {
                fd,
                at,
                bytes: data,
            },
            b'T' => Op::Truncate { fd, length: at },
            b'S' => Op::Sync { fd },
            b'D' => Op::SyncFolder { fd },
            b'M' => Op::Make { path: pair().0 },
            b'U' => Op::Unlink { path: pair().0 },
            b'R' => Op::Rename {
                from: pair().0,
                to: pair().1,
            },
            b'L' => Op::Link {
                from: pair().0,
                to: pair().1,
            },
            b'A' => Op::Acknowledged(text),
            other => panic!("the shim wrote an operation {other}"),
        });
        rest = &rest[17 + length..];
    }
    ops
}

/// A change of a file's bytes that is not durable yet.
#[derive(Debug, Clone)]
enum Pending {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

impl Pending {
    fn apply(&self, bytes: &mut Vec<u8>, keep: impl Fn(usize) -> bool) {
        match self {
            Self::Truncate(length) => bytes.resize(*length, 0),
            Self::Write(at, data) => {
                for (number, piece) in data.chunks(SECTOR).enumerate() {
                    let from = at + number * SECTOR;
                    if keep(number) {
                        if bytes.len() < from + piece.len() {
                            bytes.resize(from + piece.len(), 0);
                        }
                        bytes[from..from + piece.len()].copy_from_slice(piece);
                    }
                }
            }
        }
    }
}

#[derive(Debug, Clone, Default)]
struct Object {
    durable: Vec<u8>,
    pending: Vec<Pending>,
}

/// A change of a name that is not durable yet, with the folder it is in.
#[derive(Debug, Clone)]
struct Naming {
    folder: String,
    path: String,
    object: Option<usize>,
}

/// How much of what was not durable a power cut leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaves {
    /// Only what was synced.
    Nothing,
    /// All of it, as after `kill -9`.
    Everything,
    /// Some, chosen by this seed, torn at sectors.
    Some(u64),
}

/// The disk while the trace is run through.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    root: String,
    objects: Vec<Object>,
    /// As the child sees them: path to object; `None` for a folder.
    names: BTreeMap<String, Option<usize>>,
    durable: BTreeMap<String, Option<usize>>,
    naming: Vec<Naming>,
    open: BTreeMap<u32, String>,
    handles: BTreeMap<u32, usize>,
    /// What was acknowledged so far.
    pub(crate) acknowledged: Vec<String>,
}

fn folder_of(path: &str) -> String {
    path.rsplit_once('/')
        .map_or("", |(folder, _)| folder)
        .to_owned()
}

impl Disk {
    /// An empty disk, with the folder `root` on it.
    pub(crate) fn new(root: &Path) -> Self {
        let root = root.to_str().unwrap().to_owned();
        Self {
            durable: [(root.clone(), None)].into(),
            names: [(root.clone(), None)].into(),
            root,
            ..Self::default()
        }
    }

    fn name(&mut self, path: &str, object: Option<Option<usize>>) {
        match object {
            Some(object) => self.names.insert(path.to_owned(), object),
            None => self.names.remove(path),
        };
        self.naming.push(Naming {
            folder: folder_of(path),
            path: path.to_owned(),
            object: object.map(|object| object.unwrap_or(usize::MAX)),
        });
    }

    fn object(&mut self, fd: u32) -> &mut Object {
        let object = self.handles[&fd];
        &mut self.objects[object]
    }

    /// Runs one operation.
    pub(crate) fn run(&mut self, op: &Op) {
        match op {
            Op::Open {
                fd,
                path,
                truncates,
            } => self.opened(*fd, path, *truncates),
            Op::Folder { fd, path } => drop(self.open.insert(*fd, path.clone())),
            Op::Close { fd } => {
                self.open.remove(fd);
                self.handles.remove(fd);
            }
            Op::Write { fd, at, bytes } => {
                let write = Pending::Write(*at, bytes.clone());
                self.object(*fd).pending.push(write);
            }
            Op::Truncate { fd, length } => {
                self.object(*fd).pending.push(Pending::Truncate(*length));
            }
            Op::Sync { fd } => {
                let object = self.object(*fd);
                for change in std::mem::take(&mut object.pending) {
                    change.apply(&mut object.durable, |_| true);
                }
            }
            Op::SyncFolder { fd } => {
                let folder = self.open[fd].trim_end_matches('/').to_owned();
                self.sync_names(|naming| naming.folder == folder);
            }
            Op::Make { path } => self.name(path, Some(None)),
            Op::Unlink { path } => self.name(path, None),
            Op::Rename { from, to } => {
                let object = self.names[from];
                self.name(to, Some(object));
                self.name(from, None);
            }
            Op::Link { from, to } => {
                let object = self.names[from];
                self.name(to, Some(object));
            }
            Op::Acknowledged(what) => {
                let lines = what.lines().map(str::to_owned);
                self.acknowledged.extend(lines);
            }
        }
    }

    fn opened(&mut self, fd: u32, path: &str, truncates: bool) {
        let object = match self.names.get(path) {
            Some(object) => object.expect("a file is no folder"),
            None => {
                self.objects.push(Object::default());
                let object = self.objects.len() - 1;
                self.name(path, Some(Some(object)));
                object
            }
        };
        self.handles.insert(fd, object);
        if truncates {
            self.objects[object].pending.push(Pending::Truncate(0));
        }
    }

    fn sync_names(&mut self, which: impl Fn(&Naming) -> bool) {
        let (now, later): (Vec<_>, Vec<_>) = self.naming.drain(..).partition(which);
        for naming in now {
            put(&mut self.durable, &naming);
        }
        self.naming = later;
    }

    /// What the disk holds after a power cut now: files and folders below the root.
    pub(crate) fn cut(&self, leaves: Leaves) -> Left {
        let mut random = SmallRng::seed_from_u64(match leaves {
            Leaves::Some(seed) => seed,
            _ => 0,
        });
        let mut names = self.durable.clone();
        let kept = match leaves {
            Leaves::Nothing => 0,
            Leaves::Everything => self.naming.len(),
            Leaves::Some(_) => random.random_range(0..=self.naming.len()),
        };
        for naming in &self.naming[..kept] {
            put(&mut names, naming);
        }
        let mut left = BTreeMap::new();
        for (path, object) in &names {
            let Some(rest) = path.strip_prefix(&self.root) else {
                continue;
            };
            // What lies in memory that processes share is gone with the power.
            if rest.ends_with("-shm") {
                continue;
            }
            let bytes = object.map(|object| self.objects[object].left(leaves, &mut random));
            left.insert(rest.trim_start_matches('/').to_owned(), bytes);
        }
        Left(left)
    }
}

/// What a power cut left: path below the root to bytes; `None` for a folder.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Left(BTreeMap<String, Option<Vec<u8>>>);

impl Left {
    /// Lays it out in `folder`.
    pub(crate) fn write(&self, folder: &Path) {
        for (path, bytes) in &self.0 {
            let target: PathBuf = folder.join(path);
            match bytes {
                None => fs::create_dir_all(&target).unwrap(),
                // A name whose folder is not durable cannot be found.
                Some(_) if !target.parent().is_some_and(Path::is_dir) => {}
                Some(bytes) => fs::write(&target, bytes).unwrap(),
            }
        }
    }
}

fn put(names: &mut BTreeMap<String, Option<usize>>, naming: &Naming) {
    match naming.object {
        Some(usize::MAX) => names.insert(naming.path.clone(), None),
        Some(object) => names.insert(naming.path.clone(), Some(object)),
        None => names.remove(&naming.path),
    };
}

impl Object {
    fn left(&self, leaves: Leaves, random: &mut SmallRng) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        for change in &self.pending {
            match leaves {
                Leaves::Nothing => {}
                Leaves::Everything => change.apply(&mut bytes, |_| true),
                // There, missing, or there in some sectors.
                Leaves::Some(_) => match (random.random_range(0..3_u8), change) {
                    (0, _) => {}
                    (1, _) | (_, Pending::Truncate(_)) => change.apply(&mut bytes, |_| true),
                    _ => {
                        let sectors: u64 = random.random();
                        change.apply(&mut bytes, |number| sectors >> (number % 64) & 1 == 1);
                    }
                },
            }
        }
        bytes
    }
}
