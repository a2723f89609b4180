//! 代办授权与同意: who may act for a resident, and to what use of their data they agreed.
//!
//! Each is a stream of its own (`mandate/…`, `consent/…`), so that it can be ended by itself. What
//! was said is the resident's, and sealed.

use jiff::civil::Date;
use linli_journal::{Change, FoldError, Kind, Recorded};
use linli_kernel::gate::{self, Target};
use linli_kernel::{Action, AreaPath, CaseId, Fault, Refusal, ResidentId, StreamId};
use sea_orm::sea_query::{IndexCreateStatement, TableCreateStatement};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::decide::{Context, is_linli};
use super::events::{json, open, parts, sealed};
use super::register::{erased, forget_words, index, table, write_row};
use crate::feature::{Feature, Meta, Parts};

/// 代办授权 as a feature.
#[derive(Debug, Clone, Copy)]
pub struct Mandates;

/// 同意 as a feature.
#[derive(Debug, Clone, Copy)]
pub struct Consents;

/// 代办依据: by what authority one acts for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Authority {
    /// 监护人
    Guardian,
    /// 书面委托
    Written,
    /// 窗口当面口头委托, recorded by staff.
    SpokenAtCounter,
    /// 电话委托, recorded by staff.
    PhoneCall,
    /// 同户家庭成员
    Household,
}

impl Authority {
    /// Every authority, in the order above.
    pub const ALL: [Self; 5] = [
        Self::Guardian,
        Self::Written,
        Self::SpokenAtCounter,
        Self::PhoneCall,
        Self::Household,
    ];

    /// The authority's name in data and message keys: `spoken-at-counter`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Guardian => "guardian",
            Self::Written => "written",
            Self::SpokenAtCounter => "spoken-at-counter",
            Self::PhoneCall => "phone-call",
            Self::Household => "household",
        }
    }

    /// The authority with this [`code`](Self::code).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|authority| authority.code() == code)
    }
}

/// 代办授权: what was granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Granted {
    /// For whom one may act.
    pub principal: ResidentId,
    /// Who may act.
    pub agent: ResidentId,
    /// By what authority.
    pub authority: Authority,
    /// The services it is limited to; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
    /// From when.
    pub from: Date,
    /// The last day, if it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// 同意: to what a resident agreed, one purpose each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// Who agreed.
    pub resident: ResidentId,
    /// To what: a purpose's key, such as a declaration of a service's form.
    pub purpose: String,
    /// From when.
    pub from: Date,
    /// The last day, if it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// The case it was given for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
}

/// When a mandate or a consent ended before its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// The last day it held.
    pub on: Date,
}

#[derive(Serialize, Deserialize)]
struct Words {
    words: String,
}

/// Something granted or given, or its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RightEvent<G> {
    /// It began; with the resident's area and what was said.
    Began(G, AreaPath, String),
    /// It ended.
    Ended(Ended, AreaPath),
}

/// A mandate or a consent as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Right<G> {
    /// Which; `None` before it began.
    pub id: Option<Uuid>,
    /// What was granted or given.
    pub what: Option<G>,
    /// The area of its resident then.
    pub area: Option<AreaPath>,
    /// What was said.
    pub words: String,
    /// The last day it held, if it was ended.
    pub ended_on: Option<Date>,
}

impl<G> Default for Right<G> {
    fn default() -> Self {
        Self {
            id: None,
            what: None,
            area: None,
            words: String::new(),
            ended_on: None,
        }
    }
}

/// What a right has in common with its like.
pub trait Grounds: Clone + PartialEq + Serialize + for<'de> Deserialize<'de> + Send + Sync {
    /// The topic of its streams.
    const TOPIC: &'static str;
    /// The kind of entry that begins it.
    const BEGAN: Kind;
    /// The kind of entry that ends it.
    const ENDED: Kind;
    /// Whose right it is: under whose key the words are.
    fn subject(&self) -> ResidentId;
    /// From when it holds.
    fn from(&self) -> Date;
    /// The last day it holds, if it ends by itself.
    fn until(&self) -> Option<Date>;
    /// The columns of its row besides key, dates and words.
    fn columns(&self) -> Vec<(&'static str, sea_orm::Value)>;
}

impl Grounds for Granted {
    const TOPIC: &'static str = "mandate";
    const BEGAN: Kind = Kind::new("residents.mandate-granted", 1);
    const ENDED: Kind = Kind::new("residents.mandate-ended", 1);

    fn subject(&self) -> ResidentId {
        self.principal
    }
    fn from(&self) -> Date {
        self.from
    }
    fn until(&self) -> Option<Date> {
        self.until
    }
    fn columns(&self) -> Vec<(&'static str, sea_orm::Value)> {
        let services = (!self.services.is_empty()).then(|| self.services.join(","));
        vec![
            ("principal", self.principal.to_string().into()),
            ("agent", self.agent.to_string().into()),
            ("authority", self.authority.code().into()),
            ("services", services.into()),
        ]
    }
}

impl Grounds for Given {
    const TOPIC: &'static str = "consent";
    const BEGAN: Kind = Kind::new("residents.consent-given", 1);
    const ENDED: Kind = Kind::new("residents.consent-withdrawn", 1);

    fn subject(&self) -> ResidentId {
        self.resident
    }
    fn from(&self) -> Date {
        self.from
    }
    fn until(&self) -> Option<Date> {
        self.until
    }
    fn columns(&self) -> Vec<(&'static str, sea_orm::Value)> {
        vec![
            ("resident", self.resident.to_string().into()),
            ("purpose", self.purpose.as_str().into()),
            ("case_id", self.case.map(|case| case.to_string()).into()),
        ]
    }
}

impl<G: Grounds> Right<G> {
    /// Whether it holds on `day`.
    #[must_use]
    pub fn holds_on(&self, day: Date) -> bool {
        let Some(what) = &self.what else { return false };
        what.from() <= day
            && what.until().is_none_or(|until| day <= until)
            && self.ended_on.is_none_or(|ended| day <= ended)
    }

    fn write(&self, event: &RightEvent<G>) -> Result<Parts, Fault> {
        match event {
            RightEvent::Began(what, area, words) => {
                let said = Words {
                    words: words.clone(),
                };
                let sealed = (!words.is_empty()).then(|| json(&said)).transpose()?;
                let open = json(what)?;
                Ok(parts(G::BEGAN, area, open, what.subject(), sealed))
            }
            RightEvent::Ended(ended, area) => {
                let subject = self.what.as_ref().map(Grounds::subject);
                let nobody = || Fault::Damaged("the end of a right nobody has".to_owned());
                let subject = subject.ok_or_else(nobody)?;
                Ok(parts(G::ENDED, area, json(ended)?, subject, None))
            }
        }
    }

    fn apply(&mut self, stream: &StreamId, event: &RightEvent<G>) {
        match event {
            RightEvent::Began(what, area, words) => {
                self.id = stream.key().parse().ok();
                self.what = Some(what.clone());
                self.area = Some(area.clone());
                self.words.clone_from(words);
            }
            RightEvent::Ended(ended, _) => self.ended_on = Some(ended.on),
        }
    }

    fn row(&self, table: &'static str, before: &Self, rows: &mut Vec<Change>) {
        if let Some(row) = self.columns() {
            write_row(table, before.columns(), row, rows);
        }
    }

    fn columns(&self) -> Option<Vec<(&'static str, sea_orm::Value)>> {
        let (id, what) = (self.id?, self.what.as_ref()?);
        let words = (!self.words.is_empty()).then(|| self.words.clone());
        let mut row = vec![("id", id.to_string().into())];
        row.extend(what.columns());
        row.push(("from_day", what.from().to_string().into()));
        row.push(("until_day", what.until().map(|day| day.to_string()).into()));
        row.push(("ended_on", self.ended_on.map(|day| day.to_string()).into()));
        row.push(("words", words.into()));
        Some(row)
    }
}

fn read<G: Grounds>(entry: &Recorded) -> Result<RightEvent<G>, FoldError> {
    let area = entry.area.clone();
    if entry.kind == G::BEGAN {
        let words: Option<Words> = sealed(entry)?;
        let words = words.map(|words| words.words).unwrap_or_default();
        Ok(RightEvent::Began(open(entry)?, area, words))
    } else if entry.kind == G::ENDED {
        Ok(RightEvent::Ended(open(entry)?, area))
    } else {
        Err(FoldError::Unknown(entry.kind.to_string()))
    }
}

fn forget(entry: &Recorded, table: &'static str, whose: &'static str, rows: &mut Vec<Change>) {
    if let Some(subject) = erased(entry) {
        rows.push(forget_words(table, whose, subject));
    }
}

impl Feature for Mandates {
    const TOPIC: &'static str = Granted::TOPIC;
    type State = Right<Granted>;
    type Event = RightEvent<Granted>;

    fn write(after: &Self::State, event: &Self::Event) -> Result<Parts, Fault> {
        after.write(event)
    }
    fn read(entry: &Recorded) -> Result<Self::Event, FoldError> {
        read(entry)
    }
    fn apply(state: &mut Self::State, stream: &StreamId, event: &Self::Event, _: Meta<'_>) {
        state.apply(stream, event);
    }
    fn rows(before: &Self::State, after: &Self::State, rows: &mut Vec<Change>) {
        after.row("mandate", before, rows);
    }
    fn elsewhere(entry: &Recorded, rows: &mut Vec<Change>) {
        forget(entry, "mandate", "principal", rows);
    }
}

impl Feature for Consents {
    const TOPIC: &'static str = Given::TOPIC;
    type State = Right<Given>;
    type Event = RightEvent<Given>;

    fn write(after: &Self::State, event: &Self::Event) -> Result<Parts, Fault> {
        after.write(event)
    }
    fn read(entry: &Recorded) -> Result<Self::Event, FoldError> {
        read(entry)
    }
    fn apply(state: &mut Self::State, stream: &StreamId, event: &Self::Event, _: Meta<'_>) {
        state.apply(stream, event);
    }
    fn rows(before: &Self::State, after: &Self::State, rows: &mut Vec<Change>) {
        after.row("consent", before, rows);
    }
    fn elsewhere(entry: &Recorded, rows: &mut Vec<Change>) {
        forget(entry, "consent", "resident", rows);
    }
}

pub(super) fn tables() -> Vec<TableCreateStatement> {
    let dates = [
        ("from_day", false),
        ("until_day", false),
        ("ended_on", false),
        ("words", false),
    ];
    let mandate = [
        ("principal", false),
        ("agent", false),
        ("authority", false),
        ("services", false),
    ];
    let consent = [("resident", false), ("purpose", false), ("case_id", false)];
    vec![
        table("mandate", &[&mandate[..], &dates].concat()),
        table("consent", &[&consent[..], &dates].concat()),
    ]
}

pub(super) fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("mandate_principal", "mandate", &["principal"]),
        index("mandate_agent", "mandate", &["agent"]),
        index("consent_resident", "consent", &["resident"]),
    ]
}

/// Whether `granted` may be recorded by the actor for a principal who lives in `area`.
///
/// # Errors
/// A [`Refusal`]: `gate.…`, `residents.mandate-for-oneself`, `residents.date-in-future`,
/// `residents.until-before-from`, `residents.words-missing` when staff record what was said.
pub fn grant(
    granted: Granted,
    area: &AreaPath,
    words: &str,
    context: &Context<'_>,
) -> Result<RightEvent<Granted>, Refusal> {
    let own = context.actor.post.is_none();
    let subject = own.then_some(granted.principal);
    let action = if own {
        Action::ResidentOwn
    } else {
        Action::CaseFileForOther
    };
    permit(action, area, subject, context)?;
    if granted.principal == granted.agent {
        return Err(Refusal::new("residents.mandate-for-oneself").on("agent"));
    }
    check_dates(granted.from, granted.until, context)?;
    if !own && words.trim().is_empty() {
        return Err(Refusal::new("residents.words-missing").on("words"));
    }
    let words = words.trim().to_owned();
    Ok(RightEvent::Began(granted, area.clone(), words))
}

/// Whether `given` may be recorded: by the resident, or by staff who file for them.
///
/// # Errors
/// A [`Refusal`]: `gate.…`, `residents.date-in-future`, `residents.until-before-from`.
pub fn consent(
    given: Given,
    area: &AreaPath,
    words: &str,
    context: &Context<'_>,
) -> Result<RightEvent<Given>, Refusal> {
    let own = context.actor.post.is_none();
    let subject = own.then_some(given.resident);
    let action = if own {
        Action::ResidentOwn
    } else {
        Action::CaseFileForOther
    };
    permit(action, area, subject, context)?;
    check_dates(given.from, given.until, context)?;
    let words = words.trim().to_owned();
    Ok(RightEvent::Began(given, area.clone(), words))
}

/// Whether a right may be ended today: by its resident at any time, by staff of the area too.
///
/// # Errors
/// A [`Refusal`]: `gate.…`, `residents.no-such-right`, `residents.already-ended`.
pub fn end<G: Grounds>(state: &Right<G>, context: &Context<'_>) -> Result<RightEvent<G>, Refusal> {
    let (Some(what), Some(area)) = (&state.what, &state.area) else {
        return Err(Refusal::new("residents.no-such-right"));
    };
    let area = context.areas.today(area).unwrap_or(area);
    let (action, subject) = if context.actor.post.is_none() {
        (Action::ResidentOwn, Some(what.subject()))
    } else {
        (Action::CaseFileForOther, None)
    };
    permit(action, area, subject, context)?;
    if !state.holds_on(context.today) {
        return Err(Refusal::new("residents.already-ended"));
    }
    let on = context.today;
    Ok(RightEvent::Ended(Ended { on }, area.clone()))
}

fn permit(
    action: Action,
    area: &AreaPath,
    subject: Option<ResidentId>,
    context: &Context<'_>,
) -> Result<(), Refusal> {
    if is_linli(context.actor) {
        return Ok(());
    }
    gate::permits(context.actor, action, Target { area, subject })
}

fn check_dates(from: Date, until: Option<Date>, context: &Context<'_>) -> Result<(), Refusal> {
    if from > context.today {
        return Err(Refusal::new("residents.date-in-future").on("from"));
    }
    if until.is_some_and(|until| until < context.today) {
        return Err(Refusal::new("residents.until-before-from").on("until"));
    }
    Ok(())
}
