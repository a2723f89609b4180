//! 节点互联: what people are told of a node's neighbours, and the small store beside the journal that
//! holds invitations and contacts. Nothing in it is part of the journal; it may be lost.

use linli_journal::Journal;
use linli_journal::sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Statement, Value};
use linli_kernel::Fault;
use serde::Serialize;

use super::load::{self, Quarantine};
use super::{Line, fingerprint};
use crate::core::{LogId, Mode, Saved, StopReason, StreamName};

/// How much trouble is listed.
const LISTED: usize = 100;

/// How many entries that are kept beside their streams are listed.
const LISTED_BESIDE: usize = 1_000;

/// A node's neighbours.
#[derive(Debug, Clone, Serialize)]
pub struct Status {
    /// This node's log.
    pub log: String,
    /// The same for people to compare.
    pub fingerprint: String,
    /// Whether it writes: `active`, `recovering` or `stopped`.
    pub mode: &'static str,
    /// How many entries its own log has.
    pub own: u64,
    /// How many of these the node above has countersigned; `None` at the top.
    pub countersigned: Option<u64>,
    /// The node above.
    pub parent: Option<Neighbour>,
    /// The nodes that joined here or below.
    pub nodes: Vec<Neighbour>,
    /// What did not verify, the newest first.
    pub trouble: Vec<Trouble>,
    /// Entries that are kept beside their streams: orphans, by log and place.
    pub beside: Vec<(String, u64)>,
}

/// A neighbour.
#[derive(Debug, Clone, Serialize)]
pub struct Neighbour {
    /// Its log.
    pub log: String,
    /// The same for people to compare.
    pub fingerprint: String,
    /// Its area; empty of the node above.
    pub area: String,
    /// Whether it joined here, and not at a node below.
    pub direct: bool,
    /// Why its log may not go on: `revoked`, `closed`, `frozen`; `None` where it may.
    pub stopped: Option<&'static str>,
    /// How many streams are still its own though its log may not go on: two officers may take them
    /// over.
    pub left: u64,
    /// When it was last heard, in seconds since 1970.
    pub heard: Option<i64>,
    /// What failed when it was tried after that.
    pub failure: Option<String>,
    /// How far it is behind.
    pub lag: Lag,
    /// Its program's version.
    pub version: Option<String>,
}

/// How far a neighbour is behind.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Lag {
    /// How many of its entries are here.
    pub here: u64,
    /// How many it said that it has.
    pub there: u64,
}

/// Something that did not verify.
#[derive(Debug, Clone, Serialize)]
pub struct Trouble {
    /// Whose.
    pub from: String,
    /// What is wrong: `gap`, `root`, `signature`, `revoked`, `unknown`…
    pub reason: String,
    /// What it was about.
    pub about: String,
    /// When, in seconds since 1970.
    pub at: i64,
}

/// What is kept of a neighbour's contacts.
#[derive(Debug, Clone, Default)]
pub(super) struct Contact {
    heard: Option<i64>,
    failure: Option<String>,
    there: u64,
    version: Option<String>,
}

impl Line {
    /// What people are told of the neighbours; `None` while there are none.
    ///
    /// # Errors
    /// [`Fault`] when the stores cannot be read.
    pub async fn status(&self) -> Result<Option<Status>, Fault> {
        let mut inner = self.inner.lock().await;
        self.grow(&mut inner).await?;
        let Some(node) = &inner.node else {
            return Ok(None);
        };
        let status = status(&self.journal, &self.side, &node.saved, self.log()).await?;
        Ok(Some(status))
    }

    pub(super) async fn heard(
        &self,
        log: LogId,
        there: Option<u64>,
        version: Option<&str>,
    ) -> Result<(), Fault> {
        let sql = "INSERT INTO contact (log, heard, there, version) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (log) DO UPDATE SET heard=excluded.heard, failure=NULL, \
                   there=COALESCE(excluded.there, contact.there), \
                   version=COALESCE(excluded.version, contact.version)";
        let there = there.map(|there| i64::try_from(there).unwrap_or(i64::MAX));
        let values = [
            log.to_string().into(),
            self.now().into(),
            there.into(),
            version.map(ToOwned::to_owned).into(),
        ];
        execute(&self.side, sql, values).await
    }

    pub(super) async fn failed(&self, log: LogId, why: &str) -> Result<(), Fault> {
        let sql = "INSERT INTO contact (log, failure) VALUES ($1, $2) \
                   ON CONFLICT (log) DO UPDATE SET failure=excluded.failure";
        execute(&self.side, sql, [log.to_string().into(), why.into()]).await
    }

    /// Somebody who never joined, or whose message makes no sense. As many are kept as fit on a page:
    /// whoever wants to fill the disk from outside does not.
    pub(super) async fn stranger(&self, log: LogId, reason: &str) -> Result<(), Fault> {
        let sql = "INSERT INTO stranger (log, reason, at) VALUES ($1, $2, $3) \
                   ON CONFLICT (log) DO UPDATE SET reason=excluded.reason, at=excluded.at";
        let values = [log.to_string().into(), reason.into(), self.now().into()];
        execute(&self.side, sql, values).await?;
        let sql = "DELETE FROM stranger WHERE log NOT IN \
                   (SELECT log FROM stranger ORDER BY at DESC LIMIT 64)";
        execute(&self.side, sql, []).await
    }
}

/// The neighbours of a node that does not run, or runs in another process.
///
/// # Errors
/// [`Fault`] when the stores cannot be read.
pub async fn of(journal: &Journal, log: LogId) -> Result<Option<Status>, Fault> {
    let side = journal.side_store("nodes").await?;
    prepare(&side).await?;
    if !journal.has_neighbours().await? && !has_invited(&side).await? {
        return Ok(None);
    }
    let saved = load::saved(journal, log).await?;
    status(journal, &side, &saved, log).await.map(Some)
}

async fn status(
    journal: &Journal,
    side: &DatabaseConnection,
    saved: &Saved,
    me: LogId,
) -> Result<Status, Fault> {
    let parent = match &saved.parent {
        Some(parent) => Some(neighbour(side, saved, me, parent.log).await?),
        None => None,
    };
    let mut nodes = Vec::with_capacity(saved.members.len());
    for log in saved.members.keys().filter(|log| **log != me) {
        nodes.push(neighbour(side, saved, me, *log).await?);
    }
    nodes.sort_by(|one, other| one.area.cmp(&other.area));
    Ok(Status {
        log: me.to_string(),
        fingerprint: fingerprint(me),
        mode: match &saved.mode {
            Mode::Active => "active",
            Mode::Recovering(_) => "recovering",
            Mode::Stopped(_) => "stopped",
        },
        own: saved.own.size(),
        countersigned: saved.parent.as_ref().map(|_| saved.countersigned(me)),
        parent,
        nodes,
        trouble: trouble(journal, side).await?,
        beside: beside(saved, me),
    })
}

async fn neighbour(
    side: &DatabaseConnection,
    saved: &Saved,
    me: LogId,
    log: LogId,
) -> Result<Neighbour, Fault> {
    let contact = contact(side, log).await?;
    let member = saved.members.get(&log);
    let here = saved.end_of(log).0;
    Ok(Neighbour {
        log: log.to_string(),
        fingerprint: fingerprint(log),
        area: member.map_or_else(String::new, |member| member.enrolled.area.to_string()),
        direct: member.is_none_or(|member| member.hub == me),
        stopped: member
            .and_then(|member| member.stopped.as_ref())
            .map(reason),
        left: left_behind(saved, log).count() as u64,
        heard: contact.heard,
        failure: contact.failure,
        lag: Lag {
            here,
            there: contact.there.max(here),
        },
        version: contact.version,
    })
}

/// The streams that a log which may not go on still owns.
pub(super) fn left_behind(saved: &Saved, log: LogId) -> impl Iterator<Item = &StreamName> {
    let member = saved.members.get(&log);
    let gone = member.is_some_and(|member| member.stopped.is_some());
    let streams = gone.then(|| saved.streams.iter()).into_iter().flatten();
    let own = streams.filter(move |(_, stream)| stream.owner == log && stream.released.is_none());
    // What a node writes about itself and its neighbours stays its own.
    own.map(|(name, _)| name).filter(|name| {
        let topic = name.split('/').next().unwrap_or_default();
        !matches!(topic, "node" | "request" | "answer" | "erased")
    })
}

/// Entries that do not continue their streams. The ends of stopped logs are kept under a name of
/// their own.
fn beside(saved: &Saved, me: LogId) -> Vec<(String, u64)> {
    let newest = saved.orphans.keys().rev().take(LISTED_BESIDE);
    let mut found: Vec<_> = newest
        .flat_map(|(log, seq)| {
            let branch = (*log != me).then(|| (load::branch_of(*log), *seq));
            std::iter::once((log.to_string(), *seq)).chain(branch)
        })
        .collect();
    found.sort();
    found
}

fn reason(why: &StopReason) -> &'static str {
    match why {
        StopReason::Frozen(_) => "frozen",
        StopReason::Closed(_) => "closed",
        StopReason::Revoked => "revoked",
        StopReason::Unknown | StopReason::Greet => "unknown",
    }
}

async fn trouble(journal: &Journal, side: &DatabaseConnection) -> Result<Vec<Trouble>, Fault> {
    let mut found = Vec::new();
    for kept in journal.remembered_last("quarantine", LISTED as u64).await? {
        if let Ok(kept) = serde_json::from_slice::<Quarantine>(&kept.body) {
            found.push(Trouble {
                from: kept.from,
                reason: kept.reason,
                about: kept.about,
                at: kept.at,
            });
        }
    }
    let sql = "SELECT log, reason, at FROM stranger";
    let sql = Statement::from_string(side.get_database_backend(), sql);
    for row in side.query_all_raw(sql).await.map_err(store)? {
        found.push(Trouble {
            from: row.try_get("", "log").map_err(store)?,
            reason: row.try_get("", "reason").map_err(store)?,
            about: String::new(),
            at: row.try_get("", "at").map_err(store)?,
        });
    }
    found.sort_by_key(|trouble| std::cmp::Reverse(trouble.at));
    found.truncate(LISTED);
    Ok(found)
}

async fn contact(side: &DatabaseConnection, log: LogId) -> Result<Contact, Fault> {
    let sql = "SELECT heard, failure, there, version FROM contact WHERE log = $1";
    let sql =
        Statement::from_sql_and_values(side.get_database_backend(), sql, [log.to_string().into()]);
    let Some(row) = side.query_one_raw(sql).await.map_err(store)? else {
        return Ok(Contact::default());
    };
    let there: Option<i64> = row.try_get("", "there").map_err(store)?;
    Ok(Contact {
        heard: row.try_get("", "heard").map_err(store)?,
        failure: row.try_get("", "failure").map_err(store)?,
        there: there
            .and_then(|there| u64::try_from(there).ok())
            .unwrap_or(0),
        version: row.try_get("", "version").map_err(store)?,
    })
}

/// Makes the tables.
pub(super) async fn prepare(side: &DatabaseConnection) -> Result<(), Fault> {
    for sql in [
        "CREATE TABLE IF NOT EXISTS invitation (hash TEXT PRIMARY KEY, area TEXT NOT NULL, \
         until BIGINT NOT NULL, replaces TEXT, used_by TEXT)",
        "CREATE TABLE IF NOT EXISTS contact (log TEXT PRIMARY KEY, heard BIGINT, failure TEXT, \
         there BIGINT, version TEXT)",
        "CREATE TABLE IF NOT EXISTS file_above (name TEXT PRIMARY KEY)",
        "CREATE TABLE IF NOT EXISTS parcel (digest TEXT PRIMARY KEY, at BIGINT NOT NULL)",
        "CREATE TABLE IF NOT EXISTS stranger (log TEXT PRIMARY KEY, reason TEXT NOT NULL, \
         at BIGINT NOT NULL)",
    ] {
        side.execute_unprepared(sql).await.map_err(store)?;
    }
    Ok(())
}

/// Whether this node ever invited another.
pub(super) async fn has_invited(side: &DatabaseConnection) -> Result<bool, Fault> {
    let sql = "SELECT hash FROM invitation WHERE used_by IS NOT NULL LIMIT 1";
    let sql = Statement::from_string(side.get_database_backend(), sql);
    let row = side.query_one_raw(sql).await.map_err(store)?;
    Ok(row.is_some())
}

pub(super) async fn execute(
    side: &DatabaseConnection,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<(), Fault> {
    let sql = Statement::from_sql_and_values(side.get_database_backend(), sql, values);
    side.execute_raw(sql).await.map(drop).map_err(store)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape `map_err` wants")]
pub(super) fn store(error: DbErr) -> Fault {
    Fault::Store(error.to_string())
}
