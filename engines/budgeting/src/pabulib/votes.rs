//! The ballots: from `3,1,7` and `2,2,1` to marks.

use super::fault::{Code, Faults, Place};
use super::number::decimal;
use super::read::{Sections, Table};
use crate::election::{BallotKind, Election, Mark};
use crate::told::{Told, told};

/// Points above this are refused.
const MOST_POINTS: i128 = 1_000_000_000;

/// What is needed to read one ballot.
struct Reader<'a> {
    table: &'a Table,
    vote: usize,
    points: Option<usize>,
    voter: usize,
}

/// Put the ballots of the file into `election`; `None` when there is no column for them.
pub(super) fn understand(
    sections: &Sections,
    election: &mut Election,
    faults: &mut Faults,
) -> Option<()> {
    let table = &sections.votes;
    let start = table.start?;
    let Some(vote) = table.column("vote") else {
        faults.error(
            start,
            Code::Missing,
            told!("VOTES 没有 vote 列", "VOTES has no column vote"),
        );
        return None;
    };
    let reader = Reader {
        table,
        vote,
        points: table.column("points"),
        voter: table.column("voter_id").unwrap_or(0),
    };
    if election.kind == BallotKind::Cumulative && reader.points.is_none() {
        faults.error(
            start,
            Code::Missing,
            told!("VOTES 没有 points 列", "VOTES has no column points"),
        );
        return None;
    }
    let length = |key: &str| sections.find(key)?.0.parse::<usize>().ok();
    let (min, max) = (length("min_length"), length("max_length"));
    let mut places = 0;
    for row in 0..table.cells.len() {
        let from = election.marks.len();
        reader.ballot(row, election, &mut places, faults);
        let count = election.marks.len() - from;
        if max.is_some_and(|max| count > max) || min.is_some_and(|min| count < min) {
            let min = min.unwrap_or(0);
            let text = allowed(count, min, max);
            faults.note(table.place(row, vote), Code::Length, text);
        }
        election.ends.push(election.marks.len());
    }
    election.point_unit = 10_u64.pow(places);
    if table.cells.is_empty() {
        faults.note(
            start,
            Code::Count,
            told!("没有选票", "there are no ballots"),
        );
    }
    reader.duplicate_voters(faults);
    counts(sections, election, faults);
    Some(())
}

impl Reader<'_> {
    fn ballot(&self, row: usize, election: &mut Election, places: &mut u32, faults: &mut Faults) {
        let place = self.table.place(row, self.vote);
        if self.table.widths[row] as usize <= self.vote {
            let text = told!(
                "这一行没有到 vote 列就结束了",
                "this row ends before its vote"
            );
            faults.error(place, Code::Missing, text);
            return;
        }
        let names = self.table.cell(row, self.vote);
        let from = election.marks.len();
        match election.kind {
            BallotKind::Approval | BallotKind::Ordinal => {
                for (project, _) in self.named(names, place, election, faults) {
                    election.marks.push(Mark { project, points: 1 });
                }
            }
            BallotKind::Cumulative => self.points(row, names, election, places, faults),
        }
        if election.kind == BallotKind::Ordinal {
            rank(&mut election.marks, from, place, faults);
        } else {
            let marks = &mut election.marks[from..];
            marks.sort_by_key(|mark| mark.project);
            let kept = settle(&mut election.marks, from);
            if kept > 0 {
                let text = told!(
                    "这张选票两次写了同一项目：以最后一次为准",
                    "this ballot names a project twice: the last time counts"
                );
                faults.note(place, Code::DuplicateVote, text);
            }
        }
    }

    /// The projects named, each with its place in the list.
    fn named(
        &self,
        names: &str,
        place: Place,
        election: &Election,
        faults: &mut Faults,
    ) -> Vec<(u32, usize)> {
        let mut found = Vec::with_capacity(8);
        if names.is_empty() {
            return found;
        }
        let mut offset = 0;
        for (at, name) in names.split(',').enumerate() {
            let here = || Place {
                line: place.line,
                column: place.column.saturating_add(
                    u32::try_from(names[..offset].chars().count()).unwrap_or(u32::MAX),
                ),
            };
            let trimmed = name.trim();
            if trimmed.is_empty() {
                let text = told!(
                    "逗号后没有项目，已略过",
                    "a comma with no project behind it was skipped"
                );
                faults.note(here(), Code::StraySeparator, text);
            } else if let Some(project) = election.find(trimmed) {
                found.push((u32::try_from(project).unwrap_or(u32::MAX), at));
            } else {
                let shown: String = trimmed.chars().take(40).collect();
                let text = told!("没有项目 {shown}", "there is no project {shown}");
                faults.error(here(), Code::UnknownProject, text);
            }
            offset += name.len() + 1;
        }
        found
    }

    fn points(
        &self,
        row: usize,
        names: &str,
        election: &mut Election,
        places: &mut u32,
        faults: &mut Faults,
    ) {
        let Some(column) = self.points else {
            return;
        };
        let (text, place) = (self.table.cell(row, column), self.table.place(row, column));
        let points: Vec<&str> = text.split(',').map(str::trim).collect();
        let vote_place = self.table.place(row, self.vote);
        let named = self.named(names, vote_place, election, faults);
        for (project, at) in named {
            let Some(text) = points.get(at).filter(|text| !text.is_empty()) else {
                let id = &election.projects[project as usize].id;
                let text = told!(
                    "这张选票没有给项目 {id} 打分",
                    "this ballot has no points for project {id}"
                );
                faults.error(place, Code::Points, text);
                return;
            };
            let Some(points) = value(text, places, election) else {
                let shown: String = text.chars().take(40).collect();
                let text = told!(
                    "分数 {shown}：不是能计算的数",
                    "{shown} points: that is no number that can be counted"
                );
                faults.error(place, Code::Points, text);
                return;
            };
            election.marks.push(Mark { project, points });
        }
        let names = names.trim_end_matches([',', ' ']);
        let count = if names.is_empty() {
            0
        } else {
            names.split(',').count()
        };
        if points.iter().skip(count).any(|text| !text.is_empty()) {
            let text = told!(
                "这张选票的分数比项目多",
                "this ballot has more points than projects"
            );
            faults.error(place, Code::Points, text);
        }
    }

    fn duplicate_voters(&self, faults: &mut Faults) {
        let table = self.table;
        if self.voter == self.vote {
            return;
        }
        let id = |row: usize| table.cell(row, self.voter);
        let mut rows: Vec<usize> = (0..table.cells.len()).collect();
        rows.sort_by(|a, b| id(*a).cmp(id(*b)).then(a.cmp(b)));
        for pair in rows.windows(2) {
            let (first, second) = (pair[0], pair[1]);
            if id(first) == id(second) && !id(first).is_empty() {
                let text = told!(
                    "选民 {} 在第 {} 行也有一张选票：两张都计",
                    "voter {} has a ballot on line {} too: both count",
                    id(first),
                    table.place(first, self.voter).line
                );
                faults.note(table.place(second, self.voter), Code::DuplicateVoter, text);
            }
        }
    }
}

/// How many projects a ballot names beside how many it may.
fn allowed(count: usize, min: usize, max: Option<usize>) -> Told {
    match max {
        Some(max) => told!(
            "这张选票写了 {count} 个项目；META 允许 {min} 到 {max} 个",
            "this ballot names {count} projects; META allows {min} to {max}"
        ),
        None => told!(
            "这张选票写了 {count} 个项目；META 要求至少 {min} 个",
            "this ballot names {count} projects; META asks for at least {min}"
        ),
    }
}

/// Points as a whole number of parts; finer parts than before divide those before anew.
fn value(text: &str, places: &mut u32, election: &mut Election) -> Option<i64> {
    if *places == 0
        && let Ok(points) = text.parse::<i32>()
    {
        return (i128::from(points).abs() <= MOST_POINTS).then(|| points.into());
    }
    let (number, _) = decimal(text).ok()?;
    if number.places > *places {
        let finer = 10_i64.pow(number.places - *places);
        *places = number.places;
        for mark in &mut election.marks {
            mark.points = mark.points.checked_mul(finer)?;
        }
    }
    let points = number.in_units(10_u64.pow(*places))?;
    let all = election
        .marks
        .iter()
        .map(|mark| i128::from(mark.points).abs());
    let most = if number.places > 0 { all.max() } else { None };
    if points.abs().max(most.unwrap_or(0)) > MOST_POINTS {
        return None;
    }
    i64::try_from(points).ok()
}

/// Keep of equal projects the last; says how many went. The marks are sorted by project, stably.
fn settle(marks: &mut Vec<Mark>, from: usize) -> usize {
    let mut end = from;
    for at in from..marks.len() {
        let again = at + 1 < marks.len() && marks[at + 1].project == marks[at].project;
        if !again {
            marks[end] = marks[at];
            end += 1;
        }
    }
    let gone = marks.len() - end;
    marks.truncate(end);
    gone
}

/// Of the marks in the order of the ballot, keep of equal projects the first; give Borda scores;
/// sort by project.
fn rank(marks: &mut Vec<Mark>, from: usize, place: Place, faults: &mut Faults) {
    let mut end = from;
    for at in from..marks.len() {
        let mark = marks[at];
        if marks[from..end]
            .iter()
            .all(|other| other.project != mark.project)
        {
            marks[end] = mark;
            end += 1;
        }
    }
    if end < marks.len() {
        let text = told!(
            "这张选票两次写了同一项目：以第一次为准",
            "this ballot names a project twice: the first time counts"
        );
        faults.note(place, Code::DuplicateVote, text);
        marks.truncate(end);
    }
    for (mark, below) in marks[from..].iter_mut().rev().zip(0_i64..) {
        mark.points = below;
    }
    marks[from..].sort_by_key(|mark| mark.project);
}

/// What the file says about its own numbers.
fn counts(sections: &Sections, election: &Election, faults: &mut Faults) {
    let there = [
        ("num_projects", election.projects.len()),
        ("num_votes", election.ends.len()),
    ];
    for (key, count) in there {
        if let Some((text, place)) = sections.find(key)
            && text.parse() != Ok(count)
        {
            let text = told!(
                "{key} 写的是 {text}；实有 {count}",
                "{key} is {text}; there are {count}"
            );
            faults.note(place, Code::Count, text);
        }
    }
    let table = &sections.projects;
    let (Some(votes), id) = (
        table.column("votes"),
        table.column("project_id").unwrap_or(0),
    ) else {
        return;
    };
    let mut counted = vec![0_u64; election.projects.len()];
    for mark in &election.marks {
        counted[mark.project as usize] += 1;
    }
    for row in 0..table.cells.len() {
        let (said, id) = (table.cell(row, votes), table.cell(row, id));
        if let Some(project) = election.find(id)
            && !said.is_empty()
            && said.parse() != Ok(counted[project])
        {
            let count = counted[project];
            let text = told!(
                "文件说项目 {id} 得 {said} 票；数出 {count} 票",
                "the file says project {id} has {said} votes; {count} were counted"
            );
            faults.note(table.place(row, votes), Code::Count, text);
        }
    }
}
