//! What the demo remembers of itself, in `demo.json` beside its data.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use linli_kernel::{ShiftedClock, SystemClock};
use linli_portal::demo::Card;
use serde::{Deserialize, Serialize};

const FILE: &str = "demo.json";

/// How often a pushed clock is looked at, to be remembered.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// How the demo was made, and how far its clock was pushed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Record {
    /// How many residents were asked for.
    pub(crate) residents: u32,
    /// The seed they were made from.
    pub(crate) seed: u64,
    /// Whether it was made to the end.
    pub(crate) finished: bool,
    /// By how many days its clock was pushed forward.
    pub(crate) days: u32,
    /// Who can sign in.
    pub(crate) roles: Vec<Role>,
}

/// Somebody who can sign in to the demo.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Role {
    /// Which one: `elder`, `worker`, `street`, `district`, `supervisor`, `auditor`, `admin`.
    pub(crate) key: String,
    /// The user name; of a resident, the telephone number.
    pub(crate) login: String,
    /// The person's name.
    pub(crate) name: String,
    /// The area.
    pub(crate) area: String,
    /// The account.
    pub(crate) account: String,
    /// The resident, where it is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) resident: Option<String>,
}

impl Record {
    /// A demo that is about to be made.
    pub(super) fn new(residents: u32, seed: u64) -> Self {
        Self {
            residents,
            seed,
            ..Self::default()
        }
    }

    /// The roles as the demo's page shows them.
    pub(super) fn cards(&self) -> anyhow::Result<Vec<Card>> {
        let card = |role: &Role| -> anyhow::Result<Card> {
            Ok(Card {
                key: role.key.clone(),
                name: role.name.clone(),
                account: role.account.parse()?,
                resident: role.resident.as_deref().map(str::parse).transpose()?,
            })
        };
        self.roles.iter().map(card).collect()
    }

    /// The demo in `dir`, if there is one.
    pub(super) fn read(dir: &Path) -> anyhow::Result<Option<Self>> {
        let path = dir.join(FILE);
        match fs::read(&path) {
            Ok(bytes) => {
                let record = serde_json::from_slice(&bytes);
                record
                    .map(Some)
                    .with_context(|| format!("reading {}", path.display()))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("reading {}", path.display())),
        }
    }

    /// Remembers it in `dir`, whole or not at all.
    pub(super) fn write(&self, dir: &Path) -> anyhow::Result<()> {
        let (path, next) = (dir.join(FILE), dir.join("demo.json.next"));
        let bytes = serde_json::to_vec_pretty(self)?;
        fs::write(&next, bytes)
            .and_then(|()| fs::rename(&next, &path))
            .with_context(|| format!("writing {}", path.display()))
    }
}

/// Removes a demo that was left unfinished: only what a demo makes, so that nothing else is lost if
/// somebody put files there.
pub(super) fn remove(dir: &Path) -> anyhow::Result<()> {
    let made = ["journal.db", "keys.db", "desk.db"];
    let mut paths: Vec<PathBuf> = Vec::new();
    for name in made {
        for end in ["", "-wal", "-shm"] {
            paths.push(dir.join(format!("{name}{end}")));
        }
    }
    paths.extend([crate::settings::FILE, FILE, "demo.json.next"].map(|name| dir.join(name)));
    for path in paths.iter().filter(|path| path.exists()) {
        fs::remove_file(path).with_context(|| format!("removing {}", path.display()))?;
    }
    let secrets = dir.join("secrets");
    if secrets.is_dir() {
        fs::remove_dir_all(&secrets).with_context(|| format!("removing {}", secrets.display()))?;
    }
    Ok(())
}

/// Remembers a pushed clock soon after it was pushed, for as long as the demo runs.
pub(super) async fn keep_days(
    dir: PathBuf,
    mut record: Record,
    clock: Arc<ShiftedClock<SystemClock>>,
) {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    loop {
        ticks.tick().await;
        let days = u32::try_from(clock.days()).unwrap_or(record.days);
        if days != record.days {
            record.days = days;
            if let Err(error) = record.write(&dir) {
                tracing::error!(
                    error = format!("{error:#}"),
                    "the pushed clock was not remembered"
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Record::read(dir.path()).unwrap().is_none());
        let mut record = Record::new(400, 7);
        record.days = 9;
        record.write(dir.path()).unwrap();
        let read = Record::read(dir.path()).unwrap().unwrap();
        assert_eq!(
            (read.residents, read.seed, read.days, read.finished),
            (400, 7, 9, false)
        );
    }

    #[test]
    fn removing_leaves_what_is_not_ours() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["journal.db", "demo.json", "holiday.jpg"] {
            fs::write(dir.path().join(name), b"x").unwrap();
        }
        remove(dir.path()).unwrap();
        let left: Vec<_> = fs::read_dir(dir.path())
            .unwrap()
            .flatten()
            .map(|e| e.file_name())
            .collect();
        assert_eq!(left, ["holiday.jpg"]);
    }
}
