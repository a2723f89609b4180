//! Prices found one after the other, each exact.
//!
//! A purse after some purchases holds `base − Σ points·price`, so every sum over purses is
//! `count·base − Σ weight·price` with whole-number weights. The prices share a denominator that
//! grows by one small factor a purchase, so a sum is one pass of Horner's scheme: a big number
//! times a small one, and no common divisors of big numbers are ever sought.

use num_bigint::{BigInt, BigUint};
use num_integer::Integer as _;
use num_traits::{One as _, ToPrimitive as _, Zero as _};

use crate::fraction::Fraction;

/// The prices so far, and the amount every purse began with.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    base: BigInt,
    base_den: BigUint,
    /// `den` after purchase s is `base_den · factors[0] ⋯ factors[s]`.
    factors: Vec<u64>,
    nums: Vec<BigInt>,
    den: BigUint,
}

/// A price not yet paid: `num / (den of the chain · share)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Price {
    pub(crate) num: BigInt,
    pub(crate) share: u64,
}

impl Chain {
    /// No purchases; every purse holds `base / base_den`.
    pub(crate) fn new(base: u128, base_den: u64) -> Self {
        Self {
            base: base.into(),
            base_den: base_den.into(),
            factors: Vec::new(),
            nums: Vec::new(),
            den: base_den.into(),
        }
    }

    /// What the sums are over.
    pub(crate) fn den(&self) -> BigInt {
        self.den.clone().into()
    }

    /// All prices over the chain's denominator.
    pub(crate) fn prices(&self) -> Vec<BigInt> {
        let mut factor = BigUint::one();
        let mut prices: Vec<BigInt> = Vec::with_capacity(self.nums.len());
        for (num, own) in self.nums.iter().zip(&self.factors).rev() {
            prices.push(num * BigInt::from(factor.clone()));
            factor *= *own;
        }
        prices.reverse();
        prices
    }

    /// The base over the chain's denominator.
    pub(crate) fn base(&self) -> BigInt {
        self.sum(1, &vec![0; self.nums.len()])
    }

    /// How many purchases there were.
    pub(crate) const fn len(&self) -> usize {
        self.nums.len()
    }

    /// `count · base − Σ weights[s] · price[s]`, over the chain's denominator.
    pub(crate) fn sum(&self, count: u64, weights: &[u64]) -> BigInt {
        let mut sum = &self.base * count;
        for ((num, factor), weight) in self.nums.iter().zip(&self.factors).zip(weights) {
            sum *= *factor;
            if *weight != 0 {
                sum -= num * *weight;
            }
        }
        sum
    }

    /// What each of `share` points pays when others give `given` (over the chain's denominator)
    /// towards `cost`.
    pub(crate) fn price(&self, cost: u64, given: &BigInt, share: u64) -> Price {
        Price {
            num: BigInt::from(&self.den * cost) - given,
            share,
        }
    }

    /// The purchase at `price` is made.
    pub(crate) fn push(&mut self, price: Price) {
        let rest = price.num.mod_floor(&price.share.into());
        let rest = rest.to_u64().expect("it is less than the share");
        let common = rest.gcd(&price.share);
        let factor = price.share / common;
        self.nums.push(price.num / common);
        self.factors.push(factor);
        self.den *= factor;
    }

    /// Price `at` in lowest terms, in units of 1/`unit`.
    pub(crate) fn fraction(&self, at: usize, unit: u64) -> Fraction {
        let den = self.factors[..=at]
            .iter()
            .fold(self.base_den.clone(), |den, factor| den * *factor);
        Fraction::new(self.nums[at].clone(), BigInt::from(den * unit))
            .expect("a denominator is a product of counts above zero")
    }

    /// `sum` (over the chain's denominator) as a fraction, in units of 1/`unit`.
    pub(crate) fn amount(&self, sum: BigInt, unit: u64) -> Fraction {
        Fraction::new(sum, BigInt::from(&self.den * unit))
            .expect("a denominator is a product of counts above zero")
    }

    /// `price · 2^shift`, rounded up.
    pub(crate) fn scaled_up(&self, price: &Price, shift: u32) -> u64 {
        let den = BigInt::from(&self.den * price.share);
        let (whole, rest) = (&price.num << shift).div_rem(&den);
        let up = if rest.is_zero() {
            whole
        } else {
            whole + BigInt::one()
        };
        up.to_u64().unwrap_or(u64::MAX)
    }
}
