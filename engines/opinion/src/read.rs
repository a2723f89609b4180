//! Readers of the public exports of Polis: `participants-votes.csv` (a row a person, a column a
//! statement), `votes.csv` (a row a vote) and `comments.csv` (a row a statement).
//!
//! Columns are found by name, so exports with more columns, in another order, or from later
//! versions are read too; a byte order mark, `;` or tabs between the fields and a short last row do
//! no harm. What cannot be understood is refused with its line and column, never guessed.

use csv::{ByteRecord, Reader, ReaderBuilder};

use crate::votes::{Record, Statement, Statements, Vote, Votes};

/// Why a file could not be read, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {what}")]
pub struct BadInput {
    /// The line, from 1.
    pub line: u64,
    /// The field of the line, from 1.
    pub column: usize,
    /// What is wrong, and what was expected.
    pub what: String,
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
    let person = table
        .column(&PERSON)
        .ok_or_else(|| table.bad(0, "no column voter-id says who voted"))?;
    let time = table.column(&TIME);
    let mut records = Vec::new();
    while table.next()? {
        tell(table);
        let Some(vote) = table.vote(vote)? else {
            continue;
        };
        records.push(Record {
            person: table.name(person)?,
            statement: table.whole(statement, "the id of a statement")?,
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
    let mut columns: Vec<(usize, i64)> = Vec::new();
    for (column, name) in table.header.iter().enumerate() {
        if let Ok(id) = name.parse::<i64>() {
            if columns.iter().any(|other| other.1 == id) {
                let what = format!("there are two columns for statement {id}");
                return Err(table.bad(column, what));
            }
            columns.push((column, id));
        }
    }
    if columns.is_empty() {
        let what = "no column is named by a statement's number, and there are no columns \
                    comment-id, voter-id and vote: this is neither participants-votes.csv nor votes.csv";
        return Err(table.bad(0, what));
    }
    if columns.iter().any(|&(column, _)| column == person) {
        return Err(table.bad(person, "the first column must say who voted"));
    }
    let mut rows = Vec::new();
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
        }
    }
    Ok(Votes::from_rows(rows))
}

/// The statements of `comments.csv`: their words, whether they are moderated out, and whether they
/// are metadata.
///
/// # Errors
///
/// Where the header has no `comment-id` or a field cannot be understood.
pub fn comments(bytes: &[u8]) -> Result<Statements, BadInput> {
    let mut table = Table::open(bytes)?;
    let id = table
        .column(&STATEMENT[..3])
        .ok_or_else(|| table.bad(0, "no column comment-id: this is not comments.csv"))?;
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
        let id = table.whole(id, "the id of a statement")?;
        if found.insert(id, statement).is_some() {
            let what = format!("statement {id} is listed twice");
            return Err(table.bad(0, what));
        }
    }
    Ok(found)
}

/// A table with a header, read row by row.
struct Table<'a> {
    bytes: &'a [u8],
    reader: Reader<&'a [u8]>,
    header: Vec<String>,
    record: ByteRecord,
    line: u64,
}

impl<'a> Table<'a> {
    fn open(bytes: &'a [u8]) -> Result<Self, BadInput> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let first = bytes.split(|&byte| byte == b'\n').next().unwrap_or(bytes);
        let count = |sign: u8| first.iter().filter(|&&byte| byte == sign).count();
        let delimiter = [b',', b';', b'\t']
            .into_iter()
            .rev()
            .max_by_key(|&sign| count(sign))
            .unwrap_or(b',');
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(bytes);
        let mut table = Self {
            bytes,
            reader,
            header: Vec::new(),
            record: ByteRecord::new(),
            line: 1,
        };
        if !table.next()? {
            return Err(table.bad(0, "the file is empty"));
        }
        let name = |column| {
            let text = table.text(column)?;
            Ok(text.to_lowercase().replace(['_', ' '], "-"))
        };
        table.header = (0..table.record.len())
            .map(name)
            .collect::<Result<_, _>>()?;
        Ok(table)
    }

    /// The next row that is not blank.
    fn next(&mut self) -> Result<bool, BadInput> {
        loop {
            self.line = self.reader.position().line();
            let more = self.reader.read_byte_record(&mut self.record);
            if let Some(place) = self.record.position() {
                self.line = place.line() + self.passed_over(place.byte());
            }
            match more {
                Err(error) => return Err(self.bad(0, error.to_string())),
                Ok(false) => return Ok(false),
                Ok(true) if self.blank() => {}
                Ok(true) => break,
            }
        }
        let columns = self.header.len();
        if columns > 0 && self.record.len() > columns {
            let extra = (columns..self.record.len()).find(|&at| !self.field(at).is_empty());
            if let Some(at) = extra {
                let what = format!("the header has {columns} columns, this line has more");
                return Err(self.bad(at, what));
            }
        }
        let at_end = self.reader.position().byte() >= self.bytes.len() as u64;
        if self.record.len() < columns && at_end && !self.bytes.ends_with(b"\n") {
            let has = self.record.len();
            let what = format!(
                "the last line has {has} of {columns} columns and no line end: the file was cut off"
            );
            return Err(self.bad(has.saturating_sub(1), what));
        }
        Ok(true)
    }

    /// How many blank lines the reader passes over between `from` and the record.
    fn passed_over(&self, from: u64) -> u64 {
        let rest = usize::try_from(from)
            .ok()
            .and_then(|from| self.bytes.get(from..))
            .unwrap_or_default();
        let ends = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
        ends.map(|&byte| u64::from(byte == b'\n')).sum()
    }

    fn blank(&self) -> bool {
        self.record
            .iter()
            .all(|field| field.trim_ascii().is_empty())
    }

    fn column(&self, names: &[&str]) -> Option<usize> {
        names
            .iter()
            .find_map(|name| self.header.iter().position(|column| column == name))
    }

    /// The field, empty where the row is too short.
    fn field(&self, column: usize) -> &[u8] {
        self.record.get(column).unwrap_or_default().trim_ascii()
    }

    /// The field's words. Where they are in another coding, two names could not be told apart.
    fn text(&self, column: usize) -> Result<String, BadInput> {
        match str::from_utf8(self.field(column)) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => Err(self.bad(column, "this is not UTF-8: save the file as UTF-8")),
        }
    }

    fn name(&self, column: usize) -> Result<String, BadInput> {
        let name = self.text(column)?;
        if name.is_empty() {
            return Err(self.bad(column, "nobody is named who voted"));
        }
        // Spreadsheets write 12 as 12.0.
        let whole = name
            .strip_suffix(".0")
            .filter(|rest| rest.parse::<u64>().is_ok());
        Ok(whole.map_or(name.clone(), str::to_owned))
    }

    fn vote(&self, column: usize) -> Result<Option<Vote>, BadInput> {
        let field = self.field(column);
        Ok(Some(match field {
            b"" => return Ok(None),
            b"1" | b"+1" | b"1.0" => Vote::Agree,
            b"0" | b"-0" | b"0.0" | b"-0.0" => Vote::Pass,
            b"-1" | b"-1.0" => Vote::Disagree,
            _ => match field.to_ascii_lowercase().as_slice() {
                b"nan" | b"na" | b"null" | b"none" => return Ok(None),
                b"agree" => Vote::Agree,
                b"pass" => Vote::Pass,
                b"disagree" => Vote::Disagree,
                _ => {
                    let told = String::from_utf8_lossy(field);
                    let what = format!("{told:?} is no vote: 1, 0, -1 or empty");
                    return Err(self.bad(column, what));
                }
            },
        }))
    }

    fn whole(&self, column: usize, role: &str) -> Result<i64, BadInput> {
        let text = self.text(column)?;
        text.strip_suffix(".0")
            .unwrap_or(&text)
            .parse()
            .map_err(|_error| self.bad(column, format!("{text:?} is not {role}: a whole number")))
    }

    /// A number that grows with time. A date in ISO 8601 grows as its digits do.
    fn instant(&self, column: usize) -> Result<i64, BadInput> {
        let text = self.text(column)?;
        if let Ok(whole) = text.parse() {
            return Ok(whole);
        }
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        if let Ok(whole) = whole.parse()
            && part.bytes().all(|byte| byte.is_ascii_digit())
        {
            return Ok(whole);
        }
        let iso = text.len() >= 19 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
        let digits: String = text.chars().filter(char::is_ascii_digit).take(17).collect();
        match format!("{digits:0<17}").parse() {
            Ok(number) if iso => Ok(number),
            _ => Err(self.bad(
                column,
                format!("{text:?} is no time: milliseconds or ISO 8601"),
            )),
        }
    }

    fn moderation(&self, column: usize) -> Result<i32, BadInput> {
        match self.text(column)?.to_lowercase().as_str() {
            "" | "0" | "0.0" | "unmoderated" => Ok(0),
            "1" | "1.0" | "accepted" | "approved" => Ok(1),
            "-1" | "-1.0" | "rejected" => Ok(-1),
            other => Err(self.bad(column, format!("{other:?} is no moderation: 1, 0 or -1"))),
        }
    }

    fn yes(&self, column: usize) -> Result<bool, BadInput> {
        match self.text(column)?.to_lowercase().as_str() {
            "" | "0" | "false" | "f" | "no" | "null" | "none" => Ok(false),
            "1" | "true" | "t" | "yes" => Ok(true),
            other => Err(self.bad(column, format!("{other:?} is neither true nor false"))),
        }
    }

    fn bad(&self, column: usize, what: impl Into<String>) -> BadInput {
        BadInput {
            line: self.line,
            column: column + 1,
            what: what.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: &str =
        "participant,xid,group-id,n-votes,0,1,5\r\n7,,0,2,1,,-1\r\n3,x,,1,,0\r\n9,,,0,,,\r\n";

    #[test]
    fn the_wide_and_the_long_export_say_the_same() {
        let wide = votes(WIDE.as_bytes()).unwrap();
        assert_eq!(wide.people(), ["3", "7"]);
        assert_eq!(wide.statements(), [0, 1, 5]);
        let long = "\u{feff}timestamp,datetime,comment-id,voter-id,vote\n\
                    20,x,5,7,-1\n10,x,5,7,1\n5,x,0,7,1\n\n6,x,1,3,0\n";
        assert_eq!(votes(long.as_bytes()).unwrap(), wide);
        let other = WIDE.replace(',', ";");
        assert_eq!(votes(other.as_bytes()).unwrap(), wide);
        let named = "participant_id\tstatement_id\tvote\n7\t0\tagree\n7\t5\t-1.0\n3\t1\t0\n";
        assert_eq!(votes(named.as_bytes()).unwrap(), wide);
    }

    #[test]
    fn what_cannot_be_understood_is_named_with_its_place() {
        let told = |text: &str| votes(text.as_bytes()).unwrap_err().to_string();
        assert!(told("").starts_with("line 1, column 1: the file is empty"));
        assert!(told("a,b\n1,2\n").contains("neither participants-votes.csv"));
        let bad = told("participant,0,1\n4,1,0\n\n5,1,2\n");
        assert_eq!(bad, "line 4, column 3: \"2\" is no vote: 1, 0, -1 or empty");
        assert!(told("participant,0,0\n").contains("two columns for statement 0"));
        assert!(told("participant,0\n1,1,1\n").starts_with("line 2, column 3: the header has 2"));
        assert!(told("participant,0\n,1\n").contains("nobody is named"));
        let cut = told("participant,0,1\n4,1,0\n5,1");
        assert!(cut.starts_with("line 3, column 2") && cut.contains("cut off"));
        assert!(votes(b"participant,0,1\n4,1,0\n5,1,0").is_ok());
        // 王 and 李 in GB18030: two people, not two times the same sign for what cannot be read.
        let coded = votes(b"participant,0\n\xcd\xf5,1\n\xc0\xee,-1\n").unwrap_err();
        assert_eq!((coded.line, coded.column), (2, 1));
        assert!(coded.what.contains("not UTF-8"));
        assert!(told("comment-id,vote\n1,1\n").contains("voter-id"));
        assert!(told("comment-id,voter-id,vote\nx,1,1\n").contains("line 2, column 1"));
        assert!(told("timestamp,comment-id,voter-id,vote\nyesterday,1,1,1\n").contains("no time"));
    }

    #[test]
    fn comments_are_read_with_their_words() {
        let text = "timestamp,comment-id,author-id,agrees,disagrees,moderated,is-meta,comment-body\n\
                    1,4,0,1,1,-1,false,\"多行\n的话, \"\"好\"\"\"\n1,2,0,1,1,1,true,b\n";
        let found = comments(text.as_bytes()).unwrap();
        assert_eq!(found[&4].text, "多行\n的话, \"好\"");
        assert_eq!(found[&4].moderated, -1);
        assert!(found[&2].meta);
        let twice = text.replace("1,2,0", "1,4,0");
        assert!(
            comments(twice.as_bytes())
                .unwrap_err()
                .to_string()
                .starts_with("line 4")
        );
        let bad = comments(b"comment-id,moderated\n1,5\n").unwrap_err();
        assert_eq!((bad.line, bad.column), (2, 2));
    }
}
