//! Booking: the counter, the day, then the time; for oneself, with a mandate, or by staff for a caller.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::civil::{Date, Time};
use linli_community::appointments::{Contact, Counter, CounterKind, Wish};
use linli_community::{Call, Problem};
use linli_kernel::{Actor, AreaPath, Refusal, ResidentId};
use tower_sessions::Session;
use uuid::Uuid;

use super::words;
use crate::Portal;
use crate::apply::whom;
use crate::desk::fields::{Choice, Field, Kind, draw, refill};
use crate::desk::trouble;
use crate::desk::typed::Typed;
use crate::progress::words::tell;
use crate::shell::ui::{self, Link, Markup};
use crate::shell::{Fields, Page, Query, Signed, Trouble, html, invalid};

#[derive(Template)]
#[template(path = "appointments/templates/book.html")]
struct BookPage {
    page: Page,
    back: Link,
    acting: String,
    heading: String,
    lead: String,
    links: Vec<Link>,
    parts: Vec<Markup>,
    hidden: Vec<(&'static str, String)>,
    action: String,
}

/// For whom a seat is booked, and from where.
struct Asking {
    actor: Actor,
    subject: ResidentId,
    home: AreaPath,
    name: String,
    phone: String,
    address: String,
    channel: &'static str,
    /// The address of the pages: `/book`, or that of staff.
    at: String,
    /// Where one goes when it is booked.
    after: String,
    acting: String,
}

/// What was chosen so far.
struct Chosen {
    service: String,
    counter: Option<Uuid>,
    day: Option<Date>,
    /// The booking that is moved.
    moves: Option<Uuid>,
    whom: String,
}

impl Chosen {
    fn of(get: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            service: get("service").unwrap_or_default(),
            counter: get("counter").and_then(|id| id.parse().ok()),
            day: get("day").and_then(|day| day.parse().ok()),
            moves: get("move").and_then(|id| id.parse().ok()),
            whom: get("for").unwrap_or_default(),
        }
    }

    fn query(query: &Query) -> Self {
        Self::of(|name| query.get(name).map(str::to_owned))
    }

    fn form(sent: &Fields) -> Self {
        Self::of(|name| sent.given(name).map(str::to_owned))
    }

    fn hidden(&self) -> Vec<(&'static str, String)> {
        let text = |value: Option<String>| value.unwrap_or_default();
        vec![
            ("service", self.service.clone()),
            ("counter", text(self.counter.map(|id| id.to_string()))),
            ("day", text(self.day.map(|day| day.to_string()))),
            ("move", text(self.moves.map(|id| id.to_string()))),
            ("for", self.whom.clone()),
        ]
    }
}

/// `GET /book`.
pub(super) async fn own(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let chosen = Chosen::query(&page.query);
    let asking = asking_own(&portal, &page, &signed, &chosen).await?;
    show(&portal, page, &asking, &chosen, None).await
}

/// `POST /book`.
pub(super) async fn book_own(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let chosen = Chosen::form(&sent);
    let asking = asking_own(&portal, &page, &signed, &chosen).await?;
    book(&portal, page, &session, &asking, &chosen, &sent).await
}

/// `GET /desk/book/{resident}`: for a caller, or for who stands at the counter.
pub(super) async fn other(
    State(portal): State<Portal>,
    Path(resident): Path<ResidentId>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let asking = asking_other(&portal, &page, &signed, resident).await?;
    let chosen = Chosen::query(&page.query);
    show(&portal, page, &asking, &chosen, None).await
}

/// `POST /desk/book/{resident}`.
pub(super) async fn book_other(
    State(portal): State<Portal>,
    Path(resident): Path<ResidentId>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let asking = asking_other(&portal, &page, &signed, resident).await?;
    book(
        &portal,
        page,
        &session,
        &asking,
        &Chosen::form(&sent),
        &sent,
    )
    .await
}

async fn asking_own(
    portal: &Portal,
    page: &Page,
    signed: &Signed,
    chosen: &Chosen,
) -> Result<Asking, Trouble> {
    let whom = whom::find(portal, signed, Some(chosen.whom.as_str())).await?;
    let known = whom::resident(portal, whom.subject).await?;
    let text = |field: &str| known.text(field).unwrap_or_default().to_owned();
    Ok(Asking {
        acting: whom.acting(page),
        subject: whom.subject,
        home: whom.area.clone(),
        name: whom.name.clone(),
        phone: text("person.phone"),
        address: text("person.address"),
        channel: if page.is_kiosk() { "kiosk" } else { "online" },
        at: "/book".to_owned(),
        after: "/my/appointments".to_owned(),
        actor: whom.actor,
    })
}

/// Staff book for whom they may list; telephone and address are asked, as the record stays masked.
async fn asking_other(
    portal: &Portal,
    page: &Page,
    signed: &Signed,
    resident: ResidentId,
) -> Result<Asking, Trouble> {
    let row = portal
        .linli
        .resident_row(&signed.actor, resident)
        .await
        .map_err(trouble)?;
    let known = whom::resident(portal, resident).await?;
    Ok(Asking {
        actor: signed.actor.clone(),
        subject: resident,
        home: row.area,
        name: known.text("person.name").unwrap_or_default().to_owned(),
        phone: String::new(),
        address: String::new(),
        channel: "phone",
        at: format!("/desk/book/{resident}"),
        after: format!("/desk/residents/{resident}"),
        acting: page.t1("intake-acting", "name", &row.name),
    })
}

/// The next step: the service, the counter, the day, or the time.
async fn show(
    portal: &Portal,
    page: Page,
    asking: &Asking,
    chosen: &Chosen,
    typed: Option<(Typed, Vec<Refusal>)>,
) -> Result<Response, Trouble> {
    let linli = &portal.linli;
    let counters = linli
        .counters_for(&asking.home, Some(&chosen.service))
        .await?;
    let counter = chosen
        .counter
        .and_then(|id| counters.iter().find(|one| one.id == Some(id)));
    let mut shown = BookPage {
        back: Link::new(page.t("back"), back(asking, chosen)),
        acting: asking.acting.clone(),
        heading: page.t("book-counter"),
        lead: String::new(),
        links: Vec::new(),
        parts: Vec::new(),
        hidden: Vec::new(),
        action: asking.at.clone(),
        page,
    };
    match (counter, chosen.day) {
        _ if chosen.service.is_empty() => service_step(portal, &mut shown),
        (None, _) => counter_step(portal, &mut shown, &counters),
        (Some(counter), None) => day_step(portal, &mut shown, counter).await?,
        (Some(counter), Some(day)) => {
            time_step(portal, &mut shown, asking, chosen, (counter, day), typed).await?;
        }
    }
    if shown.page.problems.is_empty() {
        html(&shown)
    } else {
        invalid(&shown)
    }
}

fn back(asking: &Asking, chosen: &Chosen) -> String {
    if asking.channel == "phone" {
        return asking.after.clone();
    }
    match chosen.service.as_str() {
        "" => "/my/appointments".to_owned(),
        service => format!("/services/{service}"),
    }
}

fn service_step(portal: &Portal, shown: &mut BookPage) {
    let page = &shown.page;
    shown.heading = page.t("book-service");
    let today = portal.linli.clock().today();
    for service in portal.linli.catalogue().services_on(today) {
        let name = service.names.in_lang(page.lang.tag());
        shown
            .links
            .push(Link::new(name, page.query.with("service", &service.id)));
    }
}

fn counter_step(portal: &Portal, shown: &mut BookPage, counters: &[Counter]) {
    let page = &shown.page;
    for counter in counters {
        let (Some(id), Some(spec)) = (counter.id, &counter.spec) else {
            continue;
        };
        let kind = page.t(&format!("counter-{}", spec.kind.code()));
        let text = format!("{kind} · {}", words::place(&portal.linli, counter));
        shown
            .links
            .push(Link::new(text, page.query.with("counter", &id.to_string())));
    }
    if counters.is_empty() {
        shown.lead = page.t1("book-no-counter", "phone", page.phone());
    }
}

async fn day_step(portal: &Portal, shown: &mut BookPage, counter: &Counter) -> Result<(), Trouble> {
    let page = &shown.page;
    shown.heading = page.t1("book-day", "name", words::name(counter));
    let id = counter.id.unwrap_or_default();
    for day in portal.linli.bookable_days() {
        let free = portal.linli.free_slots(id, day).await?;
        let left: usize = free.iter().map(|one| one.left).sum();
        if left > 0 {
            let text = page.ta(
                "book-day-left",
                &[("day", &page.date(day)), ("n", &left.to_string())],
            );
            shown
                .links
                .push(Link::new(text, page.query.with("day", &day.to_string())));
        }
    }
    if shown.links.is_empty() {
        shown.lead = page.t1("book-no-day", "phone", page.phone());
    }
    Ok(())
}

async fn time_step(
    portal: &Portal,
    shown: &mut BookPage,
    asking: &Asking,
    chosen: &Chosen,
    (counter, day): (&Counter, Date),
    typed: Option<(Typed, Vec<Refusal>)>,
) -> Result<(), Trouble> {
    let free = portal
        .linli
        .free_slots(counter.id.unwrap_or_default(), day)
        .await?;
    let page = &shown.page;
    let what = [("name", words::name(counter)), ("day", page.date(day))];
    let what: Vec<(&str, &str)> = what
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    shown.heading = page.ta("book-time", &what);
    let times = free.iter().map(|one| {
        let text = words::clock(one.slot);
        Choice::new(&text, text.clone()).hint(page.t1("book-seats", "n", one.left))
    });
    let mut fields = vec![Field::new(
        "slot",
        page.t("book-slot"),
        Kind::Radios(times.collect()),
    )];
    if chosen.moves.is_none() {
        let phone = Field::new("phone", page.t("book-phone"), Kind::Line(ui::Kind::Phone));
        fields.push(
            phone
                .hint(page.t("book-phone-hint"))
                .preset(asking.phone.clone()),
        );
        let visit = counter
            .spec
            .as_ref()
            .is_some_and(|spec| spec.kind == CounterKind::Visit);
        if visit {
            let address = Field::new(
                "address",
                page.t("book-address"),
                Kind::Line(ui::Kind::Text),
            );
            fields.push(address.preset(asking.address.clone()));
        }
    }
    if let Some((typed, refusals)) = typed {
        refill(&mut fields, &typed);
        shown.page = shown.page.clone().with_refusals(&refusals);
    }
    shown.parts = draw(&shown.page, &fields);
    shown.hidden = chosen.hidden();
    Ok(())
}

async fn book(
    portal: &Portal,
    page: Page,
    session: &Session,
    asking: &Asking,
    chosen: &Chosen,
    sent: &Fields,
) -> Result<Response, Trouble> {
    let mut typed = Typed::of(sent);
    let slot: Option<Time> = format!("{}:00", typed.get("slot")).parse().ok();
    if slot.is_none() {
        typed.refuse(Refusal::new("desk.choose-one").on("slot"));
    }
    let missing = || Trouble::Unreadable("form");
    let call = Call {
        command: sent.command().ok_or_else(missing)?,
        actor: &asking.actor,
        expected: None,
    };
    let (counter, day) = chosen.counter.zip(chosen.day).ok_or_else(missing)?;
    let slot = match typed.clone().into_result(slot) {
        Ok(slot) => slot,
        Err(refusals) => return show(portal, page, asking, chosen, Some((typed, refusals))).await,
    };
    let booked = if let Some(booking) = chosen.moves {
        Box::pin(portal.linli.move_booking(call, booking, (day, slot))).await
    } else {
        let wish = Wish {
            resident: asking.subject,
            slot,
            service: chosen.service.clone(),
            channel: asking.channel.to_owned(),
            contact: Contact {
                name: asking.name.clone(),
                phone: typed.get("phone").to_owned(),
                address: typed.get("address").to_owned(),
            },
        };
        Box::pin(portal.linli.book(call, counter, day, &wish)).await
    };
    match booked {
        Ok(booked) => {
            let (number, when) = (
                words::spoken(&booked.number),
                words::moment(&page, day, slot),
            );
            tell(
                session,
                "book-done",
                &[("number", &number), ("when", &when)],
            )
            .await?;
            Ok(Redirect::to(&asking.after).into_response())
        }
        Err(Problem::Refused(refusals)) => {
            show(portal, page, asking, chosen, Some((typed, refusals))).await
        }
        Err(problem) => Err(trouble(problem)),
    }
}
