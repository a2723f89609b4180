//! What the events of one template add up to.

use jiff::Timestamp;
use jiff::civil::Date;
use linli_kernel::{AccountId, AreaPath, Role, StreamId};

use super::events::{Created, Ended, Event, Fact};
use crate::feature::Meta;
use crate::places::AreaTree;

/// By whom and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub account: Option<AccountId>,
    /// In which role.
    pub role: Option<Role>,
}

/// 填报模板, as the events of the stream `reporting/…` add up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Template {
    /// The key of its stream.
    pub(super) id: String,
    area: Option<AreaPath>,
    /// What it is, once it was made.
    pub created: Option<(Created, By)>,
    /// Why it was ended.
    pub ended: Option<(Ended, By)>,
}

impl Template {
    /// The area in which it is asked for, by its path of today.
    #[must_use]
    pub fn area<'a>(&'a self, areas: &'a AreaTree) -> Option<&'a AreaPath> {
        let area = self.area.as_ref()?;
        Some(areas.today(area).unwrap_or(area))
    }

    /// When it is due next; `None` once it is ended or was due for the last time.
    #[must_use]
    pub fn due(&self, today: Date) -> Option<Date> {
        let (created, _) = self.created.as_ref()?;
        match self.ended {
            Some(_) => None,
            None => created.period.next(created.first_due, today),
        }
    }

    pub(super) fn path(&self) -> Option<&AreaPath> {
        self.area.as_ref()
    }

    pub(super) fn apply(&mut self, stream: &StreamId, event: &Event, meta: Meta<'_>) {
        let by = By {
            at: meta.at,
            account: meta.actor.account,
            role: meta.actor.role(),
        };
        stream.key().clone_into(&mut self.id);
        self.area = Some(event.area.clone());
        match &event.fact {
            Fact::Created(created) => self.created = Some((Created::clone(created), by)),
            Fact::Ended(ended) => self.ended = Some((ended.clone(), by)),
        }
    }
}
