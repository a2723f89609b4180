//! Writing: the clean form of what was read.

use std::fmt::Write as _;

use super::{Cells, Pabulib};

/// The file in its clean form.
///
/// UTF-8, line feeds, three sections with their headers, no stray separators. Reading it again gives the same election. With `selected`, the column of that name
/// in `PROJECTS` says which ids were bought.
#[must_use]
pub fn write(file: &Pabulib, selected: Option<&[String]>) -> String {
    let mut text = String::from("META\nkey;value\n");
    for (key, value) in &file.meta {
        line(&mut text, [key.as_str(), value]);
    }
    text.push_str("PROJECTS\n");
    projects(&mut text, file, selected);
    text.push_str("VOTES\n");
    table(&mut text, &file.vote_columns, &file.vote_rows);
    text
}

fn projects(text: &mut String, file: &Pabulib, selected: Option<&[String]>) {
    let Some(selected) = selected else {
        table(text, &file.project_columns, &file.project_rows);
        return;
    };
    let position = |name: &str| {
        let columns = &file.project_columns;
        columns.iter().position(|it| it.eq_ignore_ascii_case(name))
    };
    let (id, old) = (position("project_id").unwrap_or(0), position("selected"));
    let mut columns = file.project_columns.clone();
    let at = old.unwrap_or_else(|| {
        columns.push("selected".to_owned());
        columns.len() - 1
    });
    line(text, columns.iter().map(String::as_str));
    for row in 0..file.project_rows.len() {
        let mut cells: Vec<&str> = file.project_rows.row(row).collect();
        let bought = cells
            .get(id)
            .is_some_and(|id| selected.iter().any(|it| it == id));
        cells.resize(columns.len(), "");
        cells[at] = if bought { "1" } else { "0" };
        line(text, cells);
    }
}

fn table(text: &mut String, columns: &[String], rows: &Cells) {
    line(text, columns.iter().map(String::as_str));
    for row in 0..rows.len() {
        line(text, rows.row(row));
    }
}

fn line<'a>(text: &mut String, cells: impl IntoIterator<Item = &'a str>) {
    let mut first = true;
    for cell in cells {
        if !std::mem::take(&mut first) {
            text.push(';');
        }
        if cell.contains([';', '\n', '\r']) || cell.starts_with('"') {
            write!(text, "\"{}\"", cell.replace('"', "\"\"")).expect("a string takes all text");
        } else {
            text.push_str(cell);
        }
    }
    text.push('\n');
}
