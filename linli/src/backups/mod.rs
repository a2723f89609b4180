//! Backups that happen by themselves: on a schedule, kept for a while, tried out, and written down.
//!
//! What was done stands in `backups.jsonl` in the node's folder, one line each, good or not; `doctor`
//! reads it. Only archives that stand in it are ever removed: a folder may hold other nodes' too.

pub(crate) mod drill;
mod record;

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;
use linli_community::Linli;
use linli_journal::{BackedUp, Journal, Mode, Progress};
use linli_kernel::{Clock as _, SystemClock};

use crate::init;
use crate::settings::{self, Settings};
pub(crate) use record::{Noted, What, last_good, note, noted};

/// How often the clock is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(300);

/// Backs `journal` up into `to`, with the settings beside it, and writes down how it went.
pub(crate) async fn make(
    dir: &Path,
    journal: &Journal,
    to: &Path,
    progress: impl FnMut(Progress) + Send,
) -> anyhow::Result<BackedUp> {
    let at = SystemClock.now();
    let made = copy(dir, journal, to, progress).await;
    let noted = match &made {
        Ok(made) => Noted::good(at, What::Backup, &made.archive, made.entries),
        Err(why) => Noted::bad(at, What::Backup, to, why),
    };
    note(dir, &noted)?;
    made
}

async fn copy(
    dir: &Path,
    journal: &Journal,
    to: &Path,
    progress: impl FnMut(Progress) + Send,
) -> anyhow::Result<BackedUp> {
    init::private_folder(to)?;
    let made = journal.backup(to, progress).await?;
    let copy = to.join(settings::FILE);
    fs::copy(dir.join(settings::FILE), &copy)
        .with_context(|| format!("copying the settings to {}", copy.display()))?;
    Ok(made)
}

/// Makes backups as `linli.toml` says, for as long as the node serves.
pub(crate) async fn run(dir: std::path::PathBuf, settings: Settings, linli: Linli) {
    let Some(to) = settings.backup.to.clone() else {
        return;
    };
    if settings.backup.every_hours == 0 {
        return;
    }
    let mut looks = tokio::time::interval(LOOK_EVERY);
    loop {
        looks.tick().await;
        if linli.journal().mode() != Mode::Active {
            continue;
        }
        if !is_due(&noted(&dir), settings.backup.every_hours, SystemClock.now()) {
            continue;
        }
        match make(&dir, linli.journal(), &to, |_| {}).await {
            Ok(made) => {
                tracing::info!(entries = made.entries, "backed up");
                forget_old(&noted(&dir), settings.backup.keep);
            }
            Err(error) => tracing::error!(error = format!("{error:#}"), "no backup was made"),
        }
    }
}

/// Whether the last good backup is `hours` old, or there is none. After a failure the next try comes
/// at the next look.
fn is_due(all: &[Noted], hours: u32, now: Timestamp) -> bool {
    last_good(all, What::Backup).is_none_or(|last| record::age_hours(last, now) >= i64::from(hours))
}

/// Removes the archives beyond the newest `keep` that still exist; with 0 none.
fn forget_old(all: &[Noted], keep: usize) {
    if keep == 0 {
        return;
    }
    let good = all.iter().filter(|one| one.ok && one.what == What::Backup);
    let there: Vec<&Path> = good
        .map(|one| Path::new(one.archive.as_str()))
        .filter(|archive| archive.is_file())
        .collect();
    for old in &there[..there.len().saturating_sub(keep)] {
        if let Err(error) = fs::remove_file(old) {
            tracing::warn!(archive = %old.display(), %error, "an old backup stays");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn backup(when: &str, archive: &Path, ok: bool) -> Noted {
        let good = Noted::good(at(when), What::Backup, archive, 7);
        Noted { ok, ..good }
    }

    #[test]
    fn a_backup_is_due_when_the_last_good_one_is_old() {
        let path = Path::new("a");
        let now = at("2026-11-30T12:00:00Z");
        assert!(is_due(&[], 24, now), "there is none");
        let fresh = backup("2026-11-30T01:00:00Z", path, true);
        assert!(!is_due(std::slice::from_ref(&fresh), 24, now));
        assert!(is_due(&[fresh], 11, now));
        let failed = backup("2026-11-30T11:00:00Z", path, false);
        let old = backup("2026-11-29T11:00:00Z", path, true);
        assert!(is_due(&[old, failed], 24, now), "a failure does not count");
    }

    #[test]
    fn the_newest_are_kept_and_what_is_not_ours_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let made = |name: &str| {
            let path = folder.path().join(name);
            fs::write(&path, name).unwrap();
            path
        };
        let (foreign, failed) = (made("journal-0.linli"), made("journal-f.linli"));
        let ours: Vec<_> = ["journal-1.linli", "journal-2.linli", "journal-3.linli"]
            .map(made)
            .to_vec();
        let mut all = vec![backup("2026-11-27T00:00:00Z", &failed, false)];
        all.extend(
            ours.iter()
                .map(|path| backup("2026-11-28T00:00:00Z", path, true)),
        );
        forget_old(&all, 0);
        assert!(ours.iter().all(|path| path.exists()), "0 keeps all");
        forget_old(&all, 2);
        let left: Vec<bool> = ours.iter().map(|path| path.exists()).collect();
        assert_eq!(left, [false, true, true]);
        assert!(foreign.exists() && failed.exists());
        forget_old(&all, 2);
        assert!(ours[1].exists(), "what is gone already is not counted");
    }
}
