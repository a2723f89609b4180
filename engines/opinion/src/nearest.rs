//! Which of some centres is nearest, asked of many points.
//!
//! The plane is cut into squares, and each knows the centres that can be nearest to a point in it;
//! so a point looks at two or three of a hundred. The answer is the one that looking at all gives.

use crate::base::Point;
use crate::num::{distance2, real};

/// One square for so many points.
const POINTS: usize = 16;
/// Above so many squares along a side, those of a large square choose from what it has chosen.
const WITHIN: usize = 16;
/// The most large squares along a side.
const LARGE: usize = 8;

/// A centre and its number.
type Candidate = (Point, u32);

/// Squares over the points, and the centres of each.
pub(crate) struct Nearest {
    corner: Point,
    /// Squares in a unit of length.
    scale: Point,
    /// Small squares along a side, and along a side of a large one.
    side: usize,
    small: usize,
    centres: Vec<Point>,
    /// Where each small square's candidates begin, large square by large square; one more than
    /// squares.
    starts: Vec<u32>,
    /// Numbers of centres, the lowest first.
    candidates: Vec<u32>,
}

impl Nearest {
    /// Squares for these points and centres; there is at least one centre.
    pub(crate) fn new(points: &[Point], centres: &[Point]) -> Self {
        let wanted = (1..WITHIN * LARGE)
            .find(|side| side * side * POINTS >= points.len())
            .unwrap_or(WITHIN * LARGE);
        let (large, small) = if wanted > WITHIN {
            (wanted.div_ceil(WITHIN), WITHIN)
        } else {
            (1, wanted)
        };
        let side = large * small;
        let (low, high) = corners(points);
        let step = [0, 1].map(|axis| (high[axis] - low[axis]) / real(side));
        let mut made = Self {
            corner: low,
            scale: step.map(|step| if step > 0.0 { 1.0 / step } else { 0.0 }),
            side,
            small,
            centres: centres.to_vec(),
            starts: vec![0],
            candidates: Vec::new(),
        };
        let all: Vec<Candidate> = centres.iter().copied().zip(0..).collect();
        let of = |x: usize, y: usize, size: usize, from: &[Candidate]| {
            let half = real(size) * 0.5;
            let middle = [
                low[0] + (real(x) + half) * step[0],
                low[1] + (real(y) + half) * step[1],
            ];
            possible(middle, distance2([0.0; 2], step).sqrt() * real(size), from)
        };
        for (left, top) in pairs(large).map(|(x, y)| (x * small, y * small)) {
            let some = of(left, top, small, &all);
            for (x, y) in pairs(small).map(|(x, y)| (left + x, top + y)) {
                let own = of(x, y, 1, &some);
                made.candidates.extend(own.iter().map(|one| one.1));
                let end = u32::try_from(made.candidates.len());
                made.starts.push(end.unwrap_or(u32::MAX));
            }
        }
        made
    }

    /// The nearest centre; of equals the first.
    pub(crate) fn of(&self, point: Point) -> usize {
        let [x, y] = [0, 1].map(|axis| {
            floor((point[axis] - self.corner[axis]) * self.scale[axis]).min(self.side - 1)
        });
        let (small, large) = (self.small, self.side / self.small);
        let square = ((y / small * large + x / small) * small + y % small) * small + x % small;
        let own = self.starts[square] as usize..self.starts[square + 1] as usize;
        let mut best = (0, f64::INFINITY);
        for &number in &self.candidates[own] {
            let far = distance2(self.centres[number as usize], point);
            if far < best.1 {
                best = (number, far);
            }
        }
        best.0 as usize
    }
}

fn corners(points: &[Point]) -> (Point, Point) {
    let mut low = [f64::INFINITY; 2];
    let mut high = [f64::NEG_INFINITY; 2];
    for point in points {
        for axis in [0, 1] {
            low[axis] = low[axis].min(point[axis]);
            high[axis] = high[axis].max(point[axis]);
        }
    }
    (low, high)
}

fn pairs(side: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..side).flat_map(move |y| (0..side).map(move |x| (x, y)))
}

/// Those that can be nearest to a point of a square with this middle, whose corners are `across`
/// apart: none that is farther from the middle than the nearest one by more than that.
fn possible(middle: Point, across: f64, from: &[Candidate]) -> Vec<Candidate> {
    let far = |one: &Candidate| distance2(middle, one.0).sqrt();
    let nearest = from.iter().map(far).fold(f64::INFINITY, f64::min);
    // A little more, for what rounding moves.
    let within = (nearest + across) * (1.0 + 1e-9);
    from.iter()
        .filter(|one| far(one) <= within)
        .copied()
        .collect()
}

/// The whole part of what is not negative.
fn floor(value: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the whole part is wanted, and `as` takes what is beyond the ends to them"
    )]
    let whole = value as usize;
    whole
}
