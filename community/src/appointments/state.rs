//! What the events of a counter's day add up to: its bookings and its queue.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};
use linli_kernel::{AreaPath, ResidentId, StreamId};
use uuid::Uuid;

use super::events::{Booked, Contact, Event};

/// Where a booking or a number stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// 已预约: a seat is kept.
    Booked,
    /// 已取消
    Cancelled,
    /// 等候: a number was taken.
    Waiting,
    /// 正在办: called to a desk.
    Called,
    /// 已办好
    Served,
    /// 过号 or 未到: called or awaited, and not there.
    Missed,
}

impl Standing {
    /// Its name in the register and in message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::Cancelled => "cancelled",
            Self::Waiting => "waiting",
            Self::Called => "called",
            Self::Served => "served",
            Self::Missed => "missed",
        }
    }

    /// The standing with this [`code`](Self::code).
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [
            Self::Booked,
            Self::Cancelled,
            Self::Waiting,
            Self::Called,
            Self::Served,
            Self::Missed,
        ]
        .into_iter()
        .find(|one| one.code() == code)
    }
}

/// A booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booking {
    /// What was booked.
    pub booked: Booked,
    /// How somebody is reached; `None` after erasure.
    pub contact: Option<Contact>,
    /// Where it stands.
    pub standing: Standing,
    /// The number taken on arrival.
    pub ticket: Option<u16>,
}

/// A number of the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The number.
    pub number: u16,
    /// The booking it is for.
    pub booking: Option<Uuid>,
    /// The time that was booked: who has one is called before who comes by.
    pub slot: Option<Time>,
    /// For what.
    pub service: String,
    /// Where it stands.
    pub standing: Standing,
    /// The desk it was called to.
    pub desk: Option<u8>,
}

/// A counter's day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Day {
    /// The counter; `None` before anything happened.
    pub counter: Option<Uuid>,
    /// The day.
    pub date: Option<Date>,
    /// The counter's area.
    pub area: Option<AreaPath>,
    /// The bookings, by id.
    pub bookings: BTreeMap<Uuid, Booking>,
    /// The numbers, in the order they were taken.
    pub tickets: Vec<Ticket>,
    /// The number called last.
    pub last_called: Option<u16>,
}

/// The stream of `counter`'s `day`.
#[must_use]
pub(crate) fn stream(counter: Uuid, day: Date) -> StreamId {
    StreamId::new("counterday", format!("{counter}.{day}"))
}

impl Day {
    /// How many seats of `slot` are given.
    #[must_use]
    pub fn given(&self, slot: Time) -> usize {
        let holds = |one: &&Booking| one.booked.slot == slot && one.standing != Standing::Cancelled;
        self.bookings.values().filter(holds).count()
    }

    /// Whether `resident` has a booking that is still to be served.
    #[must_use]
    pub fn awaits(&self, resident: ResidentId) -> bool {
        let open = |one: &Booking| {
            one.booked.resident == resident
                && matches!(
                    one.standing,
                    Standing::Booked | Standing::Waiting | Standing::Called
                )
        };
        self.bookings.values().any(open)
    }

    /// The number with this place in the queue.
    #[must_use]
    pub fn ticket(&self, number: u16) -> Option<&Ticket> {
        self.tickets.iter().find(|one| one.number == number)
    }

    /// Who is called next: of those waiting, first who booked a time, the earliest first, then who
    /// came by, in the order they came.
    #[must_use]
    pub fn next(&self) -> Option<&Ticket> {
        let waiting = self
            .tickets
            .iter()
            .filter(|one| one.standing == Standing::Waiting);
        waiting.min_by_key(|one| (one.slot.is_none(), one.slot, one.number))
    }

    /// How many wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let waiting = |one: &&Ticket| one.standing == Standing::Waiting;
        self.tickets.iter().filter(waiting).count()
    }

    pub(super) fn apply(&mut self, stream: &StreamId, event: &Event) {
        if let Some((counter, date)) = stream.key().split_once('.') {
            self.counter = counter.parse().ok();
            self.date = date.parse().ok();
        }
        match event {
            Event::Booked(booked, contact, area) => {
                self.area = Some(area.clone());
                let booking = Booking {
                    booked: booked.clone(),
                    contact: contact.clone(),
                    standing: Standing::Booked,
                    ticket: None,
                };
                self.bookings.insert(booked.booking, booking);
            }
            Event::Cancelled(booking, _) => self.stands(*booking, Standing::Cancelled),
            Event::NoShow(booking, _) => self.stands(*booking, Standing::Missed),
            Event::Taken(taken, area) => {
                self.area = Some(area.clone());
                let mut slot = None;
                if let Some(booking) = taken.booking.and_then(|id| self.bookings.get_mut(&id)) {
                    booking.ticket = Some(taken.ticket);
                    booking.standing = Standing::Waiting;
                    slot = Some(booking.booked.slot);
                }
                self.tickets.push(Ticket {
                    number: taken.ticket,
                    booking: taken.booking,
                    slot,
                    service: taken.service.clone(),
                    standing: Standing::Waiting,
                    desk: None,
                });
            }
            Event::Called(ticket, desk, _) => {
                self.last_called = Some(*ticket);
                self.moves(*ticket, Standing::Called, Some(*desk));
            }
            Event::Served(ticket, _) => self.moves(*ticket, Standing::Served, None),
            Event::Missed(ticket, _) => self.moves(*ticket, Standing::Missed, None),
        }
    }

    fn stands(&mut self, booking: Uuid, standing: Standing) {
        if let Some(booking) = self.bookings.get_mut(&booking) {
            booking.standing = standing;
        }
    }

    fn moves(&mut self, number: u16, standing: Standing, desk: Option<u8>) {
        let found = self.tickets.iter_mut().find(|one| one.number == number);
        let Some(ticket) = found else { return };
        ticket.standing = standing;
        ticket.desk = desk.or(ticket.desk);
        if let Some(booking) = ticket.booking {
            self.stands(booking, standing);
        }
    }
}
