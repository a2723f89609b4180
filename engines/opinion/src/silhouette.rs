//! How well clusters are apart.

use crate::base::Point;

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
