//! 窗口: a counter that can be booked, or a round of visits, with its hours and seats.

use jiff::civil::Time;
use linli_journal::{Change, FoldError, Kind, Recorded};
use linli_kernel::gate::{Target, permits};
use linli_kernel::{Action, Actor, AreaPath, Fault, Refusal, StreamId};
use sea_orm::sea_query::{ColumnDef, Table, TableCreateStatement};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::feature::{Feature, Meta, Parts};

/// 窗口 as a feature: one stream a counter, `counter/…`.
#[derive(Debug, Clone, Copy)]
pub struct Counters;

/// Where one is met.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CounterKind {
    /// 窗口: one comes.
    #[default]
    Window,
    /// 上门: one is visited.
    Visit,
}

impl CounterKind {
    /// Its name in registers and message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Window => "window",
            Self::Visit => "visit",
        }
    }

    /// The kind with this [`code`](Self::code).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Window, Self::Visit]
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}

/// A span of a working day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// From when.
    pub from: Time,
    /// Until when.
    pub until: Time,
}

/// What a counter offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spec {
    /// What it is called.
    pub name: String,
    /// The area it serves: a street, a town or a committee.
    pub area: AreaPath,
    /// Whether one comes or is visited.
    pub kind: CounterKind,
    /// The services it takes; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
    /// When it is open on working days.
    pub hours: Vec<Hours>,
    /// How long one booking takes.
    pub slot_minutes: u16,
    /// How many are taken at once.
    pub seats: u16,
    /// The letter before its numbers: A.
    pub letter: char,
}

/// A counter as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counter {
    /// Which; `None` before it was opened.
    pub id: Option<Uuid>,
    /// What it offers; `None` before it was opened.
    pub spec: Option<Spec>,
    /// Whether it takes bookings.
    pub open: bool,
}

/// One thing that happened to a counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CounterEvent {
    /// Opened, or opened again.
    Opened(Spec),
    /// Its hours, seats or services changed.
    Changed(Spec),
    /// Closed: no more bookings.
    Closed(AreaPath),
}

const OPENED: Kind = Kind::new("appointments.counter-opened", 1);
const CHANGED: Kind = Kind::new("appointments.counter-changed", 1);
const CLOSED: Kind = Kind::new("appointments.counter-closed", 1);

/// The most minutes of a day.
const DAY_MINUTES: i32 = 24 * 60;

impl Spec {
    /// The times at which bookings of a working day begin, in order.
    #[must_use]
    pub fn slots(&self) -> Vec<Time> {
        let step = i32::from(self.slot_minutes.max(5));
        let mut slots = Vec::new();
        for hours in &self.hours {
            let (mut at, until) = (minutes(hours.from), minutes(hours.until));
            while at + step <= until {
                slots.extend(time(at));
                at += step;
            }
        }
        slots.sort();
        slots.dedup();
        slots
    }

    /// Whether it takes `service`.
    #[must_use]
    pub fn takes(&self, service: &str) -> bool {
        self.services.is_empty() || self.services.iter().any(|one| one == service)
    }

    fn problems(&self) -> Vec<Refusal> {
        let mut wrong = Vec::new();
        let mut check = |good: bool, code: &str, field: &str| {
            if !good {
                wrong.push(Refusal::new(code).on(field));
            }
        };
        let name = self.name.trim();
        check(
            !name.is_empty() && name.chars().count() <= 40,
            "appointments.name-wrong",
            "name",
        );
        check(
            (5..=240).contains(&self.slot_minutes),
            "appointments.slot-wrong",
            "slot_minutes",
        );
        check(
            (1..=50).contains(&self.seats),
            "appointments.seats-wrong",
            "seats",
        );
        check(
            self.letter.is_ascii_uppercase(),
            "appointments.letter-wrong",
            "letter",
        );
        check(self.area.depth() > 1, "appointments.area-wrong", "area");
        let in_order = self.hours.iter().all(|hours| hours.from < hours.until);
        check(
            in_order && !self.slots().is_empty(),
            "appointments.hours-wrong",
            "hours",
        );
        wrong
    }
}

fn minutes(time: Time) -> i32 {
    i32::from(time.hour()) * 60 + i32::from(time.minute())
}

fn time(minutes: i32) -> Option<Time> {
    let (hour, minute) = (minutes / 60, minutes % 60);
    if minutes >= DAY_MINUTES {
        return None;
    }
    Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0).ok()
}

/// The stream of a counter.
#[must_use]
pub fn stream(id: Uuid) -> StreamId {
    StreamId::new(Counters::TOPIC, id)
}

/// Opens a counter, or changes what an open one offers.
///
/// # Errors
/// [`Refusal`]s: `gate.…`, `appointments.…-wrong` on each field.
pub(super) fn open(
    counter: &Counter,
    spec: &Spec,
    actor: &Actor,
) -> Result<CounterEvent, Vec<Refusal>> {
    may_manage(actor, &spec.area)?;
    if let Some(before) = &counter.spec {
        may_manage(actor, &before.area)?;
    }
    let problems = spec.problems();
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(if counter.open {
        CounterEvent::Changed(spec.clone())
    } else {
        CounterEvent::Opened(spec.clone())
    })
}

/// Closes a counter: what is booked stays booked.
///
/// # Errors
/// [`Refusal`]s: `gate.…`, `appointments.counter-closed`.
pub(super) fn close(counter: &Counter, actor: &Actor) -> Result<CounterEvent, Vec<Refusal>> {
    let closed = || vec![Refusal::new("appointments.counter-closed")];
    let spec = counter
        .spec
        .as_ref()
        .filter(|_| counter.open)
        .ok_or_else(closed)?;
    may_manage(actor, &spec.area)?;
    Ok(CounterEvent::Closed(spec.area.clone()))
}

fn may_manage(actor: &Actor, area: &AreaPath) -> Result<(), Vec<Refusal>> {
    if *actor == Actor::system() {
        return Ok(());
    }
    let target = Target {
        area,
        subject: None,
    };
    permits(actor, Action::CounterManage, target).map_err(|no| vec![no])
}

pub(super) fn tables() -> Vec<TableCreateStatement> {
    let mut table = Table::create();
    table
        .table("counter")
        .col(ColumnDef::new("id").text().not_null().primary_key());
    for column in ["area", "name", "kind"] {
        table.col(ColumnDef::new(column).text());
    }
    table.col(ColumnDef::new("open").big_integer());
    vec![table]
}

impl Feature for Counters {
    const TOPIC: &'static str = "counter";
    type State = Counter;
    type Event = CounterEvent;

    fn write(_: &Counter, event: &CounterEvent) -> Result<Parts, Fault> {
        let (kind, area, open) = match event {
            CounterEvent::Opened(spec) => (OPENED, &spec.area, value(spec)?),
            CounterEvent::Changed(spec) => (CHANGED, &spec.area, value(spec)?),
            CounterEvent::Closed(area) => (CLOSED, area, json!({})),
        };
        Ok(Parts {
            kind,
            area: area.clone(),
            open,
            sealed: Vec::new(),
        })
    }

    fn read(entry: &Recorded) -> Result<CounterEvent, FoldError> {
        let spec = || {
            let poisonous = |why| FoldError::Poisonous(format!("{}: {why}", entry.kind));
            Spec::deserialize(&entry.open).map_err(poisonous)
        };
        match &entry.kind {
            kind if *kind == OPENED => Ok(CounterEvent::Opened(spec()?)),
            kind if *kind == CHANGED => Ok(CounterEvent::Changed(spec()?)),
            kind if *kind == CLOSED => Ok(CounterEvent::Closed(entry.area.clone())),
            kind => Err(FoldError::Unknown(kind.to_string())),
        }
    }

    fn apply(state: &mut Counter, stream: &StreamId, event: &CounterEvent, _: Meta<'_>) {
        state.id = stream.key().parse().ok();
        match event {
            CounterEvent::Opened(spec) | CounterEvent::Changed(spec) => {
                state.spec = Some(spec.clone());
                state.open = true;
            }
            CounterEvent::Closed(_) => state.open = false,
        }
    }

    fn rows(_: &Counter, after: &Counter, rows: &mut Vec<Change>) {
        let (Some(id), Some(spec)) = (after.id, &after.spec) else {
            return;
        };
        rows.push(Change::Upsert {
            table: "counter",
            key: &["id"],
            row: vec![
                ("id", id.to_string().into()),
                ("area", spec.area.as_str().into()),
                ("name", spec.name.as_str().into()),
                ("kind", spec.kind.code().into()),
                ("open", i64::from(after.open).into()),
            ],
        });
    }
}

pub(super) fn value(of: &impl Serialize) -> Result<Value, Fault> {
    serde_json::to_value(of).map_err(|problem| Fault::Damaged(format!("event: {problem}")))
}
