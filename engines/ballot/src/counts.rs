//! 计票: `COUNTS.csv`, one row for papers that say the same, and what papers say.
//!
//! Columns: `box`, `counter`, `marks` and, where needed, `counting` (`first` or `corrected`),
//! `contest`, `papers` (1 where the column is missing). `marks` are the ids a voter marked, with
//! `+` between them; empty is a blank paper, `!` and a reason is a paper that the counters found
//! void. Rows may come in any order; the order never matters.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::csv::{Row, Table};
use crate::fault::Fault;
use crate::share::LARGEST;
use crate::told::{short, told};

/// Which count of a box it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counting {
    /// 初次计票
    #[default]
    First,
    /// 更正计票: after the two counters differed. The first count is kept beside it.
    Corrected,
}

/// Which papers a sheet counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SheetKey {
    /// The box.
    pub ballot_box: String,
    /// The contest.
    pub contest: String,
    /// Which count.
    pub counting: Counting,
    /// Who counted.
    pub counter: String,
}

/// 计票单: what one counter read in one box for one contest: marks, and papers with them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Papers by their marks as written.
    pub papers: BTreeMap<String, u64>,
    /// The line of the first row.
    pub line: usize,
}

/// All sheets of a vote.
pub type Sheets = BTreeMap<SheetKey, Sheet>;

/// What a paper says in one contest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paper<'p> {
    /// 有效票: names, at most as many as seats, each once.
    Valid(BTreeSet<&'p str>),
    /// 空白票: nothing. A voter who abstains has voted.
    Blank,
    /// 废票: the counters found it void, or it names nobody who is an option.
    Invalid,
    /// 多选: more names than seats.
    OverMarked,
}

/// Reads the marks of a paper. Names on it are trimmed; a name twice is one name.
#[must_use]
pub fn read_paper<'p>(marks: &'p str, seats: u64, known: impl Fn(&str) -> bool) -> Paper<'p> {
    let marks = marks.trim();
    if marks.is_empty() {
        return Paper::Blank;
    }
    if marks.starts_with('!') {
        return Paper::Invalid;
    }
    let names: BTreeSet<&str> = marks.split('+').map(str::trim).collect();
    let many = u64::try_from(names.len()).unwrap_or(u64::MAX);
    if !names.iter().all(|name| known(name)) {
        Paper::Invalid
    } else if many > seats {
        Paper::OverMarked
    } else {
        Paper::Valid(names)
    }
}

/// 计票结果: the numbers of one sheet. `valid + blank + invalid + over_marked = papers`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// Papers in the box.
    pub papers: u64,
    /// Valid ones.
    pub valid: u64,
    /// Blank ones.
    pub blank: u64,
    /// Void ones, over-marked ones apart.
    pub invalid: u64,
    /// Papers with more names than seats.
    pub over_marked: u64,
    /// Votes for each option; options without a vote are there with 0.
    pub votes: BTreeMap<String, u64>,
}

impl Sheet {
    /// Counts the papers of this sheet for a contest with `options`; with `write_ins`, a mark
    /// `other:NAME` is an option too.
    #[must_use]
    pub fn tally(&self, seats: u64, options: &BTreeSet<&str>, write_ins: bool) -> Tally {
        let known = |name: &str| {
            let written = name
                .strip_prefix("other:")
                .is_some_and(|name| !name.is_empty());
            options.contains(name) || (write_ins && written)
        };
        let mut tally = Tally::default();
        for option in options {
            tally.votes.insert((*option).to_owned(), 0);
        }
        for (marks, papers) in &self.papers {
            tally.papers += papers;
            match read_paper(marks, seats, known) {
                Paper::Blank => tally.blank += papers,
                Paper::Invalid => tally.invalid += papers,
                Paper::OverMarked => tally.over_marked += papers,
                Paper::Valid(names) => {
                    tally.valid += papers;
                    for name in names {
                        *tally.votes.entry(name.to_owned()).or_default() += papers;
                    }
                }
            }
        }
        tally
    }
}

/// 封存: the seal of one counter's first count of one box, over all its contests.
///
/// It is SHA-256 of `linli-seal/1`, the nonce, the box, the counter, and for each contest in byte
/// order its name and each marks with its papers in byte order of the marks (those without papers
/// left out), a tab between the two; a line feed behind every line.
#[must_use]
pub fn seal(sheets: &Sheets, ballot_box: &str, counter: &str, nonce: &str) -> String {
    let mut hash = Sha256::new();
    let mut line = |text: &str| {
        hash.update(text.as_bytes());
        hash.update(b"\n");
    };
    for text in ["linli-seal/1", nonce, ballot_box, counter] {
        line(text);
    }
    let from = SheetKey {
        ballot_box: ballot_box.to_owned(),
        contest: String::new(),
        counting: Counting::First,
        counter: String::new(),
    };
    let own = sheets
        .range(from..)
        .take_while(|(key, _)| key.ballot_box == ballot_box);
    let own = own.filter(|(key, _)| key.counting == Counting::First && key.counter == counter);
    for (key, sheet) in own {
        line(&key.contest);
        for (marks, papers) in sheet.papers.iter().filter(|(_, papers)| **papers > 0) {
            line(&format!("{marks}\t{papers}"));
        }
    }
    crate::lot::hex(&hash.finalize())
}

const COLUMNS: [(&str, bool); 6] = [
    ("box", true),
    ("counter", true),
    ("marks", true),
    ("counting", false),
    ("contest", false),
    ("papers", false),
];

/// Reads `COUNTS.csv`. `contest` is the name of the only contest, for files without that column;
/// `told` hears now and then how many bytes of how many are read.
///
/// # Errors
/// Names line and column of an unknown column, a row of another width, a number that is none or
/// too large, an unknown kind of count, or an empty name.
pub fn read(
    text: &str,
    contest: Option<&str>,
    told: &mut dyn FnMut(u64, u64),
) -> Result<Sheets, Fault> {
    let mut table = Table::open(text, &COLUMNS)?;
    let at = |index: usize| table.columns.get(index).copied().flatten();
    let (Some(in_box), Some(by), Some(marks)) = (at(0), at(1), at(2)) else {
        return Err(Fault::whole(told!("缺少列", "a column is missing")));
    };
    let reader = Reader {
        places: [Some(in_box), at(4), at(3), Some(by)],
        papers: at(5),
        contest,
    };
    let mut row = table.row();
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut by_name: BTreeMap<Name<'_>, usize> = BTreeMap::new();
    let mut current = 0;
    let all = u64::try_from(text.len()).unwrap_or(u64::MAX);
    let mut done = 0_u64;
    let mut total = 0_u64;
    while table.next(&mut row)? {
        done += 1;
        if done.is_multiple_of(65_536) {
            told(all.saturating_sub(table.left()), all);
        }
        let papers = reader.papers(&row)?;
        total = total.saturating_add(papers);
        if total > LARGEST / 1_000_000 {
            return Err(row.fault(
                reader.papers.unwrap_or(0),
                told!("选票总数太多", "too many papers in all"),
            ));
        }
        let same = groups
            .get(current)
            .is_some_and(|group| reader.same(&row, &group.name));
        if !same {
            let name = reader.name(&row)?;
            current = *by_name.entry(name.clone()).or_insert(groups.len());
            if current == groups.len() {
                groups.push(Group::new(name, row.line));
            }
        }
        let marks = row.take(marks);
        if let Some(group) = groups.get_mut(current) {
            *group.papers.entry(marks).or_default() += papers;
        }
    }
    told(all, all);
    let mut sheets = Sheets::new();
    for group in groups {
        let (key, read) = group.finish()?;
        let sheet = sheets.entry(key).or_insert_with(|| Sheet {
            line: read.line,
            ..Sheet::default()
        });
        for (marks, papers) in read.papers {
            *sheet.papers.entry(marks).or_default() += papers;
        }
    }
    Ok(sheets)
}

/// Box, contest, counting and counter as they stand in the text.
type Name<'t> = [Cow<'t, str>; 4];

struct Group<'t> {
    name: Name<'t>,
    line: usize,
    papers: BTreeMap<Cow<'t, str>, u64>,
}

impl<'t> Group<'t> {
    fn new(name: Name<'t>, line: usize) -> Self {
        Self {
            name,
            line,
            papers: BTreeMap::new(),
        }
    }

    fn finish(self) -> Result<(SheetKey, Sheet), Fault> {
        let [ballot_box, contest, counting, counter] = self.name;
        let counting = match counting.as_ref() {
            "" | "first" => Counting::First,
            "corrected" => Counting::Corrected,
            other => {
                let problem = told!(
                    "“{0}”不是计票种类：应为 first 或 corrected",
                    "`{0}` is no count: first or corrected",
                    short(other)
                );
                return Err(Fault::at(self.line, 1, problem));
            }
        };
        let key = SheetKey {
            ballot_box: ballot_box.into_owned(),
            contest: contest.into_owned(),
            counting,
            counter: counter.into_owned(),
        };
        let papers = self.papers.into_iter();
        let sheet = Sheet {
            papers: papers
                .map(|(marks, papers)| (marks.into_owned(), papers))
                .collect(),
            line: self.line,
        };
        Ok((key, sheet))
    }
}

struct Reader<'a> {
    /// Columns of box, contest, counting and counter.
    places: [Option<usize>; 4],
    papers: Option<usize>,
    contest: Option<&'a str>,
}

impl Reader<'_> {
    fn papers(&self, row: &Row<'_>) -> Result<u64, Fault> {
        let Some(index) = self.papers else {
            return Ok(1);
        };
        let field = row.get(index).trim();
        if field == "1" {
            return Ok(1);
        }
        let bad = || {
            row.fault(
                index,
                told!(
                    "“{0}”不是选票张数",
                    "`{0}` is no number of papers",
                    short(field)
                ),
            )
        };
        match field.parse::<u64>() {
            Ok(number) if number <= LARGEST && field.starts_with(|c: char| c.is_ascii_digit()) => {
                Ok(number)
            }
            _ => Err(bad()),
        }
    }

    fn same(&self, row: &Row<'_>, name: &Name<'_>) -> bool {
        self.places
            .iter()
            .zip(name)
            .all(|(place, name)| match place {
                Some(index) => row.get(*index) == name.as_ref(),
                None => true,
            })
    }

    fn name<'t>(&self, row: &Row<'t>) -> Result<Name<'t>, Fault> {
        let mut name: Name<'t> = Default::default();
        for (index, (part, place)) in name.iter_mut().zip(self.places).enumerate() {
            *part = match (place, index, self.contest) {
                (Some(place), ..) => Cow::Owned(row.get(place).to_owned()),
                (None, 1, Some(contest)) => Cow::Owned(contest.to_owned()),
                (None, 1, None) => {
                    return Err(Fault::at(
                        1,
                        1,
                        told!(
                            "有几项选举：需要 contest 列",
                            "several contests: a column `contest` is needed"
                        ),
                    ));
                }
                (None, ..) => Cow::Borrowed(""),
            };
            if part.is_empty() && index != 2 {
                return Err(row.fault(
                    place.unwrap_or(0),
                    told!(
                        "票箱、选举项目、计票人都要有名称",
                        "box, contest and counter need a name"
                    ),
                ));
            }
        }
        Ok(name)
    }
}
