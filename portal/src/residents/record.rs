//! One resident's record: masked until a purpose was given; then every fact with source and date.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::cases::{self, queries};
use linli_community::residents::{self, Dictionary, Entity, Facts, Purpose, Residents, Why};
use linli_kernel::gate::{Scope, scope};
use linli_kernel::{Action, ResidentId, StreamId};
use tower_sessions::Session;

use super::{erase, words};
use crate::Portal;
use crate::desk::fields::{Field, Kind};
use crate::desk::typed::Typed;
use crate::desk::{looks, rows, trouble};
use crate::shell::ui::{self, Link, Markup, Row, SummaryList};
use crate::shell::{Fields, Page, Signed, Trouble, html, invalid};

#[derive(Template)]
#[template(path = "residents/templates/record.html")]
struct RecordPage {
    page: Page,
    id: ResidentId,
    name: String,
    shown_why: String,
    purpose: Markup,
    facts: SummaryList,
    members: Vec<String>,
    household: SummaryList,
    cases: Vec<Link>,
    files: bool,
    changes: bool,
    erases: bool,
    /// How many records it stands for besides itself.
    absorbed: usize,
}

/// `GET /desk/residents/{resident}`.
pub(super) async fn record(
    State(portal): State<Portal>,
    Path(resident): Path<ResidentId>,
    page: Page,
    signed: Signed,
    session: Session,
) -> Result<Response, Trouble> {
    if let Some(known) = portal
        .linli
        .erased(&signed.actor, resident)
        .await
        .map_err(trouble)?
    {
        return erase::erased(&portal, page, &known).await;
    }
    let survivor = portal.linli.survivor(resident);
    if survivor != resident {
        let row = portal.linli.resident_row(&signed.actor, survivor).await;
        row.map_err(trouble)?;
        return Ok(Redirect::to(&format!("/desk/residents/{survivor}")).into_response());
    }
    let shown = build(&portal, page, &signed, &session, resident).await?;
    html(&shown)
}

async fn build(
    portal: &Portal,
    page: Page,
    signed: &Signed,
    session: &Session,
    resident: ResidentId,
) -> Result<RecordPage, Trouble> {
    let linli = &portal.linli;
    let row = linli
        .resident_row(&signed.actor, resident)
        .await
        .map_err(trouble)?;
    let why = looks::why(session, &about(resident), linli.clock().now()).await?;
    let dictionary = linli.catalogue().dictionary();
    let may = |action| scope(&signed.actor, action) != Scope::Nothing;
    let mut shown = RecordPage {
        id: resident,
        name: row.name.clone(),
        purpose: purpose(&page).draw(&page),
        facts: masked(portal, &page, &row),
        members: Vec::new(),
        household: SummaryList::default(),
        cases: case_links(portal, &page, signed, resident).await?,
        files: may(Action::CaseFileForOther),
        changes: may(Action::ResidentChange),
        erases: may(Action::ResidentErase),
        shown_why: String::new(),
        absorbed: absorbed(portal, resident).await?,
        page,
    };
    if let Some(household) = row.household {
        let members = linli.members_of(household).await?;
        shown.members = members
            .iter()
            .map(|one| member(&shown.page, dictionary, one))
            .collect();
    }
    if let Some(why) = why {
        // Every showing in full is a look of its own.
        let purpose = Purpose {
            why: Why::Other,
            case: None,
            words: why.clone(),
        };
        let record = linli
            .open_record(&signed.actor, resident, &purpose)
            .await
            .map_err(trouble)?;
        shown.name = record
            .resident
            .text("person.name")
            .unwrap_or_default()
            .to_owned();
        shown.facts = list(
            &shown.page,
            dictionary,
            &record.resident.facts,
            Entity::Person,
        );
        if let Some(household) = &record.household {
            shown.household = list(&shown.page, dictionary, &household.facts, Entity::Household);
        }
        shown.shown_why = why;
    }
    Ok(shown)
}

async fn absorbed(portal: &Portal, resident: ResidentId) -> Result<usize, Trouble> {
    let stream = StreamId::from(resident);
    let loaded = portal.linli.load::<Residents>(&stream).await?;
    Ok(loaded.state.absorbed.len())
}

/// What the masked row of a list says.
fn masked(portal: &Portal, page: &Page, row: &residents::Row) -> SummaryList {
    let dictionary = portal.linli.catalogue().dictionary();
    let tag = page.lang.tag();
    let named = |field: &str| {
        dictionary
            .field(field)
            .map_or_else(|| field.to_owned(), |one| one.names.in_lang(tag).to_owned())
    };
    let unknown = || page.t("residents-unknown");
    let born = row.birth_date.map(|day| day.year().to_string());
    let rows = vec![
        Row::new(named("person.name"), row.name.clone()),
        Row::new(
            named("person.id_number"),
            row.id_number.clone().unwrap_or_else(unknown),
        ),
        Row::new(
            named("person.phone"),
            row.phone.clone().unwrap_or_else(unknown),
        ),
        Row::new(page.t("residents-col-birth"), born.unwrap_or_else(unknown)),
        Row::new(
            page.t("residents-col-area"),
            rows::area_name(&portal.linli, &row.area),
        ),
    ];
    SummaryList { rows }
}

fn about(resident: ResidentId) -> String {
    format!("resident/{resident}")
}

fn purpose(page: &Page) -> Field {
    Field::new(
        "purpose",
        page.t("residents-purpose"),
        Kind::Line(ui::Kind::Text),
    )
    .hint(page.t("residents-purpose-hint"))
}

/// What is known, fact by fact, and in a last row the names of what is not.
fn list(page: &Page, dictionary: &Dictionary, facts: &Facts, entity: Entity) -> SummaryList {
    let tag = page.lang.tag();
    let (mut rows, mut unknown) = (Vec::new(), Vec::new());
    for field in dictionary.fields().filter(|field| field.entity == entity) {
        let name = field.names.in_lang(tag);
        match facts.get(field.id.as_str()) {
            Some(fact) => rows.push(
                Row::new(
                    name,
                    words::value(page, dictionary, field.id.as_str(), fact),
                )
                .from(words::source(page, dictionary, fact)),
            ),
            None => unknown.push(name),
        }
    }
    if !unknown.is_empty() {
        let comma = if tag == "en" { ", " } else { "、" };
        rows.push(Row::new(page.t("residents-unknown"), unknown.join(comma)));
    }
    SummaryList { rows }
}

fn member(page: &Page, dictionary: &Dictionary, row: &residents::Row) -> String {
    let relation = row
        .relation
        .as_deref()
        .and_then(|code| dictionary.list("relation")?.code(code));
    let relation = relation.map_or("", |one| one.names.in_lang(page.lang.tag()));
    format!("{} {relation}", row.name)
}

async fn case_links(
    portal: &Portal,
    page: &Page,
    signed: &Signed,
    resident: ResidentId,
) -> Result<Vec<Link>, Trouble> {
    let filter = cases::Filter {
        applicant: Some(resident),
        descending: true,
        size: 20,
        ..cases::Filter::default()
    };
    let found = queries::list(&portal.linli, &signed.actor, &filter)
        .await
        .map_err(trouble)?;
    let link = |row: &cases::Row| {
        let service = rows::service_name(page, &portal.linli, &row.service);
        let text = format!("{service} {}", row.number);
        Link::new(text, format!("/desk/cases/{}", row.number))
            .about(rows::phase_name(page, row.phase))
    };
    Ok(found.rows.iter().map(link).collect())
}

/// `POST /desk/residents/{resident}/look`: keeps the purpose; showing the record then is the look.
pub(super) async fn look(
    State(portal): State<Portal>,
    Path(resident): Path<ResidentId>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let mut typed = Typed::of(&sent);
    let words = typed.words("purpose", "desk.purpose-required");
    if let Err(refusals) = typed.into_result(Some(())) {
        let page = page.with_refusals(&refusals);
        return invalid(&build(&portal, page, &signed, &session, resident).await?);
    }
    looks::show(
        &session,
        &about(resident),
        &words,
        portal.linli.clock().now(),
    )
    .await?;
    Ok(Redirect::to(&format!("/desk/residents/{resident}")).into_response())
}

/// `POST /desk/residents/{resident}/hide`.
pub(super) async fn hide(
    State(portal): State<Portal>,
    Path(resident): Path<ResidentId>,
    signed: Signed,
    session: Session,
) -> Result<Response, Trouble> {
    portal
        .linli
        .resident_row(&signed.actor, resident)
        .await
        .map_err(trouble)?;
    looks::hide(&session, &about(resident)).await?;
    Ok(Redirect::to(&format!("/desk/residents/{resident}")).into_response())
}
