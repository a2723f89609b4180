//! The register of bookings: one row a booking, for lists, for 我的, and for the look-up by number.
//!
//! The queue of a day is read from its stream, which is kept in memory while it is used.

use jiff::civil::{Date, Time};
use linli_journal::{Change, FoldError, Recorded};
use linli_kernel::{Fault, ResidentId, StreamId};
use sea_orm::sea_query::{ColumnDef, Index, IndexCreateStatement, Table, TableCreateStatement};
use sea_orm::{FromQueryResult, Value};
use uuid::Uuid;

use super::counters;
use super::events::Event;
use super::state::{Day, Standing};
use crate::feature::{Feature, Meta, Parts};
use crate::places::street_path;
use crate::residents::erased;

/// A counter's day as a feature: one stream a counter and day, `counterday/…`.
#[derive(Debug, Clone, Copy)]
pub struct Days;

const TEXT: [&str; 11] = [
    "number", "counter", "on_day", "slot", "area", "street", "resident", "service", "channel",
    "name", "phone",
];

/// A row of the register.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Row {
    /// Which booking.
    pub id: String,
    /// Its number.
    pub number: String,
    /// The counter.
    pub counter: String,
    /// The day.
    pub on_day: String,
    /// The time.
    pub slot: String,
    /// For whom.
    pub resident: String,
    /// For what.
    pub service: String,
    /// The name, for the portal to mask; empty after erasure.
    pub name: Option<String>,
    /// The telephone number, for the look-up and for the portal to mask.
    pub phone: Option<String>,
    /// Where it stands: [`Standing::code`].
    pub standing: String,
    /// The number in the queue.
    pub ticket: Option<i64>,
}

impl Row {
    /// Which booking.
    #[must_use]
    pub fn booking(&self) -> Option<Uuid> {
        self.id.parse().ok()
    }

    /// The counter.
    #[must_use]
    pub fn counter(&self) -> Option<Uuid> {
        self.counter.parse().ok()
    }

    /// The day.
    #[must_use]
    pub fn day(&self) -> Option<Date> {
        self.on_day.parse().ok()
    }

    /// The time.
    #[must_use]
    pub fn time(&self) -> Option<Time> {
        self.slot.parse().ok()
    }

    /// For whom.
    #[must_use]
    pub fn resident(&self) -> Option<ResidentId> {
        self.resident.parse().ok()
    }

    /// Where it stands.
    #[must_use]
    pub fn standing(&self) -> Option<Standing> {
        Standing::from_code(&self.standing)
    }
}

/// The tables of this feature.
#[must_use]
pub fn tables() -> Vec<TableCreateStatement> {
    let mut table = Table::create();
    table
        .table("booking")
        .col(ColumnDef::new("id").text().not_null().primary_key());
    for column in TEXT {
        table.col(ColumnDef::new(column).text());
    }
    table.col(ColumnDef::new("standing").text());
    table.col(ColumnDef::new("ticket").big_integer());
    let mut all = counters::tables();
    all.push(table);
    all
}

/// Their further indexes.
#[must_use]
pub fn indexes() -> Vec<IndexCreateStatement> {
    let index = |name: &str, table: &'static str, columns: &[&'static str]| {
        let mut index = Index::create();
        index.name(name).table(table);
        for column in columns {
            index.col(*column);
        }
        index
    };
    vec![
        index("counter_area", "counter", &["open", "area"]),
        index("booking_number", "booking", &["number"]),
        index("booking_resident", "booking", &["resident", "on_day"]),
        index("booking_day", "booking", &["on_day", "standing"]),
    ]
}

/// What of a resident's bookings goes when they are erased.
#[must_use]
pub fn forget(subject: ResidentId) -> Vec<Change> {
    vec![Change::Set {
        table: "booking",
        filter: vec![("resident", subject.to_string().into())],
        assign: vec![
            ("name", Value::String(None)),
            ("phone", Value::String(None)),
        ],
    }]
}

impl Feature for Days {
    const TOPIC: &'static str = "counterday";
    type State = Day;
    type Event = Event;

    fn write(_: &Day, event: &Event) -> Result<Parts, Fault> {
        event.write()
    }

    fn read(entry: &Recorded) -> Result<Event, FoldError> {
        Event::read(entry)
    }

    fn apply(state: &mut Day, stream: &StreamId, event: &Event, _: Meta<'_>) {
        state.apply(stream, event);
    }

    fn rows(before: &Day, after: &Day, rows: &mut Vec<Change>) {
        let (Some(counter), Some(date), Some(area)) = (after.counter, after.date, &after.area)
        else {
            return;
        };
        for (id, booking) in &after.bookings {
            let known = before.bookings.get(id);
            if known == Some(booking) {
                continue;
            }
            let moved = vec![
                ("standing", Value::from(booking.standing.code())),
                ("ticket", booking.ticket.map(i64::from).into()),
            ];
            if known.is_some() {
                // Only what changed: the name of somebody erased does not come back.
                rows.push(Change::Set {
                    table: "booking",
                    filter: vec![("id", id.to_string().into())],
                    assign: moved,
                });
                continue;
            }
            let contact = booking.contact.as_ref();
            let row = vec![
                ("id", id.to_string().into()),
                ("number", booking.booked.number.as_str().into()),
                ("counter", counter.to_string().into()),
                ("on_day", date.to_string().into()),
                ("slot", booking.booked.slot.to_string().into()),
                ("area", area.as_str().into()),
                ("street", street_path(area).into()),
                ("resident", booking.booked.resident.to_string().into()),
                ("service", booking.booked.service.as_str().into()),
                ("channel", booking.booked.channel.as_str().into()),
                ("name", contact.map(|contact| contact.name.clone()).into()),
                ("phone", contact.map(|contact| contact.phone.clone()).into()),
            ];
            rows.push(Change::Upsert {
                table: "booking",
                key: &["id"],
                row: [row, moved].concat(),
            });
        }
    }

    fn elsewhere(entry: &Recorded, rows: &mut Vec<Change>) {
        rows.extend(erased(entry).into_iter().flat_map(forget));
    }

    fn slim(state: &mut Day) {
        for booking in state.bookings.values_mut() {
            booking.contact = None;
        }
    }
}
