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

/// The sums of all pairs of `width` statements: the upper triangle, row by row; and what follows
/// from them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pairs {
    width: usize,
    sums: Vec<Sums>,
    /// The scatter matrix, row-major, symmetric: Σ (xⱼ − mⱼ)(xₗ − mₗ) over the people who saw both,
    /// unseen cells being at the mean.
    scatter: Vec<f64>,
}

impl Pairs {
    /// The most statements whose pairs are kept: 256 MiB.
    pub(crate) const MOST: usize = 4096;

    /// The sums over everybody; `place` says where a statement stands, or that it is left out, and
    /// `means` has the mean of each that stands somewhere.
    pub(crate) fn new(votes: &Votes, place: &[Option<u32>], means: &[f64]) -> Self {
        let width = means.len();
        let mut pairs = Self {
            width,
            sums: vec![[0; 4]; width * (width + 1) / 2],
            scatter: vec![0.0; width * width],
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
        for j in 0..width {
            pairs.scatter_from(j, j, means);
        }
        pairs
    }

    /// Index of the pair (j, l) is `base(j) + l`.
    fn base(&self, j: usize) -> usize {
        // Row j begins after j rows of width, width − 1, …; l counts from j.
        j * self.width - j * (j + 1) / 2
    }

    /// Brings the sums up to date: in `row`, the person's cells after the change, the statement at
    /// `changed` had `before` (or nothing) and now has what the row says; `means` are those after
    /// the change, of which only that statement's is another.
    pub(crate) fn change(
        &mut self,
        row: &[Cell],
        (place, means): (&[Option<u32>], &[f64]),
        (changed, before): (usize, Option<usize>),
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
        self.scatter_from(changed, 0, means);
    }

    fn apply(&mut self, a: usize, code: usize, b: usize, other: usize, sign: i32) {
        let (at, adds) = if a <= b {
            (self.base(a) + b, ADDS[code][other])
        } else {
            (self.base(b) + a, ADDS[other][code])
        };
        add(&mut self.sums[at], &adds.map(|part| part * sign));
    }

    /// Writes the scatter of statement `j` with each from `first` on.
    fn scatter_from(&mut self, j: usize, first: usize, means: &[f64]) {
        for l in first..self.width {
            let (low, high) = (j.min(l), j.max(l));
            let [n, products, one, other] = self.sums[self.base(low) + high].map(f64::from);
            let (own, its) = (means[low], means[high]);
            let value = products - its * one - own * other + own * its * n;
            self.scatter[j * self.width + l] = value;
            self.scatter[l * self.width + j] = value;
        }
    }

    /// The scatter matrix, row-major.
    pub(crate) fn scatter(&self) -> &[f64] {
        &self.scatter
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
        let means = |votes: &Votes| -> Vec<f64> {
            let mut sums = [(0.0, 0.0); 5];
            for person in 0..votes.people().len() {
                for cell in votes.row(person) {
                    if let Some(at) = place[cell.statement()] {
                        sums[at as usize].0 += cell.value();
                        sums[at as usize].1 += 1.0;
                    }
                }
            }
            sums.map(|(sum, count)| sum / count).to_vec()
        };
        let anew = |votes: &Votes| Pairs::new(votes, &place, &means(votes));
        let before = rows(Vote::Agree);
        let mut pairs = anew(&before);
        let mut after = before;
        let old = after.cast("4", 3, Vote::Disagree).map(|_| 2);
        let row = after.person("4").unwrap();
        pairs.change(after.row(row), (&place, &means(&after)), (2, old));
        assert_eq!(pairs, anew(&rows(Vote::Disagree)));
        let old = after.cast("8", 5, Vote::Pass).map(|vote| match vote {
            Vote::Disagree => 0,
            Vote::Pass => 1,
            Vote::Agree => 2,
        });
        let row = after.person("8").unwrap();
        pairs.change(after.row(row), (&place, &means(&after)), (4, old));
        assert_eq!(pairs, anew(&after));
    }
}
