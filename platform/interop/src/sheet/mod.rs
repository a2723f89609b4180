//! Ledgers as people keep them: `.xlsx`, `.xls` and `.csv` read into one table of typed cells, and
//! tables written as `.xlsx` and `.csv`.
//!
//! Reading and writing need the feature `sheet`; without it there are the types alone.
//!
//! **Bounds.** A file is outside bytes: reading inflates it once with a counter before anything
//! else looks at it, believes no size that a file states, and refuses what goes beyond [`Limits`]
//! with the limit named ([`Unreadable`]). Memory is bounded by the limits, not by the file.
//!
//! **Inert.** What is written never begins a formula: in `.xlsx` a text is a text cell, in `.csv` it
//! gets an apostrophe in front.

#[cfg(feature = "sheet")]
mod books;
#[cfg(feature = "sheet")]
mod delimited;
#[cfg(feature = "sheet")]
mod guard;
#[cfg(feature = "sheet")]
mod marked;
#[cfg(feature = "sheet")]
mod read;
#[cfg(all(test, feature = "sheet"))]
mod tests;
#[cfg(feature = "sheet")]
mod write;

use jiff::civil::DateTime;
use thiserror::Error;

#[cfg(feature = "sheet")]
pub use marked::marked;
#[cfg(feature = "sheet")]
pub use read::read;
#[cfg(feature = "sheet")]
pub use write::{Column, Report, csv_text, write_csv};

/// One cell, as far as the file tells what it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// A text. Everything in a `.csv` is one.
    Text(Box<str>),
    /// A number that is formatted as a number.
    Number(f64),
    /// A number that is formatted as a date.
    Date(DateTime),
    /// True or false.
    Flag(bool),
    /// An error such as `#N/A`.
    Error(Box<str>),
}

impl Cell {
    /// A cell with this text; an empty text is no cell.
    #[must_use]
    pub fn text(text: &str) -> Self {
        match text {
            "" => Self::Empty,
            text => Self::Text(text.into()),
        }
    }

    /// Whether nobody would see anything in it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// What somebody sees in it, near enough: whole numbers without a point, dates as `2013-03-21`.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Error(text) => text.trim().to_owned(),
            Self::Number(number) => number_text(*number),
            Self::Date(at) if at.time() == jiff::civil::Time::midnight() => at.date().to_string(),
            Self::Date(at) => at.to_string(),
            Self::Flag(true) => "TRUE".to_owned(),
            Self::Flag(false) => "FALSE".to_owned(),
        }
    }
}

/// A number as text: every digit that it has, and no exponent.
#[must_use]
pub fn number_text(number: f64) -> String {
    // Rust prints the shortest digits that read back as the same number: what was typed.
    format!("{number}")
}

/// What kind of file it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Office Open XML.
    Xlsx,
    /// Excel 97–2003.
    Xls,
    /// Text with a delimiter.
    Csv,
}

/// A sheet as read: row and column numbers are those of the file, counted from 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What kind of file it was.
    pub format: Format,
    /// The name of the sheet that was read; empty for `.csv`.
    pub name: String,
    /// The names of all sheets.
    pub names: Vec<String>,
    /// The rows; empty cells at their ends are left out.
    pub rows: Vec<Vec<Cell>>,
    /// Whether its serial numbers count from 1904.
    pub from_1904: bool,
    /// Whether there are more rows than were asked for.
    pub more: bool,
}

impl Table {
    /// The number of columns of its widest row.
    #[must_use]
    pub fn width(&self) -> usize {
        self.rows.iter().map(Vec::len).max().unwrap_or(0)
    }

    /// The cell at a place; empty where there is none.
    #[must_use]
    pub fn cell(&self, row: usize, column: usize) -> &Cell {
        const NOTHING: &Cell = &Cell::Empty;
        let row = self.rows.get(row);
        row.and_then(|row| row.get(column)).unwrap_or(NOTHING)
    }
}

/// How much of a file is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The file, in bytes.
    pub bytes: usize,
    /// All its parts together once inflated, in bytes.
    pub inflated: u64,
    /// Different texts in a workbook.
    pub strings: usize,
    /// The texts of all cells together, in bytes: one long text may stand in many cells.
    pub text: usize,
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
    /// Cells, blank ones in between too.
    pub cells: usize,
    /// Characters in one cell; Excel itself takes no more.
    pub cell: usize,
}

impl Limits {
    /// For a file that somebody sends to a page.
    pub const PAGE: Self = Self {
        bytes: 20 << 20,
        inflated: 300 << 20,
        strings: 2_000_000,
        text: 96 << 20,
        rows: 200_000,
        columns: 256,
        cells: 4_000_000,
        cell: 32_767,
    };

    /// For a file that the operator names on the command line.
    pub const FILE: Self = Self {
        bytes: 64 << 20,
        inflated: 1 << 30,
        strings: 4_000_000,
        text: 256 << 20,
        rows: 500_000,
        ..Self::PAGE
    };
}

/// Which part of a file is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The sheet by name; `None` for the first that holds anything.
    pub sheet: Option<&'a str>,
    /// At most so many rows; `None` for all of them.
    pub first: Option<usize>,
    /// How much is taken.
    pub limits: Limits,
}

impl Default for Ask<'_> {
    fn default() -> Self {
        Self {
            sheet: None,
            first: None,
            limits: Limits::PAGE,
        }
    }
}

/// Why a file was not read. Each has a message that says what to do, by its [`code`](Self::code).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unreadable {
    /// More than a limit allows.
    #[error("too many {what}: at most {most}")]
    TooMuch {
        /// Of what: `bytes`, `inflated`, `strings`, `text`, `rows`, `columns`, `cells`, `cell`,
        /// `parts`.
        what: &'static str,
        /// The limit.
        most: u64,
    },
    /// It is a web page, whatever it is called.
    #[error("the file is a web page, not a workbook")]
    WebPage,
    /// Another kind of file.
    #[error("the file is no .xlsx, .xls or .csv")]
    Unknown,
    /// Locked with a password.
    #[error("the workbook is locked with a password")]
    Locked,
    /// It declares XML entities, which no workbook does.
    #[error("the workbook declares XML entities")]
    Entities,
    /// Text that is neither UTF-8 nor GB18030.
    #[error("the text is neither UTF-8 nor GB18030")]
    Encoding,
    /// There is no sheet of that name.
    #[error("there is no sheet of that name")]
    NoSuchSheet,
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// It is broken.
    #[error("the file is damaged: {0}")]
    Damaged(String),
}

impl Unreadable {
    /// Its name in message keys and in JSON.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooMuch { .. } => "too-much",
            Self::WebPage => "web-page",
            Self::Unknown => "unknown",
            Self::Locked => "locked",
            Self::Entities => "entities",
            Self::Encoding => "encoding",
            Self::NoSuchSheet => "no-such-sheet",
            Self::Empty => "empty",
            Self::Damaged(_) => "damaged",
        }
    }
}

/// How bad something in a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// It needs a look.
    Doubtful,
    /// It cannot be taken.
    Bad,
}

/// Something to say about a cell or a row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The row, as in the file, from 0.
    pub row: usize,
    /// The column; `None` for the row as a whole.
    pub column: Option<usize>,
    /// How bad it is.
    pub tone: Tone,
    /// What to do about it.
    pub note: String,
}
