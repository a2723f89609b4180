//! Units of what is counted: `yuan/month`, `year`, `m2`, `hour/week`.

use std::collections::BTreeMap;
use std::fmt;

/// A unit, or unstated: what has none fits any.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Unit(Option<BTreeMap<String, i8>>);

impl Unit {
    /// One plain unit.
    pub(crate) fn of(name: &str) -> Self {
        Self(Some(BTreeMap::from([(name.to_owned(), 1)])))
    }

    /// Reads `yuan/month`; `None` where it is no unit.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut powers = BTreeMap::new();
        for (index, part) in text.split('/').enumerate() {
            for name in part.split('*').map(str::trim) {
                let fine = !name.is_empty() && name.chars().all(char::is_alphanumeric);
                if !fine {
                    return None;
                }
                *powers.entry(name.to_owned()).or_insert(0) += if index == 0 { 1 } else { -1 };
            }
        }
        powers.retain(|_, power| *power != 0);
        Some(Self(Some(powers)))
    }

    /// The common unit of two things that are added or compared, if they fit.
    pub(crate) fn common(&self, other: &Self) -> Option<Self> {
        match (&self.0, &other.0) {
            (None, _) => Some(other.clone()),
            (_, None) => Some(self.clone()),
            (Some(a), Some(b)) => (a == b).then(|| self.clone()),
        }
    }

    /// The unit of a product (`sign` 1) or a quotient (`sign` -1). What has no unit counts as a
    /// pure number there.
    pub(crate) fn times(&self, other: &Self, sign: i8) -> Self {
        let (Some(a), Some(b)) = (&self.0, &other.0) else {
            return if other.0.is_none() {
                self.clone()
            } else {
                Self::default()
            };
        };
        let mut powers = a.clone();
        for (name, power) in b {
            let sum = powers
                .get(name)
                .copied()
                .unwrap_or(0)
                .saturating_add(power * sign);
            powers.insert(name.clone(), sum);
        }
        powers.retain(|_, power| *power != 0);
        Self(Some(powers))
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(powers) = &self.0 else { return Ok(()) };
        let side = |above: bool| {
            let names = powers.iter().filter(|(_, power)| (**power > 0) == above);
            names.map(|(name, _)| name.as_str()).collect::<Vec<_>>()
        };
        let (above, below) = (side(true), side(false));
        f.write_str(if above.is_empty() { "1" } else { "" })?;
        f.write_str(&above.join("*"))?;
        below.iter().try_for_each(|name| write!(f, "/{name}"))
    }
}
