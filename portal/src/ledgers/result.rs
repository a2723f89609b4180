//! The last step: what became of an import, while it runs and afterwards, and taking it back.

use std::future::Future;
use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderValue, header};
use linli_community::ledgers::{Import, Stage};
use linli_community::{Call, Problem};
use linli_kernel::{CommandId, Fault, ResidentId};
use uuid::Uuid;

use super::preview::summary;
use super::{Progress, start};
use crate::Portal;
use crate::desk::forms::FormPage;
use crate::desk::{rows, trouble};
use crate::shell::format::grouped;
use crate::shell::ui::{Cell, Column, Link, SummaryList, Table, Tag};
use crate::shell::{Fields, Page, Signed, Trouble, html};

/// For so long the answer waits for work to end; then the page shows how far it is.
const PATIENCE: Duration = Duration::from_secs(4);
/// So many of those of whom something stays are listed.
const LISTED: usize = 100;

/// Begins long work under `import`, and waits a little for its end.
pub(super) async fn started(
    portal: &Portal,
    import: Uuid,
    work: impl Future<Output = Result<(), Problem>> + Send + 'static,
) -> Result<(), Trouble> {
    if matches!(portal.imports.of(import), Some(Progress::At(..))) {
        return Ok(());
    }
    let running = portal.imports.clone();
    running.set(import, Progress::At(0, 0));
    let task = tokio::spawn(async move {
        match Box::pin(work).await {
            Ok(()) => running.end(import),
            Err(Problem::Refused(refusals)) => running.set(import, Progress::Refused(refusals)),
            Err(problem) => {
                tracing::error!(%import, %problem, "an import ended early");
                running.set(import, Progress::Failed);
            }
        }
    });
    match tokio::time::timeout(PATIENCE, task).await {
        Ok(Err(error)) => {
            portal.imports.set(import, Progress::Failed);
            Err(Fault::Store(format!("an import: {error}")).into())
        }
        Ok(Ok(())) | Err(_) => Ok(()),
    }
}

/// To the page of an import; `upload` is the file it came from, while it is kept.
pub(super) fn to(import: Uuid, upload: Option<Uuid>) -> Response {
    let from = upload.map_or_else(String::new, |upload| format!("?upload={upload}"));
    Redirect::to(&format!("/desk/imports/{import}{from}")).into_response()
}

#[derive(Template)]
#[template(path = "ledgers/templates/result.html")]
struct ResultPage {
    page: Page,
    id: Uuid,
    area: String,
    when: String,
    stage: Tag,
    running: String,
    trouble: Vec<String>,
    summary: SummaryList,
    undone: String,
    kept: Table,
    upload: Option<Uuid>,
    done: bool,
    left_out: bool,
}

/// `GET /desk/imports/{import}`
pub(super) async fn show(
    State(portal): State<Portal>,
    Path(id): Path<Uuid>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let progress = portal.imports.of(id);
    let import = match portal.linli.import_of(&signed.actor, id).await {
        Ok(import) => import,
        // It has not begun: it is read and judged, or was refused before it could begin.
        Err(Problem::Refused(no)) if progress.is_some() && unknown(&no) => Import::default(),
        Err(Problem::Refused(no)) if unknown(&no) => return Err(Trouble::NotFound),
        Err(problem) => return Err(trouble(problem)),
    };
    let runs = matches!(progress, Some(Progress::At(..)));
    let (running, troubles) = said(&page, progress);
    let upload = page.query.get("upload").and_then(|id| id.parse().ok());
    let area = import
        .area
        .as_ref()
        .map(|area| portal.linli.areas().full_name(area));
    let undone = page.ta(
        "ledgers-undone",
        &[
            ("undone", &grouped(import.undone)),
            ("kept", &grouped(import.kept.len() as u64)),
        ],
    );
    let shown = ResultPage {
        id,
        area: area.unwrap_or_default(),
        when: import.at.map(|at| page.when(at)).unwrap_or_default(),
        stage: start::stage(&page, import.stage.code()),
        summary: match import.stage {
            Stage::Done | Stage::Undone => summary(&page, import.counts, 0),
            _ => SummaryList::default(),
        },
        undone: if import.stage == Stage::Undone {
            undone
        } else {
            String::new()
        },
        kept: kept(&portal, &page, &signed, &import).await?,
        done: !runs && matches!(import.stage, Stage::Done | Stage::Running),
        left_out: import.counts.doubtful + import.counts.bad > 0,
        running,
        trouble: troubles,
        upload,
        page,
    };
    let mut answer = html(&shown)?;
    if runs {
        // No script is needed: the browser asks again by itself.
        let refresh = HeaderValue::from_static("2");
        answer.headers_mut().insert(header::REFRESH, refresh);
    }
    Ok(answer)
}

fn unknown(refusals: &[linli_kernel::Refusal]) -> bool {
    refusals
        .iter()
        .any(|no| no.code == "ledgers.no-such-import")
}

/// How far it is, and what went wrong, in words.
fn said(page: &Page, progress: Option<Progress>) -> (String, Vec<String>) {
    match progress {
        None => (String::new(), Vec::new()),
        Some(Progress::At(_, 0)) => (page.t("ledgers-reading"), Vec::new()),
        Some(Progress::At(done, all)) => {
            let facts = [("done", &*grouped(done)), ("all", &*grouped(all))];
            (page.ta("ledgers-progress", &facts), Vec::new())
        }
        Some(Progress::Refused(refusals)) => {
            let words = refusals.iter().map(|refusal| page.refusal(refusal));
            (String::new(), words.collect())
        }
        Some(Progress::Failed) => (String::new(), vec![page.t("ledgers-failed")]),
    }
}

/// Of whom something stays, masked.
async fn kept(
    portal: &Portal,
    page: &Page,
    signed: &Signed,
    import: &Import,
) -> Result<Table, Trouble> {
    let dictionary = portal.linli.catalogue().dictionary();
    let mut listed = Vec::new();
    for one in import.kept.iter().take(LISTED) {
        let id = ResidentId(one.resident);
        let row = match portal.linli.resident_row(&signed.actor, id).await {
            Ok(row) => row,
            Err(Problem::Fault(fault)) => return Err(fault.into()),
            // Erased or moved away since: there is nobody to name here.
            Err(_) => continue,
        };
        let names = one
            .fields
            .iter()
            .filter_map(|field| dictionary.field(field.as_str()));
        let names: Vec<&str> = names
            .map(|field| field.names.in_lang(page.lang.tag()))
            .collect();
        let why = match names.is_empty() {
            true => page.t("ledgers-kept-bound"),
            false => page.t1("ledgers-kept-fields", "fields", names.join("、")),
        };
        listed.push(vec![
            Cell::link(&row.name, format!("/desk/residents/{id}")),
            Cell::text(rows::area_name(&portal.linli, &row.area)),
            Cell::text(why),
        ]);
    }
    let heads = [
        "residents-col-name",
        "residents-col-area",
        "ledgers-col-reason",
    ];
    Ok(Table {
        caption: page.t("ledgers-kept"),
        columns: heads.map(|key| Column::new(page.t(key))).to_vec(),
        rows: listed,
        ..Table::default()
    })
}

/// `GET /desk/imports/{import}/undo`: asks once more.
pub(super) async fn ask(
    State(portal): State<Portal>,
    Path(id): Path<Uuid>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    portal
        .linli
        .import_of(&signed.actor, id)
        .await
        .map_err(trouble)?;
    let title = page.t("ledgers-undo-title");
    let submit = page.t("ledgers-undo");
    let lead = page.t("ledgers-undo-lead");
    let back = Link::new(page.t("ledgers-result"), format!("/desk/imports/{id}"));
    let mut form = FormPage::new(page, title, submit, back).lead(lead);
    form.danger = true;
    form.show()
}

/// `POST /desk/imports/{import}/undo`
pub(super) async fn undo(
    State(portal): State<Portal>,
    Path(id): Path<Uuid>,
    signed: Signed,
    fields: Fields,
) -> Result<Response, Trouble> {
    let command = fields.command().ok_or(Trouble::Unreadable("command"))?;
    portal
        .linli
        .import_of(&signed.actor, id)
        .await
        .map_err(trouble)?;
    let undoing = take_back(portal.clone(), signed, id, command);
    started(&portal, id, undoing).await?;
    Ok(to(id, None))
}

async fn take_back(
    portal: Portal,
    signed: Signed,
    id: Uuid,
    command: CommandId,
) -> Result<(), Problem> {
    let call = Call {
        command,
        actor: &signed.actor,
        expected: None,
    };
    let told = |done, all| portal.imports.set(id, Progress::At(done, all));
    Box::pin(portal.linli.undo_import(call, id, told)).await?;
    Ok(())
}
