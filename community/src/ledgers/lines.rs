//! The rows of a ledger as people: facts in their kept form, the place in the household, and what
//! is wrong with which cell.

use std::collections::BTreeMap;

use linli_interop::sheet::Table;
use linli_kernel::Refusal;
use linli_units::{IdentityNumber, Sex};
use serde_json::Value;

use super::cells::Reading;
use super::dates::BadDate;
use super::layout::Layout;
use super::words::{Meaning, plain};
use crate::residents::{Entity, FieldId, Values};

/// Something wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The column; `None` for the row as a whole.
    pub column: Option<usize>,
    /// What, as a rule that is broken.
    pub refusal: Refusal,
}

/// One row about one person.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Line {
    /// The row in the file, from 0.
    pub row: usize,
    /// What it says about the person.
    pub facts: Values,
    /// What it says about their household.
    pub home: Values,
    /// How they belong to it: a code of the list `relation`.
    pub relation: Option<String>,
    /// 户号, as written.
    pub household: Option<String>,
    /// What is wrong; a row with anything wrong is not taken.
    pub wrong: Vec<Wrong>,
}

impl Line {
    /// The text of a fact.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        self.facts.get(field).and_then(Value::as_str)
    }
}

/// The lines of a ledger, and how many rows were passed over: blank ones, totals, headers again.
#[must_use]
pub fn lines(table: &Table, layout: &Layout, reading: &Reading<'_>) -> (Vec<Line>, usize) {
    let mut passed = 0;
    let mut lines = Vec::new();
    for row in layout.first()..table.rows.len() {
        if is_passed_over(table, layout, row) {
            passed += 1;
        } else {
            lines.push(line(table, layout, reading, row));
        }
    }
    (lines, passed)
}

fn is_passed_over(table: &Table, layout: &Layout, row: usize) -> bool {
    const TOTALS: [&str; 9] = [
        "合计",
        "总计",
        "小计",
        "共计",
        "填表",
        "制表",
        "审核人",
        "说明",
        "备注",
    ];
    let shown = |at: usize| table.cell(row, at).shown();
    let taken = layout.columns.iter().enumerate();
    let mut taken = taken.filter(|(_, column)| column.meaning != Meaning::Ignored);
    if taken.clone().all(|(at, _)| shown(at).is_empty()) {
        return true;
    }
    let first = (0..layout.columns.len())
        .map(shown)
        .find(|text| !text.is_empty());
    let number = layout.column(&Meaning::Field(FieldId::known("person.id_number")));
    let has_number = number.is_some_and(|at| !shown(at).is_empty());
    let first = plain(&first.unwrap_or_default());
    if !has_number && TOTALS.iter().any(|word| first.starts_with(word)) {
        return true;
    }
    // 表头重复: ledgers printed page by page repeat their header.
    layout.levels > 0
        && taken.all(|(at, column)| {
            let text = plain(&shown(at));
            text.is_empty() || plain(&column.header).ends_with(&text)
        })
}

fn line(table: &Table, layout: &Layout, reading: &Reading<'_>, row: usize) -> Line {
    let mut line = Line {
        row,
        ..Line::default()
    };
    let mut no_day = None;
    for (at, column) in layout.columns.iter().enumerate() {
        let cell = table.cell(row, at);
        let wrong = |refusal| Wrong {
            column: Some(at),
            refusal,
        };
        match &column.meaning {
            Meaning::Ignored => {}
            Meaning::Relation => match reading.relation(cell) {
                Ok(relation) => line.relation = relation,
                Err(refusal) => line.wrong.push(wrong(refusal)),
            },
            Meaning::Household => {
                line.household = Some(plain(&cell.shown())).filter(|text| !text.is_empty());
            }
            Meaning::Field(id) => {
                let Some(field) = reading.dictionary.field(id.as_str()) else {
                    continue;
                };
                match reading.value(field, cell) {
                    Ok(None) => {}
                    Ok(Some(value)) => {
                        let into = match field.entity {
                            Entity::Person => &mut line.facts,
                            Entity::Household => &mut line.home,
                        };
                        into.insert(id.clone(), value);
                    }
                    Err(refusal) if is_no_day(id, &refusal) => {
                        no_day = Some((cell.shown(), wrong(refusal)));
                    }
                    Err(refusal) => line.wrong.push(wrong(refusal)),
                }
            }
        }
    }
    complete(&mut line, layout, no_day);
    line
}

fn is_no_day(field: &FieldId, refusal: &Refusal) -> bool {
    field.as_str() == "person.birth_date" && refusal.code == BadDate::NoDay.code()
}

/// What the identity number says about its holder: fills what the row leaves out, and contradicts
/// what it has wrong (GB 11643: digits 7 to 14 are the date of birth, digit 17 tells the sex).
fn complete(line: &mut Line, layout: &Layout, no_day: Option<(String, Wrong)>) {
    const BORN: FieldId = FieldId::known("person.birth_date");
    const SEX: FieldId = FieldId::known("person.sex");
    let column = |field: &FieldId| layout.column(&Meaning::Field(field.clone()));
    let number = line.text("person.id_number").map(IdentityNumber::parse);
    if let Some(Ok(number)) = number {
        let born = number.birth_date().to_string();
        let short = no_day.as_ref().map(|(shown, _)| digits(shown));
        let differs = match (line.text("person.birth_date"), &short) {
            (Some(written), _) => written != born,
            (None, Some(short)) => !digits(&born).starts_with(short.as_str()),
            (None, None) => false,
        };
        let sex = number.sex();
        let other_sex = line.text("person.sex").is_some_and(|code| {
            [Sex::Male, Sex::Female]
                .iter()
                .any(|one| one.code() == code)
                && code != sex.code()
        });
        for (wrong, field, code) in [
            (differs, BORN, "ledgers.birth-date-differs"),
            (other_sex, SEX, "ledgers.sex-differs"),
        ] {
            if wrong {
                line.wrong.push(Wrong {
                    column: column(&field),
                    refusal: Refusal::new(code).on(field.as_str()),
                });
            }
        }
        line.facts.entry(BORN).or_insert_with(|| born.into());
        line.facts.entry(SEX).or_insert_with(|| sex.code().into());
    } else if let Some((_, wrong)) = no_day {
        line.wrong.push(wrong);
    }
    if !line.facts.contains_key("person.name")
        && !line
            .wrong
            .iter()
            .any(|one| one.column == column(&FieldId::known("person.name")))
    {
        line.wrong.push(Wrong {
            column: column(&FieldId::known("person.name")),
            refusal: Refusal::new("residents.missing").on("person.name"),
        });
    }
}

/// Year and month as digits: 1949-3 and 1949年03月 are both 194903.
fn digits(date: &str) -> String {
    let narrowed = linli_units::digits::narrowed(date);
    let parts = narrowed.split(|c: char| !c.is_ascii_digit());
    parts
        .filter(|part| !part.is_empty())
        .map(|part| format!("{part:0>2}"))
        .collect()
}

/// 户: which lines are one household, by their 户号 or by 户主 followed by the others. Lines of no
/// household are in none.
#[must_use]
pub fn households(lines: &[Line]) -> Vec<Vec<usize>> {
    let mut by_number: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut by_order: Vec<Vec<usize>> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        match (&line.household, line.relation.as_deref()) {
            (Some(number), Some(_)) => by_number.entry(number).or_default().push(at),
            (None, Some(crate::residents::HEAD)) => by_order.push(vec![at]),
            (None, Some(_)) => {
                // Next to each other, or somebody between does not belong to anybody.
                if let Some(last) = by_order.last_mut()
                    && last.last().is_some_and(|before| before + 1 == at)
                {
                    last.push(at);
                }
            }
            _ => {}
        }
    }
    let all = by_number.into_values().chain(by_order);
    all.filter(|members| {
        let heads = members
            .iter()
            .filter_map(|at| lines.get(*at))
            .filter(|line| line.relation.as_deref() == Some(crate::residents::HEAD));
        heads.count() == 1
    })
    .collect()
}
