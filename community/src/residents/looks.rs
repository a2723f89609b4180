//! 谁看过我的信息: every look at a resident's record, by whom, when and why.
//!
//! Looks stand on a stream of their own, `look/…`, so that looking never gets in the way of
//! changing. The post and its area are open; the words of the reason are the resident's.

use jiff::Timestamp;
use linli_journal::{Change, FoldError, Kind, Recorded};
use linli_kernel::{AreaPath, CaseId, Fault, ResidentId, StreamId};
use sea_orm::sea_query::{IndexCreateStatement, TableCreateStatement};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::events::{json, open, parts, sealed};
use super::register::{erased, forget_words, index, table, write_row};
use crate::feature::{Feature, Meta, Parts};

/// Looks as a feature.
#[derive(Debug, Clone, Copy)]
pub struct Looks;

/// Why somebody looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// 办件: a case is worked on.
    Case,
    /// 代办登记: somebody at the counter or on the phone is helped.
    Help,
    /// 走访: a visit is prepared or recorded.
    Visit,
    /// 核实: data is being checked.
    Check,
    /// 导出: a list left as a file, with names and numbers.
    Export,
    /// 合并: two records turned out to be of one person, and were merged.
    Merge,
    /// 拆分: two merged records were parted again.
    Part,
    /// 其他: said in words.
    Other,
}

impl Why {
    /// Every reason, in the order above.
    pub const ALL: [Self; 8] = [
        Self::Case,
        Self::Help,
        Self::Visit,
        Self::Check,
        Self::Export,
        Self::Merge,
        Self::Part,
        Self::Other,
    ];

    /// The reason's name in tables and message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Help => "help",
            Self::Visit => "visit",
            Self::Check => "check",
            Self::Export => "export",
            Self::Merge => "merge",
            Self::Part => "part",
            Self::Other => "other",
        }
    }

    /// The reason with this [`code`](Self::code).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.code() == code)
    }
}

/// For what somebody looks at a resident's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purpose {
    /// Why.
    pub why: Why,
    /// The case, where one is worked on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// In words; needed for [`Why::Other`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
}

/// 看过: a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookedAt {
    /// Which look.
    pub id: Uuid,
    /// The resident's area then.
    pub area: AreaPath,
    /// For what.
    pub purpose: Purpose,
}

#[derive(Serialize, Deserialize)]
struct Open {
    id: Uuid,
    why: Why,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    case: Option<CaseId>,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    words: String,
}

/// The latest look of a stream: what the next row is made of.
#[derive(Debug, Clone, Default)]
pub struct LastLook {
    resident: Option<ResidentId>,
    last: Option<(LookedAt, Timestamp, Who)>,
}

#[derive(Debug, Clone, Default)]
struct Who {
    account: Option<String>,
    role: Option<&'static str>,
    area: Option<String>,
}

const LOOKED_AT: Kind = Kind::new("residents.looked-at", 1);

/// The stream of the looks at `resident` from the node with this log: each node that joined another
/// writes one of its own, so that a cut line keeps nobody from looking.
pub(super) fn stream(resident: ResidentId, joined: Option<&str>) -> StreamId {
    match joined {
        Some(log) => StreamId::new(Looks::TOPIC, format!("{resident}.{log}")),
        None => StreamId::new(Looks::TOPIC, resident),
    }
}

pub(super) fn tables() -> Vec<TableCreateStatement> {
    let columns = [
        ("resident", false),
        ("at", true),
        ("account", false),
        ("role", false),
        ("area", false),
        ("why", false),
        ("case_id", false),
        ("words", false),
    ];
    vec![table("look", &columns)]
}

pub(super) fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("look_resident", "look", &["resident", "at"]),
        index("look_account", "look", &["account", "at"]),
    ]
}

impl Feature for Looks {
    const TOPIC: &'static str = "look";
    type State = LastLook;
    type Event = LookedAt;

    fn write(after: &LastLook, event: &LookedAt) -> Result<Parts, Fault> {
        let missing = || Fault::Damaged("a look at nobody".to_owned());
        let resident = after.resident.ok_or_else(missing)?;
        let Purpose { why, case, words } = &event.purpose;
        let open = Open {
            id: event.id,
            why: *why,
            case: *case,
        };
        let sealed = match words.as_str() {
            "" => None,
            words => Some(json(&Sealed {
                words: words.to_owned(),
            })?),
        };
        Ok(parts(
            LOOKED_AT,
            &event.area,
            json(&open)?,
            resident,
            sealed,
        ))
    }

    fn read(entry: &Recorded) -> Result<LookedAt, FoldError> {
        if entry.kind != LOOKED_AT {
            return Err(FoldError::Unknown(entry.kind.to_string()));
        }
        let Open { id, why, case } = open(entry)?;
        let sealed: Option<Sealed> = sealed(entry)?;
        let words = sealed.map(|sealed| sealed.words).unwrap_or_default();
        Ok(LookedAt {
            id,
            area: entry.area.clone(),
            purpose: Purpose { why, case, words },
        })
    }

    fn apply(state: &mut LastLook, stream: &StreamId, event: &LookedAt, meta: Meta<'_>) {
        let post = meta.actor.post.as_ref();
        let who = Who {
            account: meta.actor.account.map(|account| account.to_string()),
            role: meta.actor.role().map(linli_kernel::Role::code),
            area: post.map(|post| post.area.to_string()),
        };
        let resident = stream.key().split('.').next();
        state.resident = resident.and_then(|id| id.parse().ok());
        state.last = Some((event.clone(), meta.at, who));
    }

    fn rows(_: &LastLook, after: &LastLook, rows: &mut Vec<Change>) {
        let (Some(resident), Some((look, at, who))) = (after.resident, &after.last) else {
            return;
        };
        let purpose = &look.purpose;
        let words = (!purpose.words.is_empty()).then(|| purpose.words.clone());
        let row = vec![
            ("id", look.id.to_string().into()),
            ("resident", resident.to_string().into()),
            ("at", at.as_microsecond().into()),
            ("account", who.account.clone().into()),
            ("role", who.role.into()),
            ("area", who.area.clone().into()),
            ("why", purpose.why.code().into()),
            ("case_id", purpose.case.map(|case| case.to_string()).into()),
            ("words", words.into()),
        ];
        write_row("look", None, row, rows);
    }

    fn elsewhere(entry: &Recorded, rows: &mut Vec<Change>) {
        if let Some(subject) = erased(entry) {
            rows.push(forget_words("look", "resident", subject));
        }
    }

    fn slim(state: &mut LastLook) {
        state.last = None;
    }
}
