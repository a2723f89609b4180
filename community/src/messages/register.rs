//! The registers: one row a message, one row a resident's choice.

use jiff::Timestamp;
use linli_journal::{Change, FoldError, Recorded};
use linli_kernel::{CaseId, Fault, ResidentId, StreamId};
use sea_orm::sea_query::{ColumnDef, Index, IndexCreateStatement, Table, TableCreateStatement};
use sea_orm::{FromQueryResult, Value};

use super::events::{ChannelChosen, Event};
use super::matter::Matter;
use super::state::{Choice, Message};
use crate::feature::{Feature, Meta, Parts};
use crate::places::street_path;

/// 消息 as a feature: one stream a message, `message/…`.
#[derive(Debug, Clone, Copy)]
pub struct Messages;

/// 选择 as a feature: one stream a resident, `message-choice/…`.
#[derive(Debug, Clone, Copy)]
pub struct Choices;

/// A row of the register.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Row {
    /// The key of its stream.
    pub id: String,
    /// To whom.
    pub resident: String,
    /// The area it belongs to.
    pub area: String,
    /// What about, as JSON.
    pub about: String,
    /// The kind of what happened.
    pub on_kind: String,
    /// The day it names.
    pub on_day: Option<String>,
    /// How it goes: [`super::Channel::code`].
    pub channel: String,
    /// Where it stands: [`Standing::code`](super::Standing::code).
    pub standing: String,
    /// How often it was tried.
    pub tries: i64,
    /// When it was made, in microseconds.
    pub made_at: i64,
    /// By when a call is made or a letter brought.
    pub due: Option<String>,
    /// When it was read, in microseconds.
    pub read_at: Option<i64>,
}

impl Row {
    /// To whom.
    #[must_use]
    pub fn resident(&self) -> Option<ResidentId> {
        self.resident.parse().ok()
    }

    /// What about.
    #[must_use]
    pub fn about(&self) -> Option<Matter> {
        serde_json::from_str(&self.about).ok()
    }

    /// About which case.
    #[must_use]
    pub fn case(&self) -> Option<CaseId> {
        self.about()?.case()
    }

    /// When it was made.
    #[must_use]
    pub fn made_at(&self) -> Timestamp {
        Timestamp::from_microsecond(self.made_at).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// By when a call is made or a letter brought.
    #[must_use]
    pub fn due(&self) -> Option<jiff::civil::Date> {
        self.due.as_deref()?.parse().ok()
    }
}

const TEXT: [&str; 9] = [
    "resident", "area", "street", "about", "on_kind", "on_day", "channel", "standing", "due",
];
const NUMBERS: [&str; 4] = ["tries", "made_at", "not_before", "read_at"];

/// The tables of this feature.
#[must_use]
pub fn tables() -> Vec<TableCreateStatement> {
    let mut messages = Table::create();
    messages
        .table("message")
        .col(ColumnDef::new("id").text().not_null().primary_key());
    for column in TEXT {
        messages.col(ColumnDef::new(column).text());
    }
    for column in NUMBERS {
        messages.col(ColumnDef::new(column).big_integer());
    }
    let mut choices = Table::create();
    choices
        .table("message_choice")
        .col(ColumnDef::new("resident").text().not_null().primary_key())
        .col(ColumnDef::new("channel").text().not_null());
    vec![messages, choices]
}

/// Their further indexes.
#[must_use]
pub fn indexes() -> Vec<IndexCreateStatement> {
    let index = |name: &str, columns: &[&'static str]| {
        let mut index = Index::create();
        index.name(name).table("message");
        for column in columns {
            index.col(*column);
        }
        index
    };
    vec![
        index("message_resident", &["resident", "made_at"]),
        index("message_waiting", &["standing", "channel", "not_before"]),
        index("message_place", &["standing", "street", "area", "due"]),
    ]
}

impl Feature for Messages {
    const TOPIC: &'static str = "message";
    type State = (Option<String>, Message, i64);
    type Event = Event;

    fn write(_: &Self::State, event: &Event) -> Result<Parts, Fault> {
        event.write()
    }

    fn read(entry: &Recorded) -> Result<Event, FoldError> {
        Event::read(entry)
    }

    fn apply(state: &mut Self::State, stream: &StreamId, event: &Event, meta: Meta<'_>) {
        if state.0.is_none() {
            state.0 = Some(stream.key().to_owned());
            state.2 = meta.at.as_microsecond();
        }
        state.1.apply(event, meta.at);
    }

    fn rows(before: &Self::State, after: &Self::State, rows: &mut Vec<Change>) {
        let (Some(id), message, made_at) = after else {
            return;
        };
        let (Some(made), Some(area)) = (&message.made, &message.area) else {
            return;
        };
        let micros = |at: Option<Timestamp>| Value::BigInt(at.map(Timestamp::as_microsecond));
        let day = |day: Option<jiff::civil::Date>| Value::from(day.map(|day| day.to_string()));
        let channel = message.channel.unwrap_or(made.channel);
        let moved = vec![
            ("channel", channel.code().into()),
            ("standing", message.standing.code().into()),
            ("due", day(message.due)),
            ("tries", i64::from(message.tries).into()),
            ("not_before", micros(message.not_before)),
            ("read_at", micros(message.read_at)),
        ];
        if before.0.is_some() {
            // Only what changed: the place may have moved along with its committee.
            rows.push(Change::Set {
                table: "message",
                filter: vec![("id", id.as_str().into())],
                assign: moved,
            });
            return;
        }
        let about = serde_json::to_string(&made.about).unwrap_or_default();
        let row = vec![
            ("id", id.as_str().into()),
            ("resident", made.resident.to_string().into()),
            ("area", area.as_str().into()),
            ("street", street_path(area).into()),
            ("about", about.into()),
            ("on_kind", made.on.as_str().into()),
            ("on_day", day(made.date)),
            ("made_at", (*made_at).into()),
        ];
        rows.push(Change::Upsert {
            table: "message",
            key: &["id"],
            row: [row, moved].concat(),
        });
    }
}

impl Feature for Choices {
    const TOPIC: &'static str = "message-choice";
    type State = (Option<String>, Choice);
    type Event = ChannelChosen;

    fn write((resident, _): &Self::State, event: &ChannelChosen) -> Result<Parts, Fault> {
        let resident = resident.as_deref().and_then(|id| id.parse().ok());
        let missing = || Fault::Damaged("a choice of nobody".to_owned());
        event.write(resident.ok_or_else(missing)?)
    }

    fn read(entry: &Recorded) -> Result<ChannelChosen, FoldError> {
        ChannelChosen::read(entry)
    }

    fn apply(state: &mut Self::State, stream: &StreamId, event: &Self::Event, _: Meta<'_>) {
        state.0 = Some(stream.key().to_owned());
        state.1.channel = Some(event.channel);
        state.1.address.clone_from(&event.address);
    }

    fn rows(_: &Self::State, after: &Self::State, rows: &mut Vec<Change>) {
        if let (Some(resident), Some(channel)) = (&after.0, after.1.channel) {
            rows.push(Change::Upsert {
                table: "message_choice",
                key: &["resident"],
                row: vec![
                    ("resident", resident.as_str().into()),
                    ("channel", channel.code().into()),
                ],
            });
        }
    }
}
