//! Clusters of points in the plane: base clusters, groups for each number of groups, silhouettes.
//!
//! Nothing is left to chance. Base clusters begin as a grid of equal counts; groups begin where one
//! more centre lowers the inertia most (fast global k-means: Likas, Vlassis, Verbeek, Pattern
//! Recognition 36, 2003), then Lloyd's steps over the people themselves until nobody moves.

use std::cmp::Ordering;

use crate::num::{distance2, real};

/// A place in the plane.
pub(crate) type Point = [f64; 2];

/// Above so many people the silhouette is taken over base clusters.
pub(crate) const SILHOUETTE_PEOPLE: usize = 5000;
const BASE_STEPS: u32 = 10;
const LLOYD_STEPS: u32 = 500;
const HARTIGAN_STEPS: u32 = 50;
/// Other groups than the known ones are taken where they lower the inertia to this part of it.
const BETTER: f64 = 0.98;
/// How many places for one more centre are tried.
const PLACES: usize = 24;
/// How many of the starts are followed over the people.
const FOLLOWED: usize = 6;

/// Points and where each belongs.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Clusters {
    pub(crate) centres: Vec<Point>,
    pub(crate) labels: Vec<usize>,
}

/// Centres sorted by x, so that the nearest is found without looking at all.
struct Nearest {
    sorted: Vec<(f64, f64, usize)>,
}

impl Nearest {
    fn new(centres: &[Point]) -> Self {
        let mut sorted: Vec<(f64, f64, usize)> = centres
            .iter()
            .enumerate()
            .map(|(at, centre)| (centre[0], centre[1], at))
            .collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.2.cmp(&b.2)));
        Self { sorted }
    }

    /// The nearest centre and the square of its distance; of equals the first.
    fn of(&self, point: Point) -> (usize, f64) {
        let middle = self.sorted.partition_point(|centre| centre.0 < point[0]);
        let mut best = (usize::MAX, f64::INFINITY);
        let mut look = |centre: &(f64, f64, usize)| {
            let dx = centre.0 - point[0];
            if dx * dx > best.1 {
                return false;
            }
            let square = distance2([centre.0, centre.1], point);
            if square < best.1 || (square <= best.1 && centre.2 < best.0) {
                best = (centre.2, square);
            }
            true
        };
        let (mut left, mut right) = (middle, middle);
        let (mut more_left, mut more_right) = (true, true);
        while more_left || more_right {
            more_right = more_right && right < self.sorted.len() && look(&self.sorted[right]);
            right += 1;
            more_left = more_left && left > 0 && look(&self.sorted[left - 1]);
            left = left.saturating_sub(1);
        }
        best
    }
}

/// The means of each cluster's points; a cluster without points is dropped.
fn means(points: &[Point], weights: &[f64], labels: &[usize], count: usize) -> Vec<Option<Point>> {
    let mut sums = vec![[0.0; 3]; count];
    for ((point, weight), &label) in points.iter().zip(weights).zip(labels) {
        let sum = &mut sums[label];
        sum[0] += weight * point[0];
        sum[1] += weight * point[1];
        sum[2] += weight;
    }
    sums.iter()
        .map(|sum| (sum[2] > 0.0).then(|| [sum[0] / sum[2], sum[1] / sum[2]]))
        .collect()
}

/// About `most` clusters of people who stand close to each other. With no more than `most` places
/// in use, each place is a base cluster.
pub(crate) fn base(points: &[Point], most: usize, before: &[Point]) -> Clusters {
    // Places in use need no step but one to say who is where; known centres follow the people a step
    // at a time.
    match few_places(points, most) {
        Some(places) => settle(points, places, 1),
        None if before.is_empty() => settle(points, grid(points, most), BASE_STEPS),
        None => settle(points, before.to_vec(), 1),
    }
}

/// The places in use, sorted, where they are no more than `most`.
fn few_places(points: &[Point], most: usize) -> Option<Vec<Point>> {
    let mut places: Vec<Point> = Vec::new();
    for &point in points {
        if let Err(at) = places.binary_search_by(|&place| by_place(place, point)) {
            if places.len() == most {
                return None;
            }
            places.insert(at, point);
        }
    }
    Some(places)
}

fn by_place(a: Point, b: Point) -> Ordering {
    a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1]))
}

/// Strips of equal count along x, cells of equal count along y: the means of the cells.
fn grid(points: &[Point], most: usize) -> Vec<Point> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|&a, &b| by_place(points[a], points[b]).then(a.cmp(&b)));
    let strips = (1..=most)
        .take_while(|side| side * side <= most)
        .count()
        .max(1);
    let mut centres = Vec::new();
    for strip in 0..strips {
        let (from, to) = share(points.len(), strips, strip);
        let strip = &mut order[from..to];
        strip.sort_by(|&a, &b| points[a][1].total_cmp(&points[b][1]).then(a.cmp(&b)));
        let cells = most / strips;
        for cell in 0..cells {
            let (from, to) = share(strip.len(), cells, cell);
            let inside: Vec<Point> = strip[from..to].iter().map(|&at| points[at]).collect();
            let ones = vec![1.0; inside.len()];
            let zeros = vec![0; inside.len()];
            centres.extend(means(&inside, &ones, &zeros, 1).into_iter().flatten());
        }
    }
    centres
}

fn share(length: usize, parts: usize, part: usize) -> (usize, usize) {
    (length * part / parts, length * (part + 1) / parts)
}

/// A few of Lloyd's steps; empty clusters vanish.
fn settle(points: &[Point], mut centres: Vec<Point>, steps: u32) -> Clusters {
    let ones = vec![1.0; points.len()];
    let mut labels: Vec<usize> = Vec::new();
    for _ in 0..steps {
        let nearest = Nearest::new(&centres);
        labels = points.iter().map(|&point| nearest.of(point).0).collect();
        let next = means(points, &ones, &labels, centres.len());
        let far = centres
            .iter()
            .zip(&next)
            .filter_map(|(old, new)| Some(distance2(*old, (*new)?)))
            .fold(0.0, f64::max);
        let kept = drop_empty(&next, &mut labels);
        let dropped = kept.len() < centres.len();
        centres = kept;
        // A hundredth of a unit, as Polis has it: base clusters need not be perfect.
        if far < 1e-4 && !dropped {
            break;
        }
    }
    Clusters { centres, labels }
}

fn drop_empty(means: &[Option<Point>], labels: &mut [usize]) -> Vec<Point> {
    let mut place = Vec::with_capacity(means.len());
    let mut kept = Vec::new();
    for mean in means {
        place.push(kept.len());
        kept.extend(mean);
    }
    for label in labels {
        *label = place[*label];
    }
    kept
}

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
fn refine(points: &[Point], start: &[Point]) -> Option<(Clusters, f64)> {
    let ones = vec![1.0; points.len()];
    let first = lloyd(points, &ones, start)?;
    if points.len() > SILHOUETTE_PEOPLE {
        // Among so many, one person moves no group.
        return Some(first);
    }
    let Clusters {
        mut centres,
        mut labels,
    } = first.0.clone();
    let mut sizes = vec![0.0; centres.len()];
    for &label in &labels {
        sizes[label] += 1.0;
    }
    for _ in 0..HARTIGAN_STEPS {
        let mut moved = false;
        for (&point, label) in points.iter().zip(&mut labels) {
            if let Some(to) = better(point, *label, &centres, &sizes) {
                pull(&mut centres[*label], &mut sizes[*label], point, -1.0);
                pull(&mut centres[to], &mut sizes[to], point, 1.0);
                *label = to;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    let second = lloyd(points, &ones, &centres);
    Some(second.filter(|second| second.1 < first.1).unwrap_or(first))
}

/// The cluster where `point` would lower the inertia, if there is one.
fn better(point: Point, own: usize, centres: &[Point], sizes: &[f64]) -> Option<usize> {
    if sizes[own] <= 1.0 {
        return None;
    }
    let stay = distance2(point, centres[own]) * sizes[own] / (sizes[own] - 1.0);
    let mut best = (own, stay * (1.0 - 1e-9));
    for (to, (&centre, size)) in centres.iter().zip(sizes).enumerate() {
        let there = distance2(point, centre) * size / (size + 1.0);
        if to != own && there < best.1 {
            best = (to, there);
        }
    }
    (best.0 != own).then_some(best.0)
}

/// The mean and the size of a cluster that `point` joins (1) or leaves (−1).
fn pull(centre: &mut Point, size: &mut f64, point: Point, sign: f64) {
    let next = *size + sign;
    for axis in 0..2 {
        centre[axis] += sign * (point[axis] - centre[axis]) / next;
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
}

/// How many people each base cluster has.
pub(crate) fn weights(base: &Clusters) -> Vec<f64> {
    let mut weights = vec![0.0; base.centres.len()];
    for &label in &base.labels {
        weights[label] += 1.0;
    }
    weights
}

/// The group of each base cluster, for each of `groupings`: that of the nearest centre.
pub(crate) fn base_labels(base: &Clusters, groupings: &[Grouping]) -> Vec<Vec<usize>> {
    groupings
        .iter()
        .map(|one| {
            let centres = &one.clusters.centres;
            base.centres
                .iter()
                .map(|&point| closest(point, centres))
                .collect()
        })
        .collect()
}

/// The best groups found for each k from 2 to `most`, over `points`; `base` are their base clusters
/// and `before` the centres of an earlier analysis, by k − 2.
pub(crate) fn groupings(
    points: &[Point],
    base: &Clusters,
    most: usize,
    before: &[Vec<Point>],
) -> Vec<Grouping> {
    let weights = weights(base);
    let zeros = vec![0; base.centres.len()];
    let mut best: Vec<Point> = means(&base.centres, &weights, &zeros, 1)
        .into_iter()
        .flatten()
        .collect();
    let mut found = Vec::new();
    for k in 2..=most.min(base.centres.len()) {
        let mut starts: Vec<(Clusters, f64)> = starts(&base.centres, &weights, &best, k)
            .iter()
            .filter_map(|start| lloyd(&base.centres, &weights, start))
            .collect();
        starts.sort_by(|a, b| a.1.total_cmp(&b.1));
        starts.dedup_by(|a, b| a.0.labels == b.0.labels);
        let Some(first) = starts.first() else {
            break;
        };
        best.clone_from(&first.0.centres);
        let known = before.get(k - 2).filter(|centres| centres.len() == k);
        let warm = known.and_then(|centres| refine(points, centres));
        let over_base = known.and_then(|centres| lloyd(&base.centres, &weights, centres));
        // Where the known groups still fit the base clusters, nothing new is looked for.
        let fits = over_base.is_some_and(|known| known.1 <= first.1 / BETTER);
        let fresh = starts
            .iter()
            .take(if warm.is_some() && fits { 0 } else { FOLLOWED })
            .filter_map(|start| refine(points, &start.0.centres))
            .min_by(|a, b| a.1.total_cmp(&b.1));
        let Some((clusters, inertia)) = chosen(warm, fresh) else {
            break;
        };
        found.push(ordered(&clusters, inertia, known));
    }
    found
}

/// Groups that people know stay, unless others fit clearly better.
fn chosen(
    warm: Option<(Clusters, f64)>,
    fresh: Option<(Clusters, f64)>,
) -> Option<(Clusters, f64)> {
    match (warm, fresh) {
        (Some(warm), Some(fresh)) if fresh.1 < BETTER * warm.1 => Some(fresh),
        (Some(warm), _) => Some(warm),
        (None, fresh) => fresh,
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
fn ordered(clusters: &Clusters, inertia: f64, before: Option<&Vec<Point>>) -> Grouping {
    let k = clusters.centres.len();
    let mut sizes = vec![0_usize; k];
    for &label in &clusters.labels {
        sizes[label] += 1;
    }
    let mut order: Vec<usize> = (0..k).collect();
    match before {
        Some(before) => order = matched(&clusters.centres, before),
        None => order.sort_by(|&a, &b| {
            let first = |group: usize| clusters.labels.iter().position(|&label| label == group);
            sizes[b]
                .cmp(&sizes[a])
                .then_with(|| first(a).cmp(&first(b)))
        }),
    }
    let mut place = vec![0; k];
    for (new, &old) in order.iter().enumerate() {
        place[old] = new;
    }
    Grouping {
        clusters: Clusters {
            centres: order.iter().map(|&old| clusters.centres[old]).collect(),
            labels: clusters.labels.iter().map(|&label| place[label]).collect(),
        },
        inertia,
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

/// The silhouette of each clustering of `points`: the mean over the points (weighted) of
/// (b − a) / max(a, b), where a is the mean distance to the others of one's own cluster and b the
/// least mean distance to another cluster; 0 for who is alone. Source: Rousseeuw 1987.
///
/// All clusterings are measured in one pass: points that are together in each of them are summed up
/// first.
pub(crate) fn silhouettes(points: &[Point], weights: &[f64], labels: &[&[usize]]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    let key = |at: usize| labels.iter().map(move |labels| labels[at]);
    order.sort_by(|&a, &b| key(a).cmp(key(b)).then(a.cmp(&b)));
    let classes: Vec<&[usize]> = order.chunk_by(|&a, &b| key(a).eq(key(b))).collect();
    let lanes: Vec<Lane> = classes
        .iter()
        .map(|class| Lane::new(points, weights, class))
        .collect();
    let counts: Vec<usize> = labels
        .iter()
        .map(|labels| labels.iter().max().map_or(0, |most| most + 1))
        .collect();
    let sizes: Vec<Vec<f64>> = labels
        .iter()
        .zip(&counts)
        .map(|(labels, &count)| {
            let mut sizes = vec![0.0; count];
            for (&label, weight) in labels.iter().zip(weights) {
                sizes[label] += weight;
            }
            sizes
        })
        .collect();
    let mut totals = vec![0.0; labels.len()];
    let mut sums = Vec::new();
    for (at, &point) in points.iter().enumerate() {
        let distances: Vec<f64> = lanes.iter().map(|lane| lane.distances(point)).collect();
        for (which, total) in totals.iter_mut().enumerate() {
            sums.clear();
            sums.resize(counts[which], 0.0);
            for (class, distance) in classes.iter().zip(&distances) {
                sums[labels[which][class[0]]] += distance;
            }
            *total += weights[at] * silhouette(&sums, &sizes[which], labels[which][at]);
        }
    }
    let whole: f64 = weights.iter().sum();
    totals.iter().map(|total| total / whole).collect()
}

fn silhouette(sums: &[f64], sizes: &[f64], own: usize) -> f64 {
    if sizes[own] <= 1.0 {
        return 0.0;
    }
    let a = sums[own] / (sizes[own] - 1.0);
    let b = sums
        .iter()
        .zip(sizes)
        .enumerate()
        .filter(|(group, (_, size))| *group != own && **size > 0.0)
        .map(|(_, (sum, size))| sum / size)
        .fold(f64::INFINITY, f64::min);
    let most = a.max(b);
    if most > 0.0 && most.is_finite() {
        (b - a) / most
    } else {
        0.0
    }
}

/// Points side by side, four at a time.
struct Lane {
    xs: Vec<[f64; 4]>,
    ys: Vec<[f64; 4]>,
    weights: Vec<[f64; 4]>,
}

impl Lane {
    fn new(points: &[Point], weights: &[f64], class: &[usize]) -> Self {
        let four = |value: &dyn Fn(usize) -> f64| -> Vec<[f64; 4]> {
            class
                .chunks(4)
                .map(|chunk| {
                    let mut out = [0.0; 4];
                    for (out, &at) in out.iter_mut().zip(chunk) {
                        *out = value(at);
                    }
                    out
                })
                .collect()
        };
        Self {
            xs: four(&|at| points[at][0]),
            ys: four(&|at| points[at][1]),
            // What fills up the last four weighs nothing.
            weights: four(&|at| weights[at]),
        }
    }

    /// The weighted sum of the distances from `point`.
    fn distances(&self, point: Point) -> f64 {
        let mut sum = [0.0; 4];
        for ((xs, ys), weights) in self.xs.iter().zip(&self.ys).zip(&self.weights) {
            for lane in 0..4 {
                let (dx, dy) = (xs[lane] - point[0], ys[lane] - point[1]);
                sum[lane] += weights[lane] * (dx * dx + dy * dy).sqrt();
            }
        }
        (sum[0] + sum[1]) + (sum[2] + sum[3])
    }
}

#[cfg(test)]
#[path = "cluster_tests.rs"]
mod tests;
