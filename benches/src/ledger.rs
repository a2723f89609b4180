//! A ledger of 200,000 people × 12 columns: read, understood, judged and recorded durably, in this
//! process alone, so that its memory is the figure; beside `openpyxl` that only reads it.

use std::path::Path;
use std::process::Command as Process;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use jiff::civil::date;
use linli_community::ledgers::{Order, Reading, counts, lines, understand};
use linli_community::places::SONGJIANG;
use linli_community::{Call, Linli, NodeConfig};
use linli_interop::sheet::{Ask, Cell, Column, Limits, Report, read};
use linli_kernel::{Actor, AreaPath, CommandId, SystemClock};
use linli_units::IdentityNumber;

use crate::figures::Figure;

const AREA: &str = "310117/310117001/310117001001";
const WHOLE: Duration = Duration::from_secs(25);
const PREVIEW: Duration = Duration::from_secs(2);
const MEMORY: u64 = 512 << 20;

/// Writes a ledger of `rows` people who do not exist, in households of three.
pub(crate) fn make(file: &Path, rows: u32) -> Result<()> {
    const HEADER: [&str; 12] = [
        "序号",
        "姓名",
        "身份证号",
        "性别",
        "出生日期",
        "户号",
        "与户主关系",
        "手机",
        "现住址",
        "月收入",
        "文化程度",
        "备注",
    ];
    const FAMILY: [&str; 10] = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴"];
    let columns = HEADER.map(|label| Column::new(label, 12));
    let mut report = Report::new("居民", &[], &columns)?;
    for n in 0..rows {
        // 150,000 numbers a birth year: districts, days and sequences in turn.
        let (sequence, place) = (u16::try_from(n % 1_000)?, n / 1_000);
        let year = 1940 + i16::try_from(place % 70)?;
        let born = date(
            year,
            1 + i8::try_from(place / 70 % 12)?,
            1 + i8::try_from(n % 28)?,
        );
        let number = IdentityNumber::synthetic(117, born, sequence);
        let number = number.context("a synthetic number")?;
        let relation = ["户主", "配偶", "子"][usize::try_from(n % 3)?];
        let sex = if sequence % 2 == 1 { "男" } else { "女" };
        let family = FAMILY[usize::try_from(n % 10)?];
        let texts = [
            n.to_string(),
            format!("{family}示{n}"),
            number.as_str().to_owned(),
            sex.to_owned(),
            format!("{}.{}.{}", born.year(), born.month(), born.day()),
            (n / 3).to_string(),
            relation.to_owned(),
            format!("109{n:08}"),
            format!("示例路{}弄{}号{}室", n / 900, n / 30 % 30, n % 30),
            format!("{}", n % 9_000),
            "初中".to_owned(),
            String::new(),
        ];
        report.row(&texts.map(|text| Cell::text(&text)))?;
    }
    std::fs::write(file, report.finish()?)?;
    Ok(())
}

pub(crate) async fn run(dir: &Path, rows: u32, python: &Path) -> Result<Vec<Figure>> {
    let dir = tempfile::tempdir_in(dir)?;
    let file = dir.path().join("ledger.xlsx");
    let made = Process::new(std::env::current_exe()?)
        .arg("make-ledger")
        .arg(&file)
        .arg(rows.to_string())
        .stdout(std::process::Stdio::null())
        .status()?;
    ensure!(made.success(), "the ledger could not be made");
    let linli = node(&dir.path().join("node")).await?;
    let preview = Instant::now();
    let seen = judged(&linli, &file, Some(1_000)).await?;
    let preview = preview.elapsed();
    ensure!(seen > 0, "the preview shows nobody");
    let begun = Instant::now();
    let recorded = import(&linli, &file).await?;
    let took = begun.elapsed();
    ensure!(recorded == u64::from(rows), "{recorded} of {rows} went in");
    linli.journal().close().await;
    let memory = peak()?;
    let mut figures = vec![
        Figure::at_most("preview of the first 1,000 rows", preview, PREVIEW),
        Figure::at_most(
            &format!("{rows} rows × 12 columns to durable registers"),
            took,
            WHOLE,
        ),
        Figure::bytes("— peak memory of the process", memory, MEMORY),
    ];
    if let Some(alone) = openpyxl(python, &file) {
        figures.push(Figure::beside(
            "— openpyxl, reading alone",
            format!("{:.1} s", alone.as_secs_f64()),
        ));
    }
    Ok(figures)
}

async fn node(dir: &Path) -> Result<Linli> {
    let config = NodeConfig {
        journal: linli_journal::Config::sqlite(dir),
        catalogue: None,
    };
    let linli = Linli::open(config, Arc::new(SystemClock)).await?;
    let actor = Actor::system();
    linli.import_divisions(call(&actor), SONGJIANG).await?;
    Ok(linli)
}

fn call(actor: &Actor) -> Call<'_> {
    Call {
        command: CommandId::new(&SystemClock),
        actor,
        expected: None,
    }
}

/// How many of the first rows are new.
async fn judged(linli: &Linli, file: &Path, first: Option<usize>) -> Result<u64> {
    let (order, lines) = understood(linli, file, first)?;
    let origin = (order.source.as_str(), order.as_of);
    let actor = Actor::system();
    let verdicts = linli.judge_lines(&actor, &order.area, origin, &lines);
    Ok(counts(&verdicts.await?).new)
}

async fn import(linli: &Linli, file: &Path) -> Result<u64> {
    let (order, lines) = understood(linli, file, None)?;
    let actor = Actor::system();
    let origin = (order.source.as_str(), order.as_of);
    let verdicts = linli
        .judge_lines(&actor, &order.area, origin, &lines)
        .await?;
    let done = linli.import_lines(call(&actor), &order, &lines, &verdicts, |_, _| {});
    Ok(Box::pin(done).await?.new)
}

fn understood(
    linli: &Linli,
    file: &Path,
    first: Option<usize>,
) -> Result<(Order, Vec<linli_community::ledgers::Line>)> {
    let ask = Ask {
        sheet: None,
        first,
        limits: Limits::FILE,
    };
    let table = read(&std::fs::read(file)?, &ask)?;
    let words = linli.ledger_words()?;
    let today = linli.clock().today();
    let reading = Reading {
        dictionary: linli.catalogue().dictionary(),
        words: &words,
        from_1904: table.from_1904,
        today,
    };
    let layout = understand(
        &table,
        &reading,
        &linli_community::ledgers::Remembered::new(),
        None,
    );
    let (lines, _) = lines(&table, &layout, &reading);
    let order = Order {
        area: AREA.parse::<AreaPath>()?,
        source: "committee".to_owned(),
        as_of: today,
        columns: Vec::new(),
    };
    Ok((order, lines))
}

/// The most memory this process ever held, in bytes.
fn peak() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next());
    let kib: u64 = kib.context("the peak memory of this process")?.parse()?;
    Ok(kib << 10)
}

/// How long `openpyxl` takes to walk every cell; `None` where there is none.
fn openpyxl(python: &Path, file: &Path) -> Option<Duration> {
    const WALK: &str = "import openpyxl,sys\nfor row in openpyxl.load_workbook(sys.argv[1],read_only=True,data_only=True).worksheets[0].iter_rows(values_only=True):\n  for cell in row: pass";
    let begun = Instant::now();
    let done = Process::new(python)
        .args(["-c", WALK])
        .arg(file)
        .status()
        .ok()?;
    done.success().then(|| begun.elapsed())
}
