//! The votes: a sparse matrix of people × statements in one canonical order.
//!
//! People and statements are sorted by their ids, so neither the order of a file nor the order of
//! arrival can be seen in anything that is computed from here. All counts are whole numbers.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::name::Name;

/// What one person said of one statement. Unseen statements have no vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Vote {
    /// −1
    Disagree,
    /// 0
    Pass,
    /// 1
    Agree,
}

impl Vote {
    /// −1, 0 or 1.
    #[must_use]
    pub fn value(self) -> i32 {
        match self {
            Self::Disagree => -1,
            Self::Pass => 0,
            Self::Agree => 1,
        }
    }
}

/// A vote and its statement's index, in four bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cell(u32);

impl Cell {
    pub(crate) fn new(statement: usize, vote: Vote) -> Self {
        let index = u32::try_from(statement).unwrap_or(u32::MAX >> 2);
        let code = match vote {
            Vote::Disagree => 0,
            Vote::Pass => 1,
            Vote::Agree => 2,
        };
        Self(index << 2 | code)
    }

    pub(crate) fn statement(self) -> usize {
        (self.0 >> 2) as usize
    }

    /// 0 disagree, 1 pass, 2 agree.
    pub(crate) fn code(self) -> usize {
        (self.0 & 3) as usize
    }

    /// Where a table with four places a statement has this vote: 4 × statement + code.
    pub(crate) fn slot(self) -> usize {
        self.0 as usize
    }

    pub(crate) fn value(self) -> f64 {
        [-1.0, 0.0, 1.0][self.code().min(2)]
    }
}

/// One record of a vote, as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Who voted.
    pub person: String,
    /// On which statement.
    pub statement: i64,
    /// How.
    pub vote: Vote,
    /// When, in any unit that grows: the latest vote of a person on a statement counts.
    pub at: i64,
}

/// The votes of a conversation.
///
/// **Shape**: people × statements, both sorted by id; a person has at least one vote, and so has a
/// statement. **Units**: votes are −1, 0, 1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Votes {
    people: Vec<Name>,
    /// The list of the digest that each person is in.
    lists: Vec<u16>,
    statements: Vec<i64>,
    /// Where each person's cells begin; one more than people.
    starts: Vec<usize>,
    cells: Vec<Cell>,
}

/// The order of people: numbers by value and before other names.
pub(crate) fn by_name(a: &str, b: &str) -> Ordering {
    match (a.parse::<u64>(), b.parse::<u64>()) {
        (Ok(x), Ok(y)) => x.cmp(&y).then_with(|| a.cmp(b)),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => a.cmp(b),
    }
}

impl Votes {
    /// The matrix of `records`, in whatever order they come.
    ///
    /// Of several votes of one person on one statement the latest counts; where two differ and are
    /// of the same instant, nobody knows which was meant, and the vote is a pass.
    #[must_use]
    pub fn from_records(records: impl IntoIterator<Item = Record>) -> Self {
        let mut names: BTreeMap<String, u32> = BTreeMap::new();
        let mut cast: Vec<(u32, i64, i64, Vote)> = Vec::new();
        for record in records {
            let fresh = u32::try_from(names.len()).unwrap_or(u32::MAX);
            let person = *names.entry(record.person).or_insert(fresh);
            cast.push((person, record.statement, record.at, record.vote));
        }
        cast.sort_unstable();
        let mut rows: Vec<(String, Vec<(i64, Vote)>)> = Vec::with_capacity(names.len());
        rows.resize_with(names.len(), Default::default);
        for (name, index) in names {
            rows[index as usize].0 = name;
        }
        for same in cast.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let (person, statement, last, vote) = same[same.len() - 1];
            let doubtful = same.iter().any(|one| one.2 == last && one.3 != vote);
            let vote = if doubtful { Vote::Pass } else { vote };
            rows[person as usize].1.push((statement, vote));
        }
        Self::from_rows(rows)
    }

    /// The matrix of whole rows. A person who comes twice is one person, and the later row counts
    /// where both have a vote.
    #[must_use]
    pub fn from_rows(mut rows: Vec<(String, Vec<(i64, Vote)>)>) -> Self {
        rows.sort_by(|a, b| by_name(&a.0, &b.0));
        rows.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                let mut votes: BTreeMap<i64, Vote> = earlier.1.drain(..).collect();
                votes.extend(later.1.drain(..));
                earlier.1 = votes.into_iter().collect();
            }
            same
        });
        rows.retain(|row| !row.1.is_empty());
        let mut statements: Vec<i64> = Vec::new();
        for (_, votes) in &mut rows {
            // A stable sort: the later of two votes in a row stays the later.
            votes.sort_by_key(|vote| vote.0);
            statements.extend(votes.iter().map(|vote| vote.0));
            if statements.len() > 1 << 22 {
                statements.sort_unstable();
                statements.dedup();
            }
        }
        statements.sort_unstable();
        statements.dedup();
        let mut made = Self {
            statements,
            starts: vec![0],
            ..Self::default()
        };
        let (names, rows): (Vec<String>, Vec<Vec<(i64, Vote)>>) = rows.into_iter().unzip();
        made.lists = names.iter().map(|name| list_of(name)).collect();
        made.people = Name::together(&names);
        for votes in rows {
            made.push_row(&votes);
        }
        made
    }

    fn push_row(&mut self, votes: &[(i64, Vote)]) {
        let first = self.cells.len();
        let mut near = 0;
        for &(statement, vote) in votes {
            near += self.statements[near..].partition_point(|&id| id < statement);
            if self.cells.len() > first && self.cells[self.cells.len() - 1].statement() == near {
                self.cells.pop();
            }
            self.cells.push(Cell::new(near, vote));
        }
        self.starts.push(self.cells.len());
    }

    /// How many people have voted.
    #[must_use]
    pub fn people(&self) -> &[Name] {
        &self.people
    }

    /// The ids of the statements that somebody has voted on, ascending.
    #[must_use]
    pub fn statements(&self) -> &[i64] {
        &self.statements
    }

    /// How many votes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether nobody has voted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The cells of the person with this index, ascending by statement.
    pub(crate) fn row(&self, person: usize) -> &[Cell] {
        &self.cells[self.starts[person]..self.starts[person + 1]]
    }

    /// How this person voted on this statement.
    #[must_use]
    pub fn vote(&self, person: &str, statement: i64) -> Option<Vote> {
        let person = self.person(person).ok()?;
        let index = self.statements.binary_search(&statement).ok()?;
        let row = self.row(person);
        let at = row
            .binary_search_by(|cell| cell.statement().cmp(&index))
            .ok()?;
        Some([Vote::Disagree, Vote::Pass, Vote::Agree][row[at].code().min(2)])
    }

    pub(crate) fn person(&self, name: &str) -> Result<usize, usize> {
        self.people.binary_search_by(|other| by_name(other, name))
    }

    /// One more vote, or a changed one. Returns the vote that it replaces.
    ///
    /// Cost: a move of the cells behind it.
    pub fn cast(&mut self, person: &str, statement: i64, vote: Vote) -> Option<Vote> {
        let before = self.vote(person, statement);
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        let index = match self.statements.binary_search(&statement) {
            Ok(index) => index,
            Err(index) => {
                self.statements.insert(index, statement);
                for cell in &mut self.cells {
                    if cell.statement() >= index {
                        cell.0 += 1 << 2;
                    }
                }
                index
            }
        };
        let row = self.person(person).unwrap_or_else(|row| {
            self.people.insert(row, person.into());
            self.lists.insert(row, list_of(person));
            self.starts.insert(row, self.starts[row]);
            row
        });
        let cell = Cell::new(index, vote);
        let found = self
            .row(row)
            .binary_search_by(|other| other.statement().cmp(&index));
        match found {
            Ok(at) => {
                let place = self.starts[row] + at;
                self.cells[place] = cell;
            }
            Err(at) => {
                self.cells.insert(self.starts[row] + at, cell);
                for start in &mut self.starts[row + 1..] {
                    *start += 1;
                }
            }
        }
        before
    }

    /// SHA-256 over every vote in canonical order: which votes a result is about.
    ///
    /// People are shared out among 1,024 lists by the first ten bits of the SHA-256 of their names,
    /// so that one more vote changes one list. Whole numbers are little-endian. The digest is over
    /// how many statements there are (64 bits), their ids (64 bits each), and the digest of each
    /// list (256 bits). A list's digest is over its people in canonical order: for each the length
    /// of the name in bytes (64 bits), the name, how many votes (64 bits), and each vote as
    /// 4 × the statement's index + 0, 1 or 2 for disagree, pass, agree (32 bits).
    #[must_use]
    pub fn digest(&self) -> String {
        self.digest_of(&self.lists())
    }

    /// The digest of each list.
    pub(crate) fn lists(&self) -> Vec<[u8; 32]> {
        let mut people: Vec<Vec<usize>> = vec![Vec::new(); LISTS];
        for (person, &list) in self.lists.iter().enumerate() {
            people[usize::from(list)].push(person);
        }
        people.into_iter().map(|list| self.list(list)).collect()
    }

    /// The digest of the list that this person is in, and which list that is.
    pub(crate) fn list_with(&self, person: usize) -> (usize, [u8; 32]) {
        let own = self.lists[person];
        let people = self.lists.iter().enumerate();
        let people = people.filter(|(_, list)| **list == own);
        (
            usize::from(own),
            self.list(people.map(|(person, _)| person)),
        )
    }

    fn list(&self, people: impl IntoIterator<Item = usize>) -> [u8; 32] {
        let mut bytes = Vec::new();
        for person in people {
            let (name, row) = (&self.people[person], self.row(person));
            bytes.extend_from_slice(&(name.len() as u64).to_le_bytes());
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(&(row.len() as u64).to_le_bytes());
            bytes.extend(row.iter().flat_map(|cell| cell.0.to_le_bytes()));
        }
        Sha256::digest(&bytes).into()
    }

    /// The digest over all lists.
    pub(crate) fn digest_of(&self, lists: &[[u8; 32]]) -> String {
        let mut hash = Sha256::new();
        hash.update((self.statements.len() as u64).to_le_bytes());
        for id in &self.statements {
            hash.update(id.to_le_bytes());
        }
        hash.update(lists.as_flattened());
        hex::encode(hash.finalize())
    }
}

/// Among how many lists people are shared out for the digest.
const LISTS: usize = 1 << 10;

/// The list of a person: the first ten bits of the SHA-256 of the name.
fn list_of(name: &str) -> u16 {
    let digest = Sha256::digest(name.as_bytes());
    u16::from_be_bytes([digest[0], digest[1]]) >> 6
}

/// What the conversation's owners said about a statement.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Statement {
    /// 1 accepted, 0 not looked at, −1 moderated out.
    pub moderated: i32,
    /// A statement about the people themselves (age, place), not an opinion.
    pub meta: bool,
    /// Its words.
    pub text: String,
}

/// Statements by id, as `comments.csv` lists them.
pub type Statements = BTreeMap<i64, Statement>;

#[cfg(test)]
mod tests {
    use super::*;

    fn record(person: &str, statement: i64, value: i32, at: i64) -> Record {
        let vote = match value {
            -1 => Vote::Disagree,
            0 => Vote::Pass,
            _ => Vote::Agree,
        };
        Record {
            person: person.to_owned(),
            statement,
            vote,
            at,
        }
    }

    #[test]
    fn order_does_not_matter_and_the_latest_vote_counts() {
        let mut records = vec![
            record("10", 3, 1, 5),
            record("9", 3, -1, 5),
            record("9", 3, 1, 6),
            record("b", -4, 0, 1),
            record("9", 7, 1, 2),
            record("9", 7, -1, 2),
        ];
        let votes = Votes::from_records(records.clone());
        assert_eq!(votes.people(), ["9", "10", "b"]);
        assert_eq!(votes.statements(), [-4, 3, 7]);
        assert_eq!(votes.vote("9", 3), Some(Vote::Agree));
        assert_eq!(
            votes.vote("9", 7),
            Some(Vote::Pass),
            "one instant, two votes"
        );
        records.reverse();
        assert_eq!(Votes::from_records(records), votes);
        // By a few lines of Python that follow the words of `digest`.
        assert_eq!(
            votes.digest(),
            "12a0c45ea5e00e8f53d6b3244077428a3563ae84ae14035ced7776b118838560"
        );
    }

    #[test]
    fn casting_one_by_one_gives_the_same_matrix() {
        let records: Vec<Record> = (0..200_i64)
            .map(|i| {
                let spread = (i * 37) % 61;
                record(
                    &(spread % 13).to_string(),
                    spread % 17,
                    (i % 3) as i32 - 1,
                    i,
                )
            })
            .collect();
        let mut grown = Votes::default();
        for record in &records {
            grown.cast(&record.person, record.statement, record.vote);
        }
        let whole = Votes::from_records(records);
        assert_eq!(grown, whole);
        assert_eq!(grown.digest(), whole.digest());
        grown.cast("0", 0, Vote::Pass);
        grown.cast("0", 0, Vote::Agree);
        let other = grown.digest();
        grown.cast("0", 0, Vote::Disagree);
        assert_ne!(grown.digest(), other);
    }

    #[test]
    fn a_person_in_two_rows_is_one_person() {
        let votes = Votes::from_rows(vec![
            (
                "1".into(),
                vec![(0, Vote::Agree), (1, Vote::Agree), (1, Vote::Pass)],
            ),
            ("2".into(), vec![]),
            ("1".into(), vec![(0, Vote::Disagree), (2, Vote::Pass)]),
        ]);
        assert_eq!(votes.people(), ["1"]);
        assert_eq!(votes.vote("1", 0), Some(Vote::Disagree));
        assert_eq!(votes.vote("1", 1), Some(Vote::Pass));
        assert_eq!(votes.len(), 3);
    }
}
