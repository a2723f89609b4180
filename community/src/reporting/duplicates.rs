//! 重复与需人工填写: what a new template repeats, and what somebody would have to type for it.
//!
//! **Method.** The share of a template's columns that another one has, those left out that say whose
//! row it is: every table has them. A table of nothing else repeats every other. A fact of a person
//! means another one where the rows are households (the head's), so it is compared within its kind;
//! a household's fact is the same wherever it stands. Who is in the table is not compared: a table
//! of fewer people is still filled from the same records, and the page shows both filters.

use std::collections::BTreeSet;

use linli_kernel::Fault;

use super::events::{About, Overlap};
use super::rules::Rules;
use crate::feature::digest_of;

/// Stands for the list of residents, where a template's place would be.
pub const LIST: &str = "residents";

/// How many of the records hold a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The column.
    pub column: String,
    /// How many hold it.
    pub held: u64,
    /// How many were looked at.
    pub rows: u64,
}

impl Share {
    /// In whole percent, never rounded up to all of them.
    #[must_use]
    pub fn percent(&self) -> u64 {
        match self.rows {
            0 => 100,
            rows => self.held * 100 / rows,
        }
    }
}

/// What who makes a template is shown first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Review {
    /// What it repeats, the most first.
    pub repeats: Vec<Overlap>,
    /// How many records hold each column, in order.
    pub shares: Vec<Share>,
}

impl Review {
    /// What it repeats by so much that it must be answered for.
    pub fn much(&self, rules: &Rules) -> impl Iterator<Item = &Overlap> {
        let least = rules.overlap_percent;
        self.repeats.iter().filter(move |one| one.percent >= least)
    }

    /// 需人工填写: what few records hold.
    pub fn by_hand(&self, rules: &Rules) -> impl Iterator<Item = &Share> {
        let least = u64::from(rules.held_percent);
        self.shares.iter().filter(move |one| one.percent() < least)
    }

    /// Whether who makes it must say why.
    #[must_use]
    pub fn must_answer(&self, rules: &Rules) -> bool {
        self.much(rules).next().is_some() || self.by_hand(rules).next().is_some()
    }

    /// What was shown, as the form sends it back: another one when something must be looked at
    /// again.
    ///
    /// # Errors
    /// [`Fault`] when it has no JSON form.
    pub fn mark(&self, rules: &Rules) -> Result<String, Fault> {
        let by_hand: Vec<&str> = self.by_hand(rules).map(|one| &*one.column).collect();
        let much: Vec<&Overlap> = self.much(rules).collect();
        let digest = digest_of(&(much, by_hand))?;
        Ok(digest[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect())
    }
}

/// Something that has columns already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) with: String,
    pub(super) about: About,
    pub(super) columns: Vec<String>,
}

/// What a table about `about` with these columns repeats, the most first; what shares no column is
/// left out.
pub(super) fn overlaps(
    rules: &Rules,
    about: About,
    columns: &[String],
    known: &[Known],
) -> Vec<Overlap> {
    let counted = counted(rules, columns);
    let own: BTreeSet<(bool, &str)> = counted.iter().map(|one| meaning(about, one)).collect();
    let mut found: Vec<Overlap> = known
        .iter()
        .filter_map(|other| {
            let theirs = other.columns.iter().map(|one| meaning(other.about, one));
            let theirs: BTreeSet<(bool, &str)> = theirs.collect();
            let both = own.intersection(&theirs).count();
            let shared = |one: &&&str| theirs.contains(&meaning(about, one));
            let shared = counted.iter().filter(shared).map(|one| (*one).to_owned());
            (both > 0).then(|| Overlap {
                with: other.with.clone(),
                columns: shared.collect(),
                percent: u8::try_from(both * 100 / own.len()).unwrap_or(100),
            })
        })
        .collect();
    found.sort_by(|a, b| (b.percent, &a.with).cmp(&(a.percent, &b.with)));
    found
}

/// The columns that count: all of them where none does more than say whose row it is.
fn counted<'a>(rules: &Rules, columns: &'a [String]) -> Vec<&'a str> {
    let all = || columns.iter().map(String::as_str);
    let tells = |one: &&str| !rules.identifying.iter().any(|id| id == one);
    if all().any(|one| tells(&one)) {
        all().filter(tells).collect()
    } else {
        all().collect()
    }
}

/// Whose fact a column is: a person's of the row, or of the household's head.
fn meaning(about: About, column: &str) -> (bool, &str) {
    (
        about == About::Households && column.starts_with("person."),
        column,
    )
}
