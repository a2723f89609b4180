//! The user's own table given back: rows and columns as they were, cells that have something wrong
//! coloured and commented, and one more column that says it in words.

use std::collections::BTreeMap;

use linli_kernel::Fault;
use rust_xlsxwriter::{Color, Format, Note, Workbook};

use super::write::{Formats, fault, place, write_cell};
use super::{Cell, Mark, Table, Tone};

/// The most comments in one workbook: beyond it Excel becomes slow; the colours and the words stay.
const COMMENTS: usize = 5_000;

/// The table with its marks, as a workbook. `header` is the row where the added column gets its
/// `title`.
///
/// # Errors
/// [`Fault`] when the workbook cannot be put together.
pub fn marked(table: &Table, header: usize, title: &str, marks: &[Mark]) -> Result<Vec<u8>, Fault> {
    let mut by_row: BTreeMap<usize, Vec<&Mark>> = BTreeMap::new();
    for mark in marks {
        by_row.entry(mark.row).or_default().push(mark);
    }
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let bold = Format::new().set_bold();
    let last = table.width();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet_with_constant_memory().map_err(fault)?;
    if !table.name.is_empty() {
        sheet.set_name(&table.name).map_err(fault)?;
    }
    sheet.set_column_width(place(last)?, 60.0).map_err(fault)?;
    let mut comments = 0;
    for (row, cells) in table.rows.iter().enumerate() {
        let said = by_row.get(&row).map(Vec::as_slice).unwrap_or_default();
        let at = u32::try_from(row)
            .ok()
            .ok_or_else(|| Fault::Setting("too many rows".to_owned()))?;
        for column in 0..last {
            let here = said.iter().filter(|mark| mark.column == Some(column));
            let tone = here.clone().map(|mark| mark.tone).max();
            let over = tone.map(colour);
            let formats = Formats {
                text: None,
                day: &day,
                over: over.as_ref(),
            };
            let nothing = &Cell::Empty;
            let cell = cells.get(column).unwrap_or(nothing);
            write_cell(sheet, (at, place(column)?), cell, &formats)?;
            let words: Vec<&str> = here.map(|mark| mark.note.as_str()).collect();
            if !words.is_empty() && comments < COMMENTS {
                let note = Note::new(words.join("\n")).add_author_prefix(false);
                sheet
                    .insert_note(at, place(column)?, &note)
                    .map_err(fault)?;
                comments += 1;
            }
        }
        if row == header {
            let written = sheet.write_string_with_format(at, place(last)?, title, &bold);
            written.map_err(fault)?;
        } else if let Some(tone) = said.iter().map(|mark| mark.tone).max() {
            let words: Vec<&str> = said.iter().map(|mark| mark.note.as_str()).collect();
            let (words, format) = (words.join("；"), colour(tone));
            let written = sheet.write_string_with_format(at, place(last)?, words, &format);
            written.map_err(fault)?;
        }
    }
    book.save_to_buffer().map_err(fault)
}

fn colour(tone: Tone) -> Format {
    let (ground, letters) = match tone {
        Tone::Doubtful => (0xFF_EB9C, 0x7F_6000),
        Tone::Bad => (0xFF_C7CE, 0x9C_0006),
    };
    Format::new()
        .set_background_color(Color::RGB(ground))
        .set_font_color(Color::RGB(letters))
}
