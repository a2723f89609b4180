//! 抽签: a lot drawn from public randomness that everybody can draw again.
//!
//! The seed is `SHA-256("linli-lot/1" LF purpose LF value)`: the value is a number that nobody
//! could know when the lot was announced (a lottery's draw, a beacon's pulse), the purpose keeps
//! two lots from one value apart. Block *j* is `SHA-256(seed ‖ j)`, *j* as eight bytes, big end
//! first, from 0. The first eight bytes of a block are a number *x*; of `n` things still in the
//! urn, *x* mod *n* is drawn, unless *x* lies in the last, incomplete run of *n* below 2⁶⁴: then
//! the next block is taken. The urn holds the names in byte order; what is drawn leaves it and the
//! rest keep their order.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Public randomness, and where it is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Randomness {
    /// Where everybody can look it up, announced before it was known.
    pub source: String,
    /// The value as text, exactly as published.
    pub value: String,
}

/// A lot that was drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drawn {
    /// What it decides.
    pub purpose: String,
    /// The randomness.
    pub randomness: Randomness,
    /// All names in the order in which they left the urn.
    pub order: Vec<String>,
}

/// Draws every one of `names`, whatever order they come in.
#[must_use]
pub fn draw(randomness: &Randomness, purpose: &str, names: &[String]) -> Drawn {
    let mut urn = names.to_vec();
    urn.sort_unstable();
    urn.dedup();
    let mut numbers = Numbers::new(&randomness.value, purpose);
    let mut order = Vec::with_capacity(urn.len());
    while !urn.is_empty() {
        let place = numbers.below(urn.len());
        order.push(urn.remove(place));
    }
    Drawn {
        purpose: purpose.to_owned(),
        randomness: randomness.clone(),
        order,
    }
}

struct Numbers {
    seed: [u8; 32],
    block: u64,
}

impl Numbers {
    fn new(value: &str, purpose: &str) -> Self {
        let text = format!("linli-lot/1\n{purpose}\n{value}");
        Self {
            seed: Sha256::digest(text.as_bytes()).into(),
            block: 0,
        }
    }

    fn next(&mut self) -> u64 {
        let block: [u8; 32] = Sha256::new()
            .chain_update(self.seed)
            .chain_update(self.block.to_be_bytes())
            .finalize()
            .into();
        self.block += 1;
        block
            .iter()
            .take(8)
            .fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// A number from 0 to below `many`, which is not 0.
    fn below(&mut self, many: usize) -> usize {
        let many = u64::try_from(many).unwrap_or(u64::MAX);
        // 2⁶⁴ mod many numbers at the top would favour the small ones.
        let top = u64::MAX - (u64::MAX % many + 1) % many;
        let mut number = self.next();
        while number > top {
            number = self.next();
        }
        usize::try_from(number % many).unwrap_or(0)
    }
}

/// Bytes in hexadecimal, small letters.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
