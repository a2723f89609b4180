//! The two directions in which opinions differ most: the principal components, by a block Krylov
//! iteration.
//!
//! From four directions a space is built that the scatter matrix is looked at in: the best
//! directions of the space are found by Jacobi rotations, what they still lack (Gv − λv) is added to
//! the space, and so on until the first two are eigenvectors to 10⁻¹⁰ of the largest eigenvalue.
//! Each step multiplies the matrix with what is new only. Unlike power iteration it does not care
//! where the many small eigenvalues lie, only how far the first are from them, so a map in use
//! stands again after a few steps.
//! Source: Saad, Numerical Methods for Large Eigenvalue Problems, §6 (block Lanczos, restarted).

use crate::num::{dot, length, mixed};
use crate::votes::Votes;

/// Directions that are kept from one analysis to the next, and vectors that are multiplied together.
pub(crate) const BLOCK: usize = 4;
/// Enough for what people say of each other; more only where directions tie.
const MOST_STEPS: u32 = 400;
/// What the first directions may lack, of the largest eigenvalue. The third is only needed to tell
/// whether it ties with the second.
const WITHIN: [f64; 3] = [1e-10, 1e-10, 1e-4];
/// A space of more directions is restarted from its best.
const MOST_SPACE: usize = 24;
/// So many of them.
const KEPT: usize = 12;

/// How the scatter matrix is applied to a few vectors.
pub(crate) enum Scatter<'a> {
    /// As a whole, row by row.
    Dense(&'a [f64]),
    /// Through the votes, where there are too many statements for a square of them.
    Sparse {
        /// The votes.
        votes: &'a Votes,
        /// Where a statement stands.
        place: &'a [Option<u32>],
        /// The means of the statements that stand somewhere.
        means: &'a [f64],
    },
}

/// A block of directions, interleaved: for each statement its four coordinates.
pub(crate) type Block = Vec<[f64; BLOCK]>;

/// What was found.
#[derive(Debug, Clone)]
pub(crate) struct Axes {
    /// The whole block, where the next iteration may begin.
    pub(crate) block: Block,
    /// The eigenvalues that belong to the block, largest first.
    pub(crate) values: [f64; BLOCK],
    /// How many multiplications it took.
    pub(crate) steps: u32,
    /// ‖Gv − λv‖ of each of the first two, relative to the largest eigenvalue.
    pub(crate) residuals: [f64; 2],
}

impl Scatter<'_> {
    /// The matrix times each of `vectors`.
    fn apply(&self, vectors: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let mut images = Vec::with_capacity(vectors.len());
        for some in vectors.chunks(BLOCK) {
            let width = some[0].len();
            let lanes: Vec<[f64; BLOCK]> = (0..width)
                .map(|at| std::array::from_fn(|lane| some.get(lane).map_or(0.0, |own| own[at])))
                .collect();
            let image = self.through(&lanes);
            images.extend((0..some.len()).map(|lane| image.iter().map(|row| row[lane]).collect()));
        }
        images
    }

    fn through(&self, lanes: &[[f64; BLOCK]]) -> Vec<[f64; BLOCK]> {
        match self {
            Self::Dense(matrix) => dense(matrix, lanes),
            Self::Sparse {
                votes,
                place,
                means,
            } => {
                let mut out = vec![[0.0; BLOCK]; lanes.len()];
                for person in 0..votes.people().len() {
                    person_through(votes, (place, means), person, lanes, &mut out);
                }
                out
            }
        }
    }
}

/// Four rows at a time, so that no sum waits for the one before it.
fn dense(matrix: &[f64], lanes: &[[f64; BLOCK]]) -> Vec<[f64; BLOCK]> {
    let width = lanes.len();
    let row = |at: usize| {
        let at = at.min(width - 1);
        &matrix[at * width..(at + 1) * width]
    };
    let mut out = Vec::with_capacity(width);
    for first in (0..width).step_by(4) {
        let rows = [0, 1, 2, 3].map(|more| row(first + more));
        let mut sums = [[0.0; BLOCK]; 4];
        let weights = rows[0].iter().zip(rows[1]).zip(rows[2]).zip(rows[3]);
        for ((((a, b), c), d), lane) in weights.zip(lanes) {
            for (sums, weight) in sums.iter_mut().zip([a, b, c, d]) {
                for (sum, part) in sums.iter_mut().zip(lane) {
                    *sum += weight * part;
                }
            }
        }
        out.extend_from_slice(&sums[..4.min(width - first)]);
    }
    out
}

fn person_through(
    votes: &Votes,
    (place, means): (&[Option<u32>], &[f64]),
    person: usize,
    lanes: &[[f64; BLOCK]],
    out: &mut [[f64; BLOCK]],
) {
    let mut sum = [0.0; BLOCK];
    let seen = || {
        votes.row(person).iter().filter_map(|cell| {
            let at = place[cell.statement()]? as usize;
            Some((at, cell.value() - means[at]))
        })
    };
    for (at, value) in seen() {
        for (sum, part) in sum.iter_mut().zip(&lanes[at]) {
            *sum += value * part;
        }
    }
    for (at, value) in seen() {
        for (out, sum) in out[at].iter_mut().zip(&sum) {
            *out += value * sum;
        }
    }
}

/// A block to begin with: well mixed, the same for the same statements.
pub(crate) fn first_block(ids: &[i64]) -> Block {
    ids.iter()
        .map(|&id| {
            let mut row = [0.0; BLOCK];
            for (number, value) in row.iter_mut().enumerate() {
                let seed = id.cast_unsigned().wrapping_mul(BLOCK as u64);
                *value = mixed(seed.wrapping_add(number as u64));
            }
            row
        })
        .collect()
}

/// The principal directions of `scatter`, beginning from `block`.
pub(crate) fn principal(
    scatter: &Scatter<'_>,
    block: &Block,
    progress: &mut dyn FnMut(u32),
) -> Axes {
    let columns = (0..BLOCK).map(|number| block.iter().map(|row| row[number]).collect());
    let mut space = Space::default();
    let mut steps = 0;
    let mut grown = space.grow(scatter, columns);
    loop {
        steps += 1;
        progress(steps);
        let best = jacobi(&space.small, space.vectors.len());
        let lacking = space.lacking(&best);
        let scale = best.values.first().copied().filter(|most| *most > 0.0);
        let lengths: Vec<f64> = lacking
            .iter()
            .map(|lacking| length(lacking) / scale.unwrap_or(1.0))
            .collect();
        let open: Vec<Vec<f64>> = lacking
            .into_iter()
            .zip(&lengths)
            .zip(WITHIN)
            .filter_map(|((lacking, length), within)| (*length > within).then_some(lacking))
            .collect();
        if steps >= MOST_STEPS || !grown || open.is_empty() {
            let of = |number: usize| lengths.get(number).copied().unwrap_or(0.0);
            return space.axes(&best, steps, [of(0), of(1)], block.len());
        }
        if space.vectors.len() + open.len() > MOST_SPACE {
            space.restart(&best);
        }
        grown = space.grow(scatter, open);
    }
}

/// Directions at right angles, what the matrix makes of them, and the matrix as seen among them.
#[derive(Default)]
struct Space {
    vectors: Vec<Vec<f64>>,
    images: Vec<Vec<f64>>,
    small: Vec<Vec<f64>>,
}

impl Space {
    /// Adds what is new in `more`; says whether anything is.
    fn grow(&mut self, scatter: &Scatter<'_>, more: impl IntoIterator<Item = Vec<f64>>) -> bool {
        let first = self.vectors.len();
        for mut one in more {
            if orthonormal(&mut one, &self.vectors) {
                self.vectors.push(one);
            }
        }
        self.images.extend(scatter.apply(&self.vectors[first..]));
        for at in first..self.vectors.len() {
            let image = &self.images[at];
            let column: Vec<f64> = self.vectors[..=at]
                .iter()
                .map(|one| dot(one, image))
                .collect();
            for (row, value) in self.small.iter_mut().zip(&column) {
                row.push(*value);
            }
            self.small.push(column);
        }
        self.vectors.len() > first
    }

    /// Gv − λv of the best directions, as many as are asked to stand.
    fn lacking(&self, best: &Turn) -> Vec<Vec<f64>> {
        let wanted = best.values.iter().zip(&best.columns).take(WITHIN.len());
        wanted
            .map(|(value, weights)| {
                let mut rest = mixture(&self.images, weights);
                for (rest, part) in rest.iter_mut().zip(mixture(&self.vectors, weights)) {
                    *rest -= value * part;
                }
                rest
            })
            .collect()
    }

    fn restart(&mut self, best: &Turn) {
        let kept = || best.columns.iter().take(KEPT);
        self.vectors = kept()
            .map(|weights| mixture(&self.vectors, weights))
            .collect();
        self.images = kept()
            .map(|weights| mixture(&self.images, weights))
            .collect();
        let values = best.values.iter().take(KEPT).enumerate();
        self.small = values
            .map(|(at, &value)| {
                let mut row = vec![0.0; self.vectors.len()];
                row[at] = value;
                row
            })
            .collect();
    }

    fn axes(&self, best: &Turn, steps: u32, residuals: [f64; 2], width: usize) -> Axes {
        let mut block = vec![[0.0; BLOCK]; width];
        let mut values = [0.0; BLOCK];
        for (number, (value, weights)) in best
            .values
            .iter()
            .zip(&best.columns)
            .take(BLOCK)
            .enumerate()
        {
            values[number] = *value;
            for (row, part) in block.iter_mut().zip(mixture(&self.vectors, weights)) {
                row[number] = part;
            }
        }
        Axes {
            block,
            values,
            steps,
            residuals,
        }
    }
}

/// The sum of the vectors, each by its weight.
fn mixture(vectors: &[Vec<f64>], weights: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; vectors.first().map_or(0, Vec::len)];
    for (vector, weight) in vectors.iter().zip(weights) {
        for (out, part) in out.iter_mut().zip(vector) {
            *out += weight * part;
        }
    }
    out
}

/// Gram–Schmidt, twice. Says whether anything is left.
fn orthonormal(own: &mut [f64], others: &[Vec<f64>]) -> bool {
    let before = length(own);
    for _ in 0..2 {
        for other in others {
            let share = dot(own, other);
            for (own, part) in own.iter_mut().zip(other) {
                *own -= share * part;
            }
        }
    }
    let after = length(own);
    let left = after > 1e-12 * before && after > f64::MIN_POSITIVE;
    if left {
        for own in own {
            *own /= after;
        }
    }
    left
}

/// Eigenvalues, largest first, and the eigenvector of each.
struct Turn {
    values: Vec<f64>,
    columns: Vec<Vec<f64>>,
}

/// The eigenvalues of a small symmetric matrix, given by its lower triangle and more.
fn jacobi(small: &[Vec<f64>], width: usize) -> Turn {
    let mut a: Vec<Vec<f64>> = small.to_vec();
    let mut turn: Vec<Vec<f64>> = (0..width)
        .map(|at| (0..width).map(|to| f64::from(u8::from(at == to))).collect())
        .collect();
    for _ in 0..50 {
        let mut off = 0.0;
        let mut whole = 0.0;
        for (i, row) in a.iter().enumerate() {
            for (j, value) in row.iter().enumerate() {
                whole += value * value;
                off += if i == j { 0.0 } else { value * value };
            }
        }
        if off <= 1e-30 * whole {
            break;
        }
        for p in 0..width {
            for q in p + 1..width {
                rotate(&mut a, &mut turn, p, q);
            }
        }
    }
    let mut order: Vec<usize> = (0..width).collect();
    order.sort_by(|&i, &j| a[j][j].total_cmp(&a[i][i]).then(i.cmp(&j)));
    Turn {
        values: order.iter().map(|&at| a[at][at]).collect(),
        columns: order.iter().map(|&at| turn[at].clone()).collect(),
    }
}

/// Turns the axes p and q until nothing is left between them; `turn` has a row for each axis.
fn rotate(a: &mut [Vec<f64>], turn: &mut [Vec<f64>], p: usize, q: usize) {
    let off = a[p][q];
    if off == 0.0 {
        return;
    }
    let theta = (a[q][q] - a[p][p]) / (2.0 * off);
    let root = (theta * theta + 1.0).sqrt();
    let t = if theta >= 0.0 {
        1.0 / (theta + root)
    } else {
        1.0 / (theta - root)
    };
    let c = 1.0 / (t * t + 1.0).sqrt();
    let s = t * c;
    for row in a.iter_mut() {
        (row[p], row[q]) = (c * row[p] - s * row[q], s * row[p] + c * row[q]);
    }
    for rows in [a, turn] {
        let (upper, lower) = rows.split_at_mut(q);
        for (x, y) in upper[p].iter_mut().zip(&mut lower[0]) {
            (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axes_are_eigenvectors_and_the_largest() {
        let width = 30;
        let mut matrix = vec![0.0; width * width];
        for i in 0..width {
            for j in 0..width {
                // A sum of three outer products and a diagonal: eigenvalues well apart.
                matrix[i * width + j] = (0..3_u64)
                    .map(|part| {
                        let weight = [9.0, 4.0, 1.0][usize::try_from(part).unwrap()];
                        weight * mixed(part * 100 + i as u64) * mixed(part * 100 + j as u64)
                    })
                    .sum();
            }
        }
        let ids: Vec<i64> = (0..30).collect();
        let scatter = Scatter::Dense(&matrix);
        let axes = principal(&scatter, &first_block(&ids), &mut |_| {});
        assert!(
            axes.residuals.iter().all(|part| *part <= WITHIN[0]),
            "{axes:?}"
        );
        assert!(axes.values[0] > axes.values[1] && axes.values[1] > axes.values[2]);
        let trace: f64 = (0..width).map(|i| matrix[i * width + i]).sum();
        let found: f64 = axes.values.iter().sum();
        assert!(
            (trace - found).abs() < 1e-9 * trace,
            "rank three: nothing is left over"
        );
    }

    #[test]
    fn nothing_to_differ_about_is_no_trouble() {
        let axes = principal(
            &Scatter::Dense(&[0.0; 9]),
            &first_block(&[1, 2, 3]),
            &mut |_| {},
        );
        assert_eq!(axes.values, [0.0; BLOCK]);
        let none = principal(&Scatter::Dense(&[]), &Vec::new(), &mut |_| {});
        assert!(none.block.is_empty());
    }
}
