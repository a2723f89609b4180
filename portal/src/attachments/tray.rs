//! What a draft holds: files already kept and not yet named by a case. The draft lives in the desk;
//! the files themselves are in the journal's store, sealed.

use linli_community::cases::command::{Given, Paper};
use linli_kernel::{Refusal, ResidentId};
use serde_json::{Map, Value};

use super::receive::{Held, receive};
use super::slots::{CHOSEN, TAKEN};
use crate::Portal;
use crate::session::DraftKey;
use crate::shell::{Fields, Page, Trouble, Uploads};

/// Where a draft's answers hold files.
pub(crate) const KEY: &str = "_papers";

/// The most files of one case at a time.
const MOST_FILES: usize = 30;

/// The files of a draft.
#[derive(Debug, Clone)]
pub(crate) struct Tray {
    key: DraftKey,
    pub(super) held: Vec<Held>,
}

impl Tray {
    /// The files held under `key`.
    pub(crate) async fn open(portal: &Portal, key: DraftKey) -> Result<Self, Trouble> {
        let draft = portal.desk.draft(&key).await?;
        let held = draft.and_then(|mut draft| draft.answers.remove(KEY));
        Ok(Self::of(key, held))
    }

    /// The files that a draft's answers hold under [`KEY`].
    pub(crate) fn of(key: DraftKey, held: Option<Value>) -> Self {
        let held = held.and_then(|held| serde_json::from_value(held).ok());
        Self {
            key,
            held: held.unwrap_or_default(),
        }
    }

    /// The key under which the files for `thing` are held, where its form has no draft of its own.
    pub(crate) fn key(account: linli_kernel::AccountId, thing: &str, about: &str) -> DraftKey {
        DraftKey {
            owner: format!("papers:{account}"),
            service: thing.to_owned(),
            about: about.to_owned(),
        }
    }

    /// Keeps the files of a form that are one of `papers`, lets go those that were ticked to go, and
    /// remembers the rest. Returns what is wrong, file by file.
    pub(crate) async fn take_in(
        &mut self,
        portal: &Portal,
        page: &Page,
        subject: ResidentId,
        (fields, uploads): (&Fields, &Uploads),
        papers: &[String],
    ) -> Result<Vec<Refusal>, Trouble> {
        let before = self.held.clone();
        let dropped: Vec<&str> = fields.all("_drop").collect();
        self.held
            .retain(|one| !dropped.contains(&one.file.as_str()));
        let mut refusals = Vec::new();
        for upload in uploads.iter() {
            let paper = [CHOSEN, TAKEN]
                .iter()
                .find_map(|prefix| upload.field.strip_prefix(prefix));
            let Some(paper) = paper.filter(|paper| papers.iter().any(|one| one == paper)) else {
                continue;
            };
            if self.held.len() >= MOST_FILES {
                let refusal = Refusal::new("attachments.too-many").with("most", MOST_FILES);
                refusals.push(refusal.on(&upload.field));
                break;
            }
            match receive(portal, page, subject, upload, paper).await? {
                Ok(held) => self.add(held),
                Err(refusal) => refusals.push(refusal),
            }
        }
        if self.held != before {
            self.save(portal).await?;
        }
        Ok(refusals)
    }

    /// A file is held once for each paper.
    fn add(&mut self, held: Held) {
        let there = |one: &Held| one.paper == held.paper && one.file == held.file;
        if !self.held.iter().any(there) {
            self.held.push(held);
        }
    }

    /// Remembers what is held, also that it is nothing.
    pub(crate) async fn save(&self, portal: &Portal) -> Result<(), Trouble> {
        let mut answers = Map::new();
        let held = serde_json::to_value(&self.held)
            .map_err(|why| linli_kernel::Fault::Damaged(format!("files of a draft: {why}")))?;
        answers.insert(KEY.to_owned(), held);
        portal.desk.save_draft(&self.key, answers).await?;
        Ok(())
    }

    /// Forgets what is held: the case names it now, or nobody wants it.
    pub(crate) async fn forget(&self, portal: &Portal) -> Result<(), Trouble> {
        Ok(portal.desk.drop_draft(&self.key).await?)
    }

    /// How many files there are of the paper `id`.
    pub(crate) fn count(&self, id: &str) -> usize {
        self.held.iter().filter(|one| one.paper == id).count()
    }

    /// The files as papers of a case, those among `papers`.
    pub(crate) fn papers(&self, papers: &[String]) -> Vec<Paper> {
        let held = self.held.iter();
        held.filter(|one| papers.contains(&one.paper))
            .map(|one| Paper {
                id: one.paper.clone(),
                given: Given::Attached,
                attachment: Some(one.file.clone()),
            })
            .collect()
    }
}
