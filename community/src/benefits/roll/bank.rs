//! 银行代发文件: the file by which a bank is asked to pay, and the parts that its answer shares.
//!
//! UTF-8 CSV, described in `docs/bank-file.md`. The first row says which roll and file it is, how
//! many lines and how much, and a word that only the file holds: the SHA-256 of the file stands in
//! the open journal, and nobody shall be able to guess an account from it.

use linli_kernel::Fault;
use sha2::{Digest as _, Sha256};

use super::line::hex;

/// The first cell of a file for the bank.
const ORDER: &str = "邻里代发";

/// The first cell of the bank's answer.
pub(super) const ANSWER: &str = "邻里代发回盘";

/// The version of both.
const VERSION: &str = "1";

/// The titles of the second row; the answer's begin with the same.
pub(super) const TITLES: [&str; 5] = ["流水号", "收款人", "收款账号", "金额", "用途"];

/// The first row of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Which roll.
    pub roll: String,
    /// Which file of it.
    pub batch: u32,
    /// How many lines.
    pub count: u32,
    /// Their sum, in fen.
    pub total_fen: i64,
}

/// To whom a line goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payee {
    /// The line's number.
    pub line: u32,
    /// 收款人.
    pub name: String,
    /// 收款账号.
    pub account: String,
    /// How much, in fen.
    pub fen: i64,
    /// 用途.
    pub purpose: String,
}

/// A file for the bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankFile {
    /// Its first row.
    pub head: Head,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The SHA-256 of them.
    pub sha256: String,
}

/// The name by which a line is known to the bank: `310117001-2026-11-000001`.
#[must_use]
pub fn reference(roll: &str, line: u32) -> String {
    format!("{roll}-{line:06}")
}

/// The line that a reference of `roll` names.
pub(super) fn line_of(reference: &str, roll: &str) -> Option<u32> {
    let rest = reference.strip_prefix(roll)?.strip_prefix('-')?;
    let digits = (6..=9).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_digit());
    rest.parse().ok().filter(|line| digits && *line > 0)
}

/// Fen as yuan with two places, as both files have it: 1500.00.
#[must_use]
pub(super) fn plain(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    format!("{sign}{}.{:02}", fen / 100, fen % 100)
}

/// Yuan with exactly two places, in fen.
pub(super) fn yuan(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() != 2 || whole.len() > 13 {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    whole.checked_mul(100)?.checked_add(part.parse().ok()?)
}

/// Writes the file of `payees`; `word` is known to nobody who has not the file.
///
/// # Errors
/// [`Fault`] when it cannot be written, which memory never refuses.
pub fn write(roll: &str, batch: u32, payees: &[Payee], word: &str) -> Result<BankFile, Fault> {
    let total_fen = payees.iter().map(|payee| payee.fen).sum();
    let head = Head {
        roll: roll.to_owned(),
        batch,
        count: u32::try_from(payees.len()).unwrap_or(u32::MAX),
        total_fen,
    };
    let failed = |wrong: csv::Error| Fault::Store(format!("a file for the bank: {wrong}"));
    let mut rows = csv::WriterBuilder::new()
        .flexible(true)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let first = [
        ORDER.to_owned(),
        VERSION.to_owned(),
        roll.to_owned(),
        batch.to_string(),
        head.count.to_string(),
        plain(total_fen),
        word.to_owned(),
    ];
    rows.write_record(&first).map_err(failed)?;
    rows.write_record(TITLES).map_err(failed)?;
    for payee in payees {
        let cells = [
            reference(roll, payee.line),
            payee.name.clone(),
            payee.account.clone(),
            plain(payee.fen),
            payee.purpose.clone(),
        ];
        rows.write_record(&cells).map_err(failed)?;
    }
    let bytes = rows.into_inner();
    let bytes = bytes.map_err(|wrong| Fault::Store(format!("a file for the bank: {wrong}")))?;
    let sha256 = hex(&Sha256::digest(&bytes));
    Ok(BankFile {
        head,
        bytes,
        sha256,
    })
}

/// The first row of a file that begins with `word`.
pub(super) fn head(word: &str, row: &csv::StringRecord) -> Option<Head> {
    let cell = |at: usize| row.get(at).map(str::trim);
    if cell(0)? != word || cell(1)? != VERSION {
        return None;
    }
    Some(Head {
        roll: cell(2)?.to_owned(),
        batch: cell(3)?.parse().ok()?,
        count: cell(4)?.parse().ok()?,
        total_fen: yuan(cell(5)?)?,
    })
}

/// The SHA-256 of an answer, as it is recorded.
#[must_use]
pub(super) fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
