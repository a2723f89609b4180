//! From text to rows of cells: semicolons, quotation marks, any kind of line end.

use std::borrow::Cow;

use super::fault::{Code, Faults, Place};
use crate::told::told;

/// One cell, without the blanks around it, and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Cell<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) place: Place,
}

/// Takes rows off a text.
pub(super) struct Rows<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    line_start: usize,
}

impl<'a> Rows<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            line: 1,
            line_start: 0,
        }
    }

    /// How many bytes were read.
    pub(super) const fn read(&self) -> usize {
        self.at
    }

    /// The next row into `cells`; false at the end.
    pub(super) fn next(&mut self, cells: &mut Vec<Cell<'a>>, faults: &mut Faults) -> bool {
        cells.clear();
        if self.at >= self.text.len() {
            return false;
        }
        loop {
            let cell = self.cell(faults);
            cells.push(cell);
            match self.text.as_bytes().get(self.at) {
                Some(b';') => self.at += 1,
                Some(_) => {
                    self.end_line();
                    return true;
                }
                None => return true,
            }
        }
    }

    /// Past a line end, which is what stands here.
    fn end_line(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += if rest.starts_with(b"\r\n") { 2 } else { 1 };
        self.line += 1;
        self.line_start = self.at;
    }

    fn place(&self, at: usize) -> Place {
        let before = &self.text[self.line_start..at];
        Place {
            line: self.line,
            column: u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX),
        }
    }

    /// Up to the next separator or line end.
    fn cell(&mut self, faults: &mut Faults) -> Cell<'a> {
        let place = self.place(self.at);
        if self.text[self.at..].starts_with('"') {
            if let Some(text) = self.quoted() {
                return Cell { text, place };
            }
            faults.note(
                place,
                Code::OpenQuote,
                told!(
                    "这个引号没有闭合：按普通字符读取",
                    "this quotation mark is not closed: it was read as a character"
                ),
            );
        }
        let text = self.plain();
        Cell {
            text: Cow::Borrowed(text.trim()),
            place,
        }
    }

    fn plain(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let end = rest.find([';', '\n', '\r']).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// A quoted cell; `None` when its quotation mark is not one. What stands between the closing
    /// mark and the separator belongs to the cell, but only within one line.
    fn quoted(&mut self) -> Option<Cow<'a, str>> {
        let start = self.at + 1;
        let mut at = start;
        let mut owned: Option<String> = None;
        let mut from = start;
        loop {
            let found = self.text[at..].find('"')? + at;
            if self.text[found + 1..].starts_with('"') {
                let text = owned.get_or_insert_default();
                text.push_str(&self.text[from..=found]);
                at = found + 2;
                from = at;
                continue;
            }
            let inside = &self.text[from..found];
            let whole = &self.text[start..found];
            let lines = whole.matches('\n').count();
            let after = self.text.as_bytes().get(found + 1);
            if lines > 0 && !matches!(after, None | Some(b';' | b'\n' | b'\r')) {
                return None;
            }
            if let Some(last) = whole.rfind('\n') {
                self.line += u32::try_from(lines).unwrap_or(u32::MAX);
                self.line_start = start + last + 1;
            }
            self.at = found + 1;
            let tail = self.plain();
            return Some(match owned {
                None if tail.trim().is_empty() => Cow::Borrowed(inside.trim()),
                owned => {
                    let mut text = owned.unwrap_or_default();
                    text.push_str(inside);
                    text.push_str(tail);
                    Cow::Owned(text.trim().to_owned())
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        let (mut rows, mut faults) = (Rows::new(text), Faults::default());
        let (mut all, mut cells) = (Vec::new(), Vec::new());
        while rows.next(&mut cells, &mut faults) {
            all.push(cells.iter().map(|cell| cell.text.to_string()).collect());
        }
        all
    }

    #[test]
    fn cells_quotes_and_line_ends() {
        assert_eq!(
            rows("a;b\r\nc;d\re;f"),
            [["a", "b"], ["c", "d"], ["e", "f"]]
        );
        assert_eq!(rows("\"a;\"\"b\"\"\";c\n"), [["a;\"b\"", "c"]]);
        assert_eq!(rows("\"two\nlines\";x\n"), [["two\nlines", "x"]]);
        assert_eq!(rows("a;;\n"), [["a", "", ""]]);
        assert_eq!(
            rows("\"Zoo\" park;x"),
            [["Zoo\" park", "x"]].map(|_| ["Zoo park", "x"])
        );
        assert_eq!(rows("a \"b\" c;x"), [["a \"b\" c", "x"]]);
        // A mark that is opened and never closed does not swallow what follows.
        assert_eq!(
            rows("\"Zoo;1\n2;\"Park\";3\n"),
            [vec!["\"Zoo", "1"], vec!["2", "Park", "3"]]
        );
    }

    #[test]
    fn places_count_characters() {
        let (mut reader, mut faults, mut cells) =
            (Rows::new("ąę;x\n;;y"), Faults::default(), Vec::new());
        reader.next(&mut cells, &mut faults);
        assert_eq!((cells[1].place.line, cells[1].place.column), (1, 4));
        reader.next(&mut cells, &mut faults);
        assert_eq!((cells[2].place.line, cells[2].place.column), (2, 3));
    }
}
