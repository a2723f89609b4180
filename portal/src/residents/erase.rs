//! 抹除: a district officer makes a person's data unreadable for good; and what is shown of somebody
//! who was erased.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::accounts;
use linli_community::feature::Problem;
use linli_community::residents::{Erased, Erasure, Ground};
use linli_kernel::{Refusal, ResidentId};
use tower_sessions::Session;

use crate::Portal;
use crate::cases::who;
use crate::desk::fields::{Choice, Field, Kind, refill};
use crate::desk::forms::FormPage;
use crate::desk::typed::Typed;
use crate::desk::{looks, names, rows, trouble};
use crate::shell::ui::{self, Link, Row, SummaryList};
use crate::shell::{Fields, Page, Signed, Trouble, html};

fn fields(page: &Page) -> Vec<Field> {
    let ground = |one: Ground| {
        let text = page.t(&format!("residents-erase-ground-{}", one.code()));
        Choice::new(one.code(), text)
    };
    let sure = Choice::new("yes", page.t("residents-erase-sure-yes"));
    vec![
        Field::new(
            "ground",
            page.t("residents-erase-ground"),
            Kind::Radios(Ground::ALL.map(ground).to_vec()),
        ),
        Field::new(
            "reference",
            page.t("residents-erase-reference"),
            Kind::Line(ui::Kind::Text),
        )
        .hint(page.t("residents-erase-reference-hint")),
        Field::new(
            "sure",
            page.t("residents-erase-sure"),
            Kind::Checks(vec![sure]),
        ),
    ]
}

fn show(page: Page, name: &str, to: ResidentId, fields: &[Field]) -> Result<Response, Trouble> {
    let title = page.t1("residents-erase-title", "name", name);
    let (submit, lead) = (page.t("residents-erase-do"), page.t("residents-erase-lead"));
    let back = Link::new(
        format!("{}: {name}", page.t("residents-record")),
        format!("/desk/residents/{to}"),
    );
    let mut form = FormPage::new(page, title, submit, back).lead(lead);
    form.danger = true;
    form.fields(fields).show()
}

async fn masked_name(
    portal: &Portal,
    signed: &Signed,
    resident: ResidentId,
) -> Result<String, Trouble> {
    let row = portal.linli.resident_row(&signed.actor, resident);
    Ok(row.await.map_err(trouble)?.name)
}

/// `GET /desk/residents/{resident}/erase`.
pub(super) async fn form(
    State(portal): State<Portal>,
    Path(resident): Path<ResidentId>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let name = masked_name(&portal, &signed, resident).await?;
    let fields = fields(&page);
    show(page, &name, resident, &fields)
}

fn read(typed: &mut Typed) -> Option<Erasure> {
    let ground: Option<Ground> = typed.choice("ground");
    let reference = typed.words("reference", "residents.reference-missing");
    if typed.get("sure") != "yes" {
        typed.refuse(Refusal::new("desk.choose-one").on("sure"));
    }
    Some(Erasure {
        ground: ground?,
        reference,
    })
}

/// `POST /desk/residents/{resident}/erase`.
pub(super) async fn erase(
    State(portal): State<Portal>,
    Path(resident): Path<ResidentId>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let back = format!("/desk/residents/{resident}");
    let name = match masked_name(&portal, &signed, resident).await {
        Ok(name) => name,
        // The same form sent twice: it was done the first time.
        Err(other) => {
            let erased = portal.linli.erased(&signed.actor, resident).await;
            return match erased.map_err(trouble)? {
                Some(_) => Ok(Redirect::to(&back).into_response()),
                None => Err(other),
            };
        }
    };
    let mut typed = Typed::of(&sent);
    let erasure = read(&mut typed);
    let mut fields = fields(&page);
    refill(&mut fields, &typed);
    let again = |page: Page, no: &[Refusal]| show(page.with_refusals(no), &name, resident, &fields);
    let erasure = match typed.into_result(erasure) {
        Ok(erasure) => erasure,
        Err(refusals) => return again(page, &refusals),
    };
    let call = signed.call(&sent)?;
    // Asked first: afterwards nothing leads from the person to the account.
    let reader = portal.linli.journal().reader();
    let records = portal.linli.same_as(resident);
    let mut drafts = Vec::new();
    for record in &records {
        let account = accounts::by_resident(reader, *record).await?;
        drafts.extend(account.map(|account| account.id.to_string()));
    }
    let row = portal.linli.resident_row(&signed.actor, resident).await;
    let area = row.map_err(trouble)?.area;
    match portal.linli.erase_resident(call, resident, &erasure).await {
        Ok(unreached) => {
            let desk = &portal.desk;
            for account in &drafts {
                desk.erase_drafts(account).await?;
            }
            for record in &records {
                desk.erase_drafts_about(&record.to_string()).await?;
            }
            // A ledger that waits to be imported may hold them.
            desk.drop_uploads_of(&area).await?;
            told(&session, unreached.len()).await?;
            Ok(Redirect::to(&back).into_response())
        }
        Err(Problem::Refused(refusals)) if refusals.iter().all(|no| !is_gate(no)) => {
            again(page, &refusals)
        }
        Err(problem) => Err(trouble(problem)),
    }
}

fn is_gate(refusal: &Refusal) -> bool {
    refusal.code.starts_with("gate.")
}

async fn told(session: &Session, unreached: usize) -> Result<(), Trouble> {
    if unreached == 0 {
        return looks::flash(session, "residents-erased-done", &[]).await;
    }
    let count = unreached.to_string();
    looks::flash(session, "residents-erased-unreached", &[("count", &count)]).await
}

#[derive(Template)]
#[template(path = "residents/templates/erased.html")]
struct ErasedPage {
    page: Page,
    facts: SummaryList,
}

/// What is shown in the place of a record that was erased.
pub(super) async fn erased(
    portal: &Portal,
    page: Page,
    known: &Erased,
) -> Result<Response, Trouble> {
    let names = names(portal, known.actor.account.into_iter()).await?;
    let ground = page.t(&format!("residents-erase-ground-{}", known.ground));
    let rows = [
        ("residents-erased-at", page.when(known.at)),
        (
            "residents-erased-by",
            who(portal, &page, &known.actor, &names),
        ),
        ("residents-erase-ground", ground),
        ("residents-erase-reference", known.reference.clone()),
        (
            "residents-col-area",
            rows::area_name(&portal.linli, &known.area),
        ),
        ("residents-erased-entry", known.seq.to_string()),
    ];
    let rows = rows
        .into_iter()
        .map(|(key, value)| Row::new(page.t(key), value));
    html(&ErasedPage {
        facts: SummaryList {
            rows: rows.collect(),
        },
        page,
    })
}
