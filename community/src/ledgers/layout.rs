//! Where a ledger's header is and what its columns hold: guessed from the words, from what was
//! remembered and from the content; corrected by whoever knows better.

use std::collections::{BTreeMap, BTreeSet};

use linli_interop::sheet::{Cell, Table};
use linli_units::IdentityNumber;

use super::cells::Reading;
use super::words::{Meaning, plain};
use crate::residents::{FieldId, fields::phone};

/// The header is looked for in so many rows.
const LOOKED_AT: usize = 30;
/// So many rows of a column are looked at for what it holds.
const SAMPLE: usize = 60;

/// Why a column is taken for what it is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Somebody said so, now.
    Said,
    /// This committee said so before.
    Remembered,
    /// The header is a known word.
    Known,
    /// The header contains a known word.
    Alike,
    /// The cells look like it.
    Content,
    /// Another column holds it already.
    Twice,
    /// Nobody knows: it is not taken.
    Unknown,
}

impl Why {
    /// Its name in message keys.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Said => "said",
            Self::Remembered => "remembered",
            Self::Known => "known",
            Self::Alike => "alike",
            Self::Content => "content",
            Self::Twice => "twice",
            Self::Unknown => "unknown",
        }
    }
}

/// One column of a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its header, of two levels with a slash between.
    pub header: String,
    /// What it holds.
    pub meaning: Meaning,
    /// Why.
    pub why: Why,
}

/// 表头与列: how a ledger is laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The first row of the header.
    pub header: usize,
    /// How many rows the header has; 0 when there is none.
    pub levels: usize,
    /// The columns, from the left.
    pub columns: Vec<Found>,
}

/// What a committee called its columns before: by header, without what does not count.
pub type Remembered = BTreeMap<String, Meaning>;

impl Layout {
    /// The first row below the header.
    #[must_use]
    pub fn first(&self) -> usize {
        self.header + self.levels
    }

    /// The column that holds `meaning`.
    #[must_use]
    pub fn column(&self, meaning: &Meaning) -> Option<usize> {
        self.columns.iter().position(|one| one.meaning == *meaning)
    }

    /// Says what column `at` holds. Another column that held it holds nothing now.
    pub fn say(&mut self, at: usize, meaning: &Meaning) {
        let Some(said) = self.columns.get(at) else {
            return;
        };
        if said.meaning == *meaning {
            return;
        }
        for (other, column) in self.columns.iter_mut().enumerate() {
            if other == at {
                column.meaning = meaning.clone();
                column.why = Why::Said;
            } else if column.meaning == *meaning && *meaning != Meaning::Ignored {
                column.meaning = Meaning::Ignored;
                column.why = Why::Twice;
            }
        }
    }

    /// What is worth remembering: every column whose header is a header for sure, because at least
    /// two others in it are known words. A name in the place of a header is not kept.
    #[must_use]
    pub fn memorable(&self) -> Remembered {
        let known = self.columns.iter().filter(|one| one.why == Why::Known);
        if self.levels == 0 || known.count() < 2 {
            return Remembered::new();
        }
        let said = self.columns.iter().filter(|one| {
            matches!(one.why, Why::Said | Why::Remembered) && one.header.chars().count() <= 20
        });
        said.map(|one| (plain(&one.header), one.meaning.clone()))
            .filter(|(header, _)| {
                !header.is_empty() && !header.contains(|c: char| c.is_ascii_digit())
            })
            .collect()
    }
}

/// Understands a ledger. `header` says where the header is when somebody knows better.
#[must_use]
pub fn understand(
    table: &Table,
    reading: &Reading<'_>,
    remembered: &Remembered,
    header: Option<(usize, usize)>,
) -> Layout {
    let known =
        |text: &str| remembered.contains_key(&plain(text)) || reading.words.column(text).is_some();
    let (header, levels) = header.unwrap_or_else(|| find(table, &known));
    let mut taken = BTreeSet::new();
    let mut columns = Vec::new();
    for at in 0..table.width() {
        let (text, parts) = header_of(table, header, levels, at);
        let (meaning, why) = meaning_of(&text, &parts, reading, remembered);
        columns.push(Found {
            header: text,
            meaning,
            why,
        });
    }
    // The surest first: a word known in whole is not pushed aside by one that only resembles.
    for sure in [Why::Remembered, Why::Known, Why::Alike] {
        for column in columns.iter_mut().filter(|one| one.why == sure) {
            if column.meaning != Meaning::Ignored && !taken.insert(column.meaning.clone()) {
                column.meaning = Meaning::Ignored;
                column.why = Why::Twice;
            }
        }
    }
    let first = header + levels;
    for (at, column) in columns.iter_mut().enumerate() {
        if column.why != Why::Unknown {
            continue;
        }
        if let Some(meaning) = by_content(table, first, at, reading)
            && taken.insert(meaning.clone())
        {
            column.meaning = meaning;
            column.why = Why::Content;
        }
    }
    Layout {
        header,
        levels,
        columns,
    }
}

/// The first row of the header and how many rows it has.
fn find(table: &Table, known: &dyn Fn(&str) -> bool) -> (usize, usize) {
    let last = Ord::min(table.rows.len(), LOOKED_AT);
    let score = |row: usize, levels: usize| {
        let columns = 0..table.width();
        columns
            .filter(|at| {
                let (_, parts) = header_of(table, row, levels, *at);
                parts.iter().any(|part| known(part))
            })
            .count()
    };
    let mut best = (0, 0, 0);
    for row in 0..last {
        let one = score(row, 1);
        if one > best.0 {
            best = (one, row, 1);
        }
        // A header of two levels knows more columns than either row alone.
        let below = score(row + 1, 1);
        if one > 0 && row + 1 < last && below > 0 && score(row, 2) > Ord::max(one, below) {
            let two = score(row, 2);
            if two > best.0 {
                best = (two, row, 2);
            }
        }
    }
    if best.0 >= 2 {
        return (best.1, best.2);
    }
    (0..last)
        .find(|row| texts(table, *row) >= 2)
        .map_or((0, 0), |row| match holds_data(table, row) {
            true => (row, 0),
            false => (row, 1),
        })
}

fn texts(table: &Table, row: usize) -> usize {
    let cells = table.rows.get(row).map(Vec::as_slice).unwrap_or_default();
    cells.iter().filter(|cell| !cell.is_blank()).count()
}

/// Whether a row is no header: it holds a number or somebody's identity number.
fn holds_data(table: &Table, row: usize) -> bool {
    let cells = table.rows.get(row).map(Vec::as_slice).unwrap_or_default();
    cells.iter().any(|cell| match cell {
        Cell::Text(text) => IdentityNumber::parse(text).is_ok() || phone(text).is_ok(),
        Cell::Number(_) | Cell::Date(_) => true,
        _ => false,
    })
}

/// The header of column `at` as shown, and its parts, the lowest first.
fn header_of(table: &Table, header: usize, levels: usize, at: usize) -> (String, Vec<String>) {
    let text = |row: usize, at: usize| table.cell(row, at).shown();
    match levels {
        0 => (String::new(), Vec::new()),
        1 => {
            let one = text(header, at);
            (one.clone(), vec![one])
        }
        _ => {
            let low = text(header + 1, at);
            let mut high = text(header, at);
            // 合并单元格: a merged cell holds its text in its first cell only.
            if high.is_empty() && !low.is_empty() {
                let before = (0..at).rev().map(|left| text(header, left));
                high = before
                    .into_iter()
                    .find(|text| !text.is_empty())
                    .unwrap_or_default();
            }
            match (high.is_empty(), low.is_empty()) {
                (_, true) => (high.clone(), vec![high]),
                (true, false) => (low.clone(), vec![low]),
                (false, false) => (
                    format!("{high}/{low}"),
                    vec![low.clone(), format!("{high}{low}")],
                ),
            }
        }
    }
}

fn meaning_of(
    header: &str,
    parts: &[String],
    reading: &Reading<'_>,
    remembered: &Remembered,
) -> (Meaning, Why) {
    if let Some(meaning) = remembered.get(&plain(header)) {
        return (meaning.clone(), Why::Remembered);
    }
    if let Some(meaning) = parts.iter().find_map(|part| reading.words.column(part)) {
        return (meaning.clone(), Why::Known);
    }
    if let Some(meaning) = parts
        .iter()
        .find_map(|part| reading.words.column_alike(part))
    {
        return (meaning.clone(), Why::Alike);
    }
    (Meaning::Ignored, Why::Unknown)
}

/// What most cells of a column are, where that is beyond doubt.
fn by_content(table: &Table, first: usize, at: usize, reading: &Reading<'_>) -> Option<Meaning> {
    let rows = table.rows.iter().skip(first).take(SAMPLE);
    let cells: Vec<String> = rows
        .filter_map(|row| row.get(at))
        .map(Cell::shown)
        .filter(|text| !text.is_empty())
        .collect();
    let most = |is: &dyn Fn(&str) -> bool| {
        let so = cells.iter().filter(|text| is(text)).count();
        cells.len() >= 3 && so * 10 >= cells.len() * 8
    };
    let field = |id| Some(Meaning::Field(FieldId::known(id)));
    if most(&|text| IdentityNumber::parse(text).is_ok()) {
        return field("person.id_number");
    }
    if most(&|text| phone(text).is_ok_and(|number| number.len() == 11)) {
        return field("person.phone");
    }
    if most(&|text| matches!(text, "男" | "女")) {
        return field("person.sex");
    }
    if most(&|text| text.chars().count() == 1 && reading.words.code("ethnicity", text).is_some()) {
        return field("person.ethnicity");
    }
    None
}
