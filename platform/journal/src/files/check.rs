//! Verifying kept files: every file that an entry names is there, opens under its subject's key, and
//! is what its id says.

use std::sync::Arc;

use linli_kernel::Fault;
use sea_orm::ConnectionTrait;

use super::{FileAt, page, sealed};
use crate::read::blocking;
use crate::rebuild::{Progress, Watcher};
use crate::seal::Key;
use crate::shared::Shared;
use crate::verify::{Findings, Place};

/// Checks every file that the registers name.
pub(crate) async fn check(
    shared: &Arc<Shared>,
    db: &impl ConnectionTrait,
    watch: Watcher<'_>,
    findings: &mut Findings,
) {
    for register in shared.registers.files() {
        let mut after = String::new();
        loop {
            let page = match page(shared, db, register, &after).await {
                Ok(page) => page,
                Err(why) => {
                    findings.unreadable(register.table, &why);
                    break;
                }
            };
            let Some(last) = page.last() else { break };
            after = last.id.to_string();
            for at in page {
                one(shared, at, findings).await;
            }
            watch(Progress {
                step: "files",
                done: findings.files,
                of: findings.files,
            });
        }
    }
}

async fn one(shared: &Arc<Shared>, at: FileAt, findings: &mut Findings) {
    findings.files += 1;
    let key = match shared.keys.find([at.subject]).await {
        Ok(keys) => keys.get(&at.subject).copied(),
        // A damaged key is found where keys are checked.
        Err(_) => return,
    };
    let what = match key {
        None => Some("its subject has no key".to_owned()),
        Some(key) => match opened(shared, at, key).await {
            Ok(true) => None,
            // The node that took it may not have been heard since.
            Ok(false) if shared.is_networked() => {
                findings.awaited += 1;
                None
            }
            Ok(false) => Some("is missing".to_owned()),
            Err(Fault::Damaged(_)) => Some("is not what it was".to_owned()),
            Err(why) => Some(format!("cannot be read: {why}")),
        },
    };
    if let Some(what) = what {
        let place = Place::File {
            id: at.id.to_string(),
            subject: at.subject.to_string(),
        };
        findings.add(place, what);
    }
}

async fn opened(shared: &Arc<Shared>, at: FileAt, key: Key) -> Result<bool, Fault> {
    let shared = Arc::clone(shared);
    let found = blocking(move || sealed::open(&shared, at, &key)).await??;
    Ok(found.is_some())
}
