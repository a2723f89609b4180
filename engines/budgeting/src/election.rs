//! An election: projects with costs, ballots, and the votes as the rules see them.

use crate::satisfaction::Satisfaction;

/// What a voter could write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BallotKind {
    /// Yes to some projects (Pabulib `approval` and `choose-1`).
    Approval,
    /// Points for some projects (Pabulib `cumulative` and `scoring`).
    Cumulative,
    /// Some projects, best first.
    Ordinal,
}

/// A project that can be bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Its id, by which ties are broken (smallest first, by code point).
    pub id: String,
    /// Its name, for people; may be empty.
    pub name: String,
    /// Its cost, in the election's smallest unit.
    pub cost: u64,
}

/// One mark on a ballot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// Which project, as an index into [`Election::projects`].
    pub project: u32,
    /// The points: 1 on approval ballots, the Borda score on ordinal ones (how many listed
    /// projects stand below it), and what the voter wrote on cumulative ones, in units of
    /// 1/[`Election::point_unit`].
    pub points: i64,
}

/// Projects, budget and ballots.
///
/// **Shape**: projects sorted by id; ballots in the order of the file, each sorted by project.
/// **Units**: money in whole parts of 1/`unit` of the file's currency.
#[derive(Debug, Clone)]
pub struct Election {
    /// The projects, sorted by id.
    pub projects: Vec<Project>,
    /// The money there is.
    pub budget: u64,
    /// How many smallest units make one of the file's: a power of ten.
    pub unit: u64,
    /// How many parts one point was cut into: a power of ten.
    pub point_unit: u64,
    /// What a voter could write.
    pub kind: BallotKind,
    /// All marks, ballot after ballot.
    pub marks: Vec<Mark>,
    /// Where each ballot's marks end.
    pub ends: Vec<usize>,
}

/// Above this an election's money is refused: sums of it must fit 128 bits beside 2^62.
pub(crate) const MOST_MONEY: u64 = 100_000_000_000_000_000;

impl Election {
    /// How many voted, empty ballots included.
    #[must_use]
    pub fn voters(&self) -> u64 {
        self.ends.len() as u64
    }

    /// The marks of one ballot.
    #[must_use]
    pub fn ballot(&self, at: usize) -> &[Mark] {
        let from = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.marks[from..self.ends[at]]
    }

    /// The index of the project called `id`.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<usize> {
        self.projects
            .binary_search_by(|project| project.id.as_str().cmp(id))
            .ok()
    }

    /// An amount of the smallest unit, in the file's currency.
    #[must_use]
    pub fn money(&self, amount: u64) -> String {
        crate::fraction::decimal(&amount.into(), self.unit.max(1).ilog10())
    }
}

/// One project's supporter: a group of voters with the same ballot.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Support {
    /// Which group.
    pub(crate) group: u32,
    /// The points of each of its voters; never 0.
    pub(crate) points: u32,
}

/// The votes as a rule sees them: identical ballots as one group, and who supports what.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    /// How many voters are in each group.
    pub(crate) sizes: Vec<u32>,
    /// For each group its supported projects and points; ends in `group_ends`.
    group_marks: Vec<(u32, u32)>,
    group_ends: Vec<usize>,
    /// For each project its supporters; ends in `support_ends`.
    pub(crate) supports: Vec<Support>,
    pub(crate) support_ends: Vec<usize>,
    /// How much one point for a project counts: its cost, or 1.
    pub(crate) weights: Vec<u64>,
    /// All points for each project; below zero where voters wrote so.
    pub(crate) totals: Vec<i128>,
    /// How many points above zero there are for each project.
    pub(crate) shares: Vec<u64>,
    /// How many voters support each project.
    pub(crate) supporters: Vec<u64>,
    /// The most points one voter gave.
    pub(crate) most_points: u32,
}

impl Profile {
    /// The votes of `election` under `satisfaction`.
    pub(crate) fn new(election: &Election, satisfaction: Satisfaction) -> Self {
        let count = election.projects.len();
        let weighted = satisfaction.by_cost(election.kind);
        let mut profile = Self {
            sizes: Vec::new(),
            group_marks: Vec::new(),
            group_ends: Vec::new(),
            supports: Vec::new(),
            support_ends: vec![0; count],
            weights: election
                .projects
                .iter()
                .map(|project| if weighted { project.cost } else { 1 })
                .collect(),
            totals: vec![0; count],
            shares: vec![0; count],
            supporters: vec![0; count],
            most_points: 1,
        };
        profile.add_groups(election, satisfaction);
        profile.turn();
        profile
    }

    /// The supported projects of a group, with the points.
    pub(crate) fn group(&self, group: u32) -> &[(u32, u32)] {
        let at = group as usize;
        let from = at
            .checked_sub(1)
            .map_or(0, |before| self.group_ends[before]);
        &self.group_marks[from..self.group_ends[at]]
    }

    /// The supporters of a project.
    pub(crate) fn supporters_of(&self, project: usize) -> &[Support] {
        &self.supports[self.range(project)]
    }

    /// Where the supporters of a project lie.
    pub(crate) fn range(&self, project: usize) -> std::ops::Range<usize> {
        let from = project
            .checked_sub(1)
            .map_or(0, |before| self.support_ends[before]);
        from..self.support_ends[project]
    }

    /// Whether anybody gains by a project.
    pub(crate) fn is_supported(&self, project: usize) -> bool {
        self.shares[project] > 0 && self.weights[project] > 0
    }

    /// Satisfaction that a project would give all voters together.
    pub(crate) fn welfare(&self, project: usize) -> i128 {
        self.totals[project] * i128::from(self.weights[project])
    }

    /// One group for each distinct ballot, in the order of the ballots' marks.
    fn add_groups(&mut self, election: &Election, satisfaction: Satisfaction) {
        let mut order: Vec<usize> = (0..election.ends.len()).collect();
        order.sort_unstable_by(|a, b| election.ballot(*a).cmp(election.ballot(*b)));
        let mut before: Option<&[Mark]> = None;
        for at in order {
            let ballot = election.ballot(at);
            for mark in ballot {
                let points = satisfaction.points(mark.points);
                self.totals[mark.project as usize] += i128::from(points);
                if points > 0 {
                    self.shares[mark.project as usize] += points.unsigned_abs();
                    self.supporters[mark.project as usize] += 1;
                }
            }
            if before == Some(ballot) {
                if let Some(size) = self.sizes.last_mut() {
                    *size += 1;
                }
                continue;
            }
            before = Some(ballot);
            for mark in ballot {
                if let Ok(points) = u32::try_from(satisfaction.points(mark.points))
                    && points > 0
                {
                    self.most_points = self.most_points.max(points);
                    self.group_marks.push((mark.project, points));
                }
            }
            self.group_ends.push(self.group_marks.len());
            self.sizes.push(1);
        }
    }

    /// From group → projects to project → groups.
    fn turn(&mut self) {
        let mut starts = vec![0_usize; self.support_ends.len()];
        for (project, _) in &self.group_marks {
            starts[*project as usize] += 1;
        }
        let mut end = 0;
        for (start, slot) in starts.iter_mut().zip(&mut self.support_ends) {
            let from = end;
            end += *start;
            *slot = end;
            *start = from;
        }
        let empty = Support {
            group: 0,
            points: 0,
        };
        self.supports = vec![empty; self.group_marks.len()];
        for group in 0..u32::try_from(self.sizes.len()).unwrap_or(u32::MAX) {
            let at = group as usize;
            let from = at
                .checked_sub(1)
                .map_or(0, |before| self.group_ends[before]);
            for (project, points) in &self.group_marks[from..self.group_ends[at]] {
                let slot = &mut starts[*project as usize];
                self.supports[*slot] = Support {
                    group,
                    points: *points,
                };
                *slot += 1;
            }
        }
    }
}
