//! Reading: first the three tables with the place of every cell, then what they mean.

use std::borrow::Cow;

use super::cells::Cells;
use super::fault::{Code, Fault, Faults, Place};
use super::number::{Decimal, NotANumber, decimal};
use super::rows::{Cell, Rows};
use super::{Pabulib, votes};
use crate::election::{BallotKind, Election, MOST_MONEY, Project};
use crate::told::{Told, told};

/// Read a file. `told` hears how many bytes are done.
///
/// # Errors
/// All faults, notes included, when one of them leaves doubt about what is to be counted.
pub fn read(bytes: &[u8], told: &mut dyn FnMut(u64)) -> Result<(Pabulib, Vec<Fault>), Vec<Fault>> {
    let mut faults = Faults::default();
    let Some(text) = decode(bytes, &mut faults) else {
        return Err(faults.finish().0);
    };
    let sections = Sections::read(&text, &mut faults, told);
    let file = sections.understand(&mut faults);
    let (list, wrong) = faults.finish();
    match file {
        Some(file) if !wrong => Ok((file, list)),
        _ => Err(list),
    }
}

/// The text of a file; nothing where it is none.
fn decode<'a>(bytes: &'a [u8], faults: &mut Faults) -> Option<Cow<'a, str>> {
    let first = Place { line: 1, column: 1 };
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let text = told!(
            "文件是 UTF-16 编码，请另存为 UTF-8",
            "the file is in UTF-16: save it as UTF-8"
        );
        faults.error(first, Code::NotUtf8, text);
        return None;
    }
    let bytes = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => {
            let text = told!(
                "字节顺序标记（BOM）已略过",
                "the byte order mark was skipped"
            );
            faults.note(first, Code::ByteOrderMark, text);
            rest
        }
        None => bytes,
    };
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        let text = told!(
            "这里有 NUL 字符：这不是文本文件，或不是 UTF-8 编码",
            "there is a NUL character: this is no text, or not UTF-8"
        );
        faults.error(place(&bytes[..at]), Code::NotUtf8, text);
        return None;
    }
    if let Err(wrong) = std::str::from_utf8(bytes) {
        let text = told!(
            "这里不是 UTF-8 编码：这样的字符已替换",
            "this is not UTF-8: such characters were replaced"
        );
        faults.note(place(&bytes[..wrong.valid_up_to()]), Code::NotUtf8, text);
    }
    let text = String::from_utf8_lossy(bytes);
    if text.trim().is_empty() {
        let text = told!("文件是空的", "the file is empty");
        faults.error(first, Code::Missing, text);
        return None;
    }
    if let Some(at) = text.find('\r') {
        let place = Place {
            column: 0,
            ..place(&text.as_bytes()[..at])
        };
        let text = told!("行尾是 CR 或 CR LF", "lines end in CR or CR LF");
        faults.note(place, Code::LineEnds, text);
    }
    Some(text)
}

/// The place behind `before`.
fn place(before: &[u8]) -> Place {
    let line = before.split(|byte| *byte == b'\n').count();
    let start = before.iter().rposition(|byte| *byte == b'\n');
    let start = start.map_or(0, |at| at + 1);
    let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
    Place {
        line: u32::try_from(line).unwrap_or(u32::MAX),
        column: u32::try_from(column).unwrap_or(u32::MAX),
    }
}

/// A table with the place of each cell.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Where it begins; none when it is not there.
    pub(super) start: Option<Place>,
    pub(super) columns: Vec<String>,
    pub(super) cells: Cells,
    pub(super) places: Vec<Place>,
    /// How many cells each row had of its own.
    pub(super) widths: Vec<u32>,
}

impl Table {
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns
            .iter()
            .position(|column| column.eq_ignore_ascii_case(name))
    }

    pub(super) fn cell(&self, row: usize, column: usize) -> &str {
        self.cells.row(row).nth(column).unwrap_or_default()
    }

    pub(super) fn place(&self, row: usize, column: usize) -> Place {
        self.places[row * self.columns.len() + column]
    }

    fn head(&mut self, cells: &[Cell<'_>]) {
        let last = cells.iter().rposition(|cell| !cell.text.is_empty());
        let columns = &cells[..last.map_or(0, |last| last + 1)];
        self.columns = columns.iter().map(|cell| cell.text.to_string()).collect();
        self.cells = Cells::new(self.columns.len());
    }

    /// Of the rows, sorted by the id in `id_column`, none has that of another.
    fn once(&self, found: &[(usize, Decimal)], id_column: usize, faults: &mut Faults) {
        for pair in found.windows(2) {
            let (first, second) = (pair[0].0, pair[1].0);
            let id = self.cell(second, id_column);
            if self.cell(first, id_column) == id && !id.is_empty() {
                let text = told!(
                    "项目 {id} 出现两次（第一次在第 {} 行）",
                    "project {id} comes twice (first on line {})",
                    self.place(first, id_column).line
                );
                faults.error(self.place(second, id_column), Code::DuplicateProject, text);
            }
        }
    }

    fn push(&mut self, cells: &[Cell<'_>]) {
        let texts = cells.iter().map(|cell| without_none(&cell.text));
        self.cells.push(texts);
        let end = cells.last().map(|cell| cell.place).unwrap_or_default();
        let missing = std::iter::repeat(end);
        let places = cells.iter().map(|cell| cell.place).chain(missing);
        self.places.extend(places.take(self.columns.len()));
        self.widths
            .push(u32::try_from(cells.len()).unwrap_or(u32::MAX));
    }
}

/// `None` in a cell means nothing stands there.
fn without_none(text: &str) -> &str {
    if text.eq_ignore_ascii_case("none") {
        ""
    } else {
        text
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Meta,
    Projects,
    Votes,
}

impl Section {
    const fn name(self) -> &'static str {
        match self {
            Self::Meta => "META",
            Self::Projects => "PROJECTS",
            Self::Votes => "VOTES",
        }
    }

    /// The section whose name the row is.
    fn named(cells: &[Cell<'_>]) -> Option<Self> {
        let (first, rest) = cells.split_first()?;
        if rest.iter().any(|cell| !cell.text.is_empty()) {
            return None;
        }
        [Self::Meta, Self::Projects, Self::Votes]
            .into_iter()
            .find(|section| first.text.eq_ignore_ascii_case(section.name()))
    }

    /// The section whose header the row is.
    fn headed(cells: &[Cell<'_>]) -> Option<Self> {
        let is = |at: usize, name: &str| {
            cells
                .get(at)
                .is_some_and(|cell| cell.text.eq_ignore_ascii_case(name))
        };
        if is(0, "key") && is(1, "value") {
            Some(Self::Meta)
        } else if is(0, "project_id") {
            Some(Self::Projects)
        } else if is(0, "voter_id") {
            Some(Self::Votes)
        } else {
            None
        }
    }
}

/// The three tables.
#[derive(Debug, Default)]
pub(super) struct Sections {
    pub(super) meta: Vec<(String, String, Place)>,
    meta_start: Option<Place>,
    /// Where the last row begins.
    end: Place,
    pub(super) projects: Table,
    pub(super) votes: Table,
}

impl Sections {
    fn read(text: &str, faults: &mut Faults, told: &mut dyn FnMut(u64)) -> Self {
        let mut sections = Self {
            end: Place { line: 1, column: 1 },
            ..Self::default()
        };
        let (mut rows, mut cells) = (Rows::new(text), Vec::new());
        let mut now = None;
        let mut header = false;
        while rows.next(&mut cells, faults) {
            told(rows.read() as u64);
            let place = cells.first().map(|cell| cell.place).unwrap_or_default();
            sections.end = place;
            if cells.iter().all(|cell| cell.text.is_empty()) {
                skipped(&cells, place, faults);
            } else if let Some(section) = Section::named(&cells) {
                if cells.len() > 1 {
                    let text = told!(
                        "段名后有多余的分隔符",
                        "there are separators behind the name of the section"
                    );
                    faults.note(cells[1].place, Code::StraySeparator, text);
                }
                sections.start(section, place, faults);
                (now, header) = (Some(section), true);
            } else if let Some(section) = Section::headed(&cells) {
                if now != Some(section) {
                    let text = told!(
                        "这个表头上面缺少 {} 一行",
                        "the line {} is missing above this header",
                        section.name()
                    );
                    faults.note(place, Code::MissingHeader, text);
                    sections.start(section, place, faults);
                }
                sections.head(section, &cells, faults);
                (now, header) = (Some(section), false);
            } else {
                let section = now.unwrap_or_else(|| {
                    let text = told!(
                        "缺少 META 一行：这一行按其第一行读取",
                        "the line META is missing: this was read as its first row"
                    );
                    faults.note(place, Code::MissingHeader, text);
                    sections.meta_start = Some(place);
                    Section::Meta
                });
                now = Some(section);
                sections.row(section, std::mem::take(&mut header), &cells, faults);
            }
        }
        sections
    }

    fn start(&mut self, section: Section, place: Place, faults: &mut Faults) {
        let start = match section {
            Section::Meta => &mut self.meta_start,
            Section::Projects => &mut self.projects.start,
            Section::Votes => &mut self.votes.start,
        };
        if let Some(first) = start.replace(place) {
            let text = told!(
                "{} 段出现两次（第一次在第 {} 行）",
                "the section {} comes twice (first on line {})",
                section.name(),
                first.line
            );
            // META may be continued; a second table may have other columns.
            match section {
                Section::Meta => faults.note(place, Code::Misplaced, text),
                Section::Projects | Section::Votes => faults.error(place, Code::Misplaced, text),
            }
        }
    }

    fn head(&mut self, section: Section, cells: &[Cell<'_>], faults: &mut Faults) {
        let table = match section {
            Section::Meta => return,
            Section::Projects => &mut self.projects,
            Section::Votes => &mut self.votes,
        };
        if table.columns.is_empty() {
            table.head(cells);
        } else if table.columns.len() > cells.len()
            || !table.columns.iter().zip(cells).all(|(a, b)| *a == b.text)
        {
            let text = told!(
                "这是第二个表头，与第一个不同",
                "this is a second header, other than the first"
            );
            faults.error(cells[0].place, Code::Misplaced, text);
        } else {
            let text = told!("表头重复，已略过", "the header comes again and was skipped");
            faults.note(cells[0].place, Code::Misplaced, text);
        }
    }

    fn row(&mut self, section: Section, first: bool, cells: &[Cell<'_>], faults: &mut Faults) {
        let table = match section {
            Section::Meta => {
                if first {
                    let text = told!("缺少表头 key;value", "the header key;value is missing");
                    faults.note(cells[0].place, Code::MissingHeader, text);
                }
                self.meta_row(cells, faults);
                return;
            }
            Section::Projects => &mut self.projects,
            Section::Votes => &mut self.votes,
        };
        if table.columns.is_empty() {
            // Pabulib says what the columns are called, not in which order they come.
            table.head(cells);
            return;
        }
        let beyond = cells.get(table.columns.len()..).unwrap_or_default();
        if let Some(cell) = beyond.iter().find(|cell| !cell.text.is_empty()) {
            let text = told!(
                "表头有 {} 列，这一行的单元格却更多",
                "this row has more cells than the {} columns of its header",
                table.columns.len()
            );
            match section {
                // Which cell is the vote is in doubt.
                Section::Votes => faults.error(cell.place, Code::TooManyCells, text),
                _ => faults.note(cell.place, Code::TooManyCells, text),
            }
        } else if let Some(cell) = beyond.first() {
            let text = told!(
                "行末多余的分隔符已略过",
                "separators at the end of the row were skipped"
            );
            faults.note(cell.place, Code::StraySeparator, text);
        }
        table.push(cells);
    }

    fn meta_row(&mut self, cells: &[Cell<'_>], faults: &mut Faults) {
        let key = cells[0].text.to_lowercase();
        let value = cells.get(1).unwrap_or(&cells[0]);
        let text = cells.get(1).map_or("", |cell| cell.text.as_ref());
        if let Some(cell) = cells.get(2) {
            let text = match cells[2..].iter().all(|cell| cell.text.is_empty()) {
                true => told!(
                    "行末多余的分隔符已略过",
                    "separators at the end of the row were skipped"
                ),
                false => told!(
                    "这个分隔符后面的内容已略过",
                    "what stands behind this separator was skipped"
                ),
            };
            faults.note(cell.place, Code::StraySeparator, text);
        }
        if let Some((.., before)) = self.meta.iter().rfind(|(name, ..)| *name == key) {
            let text = told!(
                "{key} 出现两次（第一次在第 {} 行）：以最后一次为准",
                "the key {key} comes twice (first on line {}): the last one counts",
                before.line
            );
            faults.note(cells[0].place, Code::DuplicateKey, text);
        }
        self.meta.push((key, text.to_owned(), value.place));
    }

    pub(super) fn find(&self, key: &str) -> Option<(&str, Place)> {
        self.meta
            .iter()
            .rfind(|(name, value, _)| name == key && !value.is_empty())
            .map(|(_, value, place)| (value.as_str(), *place))
    }

    fn understand(self, faults: &mut Faults) -> Option<Pabulib> {
        for (there, name) in [
            (self.meta_start, "META"),
            (self.projects.start, "PROJECTS"),
            (self.votes.start, "VOTES"),
        ] {
            if there.is_none() {
                let text = told!(
                    "文件到结尾没有 {name} 段",
                    "the file ends without a section {name}"
                );
                faults.error(self.end, Code::Missing, text);
            }
        }
        let budget = match self.find("budget") {
            Some((text, place)) => amount(text, place, &told!("预算", "the budget"), faults),
            None => {
                let place = self.meta_start.unwrap_or(self.end);
                faults.error(
                    place,
                    Code::Missing,
                    told!("META 没有 budget（预算）", "META has no budget"),
                );
                None
            }
        };
        let kind = self.kind(faults);
        let (projects, unit) = self.projects(budget, faults)?;
        let mut election = Election {
            budget: budget
                .and_then(|budget| budget.in_units(unit))
                .and_then(|budget| u64::try_from(budget).ok())?,
            projects,
            unit,
            point_unit: 1,
            kind: kind?,
            marks: Vec::new(),
            ends: Vec::new(),
        };
        votes::understand(&self, &mut election, faults)?;
        Some(Pabulib {
            election,
            meta: self
                .meta
                .into_iter()
                .map(|(key, value, _)| (key, value))
                .collect(),
            project_columns: self.projects.columns,
            project_rows: self.projects.cells,
            vote_columns: self.votes.columns,
            vote_rows: self.votes.cells,
        })
    }

    fn kind(&self, faults: &mut Faults) -> Option<BallotKind> {
        let Some((text, place)) = self.find("vote_type") else {
            let kind = match self.votes.column("points") {
                Some(_) => (BallotKind::Cumulative, "cumulative"),
                None => (BallotKind::Approval, "approval"),
            };
            let text = told!(
                "META 没有 vote_type：选票按 {} 读取",
                "META has no vote_type: the ballots were read as {}",
                kind.1
            );
            let place = self.meta_start.unwrap_or(self.end);
            faults.note(place, Code::VoteType, text);
            return Some(kind.0);
        };
        match text.to_lowercase().as_str() {
            "approval" | "choose-1" => Some(BallotKind::Approval),
            "cumulative" | "scoring" => Some(BallotKind::Cumulative),
            "ordinal" => Some(BallotKind::Ordinal),
            _ => {
                let text = told!(
                    "vote_type 是 {text}：应为 approval、choose-1、cumulative、scoring 或 ordinal",
                    "vote_type is {text}: it must be approval, choose-1, cumulative, scoring or ordinal"
                );
                faults.error(place, Code::VoteType, text);
                None
            }
        }
    }

    /// The projects by id, and the smallest unit of money.
    fn projects(
        &self,
        budget: Option<Decimal>,
        faults: &mut Faults,
    ) -> Option<(Vec<Project>, u64)> {
        let table = &self.projects;
        let start = table.start?;
        let Some(cost_column) = table.column("cost") else {
            faults.error(
                start,
                Code::Missing,
                told!("PROJECTS 没有 cost 列", "PROJECTS has no column cost"),
            );
            return None;
        };
        let id_column = table.column("project_id").unwrap_or(0);
        let name_column = table.column("name");
        let mut found: Vec<(usize, Decimal)> = Vec::new();
        for row in 0..table.cells.len() {
            if table.cell(row, id_column).is_empty() {
                let place = table.place(row, id_column);
                faults.error(
                    place,
                    Code::NoId,
                    told!("这个项目没有编号", "this project has no id"),
                );
            }
            let (text, place) = (table.cell(row, cost_column), table.place(row, cost_column));
            // Without a readable cost it is kept, so that ballots for it are no further faults.
            let cost = amount(text, place, &told!("费用", "the cost"), faults);
            found.push((row, cost.unwrap_or_default()));
        }
        found.sort_by(|(a, _), (b, _)| table.cell(*a, id_column).cmp(table.cell(*b, id_column)));
        table.once(&found, id_column, faults);
        let places = found.iter().map(|(_, cost)| cost.places);
        let places = places.chain(budget.map(|budget| budget.places)).max();
        let unit = 10_u64.pow(places.unwrap_or(0));
        let projects = found.iter().filter_map(|(row, cost)| {
            Some(Project {
                id: table.cell(*row, id_column).to_owned(),
                name: name_column.map_or("", |at| table.cell(*row, at)).to_owned(),
                cost: u64::try_from(cost.in_units(unit)?).ok()?,
            })
        });
        let projects: Vec<Project> = projects.collect();
        let in_units = |amount: Decimal| amount.in_units(unit).unwrap_or(i128::MAX);
        let amounts = found
            .iter()
            .map(|(_, cost)| in_units(*cost))
            .chain(budget.map(in_units));
        if amounts.fold(0, i128::saturating_add) > i128::from(MOST_MONEY) {
            let text = told!(
                "金额合计太大，或小数位太多，无法计算",
                "the amounts together are too large, or too finely divided, to be counted"
            );
            let dearest = found.iter().max_by_key(|(_, cost)| in_units(*cost));
            let place = dearest.map_or(start, |(row, _)| table.place(*row, cost_column));
            faults.error(place, Code::TooLarge, text);
            return None;
        }
        Some((projects, unit))
    }
}

/// A line with nothing in it.
fn skipped(cells: &[Cell<'_>], place: Place, faults: &mut Faults) {
    match cells.len() {
        1 => faults.note(
            place,
            Code::BlankLine,
            told!("空行已略过", "an empty line was skipped"),
        ),
        _ => faults.note(
            place,
            Code::StraySeparator,
            told!("只有分隔符的一行已略过", "a line of separators was skipped"),
        ),
    }
}

/// An amount of money.
fn amount(text: &str, place: Place, what: &Told, faults: &mut Faults) -> Option<Decimal> {
    let shown: String = text.chars().take(40).collect();
    let is = told!("{what}是 {shown}", "{what} is {shown}", [what]);
    match decimal(text) {
        Ok((number, doubt)) => {
            if number.digits < 0 {
                let text = told!("{is}：不能小于零", "{is}: it cannot be below zero", [is]);
                faults.error(place, Code::Negative, text);
                return None;
            }
            if let Some(doubt) = doubt {
                let text = told!("{is}：{doubt}", "{is}: {doubt}", [is, doubt]);
                faults.note(place, Code::Number, text);
            }
            Some(number)
        }
        Err(NotANumber::TooLarge) => {
            let text = told!(
                "{is}：太大，或小数位太多",
                "{is}: it is too large, or too finely divided",
                [is]
            );
            faults.error(place, Code::TooLarge, text);
            None
        }
        Err(NotANumber::Unreadable) => {
            let text = match text {
                "" => told!("缺少{what}", "{what} is missing", [what]),
                _ => told!("{is}：不是数", "{is}: that is no number", [is]),
            };
            faults.error(place, Code::Number, text);
            None
        }
    }
}
