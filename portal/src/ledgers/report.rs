//! What an import says in sheets: the user's own table with its marks, and the template.

use linli_community::ledgers::{Layout, Line, Meaning, Verdict, Wrong};
use linli_community::residents::{Dictionary, FieldId};
use linli_interop::sheet::{Column, Mark, Report, Tone, Unreadable};
use linli_kernel::{Fault, Refusal};

/// Why a file was not read, as a rule that is broken.
#[must_use]
pub fn file_refusal(unreadable: &Unreadable) -> Refusal {
    let refusal = Refusal::new(&format!("ledgers.file-{}", unreadable.code())).on("file");
    match unreadable {
        Unreadable::TooMuch { what, most } => refusal.with("what", what).with("most", most),
        _ => refusal,
    }
}

/// What is said about the cells and rows of a ledger: everything wrong and every doubt. `told` puts
/// a rule into words.
#[must_use]
pub fn marks(
    layout: &Layout,
    lines: &[Line],
    verdicts: &[Verdict],
    told: &dyn Fn(&Refusal) -> String,
) -> Vec<Mark> {
    let mut marks = Vec::new();
    for (line, verdict) in lines.iter().zip(verdicts) {
        let mark = |wrong: &Wrong, tone| Mark {
            row: line.row,
            column: wrong.column.or_else(|| column_of(layout, &wrong.refusal)),
            tone,
            note: match header_of(layout, wrong) {
                Some(header) => format!("{header}：{}", told(&wrong.refusal)),
                None => told(&wrong.refusal),
            },
        };
        match verdict {
            Verdict::Doubtful(wrong) => marks.push(mark(wrong, Tone::Doubtful)),
            _ => marks.extend(line.wrong.iter().map(|wrong| mark(wrong, Tone::Bad))),
        }
    }
    marks
}

fn column_of(layout: &Layout, refusal: &Refusal) -> Option<usize> {
    let field = FieldId::from(refusal.field.as_deref()?);
    layout.column(&Meaning::Field(field))
}

/// The header of the column that something is wrong with.
pub(super) fn header_of(layout: &Layout, wrong: &Wrong) -> Option<String> {
    let at = wrong.column.or_else(|| column_of(layout, &wrong.refusal))?;
    let header = &layout.columns.get(at)?.header;
    (!header.is_empty()).then(|| header.clone())
}

/// The facts that the template asks for, in its order.
pub(super) const TEMPLATE: [&str; 12] = [
    "person.name",
    "person.id_number",
    "person.sex",
    "person.birth_date",
    "person.phone",
    "person.ethnicity",
    "person.hukou",
    "person.address",
    "person.marital_status",
    "person.education",
    "household",
    "relation",
];

/// A sheet to be filled in: the columns that most ledgers have, each with what may stand in it.
///
/// # Errors
/// [`Fault`] when the workbook cannot be put together.
pub fn template(
    dictionary: &Dictionary,
    lang: &str,
    name: &str,
    own: &dyn Fn(&str) -> String,
) -> Result<Vec<u8>, Fault> {
    let columns = TEMPLATE.iter().map(|id| {
        let Some(field) = dictionary.field(id) else {
            return Column::new(own(id), 12);
        };
        let width = match *id {
            "person.id_number" => 22,
            "person.address" => 36,
            _ => 14,
        };
        let codes = dictionary.codes_of(id).map(|list| {
            let names: Vec<&str> = list
                .codes
                .iter()
                .map(|code| code.names.in_lang(lang))
                .collect();
            names.join("、")
        });
        Column::new(field.names.in_lang(lang), width).noted(codes.unwrap_or_default())
    });
    let columns: Vec<Column> = columns.collect();
    Report::new(name, &[], &columns)?.finish()
}
