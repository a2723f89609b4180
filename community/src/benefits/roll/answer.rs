//! 银行回盘: the bank's answer file, read and held against what was sent.
//!
//! Whatever is wrong with it, every problem is named with its row, and nothing is posted. The file
//! is described in `docs/bank-file.md`; it is outside bytes, so it is read with bounds.

use std::collections::{BTreeMap, BTreeSet};

use linli_kernel::Refusal;

use super::bank::{self, Head};
use super::state::{Batch, Roll};
use crate::benefits::events::codes;

codes! {
    /// 结果: what became of a line that was not paid.
    Outcome {
        /// 失败: it never went.
        Failed = "failed",
        /// 退回: it went and came back.
        Returned = "returned",
    }
}

codes! {
    /// 原因: why the bank could not pay. Only a code is kept: a bank's own words may name people.
    Reason {
        /// 户名不符.
        Name = "name",
        /// 账号有误.
        Account = "account",
        /// 账户已销户或者冻结.
        Closed = "closed",
        /// 其他.
        Other = "other",
    }
}

/// The most bytes of an answer: two hundred thousand lines with long reasons.
pub const MOST_BYTES: usize = 32 << 20;

/// The most problems named at once.
const MOST_PROBLEMS: usize = 100;

/// The most characters of a file that a problem quotes.
const QUOTED: usize = 40;

/// What a bank says of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    /// The row of the file, from 1.
    pub row: u64,
    /// Which line.
    pub line: u32,
    /// How much.
    pub fen: i64,
    /// `None` when it was paid.
    pub bad: Option<(Outcome, Reason)>,
}

/// An answer that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its first row.
    pub head: Head,
    /// What it says of each line.
    pub lines: Vec<Answered>,
}

/// What an answer comes to: what is recorded of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reconciled {
    /// Paid lines.
    pub(super) paid: u32,
    /// Their sum.
    pub(super) paid_fen: i64,
    /// The others.
    pub(super) bad: Vec<(u32, Outcome, Reason)>,
}

fn wrong(code: &str, row: u64) -> Refusal {
    Refusal::new(code).on("answer").with("row", row)
}

fn quoted(text: &str) -> String {
    text.chars().take(QUOTED).collect()
}

/// Reads an answer of the bank.
///
/// # Errors
/// Every row that cannot be read, up to a hundred: `benefits.answer-…` with `row`.
pub fn read(bytes: &[u8]) -> Result<Answer, Vec<Refusal>> {
    let one = |code: &str| vec![wrong(code, 1)];
    if bytes.len() > MOST_BYTES {
        return Err(one("benefits.answer-too-large"));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_bytes| one("benefits.answer-not-utf8"))?;
    let mut rows = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes())
        .into_records();
    let first = rows.next().and_then(Result::ok);
    let head = first.as_ref().and_then(|row| bank::head(bank::ANSWER, row));
    let head = head.ok_or_else(|| one("benefits.answer-head"))?;
    let (mut lines, mut problems) = (Vec::new(), Vec::new());
    let mut titled = false;
    for row in rows {
        let Ok(row) = row else {
            problems.push(wrong("benefits.answer-row", 0));
            break;
        };
        let number = row.position().map_or(0, csv::Position::line);
        if row.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if !titled && row.get(0).map(str::trim) == Some(bank::TITLES[0]) {
            titled = true;
            continue;
        }
        match line(&row, number, &head) {
            Ok(line) => lines.push(line),
            Err(problem) => problems.push(problem),
        }
        if problems.len() >= MOST_PROBLEMS {
            break;
        }
    }
    if problems.is_empty() {
        Ok(Answer { head, lines })
    } else {
        Err(problems)
    }
}

fn line(row: &csv::StringRecord, number: u64, head: &Head) -> Result<Answered, Refusal> {
    let cell = |at: usize| row.get(at).map_or("", str::trim);
    if row.len() < 3 {
        return Err(wrong("benefits.answer-row", number));
    }
    let line = bank::line_of(cell(0), &head.roll);
    let unknown = || wrong("benefits.answer-line", number).with("found", quoted(cell(0)));
    let line = line.ok_or_else(unknown)?;
    let fen = bank::yuan(cell(1));
    let fen =
        fen.ok_or_else(|| wrong("benefits.answer-amount", number).with("found", quoted(cell(1))))?;
    let bad = match cell(2) {
        "成功" | "paid" => None,
        "失败" | "failed" => Some((Outcome::Failed, reason(cell(3)))),
        "退回" | "returned" => Some((Outcome::Returned, reason(cell(3)))),
        other => {
            return Err(wrong("benefits.answer-result", number).with("found", quoted(other)));
        }
    };
    Ok(Answered {
        row: number,
        line,
        fen,
        bad,
    })
}

fn reason(text: &str) -> Reason {
    match text {
        "户名不符" | "name" => Reason::Name,
        "账号有误" | "account" => Reason::Account,
        "账户已销户" | "账户冻结" | "closed" => Reason::Closed,
        _ => Reason::Other,
    }
}

/// Holds an answer against what was sent: each line once, each amount the same, count and total as
/// the first row says. A later answer to the same file may only say what came back.
///
/// # Errors
/// Every difference, up to a hundred.
pub(super) fn reconcile(
    answer: &Answer,
    roll: &Roll,
    number: u32,
) -> Result<Reconciled, Vec<Refusal>> {
    let one = |refusal: Refusal| vec![refusal.on("answer")];
    let batch = roll
        .batch(number)
        .ok_or_else(|| one(Refusal::new("benefits.answer-not-ours")))?;
    let head = &answer.head;
    if Some(&head.roll) != roll.id().as_ref() || head.batch != number {
        let name = format!("{} / {}", head.roll, head.batch);
        return Err(one(
            Refusal::new("benefits.answer-not-ours").with("found", quoted(&name))
        ));
    }
    let late = !batch.answers.is_empty();
    let mut expected = expected(roll, batch, number);
    let mut problems = Vec::new();
    let mut reconciled = Reconciled {
        paid: 0,
        paid_fen: 0,
        bad: Vec::new(),
    };
    for line in &answer.lines {
        if problems.len() >= MOST_PROBLEMS {
            return Err(problems);
        }
        let row = |code: &str| wrong(code, line.row).with("line", line.line);
        match (expected.remove(&line.line), line.bad) {
            (None, _) => problems.push(row("benefits.answer-line-again")),
            (Some(fen), _) if fen != line.fen => problems.push(
                row("benefits.answer-differs")
                    .with("sent", bank::plain(fen))
                    .with("found", bank::plain(line.fen)),
            ),
            (Some(_), Some((outcome, reason))) if !late || outcome == Outcome::Returned => {
                reconciled.bad.push((line.line, outcome, reason));
            }
            (Some(_), _) if late => problems.push(row("benefits.answer-known")),
            (Some(fen), _) => {
                reconciled.paid += 1;
                reconciled.paid_fen += fen;
            }
        }
    }
    if !late {
        problems.extend(missing(&expected));
    }
    problems.extend(totals(answer));
    if problems.is_empty() {
        Ok(reconciled)
    } else {
        Err(problems)
    }
}

/// The lines that an answer may speak of, with what was sent: of a file answered already, only what
/// it paid and is not known to have come back.
fn expected(roll: &Roll, batch: &Batch, number: u32) -> BTreeMap<u32, i64> {
    let lines = roll.lines_of(batch).into_iter();
    let mut expected: BTreeMap<u32, i64> = lines.map(|(at, _, line)| (at, line.net())).collect();
    if !batch.answers.is_empty() {
        let later = roll
            .batches
            .iter()
            .skip(usize::try_from(number).unwrap_or(usize::MAX));
        let again: BTreeSet<u32> = later
            .flat_map(|batch| batch.lines.iter().copied())
            .collect();
        expected.retain(|at, _| !roll.bad.contains_key(at) && !again.contains(at));
    }
    expected
}

fn missing(expected: &BTreeMap<u32, i64>) -> Option<Refusal> {
    let first = expected.keys().next()?;
    let refusal = Refusal::new("benefits.answer-missing").on("answer");
    Some(refusal.with("count", expected.len()).with("line", first))
}

/// What the first row says beside what the rows come to.
fn totals(answer: &Answer) -> Option<Refusal> {
    let count = answer.lines.len();
    let sum: i128 = answer.lines.iter().map(|line| i128::from(line.fen)).sum();
    let head = &answer.head;
    if usize::try_from(head.count) == Ok(count) && i128::from(head.total_fen) == sum {
        return None;
    }
    let found = i64::try_from(sum).map_or_else(|_large| sum.to_string(), bank::plain);
    let refusal = Refusal::new("benefits.answer-total").on("answer");
    Some(
        refusal
            .with("said", bank::plain(head.total_fen))
            .with("found", found)
            .with("count", head.count)
            .with("rows", count),
    )
}
