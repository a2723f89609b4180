//! Tables out: `.xlsx` row by row in constant memory, `.csv` with the mark that Excel needs.

use linli_kernel::Fault;
use rust_xlsxwriter::{Color, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::Cell;

/// A column of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its header.
    pub label: String,
    /// Its width in characters.
    pub width: u16,
    /// A note on its header, or empty.
    pub note: String,
}

impl Column {
    /// A column called `label`, `width` characters wide.
    #[must_use]
    pub fn new(label: impl Into<String>, width: u16) -> Self {
        Self {
            label: label.into(),
            width,
            note: String::new(),
        }
    }

    /// The same with a note on its header.
    #[must_use]
    pub fn noted(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

/// A workbook of one sheet, written row by row.
pub struct Report {
    book: Workbook,
    row: u32,
    columns: usize,
    text: Format,
    day: Format,
}

impl Report {
    /// A sheet called `name` with a header. `lines` stand above it, one a row. Every column is a
    /// column of text, so that Excel turns no number typed into it into something else.
    ///
    /// # Errors
    /// [`Fault`] when the name cannot be that of a sheet.
    pub fn new(name: &str, lines: &[String], columns: &[Column]) -> Result<Self, Fault> {
        let text = Format::new().set_num_format("@");
        let day = Format::new().set_num_format("yyyy-mm-dd");
        let head = Format::new()
            .set_bold()
            .set_background_color(Color::RGB(0xE7_EEF7))
            .set_text_wrap()
            .set_align(FormatAlign::Center);
        let mut book = Workbook::new();
        let sheet = book.add_worksheet_with_constant_memory().map_err(fault)?;
        sheet.set_name(name).map_err(fault)?;
        for (at, column) in columns.iter().enumerate() {
            let at = place(at)?;
            sheet.set_column_format(at, &text).map_err(fault)?;
            let width = f64::from(column.width);
            sheet.set_column_width(at, width).map_err(fault)?;
        }
        let mut row = 0;
        for line in lines {
            sheet.write_string(row, 0, line.as_str()).map_err(fault)?;
            row += 1;
        }
        for (at, column) in columns.iter().enumerate() {
            let (at, label) = (place(at)?, column.label.as_str());
            let written = sheet.write_string_with_format(row, at, label, &head);
            written.map_err(fault)?;
            if !column.note.is_empty() {
                let note = rust_xlsxwriter::Note::new(&column.note).add_author_prefix(false);
                sheet.insert_note(row, at, &note).map_err(fault)?;
            }
        }
        let frozen = row + 1;
        sheet.set_freeze_panes(frozen, 0).map_err(fault)?;
        Ok(Self {
            book,
            row: frozen,
            columns: columns.len(),
            text,
            day,
        })
    }

    /// The next row.
    ///
    /// # Errors
    /// [`Fault`] when a sheet has no room for it.
    pub fn row(&mut self, cells: &[Cell]) -> Result<(), Fault> {
        let (row, text, day) = (self.row, self.text.clone(), self.day.clone());
        let sheet = self.book.worksheet_from_index(0).map_err(fault)?;
        for (at, cell) in cells.iter().take(self.columns).enumerate() {
            let formats = Formats {
                text: Some(&text),
                day: &day,
                over: None,
            };
            write_cell(sheet, (row, place(at)?), cell, &formats)?;
        }
        self.row += 1;
        Ok(())
    }

    /// The bytes of the workbook.
    ///
    /// # Errors
    /// [`Fault`] when it cannot be put together.
    pub fn finish(mut self) -> Result<Vec<u8>, Fault> {
        self.book.save_to_buffer().map_err(fault)
    }
}

/// The formats a cell may get.
pub(super) struct Formats<'a> {
    /// Of a text.
    pub(super) text: Option<&'a Format>,
    /// Of a day.
    pub(super) day: &'a Format,
    /// Over all others.
    pub(super) over: Option<&'a Format>,
}

/// Writes a cell as what it is; a text is a text, whatever it begins with.
pub(super) fn write_cell(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    formats: &Formats<'_>,
) -> Result<(), Fault> {
    let format = formats.over;
    let done = match cell {
        Cell::Empty => match format {
            Some(format) => sheet.write_blank(row, column, format),
            None => return Ok(()),
        },
        Cell::Text(text) | Cell::Error(text) => match format.or(formats.text) {
            Some(format) => sheet.write_string_with_format(row, column, &**text, format),
            None => sheet.write_string(row, column, &**text),
        },
        Cell::Number(number) => match format {
            Some(format) => sheet.write_number_with_format(row, column, *number, format),
            None => sheet.write_number(row, column, *number),
        },
        Cell::Flag(flag) => match format {
            Some(format) => sheet.write_boolean_with_format(row, column, *flag, format),
            None => sheet.write_boolean(row, column, *flag),
        },
        Cell::Date(at) => {
            let format = format.map_or_else(
                || formats.day.clone(),
                |format| format.clone().set_num_format("yyyy-mm-dd"),
            );
            let date = at.date();
            let year = u16::try_from(date.year()).unwrap_or(1900);
            let part = |part: i8| u8::try_from(part).unwrap_or(1);
            let parts = (part(date.month()), part(date.day()));
            let day = rust_xlsxwriter::ExcelDateTime::from_ymd(year, parts.0, parts.1);
            match day {
                Ok(day) => sheet.write_datetime_with_format(row, column, &day, &format),
                // A day before 1900 is a text in every workbook.
                Err(_) => sheet.write_string_with_format(row, column, cell.shown(), &format),
            }
        }
    };
    done.map(|_| ()).map_err(fault)
}

pub(super) fn place(column: usize) -> Result<u16, Fault> {
    u16::try_from(column)
        .ok()
        .ok_or_else(|| Fault::Setting("a sheet of too many columns".to_owned()))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape `map_err` wants")]
pub(super) fn fault(error: XlsxError) -> Fault {
    Fault::Setting(format!("the workbook cannot be written: {error}"))
}

/// A text that no spreadsheet takes for a formula: one that begins like one gets an apostrophe.
#[must_use]
pub fn csv_text(text: &str) -> std::borrow::Cow<'_, str> {
    let first = text.chars().next();
    let seen = text.trim_start().chars().next();
    // Full-width signs count too: some programs make them plain before they look.
    let begins = |c| matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠');
    match first {
        Some('\t' | '\r' | '\n') => format!("'{text}").into(),
        _ if seen.is_some_and(begins) => format!("'{text}").into(),
        _ => text.into(),
    }
}

/// A table as `.csv`: UTF-8 with its mark, lines ended by CR and LF (RFC 4180).
///
/// # Errors
/// [`Fault`] when it cannot be put together.
pub fn write_csv<'a>(
    header: &[String],
    rows: impl Iterator<Item = &'a [Cell]>,
) -> Result<Vec<u8>, Fault> {
    let bytes = b"\xef\xbb\xbf".to_vec();
    let mut writer = ::csv::WriterBuilder::new()
        .terminator(::csv::Terminator::CRLF)
        .flexible(true)
        .from_writer(bytes);
    let failed = |error: ::csv::Error| Fault::Setting(format!("a table as text: {error}"));
    let header = header.iter().map(|label| csv_text(label).into_owned());
    writer.write_record(header).map_err(failed)?;
    for row in rows {
        let texts = row.iter().map(|cell| csv_text(&cell.shown()).into_owned());
        writer.write_record(texts).map_err(failed)?;
    }
    let done = writer.into_inner();
    done.map_err(|error| Fault::Setting(format!("a table as text: {error}")))
}
