//! 人口文件: a folder's `households.csv` and `persons.csv`, refused whole when one row is bad.
//!
//! `households.csv` has the column `household`, may have `area` and `kind`, and then a column for
//! each fact of a household. `persons.csv` has `person`, `household` and the facts of persons. A
//! fact's column is named by what follows the dot of its field, `birth_date`. An empty cell is
//! unknown; money is in yuan, dates as `2024-07-01`, truths as `true` and `false`, codes as the
//! policy writes them. UTF-8, a header, commas, quotes as RFC 4180 has them. Persons may come in
//! any order; those of one household keep theirs.

use std::fmt;
use std::io::Read;

use super::{Builder, MOST_MEMBERS, Names, Population};
use crate::columns::cells::Cells;
use crate::finding::{Told, told};
use crate::ir::{Entity, Fact};
use crate::value::{Known, Type};

/// No more bad rows than this are listed.
const MOST_PROBLEMS: usize = 20;

/// Which file of the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folder {
    /// `households.csv`
    Households,
    /// `persons.csv`
    Persons,
}

impl Folder {
    /// The file's name.
    #[must_use]
    pub const fn file(self) -> &'static str {
        match self {
            Self::Households => "households.csv",
            Self::Persons => "persons.csv",
        }
    }

    const fn entity(self) -> Entity {
        match self {
            Self::Households => Entity::Group,
            Self::Persons => Entity::Member,
        }
    }
}

/// Why a population was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// In which file.
    pub file: Folder,
    /// On which line, counted from 1, the header included.
    pub line: u64,
    /// In which column; empty where the whole row is meant.
    pub column: String,
    /// What is wrong, and what was expected.
    pub reason: Told,
}

/// One line, Chinese before English.
impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, line) = (self.file.file(), self.line);
        let Told { zh, en } = &self.reason;
        match self.column.as_str() {
            "" => write!(f, "{file}:{line}: {zh} {en}"),
            column => write!(f, "{file}:{line}: 列 column {column}: {zh} {en}"),
        }
    }
}

/// A population, and what of the files was not used.
#[derive(Debug, Clone)]
pub struct ReadPopulation {
    /// The population.
    pub population: Population,
    /// Columns that no fact asks for, as `persons.csv: phone`.
    pub ignored: Vec<String>,
    /// Facts without a column: unknown for everyone.
    pub absent: Vec<String>,
}

/// Reads the two files of a folder.
///
/// **Units**: as in [`crate::value`]. `facts` may name a field once only.
///
/// # Errors
/// Every bad row, up to twenty, with its line, column and reason; nothing is half-read.
pub fn read(
    households: impl Read,
    persons: impl Read,
    facts: &[Fact],
) -> Result<ReadPopulation, Vec<BadRow>> {
    let homes = table(Folder::Households, households, facts)?;
    let people = table(Folder::Persons, persons, facts)?;
    let mut problems = Vec::new();
    let of = homes_of(&homes, &people, &mut problems);
    doubles(Folder::Households, &homes, &mut problems);
    doubles(Folder::Persons, &people, &mut problems);
    let grouped = grouped(&homes, &of, &mut problems);
    if !problems.is_empty() {
        problems.truncate(MOST_PROBLEMS);
        return Err(problems);
    }
    let mut ignored = homes.ignored.clone();
    ignored.extend_from_slice(&people.ignored);
    let absent = facts
        .iter()
        .filter(|fact| !homes.found.contains(&fact.field) && !people.found.contains(&fact.field));
    let absent = absent.map(|fact| fact.field.clone()).collect();
    let mut builder = Builder::new(facts);
    for (home, range) in grouped.ranges.iter().enumerate() {
        let area = homes.labels[0].as_ref().map_or("", |area| area.get(home));
        let size = (range.end - range.start).to_string();
        let kind = homes.labels[1].as_ref().map(|kind| kind.get(home));
        let kind = kind.filter(|kind| !kind.is_empty()).unwrap_or(&size);
        builder.household(homes.names.get(home), area, kind, homes.row(home));
        for person in &grouped.persons[range.clone()] {
            builder.member(people.names.get(*person), people.row(*person));
        }
    }
    drop((homes, people));
    Ok(ReadPopulation {
        population: builder.finish(),
        ignored,
        absent,
    })
}

/// One file, column by column, in the order of its rows.
struct Table {
    names: Names,
    lines: Vec<u64>,
    /// `area` and `kind`, where the file has them.
    labels: [Option<Names>; 2],
    /// The household each person names.
    homes: Names,
    /// A column for each fact of the entity; `None` where the file has none.
    columns: Vec<Option<Cells>>,
    found: Vec<String>,
    ignored: Vec<String>,
}

impl Table {
    fn row(&self, row: usize) -> impl Iterator<Item = Known> {
        let columns = self.columns.iter();
        columns.map(move |cells| cells.as_ref().and_then(|cells| cells.get(row)))
    }
}

/// What a column of a file is for.
enum Use {
    Name,
    Home,
    Label(usize),
    /// The place among the facts of the entity.
    Fact(usize),
    Nothing,
}

struct Reading<'a> {
    file: Folder,
    facts: Vec<&'a Fact>,
    headers: Vec<String>,
    uses: Vec<Use>,
    problems: Vec<BadRow>,
    table: Table,
}

fn table(file: Folder, bytes: impl Read, facts: &[Fact]) -> Result<Table, Vec<BadRow>> {
    let facts: Vec<&Fact> = facts.iter().filter(|f| f.entity == file.entity()).collect();
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let header = reader
        .headers()
        .map_err(|error| vec![unreadable(file, 1, &error)])?
        .clone();
    let mut reading = Reading {
        file,
        headers: header.iter().map(clean).collect(),
        uses: Vec::new(),
        problems: Vec::new(),
        table: Table {
            names: Names::default(),
            lines: Vec::new(),
            labels: [None, None],
            homes: Names::default(),
            columns: facts.iter().map(|_| None).collect(),
            found: Vec::new(),
            ignored: Vec::new(),
        },
        facts,
    };
    reading.head();
    if !reading.problems.is_empty() {
        return Err(reading.problems);
    }
    let mut row = csv::StringRecord::new();
    while reading.problems.len() < MOST_PROBLEMS {
        match reader.read_record(&mut row) {
            Ok(true) => {
                let line = row.position().map_or(0, csv::Position::line);
                reading.row(line, &row);
            }
            Ok(false) => break,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                reading.problems.push(unreadable(file, line, &error));
                break;
            }
        }
    }
    if reading.problems.is_empty() {
        Ok(reading.table)
    } else {
        Err(reading.problems)
    }
}

fn unreadable(file: Folder, line: u64, error: &csv::Error) -> BadRow {
    let reason = match error.kind() {
        csv::ErrorKind::Utf8 { .. } => told!(
            "这一行不是 UTF-8 编码：请把文件另存为 CSV UTF-8",
            "the row is not UTF-8: save the file as CSV UTF-8"
        ),
        _ => told!("CSV 写法有误：{error}", "{error}"),
    };
    BadRow {
        file,
        line,
        column: String::new(),
        reason,
    }
}

/// A header without the byte-order mark that spreadsheets put before the first.
fn clean(header: &str) -> String {
    header.trim_start_matches('\u{feff}').trim().to_owned()
}

impl Reading<'_> {
    fn bad(&mut self, line: u64, column: &str, reason: Told) {
        self.problems.push(BadRow {
            file: self.file,
            line,
            column: column.to_owned(),
            reason,
        });
    }

    /// Finds what each column is for.
    fn head(&mut self) {
        let headers = self.headers.clone();
        let own = match self.file {
            Folder::Households => "household",
            Folder::Persons => "person",
        };
        for (at, header) in headers.iter().enumerate() {
            if !header.is_empty() && headers[..at].contains(header) {
                self.bad(
                    1,
                    header,
                    told!("这一列有两个", "the column is there twice"),
                );
            }
            let fact = self.facts.iter().position(|fact| column(fact) == header);
            let what = match (self.file, header.as_str()) {
                (_, name) if name == own => Use::Name,
                (Folder::Persons, "household") => Use::Home,
                (Folder::Households, "area") => Use::Label(0),
                (Folder::Households, "kind") => Use::Label(1),
                _ => fact.map_or(Use::Nothing, Use::Fact),
            };
            match what {
                Use::Label(label) => self.table.labels[label] = Some(Names::default()),
                Use::Fact(fact) => {
                    let fact_ = self.facts[fact];
                    self.table.found.push(fact_.field.clone());
                    self.table.columns[fact] = Some(Cells::empty(fact_.type_ == Type::Bool));
                }
                Use::Nothing => {
                    let ignored = format!("{}: {header}", self.file.file());
                    self.table.ignored.push(ignored);
                }
                Use::Name | Use::Home => {}
            }
            self.uses.push(what);
        }
        let mut needed = vec![own];
        if self.file == Folder::Persons {
            needed.push("household");
        }
        for name in needed {
            if !headers.iter().any(|header| header == name) {
                self.bad(1, name, told!("缺少这一列", "the column is missing"));
            }
        }
    }

    fn row(&mut self, line: u64, row: &csv::StringRecord) {
        if row.len() != self.headers.len() {
            let (has, expected) = (row.len(), self.headers.len());
            let told = told!(
                "这一行有 {has} 格，而表头有 {expected} 格",
                "the row has {has} cells where the header has {expected}"
            );
            self.bad(line, "", told);
            return;
        }
        self.table.lines.push(line);
        for (at, cell) in row.iter().enumerate() {
            let cell = cell.trim();
            let problem = match self.uses[at] {
                Use::Name | Use::Home if cell.is_empty() => Some(told!(
                    "这一格是空的；每一行都要填",
                    "the cell is empty; every row needs it"
                )),
                Use::Name => {
                    self.table.names.push(cell);
                    None
                }
                Use::Home => {
                    self.table.homes.push(cell);
                    None
                }
                Use::Label(label) => {
                    if let Some(names) = &mut self.table.labels[label] {
                        names.push(cell);
                    }
                    None
                }
                Use::Fact(fact) => match value(self.facts[fact], cell) {
                    Ok(known) => {
                        if let Some(cells) = &mut self.table.columns[fact] {
                            cells.push(known);
                        }
                        None
                    }
                    Err(reason) => Some(reason),
                },
                Use::Nothing => None,
            };
            if let Some(reason) = problem {
                let header = self.headers[at].clone();
                self.bad(line, &header, reason);
            }
        }
    }
}

/// The column's name: what follows the dot of the field.
fn column(fact: &Fact) -> &str {
    fact.field
        .split_once('.')
        .map_or(&fact.field, |(_, name)| name)
}

/// What a cell says.
fn value(fact: &Fact, cell: &str) -> Result<Known, Told> {
    if cell.is_empty() {
        return Ok(None);
    }
    let value = fact.type_.parse(cell).ok_or_else(|| {
        let expected = match &fact.type_ {
            Type::Money { .. } => told!(
                "以元计的数，至多两位小数",
                "an amount in yuan with at most two decimals"
            ),
            Type::Number { scale: 0 } => told!("整数", "a whole number"),
            Type::Number { scale } => told!(
                "数字，至多 {scale} 位小数",
                "a number with at most {scale} decimals"
            ),
            Type::Bool => told!("true 或 false", "true or false"),
            Type::Date => told!("日期，如 2024-07-01", "a date such as 2024-07-01"),
            Type::Code(codes) => told!(
                "以下之一：{codes}",
                "one of {codes}",
                codes = codes.codes.join(", "),
            ),
        };
        told!(
            "{cell:?} 不符，应为：{expected}",
            "{cell:?} is not {expected}",
            [expected]
        )
    })?;
    if !fact.range.holds(value) {
        let (low, high) = (fact.range.low, fact.range.high);
        let (low, high) = (fact.type_.plain(low), fact.type_.plain(high));
        return Err(told!(
            "{cell:?} 不在 {low} 至 {high} 之间",
            "{cell:?} does not lie between {low} and {high}"
        ));
    }
    Ok(Some(value))
}

/// The places of a table's rows, sorted by name.
fn sorted(names: &Names) -> Vec<usize> {
    let mut places: Vec<usize> = (0..names.len()).collect();
    places.sort_by(|a, b| names.get(*a).cmp(names.get(*b)));
    places
}

/// Says which names come twice.
fn doubles(file: Folder, table: &Table, problems: &mut Vec<BadRow>) {
    // In a file that is sorted no name can come again but at once.
    let rising = (1..table.names.len()).all(|at| table.names.get(at - 1) < table.names.get(at));
    if rising {
        return;
    }
    for two in sorted(&table.names).windows(2) {
        let name = table.names.get(two[0]);
        if name == table.names.get(two[1]) && problems.len() < MOST_PROBLEMS {
            let before = table.lines[two[0]];
            problems.push(BadRow {
                file,
                line: table.lines[two[1]],
                column: match file {
                    Folder::Households => "household",
                    Folder::Persons => "person",
                }
                .to_owned(),
                reason: told!(
                    "{name:?} 在第 {before} 行已经有了",
                    "{name:?} stands already on line {before}"
                ),
            });
        }
    }
}

/// The household of each person, by its place.
fn homes_of(homes: &Table, people: &Table, problems: &mut Vec<BadRow>) -> Vec<usize> {
    let mut of = Vec::with_capacity(people.names.len());
    let mut last = 0;
    let mut index = None;
    for person in 0..people.names.len() {
        let name = people.homes.get(person);
        // Mostly the household of the row before, or the next.
        let near = (last..homes.names.len().min(last + 2)).find(|at| homes.names.get(*at) == name);
        let found = near.or_else(|| {
            let index = index.get_or_insert_with(|| sorted(&homes.names));
            let at = index.binary_search_by(|at| homes.names.get(*at).cmp(name));
            at.ok().map(|at| index[at])
        });
        match found {
            Some(home) => {
                last = home;
                of.push(home);
            }
            None if problems.len() < MOST_PROBLEMS => problems.push(BadRow {
                file: Folder::Persons,
                line: people.lines[person],
                column: "household".to_owned(),
                reason: told!(
                    "households.csv 里没有 {name:?} 这一户",
                    "there is no household {name:?} in households.csv"
                ),
            }),
            None => break,
        }
    }
    of
}

/// Persons by household.
struct Grouped {
    /// Rows of persons, household after household.
    persons: Vec<usize>,
    /// The part of `persons` that is each household's.
    ranges: Vec<std::ops::Range<usize>>,
}

fn grouped(homes: &Table, of: &[usize], problems: &mut Vec<BadRow>) -> Grouped {
    let mut counts = vec![0_usize; homes.names.len()];
    for home in of {
        counts[*home] += 1;
    }
    for (home, count) in counts.iter().enumerate() {
        let reason = match count {
            // With persons refused already their households would only look empty.
            0 if problems.is_empty() => told!(
                "persons.csv 里没有这一户的成员",
                "no person in persons.csv is a member"
            ),
            count if *count > MOST_MEMBERS => {
                told!(
                    "成员 {count} 人，超过 {MOST_MEMBERS} 人",
                    "{count} members are more than {MOST_MEMBERS}"
                )
            }
            _ => continue,
        };
        if problems.len() < MOST_PROBLEMS {
            problems.push(BadRow {
                file: Folder::Households,
                line: homes.lines[home],
                column: "household".to_owned(),
                reason,
            });
        }
    }
    let mut next = Vec::with_capacity(counts.len());
    let mut ranges = Vec::with_capacity(counts.len());
    let mut at = 0;
    for count in &counts {
        next.push(at);
        ranges.push(at..at + count);
        at += count;
    }
    let mut persons = vec![0; of.len()];
    for (person, home) in of.iter().enumerate() {
        persons[next[*home]] = person;
        next[*home] += 1;
    }
    Grouped { persons, ranges }
}
