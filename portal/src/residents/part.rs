//! 拆分: the latest of the records that were merged into one stands for itself again.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::feature::Problem;
use linli_community::residents::{Residents, mask};
use linli_kernel::{Refusal, ResidentId, StreamId};
use tower_sessions::Session;

use crate::Portal;
use crate::desk::fields::{Field, Kind, refill};
use crate::desk::forms::FormPage;
use crate::desk::typed::Typed;
use crate::desk::{looks, trouble};
use crate::shell::ui::{self, Link, Markup};
use crate::shell::{Fields, Page, Signed, Trouble};

/// The record that was merged in last, with its masked name and number.
struct Latest {
    id: ResidentId,
    said: String,
}

async fn latest(portal: &Portal, signed: &Signed, of: ResidentId) -> Result<Latest, Trouble> {
    let linli = &portal.linli;
    linli
        .resident_row(&signed.actor, of)
        .await
        .map_err(trouble)?;
    let survivor = linli.load::<Residents>(&StreamId::from(of)).await?.state;
    let Some(last) = survivor.absorbed.last() else {
        return Err(Refusal::new("residents.not-merged").into());
    };
    let other = linli.load::<Residents>(&StreamId::from(last.other)).await?;
    let name = other.state.text("person.name").map(mask::name);
    let number = other.state.text("person.id_number").map(mask::id_number);
    let said: Vec<String> = [name, number].into_iter().flatten().collect();
    Ok(Latest {
        id: last.other,
        said: said.join(" "),
    })
}

fn fields(page: &Page) -> Vec<Field> {
    vec![
        Field::new(
            "words",
            page.t("residents-part-words"),
            Kind::Line(ui::Kind::Text),
        )
        .hint(page.t("residents-merge-words-hint")),
    ]
}

fn show(
    page: Page,
    of: ResidentId,
    latest: &Latest,
    fields: &[Field],
) -> Result<Response, Trouble> {
    let title = page.t1("residents-part-title", "name", &latest.said);
    let (submit, lead) = (page.t("residents-part-do"), page.t("residents-part-lead"));
    let back = Link::new(page.t("residents-record"), format!("/desk/residents/{of}"));
    let mut form = FormPage::new(page, title, submit, back).lead(lead);
    let which = Markup::hidden("other", &latest.id.to_string());
    form.hidden = form.hidden.then(&which);
    form.fields(fields).show()
}

/// `GET /desk/residents/{resident}/part`.
pub(super) async fn form(
    State(portal): State<Portal>,
    Path(resident): Path<ResidentId>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let latest = latest(&portal, &signed, resident).await?;
    let fields = fields(&page);
    show(page, resident, &latest, &fields)
}

/// `POST /desk/residents/{resident}/part`.
pub(super) async fn part(
    State(portal): State<Portal>,
    Path(resident): Path<ResidentId>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let mut typed = Typed::of(&sent);
    let back = format!("/desk/residents/{resident}");
    // The same form sent twice: it was done the first time.
    let other: Option<ResidentId> = typed.get("other").parse().ok();
    if other.is_some_and(|other| portal.linli.survivor(other) == other) {
        return Ok(Redirect::to(&back).into_response());
    }
    let latest = latest(&portal, &signed, resident).await?;
    let words = typed.words("words", "residents.words-missing");
    let mut fields = fields(&page);
    refill(&mut fields, &typed);
    let again =
        |page: Page, no: &[Refusal]| show(page.with_refusals(no), resident, &latest, &fields);
    if let Err(refusals) = typed.into_result(Some(())) {
        return again(page, &refusals);
    }
    let call = signed.call(&sent)?;
    match portal.linli.part_residents(call, latest.id, &words).await {
        Ok(_) => {
            looks::flash(&session, "residents-parted-done", &[]).await?;
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
