//! 政策修订: a change to a policy's file, proposed by one officer and published by another.
//!
//! One stream a change. The whole new file stands in the journal, so that what held on any day can
//! be read again; a file that the engine refuses never gets there.

use jiff::Timestamp;
use linli_journal::{Change as RowChange, FoldError, Kind, Recorded};
use linli_kernel::gate::{Target, permits};
use linli_kernel::{AccountId, Action, Actor, AreaPath, Fault, Refusal, StreamId};
use sea_orm::sea_query::{ColumnDef, Table, TableCreateStatement};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::files::Policies;
use crate::feature::{Feature, Meta, Parts};

/// Every refusal of this feature, for the check that each is worded.
pub const REFUSALS: &[&str] = &[
    "policies.file-wrong",
    "policies.nothing-changed",
    "policies.too-large",
    "policies.why-missing",
    "policies.not-proposed",
    "policies.second-officer",
    "policies.facts-differ",
    "policies.no-such-figure",
    "policies.no-day",
    "policies.no-value",
    "policies.source-missing",
];

/// The most bytes of a policy's file: it travels whole in one entry of the journal.
const MOST_BYTES: usize = 48 * 1024;

/// 拟修订: a file as it shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The file's name, `dibao.toml`.
    pub file: String,
    /// Its whole new text.
    pub text: String,
    /// Why, with the document that asks for it.
    pub why: String,
}

/// One thing that happened to a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeEvent {
    /// Proposed.
    Proposed(Draft, AreaPath),
    /// Published by a second officer.
    Published(AreaPath),
    /// Dropped.
    Dropped(AreaPath),
}

/// Where a change stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Stage {
    /// Not there.
    #[default]
    Nothing,
    /// Waiting for a second officer.
    Proposed,
    /// In the book.
    Published,
    /// Given up.
    Dropped,
}

impl Stage {
    /// Its name in the register and in message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Proposed => "proposed",
            Self::Published => "published",
            Self::Dropped => "dropped",
        }
    }
}

/// A change, as its events add up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// Which; `None` before it was proposed.
    pub id: Option<Uuid>,
    /// What shall be; `None` before it was proposed.
    pub draft: Option<Draft>,
    /// For which district.
    pub area: Option<AreaPath>,
    /// Who proposed it.
    pub by: Option<AccountId>,
    /// When.
    pub at: Option<Timestamp>,
    /// Where it stands.
    pub stage: Stage,
    /// Who published or dropped it.
    pub decided_by: Option<AccountId>,
    /// When.
    pub decided_at: Option<Timestamp>,
}

/// 政策修订 as a feature: one stream a change, `policy/…`.
#[derive(Debug, Clone, Copy)]
pub struct Changes;

const PROPOSED: Kind = Kind::new("policies.proposed", 1);
const PUBLISHED: Kind = Kind::new("policies.published", 1);
const DROPPED: Kind = Kind::new("policies.dropped", 1);

/// The stream of the change `id`.
pub(super) fn stream(id: Uuid) -> StreamId {
    StreamId::new(Changes::TOPIC, id)
}

/// A change proposed: checked against the book as it stands.
pub(super) fn propose(
    draft: &Draft,
    area: &AreaPath,
    policies: &Policies,
    actor: &Actor,
) -> Result<ChangeEvent, Refusal> {
    enter(area, actor)?;
    if draft.why.trim().is_empty() {
        return Err(Refusal::new("policies.why-missing").on("why"));
    }
    if draft.text.len() > MOST_BYTES {
        return Err(Refusal::new("policies.too-large").on("text"));
    }
    if policies.files().get(&draft.file) == Some(&draft.text) {
        return Err(Refusal::new("policies.nothing-changed").on("text"));
    }
    check(draft, policies)?;
    Ok(ChangeEvent::Proposed(draft.clone(), area.clone()))
}

/// The book with the draft in it, or the first thing that is wrong, with its place.
pub(super) fn check(draft: &Draft, policies: &Policies) -> Result<Policies, Refusal> {
    policies.with(&draft.file, &draft.text).map_err(|refused| {
        let first = refused
            .0
            .iter()
            .find(|one| one.level == linli_policy::Level::Error);
        let refusal = Refusal::new("policies.file-wrong").on("text");
        let Some(one) = first else { return refusal };
        let place = one.place();
        refusal
            .with("problem_zh", format!("{place}: {}", one.message_zh))
            .with("problem_en", format!("{place}: {}", one.message))
    })
}

/// Published or dropped: publishing takes another officer than the one who proposed.
pub(super) fn settle(
    change: &Change,
    publish: bool,
    policies: &Policies,
    actor: &Actor,
) -> Result<ChangeEvent, Refusal> {
    let not_proposed = || Refusal::new("policies.not-proposed");
    let area = change.area.clone().ok_or_else(not_proposed)?;
    enter(&area, actor)?;
    let draft = change
        .draft
        .as_ref()
        .filter(|_| change.stage == Stage::Proposed);
    let draft = draft.ok_or_else(not_proposed)?;
    if !publish {
        return Ok(ChangeEvent::Dropped(area));
    }
    if actor.account.is_none() || actor.account == change.by {
        return Err(Refusal::new("policies.second-officer"));
    }
    check(draft, policies)?;
    Ok(ChangeEvent::Published(area))
}

fn enter(area: &AreaPath, actor: &Actor) -> Result<(), Refusal> {
    let target = Target {
        area,
        subject: None,
    };
    permits(actor, Action::CatalogueChange, target)
}

/// The table of changes.
#[must_use]
pub fn tables() -> Vec<TableCreateStatement> {
    let mut table = Table::create();
    table
        .table("policy_change")
        .col(ColumnDef::new("id").text().not_null().primary_key());
    for column in ["file", "area", "stage"] {
        table.col(ColumnDef::new(column).text());
    }
    for column in ["proposed_at", "decided_at"] {
        table.col(ColumnDef::new(column).big_integer());
    }
    vec![table]
}

impl Feature for Changes {
    const TOPIC: &'static str = "policy";
    type State = Change;
    type Event = ChangeEvent;

    fn write(_: &Change, event: &ChangeEvent) -> Result<Parts, Fault> {
        let (kind, area, open) = match event {
            ChangeEvent::Proposed(draft, area) => {
                let open = serde_json::to_value(draft);
                let open = open.map_err(|problem| Fault::Damaged(format!("event: {problem}")))?;
                (PROPOSED, area, open)
            }
            ChangeEvent::Published(area) => {
                (PUBLISHED, area, Value::Object(serde_json::Map::new()))
            }
            ChangeEvent::Dropped(area) => (DROPPED, area, Value::Object(serde_json::Map::new())),
        };
        Ok(Parts {
            kind,
            area: area.clone(),
            open,
            sealed: Vec::new(),
        })
    }

    fn read(entry: &Recorded) -> Result<ChangeEvent, FoldError> {
        let area = entry.area.clone();
        match &entry.kind {
            kind if *kind == PROPOSED => {
                let draft = Draft::deserialize(&entry.open)
                    .map_err(|problem| FoldError::Poisonous(format!("{kind}: {problem}")))?;
                Ok(ChangeEvent::Proposed(draft, area))
            }
            kind if *kind == PUBLISHED => Ok(ChangeEvent::Published(area)),
            kind if *kind == DROPPED => Ok(ChangeEvent::Dropped(area)),
            kind => Err(FoldError::Unknown(kind.to_string())),
        }
    }

    fn apply(state: &mut Change, stream: &StreamId, event: &ChangeEvent, meta: Meta<'_>) {
        state.stage = match event {
            ChangeEvent::Proposed(draft, area) => {
                state.id = stream.key().parse().ok();
                state.draft = Some(draft.clone());
                state.area = Some(area.clone());
                state.by = meta.actor.account;
                state.at = Some(meta.at);
                Stage::Proposed
            }
            ChangeEvent::Published(_) => Stage::Published,
            ChangeEvent::Dropped(_) => Stage::Dropped,
        };
        if state.stage != Stage::Proposed {
            state.decided_by = meta.actor.account;
            state.decided_at = Some(meta.at);
        }
    }

    fn rows(_: &Change, after: &Change, rows: &mut Vec<RowChange>) {
        let (Some(id), Some(draft), Some(area)) = (after.id, &after.draft, &after.area) else {
            return;
        };
        let micros = |at: Option<Timestamp>| at.map(Timestamp::as_microsecond);
        rows.push(RowChange::Upsert {
            table: "policy_change",
            key: &["id"],
            row: vec![
                ("id", id.to_string().into()),
                ("file", draft.file.as_str().into()),
                ("area", area.as_str().into()),
                ("stage", after.stage.code().into()),
                ("proposed_at", micros(after.at).into()),
                ("decided_at", micros(after.decided_at).into()),
            ],
        });
    }
}
