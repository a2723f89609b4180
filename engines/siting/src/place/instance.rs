//! The one shape that all placing takes: people in demands, sites with a price each, so many to
//! choose.
//!
//! A demand is served by the open site that costs it least; what no open site serves pays the price
//! of staying outside. The three questions are three settings: a p-median pays metres and has no
//! outside, a maximal covering pays 0 within the radius and 1 outside, a p-centre asks whether a
//! covering with nobody outside exists.

/// A site's price for one demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Price {
    /// For each person.
    pub(super) cost: u32,
    /// Which site asks it.
    pub(super) site: u32,
}

/// Each demand's prices, cheapest first (equal ones by site): the only order the search relies on.
#[derive(Debug, Clone, Default)]
pub(super) struct Rows {
    starts: Vec<usize>,
    prices: Vec<Price>,
}

impl Rows {
    /// Rows from each demand's prices in any order.
    pub(super) fn new(rows: impl IntoIterator<Item = Vec<Price>>) -> Self {
        let mut made = Self {
            starts: vec![0],
            prices: Vec::new(),
        };
        for mut row in rows {
            row.sort_unstable();
            made.prices.append(&mut row);
            made.starts.push(made.prices.len());
        }
        made
    }

    /// All rows in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[Price]> {
        self.starts
            .windows(2)
            .map(|ends| &self.prices[ends[0]..ends[1]])
    }

    /// The same rows without the sites that are not kept.
    pub(super) fn keeping(&self, keep: impl Fn(usize) -> bool) -> Self {
        let mut made = Self {
            starts: Vec::with_capacity(self.starts.len()),
            prices: Vec::with_capacity(self.prices.len()),
        };
        made.starts.push(0);
        for row in self.iter() {
            let kept = row.iter().filter(|price| keep(index(price.site)));
            made.prices.extend(kept);
            made.starts.push(made.prices.len());
        }
        made
    }
}

/// A site's number as an index.
pub(super) fn index(site: u32) -> usize {
    usize::try_from(site).unwrap_or(usize::MAX)
}

/// What is to be chosen, and at what prices.
#[derive(Debug, Clone)]
pub(super) struct Instance {
    /// People in each demand, at least one.
    pub(super) people: Vec<i64>,
    /// What each site asks of each demand.
    pub(super) rows: Rows,
    /// Which sites stand already; they stay.
    pub(super) stands: Vec<bool>,
    /// How many sites are open in the end, those that stand included.
    pub(super) open: usize,
    /// How many people each site holds, where that is limited.
    pub(super) capacity: Option<Vec<i64>>,
    /// What a person pays who stays outside; `None` where nobody may.
    pub(super) outside: Option<u32>,
}

/// Head room: sums of people × price × scale stay below this.
const ROOM: i128 = 1 << 60;

impl Instance {
    /// How many sites.
    pub(super) fn sites(&self) -> usize {
        self.stands.len()
    }

    /// All people.
    pub(super) fn everyone(&self) -> i64 {
        self.people.iter().sum()
    }

    /// The highest price anybody can pay.
    pub(super) fn dearest(&self) -> u32 {
        let last = self.rows.iter().filter_map(<[Price]>::last);
        let dearest = last.map(|price| price.cost).max().unwrap_or(0);
        dearest.max(self.outside.unwrap_or(0)).max(1)
    }

    /// Multipliers count in parts of one unit of price: so many parts, a power of two as large as
    /// the sums allow. `None` when not even whole units fit.
    pub(super) fn scale(&self) -> Option<i64> {
        let most = 4 * i128::from(self.everyone().max(1)) * i128::from(self.dearest());
        (0..=16)
            .rev()
            .map(|bits| 1_i64 << bits)
            .find(|scale| most * i128::from(*scale) < ROOM)
    }

    /// The highest multiplier a person can carry, in whole units of price.
    pub(super) fn ceiling(&self) -> i64 {
        match self.outside {
            Some(price) => i64::from(price),
            None => 4 * i64::from(self.dearest()),
        }
    }
}
