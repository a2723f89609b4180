//! 比对: two records side by side, with what speaks for one person; masked until a purpose was given.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_community::residents::{Beside, Facts, OpenRecord, Purpose, Residents, Row, Why};
use linli_kernel::{ResidentId, StreamId};
use tower_sessions::Session;

use super::merge::{self, Versions};
use super::words;
use crate::Portal;
use crate::desk::fields::{Field, Kind, draw};
use crate::desk::typed::Typed;
use crate::desk::{looks, rows, trouble};
use crate::shell::ui::{self, Cell, Column, Markup, Table};
use crate::shell::{Fields, Page, Signed, Trouble, html, invalid};

/// The two records that an address names.
pub(super) type Two = (ResidentId, ResidentId);

#[derive(Template)]
#[template(path = "residents/templates/beside.html")]
struct BesidePage {
    page: Page,
    here: String,
    reasons: String,
    apart: bool,
    shown_why: String,
    purpose: Markup,
    table: Table,
    hidden: Markup,
    parts: Vec<Markup>,
}

/// Both records in full, and the versions they are at.
pub(super) struct Both {
    pub(super) left: OpenRecord,
    pub(super) right: OpenRecord,
    pub(super) versions: Versions,
}

pub(super) fn here((one, other): Two) -> String {
    format!("/desk/residents/{one}/beside/{other}")
}

fn about((one, other): Two) -> String {
    format!("beside/{}/{}", one.min(other), one.max(other))
}

/// `GET /desk/residents/{resident}/beside/{other}`.
pub(super) async fn show(
    State(portal): State<Portal>,
    Path(two): Path<Two>,
    page: Page,
    signed: Signed,
    session: Session,
) -> Result<Response, Trouble> {
    if let Some(record) = merged(&portal, &signed, two).await? {
        return Ok(Redirect::to(&record).into_response());
    }
    build(&portal, page, (&signed, &session), two, &[]).await
}

/// Where the record stands into which the two were merged, for who may see it.
pub(super) async fn merged(
    portal: &Portal,
    signed: &Signed,
    (one, other): Two,
) -> Result<Option<String>, Trouble> {
    let linli = &portal.linli;
    let survivor = linli.survivor(one);
    if one == other || survivor != linli.survivor(other) {
        return Ok(None);
    }
    let row = linli.resident_row(&signed.actor, survivor).await;
    row.map_err(trouble)?;
    Ok(Some(format!("/desk/residents/{survivor}")))
}

/// The page, with what was typed into the form of a merge.
pub(super) async fn build(
    portal: &Portal,
    page: Page,
    (signed, session): (&Signed, &Session),
    two: Two,
    typed: &[(String, String)],
) -> Result<Response, Trouble> {
    let linli = &portal.linli;
    let beside = linli.beside(&signed.actor, two.0, two.1).await;
    let beside = beside.map_err(trouble)?;
    let why = looks::why(session, &about(two), linli.clock().now()).await?;
    let mut shown = BesidePage {
        here: here(two),
        reasons: words::reasons(&page, &beside.likeness),
        apart: beside.apart,
        shown_why: why.clone().unwrap_or_default(),
        purpose: draw(&page, &[purpose(&page)])
            .into_iter()
            .next()
            .unwrap_or_default(),
        table: masked(portal, &page, &beside),
        hidden: Markup::default(),
        parts: Vec::new(),
        page,
    };
    if let Some(why) = why {
        let both = open(portal, signed, two, &why).await?;
        shown.table = full(portal, &shown.page, &both);
        let fields = merge::fields(portal, &shown.page, &both, typed);
        shown.parts = draw(&shown.page, &fields);
        shown.hidden = merge::hidden(&shown.page, both.versions);
    }
    if shown.page.problems.is_empty() {
        html(&shown)
    } else {
        invalid(&shown)
    }
}

fn purpose(page: &Page) -> Field {
    Field::new(
        "purpose",
        page.t("residents-purpose"),
        Kind::Line(ui::Kind::Text),
    )
    .hint(page.t("residents-beside-purpose-hint"))
}

/// Both records for a purpose; each showing is a look at either person.
pub(super) async fn open(
    portal: &Portal,
    signed: &Signed,
    (one, other): Two,
    why: &str,
) -> Result<Both, Trouble> {
    let linli = &portal.linli;
    let purpose = Purpose {
        why: Why::Check,
        case: None,
        words: why.to_owned(),
    };
    let version = async |id: ResidentId| -> Result<u64, Trouble> {
        Ok(linli.load::<Residents>(&StreamId::from(id)).await?.version)
    };
    // The versions first: what changes while the page is made is noticed when it is sent.
    let versions = Versions {
        left: version(one).await?,
        right: version(other).await?,
    };
    let left = linli.open_record(&signed.actor, one, &purpose).await;
    let right = linli.open_record(&signed.actor, other, &purpose).await;
    Ok(Both {
        left: left.map_err(trouble)?,
        right: right.map_err(trouble)?,
        versions,
    })
}

/// `POST …/look`: keeps the purpose; showing the records then is the look.
pub(super) async fn look(
    State(portal): State<Portal>,
    Path(two): Path<Two>,
    page: Page,
    signed: Signed,
    session: Session,
    sent: Fields,
) -> Result<Response, Trouble> {
    let allowed = portal.linli.beside(&signed.actor, two.0, two.1).await;
    allowed.map_err(trouble)?;
    let mut typed = Typed::of(&sent);
    let words = typed.words("purpose", "desk.purpose-required");
    if let Err(refusals) = typed.into_result(Some(())) {
        let page = page.with_refusals(&refusals);
        return build(&portal, page, (&signed, &session), two, &[]).await;
    }
    let now = portal.linli.clock().now();
    looks::show(&session, &about(two), &words, now).await?;
    Ok(Redirect::to(&here(two)).into_response())
}

fn columns(page: &Page) -> Vec<Column> {
    [
        "residents-beside-field",
        "residents-same-first",
        "residents-same-second",
    ]
    .map(|key| Column::new(page.t(key)))
    .to_vec()
}

fn masked(portal: &Portal, page: &Page, beside: &Beside) -> Table {
    let unknown = || page.t("residents-unknown");
    let born = |row: &Row| row.birth_date.map(|day| day.year().to_string());
    let dictionary = portal.linli.catalogue().dictionary();
    let named = |field: &str| {
        let found = dictionary.field(field);
        found.map_or_else(
            || field.to_owned(),
            |one| one.names.in_lang(page.lang.tag()).to_owned(),
        )
    };
    let line = |name: String, of: &dyn Fn(&Row) -> Option<String>| {
        vec![
            Cell::text(name),
            Cell::text(of(&beside.first).unwrap_or_else(unknown)),
            Cell::text(of(&beside.second).unwrap_or_else(unknown)),
        ]
    };
    Table {
        caption: page.t("residents-beside-caption"),
        columns: columns(page),
        rows: vec![
            line(named("person.name"), &|row| Some(row.name.clone())),
            line(named("person.id_number"), &|row| row.id_number.clone()),
            line(named("person.phone"), &|row| row.phone.clone()),
            line(page.t("residents-col-birth"), &born),
            line(page.t("residents-col-area"), &|row| {
                Some(rows::area_name(&portal.linli, &row.area))
            }),
        ],
        ..Table::default()
    }
}

/// Every fact that either record knows, and the households.
fn full(portal: &Portal, page: &Page, both: &Both) -> Table {
    let dictionary = portal.linli.catalogue().dictionary();
    let said = |facts: &Facts, field: &str| {
        facts.get(field).map_or_else(
            || page.t("residents-unknown"),
            |fact| {
                let value = words::value(page, dictionary, field, fact);
                format!("{value} · {}", words::source(page, dictionary, fact))
            },
        )
    };
    let (left, right) = (&both.left.resident.facts, &both.right.resident.facts);
    let mut rows: Vec<Vec<Cell>> = dictionary
        .fields()
        .map(|field| (field.id.as_str(), field.names.in_lang(page.lang.tag())))
        .filter(|(field, _)| left.contains_key(*field) || right.contains_key(*field))
        .map(|(field, name)| {
            vec![
                Cell::text(name),
                Cell::text(said(left, field)),
                Cell::text(said(right, field)),
            ]
        })
        .collect();
    let home = |record: &OpenRecord| {
        merge::home(page, record).unwrap_or_else(|| page.t("residents-household-none"))
    };
    rows.push(vec![
        Cell::text(page.t("residents-household")),
        Cell::text(home(&both.left)),
        Cell::text(home(&both.right)),
    ]);
    Table {
        caption: page.t("residents-beside-caption"),
        columns: columns(page),
        rows,
        ..Table::default()
    }
}
