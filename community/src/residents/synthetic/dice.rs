//! Chance from a seed: the same seed gives the same draws with any version of any library.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use uuid::Uuid;

/// A seeded source of draws.
#[derive(Debug, Clone)]
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A number below `bound`, which is not 0. The bias of 1 in 2³² per `bound` does not matter for
    /// a made-up population.
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        let wide = u64::from(self.0.next_u32()) * u64::from(bound);
        u32::try_from(wide >> 32).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i16, high: i16) -> i16 {
        let span = u32::try_from(i32::from(high) - i32::from(low) + 1).unwrap_or(1);
        let step = i16::try_from(self.below(span.max(1))).unwrap_or(0);
        low.saturating_add(step)
    }

    /// Whether something of so many in a thousand happens.
    pub(super) fn chance(&mut self, permille: u32) -> bool {
        self.below(1_000) < permille
    }

    /// One of `choices`.
    pub(super) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        let count = u32::try_from(choices.len()).unwrap_or(u32::MAX);
        let place = usize::try_from(self.below(count.max(1))).unwrap_or(0);
        &choices[place]
    }

    /// One of `choices`, each as likely as its weight says.
    pub(super) fn weighted<T: Copy>(&mut self, choices: &[(T, u32)]) -> T {
        let total: u32 = choices.iter().map(|(_, weight)| weight).sum();
        let mut left = self.below(total.max(1));
        for (choice, weight) in choices {
            if left < *weight {
                return *choice;
            }
            left -= weight;
        }
        choices[0].0
    }

    /// An id of the form of `UUIDv7` whose time part is `millis`: ids made one after the other sort
    /// one after the other.
    pub(super) fn uuid(&mut self, millis: u64) -> Uuid {
        let random = (u128::from(self.0.next_u64()) << 64) | u128::from(self.0.next_u64());
        let time = u128::from(millis & 0xffff_ffff_ffff) << 80;
        let bits = time | (random & 0xffff_ffff_ffff_ffff_ffff);
        let version = (bits & !(0xf << 76)) | (0x7 << 76);
        Uuid::from_u128((version & !(0x3 << 62)) | (0x2 << 62))
    }
}
