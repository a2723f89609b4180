//! 接管: what a lost node kept is given to the node at the top when two officers of the district say
//! so, one after the other.

use jiff::Timestamp;
use linli_journal::{Change, FoldError, Kind, Recorded};
use linli_kernel::gate::{self, Target};
use linli_kernel::{AccountId, Action, AreaPath, Fault, Refusal, StreamId};
use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::{
    ColumnDef, Expr, ExprTrait as _, IndexCreateStatement, Query, Table, TableCreateStatement,
};
use serde_json::json;

use crate::feature::{Call, Feature, Meta, Parts, Problem, digest_of};
use crate::node::Linli;
use crate::registers::store;

/// 接管 as a feature: one stream a log, `takeover/…`.
#[derive(Debug, Clone, Copy)]
pub struct Takeovers;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The area of the officer's post.
    pub area: AreaPath,
    /// Whether the second officer said yes; otherwise the first asks for it.
    pub granted: bool,
}

/// What an officer did, and when.
type Act = (Option<AccountId>, Timestamp);

/// What the events of the stream `takeover/…` add up to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Takeover {
    /// Whose streams: the log's 32 digits.
    pub log: String,
    /// Who asked for it.
    pub asked: Option<Act>,
    /// Who said yes.
    pub granted: Option<Act>,
}

const ASKED: Kind = Kind::new("nodes.takeover-asked", 1);
const GRANTED: Kind = Kind::new("nodes.takeover-granted", 1);

/// The table of this feature.
pub(super) fn tables() -> Vec<TableCreateStatement> {
    let mut table = Table::create();
    table
        .table("takeover")
        .col(ColumnDef::new("id").text().not_null().primary_key())
        .col(ColumnDef::new("asked_by").text())
        .col(ColumnDef::new("granted_by").text());
    vec![table]
}

/// Its further indexes: none.
#[must_use]
pub fn indexes() -> Vec<IndexCreateStatement> {
    Vec::new()
}

impl Feature for Takeovers {
    const TOPIC: &'static str = "takeover";
    type State = Takeover;
    type Event = Event;

    fn write(_: &Takeover, event: &Event) -> Result<Parts, Fault> {
        Ok(Parts {
            kind: if event.granted { GRANTED } else { ASKED },
            area: event.area.clone(),
            open: json!({}),
            sealed: Vec::new(),
        })
    }

    fn read(entry: &Recorded) -> Result<Event, FoldError> {
        let granted = match &entry.kind {
            kind if *kind == ASKED => false,
            kind if *kind == GRANTED => true,
            kind => return Err(FoldError::Unknown(kind.to_string())),
        };
        Ok(Event {
            area: entry.area.clone(),
            granted,
        })
    }

    fn apply(state: &mut Takeover, stream: &StreamId, event: &Event, meta: Meta<'_>) {
        stream.key().clone_into(&mut state.log);
        let act = Some((meta.actor.account, meta.at));
        if event.granted {
            state.granted = act;
        } else {
            state.asked = act;
        }
    }

    fn rows(_: &Takeover, after: &Takeover, rows: &mut Vec<Change>) {
        let account = |act: &Option<Act>| act.and_then(|(who, _)| who.map(|who| who.to_string()));
        rows.push(Change::Upsert {
            table: "takeover",
            key: &["id"],
            row: vec![
                ("id", after.log.as_str().into()),
                ("asked_by", account(&after.asked).into()),
                ("granted_by", account(&after.granted).into()),
            ],
        });
    }
}

impl Linli {
    /// The first officer asks that what a lost node kept be taken over; the second one grants it.
    ///
    /// # Errors
    /// [`Problem`]: `gate.…`, one of the feature's refusals, or a fault.
    pub async fn take_over(&self, call: Call<'_>, log: &str, grant: bool) -> Result<(), Problem> {
        let Some(post) = &call.actor.post else {
            return Err(Refusal::new("gate.role").into());
        };
        let target = Target {
            area: &post.area,
            subject: None,
        };
        gate::permits(call.actor, Action::PlaceChange, target)?;
        let standing = self.neighbours();
        let node = standing.nodes.iter().find(|node| node.log == log);
        let node = node.filter(|node| node.stopped.is_some());
        let node = node.ok_or_else(|| Refusal::new("nodes.not-gone"))?;
        if node.left == 0 {
            return Err(Refusal::new("nodes.nothing-left").into());
        }
        let event = Event {
            area: post.area.clone(),
            granted: grant,
        };
        let stream = StreamId::new(Takeovers::TOPIC, log);
        let digest = digest_of(&("takeover", log, grant))?;
        let account = call.actor.account;
        let decide = |takeover: &Takeover| {
            let asked = takeover.asked.filter(|_| takeover.granted.is_none());
            match asked {
                None if grant => Err(vec![Refusal::new("nodes.not-asked")]),
                Some((first, _)) if grant && first == account => {
                    Err(vec![Refusal::new("nodes.same-officer")])
                }
                // Asking twice changes nothing.
                Some(_) if !grant => Ok((Vec::new(), json!({}))),
                _ => Ok((vec![event.clone()], json!({}))),
            }
        };
        self.perform::<Takeovers, _>(call, digest, &stream, decide)
            .await?;
        Ok(())
    }

    /// Where the takeover of a log stands.
    ///
    /// # Errors
    /// [`Fault`] when the journal cannot be read.
    pub async fn takeover(&self, log: &str) -> Result<Takeover, Fault> {
        let stream = StreamId::new(Takeovers::TOPIC, log);
        Ok(self
            .load::<Takeovers>(&stream)
            .await?
            .state
            .as_ref()
            .clone())
    }

    /// The logs that two officers gave over, with both.
    ///
    /// # Errors
    /// [`Fault`] when the register cannot be read.
    pub async fn takeovers_granted(&self) -> Result<Vec<(String, [AccountId; 2])>, Fault> {
        let query = Query::select()
            .columns(["id", "asked_by", "granted_by"])
            .from("takeover")
            .and_where(Expr::col("granted_by").is_not_null())
            .take();
        let rows = self.journal().reader().query_all(&query).await;
        let mut found = Vec::new();
        for row in rows.map_err(store)? {
            let text = |name: &str| row.try_get::<Option<String>>("", name).map_err(store);
            let account = |name: &str| -> Result<Option<AccountId>, Fault> {
                Ok(text(name)?.and_then(|id| id.parse().ok()))
            };
            let log = text("id")?.unwrap_or_default();
            if let (Some(first), Some(second)) = (account("asked_by")?, account("granted_by")?) {
                found.push((log, [first, second]));
            }
        }
        Ok(found)
    }
}
