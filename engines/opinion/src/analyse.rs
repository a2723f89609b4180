//! From votes to the map: entry, directions, places, base clusters, groups, and what they say.

use std::collections::BTreeSet;

use crate::axes::{self, BLOCK, Block, Scatter};
use crate::cluster::{self, Clusters, Grouping, Point};
use crate::num::{length, real};
use crate::pairs::Pairs;
use crate::result::{
    Analysis, Certificate, Choice, Directions, FORMAT, Input, Measured, Settings, Smoothing, State,
};
use crate::say;
use crate::stats::{Counts, sparsity_scale};
use crate::votes::{Statements, Vote, Votes, by_name};

/// The part of long work that is done, and a name for it.
pub type Progress<'a> = &'a mut dyn FnMut(&'static str, u64, u64);

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
    pairs: Option<Pairs>,
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
            pairs: None,
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
        let width = self.active.len();
        self.pairs = (width <= Pairs::MOST).then(|| Pairs::new(&self.votes, &self.place, width));
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
        if let (Some(at), Some(pairs)) = (self.place[index], self.pairs.as_mut()) {
            let cells = self.votes.row(row);
            pairs.change(cells, &self.place, at as usize, before.map(code));
        }
    }

    /// What the votes say, beginning from `state`, the state of an earlier analysis.
    #[must_use]
    pub fn analyse(&self, state: Option<&State>) -> Analysis {
        self.analyse_with(state, &mut |_, _, _| {})
    }

    /// As [`Self::analyse`], telling how far it is.
    #[must_use]
    pub fn analyse_with(&self, state: Option<&State>, progress: Progress<'_>) -> Analysis {
        let entry = self.enter(state);
        let map = (entry.inside.len() >= self.settings.least_people)
            .then(|| self.draw(state, progress))
            .flatten();
        let found = map.as_ref().map(|map| self.group(map, &entry, state));
        say::analysis(self, &entry, map.as_ref(), found.as_ref())
    }

    /// Who is in the conversation: whoever was, whoever cast min(7, all) votes, and while they are
    /// fewer than 15 those who voted most.
    fn enter(&self, state: Option<&State>) -> Entry {
        let least = self.settings.entry_votes.min(self.votes.statements().len());
        let before = state.map_or(&[][..], |state| &state.in_conversation);
        let was = |name: &str| {
            before
                .binary_search_by(|other| by_name(other, name))
                .is_ok()
        };
        let mut entry = Entry::default();
        let mut outside = Vec::new();
        for (person, name) in self.votes.people().iter().enumerate() {
            let count = self.votes.row(person).len();
            let stays = count < least && was(name);
            if stays {
                entry.stayed.push(name.clone());
            }
            if stays || count >= least {
                entry.inside.push(person);
            } else {
                outside.push((count, person));
            }
        }
        if entry.inside.len() < self.settings.least_people {
            outside.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
            let more = self.settings.least_people - entry.inside.len();
            entry
                .inside
                .extend(outside.iter().take(more).map(|one| one.1));
            entry.inside.sort_unstable();
        }
        entry
    }

    fn means(&self) -> Vec<f64> {
        self.active
            .iter()
            .map(|&index| {
                let counts = self.totals[index];
                (f64::from(counts.agree) - f64::from(counts.disagree)) / f64::from(counts.votes())
            })
            .collect()
    }

    /// The two directions and where everybody stands. `None` where nobody differs.
    fn draw(&self, state: Option<&State>, progress: Progress<'_>) -> Option<Map> {
        let means = self.means();
        let scatter = match &self.pairs {
            Some(pairs) => Scatter::Dense(pairs.scatter(&means)),
            None => Scatter::Sparse {
                votes: &self.votes,
                place: &self.place,
                means: &means,
            },
        };
        let total = self.total(&means);
        let ids: Vec<i64> = self
            .active
            .iter()
            .map(|&index| self.votes.statements()[index])
            .collect();
        let before = state.and_then(|state| earlier(state, &ids));
        let start = before.clone().unwrap_or_else(|| axes::first_block(&ids));
        let mut axes = axes::principal(&scatter, start, &mut |step| {
            progress("directions", u64::from(step), 0);
        });
        if axes.values[0] <= 1e-12 * total || total <= 0.0 {
            return None;
        }
        for number in [0, 1] {
            face(&mut axes.block, number, before.as_ref());
        }
        let components =
            [0, 1].map(|number| -> Vec<f64> { axes.block.iter().map(|row| row[number]).collect() });
        let places = self.places(&means, &axes.block);
        Some(Map {
            ids,
            means,
            total,
            axes,
            components,
            places,
        })
    }

    /// The trace of the scatter matrix: Σ (x − mean)² over all votes that count.
    fn total(&self, means: &[f64]) -> f64 {
        self.active
            .iter()
            .zip(means)
            .fold(0.0, |sum, (&index, mean)| {
                let counts = self.totals[index];
                let squares = f64::from(counts.agree + counts.disagree);
                sum + (squares - f64::from(counts.votes()) * mean * mean).max(0.0)
            })
    }

    fn places(&self, means: &[f64], block: &Block) -> Vec<Point> {
        let statements = self.place.len();
        // Statements that are left out count as answered by everybody, with a pass (as in Polis).
        let zeroed = statements - self.active.len();
        let shifts: Vec<[f64; 5]> = block
            .iter()
            .zip(means)
            .map(|(row, mean)| [row[0], row[1], -1.0 - mean, -mean, 1.0 - mean])
            .collect();
        (0..self.votes.people().len())
            .map(|person| {
                let mut place = [0.0; 2];
                let mut answers = zeroed;
                for cell in self.votes.row(person) {
                    if let Some(at) = self.place[cell.statement()] {
                        let shift = &shifts[at as usize];
                        let value = shift[2 + cell.code()];
                        place[0] += value * shift[0];
                        place[1] += value * shift[1];
                        answers += 1;
                    }
                }
                let scale = sparsity_scale(statements, answers);
                [place[0] * scale, place[1] * scale]
            })
            .collect()
    }

    fn group(&self, map: &Map, entry: &Entry, state: Option<&State>) -> Found {
        let points: Vec<Point> = entry
            .inside
            .iter()
            .map(|&person| map.places[person])
            .collect();
        let empty: &[Point] = &[];
        let before = state.map_or(empty, |state| &state.base_clusters);
        let base = cluster::base(&points, self.settings.base_clusters, before);
        let most = self.settings.most_groups.min(2 + base.centres.len() / 12);
        let known: &[Vec<Point>] = state.map_or(&[], |state| &state.groupings);
        let groupings = cluster::groupings(&points, &base, most, known);
        let (silhouettes, measured_over) = silhouettes(&points, &base, &groupings);
        let before = state.and_then(|state| state.smoothing);
        let smoothing = smooth(&groupings, &silhouettes, before, self.settings.patience);
        let choice = smoothing.map(|smoothing| Choice {
            k: smoothing.shown_k,
            best_k: smoothing.last_k,
            streak: smoothing.streak,
            measured_over,
        });
        let counts = choice
            .and_then(|choice| groupings.get(choice.k - 2))
            .map(|grouping| self.count(entry, grouping))
            .unwrap_or_default();
        Found {
            base,
            groupings,
            silhouettes,
            before,
            smoothing,
            choice,
            counts,
        }
    }

    /// How each group voted, by group and statement.
    fn count(&self, entry: &Entry, grouping: &Grouping) -> Vec<Vec<Counts>> {
        let groups = grouping.clusters.centres.len();
        let mut counts = vec![vec![Counts::default(); self.place.len()]; groups];
        for (&person, &label) in entry.inside.iter().zip(&grouping.clusters.labels) {
            let counts = &mut counts[label];
            for cell in self.votes.row(person) {
                counts[cell.statement()].add(cell.code());
            }
        }
        counts
    }
}

/// Who is in the conversation.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    /// By index, ascending.
    pub(crate) inside: Vec<usize>,
    /// Those who are in only because they were.
    pub(crate) stayed: Vec<String>,
}

/// Directions and places.
pub(crate) struct Map {
    pub(crate) ids: Vec<i64>,
    pub(crate) means: Vec<f64>,
    pub(crate) total: f64,
    pub(crate) axes: axes::Axes,
    pub(crate) components: [Vec<f64>; 2],
    pub(crate) places: Vec<Point>,
}

/// Groups and how they voted.
pub(crate) struct Found {
    pub(crate) base: Clusters,
    pub(crate) groupings: Vec<Grouping>,
    pub(crate) silhouettes: Vec<f64>,
    pub(crate) before: Option<Smoothing>,
    pub(crate) smoothing: Option<Smoothing>,
    pub(crate) choice: Option<Choice>,
    pub(crate) counts: Vec<Vec<Counts>>,
}

/// The directions of an earlier analysis, for the statements of today; `None` where it had none.
fn earlier(state: &State, ids: &[i64]) -> Option<Block> {
    if state.directions.is_empty() || state.directions.len() != state.statements.len() {
        return None;
    }
    let fresh = axes::first_block(ids);
    let block: Block = ids
        .iter()
        .zip(fresh)
        .map(|(id, fresh)| match state.statements.binary_search(id) {
            Ok(at) => state.directions[at],
            // A little of everything, so that no direction is out of reach.
            Err(_) => fresh.map(|part| part * 1e-3),
        })
        .collect();
    let known = ids
        .iter()
        .filter(|id| state.statements.binary_search(id).is_ok())
        .count();
    // Parts of directions of length 1: anything else is no state of ours.
    let sound = block.iter().flatten().all(|part| part.abs() <= 1.5);
    (sound && known * 2 > ids.len()).then_some(block)
}

/// Turns a direction to the side it had before, or at first so that its largest part is positive.
fn face(block: &mut Block, number: usize, before: Option<&Block>) {
    let backwards = match before {
        Some(before) => {
            let share = block
                .iter()
                .zip(before)
                .fold(0.0, |sum, (now, then)| sum + now[number] * then[number]);
            share < 0.0
        }
        None => {
            let most = block
                .iter()
                .fold(0.0, |most: f64, row| most.max(row[number].abs()));
            // Of parts that are equal but for rounding, the lowest statement's.
            block
                .iter()
                .find(|row| row[number].abs() >= most * (1.0 - 1e-9))
                .is_some_and(|row| row[number] < 0.0)
        }
    };
    if backwards {
        for row in block {
            row[number] = -row[number];
        }
    }
}

fn silhouettes(points: &[Point], base: &Clusters, groupings: &[Grouping]) -> (Vec<f64>, Measured) {
    if points.len() <= cluster::SILHOUETTE_PEOPLE {
        let labels: Vec<&[usize]> = groupings
            .iter()
            .map(|one| one.clusters.labels.as_slice())
            .collect();
        let ones = vec![1.0; points.len()];
        return (
            cluster::silhouettes(points, &ones, &labels),
            Measured::People,
        );
    }
    let labels = cluster::base_labels(base, groupings);
    let labels: Vec<&[usize]> = labels.iter().map(Vec::as_slice).collect();
    let weights = cluster::weights(base);
    let found = cluster::silhouettes(&base.centres, &weights, &labels);
    (found, Measured::BaseClusters)
}

/// The number of groups: the best, unless another has been shown and the best is not yet the best
/// for long enough.
pub(crate) fn smooth(
    groupings: &[Grouping],
    silhouettes: &[f64],
    before: Option<Smoothing>,
    patience: u32,
) -> Option<Smoothing> {
    let mut best: Option<usize> = None;
    for (at, score) in silhouettes.iter().enumerate() {
        if best.is_none_or(|best| *score > silhouettes[best]) {
            best = Some(at);
        }
    }
    let last_k = best? + 2;
    let streak = before
        .filter(|before| before.last_k == last_k)
        .map_or(1, |before| before.streak.saturating_add(1));
    let shown_k = before
        .map(|before| before.shown_k)
        .filter(|&shown| streak < patience && shown >= 2 && shown - 2 < groupings.len())
        .unwrap_or(last_k);
    Some(Smoothing {
        shown_k,
        last_k,
        streak,
    })
}

impl Map {
    /// What is said of the directions.
    pub(crate) fn directions(&self, people: usize) -> Directions {
        let freedom = real(people.saturating_sub(1).max(1));
        let values = [self.axes.values[0], self.axes.values[1].max(0.0)];
        Directions {
            explained_variance: values.map(|value| value / freedom),
            explained_variance_ratio: values.map(|value| value / self.total),
            total_variance: self.total / freedom,
            steps: self.axes.steps,
            residuals: self.axes.residuals,
        }
    }
}

/// The certificate of a result.
pub(crate) fn certificate(
    map: Option<&Map>,
    entry: &Entry,
    before: Option<Smoothing>,
) -> Certificate {
    let values = map.map_or([0.0; 2], |map| {
        [map.axes.values[0], map.axes.values[1].max(0.0)]
    });
    Certificate {
        eigenvalues: values,
        // Of the second, since what ties with it is no larger; a millionth for rounding.
        all_others_at_most: values[1] + 1e-6 * values[0],
        stayed: entry.stayed.clone(),
        before,
    }
}

/// The state after an analysis.
pub(crate) fn state(
    conversation: &Conversation,
    entry: &Entry,
    map: Option<&Map>,
    found: Option<&Found>,
) -> State {
    let people = conversation.votes.people();
    State {
        format: FORMAT.to_owned(),
        in_conversation: entry
            .inside
            .iter()
            .map(|&person| people[person].clone())
            .collect(),
        statements: map.map_or_else(Vec::new, |map| map.ids.clone()),
        directions: map.map_or_else(Vec::new, |map| map.axes.block.clone()),
        base_clusters: found.map_or_else(Vec::new, |found| found.base.centres.clone()),
        groupings: found.map_or_else(Vec::new, |found| {
            let centres = |one: &Grouping| one.clusters.centres.clone();
            found.groupings.iter().map(centres).collect()
        }),
        smoothing: found.and_then(|found| found.smoothing),
    }
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
        votes_sha256: votes.digest(),
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

/// How far from the middle a statement's place is.
pub(crate) fn extremity(place: Point) -> f64 {
    length(&place)
}

const _: () = assert!(BLOCK == 8, "the state holds eight directions");
