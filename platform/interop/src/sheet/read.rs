//! Which reader a file needs, and the grid they fill within limits.

use super::{Ask, Cell, Table, Unreadable, books, delimited};

pub(super) fn too_much(what: &'static str, most: usize) -> Unreadable {
    Unreadable::TooMuch {
        what,
        most: most as u64,
    }
}

/// Reads a sheet out of the bytes of a file, whatever the file is called.
///
/// # Errors
/// [`Unreadable`].
pub fn read(bytes: &[u8], ask: &Ask<'_>) -> Result<Table, Unreadable> {
    if bytes.len() > ask.limits.bytes {
        return Err(too_much("bytes", ask.limits.bytes));
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Unreadable::Empty);
    }
    // Broken files make readers stumble in ways of their own: that ends this reading, nothing else.
    let reading = std::panic::catch_unwind(|| match bytes {
        [b'P', b'K', 3 | 5, ..] => books::xlsx(bytes, ask),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => books::xls(bytes, ask),
        _ => delimited::csv(bytes, ask),
    });
    let table = reading.unwrap_or_else(|_| Err(Unreadable::Damaged("a reader gave up".into())))?;
    match table.rows.is_empty() {
        true => Err(Unreadable::Empty),
        false => Ok(table),
    }
}

/// Puts cells where they belong, within limits.
pub(super) struct Grid<'a> {
    ask: &'a Ask<'a>,
    rows: Vec<Vec<Cell>>,
    cells: usize,
    text: usize,
}

impl<'a> Grid<'a> {
    pub(super) fn new(ask: &'a Ask<'a>) -> Self {
        Self {
            ask,
            rows: Vec::new(),
            cells: 0,
            text: 0,
        }
    }

    /// Whether `row` lies beyond what was asked for.
    pub(super) fn beyond(&self, row: usize) -> bool {
        self.ask.first.is_some_and(|first| row >= first)
    }

    /// Takes a text in, counted.
    pub(super) fn text(&mut self, text: &str) -> Result<Cell, Unreadable> {
        let limits = &self.ask.limits;
        self.text += text.len();
        if self.text > limits.text {
            return Err(too_much("text", limits.text));
        }
        // Characters are at most bytes: most texts need no counting.
        if text.len() > limits.cell && text.chars().count() > limits.cell {
            return Err(too_much("cell", limits.cell));
        }
        Ok(Cell::text(text))
    }

    /// Puts a cell at its place.
    pub(super) fn put(&mut self, row: usize, column: usize, cell: Cell) -> Result<(), Unreadable> {
        if cell == Cell::Empty {
            return Ok(());
        }
        let limits = &self.ask.limits;
        if row >= limits.rows {
            return Err(too_much("rows", limits.rows));
        }
        if column >= limits.columns {
            return Err(too_much("columns", limits.columns));
        }
        while self.rows.len() <= row {
            self.rows.push(Vec::new());
        }
        let Some(cells) = self.rows.get_mut(row) else {
            return Ok(());
        };
        let before = cells.len();
        if before <= column {
            cells.resize(column + 1, Cell::Empty);
        }
        self.cells += cells.len() - before;
        cells[column] = cell;
        if self.cells > limits.cells {
            return Err(too_much("cells", limits.cells));
        }
        Ok(())
    }

    pub(super) fn into_rows(mut self) -> Vec<Vec<Cell>> {
        for row in &mut self.rows {
            row.shrink_to_fit();
        }
        self.rows
    }
}
