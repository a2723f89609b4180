//! Base clusters: about a hundred groups of people who stand close together, the dots of a map.
//!
//! They begin as a grid of equal counts and follow the people from one analysis to the next.

use std::cmp::Ordering;

use crate::nearest::Nearest;
use crate::num::{distance2, real};

/// A place in the plane.
pub(crate) type Point = [f64; 2];

const BASE_STEPS: u32 = 10;

/// Points and where each belongs.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Clusters {
    pub(crate) centres: Vec<Point>,
    pub(crate) labels: Vec<usize>,
}

impl Clusters {
    /// How many points each has.
    pub(crate) fn sizes(&self) -> Vec<usize> {
        let mut sizes = vec![0; self.centres.len()];
        for &label in &self.labels {
            sizes[label] += 1;
        }
        sizes
    }

    /// The same, as weights.
    pub(crate) fn weights(&self) -> Vec<f64> {
        self.sizes().into_iter().map(real).collect()
    }
}

/// The means of each cluster's points; a cluster without points is dropped.
pub(crate) fn means(
    points: &[Point],
    weights: &[f64],
    labels: &[usize],
    count: usize,
) -> Vec<Option<Point>> {
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
        let nearest = Nearest::new(points, &centres);
        labels = points.iter().map(|&point| nearest.of(point)).collect();
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
