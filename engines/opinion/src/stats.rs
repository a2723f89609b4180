//! What each group says of each statement, which statements speak for a group, where all agree, and
//! what to show next.
//!
//! Source: Small, Bjorkegren, Erkkilä, Shaw, Megill, "Polis: scaling deliberation by mapping high
//! dimensional opinion spaces", Recerca 26 (2021). With n votes of which s say yes: probability
//! (s + 1)/(n + 2); one-proportion test 2√(n+1)·((s+1)/(n+1) − ½); two-proportion test on counts
//! that are raised by one each.

use serde::{Deserialize, Serialize};

use crate::num::{halving_every_five, real};

/// The value that a standard normal variable stays below nine times in ten.
pub const NINE_IN_TEN: f64 = 1.281_551_565_544_600_4;
/// At most so many statements are picked, for a group or for a consensus.
pub const MOST_PICKED: usize = 5;

/// How many voted how on one statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Agreed.
    pub agree: u32,
    /// Disagreed.
    pub disagree: u32,
    /// Passed.
    pub pass: u32,
}

impl Counts {
    /// All who saw it and answered.
    #[must_use]
    pub fn votes(self) -> u32 {
        self.agree + self.disagree + self.pass
    }

    /// One more vote, by its code. No branch: whoever counts millions cannot guess the next.
    pub(crate) fn add(&mut self, code: usize) {
        self.disagree += u32::from(code == 0);
        self.pass += u32::from(code == 1);
        self.agree += u32::from(code > 1);
    }

    /// From how often each code was seen.
    pub(crate) fn of_slots(&[disagree, pass, agree, _]: &[u32; 4]) -> Self {
        Self {
            agree,
            disagree,
            pass,
        }
    }

    pub(crate) fn without(self, other: Self) -> Self {
        Self {
            agree: self.agree - other.agree,
            disagree: self.disagree - other.disagree,
            pass: self.pass - other.pass,
        }
    }

    fn side(self, side: Side) -> u32 {
        match side {
            Side::Agree => self.agree,
            Side::Disagree => self.disagree,
        }
    }
}

/// Agreeing or disagreeing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Agrees.
    Agree,
    /// Disagrees.
    Disagree,
}

/// (s + 1) / (n + 2): the share, drawn towards one half while few have voted.
#[must_use]
pub fn probability(successes: u32, trials: u32) -> f64 {
    (f64::from(successes) + 1.0) / (f64::from(trials) + 2.0)
}

/// How far a share is from one half, in standard deviations.
#[must_use]
pub fn one_proportion(successes: u32, trials: u32) -> f64 {
    let (s, n) = (f64::from(successes) + 1.0, f64::from(trials) + 1.0);
    2.0 * n.sqrt() * (s / n - 0.5)
}

/// How far a share inside is from the share outside, in standard deviations.
#[must_use]
pub fn two_proportions(inside: (u32, u32), outside: (u32, u32)) -> f64 {
    let (s, n) = (f64::from(inside.0) + 1.0, f64::from(inside.1) + 1.0);
    let (t, m) = (f64::from(outside.0) + 1.0, f64::from(outside.1) + 1.0);
    let pooled = (s + t) / (n + m);
    if s + t >= n + m {
        // Everybody, inside and outside: no difference.
        return 0.0;
    }
    (s / n - t / m) / (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt()
}

/// The figures of one side of one statement in one group.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Figures {
    probability: f64,
    test: f64,
    ratio: f64,
    ratio_test: f64,
}

impl Figures {
    fn of(inside: Counts, outside: Counts, side: Side) -> Self {
        let (s, n) = (inside.side(side), inside.votes());
        let (t, m) = (outside.side(side), outside.votes());
        Self {
            probability: probability(s, n),
            test: one_proportion(s, n),
            ratio: probability(s, n) / probability(t, m),
            ratio_test: two_proportions((s, n), (t, m)),
        }
    }

    fn significant(self) -> bool {
        self.test > NINE_IN_TEN && self.ratio_test > NINE_IN_TEN
    }

    fn weight(self) -> f64 {
        self.ratio * self.ratio_test * self.probability * self.test
    }
}

/// A statement that speaks for a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Representative {
    /// The statement.
    pub statement: i64,
    /// What the group says of it, more than the others do.
    pub side: Side,
    /// How many of the group say so.
    pub successes: u32,
    /// How many of the group answered.
    pub trials: u32,
    /// (successes + 1) / (trials + 2).
    pub probability: f64,
    /// One-proportion test.
    pub probability_test: f64,
    /// The group's probability over that of the others.
    pub ratio: f64,
    /// Two-proportion test.
    pub ratio_test: f64,
    /// The statement that the group agrees on best.
    pub best_agree: bool,
}

/// One statement as a group and the others see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    pub(crate) statement: i64,
    pub(crate) inside: Counts,
    pub(crate) outside: Counts,
}

struct Row {
    seen: Seen,
    agree: Figures,
    disagree: Figures,
}

impl Row {
    fn side(&self) -> Side {
        if self.agree.ratio_test > self.disagree.ratio_test {
            Side::Agree
        } else {
            Side::Disagree
        }
    }

    fn figures(&self) -> Figures {
        match self.side() {
            Side::Agree => self.agree,
            Side::Disagree => self.disagree,
        }
    }

    fn picked(&self, best_agree: bool) -> Representative {
        let (side, figures) = (self.side(), self.figures());
        Representative {
            statement: self.seen.statement,
            side,
            successes: self.seen.inside.side(side),
            trials: self.seen.inside.votes(),
            probability: figures.probability,
            probability_test: figures.test,
            ratio: figures.ratio,
            ratio_test: figures.ratio_test,
            best_agree,
        }
    }
}

/// The statements that speak for a group: what it agrees on best, then those that set it apart from
/// the others most, agreements first. `seen` leaves out what is moderated out.
pub(crate) fn representative(seen: &[Seen]) -> Vec<Representative> {
    let rows: Vec<Row> = seen
        .iter()
        .map(|&seen| Row {
            seen,
            agree: Figures::of(seen.inside, seen.outside, Side::Agree),
            disagree: Figures::of(seen.inside, seen.outside, Side::Disagree),
        })
        .collect();
    let mut strong: Vec<&Row> = rows
        .iter()
        .filter(|row| row.agree.significant() || row.disagree.significant())
        .collect();
    // A stable sort: of equals the lower id comes first.
    strong.sort_by(|a, b| b.figures().weight().total_cmp(&a.figures().weight()));
    let head = match best_agree(&rows) {
        Some(row) => Some(row.picked(true)),
        None if strong.is_empty() => best_overall(&rows).map(|row| row.picked(false)),
        None => None,
    };
    let first = head.as_ref().map(|head| head.statement);
    let rest = strong
        .iter()
        .filter(|row| Some(row.seen.statement) != first)
        .map(|row| row.picked(false));
    let mut picked: Vec<Representative> = head.into_iter().chain(rest).take(MOST_PICKED).collect();
    picked.sort_by_key(|one| one.side);
    picked
}

fn best_agree(rows: &[Row]) -> Option<&Row> {
    let mut best: Option<&Row> = None;
    for row in rows {
        if row.seen.inside.agree == 0 && row.seen.inside.disagree == 0 {
            continue;
        }
        let better = match best {
            // By what sets the group apart, once something does; before by plain agreement.
            Some(best) if best.agree.ratio > 1.0 => row.agree.weight() > best.agree.weight(),
            Some(best) => {
                row.agree.probability * row.agree.test > best.agree.probability * best.agree.test
            }
            None => {
                row.agree.test > NINE_IN_TEN
                    || (row.agree.ratio > 1.0 && row.agree.probability > 0.5)
            }
        };
        if better {
            best = Some(row);
        }
    }
    best
}

fn best_overall(rows: &[Row]) -> Option<&Row> {
    let score = |row: &Row| row.agree.ratio_test.max(row.disagree.ratio_test);
    let mut best: Option<&Row> = None;
    for row in rows {
        if best.is_none_or(|best| score(row) > score(best)) {
            best = Some(row);
        }
    }
    best
}

/// A statement on which most say the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agreed {
    /// The statement.
    pub statement: i64,
    /// How many say so.
    pub successes: u32,
    /// How many answered.
    pub trials: u32,
    /// (successes + 1) / (trials + 2).
    pub probability: f64,
    /// One-proportion test.
    pub probability_test: f64,
}

/// Where most people say the same: more than half, and surely so.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Consensus {
    /// What most agree with, clearest first.
    pub agree: Vec<Agreed>,
    /// What most disagree with, clearest first.
    pub disagree: Vec<Agreed>,
}

pub(crate) fn consensus(counts: &[(i64, Counts)]) -> Consensus {
    let side = |side: Side| {
        let mut found: Vec<Agreed> = counts
            .iter()
            .map(|&(statement, counts)| Agreed {
                statement,
                successes: counts.side(side),
                trials: counts.votes(),
                probability: probability(counts.side(side), counts.votes()),
                probability_test: one_proportion(counts.side(side), counts.votes()),
            })
            .filter(|one| one.probability > 0.5 && one.probability_test > NINE_IN_TEN)
            .collect();
        let weight = |one: &Agreed| one.probability * one.probability_test;
        found.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
        found.truncate(MOST_PICKED);
        found
    };
    Consensus {
        agree: side(Side::Agree),
        disagree: side(Side::Disagree),
    }
}

/// How strongly a statement is agreed on in every group: the product of the groups' probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GroupAware {
    /// Of agreeing.
    pub agree: f64,
    /// Of disagreeing.
    pub disagree: f64,
}

pub(crate) fn group_aware(groups: &[Counts]) -> GroupAware {
    let product = |side: Side| {
        groups.iter().fold(1.0, |product, counts| {
            product * probability(counts.side(side), counts.votes())
        })
    };
    GroupAware {
        agree: product(Side::Agree),
        disagree: product(Side::Disagree),
    }
}

/// How much a statement should be shown next: agreed with, answered rather than passed, telling
/// people apart, and new. Metadata has a priority of its own, 7².
pub(crate) fn priority(counts: Counts, extremity: f64, meta: bool) -> f64 {
    let unsquared = if meta {
        7.0
    } else {
        let votes = counts.votes();
        let importance = probability(counts.agree, votes)
            * (1.0 - probability(counts.pass, votes))
            * (1.0 + extremity);
        importance * (1.0 + 8.0 * halving_every_five(votes))
    };
    unsquared * unsquared
}

/// √(statements / answers): people who have answered little would else crowd the middle.
pub(crate) fn sparsity_scale(statements: usize, answers: usize) -> f64 {
    (real(statements) / real(answers.max(1))).sqrt()
}

#[cfg(test)]
#[path = "stats_tests.rs"]
mod tests;
