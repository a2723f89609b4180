//! Recording a fact about a resident, with its source and the day as of which it holds.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::feature::Problem;
use linli_community::residents::{Command, Entity, FieldId, NewFact};
use linli_kernel::{Refusal, ResidentId};
use serde_json::Value;
use tower_sessions::Session;

use crate::Portal;
use crate::desk::fields::{Choice, Field, Kind, refill};
use crate::desk::forms::FormPage;
use crate::desk::typed::Typed;
use crate::desk::{looks, trouble};
use crate::shell::ui::{self, Link};
use crate::shell::{Fields, Page, Signed, Trouble};

fn fields(portal: &Portal, page: &Page) -> Vec<Field> {
    let tag = page.lang.tag();
    let dictionary = portal.linli.catalogue().dictionary();
    let known = dictionary
        .fields()
        .filter(|field| field.entity == Entity::Person);
    let known = known.map(|field| Choice::new(field.id.as_str(), field.names.in_lang(tag)));
    let offices = dictionary
        .offices()
        .map(|one| Choice::new(&one.id, one.names.in_lang(tag)));
    let today = portal.linli.clock().today();
    vec![
        Field::new(
            "field",
            page.t("residents-change-field"),
            Kind::Select(known.collect()),
        ),
        Field::new(
            "value",
            page.t("residents-change-value"),
            Kind::Line(ui::Kind::Text),
        ),
        Field::new(
            "source",
            page.t("residents-change-source"),
            Kind::Select(offices.collect()),
        )
        .preset("committee"),
        Field::new("as_of", page.t("residents-change-as-of"), Kind::Date).preset(today.to_string()),
    ]
}

fn show(
    page: Page,
    name: &str,
    resident: ResidentId,
    fields: &[Field],
) -> Result<Response, Trouble> {
    let title = page.t("residents-change");
    let submit = page.t("residents-change-do");
    let lead = page.t("residents-change-lead");
    let back = Link::new(
        format!("{}: {name}", page.t("residents-record")),
        format!("/desk/residents/{resident}"),
    );
    FormPage::new(page, title, submit, back)
        .lead(lead)
        .fields(fields)
        .show()
}

/// `GET /desk/residents/{resident}/change`.
pub(super) async fn form(
    State(portal): State<Portal>,
    Path(resident): Path<ResidentId>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let name = masked_name(&portal, &signed, resident).await?;
    let fields = fields(&portal, &page);
    show(page, &name, resident, &fields)
}

/// `POST /desk/residents/{resident}/change`.
pub(super) async fn change(
    State(portal): State<Portal>,
    Path(resident): Path<ResidentId>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let name = masked_name(&portal, &signed, resident).await?;
    let mut typed = Typed::of(&sent);
    let fact = NewFact {
        field: FieldId::from(typed.get("field")),
        value: Value::from(typed.words("value", "desk.value-required")),
        source: typed.get("source").to_owned(),
        as_of: typed.date("as_of"),
        case: None,
    };
    let mut fields = fields(&portal, &page);
    refill(&mut fields, &typed);
    let again = |page: Page, refusals: Vec<Refusal>| {
        let page = page.with_refusals(&placed(refusals));
        show(page, &name, resident, &fields)
    };
    if let Err(refusals) = typed.into_result(Some(())) {
        return again(page, refusals);
    }
    let call = signed.call(&sent)?;
    match portal
        .linli
        .record(call, resident, &Command::RecordFact(fact))
        .await
    {
        Ok(_) => {
            looks::flash(&session, "residents-changed", &[]).await?;
            Ok(Redirect::to(&format!("/desk/residents/{resident}")).into_response())
        }
        Err(Problem::Refused(refusals)) => again(page, refusals),
        Err(problem) => Err(trouble(problem)),
    }
}

/// A refusal about the fact itself stands at the value.
fn placed(refusals: Vec<Refusal>) -> Vec<Refusal> {
    let own = ["field", "value", "source", "as_of"];
    refusals
        .into_iter()
        .map(|refusal| match refusal.field.as_deref() {
            Some(field) if !own.contains(&field) => refusal.on("value"),
            _ => refusal,
        })
        .collect()
}

async fn masked_name(
    portal: &Portal,
    signed: &Signed,
    resident: ResidentId,
) -> Result<String, Trouble> {
    let row = portal
        .linli
        .resident_row(&signed.actor, resident)
        .await
        .map_err(trouble)?;
    Ok(row.name)
}
