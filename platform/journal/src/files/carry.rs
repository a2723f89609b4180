//! Files in backups: beside the archives, in `attachments/`, each copied once. Nothing there is ever
//! overwritten, so a file damaged here does not reach the good copy there; what goes is only what
//! belonged to somebody who was erased.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use linli_kernel::{Fault, ResidentId};

use super::{FOLDER, page, store};
use crate::read::blocking;
use crate::rebuild::{Progress, Watcher};
use crate::shared::Shared;

/// Copies every file that entries name into the backup `folder`. Says how many are there now and how
/// many this node itself lacks.
pub(crate) async fn out(
    shared: &Arc<Shared>,
    folder: &Path,
    watch: Watcher<'_>,
) -> Result<(u64, u64), Fault> {
    let root = folder.join(FOLDER);
    let (mut carried, mut missing) = (0, 0);
    for register in shared.registers.files() {
        let mut after = String::new();
        loop {
            let page = page(shared, shared.reader(), register, &after).await?;
            let Some(last) = page.last() else { break };
            after = last.id.to_string();
            for at in page {
                let (shared, to) = (Arc::clone(shared), store::path(&root, at));
                let there = blocking(move || {
                    if to.is_file() {
                        return Ok::<_, Fault>(true);
                    }
                    match shared.files.get(at)? {
                        Some(bytes) => store::write(&to, &bytes, None).map(|()| true),
                        None => Ok(false),
                    }
                });
                if there.await?? {
                    carried += 1;
                } else {
                    missing += 1;
                }
            }
            watch(Progress {
                step: "files",
                done: carried,
                of: carried,
            });
        }
    }
    Ok((carried, missing))
}

/// Copies the files of the `readable` subjects from beside an archive into the node's folder.
pub(crate) async fn back(
    shared: &Arc<Shared>,
    folder: &Path,
    readable: &HashSet<ResidentId>,
) -> Result<u64, Fault> {
    let from = folder.join(FOLDER);
    let mut carried = 0;
    for (at, path) in blocking(move || store::walk(&from)).await?? {
        let Some(at) = at.filter(|at| readable.contains(&at.subject)) else {
            continue;
        };
        let (shared, now) = (Arc::clone(shared), shared.clock.now());
        blocking(move || {
            let bytes = fs::read(&path).map_err(|why| store::failed(&path, &why))?;
            shared.files.put(at, &bytes, now)
        })
        .await??;
        carried += 1;
    }
    Ok(carried)
}

/// Removes the files of `subjects` below `folder`, a node's or a backup's.
pub(crate) fn forget(folder: &Path, subjects: &[ResidentId]) -> Result<(), Fault> {
    subjects
        .iter()
        .try_for_each(|subject| store::remove_folder(&folder.join(FOLDER), *subject))
}
