//! A table with a header, read row by row; what cannot be understood is named by line and column.

use std::collections::BTreeSet;

use csv::{ByteRecord, Reader, ReaderBuilder};

use crate::read::BadInput;
use crate::told::{Told, told};
use crate::votes::Vote;

/// A table with a header, read row by row.
pub(crate) struct Table<'a> {
    bytes: &'a [u8],
    pub(crate) reader: Reader<&'a [u8]>,
    pub(crate) header: Vec<String>,
    pub(crate) record: ByteRecord,
    pub(crate) line: u64,
}

impl<'a> Table<'a> {
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self, BadInput> {
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
            return Err(table.bad(0, told!("文件是空的", "the file is empty")));
        }
        let name = |column| {
            let text = table.text(column)?;
            Ok(text.to_lowercase().replace(['_', ' '], "-"))
        };
        table.header = (0..table.record.len())
            .map(name)
            .collect::<Result<_, _>>()?;
        table.named_once()?;
        Ok(table)
    }

    /// Which of two columns with one name counts, nobody could say.
    fn named_once(&self) -> Result<(), BadInput> {
        let mut seen = BTreeSet::new();
        for (column, name) in self.header.iter().enumerate() {
            // Columns of statements are told apart by their numbers.
            let words = !name.is_empty() && name.parse::<i64>().is_err();
            if words && !seen.insert(name) {
                let shown = short(name);
                let what = told!(
                    "有两列都叫“{shown}”",
                    "there are two columns called `{shown}`"
                );
                return Err(self.bad(column, what));
            }
        }
        Ok(())
    }

    /// The next row that is not blank.
    pub(crate) fn next(&mut self) -> Result<bool, BadInput> {
        loop {
            self.line = self.reader.position().line();
            let more = self.reader.read_byte_record(&mut self.record);
            if let Some(place) = self.record.position() {
                self.line = place.line() + self.passed_over(place.byte());
            }
            match more {
                Err(error) => {
                    let what = told!("这一行读不懂：{error}", "this line cannot be read: {error}");
                    return Err(self.bad(0, what));
                }
                Ok(false) => return Ok(false),
                Ok(true) if self.blank() => {}
                Ok(true) => break,
            }
        }
        let columns = self.header.len();
        if columns > 0 && self.record.len() > columns {
            let extra = (columns..self.record.len()).find(|&at| !self.field(at).is_empty());
            if let Some(at) = extra {
                let what = told!(
                    "表头有 {columns} 列，这一行却更多",
                    "the header has {columns} columns, this line has more"
                );
                return Err(self.bad(at, what));
            }
        }
        let at_end = self.reader.position().byte() >= self.bytes.len() as u64;
        if self.record.len() < columns && at_end && !self.bytes.ends_with(b"\n") {
            let has = self.record.len();
            let what = told!(
                "最后一行只有 {columns} 列中的 {has} 列，也没有换行：文件不完整",
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

    pub(crate) fn column(&self, names: &[&str]) -> Option<usize> {
        names
            .iter()
            .find_map(|name| self.header.iter().position(|column| column == name))
    }

    /// The field, empty where the row is too short.
    fn field(&self, column: usize) -> &[u8] {
        self.record.get(column).unwrap_or_default().trim_ascii()
    }

    /// The field's words. Where they are in another coding, two names could not be told apart.
    pub(crate) fn text(&self, column: usize) -> Result<String, BadInput> {
        match str::from_utf8(self.field(column)) {
            // Files in UTF-16, or no text at all, are full of these.
            Ok(text) if text.contains('\0') => {
                let what = told!(
                    "这里有 NUL 字符：这不是文本文件，或不是 UTF-8 编码",
                    "there is a NUL character: this is no text, or not UTF-8"
                );
                Err(self.bad(column, what))
            }
            Ok(text) => Ok(text.to_owned()),
            Err(_) => Err(self.bad(
                column,
                told!(
                    "这里不是 UTF-8 编码，请另存为 UTF-8",
                    "this is not UTF-8: save the file as UTF-8"
                ),
            )),
        }
    }

    pub(crate) fn name(&self, column: usize) -> Result<String, BadInput> {
        let name = self.text(column)?;
        if name.is_empty() {
            return Err(self.bad(
                column,
                told!("没有写明是谁表态", "nobody is named who voted"),
            ));
        }
        // Spreadsheets write 12 as 12.0.
        let whole = name
            .strip_suffix(".0")
            .filter(|rest| rest.parse::<u64>().is_ok());
        Ok(whole.map_or(name.clone(), str::to_owned))
    }

    pub(crate) fn vote(&self, column: usize) -> Result<Option<Vote>, BadInput> {
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
                    let shown = short(&String::from_utf8_lossy(field));
                    let what = told!(
                        "“{shown}”不是表态：应为 1、0、-1 或空",
                        "`{shown}` is no vote: 1, 0, -1 or empty"
                    );
                    return Err(self.bad(column, what));
                }
            },
        }))
    }

    /// The number of a statement.
    pub(crate) fn statement(&self, column: usize) -> Result<i64, BadInput> {
        let text = self.text(column)?;
        text.strip_suffix(".0")
            .unwrap_or(&text)
            .parse()
            .map_err(|_error| {
                let shown = short(&text);
                let what = told!(
                    "“{shown}”不是说法的编号：应为整数",
                    "`{shown}` is no id of a statement: a whole number"
                );
                self.bad(column, what)
            })
    }

    /// A number that grows with time. A date in ISO 8601 grows as its digits do.
    pub(crate) fn instant(&self, column: usize) -> Result<i64, BadInput> {
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
            _ => {
                let shown = short(&text);
                let what = told!(
                    "“{shown}”不是时间：应为毫秒数或 ISO 8601",
                    "`{shown}` is no time: milliseconds or ISO 8601"
                );
                Err(self.bad(column, what))
            }
        }
    }

    pub(crate) fn moderation(&self, column: usize) -> Result<i32, BadInput> {
        match self.text(column)?.to_lowercase().as_str() {
            "" | "0" | "0.0" | "unmoderated" => Ok(0),
            "1" | "1.0" | "accepted" | "approved" => Ok(1),
            "-1" | "-1.0" | "rejected" => Ok(-1),
            other => {
                let shown = short(other);
                let what = told!(
                    "“{shown}”不是审核状态：应为 1、0 或 -1",
                    "`{shown}` is no moderation: 1, 0 or -1"
                );
                Err(self.bad(column, what))
            }
        }
    }

    pub(crate) fn yes(&self, column: usize) -> Result<bool, BadInput> {
        match self.text(column)?.to_lowercase().as_str() {
            "" | "0" | "false" | "f" | "no" | "null" | "none" => Ok(false),
            "1" | "true" | "t" | "yes" => Ok(true),
            other => {
                let shown = short(other);
                let what = told!(
                    "“{shown}”既不是 true 也不是 false",
                    "`{shown}` is neither true nor false"
                );
                Err(self.bad(column, what))
            }
        }
    }

    pub(crate) fn bad(&self, column: usize, what: Told) -> BadInput {
        BadInput {
            line: self.line,
            column: column + 1,
            what: what.en,
            what_zh: what.zh,
        }
    }
}

/// As much of a field as a message shows.
pub(crate) fn short(field: &str) -> String {
    let seen = |sign: char| if sign.is_control() { '\u{fffd}' } else { sign };
    field.chars().take(40).map(seen).collect()
}
