//! The sentences pages about bookings share.

use jiff::civil::{Date, Time};
use linli_community::Linli;
use linli_community::appointments::{Counter, Row, Standing};

use crate::Portal;
use crate::shell::Page;
use crate::shell::ui::{Tag, Tone};

/// 09:30
pub(super) fn clock(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// 2026年9月1日(周二) 09:30
pub(super) fn moment(page: &Page, day: Date, time: Time) -> String {
    format!("{} {}", page.date(day), clock(time))
}

/// `1234 5678`
pub(super) fn spoken(number: &str) -> String {
    match number.split_at_checked(4) {
        Some((head, tail)) => format!("{head} {tail}"),
        None => number.to_owned(),
    }
}

/// A012
pub(super) fn ticket(counter: &Counter, number: u16) -> String {
    let letter = counter.spec.as_ref().map_or('A', |spec| spec.letter);
    format!("{letter}{number:03}")
}

pub(super) fn name(counter: &Counter) -> String {
    counter
        .spec
        .as_ref()
        .map(|spec| spec.name.clone())
        .unwrap_or_default()
}

/// What the counter is called and where it is.
pub(super) fn place(linli: &Linli, counter: &Counter) -> String {
    let Some(spec) = &counter.spec else {
        return String::new();
    };
    format!("{} {}", linli.areas().full_name(&spec.area), spec.name)
}

/// Where a booking stands, in a coloured word.
pub(super) fn tag(page: &Page, standing: Standing) -> Tag {
    let tone = match standing {
        Standing::Booked | Standing::Waiting => Tone::Wait,
        Standing::Called => Tone::Plain,
        Standing::Served => Tone::Done,
        Standing::Cancelled => Tone::Quiet,
        Standing::Missed => Tone::Stop,
    };
    Tag::new(page.t(&format!("booking-{}", standing.code())), tone)
}

/// A booking as lines: when, where, for what.
pub(super) struct Shown {
    pub(super) number: String,
    pub(super) when: String,
    pub(super) place: String,
    pub(super) service: String,
    pub(super) ticket: String,
    pub(super) tag: Tag,
    pub(super) standing: Option<Standing>,
}

pub(super) async fn shown(
    portal: &Portal,
    page: &Page,
    row: &Row,
) -> Result<Shown, linli_kernel::Fault> {
    let counter = match row.counter() {
        Some(id) => Counter::clone(&*portal.linli.counter(id).await?),
        None => Counter::default(),
    };
    let when = row.day().zip(row.time());
    let taken = row.ticket.and_then(|number| u16::try_from(number).ok());
    Ok(Shown {
        number: spoken(&row.number),
        when: when
            .map(|(day, time)| moment(page, day, time))
            .unwrap_or_default(),
        place: place(&portal.linli, &counter),
        service: crate::desk::rows::service_name(page, &portal.linli, &row.service),
        ticket: taken
            .map(|number| ticket(&counter, number))
            .unwrap_or_default(),
        tag: tag(page, row.standing().unwrap_or(Standing::Booked)),
        standing: row.standing(),
    })
}
