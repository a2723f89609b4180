//! `linli backup` and `linli restore`.

use std::fs;
use std::sync::Arc;

use anyhow::Context as _;
use linli_community::registers::All;
use linli_journal::{Config, Journal};
use linli_kernel::SystemClock;

use crate::cli::{Backup, Restore};
use crate::outcome::{Misuse, Outcome};
use crate::settings::{self, Settings};
use crate::{backups, init, say};

/// `linli backup`: the node may run meanwhile.
pub(crate) async fn backup(backup: &Backup) -> anyhow::Result<Outcome> {
    let dir = &backup.asked.folder.dir;
    let settings = Settings::of(dir)?;
    let config = settings.journal(dir)?;
    let journal = Journal::open(config, Arc::new(SystemClock), Arc::new(All)).await?;
    let mut shown = say::Progress::of("备份 · backing up");
    let made = backups::make(dir, &journal, &backup.to, |progress| {
        shown.at(progress.done, progress.of);
    })
    .await;
    journal.close().await;
    shown.end("");
    let made = made?;
    if backup.asked.json {
        say::json(&made)?;
        return Ok(Outcome::Done);
    }
    say::line(format!(
        "已备份 {} 条记录、{} 个附件 · entries and files backed up\n  {}\n  {}\n\
         密钥文件请与备份分开保管,只留最新的一份 · Keep the file of keys apart from the archives, and only the newest.",
        made.entries,
        made.files,
        made.archive.display(),
        made.keys.display()
    ));
    if made.files_missing > 0 {
        say::line(missing(made.files_missing));
        return Ok(Outcome::Failed);
    }
    Ok(Outcome::Done)
}

/// Files that entries name and this node lacks.
fn missing(files: u64) -> String {
    format!(
        "✗ 缺 {files} 个附件: 请用 linli journal verify 查明,从别的备份的 attachments/ 补回 · files are missing: \
         run linli journal verify, and copy them back from attachments/ of another backup"
    )
}

/// `linli restore`: into an empty folder; the node then reads, and writes once it is confirmed.
pub(crate) async fn restore(restore: &Restore) -> anyhow::Result<Outcome> {
    if !restore.from.is_file() {
        let told = format!("{}: there is no such backup", restore.from.display());
        return Err(Misuse(told).into());
    }
    if restore.drill {
        return backups::drill::run(restore).await;
    }
    let dir = restore.dir.as_deref().ok_or_else(|| {
        Misuse("--dir: name the new node's folder, or ask for a --drill".to_owned())
    })?;
    let settings = Settings {
        store: restore.store.clone(),
        ..kept(restore)?
    };
    let config = Config {
        backup_identity: restore.identity.clone(),
        ..settings.journal(dir)?
    };
    init::folder(dir, &settings)?;
    let mut shown = say::Progress::of("恢复 · restoring");
    let done = linli_journal::restore(
        &restore.from,
        config.clone(),
        Arc::new(SystemClock),
        Arc::new(All),
        |progress| shown.at(progress.done, progress.of),
    )
    .await;
    let restored = match done {
        Ok(restored) => restored,
        Err(error) => {
            // The folder was empty and holds nothing but the settings: it is empty again.
            fs::remove_file(dir.join(settings::FILE)).context("after a failed restore")?;
            return Err(error.into());
        }
    };
    // Registers are no part of a backup: opening the node for the first time makes them.
    let journal = Journal::open(config, Arc::new(SystemClock), Arc::new(All)).await?;
    let named = journal.named_files().await?;
    let lacking = named.iter().filter(|(_, there)| !there).count();
    journal.close().await;
    shown.end("");
    if restore.json {
        say::json(&restored)?;
        return Ok(Outcome::Done);
    }
    let dir = dir.display();
    say::line(format!(
        "已恢复 {} 条记录、{} 个附件 · entries and files restored\n\
         现在只读。确认原节点已停用后 · It reads only. Once the old node is certain to be gone:\n  \
         linli journal confirm-alone --dir {dir}\n\
         密码不在备份里 · Passwords are not in a backup: linli account password NAME --dir {dir}",
        restored.entries, restored.files
    ));
    if lacking > 0 {
        say::line(missing(lacking as u64));
    }
    Ok(Outcome::Done)
}

/// The settings that were backed up with the archive, else the defaults.
fn kept(restore: &Restore) -> anyhow::Result<Settings> {
    let folder = restore
        .from
        .parent()
        .filter(|folder| folder.join(settings::FILE).is_file());
    folder.map_or_else(|| Ok(Settings::default()), Settings::of)
}
