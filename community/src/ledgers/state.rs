//! What the events of one import add up to.

use jiff::Timestamp;
use linli_kernel::{AreaPath, StreamId};
use uuid::Uuid;

use super::events::{Begun, Counts, Event, Happened, Kept, Part};
use super::layout::Remembered;

/// Where an import stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Stage {
    /// Not begun.
    #[default]
    Unknown,
    /// It began and has not ended: it runs, or the node stopped on the way.
    Running,
    /// Everything that could be recorded was.
    Done,
    /// It was taken back.
    Undone,
}

impl Stage {
    /// Its name in the register and in message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Running => "running",
            Self::Done => "done",
            Self::Undone => "undone",
        }
    }
}

/// 导入, as the events of the stream `import/…` add up.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Import {
    /// Which; `None` before it began.
    pub id: Option<Uuid>,
    /// The committee whose ledger it is.
    pub area: Option<AreaPath>,
    /// When it began.
    pub at: Option<Timestamp>,
    /// By whom.
    pub account: Option<String>,
    /// What it began with.
    pub begun: Option<Begun>,
    /// Where it stands.
    pub stage: Stage,
    /// What it recorded, part by part.
    pub parts: Vec<Part>,
    /// How many lines became what.
    pub counts: Counts,
    /// The parts that were taken back.
    pub undone_parts: Vec<u64>,
    /// How many residents are as they were before.
    pub undone: u64,
    /// Of whom something stays.
    pub kept: Vec<Kept>,
}

/// The stream of an import.
#[must_use]
pub fn stream(import: Uuid) -> StreamId {
    StreamId::new("import", import)
}

/// The stream of what a committee calls its columns: its code stays when it moves.
#[must_use]
pub(super) fn words_stream(area: &AreaPath) -> StreamId {
    StreamId::new("ledger", area.code())
}

impl Import {
    pub(super) fn apply(&mut self, stream: &StreamId, event: &Event) {
        self.id = stream.key().parse().ok();
        self.area = Some(event.area.clone());
        match &event.what {
            Happened::Begun(begun) => {
                self.begun = Some(begun.clone());
                self.stage = Stage::Running;
            }
            Happened::Recorded(part) => self.parts.push(part.clone()),
            Happened::Ended(counts) => {
                self.counts = *counts;
                self.stage = Stage::Done;
            }
            Happened::PartUndone(part) => {
                self.undone_parts.push(part.part);
                self.undone += part.undone;
                self.kept.extend(part.kept.iter().cloned());
            }
            Happened::Undone => self.stage = Stage::Undone,
        }
    }
}

/// What a committee calls its columns, as the events of the stream `ledger/…` add up.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Called {
    /// What columns hold, by header.
    pub columns: Remembered,
}
