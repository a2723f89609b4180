//! 分叉: what a node wrote into a record that had been taken from it meanwhile is kept beside the
//! record and changes nothing; an officer looks at both and says what became of it.
//!
//! Whoever settles a branch does by hand what is to be done again; the branch itself stays for ever.

use std::collections::BTreeMap;

use jiff::Timestamp;
use linli_journal::{Change, FoldError, Kind, Recorded};
use linli_kernel::gate::{self, Target};
use linli_kernel::{AccountId, Action, Actor, AreaPath, Fault, Refusal, StreamId};
use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::{ColumnDef, Query, Table, TableCreateStatement};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::cases::Cases;
use crate::cases::view::{Happening, branch_history};
use crate::feature::{Call, Feature, Meta, Parts, Problem, digest_of};
use crate::node::Linli;
use crate::registers::store;

/// The most letters of what an officer says about a branch.
const MOST_WORDS: usize = 500;

const SETTLED: Kind = Kind::new("nodes.branch-settled", 1);

/// 分叉 as a feature: one stream a branch and node that settles it, `branch/…`.
#[derive(Debug, Clone, Copy)]
pub struct Branches;

/// What became of a branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// 已补办: what mattered was done again on the record.
    Redone,
    /// 不需补办: nothing of it is needed.
    NotNeeded,
}

/// What happened: a branch was settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its record's area.
    pub area: AreaPath,
    /// How, and of how many entries.
    pub said: Said,
}

/// What an officer said of a branch. It names nobody: it is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Its first entry's digest.
    pub branch: String,
    /// The record it belongs to.
    pub stream: String,
    /// How many entries it had.
    pub entries: u64,
    /// What became of it.
    pub how: How,
    /// Why, in words.
    pub words: String,
}

/// A settled branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// What the officer said.
    pub said: Said,
    /// Who.
    pub by: Option<AccountId>,
    /// When.
    pub at: Timestamp,
}

/// A branch of a record.
#[derive(Debug, Clone)]
pub struct Branch {
    /// Its first entry's digest, as 64 digits.
    pub id: String,
    /// The record.
    pub stream: StreamId,
    /// The record's area.
    pub area: AreaPath,
    /// The log it stands in.
    pub log: String,
    /// Its entries, the oldest first.
    pub entries: Vec<Recorded>,
    /// What became of it; `None` as long as entries wait to be settled.
    pub settled: Option<Settled>,
}

/// The table of this feature.
pub(super) fn table() -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table("branch")
        .col(ColumnDef::new("stream").text().not_null().primary_key())
        .col(ColumnDef::new("said").text().not_null())
        .col(ColumnDef::new("by").text())
        .col(ColumnDef::new("at").text().not_null());
    table.take()
}

impl Feature for Branches {
    const TOPIC: &'static str = "branch";
    type State = Option<Settled>;
    type Event = Event;

    fn write(_: &Self::State, event: &Event) -> Result<Parts, Fault> {
        let open = serde_json::to_value(&event.said)
            .map_err(|why| Fault::Damaged(format!("a settled branch: {why}")))?;
        Ok(Parts {
            kind: SETTLED,
            area: event.area.clone(),
            open,
            sealed: Vec::new(),
        })
    }

    fn read(entry: &Recorded) -> Result<Event, FoldError> {
        if entry.kind != SETTLED {
            return Err(FoldError::Unknown(entry.kind.to_string()));
        }
        let said =
            Said::deserialize(&entry.open).map_err(|why| FoldError::Poisonous(why.to_string()))?;
        Ok(Event {
            area: entry.area.clone(),
            said,
        })
    }

    fn apply(state: &mut Self::State, _: &StreamId, event: &Event, meta: Meta<'_>) {
        *state = Some(Settled {
            said: event.said.clone(),
            by: meta.actor.account,
            at: meta.at,
        });
    }

    fn rows(_: &Self::State, after: &Self::State, rows: &mut Vec<Change>) {
        let Some(after) = after else { return };
        let said = serde_json::to_string(&after.said).unwrap_or_default();
        let by = after.by.map(|by| by.to_string());
        rows.push(Change::Upsert {
            table: "branch",
            key: &["stream"],
            row: vec![
                ("stream", after.said.branch.as_str().into()),
                ("said", said.into()),
                ("by", by.into()),
                ("at", after.at.to_string().into()),
            ],
        });
    }
}

impl Linli {
    /// The branches of records in the actor's area, those that wait first.
    ///
    /// # Errors
    /// [`Problem`]: the gate's refusal, or a fault.
    pub async fn branches(&self, actor: &Actor) -> Result<Vec<Branch>, Problem> {
        let settled = self.settled_branches().await?;
        let beside = self.neighbours().beside;
        let mut groups: BTreeMap<(StreamId, String), Vec<Recorded>> = BTreeMap::new();
        for (log, entry) in self.journal().beside(&beside).await? {
            groups
                .entry((entry.stream.clone(), log))
                .or_default()
                .push(entry);
        }
        let mut found = Vec::new();
        for ((stream, log), mut entries) in groups {
            entries.sort_by_key(|entry| (entry.version, entry.seq));
            // What only moved the record between nodes did nothing to it.
            if entries.iter().all(|entry| entry.kind.is_reserved()) {
                continue;
            }
            let Some(first) = entries.first() else {
                continue;
            };
            let target = Target {
                area: &first.area,
                subject: None,
            };
            if gate::permits(actor, Action::PlaceChange, target).is_err() {
                continue;
            }
            let id = first.digest.iter().map(|byte| format!("{byte:02x}"));
            let id: String = id.collect();
            let known = settled.get(&id);
            let known = known.filter(|it| it.said.entries >= entries.len() as u64);
            found.push(Branch {
                area: first.area.clone(),
                settled: known.cloned(),
                id,
                stream,
                log,
                entries,
            });
        }
        found.sort_by_key(|branch| branch.settled.is_some());
        Ok(found)
    }

    /// One of these branches.
    ///
    /// # Errors
    /// [`Problem`]: `nodes.branch-unknown`, or a fault.
    pub async fn branch(&self, actor: &Actor, id: &str) -> Result<Branch, Problem> {
        let branches = self.branches(actor).await?;
        let branch = branches.into_iter().find(|branch| branch.id == id);
        branch.ok_or_else(|| Refusal::new("nodes.branch-unknown").into())
    }

    /// What happened in a case up to a branch and on it, as its writer saw it; `None` when the
    /// record is no case.
    ///
    /// # Errors
    /// [`Fault`] when the case cannot be read.
    pub async fn branch_of_case(&self, branch: &Branch) -> Result<Option<Vec<Happening>>, Fault> {
        if branch.stream.topic() != Cases::TOPIC {
            return Ok(None);
        }
        let first = branch.entries.first().map_or(0, |entry| entry.version);
        let mut entries = self.journal().stream(&branch.stream).await?;
        entries.retain(|entry| entry.version < first);
        let before = entries.len();
        entries.extend(branch.entries.iter().cloned());
        let damaged = |why| Fault::Damaged(format!("a branch of {}: {why}", branch.stream));
        let mut lines = branch_history(&entries).map_err(damaged)?;
        let own = entries.get(before).map_or(u64::MAX, |entry| entry.version);
        lines.retain(|line| line.version >= own);
        Ok(Some(lines))
    }

    /// 了结: an officer says what became of a branch.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, one of the feature's refusals, or a fault.
    pub async fn settle_branch(
        &self,
        call: Call<'_>,
        id: &str,
        (how, words): (&str, &str),
    ) -> Result<(), Problem> {
        let branch = self.branch(call.actor, id).await?;
        let how = match how {
            "redone" => Ok(How::Redone),
            "not_needed" => Ok(How::NotNeeded),
            _ => Err(Refusal::new("nodes.branch-how").on("how")),
        };
        let words = words.trim();
        let fits = !words.is_empty() && words.chars().count() <= MOST_WORDS;
        let worded = fits.then_some(words).ok_or_else(|| {
            let refusal = Refusal::new("nodes.branch-words");
            refusal.with("most", MOST_WORDS.to_string()).on("words")
        });
        let (how, words) = match (how, worded) {
            (Ok(how), Ok(words)) => (how, words.to_owned()),
            (how, words) => {
                let refusals = how.err().into_iter().chain(words.err());
                return Err(Problem::Refused(refusals.collect()));
            }
        };
        let event = Event {
            area: branch.area,
            said: Said {
                branch: branch.id,
                stream: branch.stream.to_string(),
                entries: branch.entries.len() as u64,
                how,
                words,
            },
        };
        // Each node has a stream of its own: nobody's word contends with another's.
        let node = self.joined_log().map(|log| format!(".{log}"));
        let stream = format!("{id}{}", node.unwrap_or_default());
        let stream = StreamId::new(Branches::TOPIC, stream);
        let digest = digest_of(&("branch", &event.said))?;
        let decide = |_: &Option<Settled>| Ok((vec![event.clone()], json!({})));
        self.perform::<Branches, _>(call, digest, &stream, decide)
            .await?;
        Ok(())
    }

    async fn settled_branches(&self) -> Result<BTreeMap<String, Settled>, Fault> {
        let query = Query::select()
            .columns(["stream", "said", "by", "at"])
            .from("branch")
            .take();
        let rows = self.journal().reader().query_all(&query).await;
        let mut found = BTreeMap::new();
        for row in rows.map_err(store)? {
            let text = |name: &str| row.try_get::<String>("", name).map_err(store);
            let (id, said, at) = (text("stream")?, text("said")?, text("at")?);
            let damaged = || Fault::Damaged(format!("table branch, row {id}"));
            let by: Option<String> = row.try_get("", "by").map_err(store)?;
            let settled = Settled {
                said: serde_json::from_str(&said).ok().ok_or_else(damaged)?,
                by: by.and_then(|by| by.parse().ok()),
                at: at.parse().ok().ok_or_else(damaged)?,
            };
            found.insert(id, settled);
        }
        Ok(found)
    }
}
