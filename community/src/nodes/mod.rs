//! 节点互联: a node's place among the others, as pages and clocks see it.
//!
//! **Purpose.** A committee with a bad line runs a node of its own and works on when it is cut off.
//! What it writes is its own (已存本机) until the node above has countersigned it (已达上级).
//! **Actors.** The operator joins and revokes nodes from the command line; a district's officer sees
//! each node's last contact, lag and trouble.
//! **Rule.** A stream has one writer: what another node owns can be read here and not changed
//! (`journal.not-owner`); the journal's writer sees to that.
//!
//! The line itself is `linli_network`; whoever runs it tells this module how things stand.

mod branches;
mod fetching;
mod refusal;
mod standing;
mod takeover;

use std::collections::BTreeSet;

use linli_journal::Journal;
use linli_kernel::{AreaPath, Fault, StreamId};
use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query, TableCreateStatement};
use serde::Deserialize;

use crate::appointments;
use crate::cases::{Cases, Owner};
use crate::feature::Feature as _;
use crate::node::Linli;
use crate::places::Places;
use crate::reactions;
use crate::registers::store;
use crate::residents::Residents;

pub use branches::{Branch, Branches, How, Said, Settled};
pub use fetching::may_move;
pub(crate) use fetching::{Wanted, is_ours};
pub use refusal::REFUSALS;
pub use standing::{Above, Neighbour, Standing, Trouble};
pub use takeover::{Takeover, Takeovers, indexes};

/// The tables of this feature.
#[must_use]
pub fn tables() -> Vec<TableCreateStatement> {
    let mut tables = takeover::tables();
    tables.push(branches::table());
    tables
}

/// What a node wrote about itself when it joined another.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Membership {
    /// The area it hosts.
    pub area: AreaPath,
    /// The counters from which it makes case numbers.
    pub numbers: Numbers,
}

/// 办件号段: counters from the first to before the second: no two nodes make the same case number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Numbers {
    /// The first.
    pub from: u32,
    /// The one after the last.
    pub to: u32,
}

impl Numbers {
    /// All there are.
    pub const ALL: Self = Self {
        from: 0,
        to: 900_000_000,
    };
}

/// What this node wrote when it joined another; `None` at the top.
///
/// # Errors
/// [`Fault`] when the journal cannot be read.
pub async fn membership(journal: &Journal) -> Result<Option<Membership>, Fault> {
    let Ok(log) = journal.log_id() else {
        return Ok(None);
    };
    let stream = StreamId::new("node", format!("{log}-joined"));
    let entries = journal.stream(&stream).await?;
    let Some(entry) = entries.last() else {
        return Ok(None);
    };
    let read = serde_json::from_value(entry.open.clone());
    read.map(Some)
        .map_err(|why| Fault::Damaged(format!("{stream}: {why}")))
}

impl Linli {
    /// Whether this node joined another.
    #[must_use]
    pub fn is_joined(&self) -> bool {
        self.membership().is_some()
    }

    /// This node's log, where it joined another: part of the names of streams that each node has of
    /// its own.
    pub(crate) fn joined_log(&self) -> Option<&str> {
        self.membership()?;
        self.journal().log_id().ok()
    }

    /// Follows what other nodes' entries changed: what is kept in memory of these streams is read
    /// anew, and the search takes them in.
    ///
    /// # Errors
    /// [`Fault`] when the journal cannot be read.
    pub async fn follow_others(&self, streams: &[StreamId]) -> Result<(), Fault> {
        let mut topics = BTreeSet::new();
        for stream in streams {
            self.forget(stream);
            topics.insert(stream.topic());
        }
        self.note_moved(streams);
        if topics.contains("key") {
            self.forget_all();
        }
        if topics.contains(Places::TOPIC) {
            self.load_areas().await?;
        }
        if topics.contains("policy") {
            self.reload_policies().await?;
        }
        if topics.contains(Residents::TOPIC) {
            self.standing().reload(self.journal().reader()).await?;
        }
        self.wanted_streams().tell_moved();
        self.react(streams).await
    }

    /// What follows here from what others wrote: at the top a case that was decided below has an
    /// award.
    async fn react(&self, streams: &[StreamId]) -> Result<(), Fault> {
        if self.is_joined() {
            return Ok(());
        }
        let cases: BTreeSet<_> = streams.iter().collect();
        for stream in cases.into_iter().filter(|one| one.topic() == Cases::TOPIC) {
            let Some(case) = self.load::<Cases>(stream).await?.state.as_ref().clone() else {
                continue;
            };
            if let Err(problem) = reactions::case_decided(self, &case).await {
                tracing::error!(%problem, %stream, "no award follows from a case");
            }
        }
        Ok(())
    }

    /// 号: the counters of this node's area that another node keeps, and their days. A committee runs
    /// its own queue, cut off or not.
    ///
    /// # Errors
    /// [`Fault`] when the register cannot be read.
    pub async fn counters_elsewhere(&self) -> Result<Vec<StreamId>, Fault> {
        let Some(own) = self.membership() else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for counter in self.counters_within(&own.area).await? {
            let days = self.bookable_days();
            let days = days.into_iter().chain([self.clock().today()]);
            let days = days.map(|day| appointments::day_stream(counter, day));
            for stream in std::iter::once(appointments::counter_stream(counter)).chain(days) {
                if self.journal().owned_elsewhere(&stream).await?.is_some() {
                    found.push(stream);
                }
            }
        }
        Ok(found)
    }

    /// The streams of cases that wait at a desk.
    ///
    /// # Errors
    /// [`Fault`] when the register cannot be read.
    pub async fn cases_at_desks(&self) -> Result<Vec<StreamId>, Fault> {
        let query = Query::select()
            .column("id")
            .from("cases")
            .and_where(Expr::col("desk").is_not_null())
            .take();
        let rows = self.journal().reader().query_all(&query).await;
        let mut found = Vec::new();
        for row in rows.map_err(store)? {
            let id: String = row.try_get("", "id").map_err(store)?;
            found.push(StreamId::new(Cases::TOPIC, id));
        }
        Ok(found)
    }

    /// Of these streams the cases that wait at a desk, and the area whose cases it works.
    pub async fn desks_of(&self, streams: Vec<StreamId>) -> Vec<(StreamId, AreaPath)> {
        let cases: BTreeSet<_> = streams.into_iter().collect();
        let mut found = Vec::new();
        let cases = cases.into_iter();
        for stream in cases.filter(|stream| stream.topic() == Cases::TOPIC) {
            let Ok(loaded) = self.load::<Cases>(&stream).await else {
                continue;
            };
            let wait = loaded
                .state
                .as_ref()
                .as_ref()
                .and_then(|case| case.wait.as_ref());
            if let Some(Owner::Desk(desk)) = wait.map(|wait| &wait.owner) {
                found.push((stream, desk.area.clone()));
            }
        }
        found
    }
}
