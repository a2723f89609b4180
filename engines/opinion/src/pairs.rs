//! For each two statements, whole-number sums over the people who saw both.
//!
//! From these the covariance of the votes follows exactly, whatever the order of the people; one
//! more vote changes one row of them, so a map in use is brought up to date in milliseconds.

use crate::votes::{Cell, Votes};

/// Sums over people who voted on both statements j ≤ l: how many, Σ xⱼxₗ, Σ xⱼ, Σ xₗ.
type Sums = [i32; 4];

/// What a pair of votes (by code: 0 disagree, 1 pass, 2 agree) adds.
const ADDS: [[Sums; 3]; 3] = {
    let mut adds = [[[0; 4]; 3]; 3];
    let values = [-1, 0, 1];
    let mut a = 0;
    while a < 3 {
        let mut b = 0;
        while b < 3 {
            adds[a][b] = [1, values[a] * values[b], values[a], values[b]];
            b += 1;
        }
        a += 1;
    }
    adds
};

/// The sums of all pairs of `width` statements: the upper triangle, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pairs {
    width: usize,
    sums: Vec<Sums>,
}

impl Pairs {
    /// The most statements whose pairs are kept: 128 MiB.
    pub(crate) const MOST: usize = 4096;

    /// The sums over everybody; `place` says where a statement stands, or that it is left out.
    pub(crate) fn new(votes: &Votes, place: &[Option<u32>], width: usize) -> Self {
        let mut pairs = Self {
            width,
            sums: vec![[0; 4]; width * (width + 1) / 2],
        };
        let mut row = Vec::new();
        for person in 0..votes.people().len() {
            placed(votes.row(person), place, &mut row);
            for at in 0..row.len() {
                let (first, code) = row[at];
                let base = pairs.base(first);
                for &(second, other) in &row[at..] {
                    add(&mut pairs.sums[base + second], &ADDS[code][other]);
                }
            }
        }
        pairs
    }

    /// Index of the pair (j, l) is `base(j) + l`.
    fn base(&self, j: usize) -> usize {
        // Row j begins after j rows of width, width − 1, …; l counts from j.
        j * self.width - j * (j + 1) / 2
    }

    /// Brings the sums up to date: in `row`, the person's cells after the change, the statement at
    /// `changed` had `before` (or nothing) and now has what the row says.
    pub(crate) fn change(
        &mut self,
        row: &[Cell],
        place: &[Option<u32>],
        changed: usize,
        before: Option<usize>,
    ) {
        let mut cells = Vec::new();
        placed(row, place, &mut cells);
        let Some(&(_, now)) = cells.iter().find(|cell| cell.0 == changed) else {
            return;
        };
        for &(other, code) in &cells {
            let old = if other == changed { before } else { Some(code) };
            if let (Some(before), Some(old)) = (before, old) {
                self.apply(changed, before, other, old, -1);
            }
            self.apply(changed, now, other, code, 1);
        }
    }

    fn apply(&mut self, a: usize, code: usize, b: usize, other: usize, sign: i32) {
        let (at, adds) = if a <= b {
            (self.base(a) + b, ADDS[code][other])
        } else {
            (self.base(b) + a, ADDS[other][code])
        };
        add(&mut self.sums[at], &adds.map(|part| part * sign));
    }

    /// The sum of squares and products of the centred votes, unseen cells being at the mean:
    /// Σ (xⱼ − mⱼ)(xₗ − mₗ) over the people who saw both. Row-major, symmetric.
    pub(crate) fn scatter(&self, means: &[f64]) -> Vec<f64> {
        let width = self.width;
        let mut out = vec![0.0; width * width];
        for j in 0..width {
            let base = self.base(j);
            for l in j..width {
                let [n, products, first, second] = self.sums[base + l].map(f64::from);
                let value =
                    products - means[l] * first - means[j] * second + means[j] * means[l] * n;
                out[j * width + l] = value;
                out[l * width + j] = value;
            }
        }
        out
    }
}

fn add(sums: &mut Sums, adds: &Sums) {
    for (sum, part) in sums.iter_mut().zip(adds) {
        *sum += part;
    }
}

fn placed(row: &[Cell], place: &[Option<u32>], out: &mut Vec<(usize, usize)>) {
    out.clear();
    out.extend(
        row.iter()
            .filter_map(|cell| place[cell.statement()].map(|at| (at as usize, cell.code()))),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::votes::Vote;

    #[test]
    fn one_more_vote_is_as_if_it_had_always_been_there() {
        let rows = |last: Vote| {
            let mut votes = Votes::default();
            for person in 0..9_i64 {
                for statement in 0..6_i64 {
                    let vote = match (person * 5 + statement * 3) % 4 {
                        0 => Vote::Agree,
                        1 => Vote::Disagree,
                        2 => Vote::Pass,
                        _ => continue,
                    };
                    votes.cast(&person.to_string(), statement, vote);
                }
            }
            votes.cast("4", 3, last);
            votes
        };
        let place: Vec<Option<u32>> = vec![Some(0), None, Some(1), Some(2), Some(3), Some(4)];
        let before = rows(Vote::Agree);
        let mut pairs = Pairs::new(&before, &place, 5);
        let mut after = before;
        let old = after.cast("4", 3, Vote::Disagree).map(|_| 2);
        let row = after.person("4").unwrap();
        pairs.change(after.row(row), &place, 2, old);
        assert_eq!(pairs, Pairs::new(&rows(Vote::Disagree), &place, 5));
        let old = after.cast("8", 5, Vote::Pass).map(|vote| match vote {
            Vote::Disagree => 0,
            Vote::Pass => 1,
            Vote::Agree => 2,
        });
        let row = after.person("8").unwrap();
        pairs.change(after.row(row), &place, 4, old);
        assert_eq!(pairs, Pairs::new(&after, &place, 5));
    }
}
