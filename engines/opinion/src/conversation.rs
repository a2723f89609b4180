//! A conversation in use: its votes and statements, and the whole numbers that are brought up to
//! date with each vote instead of being counted anew.

use std::collections::BTreeSet;

use crate::pairs::Pairs;
use crate::result::{Input, Settings};
use crate::stats::Counts;
use crate::votes::{Statements, Vote, Votes};

/// A conversation: its votes, its statements, and what is kept so that one more vote costs little.
#[derive(Debug, Clone)]
pub struct Conversation {
    pub(crate) votes: Votes,
    pub(crate) statements: Statements,
    pub(crate) settings: Settings,
    /// For each statement with votes its place among those that count, or none.
    pub(crate) place: Vec<Option<u32>>,
    /// The statements that count, by index.
    pub(crate) active: Vec<usize>,
    /// How everybody voted, by statement.
    pub(crate) totals: Vec<Counts>,
    /// The mean vote of each statement that counts.
    pub(crate) means: Vec<f64>,
    /// Nothing where there are too many statements for a square of them.
    pub(crate) pairs: Option<Pairs>,
    /// The digests of the lists of votes.
    lists: Vec<[u8; 32]>,
}

/// Whether a statement is left out of the map.
pub(crate) fn left_out(statements: &Statements, id: i64, strict: bool) -> bool {
    statements.get(&id).is_some_and(|statement| {
        statement.meta || statement.moderated < 0 || (strict && statement.moderated == 0)
    })
}

impl Conversation {
    /// The conversation of these votes; `statements` may be empty.
    #[must_use]
    pub fn new(votes: Votes, statements: Statements, settings: Settings) -> Self {
        let mut made = Self {
            votes,
            statements,
            settings,
            place: Vec::new(),
            active: Vec::new(),
            totals: Vec::new(),
            means: Vec::new(),
            pairs: None,
            lists: Vec::new(),
        };
        made.rebuild();
        made
    }

    /// The votes.
    #[must_use]
    pub fn votes(&self) -> &Votes {
        &self.votes
    }

    fn rebuild(&mut self) {
        let strict = self.settings.strict_moderation;
        self.place.clear();
        self.active.clear();
        for (index, &id) in self.votes.statements().iter().enumerate() {
            let out = left_out(&self.statements, id, strict);
            let at = u32::try_from(self.active.len()).ok().filter(|_| !out);
            self.place.push(at);
            if at.is_some() {
                self.active.push(index);
            }
        }
        self.totals = vec![Counts::default(); self.place.len()];
        for person in 0..self.votes.people().len() {
            for cell in self.votes.row(person) {
                self.totals[cell.statement()].add(cell.code());
            }
        }
        let means = self.active.iter().map(|&index| mean(self.totals[index]));
        self.means = means.collect();
        self.pairs = (self.means.len() <= Pairs::MOST)
            .then(|| Pairs::new(&self.votes, &self.place, &self.means));
        self.lists = self.votes.lists();
    }

    /// One more vote, or a changed one.
    pub fn cast(&mut self, person: &str, statement: i64, vote: Vote) {
        let known = self.votes.statements().binary_search(&statement);
        let before = self.votes.cast(person, statement, vote);
        let (Ok(index), Ok(row)) = (known, self.votes.person(person)) else {
            // A statement that nobody had voted on: every place moves.
            self.rebuild();
            return;
        };
        let code = |vote: Vote| usize::from(vote >= Vote::Pass) + usize::from(vote == Vote::Agree);
        if let Some(before) = before {
            let mut one = Counts::default();
            one.add(code(before));
            self.totals[index] = self.totals[index].without(one);
        }
        self.totals[index].add(code(vote));
        let (list, digest) = self.votes.list_with(row);
        self.lists[list] = digest;
        let Some(at) = self.place[index].map(|at| at as usize) else {
            return;
        };
        self.means[at] = mean(self.totals[index]);
        if let Some(pairs) = self.pairs.as_mut() {
            let cells = self.votes.row(row);
            pairs.change(cells, (&self.place, &self.means), (at, before.map(code)));
        }
    }
}

fn mean(counts: Counts) -> f64 {
    (f64::from(counts.agree) - f64::from(counts.disagree)) / f64::from(counts.votes())
}

/// Which votes.
pub(crate) fn input(conversation: &Conversation) -> Input {
    let votes = &conversation.votes;
    let out = |id: &i64| {
        left_out(
            &conversation.statements,
            *id,
            conversation.settings.strict_moderation,
        )
    };
    let all = all_statements(conversation);
    let meta = |id: &i64| conversation.statements.get(id).is_some_and(|one| one.meta);
    Input {
        votes_sha256: votes.digest_of(&conversation.lists),
        people: votes.people().len(),
        statements: votes.statements().len(),
        votes: votes.len(),
        moderated_out: all.iter().copied().filter(out).collect(),
        meta: all.iter().copied().filter(meta).collect(),
    }
}

/// Statements with votes and statements that are only listed, by id.
pub(crate) fn all_statements(conversation: &Conversation) -> Vec<i64> {
    let mut all: BTreeSet<i64> = conversation.statements.keys().copied().collect();
    all.extend(conversation.votes.statements());
    all.into_iter().collect()
}
