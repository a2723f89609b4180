//! The map: are the directions eigenvectors, the leading ones, and does everybody stand where the
//! directions put them?

use super::{Facts, Wrong, ensure, near};
use crate::result::Directions;
use crate::told::{Told, told};

/// Above so many statements the leading directions are not proven: it takes their cube.
const MOST_PROVEN: usize = 2000;

/// How far from an eigenvector, relative to the largest eigenvalue.
const RESIDUAL: f64 = 1e-6;

fn direction(facts: &Facts<'_>, number: usize) -> Vec<f64> {
    facts
        .listed
        .iter()
        .map(|&listed| facts.result.statements[listed].components[number])
        .collect()
}

fn inner(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Yᵀ(Yv), person by person.
fn image(facts: &Facts<'_>, v: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; v.len()];
    for person in 0..facts.votes.people().len() {
        let along: f64 = facts
            .centred(person)
            .map(|(index, value)| value * v[index])
            .sum();
        for (index, value) in facts.centred(person) {
            out[index] += along * value;
        }
    }
    out
}

/// Unit length, at right angles, and multiples of themselves under the scatter matrix.
pub(super) fn eigenvectors(facts: &Facts<'_>) -> Wrong {
    let result = facts.result;
    let Some(claimed) = &result.directions else {
        ensure(result.people.iter().all(|one| one.x.is_none()), || {
            told!("没有方向，却有位置", "there are places without directions")
        })?;
        return Ok(told!("没有画图", "no map is drawn"));
    };
    let values = result.certificate.eigenvalues;
    let two = [direction(facts, 0), direction(facts, 1)];
    let flat = values[1] <= 1e-9 * values[0];
    ensure(near(inner(&two[0], &two[0]), 1.0), || {
        told!(
            "第一个方向的长度不是 1",
            "the first direction is not of length 1"
        )
    })?;
    ensure(flat || near(inner(&two[1], &two[1]), 1.0), || {
        told!(
            "第二个方向的长度不是 1",
            "the second direction is not of length 1"
        )
    })?;
    ensure(inner(&two[0], &two[1]).abs() < 1e-7, || {
        told!("两个方向不成直角", "the directions are not at right angles")
    })?;
    ensure(values[0] >= values[1] && values[1] >= 0.0, || {
        told!(
            "特征值 {}、{} 的次序不对",
            "the eigenvalues {}, {} are not in order",
            values[0],
            values[1]
        )
    })?;
    let mut worst: f64 = 0.0;
    for (v, value) in two.iter().zip(values) {
        let mut rest = image(facts, v);
        for (rest, part) in rest.iter_mut().zip(v) {
            *rest -= value * part;
        }
        worst = worst.max(inner(&rest, &rest).sqrt() / values[0]);
    }
    ensure(worst <= RESIDUAL, || {
        told!(
            "不是特征向量：还差 {worst:e}",
            "not eigenvectors: {worst:e} is left over"
        )
    })?;
    variances(facts, claimed)?;
    Ok(told!(
        "是特征向量，误差为最大特征值的 {worst:.1e}",
        "eigenvectors to {worst:.1e} of the largest eigenvalue"
    ))
}

/// What the two directions and all together explain.
fn variances(facts: &Facts<'_>, claimed: &Directions) -> Result<(), Told> {
    let values = facts.result.certificate.eigenvalues;
    let trace: f64 = (0..facts.votes.people().len())
        .flat_map(|person| facts.centred(person))
        .map(|(_, value)| value * value)
        .sum();
    let freedom = number(facts.votes.people().len().max(2) - 1);
    for (at, value) in values.into_iter().enumerate() {
        ensure(
            near(claimed.explained_variance[at], value / freedom),
            || told!("方向 {at} 的方差不对", "the variance of direction {at}"),
        )?;
        ensure(
            near(claimed.explained_variance_ratio[at], value / trace),
            || told!("方向 {at} 所占的份额不对", "the share of direction {at}"),
        )?;
    }
    ensure(near(claimed.total_variance, trace / freedom), || {
        told!("总方差不对", "the total variance")
    })?;
    Ok(())
}

fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

/// No direction at right angles to the two matters more: with μ the claimed bound, the matrix
/// μ·1 − G + λ₁vvᵀ + λ₂wwᵀ has a Cholesky factor, so none of its eigenvalues is negative.
pub(super) fn leading(facts: &Facts<'_>) -> Result<Wrong, Told> {
    if facts.result.directions.is_none() {
        return Ok(Ok(told!("没有画图", "no map is drawn")));
    }
    let kept: Vec<usize> = (0..facts.out.len())
        .filter(|&index| !facts.out[index])
        .collect();
    if kept.len() > MOST_PROVEN {
        return Err(told!(
            "未核对：{} 条说法太多",
            "left out: {} statements are too many",
            kept.len()
        ));
    }
    Ok(prove(facts, &kept))
}

fn prove(facts: &Facts<'_>, kept: &[usize]) -> Wrong {
    let certificate = &facts.result.certificate;
    let [first, second] = certificate.eigenvalues;
    let bound = certificate.all_others_at_most;
    ensure(bound <= second + 1e-5 * first, || {
        told!(
            "上界 {bound} 与 {second} 相比说明不了什么",
            "the bound {bound} says nothing beside {second}"
        )
    })?;
    let mut place = vec![usize::MAX; facts.out.len()];
    for (at, &index) in kept.iter().enumerate() {
        place[index] = at;
    }
    let width = kept.len();
    // The lower triangle of what must have no negative eigenvalue.
    let mut lower = vec![0.0; width * width];
    for person in 0..facts.votes.people().len() {
        let row: Vec<(usize, f64)> = facts
            .centred(person)
            .map(|(index, value)| (place[index], value))
            .collect();
        for (count, &(i, a)) in row.iter().enumerate() {
            for &(j, b) in &row[..=count] {
                lower[i * width + j] -= a * b;
            }
        }
    }
    let two = [direction(facts, 0), direction(facts, 1)];
    for i in 0..width {
        for j in 0..=i {
            for (v, value) in two.iter().zip([first, second]) {
                lower[i * width + j] += value * v[kept[i]] * v[kept[j]];
            }
        }
        lower[i * width + i] += bound;
    }
    ensure(cholesky(&mut lower, width), || {
        told!(
            "有一个没有画出的方向比第二个方向更重要",
            "a direction that is not shown matters more than the second"
        )
    })?;
    Ok(told!(
        "其他方向的特征值都不超过 {bound:.6}",
        "no other direction has an eigenvalue above {bound:.6}"
    ))
}

/// Whether the matrix has a Cholesky factor; the factor takes its place.
fn cholesky(a: &mut [f64], width: usize) -> bool {
    for i in 0..width {
        let (above, rest) = a.split_at_mut(i * width);
        let row = &mut rest[..width];
        for j in 0..i {
            let other = &above[j * width..j * width + j + 1];
            let known: f64 = row[..j].iter().zip(&other[..j]).map(|(x, y)| x * y).sum();
            row[j] = (row[j] - known) / other[j];
        }
        let known: f64 = row[..i].iter().map(|x| x * x).sum();
        let square = row[i] - known;
        if square.is_nan() || square <= 0.0 {
            return false;
        }
        row[i] = square.sqrt();
    }
    true
}

/// Everybody, and every statement, stands where votes and directions put them.
pub(super) fn places(facts: &Facts<'_>) -> Wrong {
    let result = facts.result;
    if result.directions.is_none() {
        return Ok(told!("没有画图", "no map is drawn"));
    }
    let two = [direction(facts, 0), direction(facts, 1)];
    let columns = number(facts.out.len());
    let zeroed = facts.out.iter().filter(|&&out| out).count();
    for (index, person) in result.people.iter().enumerate() {
        let mut place = [0.0; 2];
        let mut answers = zeroed;
        for (at, value) in facts.centred(index) {
            place[0] += value * two[0][at];
            place[1] += value * two[1][at];
            answers += 1;
        }
        let scale = (columns / number(answers.max(1))).sqrt();
        let there = person
            .x
            .zip(person.y)
            .is_some_and(|(x, y)| near(x, place[0] * scale) && near(y, place[1] * scale));
        ensure(there, || {
            told!("{} 的位置不对", "the place of {}", person.id)
        })?;
    }
    for one in &result.statements {
        let far = |part: f64| (1.0 - one.mean) * part * columns.sqrt();
        let [x, y] = one.components.map(far);
        ensure(near(one.x, x) && near(one.y, y), || {
            told!("说法 {} 的位置不对", "the place of statement {}", one.id)
        })?;
        ensure(near(one.extremity, (x * x + y * y).sqrt()), || {
            told!(
                "说法 {} 的偏离程度不对",
                "the extremity of statement {}",
                one.id
            )
        })?;
    }
    Ok(told!(
        "{} 人、{} 条说法",
        "{} people and {} statements",
        result.people.len(),
        result.statements.len()
    ))
}

#[cfg(test)]
mod tests {
    use super::cholesky;

    #[test]
    fn only_what_is_positive_definite_has_a_factor() {
        assert!(cholesky(&mut [4.0, 0.0, 2.0, 3.0], 2));
        assert!(!cholesky(&mut [4.0, 0.0, 4.0, 3.0], 2));
        assert!(!cholesky(&mut [-1.0], 1));
        assert!(!cholesky(&mut [f64::NAN], 1));
        assert!(cholesky(&mut [], 0));
    }
}
