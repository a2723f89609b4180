//! Readers of the public exports of Polis: `participants-votes.csv` (a row a person, a column a
//! statement), `votes.csv` (a row a vote) and `comments.csv` (a row a statement).
//!
//! Columns are found by name, so exports with more columns, in another order, or from later
//! versions are read too; a byte order mark, `;` or tabs between the fields and a short last row do
//! no harm. What cannot be understood is refused with its line and column, never guessed.

use crate::table::{Table, short};
use crate::told::told;
use crate::votes::{Record, Statement, Statements, Votes};

/// Why a file could not be read, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {what}")]
pub struct BadInput {
    /// The line, from 1.
    pub line: u64,
    /// The field of the line, from 1.
    pub column: usize,
    /// What is wrong, and what was expected, in English.
    pub what: String,
    /// The same in Chinese.
    pub what_zh: String,
}

const PERSON: [&str; 7] = [
    "voter-id",
    "participant",
    "participant-id",
    "pid",
    "voter",
    "user-id",
    "xid",
];
const STATEMENT: [&str; 4] = ["comment-id", "statement-id", "tid", "statement"];
const TIME: [&str; 3] = ["timestamp", "modified", "created"];
const MODERATED: [&str; 3] = ["moderated", "mod", "moderation"];
const META: [&str; 2] = ["is-meta", "meta"];
const TEXT: [&str; 5] = ["comment-body", "txt", "text", "statement-text", "comment"];

/// The votes of `participants-votes.csv` or of `votes.csv`; which of the two it is, the header says.
///
/// In the wide form a statement is a column whose name is a whole number; in the long form there
/// are columns for the statement (`comment-id`), the person (`voter-id`) and the `vote`.
/// A vote is 1, 0, −1 or empty (unseen).
///
/// # Errors
///
/// Where a header or a field cannot be understood: its line, its column, and what was expected.
pub fn votes(bytes: &[u8]) -> Result<Votes, BadInput> {
    votes_with(bytes, &mut |_, _| {})
}

/// As [`votes`], telling `progress` how many of how many bytes are read.
///
/// # Errors
///
/// As [`votes`].
pub fn votes_with(bytes: &[u8], progress: &mut dyn FnMut(u64, u64)) -> Result<Votes, BadInput> {
    let mut table = Table::open(bytes)?;
    let all = bytes.len() as u64;
    let long = table.column(&STATEMENT).zip(table.column(&["vote"]));
    let mut tell = |table: &Table<'_>| progress(table.reader.position().byte(), all);
    match long {
        Some((statement, vote)) => long_votes(&mut table, statement, vote, &mut tell),
        None => wide_votes(&mut table, &mut tell),
    }
}

fn long_votes(
    table: &mut Table<'_>,
    statement: usize,
    vote: usize,
    tell: &mut dyn FnMut(&Table<'_>),
) -> Result<Votes, BadInput> {
    let person = table.column(&PERSON).ok_or_else(|| {
        table.bad(
            0,
            told!(
                "没有 voter-id 列，不知道是谁表态",
                "no column voter-id says who voted"
            ),
        )
    })?;
    let time = table.column(&TIME);
    let mut records = Vec::new();
    while table.next()? {
        tell(table);
        let Some(vote) = table.vote(vote)? else {
            continue;
        };
        records.push(Record {
            person: table.name(person)?,
            statement: table.statement(statement)?,
            vote,
            // Without a time the order of the file is the order of the votes.
            at: match time {
                Some(time) => table.instant(time)?,
                None => i64::try_from(records.len()).unwrap_or(i64::MAX),
            },
        });
    }
    Ok(Votes::from_records(records))
}

fn wide_votes(table: &mut Table<'_>, tell: &mut dyn FnMut(&Table<'_>)) -> Result<Votes, BadInput> {
    let person = table.column(&PERSON[1..6]).unwrap_or(0);
    let columns = statement_columns(table)?;
    if columns.iter().any(|&(column, _)| column == person) {
        return Err(table.bad(
            person,
            told!(
                "第一列必须是表态的人",
                "the first column must say who voted"
            ),
        ));
    }
    let (mut rows, mut lines) = (Vec::new(), Vec::new());
    while table.next()? {
        tell(table);
        let mut row = Vec::new();
        for &(column, id) in &columns {
            // Most of a wide table is empty.
            if table
                .record
                .get(column)
                .is_some_and(|field| !field.is_empty())
                && let Some(vote) = table.vote(column)?
            {
                row.push((id, vote));
            }
        }
        if !row.is_empty() {
            row.shrink_to_fit();
            rows.push((table.name(person)?, row));
            lines.push(table.line);
        }
    }
    if let Some((name, first, line)) = again(&rows, &lines) {
        let name = short(name);
        let what = told!(
            "“{name}”有两行（第一行是第 {first} 行）",
            "`{name}` has two rows (the first is line {first})"
        );
        return Err(BadInput {
            line,
            ..table.bad(person, what)
        });
    }
    Ok(Votes::from_rows(rows))
}

/// The columns whose names are numbers of statements.
fn statement_columns(table: &Table<'_>) -> Result<Vec<(usize, i64)>, BadInput> {
    let mut columns: Vec<(usize, i64)> = Vec::new();
    for (column, name) in table.header.iter().enumerate() {
        if let Ok(id) = name.parse::<i64>() {
            if columns.iter().any(|other| other.1 == id) {
                let what = told!(
                    "说法 {id} 有两列",
                    "there are two columns for statement {id}"
                );
                return Err(table.bad(column, what));
            }
            columns.push((column, id));
        }
    }
    if columns.is_empty() {
        let what = told!(
            "没有以说法编号为名的列，也没有 comment-id、voter-id、vote 三列：这既不是 participants-votes.csv，也不是 votes.csv",
            "no column is named by a statement's number, and there are no columns comment-id, voter-id and vote: this is neither participants-votes.csv nor votes.csv"
        );
        return Err(table.bad(0, what));
    }
    Ok(columns)
}

/// Somebody who has two rows, and the lines of both: which counts, nobody could say.
fn again<'r, T>(rows: &'r [(String, T)], lines: &[u64]) -> Option<(&'r str, u64, u64)> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by(|&a, &b| rows[a].0.cmp(&rows[b].0).then(a.cmp(&b)));
    let same = order
        .windows(2)
        .find(|pair| rows[pair[0]].0 == rows[pair[1]].0)?;
    Some((&rows[same[0]].0, lines[same[0]], lines[same[1]]))
}

/// The statements of `comments.csv`: their words, whether they are moderated out, and whether they
/// are metadata.
///
/// # Errors
///
/// Where the header has no `comment-id` or a field cannot be understood.
pub fn comments(bytes: &[u8]) -> Result<Statements, BadInput> {
    let mut table = Table::open(bytes)?;
    let id = table.column(&STATEMENT[..3]).ok_or_else(|| {
        table.bad(
            0,
            told!(
                "没有 comment-id 列：这不是 comments.csv",
                "no column comment-id: this is not comments.csv"
            ),
        )
    })?;
    let moderated = table.column(&MODERATED);
    let meta = table.column(&META);
    let text = table.column(&TEXT);
    let mut found = Statements::new();
    while table.next()? {
        let statement = Statement {
            moderated: match moderated {
                Some(column) => table.moderation(column)?,
                None => 0,
            },
            meta: match meta {
                Some(column) => table.yes(column)?,
                None => false,
            },
            text: match text {
                Some(column) => table.text(column)?,
                None => String::new(),
            },
        };
        let id = table.statement(id)?;
        if found.insert(id, statement).is_some() {
            let what = told!("说法 {id} 列了两次", "statement {id} is listed twice");
            return Err(table.bad(0, what));
        }
    }
    Ok(found)
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
