//! Small arithmetic whose result is the same on every machine: only the operations that IEEE 754
//! rounds exactly (`+ − × ÷ √`), in a written order.

/// A count as a real number. Counts here stay far below 2³².
pub(crate) fn real(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The dot product in one fixed order: four sums side by side, then their sum.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let ((a, rest_a), (b, rest_b)) = (a.as_chunks::<4>(), b.as_chunks::<4>());
    let mut sums = [0.0; 4];
    for (a, b) in a.iter().zip(b) {
        for ((sum, x), y) in sums.iter_mut().zip(a).zip(b) {
            *sum += x * y;
        }
    }
    let rest = rest_a
        .iter()
        .zip(rest_b)
        .fold(0.0, |sum, (x, y)| sum + x * y);
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

/// The Euclidean length.
pub(crate) fn length(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

/// The square of the distance of two points of the plane.
pub(crate) fn distance2(a: [f64; 2], b: [f64; 2]) -> f64 {
    let (dx, dy) = (a[0] - b[0], a[1] - b[1]);
    dx * dx + dy * dy
}

/// 2 to the power of −`count`/5, without the platform's `pow`.
pub(crate) fn halving_every_five(count: u32) -> f64 {
    // 2^(−r/5) for r = 0 … 4, correctly rounded.
    const FIFTHS: [f64; 5] = [
        1.0,
        0.870_550_563_296_124_1,
        0.757_858_283_255_199,
        0.659_753_955_386_447_4,
        0.574_349_177_498_517_5,
    ];
    let mut value = FIFTHS[(count % 5) as usize];
    // Beyond 2^−1080 the value is 0 anyway.
    for _ in 0..(count / 5).min(1080) {
        value *= 0.5;
    }
    value
}

/// A well mixed value in (−1, 1) for `seed`: the start of an iteration, not chance (splitmix64).
pub(crate) fn mixed(seed: u64) -> f64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    let high = u32::try_from(z >> 32).unwrap_or(u32::MAX);
    f64::from(high) / 2_147_483_648.0 - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halving_is_the_power_of_two() {
        for count in 0..200_u32 {
            let exact = 2_f64.powf(-f64::from(count) / 5.0);
            assert!((halving_every_five(count) / exact - 1.0).abs() < 1e-14);
        }
        assert!(halving_every_five(u32::MAX) >= 0.0);
    }

    #[test]
    fn mixed_values_spread_over_the_interval() {
        let values: Vec<f64> = (0..1000).map(mixed).collect();
        assert!(values.iter().all(|value| (-1.0..1.0).contains(value)));
        let mean = values.iter().sum::<f64>() / 1000.0;
        assert!(mean.abs() < 0.1, "{mean}");
    }
}
