//! What may happen on a counter's day. Pure: values in, events or refusals out.

use jiff::civil::{Date, DateTime, Time};
use linli_kernel::gate::{Target, permits};
use linli_kernel::{Action, Actor, AreaPath, Refusal, ResidentId};
use uuid::Uuid;

use super::counters::{Counter, CounterKind, Spec};
use super::events::{Booked, Contact, Event, Taken};
use super::state::{Booking, Day, Standing};

/// Every refusal of this feature, for the check that each is worded.
pub const REFUSALS: &[&str] = &[
    "appointments.address-missing",
    "appointments.already-booked",
    "appointments.area-wrong",
    "appointments.booking-unknown",
    "appointments.counter-closed",
    "appointments.day-closed",
    "appointments.full",
    "appointments.hours-wrong",
    "appointments.kept-elsewhere",
    "appointments.letter-wrong",
    "appointments.name-wrong",
    "appointments.nobody-waits",
    "appointments.not-called",
    "appointments.not-elsewhere",
    "appointments.not-now",
    "appointments.not-this-service",
    "appointments.not-today",
    "appointments.number-and-phone-differ",
    "appointments.seats-wrong",
    "appointments.slot-unknown",
    "appointments.slot-wrong",
    "appointments.too-far",
    "appointments.too-late",
];

/// How many days ahead one may book.
pub(super) const DAYS_AHEAD: i32 = 14;
/// The most numbers of a day.
const MOST_NUMBERS: u16 = 9_999;

/// The moment in which something is decided.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// Now, in Shanghai.
    pub now: DateTime,
    /// Who acts.
    pub actor: &'a Actor,
    /// Whether the day is a working day; `None` when its year has no calendar.
    pub works: Option<bool>,
}

/// A wish for a seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What is to be booked.
    pub booked: Booked,
    /// How the resident is reached.
    pub contact: Contact,
    /// Where the resident lives.
    pub home: AreaPath,
}

/// Gives a seat, or says every rule that stands against it.
pub(super) fn book(
    day: &Day,
    date: Date,
    counter: &Counter,
    wanted: &Wanted,
    moment: Moment<'_>,
) -> Result<Event, Vec<Refusal>> {
    let spec = open_spec(counter)?;
    may_book(moment.actor, &wanted.home, wanted.booked.resident)?;
    let booked = &wanted.booked;
    let visited = spec.kind == CounterKind::Visit;
    let has_address = !wanted.contact.address.trim().is_empty();
    let has_room = day.given(booked.slot) < usize::from(spec.seats);
    let begins = date.to_datetime(booked.slot);
    let ahead = days_ahead(moment.now.date(), date);
    let rules = [
        (spec.area.contains(&wanted.home), "not-elsewhere", "counter"),
        (spec.takes(&booked.service), "not-this-service", "service"),
        (!visited || has_address, "address-missing", "address"),
        (moment.works == Some(true), "day-closed", "slot"),
        (spec.slots().contains(&booked.slot), "slot-unknown", "slot"),
        (begins > moment.now, "too-late", "slot"),
        (ahead <= DAYS_AHEAD, "too-far", "slot"),
        (has_room, "full", "slot"),
        (!day.awaits(booked.resident), "already-booked", "slot"),
    ];
    let broken = rules.into_iter().filter(|(holds, ..)| !holds);
    let wrong: Vec<Refusal> = broken
        .map(|(_, code, field)| Refusal::new(&format!("appointments.{code}")).on(field))
        .collect();
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let (contact, area) = (wanted.contact.clone(), spec.area.clone());
    Ok(Event::Booked(booked.clone(), Some(contact), area))
}

fn days_ahead(today: Date, date: Date) -> i32 {
    let span = today.until(date);
    span.map_or(i32::MAX, |span| span.get_days())
}

/// Gives a seat back.
pub(super) fn cancel(
    day: &Day,
    booking: Uuid,
    home: &AreaPath,
    moment: Moment<'_>,
) -> Result<Event, Vec<Refusal>> {
    let found = find(day, booking)?;
    may_book(moment.actor, home, found.booked.resident)?;
    if found.standing != Standing::Booked {
        return Err(vec![Refusal::new("appointments.not-now")]);
    }
    Ok(Event::Cancelled(booking, area_of(day)?))
}

/// 取号: a number for a booking, or for who comes by.
pub(super) fn take(
    day: &Day,
    date: Date,
    counter: &Counter,
    booking: Option<Uuid>,
    service: &str,
    moment: Moment<'_>,
) -> Result<Event, Vec<Refusal>> {
    let spec = open_spec(counter)?;
    may_serve(moment.actor, &spec.area)?;
    if date != moment.now.date() {
        return Err(vec![Refusal::new("appointments.not-today")]);
    }
    let mut service = service.to_owned();
    if let Some(id) = booking {
        let found = find(day, id)?;
        // Called and not there: a number may be taken anew, unless another time was booked since.
        match found.standing {
            Standing::Booked => {}
            Standing::Missed if day.awaits(found.booked.resident) => {
                return Err(vec![Refusal::new("appointments.already-booked")]);
            }
            Standing::Missed => {}
            _ => return Err(vec![Refusal::new("appointments.not-now")]),
        }
        service.clone_from(&found.booked.service);
    }
    let last = day.tickets.iter().map(|one| one.number).max().unwrap_or(0);
    if last >= MOST_NUMBERS {
        return Err(vec![Refusal::new("appointments.full")]);
    }
    let taken = Taken {
        ticket: last + 1,
        booking,
        service,
    };
    Ok(Event::Taken(taken, spec.area.clone()))
}

/// 叫号: the next who waits, to a desk.
pub(super) fn call(day: &Day, desk: u8, moment: Moment<'_>) -> Result<Event, Vec<Refusal>> {
    let area = serving(day, moment)?;
    let nobody = || vec![Refusal::new("appointments.nobody-waits")];
    let next = day.next().ok_or_else(nobody)?;
    Ok(Event::Called(next.number, desk.clamp(1, 99), area))
}

/// What became of a number that was called.
pub(super) fn finish(
    day: &Day,
    ticket: u16,
    came: bool,
    moment: Moment<'_>,
) -> Result<Event, Vec<Refusal>> {
    let area = serving(day, moment)?;
    let called = day
        .ticket(ticket)
        .is_some_and(|one| one.standing == Standing::Called);
    if !called {
        return Err(vec![Refusal::new("appointments.not-called")]);
    }
    Ok(if came {
        Event::Served(ticket, area)
    } else {
        Event::Missed(ticket, area)
    })
}

/// 未到: bookings of a day that is over to which nobody came.
pub(super) fn sweep(day: &Day, today: Date) -> Vec<Event> {
    let (Some(date), Some(area)) = (day.date, &day.area) else {
        return Vec::new();
    };
    if date >= today {
        return Vec::new();
    }
    let left = day
        .bookings
        .values()
        .filter(|one| one.standing == Standing::Booked);
    left.map(|one| Event::NoShow(one.booked.booking, area.clone()))
        .collect()
}

fn open_spec(counter: &Counter) -> Result<&Spec, Vec<Refusal>> {
    let closed = || vec![Refusal::new("appointments.counter-closed").on("counter")];
    counter
        .spec
        .as_ref()
        .filter(|_| counter.open)
        .ok_or_else(closed)
}

fn find(day: &Day, booking: Uuid) -> Result<&Booking, Vec<Refusal>> {
    let unknown = || vec![Refusal::new("appointments.booking-unknown")];
    day.bookings.get(&booking).ok_or_else(unknown)
}

fn area_of(day: &Day) -> Result<AreaPath, Vec<Refusal>> {
    let unknown = || vec![Refusal::new("appointments.booking-unknown")];
    day.area.clone().ok_or_else(unknown)
}

fn serving(day: &Day, moment: Moment<'_>) -> Result<AreaPath, Vec<Refusal>> {
    let nobody = || vec![Refusal::new("appointments.nobody-waits")];
    let area = day.area.clone().ok_or_else(nobody)?;
    may_serve(moment.actor, &area)?;
    Ok(area)
}

/// A booking is somebody's own affair, or that of staff where they live.
pub(super) fn may_book(
    actor: &Actor,
    home: &AreaPath,
    resident: ResidentId,
) -> Result<(), Vec<Refusal>> {
    let target = Target {
        area: home,
        subject: Some(resident),
    };
    permits(actor, Action::AppointmentBook, target).map_err(|no| vec![no])
}

pub(super) fn may_serve(actor: &Actor, area: &AreaPath) -> Result<(), Vec<Refusal>> {
    let target = Target {
        area,
        subject: None,
    };
    permits(actor, Action::AppointmentServe, target).map_err(|no| vec![no])
}

/// A time as it is kept: whole minutes.
pub(super) fn is_whole(time: Time) -> bool {
    time.second() == 0 && time.subsec_nanosecond() == 0
}
