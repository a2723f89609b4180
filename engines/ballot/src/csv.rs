//! Comma-separated rows with a header, read without copying, faults by line and column.

use std::borrow::Cow;

use crate::fault::Fault;
use crate::told::{Told, short, told};

/// One row: its fields, and where it stands.
pub(crate) struct Row<'t> {
    /// The line, from 1.
    pub(crate) line: usize,
    fields: Vec<Cow<'t, str>>,
    text: &'t str,
}

impl<'t> Row<'t> {
    /// The field in column `index` of the header.
    pub(crate) fn get(&self, index: usize) -> &str {
        self.fields.get(index).map_or("", |field| field.as_ref())
    }

    /// The field as it stands in the text, where it is not quoted.
    pub(crate) fn take(&mut self, index: usize) -> Cow<'t, str> {
        self.fields
            .get_mut(index)
            .map(std::mem::take)
            .unwrap_or_default()
    }

    /// A fault in the field of column `index`.
    pub(crate) fn fault(&self, index: usize, problem: Told) -> Fault {
        let before = self.text.split(',').take(index);
        let column = before.map(|field| field.chars().count() + 1).sum::<usize>() + 1;
        Fault::at(self.line, column, problem)
    }
}

/// A table: which column of the file holds each wanted field, and the lines below the header.
pub(crate) struct Table<'t> {
    /// For each wanted name its column.
    pub(crate) columns: Vec<Option<usize>>,
    width: usize,
    rest: &'t str,
    line: usize,
}

impl<'t> Table<'t> {
    /// Reads the header. `wanted` are the names known, each with whether it must be there.
    pub(crate) fn open(text: &'t str, wanted: &[(&str, bool)]) -> Result<Self, Fault> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.trim().is_empty() {
            return Err(Fault::whole(told!(
                "文件是空的：需要一行表头",
                "the file is empty: a header line is needed"
            )));
        }
        let (header, rest) = text.split_once('\n').unwrap_or((text, ""));
        let header = header.trim_end_matches('\r');
        let mut columns = vec![None; wanted.len()];
        let mut width = 0;
        let mut column = 1;
        for (index, name) in header.split(',').enumerate() {
            let known = wanted.iter().position(|(known, _)| *known == name.trim());
            let names = || -> Vec<&str> { wanted.iter().map(|(name, _)| *name).collect() };
            let Some(place) = known.and_then(|known| columns.get_mut(known)) else {
                let (name, known) = (short(name), names().join(", "));
                let problem = told!(
                    "没有名为“{name}”的列；可用的是 {known}",
                    "no column is called `{name}`; known: {known}"
                );
                return Err(Fault::at(1, column, problem));
            };
            if place.replace(index).is_some() {
                return Err(Fault::at(
                    1,
                    column,
                    told!("列“{name}”出现两次", "the column `{name}` is there twice"),
                ));
            }
            column += name.chars().count() + 1;
            width = index + 1;
        }
        let missing = wanted
            .iter()
            .zip(&columns)
            .find(|((_, must), at)| *must && at.is_none());
        if let Some(((name, _), _)) = missing {
            return Err(Fault::at(
                1,
                1,
                told!("缺少列“{name}”", "the column `{name}` is missing"),
            ));
        }
        Ok(Self {
            columns,
            width,
            rest,
            line: 1,
        })
    }

    /// Fills `row` with the next line that is not empty; `false` at the end.
    pub(crate) fn next(&mut self, row: &mut Row<'t>) -> Result<bool, Fault> {
        while !self.rest.is_empty() {
            let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
            self.rest = rest;
            self.line += 1;
            let line = line.strip_suffix('\r').unwrap_or(line);
            if line.is_empty() {
                continue;
            }
            row.line = self.line;
            row.text = line;
            row.fields.clear();
            if line.contains('"') {
                quoted(line, self.line, &mut row.fields)?;
            } else {
                row.fields.extend(line.split(',').map(Cow::Borrowed));
            }
            if row.fields.len() != self.width {
                let problem = told!(
                    "这一行有 {} 个字段，表头有 {} 个",
                    "{} fields where the header has {}",
                    row.fields.len(),
                    self.width
                );
                return Err(Fault::at(self.line, 1, problem));
            }
            return Ok(true);
        }
        Ok(false)
    }

    /// The bytes that are not read yet.
    pub(crate) fn left(&self) -> u64 {
        u64::try_from(self.rest.len()).unwrap_or(u64::MAX)
    }

    /// An empty row to fill.
    pub(crate) fn row(&self) -> Row<'t> {
        Row {
            line: 0,
            fields: Vec::with_capacity(self.width),
            text: "",
        }
    }
}

/// Splits a line with quoted fields (RFC 4180, without line feeds inside quotes).
fn quoted<'t>(line: &'t str, number: usize, fields: &mut Vec<Cow<'t, str>>) -> Result<(), Fault> {
    let mut rest = line;
    loop {
        let column = line.chars().count() - rest.chars().count() + 1;
        let Some(inner) = rest.strip_prefix('"') else {
            let (field, after) = match rest.split_once(',') {
                Some((field, after)) => (field, Some(after)),
                None => (rest, None),
            };
            if field.contains('"') {
                return Err(Fault::at(
                    number,
                    column,
                    told!(
                        "没有加引号的字段里有引号",
                        "a quote inside a field without quotes"
                    ),
                ));
            }
            fields.push(Cow::Borrowed(field));
            match after {
                Some(after) => rest = after,
                None => return Ok(()),
            }
            continue;
        };
        let (field, after) = unquote(inner).ok_or_else(|| {
            Fault::at(
                number,
                column,
                told!(
                    "加引号的字段没有在本行结束",
                    "a quoted field does not end in its line"
                ),
            )
        })?;
        fields.push(Cow::Owned(field));
        match after.strip_prefix(',') {
            Some(after) => rest = after,
            None if after.is_empty() => return Ok(()),
            None => {
                return Err(Fault::at(
                    number,
                    column,
                    told!("闭合的引号后面还有文字", "text behind a closing quote"),
                ));
            }
        }
    }
}

/// The text up to the closing quote, with doubled quotes halved, and what is behind it.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut field = String::new();
    let mut rest = text;
    loop {
        let (part, after) = rest.split_once('"')?;
        field.push_str(part);
        match after.strip_prefix('"') {
            Some(after) => {
                field.push('"');
                rest = after;
            }
            None => return Some((field, after)),
        }
    }
}
