//! Clusters of points in the plane: base clusters, groups for each number of groups, silhouettes.
//!
//! Nothing is left to chance. Base clusters begin as a grid of equal counts; groups begin where one
//! more centre lowers the inertia most (fast global k-means: Likas, Vlassis, Verbeek, Pattern
//! Recognition 36, 2003), then Lloyd's steps over the people themselves until nobody moves.

use crate::base::{Clusters, Point, means};
use crate::num::{distance2, real};

const LLOYD_STEPS: u32 = 500;
const HARTIGAN_STEPS: u32 = 50;
/// Other groups than the known ones fit clearly better where they lower the inertia to this part of it.
const BETTER: f64 = 0.98;
/// How many places for one more centre are tried.
const PLACES: usize = 24;
/// How many of the starts are followed over the people.
const FOLLOWED: usize = 6;

/// Lloyd's steps until nobody moves. `None` where a cluster ran empty.
fn lloyd(points: &[Point], weights: &[f64], start: &[Point]) -> Option<(Clusters, f64)> {
    let mut centres = start.to_vec();
    let mut labels: Vec<usize> = Vec::new();
    for _ in 0..LLOYD_STEPS {
        let next: Vec<usize> = points
            .iter()
            .map(|&point| closest(point, &centres))
            .collect();
        let done = next == labels;
        labels = next;
        if done {
            break;
        }
        centres = means(points, weights, &labels, centres.len())
            .into_iter()
            .collect::<Option<_>>()?;
    }
    let inertia = inertia(points, weights, &centres, &labels);
    Some((Clusters { centres, labels }, inertia))
}

/// Lloyd's steps, then one person at a time to where the inertia falls (Hartigan 1975), which leads
/// out of many a shallow hollow, then Lloyd's steps again.
fn refine(points: &[Point], weights: &[f64], start: &[Point]) -> Option<(Clusters, f64)> {
    let first = lloyd(points, weights, start)?;
    let Clusters {
        mut centres,
        mut labels,
    } = first.0.clone();
    let mut sizes = vec![0.0; centres.len()];
    for (&label, weight) in labels.iter().zip(weights) {
        sizes[label] += weight;
    }
    for _ in 0..HARTIGAN_STEPS {
        let mut moved = false;
        for ((&point, &weight), label) in points.iter().zip(weights).zip(&mut labels) {
            if let Some(to) = better((point, weight), *label, &centres, &sizes) {
                pull(&mut centres[*label], &mut sizes[*label], (point, -weight));
                pull(&mut centres[to], &mut sizes[to], (point, weight));
                *label = to;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    let second = lloyd(points, weights, &centres);
    Some(second.filter(|second| second.1 < first.1).unwrap_or(first))
}

/// The cluster where the point with its weight would lower the inertia, if there is one.
fn better(
    (point, weight): (Point, f64),
    own: usize,
    centres: &[Point],
    sizes: &[f64],
) -> Option<usize> {
    if sizes[own] <= weight {
        return None;
    }
    let stay = distance2(point, centres[own]) * sizes[own] / (sizes[own] - weight);
    let mut best = (own, stay * (1.0 - 1e-9));
    for (to, (&centre, size)) in centres.iter().zip(sizes).enumerate() {
        let there = distance2(point, centre) * size / (size + weight);
        if to != own && there < best.1 {
            best = (to, there);
        }
    }
    (best.0 != own).then_some(best.0)
}

/// The mean and the size of a cluster that a point joins, or leaves where its weight is negative.
fn pull(centre: &mut Point, size: &mut f64, (point, weight): (Point, f64)) {
    let next = *size + weight;
    for axis in 0..2 {
        centre[axis] += weight * (point[axis] - centre[axis]) / next;
    }
    *size = next;
}

fn closest(point: Point, centres: &[Point]) -> usize {
    let mut best = (0, f64::INFINITY);
    for (at, &centre) in centres.iter().enumerate() {
        let square = distance2(point, centre);
        if square < best.1 {
            best = (at, square);
        }
    }
    best.0
}

fn inertia(points: &[Point], weights: &[f64], centres: &[Point], labels: &[usize]) -> f64 {
    points
        .iter()
        .zip(weights)
        .zip(labels)
        .fold(0.0, |sum, ((&point, weight), &label)| {
            sum + weight * distance2(point, centres[label])
        })
}

/// The groups for one number of groups.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Grouping {
    pub(crate) clusters: Clusters,
    pub(crate) inertia: f64,
    /// In how many analyses in a row others fitted clearly better.
    pub(crate) beaten: u32,
}

/// What is remembered of the groups.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    /// Their centres, by k − 2.
    pub(crate) centres: &'a [Vec<Point>],
    /// In how many analyses in a row others fitted clearly better, by k − 2.
    pub(crate) beaten: &'a [u32],
    /// After how many they give way.
    pub(crate) patience: u32,
}

impl Grouping {
    /// The group of each point.
    pub(crate) fn labels(&self) -> &[usize] {
        &self.clusters.labels
    }
}

/// The groups for each k from 2 to `most`, over points with their weights; `base` are their base
/// clusters with theirs. Known groups stay where Lloyd's steps lead them, as in Polis, until others
/// fit clearly better in so many analyses in a row as it takes another number of groups to be shown.
pub(crate) fn groupings(
    (points, weights): (&[Point], &[f64]),
    base: (&[Point], &[f64]),
    most: usize,
    known: Known<'_>,
) -> Vec<Grouping> {
    let zeros = vec![0; base.0.len()];
    let middle = means(base.0, base.1, &zeros, 1);
    let mut best: Vec<Point> = middle.into_iter().flatten().collect();
    let mut found = Vec::new();
    for k in 2..=most.min(base.0.len()) {
        let mut starts: Vec<(Clusters, f64)> = starts(base.0, base.1, &best, k)
            .iter()
            .filter_map(|start| lloyd(base.0, base.1, start))
            .collect();
        starts.sort_by(|a, b| a.1.total_cmp(&b.1));
        starts.dedup_by(|a, b| a.0.labels == b.0.labels);
        let Some(first) = starts.first() else {
            break;
        };
        best.clone_from(&first.0.centres);
        let before = known.centres.get(k - 2);
        let before = before.filter(|centres| centres.len() == k);
        let warm = before.and_then(|centres| lloyd(points, weights, centres));
        let over_base = before.and_then(|centres| lloyd(base.0, base.1, centres));
        // Where the known groups still fit the base clusters, nothing new is looked for.
        let fits = over_base.is_some_and(|known| known.1 <= first.1 / BETTER);
        let fresh = starts
            .iter()
            .take(if warm.is_some() && fits { 0 } else { FOLLOWED })
            .filter_map(|start| refine(points, weights, &start.0.centres))
            .min_by(|a, b| a.1.total_cmp(&b.1));
        let beaten = known.beaten.get(k - 2).copied().unwrap_or(0);
        let Some((chosen, beaten)) = chosen(warm, fresh, beaten, known.patience) else {
            break;
        };
        found.push(Grouping {
            clusters: ordered(&chosen.0, weights, before),
            inertia: chosen.1,
            beaten,
        });
    }
    found
}

/// Groups that people know stay, unless others fit clearly better again and again.
fn chosen(
    warm: Option<(Clusters, f64)>,
    fresh: Option<(Clusters, f64)>,
    beaten: u32,
    patience: u32,
) -> Option<((Clusters, f64), u32)> {
    match (warm, fresh) {
        (Some(warm), Some(fresh)) if fresh.1 < BETTER * warm.1 => {
            let beaten = beaten.saturating_add(1);
            Some(if beaten < patience {
                (warm, beaten)
            } else {
                (fresh, 0)
            })
        }
        (Some(warm), _) => Some((warm, 0)),
        (None, fresh) => fresh.map(|fresh| (fresh, 0)),
    }
}

/// Starts for k centres: `before`, the best k − 1, and one more where it helps most; slices of equal
/// weight along x and along y; the leftmost places (as Polis begins).
fn starts(points: &[Point], weights: &[f64], before: &[Point], k: usize) -> Vec<Vec<Point>> {
    let nearest: Vec<f64> = points
        .iter()
        .map(|&point| distance2(point, before[closest(point, before)]))
        .collect();
    let mut gains: Vec<(f64, usize)> = points
        .iter()
        .enumerate()
        .map(|(at, &place)| {
            let gain = points.iter().zip(weights).zip(&nearest).fold(
                0.0,
                |sum, ((&point, weight), near)| {
                    sum + weight * (near - distance2(point, place)).max(0.0)
                },
            );
            (gain, at)
        })
        .collect();
    gains.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let apart = gains.iter().step_by((gains.len() / 24).max(1));
    let mut all: Vec<Vec<Point>> = gains
        .iter()
        .take(PLACES)
        .chain(apart.take(PLACES))
        .map(|&(_, at)| {
            let mut start = before.to_vec();
            start.push(points[at]);
            start
        })
        .collect();
    for axis in [0, 1] {
        all.push(slices(points, weights, axis, k));
    }
    all
}

fn slices(points: &[Point], weights: &[f64], axis: usize, k: usize) -> Vec<Point> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|&a, &b| points[a][axis].total_cmp(&points[b][axis]).then(a.cmp(&b)));
    let whole: f64 = weights.iter().sum();
    let mut labels = vec![0; points.len()];
    let mut passed = 0.0;
    for at in order {
        let slice = (0..k - 1)
            .take_while(|&slice| passed * real(k) >= whole * real(slice + 1))
            .count();
        labels[at] = slice;
        passed += weights[at];
    }
    means(points, weights, &labels, k)
        .into_iter()
        .flatten()
        .collect()
}

/// Groups in their lasting order: as before where there was a before, else the largest first.
fn ordered(clusters: &Clusters, weights: &[f64], before: Option<&Vec<Point>>) -> Clusters {
    let k = clusters.centres.len();
    let mut sizes = vec![0.0; k];
    for (&label, weight) in clusters.labels.iter().zip(weights) {
        sizes[label] += weight;
    }
    let mut order: Vec<usize> = (0..k).collect();
    match before {
        Some(before) => order = matched(&clusters.centres, before),
        None => order.sort_by(|&a, &b| {
            let first = |group: usize| clusters.labels.iter().position(|&label| label == group);
            sizes[b]
                .total_cmp(&sizes[a])
                .then_with(|| first(a).cmp(&first(b)))
        }),
    }
    let mut place = vec![0; k];
    for (new, &old) in order.iter().enumerate() {
        place[old] = new;
    }
    Clusters {
        centres: order.iter().map(|&old| clusters.centres[old]).collect(),
        labels: clusters.labels.iter().map(|&label| place[label]).collect(),
    }
}

/// The new centre for each old one: nearest pairs first.
fn matched(new: &[Point], old: &[Point]) -> Vec<usize> {
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (i, &from) in old.iter().enumerate() {
        for (j, &to) in new.iter().enumerate() {
            pairs.push((distance2(from, to), i, j));
        }
    }
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut order = vec![None; old.len()];
    let mut taken = vec![false; new.len()];
    for (_, i, j) in pairs {
        if order[i].is_none() && !taken[j] {
            order[i] = Some(j);
            taken[j] = true;
        }
    }
    order.into_iter().flatten().collect()
}

#[cfg(test)]
#[path = "cluster_tests.rs"]
mod tests;
