//! A drill (恢复演练): a backup is restored into a folder of its own, everything in it is verified, and
//! the folder is removed again. A backup that was never restored is a hope.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use linli_community::registers::All;
use linli_journal::{Config, Depth, Journal, verify_store};
use linli_kernel::{Clock as _, SystemClock};
use serde::Serialize;

use super::record::{Noted, What, note};
use crate::cli::Restore;
use crate::outcome::Outcome;
use crate::{init, say, settings};

/// What a drill found.
#[derive(Serialize)]
struct Drilled {
    archive: PathBuf,
    entries: u64,
    commands: u64,
    seconds: u64,
    damages: Vec<String>,
}

/// A folder that is gone at the end, however it comes.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> anyhow::Result<Self> {
        let name = format!(
            "linli-drill-{}",
            linli_kernel::ids::new_uuid(&SystemClock).simple()
        );
        let path = std::env::temp_dir().join(name);
        init::private_folder(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is sealed, and the operator's temporary folder is swept anyway.
        fs::remove_dir_all(&self.0).ok();
    }
}

/// Restores and verifies an archive, and the node whose folder is named notes it down.
pub(crate) async fn run(wish: &Restore) -> anyhow::Result<Outcome> {
    let (archive, dir) = (wish.from.as_path(), wish.dir.as_deref());
    let at = SystemClock.now();
    let done = drill(archive, wish.identity.clone()).await;
    if let Some(dir) = dir.filter(|dir| dir.join(settings::FILE).is_file()) {
        let noted = match &done {
            Ok(found) if found.damages.is_empty() => {
                Noted::good(at, What::Drill, archive, found.entries)
            }
            Ok(found) => Noted::bad(at, What::Drill, archive, &found.damages.join("; ")),
            Err(why) => Noted::bad(at, What::Drill, archive, why),
        };
        note(dir, &noted)?;
    }
    let found = done?;
    if wish.json {
        say::json(&found)?;
    } else {
        for damage in &found.damages {
            say::line(damage);
        }
        say::line(format!(
            "演练: 恢复并核对 {} 条记录,{} 秒,{} 处不对 · drill: {0} entries restored and verified in {1} s, {2} damaged",
            found.entries,
            found.seconds,
            found.damages.len()
        ));
    }
    Ok(if found.damages.is_empty() {
        Outcome::Done
    } else {
        Outcome::Failed
    })
}

async fn drill(archive: &Path, identity: Option<PathBuf>) -> anyhow::Result<Drilled> {
    let begun = tokio::time::Instant::now();
    let scratch = Scratch::new()?;
    let config = Config {
        backup_identity: identity,
        ..Config::sqlite(&scratch.0)
    };
    let clock = Arc::new(SystemClock);
    let mut shown = say::Progress::of("恢复演练 · drill");
    let restored = linli_journal::restore(
        archive,
        config.clone(),
        clock.clone(),
        Arc::new(All),
        |progress| shown.at(progress.done, progress.of),
    )
    .await?;
    // Registers are made by the first opening, as on the day it counts.
    let journal = Journal::open(config.clone(), clock.clone(), Arc::new(All)).await?;
    journal.close().await;
    let found = verify_store(config, clock, Arc::new(All), Depth::default(), |progress| {
        shown.at(progress.done, progress.of);
    })
    .await?;
    shown.end("");
    Ok(Drilled {
        archive: archive.to_owned(),
        entries: restored.entries,
        commands: restored.commands,
        seconds: begun.elapsed().as_secs(),
        damages: found.damages.iter().map(ToString::to_string).collect(),
    })
}
