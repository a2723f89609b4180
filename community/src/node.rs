//! A node: one running Linli with its journal, catalogue, calendar, clock and area tree.
//!
//! [`Linli`] is a cheap clone. [`Linli::perform`] is what every feature uses: load the stream's
//! state (cached), decide purely, append the events together with the register rows that follow,
//! try again when somebody else was faster.

use std::path::PathBuf;
use std::sync::{Arc, RwLock};

use linli_journal::{Append, AppendError, Appended, Journal};
use linli_kernel::{Clock, Fault, Refusal, StreamId};
use linli_units::WorkCalendar;
use quick_cache::sync::Cache;
use serde_json::Value;

use crate::cases::Rules;
use crate::catalogue::Catalogue;
use crate::feature::{Cached, Call, Feature, Loaded, Meta, Performed, Plan, Problem};
use crate::places::AreaTree;

/// How often a command is decided anew when others are faster.
const ATTEMPTS: usize = 8;

/// How many states are kept in memory.
const CACHED_STATES: usize = 20_000;

/// Where a node's things lie.
#[derive(Debug, Clone)]
pub struct NodeConfig {
    /// The journal's store.
    pub journal: linli_journal::Config,
    /// A folder whose files add to and replace those of the embedded catalogue.
    pub catalogue: Option<PathBuf>,
}

/// A running node. Cloning is cheap.
#[derive(Clone)]
pub struct Linli {
    inner: Arc<Inner>,
}

struct Inner {
    journal: Journal,
    catalogue: Catalogue,
    calendar: WorkCalendar,
    clock: Arc<dyn Clock>,
    areas: RwLock<Arc<AreaTree>>,
    rules: RwLock<Vec<Arc<Rules>>>,
    states: Cache<StreamId, Cached>,
}

impl Linli {
    /// The journal.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.inner.journal
    }

    /// 事项目录: the services.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.inner.catalogue
    }

    /// The working-day calendar.
    #[must_use]
    pub fn calendar(&self) -> &WorkCalendar {
        &self.inner.calendar
    }

    /// The time.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.inner.clock
    }

    /// The areas as they are today.
    #[must_use]
    pub fn areas(&self) -> Arc<AreaTree> {
        let tree = self.inner.areas.read();
        Arc::clone(&tree.unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}
