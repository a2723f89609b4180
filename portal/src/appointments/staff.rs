//! The counters of an area, and one counter's day: who comes when, numbers, calling.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::civil::Date;
use linli_community::Problem;
use linli_community::appointments::{Called, Counter, CounterKind, Row, Standing, Ticket};
use linli_community::residents::mask;
use linli_kernel::gate::{Scope, Target, permits, scope};
use linli_kernel::{Action, Actor, Refusal};
use tower_sessions::Session;
use uuid::Uuid;

use super::words;
use crate::Portal;
use crate::desk::rows::service_name;
use crate::desk::{looks, trouble};
use crate::shell::ui::{Cell, Choice, Column, Link, Markup, Select, Table, Tag};
use crate::shell::{Fields, Page, Signed, Trouble, html};

#[derive(Template)]
#[template(path = "appointments/templates/counters.html")]
struct CountersPage {
    page: Page,
    table: Table,
    none: bool,
    opens: bool,
}

/// `GET /desk/counters`: the counters of the post's area, each with what is going on today.
pub(super) async fn list(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let today = portal.linli.clock().today();
    let counters = portal.linli.counters_of(&signed.actor).await?;
    let mut rows = Vec::new();
    for counter in &counters {
        rows.push(line(&portal, &page, counter, today).await?);
    }
    let keys = [
        "counters-name",
        "counters-kind",
        "counters-booked",
        "counters-waiting",
        "counters-served",
    ];
    html(&CountersPage {
        none: rows.is_empty(),
        table: Table {
            caption: page.t1("counters-caption", "n", rows.len()),
            columns: keys.map(|key| Column::new(page.t(key))).to_vec(),
            rows,
            ..Table::default()
        },
        opens: scope(&signed.actor, Action::CounterManage) != Scope::Nothing,
        page,
    })
}

async fn line(
    portal: &Portal,
    page: &Page,
    counter: &Counter,
    today: Date,
) -> Result<Vec<Cell>, Trouble> {
    let id = counter.id.unwrap_or_default();
    let day = portal.linli.day(id, today).await?;
    let booked = day
        .bookings
        .values()
        .filter(|one| one.standing == Standing::Booked)
        .count();
    let served = day
        .tickets
        .iter()
        .filter(|one| one.standing == Standing::Served)
        .count();
    let kind = counter
        .spec
        .as_ref()
        .map(|spec| spec.kind.code())
        .unwrap_or_default();
    Ok(vec![
        Cell::link(
            words::place(&portal.linli, counter),
            format!("/desk/counters/{id}"),
        ),
        Cell::text(page.t(&format!("counter-{kind}"))),
        Cell::text(booked.to_string()),
        Cell::text(day.waiting().to_string()),
        Cell::text(served.to_string()),
    ])
}

/// Somebody who booked.
struct Coming {
    id: String,
    when: String,
    who: String,
    number: String,
    service: String,
    tag: Tag,
    ticket: String,
    /// Whether a number can be given.
    takes: bool,
}

/// A number that was called.
struct AtDesk {
    number: u16,
    ticket: String,
    desk: u8,
    who: String,
    service: String,
}

#[derive(Template)]
#[template(path = "appointments/templates/day.html")]
struct DayPage {
    page: Page,
    id: Uuid,
    name: String,
    day: String,
    coming: Vec<Coming>,
    called: Vec<AtDesk>,
    waiting: Vec<String>,
    services: Markup,
    desk: String,
    serves: bool,
    manages: bool,
    /// Whether people come here, and may come without a booking.
    comes: bool,
}

/// `GET /desk/counters/{counter}`.
pub(super) async fn day(
    State(portal): State<Portal>,
    Path(counter): Path<Uuid>,
    page: Page,
    signed: Signed,
    session: Session,
) -> Result<Response, Trouble> {
    let known = entered(&portal, &signed.actor, counter).await?;
    let linli = &portal.linli;
    let today = linli.clock().today();
    let day = linli.day(counter, today).await?;
    let may = |action| scope(&signed.actor, action) != Scope::Nothing;
    let serves = may(Action::AppointmentServe);
    let rows = if serves {
        linli
            .bookings_of_day(&signed.actor, counter, today)
            .await
            .map_err(trouble)?
    } else {
        Vec::new()
    };
    let mut waiting: Vec<&Ticket> = day
        .tickets
        .iter()
        .filter(|one| one.standing == Standing::Waiting)
        .collect();
    waiting.sort_by_key(|one| (one.slot.is_none(), one.slot, one.number));
    let called = day
        .tickets
        .iter()
        .filter(|one| one.standing == Standing::Called);
    let desk: Option<u8> = session.get("desk-number").await?;
    html(&DayPage {
        id: counter,
        name: words::place(linli, &known),
        day: page.date(today),
        coming: rows
            .iter()
            .map(|row| coming(&portal, &page, &known, row))
            .collect(),
        called: called
            .map(|one| at_desk(&portal, &page, &known, one, &rows))
            .collect(),
        waiting: waiting
            .iter()
            .map(|one| words::ticket(&known, one.number))
            .collect(),
        services: services(&portal, &page, &known),
        desk: desk.unwrap_or(1).to_string(),
        serves,
        comes: known
            .spec
            .as_ref()
            .is_some_and(|spec| spec.kind == CounterKind::Window),
        manages: may(Action::CounterManage),
        page,
    })
}

fn coming(portal: &Portal, page: &Page, counter: &Counter, row: &Row) -> Coming {
    let standing = row.standing().unwrap_or(Standing::Booked);
    let ticket = row.ticket.and_then(|number| u16::try_from(number).ok());
    Coming {
        id: row.id.clone(),
        when: row.time().map(words::clock).unwrap_or_default(),
        who: mask::name(row.name.as_deref().unwrap_or_default()),
        number: words::spoken(&row.number),
        service: service_name(page, &portal.linli, &row.service),
        tag: words::tag(page, standing),
        ticket: ticket
            .map(|number| words::ticket(counter, number))
            .unwrap_or_default(),
        takes: matches!(standing, Standing::Booked | Standing::Missed),
    }
}

fn at_desk(portal: &Portal, page: &Page, counter: &Counter, one: &Ticket, rows: &[Row]) -> AtDesk {
    let booking = one.booking.map(|id| id.to_string());
    let row = rows.iter().find(|row| Some(&row.id) == booking.as_ref());
    AtDesk {
        number: one.number,
        ticket: words::ticket(counter, one.number),
        desk: one.desk.unwrap_or(1),
        who: row
            .and_then(|row| row.name.as_deref())
            .map(mask::name)
            .unwrap_or_default(),
        service: service_name(page, &portal.linli, &one.service),
    }
}

/// The services that the counter takes, to choose from for who comes without a booking.
fn services(portal: &Portal, page: &Page, counter: &Counter) -> Markup {
    let today = portal.linli.clock().today();
    let services = portal.linli.catalogue().services_on(today);
    let takes = |id: &str| counter.spec.as_ref().is_some_and(|spec| spec.takes(id));
    let choices = services.filter(|one| takes(&one.id));
    Markup::of(&Select {
        name: "service".to_owned(),
        label: page.t("counters-service"),
        choices: choices
            .map(|one| Choice::new(&one.id, one.names.in_lang(page.lang.tag())))
            .collect(),
        ..Select::default()
    })
}

/// `POST /desk/counters/{counter}/take`: 取号.
pub(super) async fn take(
    State(portal): State<Portal>,
    Path(counter): Path<Uuid>,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let known = entered(&portal, &signed.actor, counter).await?;
    let booking = sent.given("booking").map(str::parse).transpose();
    let booking = booking.map_err(|_bad| Trouble::NotFound)?;
    let call = signed.call(&sent)?;
    let taken = portal
        .linli
        .take_number(call, counter, booking, sent.text("service"));
    let ticket = words::ticket(&known, Box::pin(taken).await.map_err(trouble)?);
    looks::flash(&session, "counters-taken", &[("ticket", &ticket)]).await?;
    Ok(Redirect::to(&format!("/desk/counters/{counter}")).into_response())
}

/// `POST /desk/counters/{counter}/call`: the next one, or what became of one who was called.
pub(super) async fn call(
    State(portal): State<Portal>,
    Path(counter): Path<Uuid>,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    entered(&portal, &signed.actor, counter).await?;
    let ticket = || {
        sent.text("ticket")
            .parse::<u16>()
            .map_err(|_bad| Trouble::NotFound)
    };
    let what = match sent.text("what") {
        "served" => Called::Served(ticket()?),
        "missed" => Called::Missed(ticket()?),
        _ => {
            let desk: u8 = sent.digits("desk").parse().unwrap_or(1);
            session.insert("desk-number", desk).await?;
            Called::Next(desk)
        }
    };
    let done = portal.linli.call_number(signed.call(&sent)?, counter, what);
    match Box::pin(done).await {
        Ok(()) => {}
        // Two desks may press at once: whoever was later sees the day as it is.
        Err(Problem::Refused(refusals)) if refusals.iter().all(is_late) => {
            looks::flash(&session, "counters-nobody", &[]).await?;
        }
        Err(problem) => return Err(trouble(problem)),
    }
    Ok(Redirect::to(&format!("/desk/counters/{counter}")).into_response())
}

fn is_late(refusal: &Refusal) -> bool {
    matches!(
        refusal.code.as_str(),
        "appointments.nobody-waits" | "appointments.not-called"
    )
}

/// The counter, for whoever may call at it or manage it.
pub(super) async fn entered(
    portal: &Portal,
    actor: &Actor,
    counter: Uuid,
) -> Result<Counter, Trouble> {
    let known = portal.linli.counter(counter).await?;
    let spec = known.spec.as_ref().ok_or(Trouble::NotFound)?;
    let target = Target {
        area: &spec.area,
        subject: None,
    };
    let serves = permits(actor, Action::AppointmentServe, target);
    if serves.is_err() {
        permits(actor, Action::CounterManage, target)?;
    }
    Ok(Counter::clone(&known))
}

/// The way back to the list.
pub(super) fn to_list(page: &Page) -> Link {
    Link::new(page.t("counters-title"), "/desk/counters")
}
