//! The third step: what would happen, line by line, before anything happens; then it does. And the
//! user's own table with everything that is wrong marked in it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use linli_community::ledgers::{Counts, Verdict, Wrong, counts};
use linli_community::{Call, Problem};
use linli_interop::sheet;
use linli_kernel::{CommandId, Fault};
use uuid::Uuid;

use super::report::{header_of, marks};
use super::result::{self, started};
use super::work::{Opened, opened};
use crate::Portal;
use crate::desk::trouble;
use crate::shell::format::grouped;
use crate::shell::ui::{Cell, Column, Row, SummaryList, Table, Tag, Tone};
use crate::shell::{Fields, Page, Signed, Trouble, download, html};

/// So many rows of a large ledger are looked at before it is imported; a smaller one is looked at
/// in whole.
const ROWS: usize = 1_000;
/// So many lines that need a look are listed; the marked workbook has them all.
const LISTED: usize = 100;

#[derive(Template)]
#[template(path = "ledgers/templates/preview.html")]
struct PreviewPage {
    page: Page,
    id: Uuid,
    name: String,
    area: String,
    summary: SummaryList,
    more: bool,
    good: String,
    nothing: bool,
    left_out: Table,
    unlisted: String,
}

/// `GET /desk/import/{upload}/preview`
pub(super) async fn show(
    State(portal): State<Portal>,
    Path(id): Path<Uuid>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let file = opened(&portal, &signed, id, Some(ROWS)).await?;
    let verdicts = judged(&portal, &signed, &file).await?;
    let counted = counts(&verdicts);
    let (left_out, unlisted) = left_out(&page, &file, &verdicts);
    html(&PreviewPage {
        id,
        name: file.upload.name.clone(),
        area: portal.linli.areas().full_name(&file.upload.area),
        summary: summary(&page, counted, file.passed as u64),
        more: file.table.more,
        good: grouped(counted.good()),
        nothing: counted.good() == 0 && !file.table.more,
        left_out,
        unlisted,
        page,
    })
}

async fn judged(portal: &Portal, signed: &Signed, file: &Opened) -> Result<Vec<Verdict>, Trouble> {
    let origin = (file.work.source.as_str(), file.work.as_of);
    let area = &file.upload.area;
    let judged = portal
        .linli
        .judge_lines(&signed.actor, area, origin, &file.lines);
    judged.await.map_err(trouble)
}

/// How many lines become what, in words.
pub(super) fn summary(page: &Page, counted: Counts, passed: u64) -> SummaryList {
    let row = |key: &str, n: u64| Row::new(page.t(key), page.t1("ledgers-lines", "n", grouped(n)));
    let mut rows = vec![
        row("ledgers-new", counted.new),
        row("ledgers-changed", counted.changed),
        row("ledgers-same", counted.same),
        row("ledgers-doubtful", counted.doubtful),
        row("ledgers-bad", counted.bad),
    ];
    if passed > 0 {
        rows.push(row("ledgers-passed", passed));
    }
    SummaryList { rows }
}

/// The lines that would not go in, each with the reason.
fn left_out(page: &Page, file: &Opened, verdicts: &[Verdict]) -> (Table, String) {
    let mut rows = Vec::new();
    let mut unlisted = 0_u64;
    for (line, verdict) in file.lines.iter().zip(verdicts) {
        let (wrong, tone): (&[Wrong], Tone) = match verdict {
            Verdict::Doubtful(doubt) => (std::slice::from_ref(doubt), Tone::Wait),
            Verdict::Bad => (&line.wrong, Tone::Stop),
            _ => continue,
        };
        for wrong in wrong {
            if rows.len() >= LISTED {
                unlisted += 1;
                continue;
            }
            let key = if tone == Tone::Stop {
                "ledgers-tag-bad"
            } else {
                "ledgers-tag-doubtful"
            };
            let shown = wrong.column.map(|at| file.table.cell(line.row, at).shown());
            rows.push(vec![
                Cell::text(page.t1("ledgers-row", "n", line.row + 1)),
                Cell::text(header_of(&file.layout, wrong).unwrap_or_default()),
                Cell::text(shown.unwrap_or_default()),
                Cell::text(page.refusal(&wrong.refusal)),
                Cell::part(crate::shell::ui::Markup::of(&Tag::new(page.t(key), tone))),
            ]);
        }
    }
    let heads = [
        "ledgers-col-row",
        "ledgers-col-header",
        "ledgers-col-cell",
        "ledgers-col-reason",
        "ledgers-col-kind",
    ];
    let table = Table {
        caption: page.t("ledgers-left-out"),
        columns: heads.map(|key| Column::new(page.t(key))).to_vec(),
        rows,
        ..Table::default()
    };
    let unlisted = match unlisted {
        0 => String::new(),
        n => page.t1("ledgers-unlisted", "n", grouped(n)),
    };
    (table, unlisted)
}

/// `GET /desk/import/{upload}/marked.xlsx`: the file back, with everything wrong marked in it.
pub(super) async fn marked(
    State(portal): State<Portal>,
    Path(id): Path<Uuid>,
    page: Page,
    signed: Signed,
) -> Result<Response, Trouble> {
    let file = opened(&portal, &signed, id, None).await?;
    let verdicts = judged(&portal, &signed, &file).await?;
    let said = marks(&file.layout, &file.lines, &verdicts, &|no| page.refusal(no));
    let title = page.t("ledgers-marked-title");
    let header = file.layout.first().saturating_sub(1);
    let table = std::sync::Arc::clone(&file.table);
    let bytes = tokio::task::spawn_blocking(move || sheet::marked(&table, header, &title, &said));
    let bytes = bytes
        .await
        .map_err(|error| Fault::Busy(error.to_string()))??;
    let stem = file
        .upload
        .name
        .rsplit_once('.')
        .map_or(&*file.upload.name, |(stem, _)| stem);
    let name = format!("{stem}-{}.xlsx", page.t("ledgers-marked-title"));
    Ok(download::file(&name, bytes))
}

/// `POST /desk/import/{upload}/preview`: imports the good lines.
pub(super) async fn commit(
    State(portal): State<Portal>,
    Path(id): Path<Uuid>,
    signed: Signed,
    fields: Fields,
) -> Result<Response, Trouble> {
    let command = fields.command().ok_or(Trouble::Unreadable("command"))?;
    if portal.desk.upload(id, signed.account).await?.is_none() {
        return Err(Trouble::NotFound);
    }
    let importing = import(portal.clone(), signed, id, command);
    started(&portal, command.0, importing).await?;
    Ok(result::to(command.0, Some(id)))
}

/// Imports a file: read, judged and recorded.
async fn import(
    portal: Portal,
    signed: Signed,
    id: Uuid,
    command: CommandId,
) -> Result<(), Problem> {
    let file = opened(&portal, &signed, id, None).await.map_err(problem)?;
    let verdicts = judged(&portal, &signed, &file).await.map_err(problem)?;
    let call = Call {
        command,
        actor: &signed.actor,
        expected: None,
    };
    let order = file.order();
    let told = |done, all| {
        portal
            .imports
            .set(command.0, super::Progress::At(done, all));
    };
    let linli = &portal.linli;
    Box::pin(linli.import_lines(call, &order, &file.lines, &verdicts, told)).await?;
    Ok(())
}

/// A trouble of a page as the problem it was.
fn problem(trouble: Trouble) -> Problem {
    match trouble {
        Trouble::Refused(refusals) => Problem::Refused(refusals),
        Trouble::Forbidden(refusal) => Problem::Refused(vec![refusal]),
        Trouble::Fault(fault) => Problem::Fault(fault),
        other => Problem::Fault(Fault::Busy(format!("{other:?}"))),
    }
}
