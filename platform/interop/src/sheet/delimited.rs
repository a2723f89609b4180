//! `.csv` in the encodings people save it in: UTF-8 with or without its mark, UTF-16 with it,
//! GB18030 otherwise.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_8};

use super::read::Grid;
use super::{Ask, Format, Table, Unreadable};

/// The one sheet of a file of text.
pub(super) fn csv(bytes: &[u8], ask: &Ask<'_>) -> Result<Table, Unreadable> {
    if ask.sheet.is_some_and(|name| !name.is_empty()) {
        return Err(Unreadable::NoSuchSheet);
    }
    let text = decoded(bytes)?;
    let start = text.trim_start();
    if start.starts_with('<') {
        return Err(Unreadable::WebPage);
    }
    if text.contains('\0') {
        return Err(Unreadable::Unknown);
    }
    let mut grid = Grid::new(ask);
    let mut fields = Fields::new(&text, delimiter(&text));
    while let Some((row, column, field)) = fields.next() {
        if grid.beyond(row) {
            return Ok(table(grid, true));
        }
        let cell = grid.text(field)?;
        grid.put(row, column, cell)?;
    }
    Ok(table(grid, false))
}

/// The fields of RFC 4180, each with its place. Blank lines count as rows, so that a row has the
/// number that it has in a spreadsheet.
struct Fields<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    delimiter: char,
    row: usize,
    column: usize,
    field: String,
    over: bool,
}

impl<'a> Fields<'a> {
    fn new(text: &'a str, delimiter: u8) -> Self {
        Self {
            rest: text.chars().peekable(),
            delimiter: char::from(delimiter),
            row: 0,
            column: 0,
            field: String::new(),
            over: false,
        }
    }

    /// The next field; it is overwritten by the one after.
    fn next(&mut self) -> Option<(usize, usize, &str)> {
        if self.over {
            return None;
        }
        self.field.clear();
        let (row, column) = (self.row, self.column);
        let mut quoted = false;
        loop {
            let Some(c) = self.rest.next() else {
                self.over = true;
                break;
            };
            match c {
                '"' if quoted && self.rest.peek() == Some(&'"') => {
                    self.rest.next();
                    self.field.push('"');
                }
                '"' if quoted => quoted = false,
                '"' if self.field.is_empty() => quoted = true,
                c if quoted => self.field.push(c),
                c if c == self.delimiter => {
                    self.column += 1;
                    break;
                }
                '\n' | '\r' => {
                    if c == '\r' && self.rest.peek() == Some(&'\n') {
                        self.rest.next();
                    }
                    self.row += 1;
                    self.column = 0;
                    break;
                }
                c => self.field.push(c),
            }
        }
        Some((row, column, &self.field))
    }
}

fn table(grid: Grid<'_>, more: bool) -> Table {
    Table {
        format: Format::Csv,
        name: String::new(),
        names: Vec::new(),
        rows: grid.into_rows(),
        from_1904: false,
        more,
    }
}

fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, Unreadable> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..]);
        return text.ok_or(Unreadable::Encoding);
    }
    [UTF_8, GB18030]
        .into_iter()
        .find_map(|one| one.decode_without_bom_handling_and_without_replacement(bytes))
        .ok_or(Unreadable::Encoding)
}

/// The sign that stands most often in the first lines, outside of quotes.
fn delimiter(text: &str) -> u8 {
    const SIGNS: [u8; 3] = [b',', b'\t', b';'];
    let mut counts = [0_usize; 3];
    let mut quoted = false;
    for line in text.lines().take(20) {
        for byte in line.bytes().take(10_000) {
            quoted ^= byte == b'"';
            if let Some(at) = SIGNS.iter().position(|sign| *sign == byte && !quoted) {
                counts[at] += 1;
            }
        }
    }
    let most = counts.iter().max().copied().unwrap_or(0);
    let at = counts.iter().position(|count| *count == most).unwrap_or(0);
    SIGNS[at]
}
