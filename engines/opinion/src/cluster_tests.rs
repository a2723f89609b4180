//! Clusters against naive reckonings of the same thing.

use super::*;
use crate::base::base;
use crate::nearest::Nearest;
use crate::num::mixed;
use crate::silhouette::silhouettes;

fn cloud(count: usize) -> Vec<Point> {
    (0..count as u64)
        .map(|at| {
            let centre = [[-3.0, 0.0], [2.0, 2.0], [2.5, -2.0]][usize::try_from(at % 3).unwrap()];
            [centre[0] + mixed(at * 2), centre[1] + mixed(at * 2 + 1)]
        })
        .collect()
}

#[test]
fn the_nearest_is_the_nearest() {
    let centres: Vec<Point> = (0..40).map(|at| [mixed(at), mixed(at + 100)]).collect();
    for count in [1, 15, 500, 40_000] {
        let places = |at: u64| [2.0 * mixed(at + 1000), 3.0 * mixed(at + 90_000)];
        let points: Vec<Point> = (0..count).map(places).collect();
        let nearest = Nearest::new(&points, &centres);
        for &point in &points {
            assert_eq!(nearest.of(point), closest(point, &centres));
        }
        // Where several are as near, the first of them.
        let twice = [&centres[..], &centres[..]].concat();
        let nearest = Nearest::new(&points, &twice);
        assert!(
            points
                .iter()
                .all(|&point| nearest.of(point) == closest(point, &centres))
        );
    }
}

fn over(points: &[Point], base: &Clusters, before: &[Vec<Point>]) -> Vec<Grouping> {
    let (ones, weights) = (vec![1.0; points.len()], base.weights());
    let known = Known {
        centres: before,
        beaten: &[],
        patience: 4,
    };
    groupings((points, &ones), (&base.centres, &weights), 5, known)
}

#[test]
fn three_clouds_are_three_groups() {
    let points = cloud(300);
    let base = base(&points, 100, &[]);
    assert!(base.centres.len() > 80 && base.centres.len() <= 100);
    let found = over(&points, &base, &[]);
    assert_eq!(found.len(), 4);
    let labels: Vec<&[usize]> = found.iter().map(|one| &one.clusters.labels[..]).collect();
    let scores = silhouettes(&points, &vec![1.0; 300], &labels);
    assert!(scores[1] > scores[0] && scores[1] > scores[2] && scores[1] > scores[3]);
    for at in 0..300 {
        assert_eq!(labels[1][at], labels[1][at % 3]);
    }
    for pair in found.windows(2) {
        assert!(pair[1].inertia < pair[0].inertia);
    }
    let again = over(&points, &base, &[vec![], found[1].clusters.centres.clone()]);
    assert_eq!(again[1], found[1], "groups that fit stay as they are");
}

#[test]
fn silhouettes_are_as_defined() {
    let points = cloud(50);
    let labels: Vec<usize> = (0..50).map(|at| (at * 7) % 4).collect();
    let other: Vec<usize> = (0..50).map(|at| usize::from(at == 9)).collect();
    let naive = |labels: &[usize]| -> f64 {
        let mean = |at: usize, group: usize| {
            let others: Vec<f64> = (0..50)
                .filter(|&to| to != at && labels[to] == group)
                .map(|to| distance2(points[at], points[to]).sqrt())
                .collect();
            others.iter().sum::<f64>() / real(others.len())
        };
        let of = |at: usize| {
            if labels.iter().filter(|&&label| label == labels[at]).count() == 1 {
                return 0.0;
            }
            let a = mean(at, labels[at]);
            let b = (0..4)
                .filter(|&group| group != labels[at] && labels.contains(&group))
                .map(|group| mean(at, group))
                .fold(f64::INFINITY, f64::min);
            (b - a) / a.max(b)
        };
        (0..50).map(of).sum::<f64>() / 50.0
    };
    let found = silhouettes(&points, &[1.0; 50], &[&labels, &other]);
    assert!((found[0] - naive(&labels)).abs() < 1e-12);
    assert!((found[1] - naive(&other)).abs() < 1e-12);
}

#[test]
fn few_places_are_their_own_base_clusters() {
    let points = vec![[1.0, 0.0], [0.0, 0.0], [1.0, 0.0], [0.0, 1.0]];
    let base = base(&points, 100, &[]);
    assert_eq!(base.labels, [2, 0, 2, 1]);
    assert_eq!(base.centres, [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]]);
    assert_eq!(over(&points, &base, &[]).len(), 2);
    let same = vec![[2.0, 2.0]; 20];
    let one = super::super::base::base(&same, 100, &[]);
    assert_eq!(one.centres.len(), 1);
    assert!(over(&same, &one, &[]).is_empty());
}
