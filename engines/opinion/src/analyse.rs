//! From votes to the map: entry, directions, places, base clusters, groups, and what they say.

use crate::axes::{self, BLOCK, Block, Scatter};
use crate::base::{self, Clusters, Point};
use crate::cluster::{self, Grouping, Known};
use crate::conversation::Conversation;
use crate::name::Name;
use crate::num::{length, real};
use crate::result::{
    Analysis, Certificate, Choice, Directions, FORMAT, Measured, Smoothing, State,
};
use crate::say;
use crate::silhouette::silhouettes;
use crate::stats::{Counts, sparsity_scale};
use crate::votes::{Cell, by_name};

/// The part of long work that is done, and a name for it.
pub type Progress<'a> = &'a mut dyn FnMut(&'static str, u64, u64);

impl Conversation {
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

    /// The two directions and where everybody stands. `None` where nobody differs.
    fn draw(&self, state: Option<&State>, progress: Progress<'_>) -> Option<Map> {
        let means = &self.means;
        let scatter = match &self.pairs {
            Some(pairs) => Scatter::Dense(pairs.scatter()),
            None => Scatter::Sparse {
                votes: &self.votes,
                place: &self.place,
                means,
            },
        };
        let total = self.total();
        let ids: Vec<i64> = self
            .active
            .iter()
            .map(|&index| self.votes.statements()[index])
            .collect();
        let before = state.and_then(|state| earlier(state, &ids));
        let start = before.clone().unwrap_or_else(|| axes::first_block(&ids));
        let mut axes = axes::principal(&scatter, &start, &mut |step| {
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
        let places = self.places(&axes.block);
        Some(Map {
            ids,
            total,
            axes,
            components,
            places,
        })
    }

    /// The trace of the scatter matrix: Σ (x − mean)² over all votes that count.
    fn total(&self) -> f64 {
        self.active
            .iter()
            .zip(&self.means)
            .fold(0.0, |sum, (&index, mean)| {
                let counts = self.totals[index];
                let squares = f64::from(counts.agree + counts.disagree);
                sum + (squares - f64::from(counts.votes()) * mean * mean).max(0.0)
            })
    }

    fn places(&self, block: &Block) -> Vec<Point> {
        let statements = self.place.len();
        // Statements that are left out count as answered by everybody, with a pass (as in Polis).
        let zeroed = statements - self.active.len();
        // What each vote adds to a place; nothing where the statement is left out.
        let mut adds = vec![[0.0; 2]; statements * 4];
        for ((&index, row), mean) in self.active.iter().zip(block).zip(&self.means) {
            for (add, value) in adds[index * 4..].iter_mut().zip([-1.0, 0.0, 1.0]) {
                *add = [(value - mean) * row[0], (value - mean) * row[1]];
            }
        }
        let scales: Vec<f64> = (0..=statements)
            .map(|answers| sparsity_scale(statements, answers))
            .collect();
        (0..self.votes.people().len())
            .map(|person| {
                let cells = self.votes.row(person);
                let mut place = [0.0; 2];
                for cell in cells {
                    let add = adds[cell.slot()];
                    place[0] += add[0];
                    place[1] += add[1];
                }
                let out = if zeroed == 0 {
                    0
                } else {
                    let out = |cell: &&Cell| self.place[cell.statement()].is_none();
                    cells.iter().filter(out).count()
                };
                let scale = scales[zeroed + cells.len() - out];
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
        let base = base::base(&points, self.settings.base_clusters, before);
        let most = self.settings.most_groups.min(2 + base.centres.len() / 12);
        let known = Known {
            centres: state.map_or(&[], |state| &state.groupings),
            beaten: state.map_or(&[], |state| &state.beaten),
            patience: self.settings.patience,
        };
        let weights = base.weights();
        let ones = vec![1.0; points.len()];
        let measured_over = if points.len() > GROUPED_PEOPLE {
            Measured::BaseClusters
        } else {
            Measured::People
        };
        let over = match measured_over {
            Measured::People => (points.as_slice(), ones.as_slice()),
            Measured::BaseClusters => (base.centres.as_slice(), weights.as_slice()),
        };
        let groupings = cluster::groupings(over, (&base.centres, &weights), most, known);
        let labels: Vec<&[usize]> = groupings.iter().map(Grouping::labels).collect();
        let silhouettes = silhouettes(over.0, over.1, &labels);
        let before = state.and_then(|state| state.smoothing);
        let smoothing = smooth(&groupings, &silhouettes, before, self.settings.patience);
        let choice = smoothing.map(|smoothing| Choice {
            k: smoothing.shown_k,
            best_k: smoothing.last_k,
            streak: smoothing.streak,
            measured_over,
        });
        let shown = choice.and_then(|choice| groupings.get(choice.k - 2));
        let shown = shown.map(|grouping| Shown {
            labels: match measured_over {
                Measured::People => grouping.labels().to_vec(),
                Measured::BaseClusters => {
                    let of = |&label: &usize| grouping.labels()[label];
                    base.labels.iter().map(of).collect()
                }
            },
            centres: grouping.clusters.centres.clone(),
        });
        let counts = shown.as_ref().map(|shown| self.count(entry, shown));
        Found {
            base,
            groupings,
            silhouettes,
            before,
            smoothing,
            choice,
            shown,
            counts: counts.unwrap_or_default(),
        }
    }

    /// How each group voted, by group and statement.
    ///
    /// The votes of the largest group are what is left of all votes when those of everybody else
    /// are taken out, so most rows need not be read.
    fn count(&self, entry: &Entry, shown: &Shown) -> Vec<Vec<Counts>> {
        let (groups, statements) = (shown.centres.len(), self.place.len());
        let sizes = shown.sizes();
        let largest = (0..groups).max_by_key(|&group| sizes[group]).unwrap_or(0);
        // One more for those who are in no group.
        let mut slots = vec![0_u32; (groups + 1) * statements * 4];
        let mut inside = entry.inside.iter().zip(&shown.labels).peekable();
        for person in 0..self.votes.people().len() {
            let label = inside.next_if(|(seat, _)| **seat == person);
            let label = label.map_or(groups, |(_, label)| *label);
            if label != largest {
                let own = &mut slots[label * statements * 4..][..statements * 4];
                for cell in self.votes.row(person) {
                    own[cell.slot()] += 1;
                }
            }
        }
        let of = |group: usize| {
            let own = &slots[group * statements * 4..][..statements * 4];
            own.as_chunks().0.iter().map(Counts::of_slots)
        };
        let mut rest = self.totals.clone();
        for group in (0..=groups).filter(|&group| group != largest) {
            for (rest, other) in rest.iter_mut().zip(of(group)) {
                *rest = rest.without(other);
            }
        }
        (0..groups)
            .map(|group| match group == largest {
                true => rest.clone(),
                false => of(group).collect(),
            })
            .collect()
    }
}

/// Above so many people groups are made of base clusters, as Polis always does, and the silhouette
/// is taken over them.
const GROUPED_PEOPLE: usize = 5000;

/// Who is in the conversation.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    /// By index, ascending.
    pub(crate) inside: Vec<usize>,
    /// Those who are in only because they were.
    pub(crate) stayed: Vec<Name>,
}

/// Directions and places.
pub(crate) struct Map {
    pub(crate) ids: Vec<i64>,
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
    pub(crate) shown: Option<Shown>,
    pub(crate) counts: Vec<Vec<Counts>>,
}

/// The groups that are shown.
pub(crate) struct Shown {
    /// The group of each person in the conversation.
    pub(crate) labels: Vec<usize>,
    pub(crate) centres: Vec<Point>,
}

impl Shown {
    pub(crate) fn sizes(&self) -> Vec<usize> {
        let mut sizes = vec![0; self.centres.len()];
        for &label in &self.labels {
            sizes[label] += 1;
        }
        sizes
    }
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
    let votes = &conversation.votes;
    // Whoever has enough votes is in by right.
    let few = |person: &&usize| votes.row(**person).len() < conversation.settings.entry_votes;
    State {
        format: FORMAT.to_owned(),
        in_conversation: entry
            .inside
            .iter()
            .filter(few)
            .map(|&person| votes.people()[person].clone())
            .collect(),
        statements: map.map_or_else(Vec::new, |map| map.ids.clone()),
        directions: map.map_or_else(Vec::new, |map| map.axes.block.clone()),
        base_clusters: found.map_or_else(Vec::new, |found| found.base.centres.clone()),
        groupings: found.map_or_else(Vec::new, |found| {
            let centres = |one: &Grouping| one.clusters.centres.clone();
            found.groupings.iter().map(centres).collect()
        }),
        beaten: found.map_or_else(Vec::new, |found| {
            found.groupings.iter().map(|one| one.beaten).collect()
        }),
        smoothing: found.and_then(|found| found.smoothing),
    }
}

/// How far from the middle a statement's place is.
pub(crate) fn extremity(place: Point) -> f64 {
    length(&place)
}

const _: () = assert!(BLOCK == 4, "the state holds four directions");
