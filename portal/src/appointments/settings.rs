//! Opening a counter, changing its hours and seats, closing it.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::civil::Time;
use linli_community::Problem;
use linli_community::appointments::{Counter, CounterKind, Hours, Spec};
use linli_kernel::{AreaPath, Refusal};
use tower_sessions::Session;
use uuid::Uuid;

use super::staff::{entered, to_list};
use crate::Portal;
use crate::desk::fields::{Choice, Field, Kind, refill};
use crate::desk::forms::FormPage;
use crate::desk::typed::Typed;
use crate::desk::{looks, trouble};
use crate::shell::ui;
use crate::shell::{Fields, Page, Signed, Trouble};

fn fields(portal: &Portal, page: &Page, signed: &Signed, spec: Option<&Spec>) -> Vec<Field> {
    let line = |name: &str, kind| {
        Field::new(
            name,
            page.t(&format!("counter-field-{name}")),
            Kind::Line(kind),
        )
    };
    let kinds = [CounterKind::Window, CounterKind::Visit];
    let kinds =
        kinds.map(|kind| Choice::new(kind.code(), page.t(&format!("counter-{}", kind.code()))));
    let tree = portal.linli.areas();
    let own = signed.actor.post.as_ref().map(|post| post.area.clone());
    let areas: Vec<Choice> = own
        .iter()
        .flat_map(|own| tree.inside(own))
        .filter(|area| area.path().depth() > 1)
        .map(|area| Choice::new(area.path().as_str(), tree.full_name(area.path())))
        .collect();
    let today = portal.linli.clock().today();
    let services = portal.linli.catalogue().services_on(today);
    let services = services.map(|one| Choice::new(&one.id, one.names.in_lang(page.lang.tag())));
    let preset = |field: Field, value: Option<String>| match value {
        Some(value) => field.preset(value),
        None => field,
    };
    let mut taken = Field::new(
        "services",
        page.t("counter-field-services"),
        Kind::Checks(services.collect()),
    );
    taken.values = spec.map(|spec| spec.services.clone()).unwrap_or_default();
    vec![
        preset(
            line("name", ui::Kind::Text),
            spec.map(|spec| spec.name.clone()),
        ),
        preset(
            Field::new("area", page.t("counter-field-area"), Kind::Select(areas)),
            spec.map(|spec| spec.area.to_string()),
        ),
        Field::new(
            "kind",
            page.t("counter-field-kind"),
            Kind::Radios(kinds.to_vec()),
        )
        .preset(spec.map_or(CounterKind::Window, |spec| spec.kind).code()),
        taken.optional().hint(page.t("counter-field-services-hint")),
        line("hours", ui::Kind::Text)
            .hint(page.t("counter-field-hours-hint"))
            .preset(spec.map_or_else(|| "09:00-11:30, 13:30-17:00".to_owned(), hours_text)),
        line("slot_minutes", ui::Kind::Digits)
            .preset(spec.map_or(30, |spec| spec.slot_minutes).to_string()),
        line("seats", ui::Kind::Digits).preset(spec.map_or(2, |spec| spec.seats).to_string()),
        line("letter", ui::Kind::Text).preset(spec.map_or('A', |spec| spec.letter).to_string()),
    ]
}

fn hours_text(spec: &Spec) -> String {
    let clock = super::words::clock;
    let span = |hours: &Hours| format!("{}-{}", clock(hours.from), clock(hours.until));
    spec.hours.iter().map(span).collect::<Vec<_>>().join(", ")
}

/// `09:00-11:30, 13:30-17:00`, in any of the ways people write it; `None` when a part is none.
fn read_hours(text: &str) -> Option<Vec<Hours>> {
    let plain = linli_units::digits::narrowed(text).replace(['至', '到', '—', '–', '~'], "-");
    let time = |text: &str| -> Option<Time> {
        let (hour, minute) = text.trim().split_once([':', '：', '.'])?;
        Time::new(hour.trim().parse().ok()?, minute.trim().parse().ok()?, 0, 0).ok()
    };
    let span = |part: &str| {
        let (from, until) = part.split_once('-')?;
        Some(Hours {
            from: time(from)?,
            until: time(until)?,
        })
    };
    let parts = plain
        .split([',', '，', ';', '；', '、'])
        .filter(|part| !part.trim().is_empty());
    parts.map(span).collect()
}

fn read(mut typed: Typed) -> Result<Spec, Vec<Refusal>> {
    let name = typed.words("name", "desk.name-required");
    let area: Option<AreaPath> = typed.get("area").parse().ok();
    let hours = read_hours(typed.get("hours"));
    let letter = typed.get("letter").to_uppercase().chars().next();
    if area.is_none() {
        typed.refuse(Refusal::new("appointments.area-wrong").on("area"));
    }
    if hours.is_none() {
        typed.refuse(Refusal::new("appointments.hours-wrong").on("hours"));
    }
    let spec = area.zip(hours).map(|(area, hours)| Spec {
        name,
        area,
        kind: CounterKind::from_code(typed.get("kind")).unwrap_or_default(),
        services: typed.all("services"),
        hours,
        slot_minutes: typed.number("slot_minutes", 5, 240),
        seats: typed.number("seats", 1, 50),
        letter: letter.unwrap_or(' '),
    });
    typed.into_result(spec)
}

/// `GET /desk/counters/new`.
pub(super) async fn new_form(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let fields = fields(&portal, &page, &signed, None);
    form(page, None, &fields).show()
}

/// `POST /desk/counters/new`. The counter's id is the act's: sent twice, opened once.
pub(super) async fn open(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let call = signed.call(&sent)?;
    save(
        &portal,
        page,
        &signed,
        &session,
        &sent,
        (call.command.0, None),
    )
    .await
}

/// `GET /desk/counters/{counter}/change`.
pub(super) async fn change_form(
    State(portal): State<Portal>,
    Path(counter): Path<Uuid>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let known = entered(&portal, &signed.actor, counter).await?;
    let fields = fields(&portal, &page, &signed, known.spec.as_ref());
    form(page, Some(&known), &fields).show()
}

/// `POST /desk/counters/{counter}/change`.
pub(super) async fn change(
    State(portal): State<Portal>,
    Path(counter): Path<Uuid>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let known = entered(&portal, &signed.actor, counter).await?;
    save(
        &portal,
        page,
        &signed,
        &session,
        &sent,
        (counter, Some(known)),
    )
    .await
}

async fn save(
    portal: &Portal,
    page: Page,
    signed: &Signed,
    session: &Session,
    sent: &Fields,
    (id, known): (Uuid, Option<Counter>),
) -> Result<Response, Trouble> {
    let typed = Typed::of(sent);
    let refused = match read(typed.clone()) {
        Ok(spec) => {
            let call = signed.call(sent)?;
            match Box::pin(portal.linli.open_counter(call, id, &spec)).await {
                Ok(_) => {
                    looks::flash(session, "counters-saved", &[]).await?;
                    return Ok(Redirect::to(&format!("/desk/counters/{id}")).into_response());
                }
                Err(Problem::Refused(refusals)) => refusals,
                Err(problem) => return Err(trouble(problem)),
            }
        }
        Err(refusals) => refusals,
    };
    let spec = known.as_ref().and_then(|known| known.spec.as_ref());
    let mut fields = fields(portal, &page, signed, spec);
    refill(&mut fields, &typed);
    form(page.with_refusals(&refused), known.as_ref(), &fields).show()
}

/// `POST /desk/counters/{counter}/close`.
pub(super) async fn close(
    State(portal): State<Portal>,
    Path(counter): Path<Uuid>,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let closed = portal.linli.close_counter(signed.call(&sent)?, counter);
    Box::pin(closed).await.map_err(trouble)?;
    looks::flash(&session, "counters-closed", &[]).await?;
    Ok(Redirect::to("/desk/counters").into_response())
}

fn form(page: Page, known: Option<&Counter>, fields: &[Field]) -> FormPage {
    let title = match known {
        Some(known) => page.t1("counters-change-title", "name", super::words::name(known)),
        None => page.t("counters-new"),
    };
    let (submit, back) = (page.t("counters-save"), to_list(&page));
    FormPage::new(page, title, submit, back).fields(fields)
}

#[cfg(test)]
mod unit {
    use super::read_hours;

    #[test]
    fn hours_are_read_as_people_write_them() {
        for text in [
            "09:00-11:30, 13:30-17:00",
            "9:00至11:30，13:30至17:00",
            "９:00—11:30；13.30-17.00",
        ] {
            let hours = read_hours(text).unwrap();
            assert_eq!(hours.len(), 2, "{text}");
            assert_eq!(hours[0].from, jiff::civil::time(9, 0, 0, 0));
            assert_eq!(hours[1].until, jiff::civil::time(17, 0, 0, 0));
        }
        for text in ["morning", "9-11", "25:00-26:00"] {
            assert_eq!(read_hours(text), None, "{text}");
        }
    }
}
