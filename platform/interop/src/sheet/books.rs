//! Workbooks: `.xlsx` cell by cell, `.xls` as a whole. Both pass the guard first.

use std::io::Cursor;

use calamine::{Data, DataRef, ExcelDateTime, Reader as _, SheetVisible, Xls, Xlsx, XlsxError};
use jiff::civil::{Date, DateTime, Time};

use super::guard::{self, damaged};
use super::read::Grid;
use super::{Ask, Cell, Format, Table, Unreadable};

/// A sheet of a workbook in Office Open XML.
pub(super) fn xlsx(bytes: &[u8], ask: &Ask<'_>) -> Result<Table, Unreadable> {
    guard::zipped(bytes, &ask.limits)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(opened)?;
    let from_1904 = book.has_1904_epoch();
    let (names, wanted) = sheets(&book, ask)?;
    for name in wanted {
        let (rows, more) = cells(&mut book, &name, ask)?;
        if !rows.is_empty() || ask.sheet.is_some() {
            return Ok(Table {
                format: Format::Xlsx,
                name,
                names,
                rows,
                from_1904,
                more,
            });
        }
    }
    Err(Unreadable::Empty)
}

type Book<'a> = Xlsx<Cursor<&'a [u8]>>;

fn cells(
    book: &mut Book<'_>,
    name: &str,
    ask: &Ask<'_>,
) -> Result<(Vec<Vec<Cell>>, bool), Unreadable> {
    let mut grid = Grid::new(ask);
    let mut reader = match book.worksheet_cells_reader(name) {
        Ok(reader) => reader,
        // A sheet of charts holds no cells.
        Err(XlsxError::WorksheetNotFound(_)) => return Ok((Vec::new(), false)),
        Err(error) => return Err(damaged(error)),
    };
    while let Some(cell) = reader.next_cell().map_err(damaged)? {
        let (row, column) = (
            cell.get_position().0 as usize,
            cell.get_position().1 as usize,
        );
        if grid.beyond(row) {
            return Ok((grid.into_rows(), true));
        }
        let cell = match cell.get_value() {
            DataRef::Empty => Cell::Empty,
            DataRef::SharedString(text) => grid.text(text)?,
            DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
                grid.text(text)?
            }
            DataRef::Float(number) => Cell::Number(*number),
            DataRef::Int(number) => Cell::Number(real(*number)),
            DataRef::Bool(flag) => Cell::Flag(*flag),
            DataRef::DateTime(at) => date(at),
            DataRef::Error(error) => Cell::Error(error.to_string().into()),
        };
        grid.put(row, column, cell)?;
    }
    Ok((grid.into_rows(), false))
}

fn opened(error: XlsxError) -> Unreadable {
    match error {
        XlsxError::Password => Unreadable::Locked,
        XlsxError::FileNotFound(_) | XlsxError::RelationshipNotFound => Unreadable::Unknown,
        other => damaged(other),
    }
}

/// A sheet of a workbook of Excel 97–2003.
pub(super) fn xls(bytes: &[u8], ask: &Ask<'_>) -> Result<Table, Unreadable> {
    let fresh = guard::compound(bytes, &ask.limits)?;
    let mut book: Xls<_> =
        Xls::new(Cursor::new(fresh.as_slice())).map_err(|error| match error {
            calamine::XlsError::Password => Unreadable::Locked,
            other => damaged(other),
        })?;
    let from_1904 = book.has_1904_epoch();
    let (names, wanted) = sheets(&book, ask)?;
    for name in wanted {
        let range = book.worksheet_range(&name).map_err(damaged)?;
        let (top, left) = range.start().unwrap_or_default();
        let mut grid = Grid::new(ask);
        let mut more = false;
        for (row, column, value) in range.used_cells() {
            let (row, column) = (row + top as usize, column + left as usize);
            if grid.beyond(row) {
                more = true;
                break;
            }
            let cell = old_cell(&mut grid, value)?;
            grid.put(row, column, cell)?;
        }
        let rows = grid.into_rows();
        if !rows.is_empty() || ask.sheet.is_some() {
            return Ok(Table {
                format: Format::Xls,
                name,
                names,
                rows,
                from_1904,
                more,
            });
        }
    }
    Err(Unreadable::Empty)
}

fn old_cell(grid: &mut Grid<'_>, value: &Data) -> Result<Cell, Unreadable> {
    Ok(match value {
        Data::Empty => Cell::Empty,
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
            grid.text(text)?
        }
        Data::Float(number) => Cell::Number(*number),
        Data::Int(number) => Cell::Number(real(*number)),
        Data::Bool(flag) => Cell::Flag(*flag),
        Data::DateTime(at) => date(at),
        Data::Error(error) => Cell::Error(error.to_string().into()),
    })
}

/// The names of all sheets, and those to look into: the one asked for, or what is not hidden.
fn sheets<R: std::io::Read + std::io::Seek, B: calamine::Reader<R>>(
    book: &B,
    ask: &Ask<'_>,
) -> Result<(Vec<String>, Vec<String>), Unreadable> {
    let names = book.sheet_names();
    let wanted = match ask.sheet {
        Some(name) if names.iter().any(|one| one == name) => vec![name.to_owned()],
        Some(_) => return Err(Unreadable::NoSuchSheet),
        None => {
            let all = book.sheets_metadata().iter();
            all.filter(|sheet| sheet.visible == SheetVisible::Visible)
                .map(|sheet| sheet.name.clone())
                .collect()
        }
    };
    Ok((names, wanted))
}

/// A date of a cell; what is no day of the calendar (1900-02-29, a duration) stays a number.
fn date(at: &ExcelDateTime) -> Cell {
    let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
    let small = |part: u8| i8::try_from(part).ok();
    let whole = || -> Option<DateTime> {
        let year = i16::try_from(year).ok()?;
        let date = Date::new(year, small(month)?, small(day)?).ok()?;
        let time = Time::new(small(hour)?, small(minute)?, small(second)?, 0).ok()?;
        Some(date.to_datetime(time))
    };
    match whole() {
        Some(at_day) if at.is_datetime() && at.as_f64() >= 1.0 => Cell::Date(at_day),
        _ => Cell::Number(at.as_f64()),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "workbooks hold no whole numbers beyond 53 bits"
)]
fn real(number: i64) -> f64 {
    number as f64
}
