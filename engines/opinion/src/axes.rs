//! The two directions in which opinions differ most: the principal components, by power iteration.
//!
//! A block of eight directions is multiplied by the scatter matrix again and again, made
//! orthonormal (Gram–Schmidt, twice) and turned to its own axes (Jacobi rotations), until the first
//! two are eigenvectors to 10⁻¹⁰ of the largest eigenvalue. A block converges where a single vector
//! creeps, since what matters is the gap to the ninth eigenvalue, not to the third.
//! Source: Golub and Van Loan, Matrix Computations, §8.2 (orthogonal iteration).

use crate::num::{dot, length, mixed};
use crate::votes::Votes;

/// Directions that are iterated together.
pub(crate) const BLOCK: usize = 8;
/// Enough for what people say of each other; more only where directions tie.
const MOST_STEPS: u32 = 400;
/// Of the largest eigenvalue.
const TOLERANCE: f64 = 1e-10;

/// How the scatter matrix is applied to a block of directions.
pub(crate) enum Scatter<'a> {
    /// As a whole, row by row.
    Dense(Vec<f64>),
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

/// A block of directions, interleaved: for each statement its eight coordinates.
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
    /// The matrix times a block.
    pub(crate) fn apply(&self, block: &Block) -> Block {
        match self {
            Self::Dense(matrix) => block
                .iter()
                .enumerate()
                .map(|(row, _)| {
                    let width = block.len();
                    combine(&matrix[row * width..(row + 1) * width], block)
                })
                .collect(),
            Self::Sparse {
                votes,
                place,
                means,
            } => {
                let mut out = vec![[0.0; BLOCK]; block.len()];
                for person in 0..votes.people().len() {
                    through(votes, place, means, person, block, &mut out);
                }
                out
            }
        }
    }
}

fn combine(row: &[f64], block: &Block) -> [f64; BLOCK] {
    let mut sum = [0.0; BLOCK];
    for (weight, direction) in row.iter().zip(block) {
        for (sum, part) in sum.iter_mut().zip(direction) {
            *sum += weight * part;
        }
    }
    sum
}

fn through(
    votes: &Votes,
    place: &[Option<u32>],
    means: &[f64],
    person: usize,
    block: &Block,
    out: &mut Block,
) {
    let mut sum = [0.0; BLOCK];
    let seen = || {
        votes.row(person).iter().filter_map(|cell| {
            let at = place[cell.statement()]? as usize;
            Some((at, cell.value() - means[at]))
        })
    };
    for (at, value) in seen() {
        for (sum, part) in sum.iter_mut().zip(&block[at]) {
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
    mut block: Block,
    progress: &mut dyn FnMut(u32),
) -> Axes {
    orthonormalise(&mut block);
    let mut steps = 0;
    loop {
        let image = scatter.apply(&block);
        steps += 1;
        progress(steps);
        let (values, turn) = jacobi(small(&block, &image));
        let image = turned(&image, &turn);
        let directions = turned(&block, &turn);
        let residuals = residuals(&image, &directions, &values);
        if steps >= MOST_STEPS || residuals.iter().all(|part| *part <= TOLERANCE) {
            return Axes {
                block: directions,
                values,
                steps,
                residuals,
            };
        }
        block = image;
        orthonormalise(&mut block);
    }
}

fn residuals(image: &Block, directions: &Block, values: &[f64; BLOCK]) -> [f64; 2] {
    let scale = if values[0] > 0.0 { values[0] } else { 1.0 };
    [0, 1].map(|number| {
        let square = image.iter().zip(directions).fold(0.0, |sum, (to, from)| {
            let rest = to[number] - values[number] * from[number];
            sum + rest * rest
        });
        square.sqrt() / scale
    })
}

/// The block's own small matrix, `VᵀGV`.
fn small(block: &Block, image: &Block) -> [[f64; BLOCK]; BLOCK] {
    let mut out = [[0.0; BLOCK]; BLOCK];
    for (from, to) in block.iter().zip(image) {
        for (out, a) in out.iter_mut().zip(from) {
            for (out, b) in out.iter_mut().zip(to) {
                *out += a * b;
            }
        }
    }
    out
}

fn turned(block: &Block, turn: &[[f64; BLOCK]; BLOCK]) -> Block {
    block
        .iter()
        .map(|row| {
            let mut out = [0.0; BLOCK];
            for (value, weights) in row.iter().zip(turn) {
                for (out, weight) in out.iter_mut().zip(weights) {
                    *out += value * weight;
                }
            }
            out
        })
        .collect()
}

/// Gram–Schmidt, twice. A direction that vanishes becomes zero.
fn orthonormalise(block: &mut Block) {
    for number in 0..BLOCK {
        let column = |block: &Block, number: usize| -> Vec<f64> {
            block.iter().map(|row| row[number]).collect()
        };
        let mut own = column(block, number);
        let before = length(&own);
        for _ in 0..2 {
            for other in 0..number {
                let against = column(block, other);
                let share = dot(&own, &against);
                for (own, part) in own.iter_mut().zip(&against) {
                    *own -= share * part;
                }
            }
        }
        let after = length(&own);
        let scale = if after > 1e-12 * before && after > f64::MIN_POSITIVE {
            1.0 / after
        } else {
            0.0
        };
        for (row, own) in block.iter_mut().zip(&own) {
            row[number] = own * scale;
        }
    }
}

/// Eigenvalues, largest first, and eigenvectors (in columns) of a small symmetric matrix.
fn jacobi(mut a: [[f64; BLOCK]; BLOCK]) -> ([f64; BLOCK], [[f64; BLOCK]; BLOCK]) {
    let mut turn = [[0.0; BLOCK]; BLOCK];
    for (number, row) in turn.iter_mut().enumerate() {
        row[number] = 1.0;
    }
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
        for p in 0..BLOCK {
            for q in p + 1..BLOCK {
                rotate(&mut a, &mut turn, p, q);
            }
        }
    }
    let mut order: [usize; BLOCK] = std::array::from_fn(|number| number);
    order.sort_by(|&i, &j| a[j][j].total_cmp(&a[i][i]).then(i.cmp(&j)));
    let values = order.map(|number| a[number][number]);
    let sorted = turn.map(|row| order.map(|number| row[number]));
    (values, sorted)
}

fn rotate(a: &mut [[f64; BLOCK]; BLOCK], turn: &mut [[f64; BLOCK]; BLOCK], p: usize, q: usize) {
    let off = f64::midpoint(a[p][q], a[q][p]);
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
    let (upper, lower) = a.split_at_mut(q);
    for (x, y) in upper[p].iter_mut().zip(&mut lower[0]) {
        (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
    }
    for row in turn.iter_mut() {
        (row[p], row[q]) = (c * row[p] - s * row[q], s * row[p] + c * row[q]);
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
        let scatter = Scatter::Dense(matrix.clone());
        let axes = principal(&scatter, first_block(&ids), &mut |_| {});
        assert!(
            axes.residuals.iter().all(|part| *part <= TOLERANCE),
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
            &Scatter::Dense(vec![0.0; 9]),
            first_block(&[1, 2, 3]),
            &mut |_| {},
        );
        assert_eq!(axes.values, [0.0; BLOCK]);
        let none = principal(&Scatter::Dense(Vec::new()), Vec::new(), &mut |_| {});
        assert!(none.block.is_empty());
    }
}
