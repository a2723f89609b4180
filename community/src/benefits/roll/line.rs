//! One line of a roll: how it is written in an entry, and what the hash of a roll is over.

use linli_kernel::{AreaPath, AwardId};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::benefits::events::codes;
use crate::benefits::month::Month;

codes! {
    /// Why a line is what it is, seen from the month before.
    Why {
        /// 新增.
        New = "new",
        /// 不变.
        Same = "same",
        /// 标准变化.
        Rate = "rate",
        /// 补发: months before are paid too.
        Arrears = "arrears",
        /// 恢复发放: months of a suspension are paid too.
        Resumed = "resumed",
        /// 扣回: less, as a claim is paid back.
        Deduction = "deduction",
        /// 一次性.
        Once = "once",
    }
}

/// One award's line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Which award.
    pub award: AwardId,
    /// What is due, in fen.
    pub fen: i64,
    /// Why it is this much.
    pub why: Why,
    /// What rolls brought, this one included: [`crate::benefits::Settled`] as text.
    pub settled: Box<str>,
    /// 扣回: what is kept back for a claim.
    pub deduct: i64,
    /// What rolls kept back, this one included.
    pub deducted: i64,
    /// The months it is for with their fen; empty where it is the roll's own month alone.
    pub months: Vec<(Month, i64)>,
}

impl Line {
    /// What the bank is asked to pay.
    #[must_use]
    pub fn net(&self) -> i64 {
        self.fen - self.deduct
    }
}

/// Lines of one benefit in one committee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The committee.
    pub area: AreaPath,
    /// The service that grants it.
    pub service: String,
    /// The lines, by award.
    pub lines: Vec<Line>,
}

/// A line is written as a list, the last parts left out where there is nothing to say:
/// `[award, fen, why, settled, deduct, deducted, [[month, fen], …]]`.
impl Serialize for Line {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl Line {
    fn value(&self) -> Value {
        let mut parts = vec![
            Value::from(self.award.to_string()),
            Value::from(self.fen),
            Value::from(self.why.code()),
            Value::from(&*self.settled),
        ];
        if self.deducted > 0 || !self.months.is_empty() {
            parts.push(Value::from(self.deduct));
            parts.push(Value::from(self.deducted));
        }
        if !self.months.is_empty() {
            parts.push(json!(self.months));
        }
        Value::Array(parts)
    }
}

/// As it is written; what may be left out comes last.
#[derive(Deserialize)]
struct Written(
    AwardId,
    i64,
    Why,
    String,
    #[serde(default)] i64,
    #[serde(default)] i64,
    #[serde(default)] Vec<(Month, i64)>,
);

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let Value::Array(mut parts) = value else {
            return Err(D::Error::custom("a line is a list"));
        };
        for (at, missing) in [(4, json!(0)), (5, json!(0)), (6, json!([]))] {
            if parts.len() == at {
                parts.push(missing);
            }
        }
        let Written(award, fen, why, settled, deduct, deducted, months) =
            Written::deserialize(Value::Array(parts)).map_err(D::Error::custom)?;
        Ok(Self {
            award,
            fen,
            why,
            settled: settled.into(),
            deduct,
            deducted,
            months,
        })
    }
}

/// 名册校验值: the SHA-256 over where, when, and each line's benefit, committee, award, fen,
/// deduction and months, in order.
#[must_use]
pub fn hash_of<'g>(
    street: &AreaPath,
    period: Month,
    groups: impl IntoIterator<Item = &'g Group>,
) -> String {
    let mut hash = Sha256::new();
    hash.update(format!("linli roll 1\n{street}\n{period}\n"));
    for group in groups {
        for line in &group.lines {
            let Line {
                award, fen, deduct, ..
            } = line;
            let (area, service) = (&group.area, &group.service);
            hash.update(format!("{area}|{service}|{award}|{fen}|{deduct}"));
            for (month, fen) in &line.months {
                hash.update(format!("|{month}:{fen}"));
            }
            hash.update("\n");
        }
    }
    hex(&hash.finalize())
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value & 15)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(*byte)])
        .collect()
}
