//! The first step: choose a file. And the template, the imports there were, a file thrown away.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use linli_interop::sheet::Unreadable;
use linli_kernel::{AreaPath, CommandId, Refusal};
use tower_sessions::Session;
use uuid::Uuid;

use super::report::{self, file_refusal};
use super::work::{Work, table_of};
use crate::Portal;
use crate::desk::{looks, rows, trouble};
use crate::session::Upload;
use crate::shell::ui::{Cell, Choice, Column, Markup, Select, Table, Tag, Tone};
use crate::shell::{Fields, Page, Signed, Trouble, Uploads, download, html, invalid, is_hostile};

/// So many rows are looked at before a file is taken.
const LOOKED_AT: usize = 200;

#[derive(Template)]
#[template(path = "ledgers/templates/start.html")]
struct StartPage {
    page: Page,
    area: Markup,
    imports: Table,
}

/// `GET /desk/import`
pub(super) async fn form(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    html(&start(&portal, page, &signed, "").await?)
}

async fn start(
    portal: &Portal,
    page: Page,
    signed: &Signed,
    chosen: &str,
) -> Result<StartPage, Trouble> {
    let imports = portal.linli.imports(&signed.actor).await.map_err(trouble)?;
    let columns = [
        "ledgers-col-when",
        "ledgers-col-area",
        "ledgers-col-new",
        "ledgers-col-changed",
        "ledgers-col-left-out",
        "ledgers-col-stage",
    ];
    let listed = imports.iter().map(|row| {
        let at = jiff::Timestamp::from_microsecond(row.at).unwrap_or_default();
        let area = row.area.parse::<AreaPath>().ok();
        let area = area.map(|area| rows::area_name(&portal.linli, &area));
        vec![
            Cell::link(page.when(at), format!("/desk/imports/{}", row.id)),
            Cell::text(area.unwrap_or_default()),
            Cell::text(row.added.to_string()),
            Cell::text(row.changed.to_string()),
            Cell::text((row.doubtful + row.bad).to_string()),
            Cell::part(Markup::of(&stage(&page, &row.stage))),
        ]
    });
    let imports = Table {
        caption: page.t("ledgers-imports"),
        rows: listed.collect(),
        columns: columns.map(|key| Column::new(page.t(key))).to_vec(),
        ..Table::default()
    };
    Ok(StartPage {
        area: committees(portal, &page, signed, chosen),
        imports,
        page,
    })
}

/// Where an import stands, as a tag.
pub(super) fn stage(page: &Page, code: &str) -> Tag {
    let tone = match code {
        "done" => Tone::Done,
        "running" => Tone::Wait,
        _ => Tone::Quiet,
    };
    Tag::new(page.t(&format!("ledgers-stage-{code}")), tone)
}

/// The committees of the post's area to choose from; nothing where the post is at one.
fn committees(portal: &Portal, page: &Page, signed: &Signed, chosen: &str) -> Markup {
    let Some(own) = signed.actor.post.as_ref().map(|post| &post.area) else {
        return Markup::default();
    };
    let areas = portal.linli.areas();
    if areas.get(own).is_some_and(|area| area.kind.is_committee()) {
        return Markup::default();
    }
    let mut choices = vec![Choice::new("", page.t("desk-choose"))];
    choices.extend(
        areas
            .committees(own)
            .map(|area| Choice::new(area.path().as_str(), area.name()).chosen_if(chosen)),
    );
    Markup::of(&Select {
        name: "area".to_owned(),
        label: page.t("ledgers-area"),
        error: page.problem_of("area").to_owned(),
        choices,
        ..Select::default()
    })
}

/// `POST /desk/import`: takes a file that can be read.
pub(super) async fn receive(
    State(portal): State<Portal>,
    page: Page,
    signed: Signed,
    fields: Fields,
    files: Uploads,
) -> Result<Response, Trouble> {
    let chosen = fields.text("area").to_owned();
    match take(&portal, &signed, &chosen, &files).await? {
        Ok(id) => Ok(Redirect::to(&format!("/desk/import/{id}")).into_response()),
        Err(refusal) => {
            let page = page.with_refusals(&[refusal]);
            invalid(&start(&portal, page, &signed, &chosen).await?)
        }
    }
}

async fn take(
    portal: &Portal,
    signed: &Signed,
    chosen: &str,
    files: &Uploads,
) -> Result<Result<Uuid, Refusal>, Trouble> {
    let own = signed.actor.post.as_ref().map(|post| post.area.clone());
    let area = if chosen.is_empty() {
        own
    } else {
        chosen.parse().ok()
    };
    let none = || Refusal::new("residents.not-a-committee").on("area");
    let Some(area) = area else {
        return Ok(Err(none()));
    };
    let areas = portal.linli.areas();
    if areas
        .get(&area)
        .is_none_or(|area| !area.kind.is_committee())
    {
        return Ok(Err(none()));
    }
    let target = linli_kernel::gate::Target {
        area: &area,
        subject: None,
    };
    let action = linli_kernel::Action::ResidentChange;
    linli_kernel::gate::permits(&signed.actor, action, target)?;
    let Some(file) = files.iter().find(|file| file.field == "file") else {
        return Ok(Err(Refusal::new("ledgers.file-missing").on("file")));
    };
    if file.too_large {
        let most = linli_interop::upload::MOST_BYTES as u64;
        let what = "bytes";
        return Ok(Err(file_refusal(&Unreadable::TooMuch { what, most })));
    }
    let bytes = file.bytes.clone();
    if let Err(why) = table_of(bytes.clone(), None, Some(LOOKED_AT)).await? {
        return Ok(Err(file_refusal(&why)));
    }
    let work = Work {
        source: "committee".to_owned(),
        as_of: portal.linli.clock().today(),
        ..Work::default()
    };
    let upload = Upload {
        id: CommandId::new(portal.linli.clock()).0,
        account: signed.account,
        area,
        name: plain_name(&file.name),
        bytes,
        work: serde_json::to_value(work).unwrap_or_default(),
    };
    portal.desk.keep_upload(&upload).await?;
    Ok(Ok(upload.id))
}

/// The last part of a file's name as it may be shown and sent back: `../../x` is `x`.
fn plain_name(sent: &str) -> String {
    const LONGEST: usize = 100;
    let name = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept = name.chars().filter(|c| !is_hostile(*c) && !c.is_control());
    kept.take(LONGEST).collect::<String>().trim().to_owned()
}

/// `GET /desk/import/template.xlsx`
pub(super) async fn template(
    State(portal): State<Portal>,
    page: Page,
) -> Result<Response, Trouble> {
    let dictionary = portal.linli.catalogue().dictionary();
    let name = page.t("ledgers-template-name");
    let own = |key: &str| page.t(&format!("ledgers-meaning-{key}"));
    let bytes = report::template(dictionary, page.lang.tag(), &name, &own)?;
    Ok(download::file(&format!("{name}.xlsx"), bytes))
}

/// `POST /desk/import/{upload}/drop`: throws the file away.
pub(super) async fn throw_away(
    State(portal): State<Portal>,
    Path(id): Path<Uuid>,
    signed: Signed,
    session: Session,
) -> Result<Response, Trouble> {
    portal.desk.drop_upload(id, signed.account).await?;
    looks::flash(&session, "ledgers-dropped", &[]).await?;
    Ok(Redirect::to("/desk/import").into_response())
}

#[cfg(test)]
mod tests {
    use super::plain_name;

    #[test]
    fn a_file_name_is_a_name_and_nothing_more() {
        for (sent, kept) in [
            ("台账.xlsx", "台账.xlsx"),
            ("../../etc/passwd", "passwd"),
            ("C:\\台账\\名册.xls", "名册.xls"),
            ("a\r\nSet-Cookie: x\0.csv", "aSet-Cookie: x.csv"),
            ("\u{202e}slx.exe", "slx.exe"),
        ] {
            assert_eq!(plain_name(sent), kept);
        }
    }
}
