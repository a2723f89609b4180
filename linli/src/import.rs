//! `linli import`: a committee's ledger into the registers from the command line, and back out.
//! Lines that are wrong or doubtful stay out and come back marked; then the exit code is 1.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use linli_community::Linli;
use linli_community::ledgers::{
    Counts, Layout, Line, Meaning, Order, Reading, Verdict, counts, lines, understand,
};
use linli_interop::sheet::{self, Ask, Limits, Table};
use linli_kernel::{Actor, AreaPath, Refusal};
use linli_portal::i18n::{I18n, Lang};
use linli_portal::ledgers::{file_refusal, marks};
use serde::Serialize;
use uuid::Uuid;

use crate::cli::{Import, ImportResidents, ImportUndo};
use crate::node;
use crate::outcome::{Misuse, Outcome};
use crate::say;

/// `linli import …`
pub(crate) async fn run(import: &Import) -> anyhow::Result<Outcome> {
    match import {
        Import::Residents(wish) => Box::pin(residents(wish)).await,
        Import::Undo(wish) => Box::pin(undo(wish)).await,
    }
}

/// What became of a ledger.
#[derive(Serialize)]
struct Told {
    import: Option<Uuid>,
    area: AreaPath,
    sheet: String,
    columns: Vec<ToldColumn>,
    counts: Counts,
    passed_over: usize,
    reasons: BTreeMap<String, u64>,
}

#[derive(Serialize)]
struct ToldColumn {
    header: String,
    taken_as: Meaning,
    why: &'static str,
}

/// A ledger, understood.
struct Ledger {
    table: Table,
    layout: Layout,
    lines: Vec<Line>,
    passed: usize,
}

async fn residents(wish: &ImportResidents) -> anyhow::Result<Outcome> {
    let dir = &wish.asked.folder.dir;
    let linli = match wish.dry_run {
        true => node::reading(dir).await?,
        false => node::writing(dir).await?.1,
    };
    let area = area(&linli, &wish.area)?;
    let ledger = read(&linli, wish, &area).await?;
    let actor = Actor::system();
    let as_of = wish.as_of.unwrap_or_else(|| linli.clock().today());
    let judged = linli.judge_lines(&actor, &area, (&wish.source, as_of), &ledger.lines);
    let verdicts = judged.await.map_err(node::told)?;
    let mut counted = counts(&verdicts);
    let call = node::call(&linli, &actor);
    let mut import = None;
    if !wish.dry_run && counted.good() > 0 {
        let taken = ledger
            .layout
            .columns
            .iter()
            .map(|column| column.meaning.clone());
        let order = Order {
            area: area.clone(),
            source: wish.source.clone(),
            as_of,
            columns: taken
                .filter(|meaning| *meaning != Meaning::Ignored)
                .collect(),
        };
        let mut shown = say::Progress::of("导入 · importing");
        let told = |done, all| shown.at(done, all);
        let importing = linli.import_lines(call, &order, &ledger.lines, &verdicts, told);
        counted = Box::pin(importing).await.map_err(node::told)?;
        shown.clear();
        import = Some(call.command.0);
    }
    let i18n = I18n::load()?;
    if let Some(report) = &wish.report {
        write_report(report, &ledger, &verdicts, &i18n)?;
    }
    linli.journal().close().await;
    tell(wish, &ledger, &verdicts, (import, area, counted), &i18n)
}

/// The committee with this code or path.
fn area(linli: &Linli, text: &str) -> anyhow::Result<AreaPath> {
    let areas = linli.areas();
    let by_path = text
        .parse()
        .ok()
        .and_then(|path: AreaPath| areas.get(&path));
    let found = by_path.or_else(|| areas.by_code(text));
    let found = found.filter(|area| area.kind.is_committee());
    let found = found.ok_or_else(|| Misuse(format!("{text} is no committee of this node")))?;
    Ok(found.path().clone())
}

async fn read(linli: &Linli, wish: &ImportResidents, area: &AreaPath) -> anyhow::Result<Ledger> {
    let file = &wish.file;
    let size = std::fs::metadata(file).with_context(|| file.display().to_string())?;
    let limits = Limits::FILE;
    let bytes = match size.len() > limits.bytes as u64 {
        // Too large to be read into memory at all: the reader says so from the size alone.
        true => vec![b' '; limits.bytes + 1],
        false => std::fs::read(file).with_context(|| file.display().to_string())?,
    };
    let ask = Ask {
        sheet: wish.sheet.as_deref(),
        first: None,
        limits,
    };
    let table = sheet::read(&bytes, &ask).map_err(|why| {
        let i18n = I18n::load().map(|i18n| words(&i18n, &file_refusal(&why)));
        anyhow::anyhow!("{}: {why}: {}", file.display(), i18n.unwrap_or_default())
    })?;
    drop(bytes);
    let words = linli.ledger_words()?;
    let reading = Reading {
        dictionary: linli.catalogue().dictionary(),
        words: &words,
        from_1904: table.from_1904,
        today: linli.clock().today(),
    };
    let remembered = linli.remembered_columns(area).await?;
    let layout = understand(&table, &reading, &remembered, None);
    let (lines, passed) = lines(&table, &layout, &reading);
    Ok(Ledger {
        table,
        layout,
        lines,
        passed,
    })
}

fn words(i18n: &I18n, refusal: &Refusal) -> String {
    let key = format!("refusal-{}", refusal.code.replace('.', "-"));
    let facts = refusal.facts.iter();
    i18n.text(
        Lang::Zh,
        &key,
        facts.map(|(name, value)| (name.as_str(), value.as_str())),
    )
}

fn write_report(
    to: &Path,
    ledger: &Ledger,
    verdicts: &[Verdict],
    i18n: &I18n,
) -> anyhow::Result<()> {
    let told = |refusal: &Refusal| words(i18n, refusal);
    let said = marks(&ledger.layout, &ledger.lines, verdicts, &told);
    let title = i18n.text(Lang::Zh, "ledgers-marked-title", []);
    let header = ledger.layout.first().saturating_sub(1);
    let bytes = sheet::marked(&ledger.table, header, &title, &said)?;
    std::fs::write(to, bytes).with_context(|| to.display().to_string())
}

fn tell(
    wish: &ImportResidents,
    ledger: &Ledger,
    verdicts: &[Verdict],
    (import, area, counts): (Option<Uuid>, AreaPath, Counts),
    i18n: &I18n,
) -> anyhow::Result<Outcome> {
    let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
    let mut said: BTreeMap<String, String> = BTreeMap::new();
    for (line, verdict) in ledger.lines.iter().zip(verdicts) {
        let wrong = match verdict {
            Verdict::Doubtful(doubt) => std::slice::from_ref(doubt),
            _ => line.wrong.as_slice(),
        };
        for one in wrong {
            *reasons.entry(one.refusal.code.clone()).or_default() += 1;
            said.entry(one.refusal.code.clone())
                .or_insert_with(|| words(i18n, &one.refusal));
        }
    }
    let left_out = counts.doubtful + counts.bad;
    if wish.asked.json {
        let columns = ledger.layout.columns.iter().map(|column| ToldColumn {
            header: column.header.clone(),
            taken_as: column.meaning.clone(),
            why: column.why.code(),
        });
        say::json(&Told {
            import,
            area,
            sheet: ledger.table.name.clone(),
            columns: columns.collect(),
            counts,
            passed_over: ledger.passed,
            reasons,
        })?;
    } else {
        let Counts {
            new,
            changed,
            same,
            doubtful,
            bad,
        } = counts;
        say::line(format!(
            "新增 {new} · 更新 {changed} · 没有变化 {same} · 存疑 {doubtful} · 有错 {bad}\n\
             new {new} · changed {changed} · nothing new {same} · doubtful {doubtful} · wrong {bad}"
        ));
        for (code, many) in &reasons {
            let words = said.get(code).map(String::as_str).unwrap_or_default();
            say::line(format!("  {many} × {code}: {words}"));
        }
        match import {
            Some(id) => say::line(format!(
                "导入编号 · import {id}（撤回 · undo: linli import undo {id}）"
            )),
            None => say::line("没有导入 · nothing was imported"),
        }
    }
    Ok(match left_out {
        0 => Outcome::Done,
        _ => Outcome::Failed,
    })
}

async fn undo(wish: &ImportUndo) -> anyhow::Result<Outcome> {
    let (_, linli) = node::writing(&wish.asked.folder.dir).await?;
    let actor = Actor::system();
    let mut shown = say::Progress::of("撤回 · taking back");
    let told = |done, all| shown.at(done, all);
    let undone = linli.undo_import(node::call(&linli, &actor), wish.import, told);
    let undone = Box::pin(undone).await.map_err(node::told)?;
    shown.clear();
    linli.journal().close().await;
    if wish.asked.json {
        say::json(&serde_json::json!({
            "import": wish.import,
            "undone": undone.undone,
            "kept": undone.kept,
        }))?;
    } else {
        let (back, kept) = (undone.undone, undone.kept.len());
        say::line(format!(
            "{back} 人恢复原样，{kept} 人有内容保留 · {back} as they were, of {kept} something stays"
        ));
        for one in &undone.kept {
            let fields: Vec<&str> = one
                .fields
                .iter()
                .map(linli_community::residents::FieldId::as_str)
                .collect();
            say::line(format!("  {} {}", one.resident, fields.join(", ")));
        }
    }
    Ok(Outcome::Done)
}
