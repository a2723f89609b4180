//! Keeping a file, opening it, and the check that what a case names is there.

use linli_journal::{AppendError, FileAt, FileId};
use linli_kernel::{Fault, Refusal, ResidentId};
use serde::Deserialize as _;

use super::Label;
use crate::cases::command::{Given, Paper};
use crate::feature::Problem;
use crate::node::Linli;

/// Every refusal of this feature, for the check that each is worded.
pub const REFUSALS: &[&str] = &["attachments.on-the-way", "attachments.unknown"];

/// A file, opened.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// What is said about it.
    pub label: Label,
    /// Its content.
    pub content: Vec<u8>,
}

impl Linli {
    /// Keeps a file of `subject`, durably. What the file is was found out before.
    ///
    /// # Errors
    /// [`Problem`]: `journal.subject-erased`, no writes now, or a fault.
    pub async fn keep_attachment(
        &self,
        subject: ResidentId,
        label: &Label,
        content: Vec<u8>,
    ) -> Result<FileId, Problem> {
        let label = serde_json::to_value(label)
            .map_err(|why| Fault::Damaged(format!("the label of a file: {why}")))?;
        let kept = self.journal().keep_file(subject, label, content).await;
        kept.map_err(|error: AppendError| self.problem(error))
    }

    /// Opens a file; `None` when there is none, or its subject was erased. Who may is for the
    /// caller to ask of the gate, for the case that names it.
    ///
    /// # Errors
    /// [`Fault`] when it is damaged or the store fails.
    pub async fn open_attachment(&self, at: FileAt) -> Result<Option<Opened>, Fault> {
        let Some(kept) = self.journal().file(at).await? else {
            return Ok(None);
        };
        let label = Label::deserialize(&kept.label)
            .map_err(|why| Fault::Damaged(format!("the label of file {}: {why}", at.id)))?;
        Ok(Some(Opened {
            label,
            content: kept.content,
        }))
    }

    /// Whether a file that an entry names has not come from another node yet.
    ///
    /// # Errors
    /// A fault.
    pub async fn awaits_attachment(&self, at: FileAt) -> Result<bool, Fault> {
        let journal = self.journal();
        Ok(journal.has_neighbours().await? && journal.lacks_file(at).await?)
    }

    /// That every attached paper names a file of `subject` which is there: before an event says so.
    ///
    /// # Errors
    /// A refusal `attachments.unknown`, or a fault.
    pub(crate) async fn check_attached(
        &self,
        subject: ResidentId,
        papers: &[Paper],
    ) -> Result<(), Problem> {
        for paper in papers {
            let there = match (paper.given, &paper.attachment) {
                (Given::Seen | Given::Held, None) => true,
                (Given::Attached, Some(id)) => match id.parse() {
                    Ok(id) => self.journal().has_file(FileAt { subject, id }).await?,
                    Err(_) => false,
                },
                _ => false,
            };
            if !there {
                let refusal = Refusal::new("attachments.unknown").with("paper", &paper.id);
                return Err(refusal.on("papers").into());
            }
        }
        Ok(())
    }
}
