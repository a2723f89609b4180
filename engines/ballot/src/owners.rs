//! 业主共同决定: a double majority, by heads and by floor area (民法典 art. 278).
//!
//! Area is in whole square centimetres. A unit is one head; several units of one owner, or of the
//! same co-owners, are one head together. A unit that was split is counted by its parts, which must
//! add up to it. Where co-owners vote by shares, all areas are scaled by one whole number so that
//! every share stays whole.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::csv::Table;
use crate::fault::Fault;
use crate::procedure::CoOwners;
use crate::share::{LARGEST, Share, greatest_common_divisor};
use crate::told::{Told, short, told};

/// 专有部分: a unit on the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Its number.
    pub id: String,
    /// 专有部分面积 in square centimetres.
    pub area_cm2: u64,
    /// Its owners; none for a unit that was split into parts.
    #[serde(default)]
    pub owners: Vec<Owner>,
    /// The unit that this one is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<String>,
}

/// An owner of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owner {
    /// The person.
    pub id: String,
    /// The share, where there are several owners by shares; else they own together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
}

/// What an owner, a unit or a head says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Voice {
    /// 同意
    For,
    /// 反对
    Against,
    /// 弃权: takes part, and is for nothing.
    Abstains,
    /// Takes part, but those who must speak with one voice do not.
    Split,
    /// 未参与表决
    Absent,
}

/// One vote: an owner's for one of the owner's units, or for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerVote {
    /// The unit; empty for all units of the owner.
    pub unit: String,
    /// The owner; empty for all owners of the unit.
    pub owner: String,
    /// What it says.
    pub voice: Voice,
    /// The line it stands in.
    pub line: usize,
}

/// A unit with what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitVoice {
    /// Its number.
    pub id: String,
    /// The head it belongs to.
    pub head: String,
    /// Its area, scaled.
    pub area: u64,
    /// Of its area: for.
    pub area_for: u64,
    /// Of its area: taking part.
    pub area_present: u64,
    /// What the unit says as a whole.
    pub voice: Voice,
}

/// The sums of an owners' vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnersOutcome {
    /// Areas are in square centimetres times this.
    pub scale: u64,
    /// Every unit that counts.
    pub units: Vec<UnitVoice>,
    /// Heads: all, taking part, for.
    pub heads: Sums,
    /// Area, scaled: all, taking part, for.
    pub area: Sums,
    /// Whether it is carried.
    pub carried: bool,
}

/// All, taking part, for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sums {
    /// All.
    pub all: u64,
    /// Those who take part.
    pub present: u64,
    /// Those in favour.
    pub in_favour: u64,
}

const COLUMNS: [(&str, bool); 4] = [
    ("unit", true),
    ("vote", true),
    ("owner", false),
    ("channel", false),
];

/// Reads the votes of owners: columns `unit`, `vote` (`for`, `against`, `abstain`) and, where
/// co-owners vote apart, `owner`; `channel` is kept for people.
///
/// # Errors
/// Names line and column of an unknown column, vote or channel, or an empty unit.
pub fn read(text: &str) -> Result<Vec<OwnerVote>, Fault> {
    let mut table = Table::open(text, &COLUMNS)?;
    let at = |index: usize| table.columns.get(index).copied().flatten();
    let (Some(unit), Some(vote)) = (at(0), at(1)) else {
        return Err(Fault::whole(told!("缺少列", "a column is missing")));
    };
    let (owner, channel) = (at(2), at(3));
    let mut row = table.row();
    let mut votes = Vec::new();
    while table.next(&mut row)? {
        let voice = match row.get(vote).trim() {
            "for" => Voice::For,
            "against" => Voice::Against,
            "abstain" => Voice::Abstains,
            other => {
                let problem = told!(
                    "“{0}”不是表决意见：应为 for、against 或 abstain",
                    "`{0}` is no vote: for, against or abstain",
                    short(other)
                );
                return Err(row.fault(vote, problem));
            }
        };
        let said = channel.map_or("", |at| row.get(at));
        if let (Some(at), false) = (channel, ["", "booth", "roving", "online"].contains(&said)) {
            return Err(row.fault(
                at,
                told!(
                    "投票渠道应为 booth、roving 或 online",
                    "a channel is booth, roving or online"
                ),
            ));
        }
        if row.get(unit).trim().is_empty() {
            return Err(row.fault(
                unit,
                told!("每一票要写明专有部分（unit）", "a vote names a unit"),
            ));
        }
        votes.push(OwnerVote {
            unit: row.get(unit).trim().to_owned(),
            owner: owner.map_or("", |at| row.get(at)).trim().to_owned(),
            voice,
            line: row.line,
        });
    }
    Ok(votes)
}

/// The register: units that count, with their heads.
pub struct Register<'u> {
    units: BTreeMap<&'u str, &'u Unit>,
    scale: u64,
    rule: CoOwners,
}

impl<'u> Register<'u> {
    /// Checks the units: each once, with area and owner, shares that make one whole, parts that
    /// make up their unit.
    ///
    /// # Errors
    /// Says the unit and what is wrong with it.
    pub fn new(units: &'u [Unit], rule: CoOwners) -> Result<Self, (String, Told)> {
        let mut by_id: BTreeMap<&str, &Unit> = BTreeMap::new();
        let mut total = 0_u64;
        for unit in units {
            total = total.saturating_add(unit.area_cm2);
            if by_id.insert(&unit.id, unit).is_some() {
                return bad(unit, told!("出现两次", "is there twice"));
            }
            if unit.area_cm2 == 0 || total > LARGEST / 10_000 {
                return bad(
                    unit,
                    told!(
                        "没有面积，或合计面积太大",
                        "has no area, or all units together have too much"
                    ),
                );
            }
            if let Some(problem) = shares(&unit.owners) {
                return bad(unit, problem);
            }
        }
        let mut parts: BTreeMap<&str, u64> = BTreeMap::new();
        for unit in units {
            let Some(whole) = unit.part_of.as_deref() else {
                continue;
            };
            match by_id.get(whole) {
                Some(parent) if parent.part_of.is_none() && parent.owners.is_empty() => {}
                _ => {
                    return bad(
                        unit,
                        told!(
                            "所属的专有部分不存在，或它自己有业主",
                            "is part of a unit that is not there, or has owners itself"
                        ),
                    );
                }
            }
            *parts.entry(whole).or_default() += unit.area_cm2;
        }
        made_up(units, &parts)?;
        by_id.retain(|id, _| !parts.contains_key(id));
        let scale = match rule {
            CoOwners::Agree => Some(1),
            CoOwners::Shares => scale(by_id.values().flat_map(|unit| &unit.owners)),
        };
        match scale {
            Some(scale) => Ok(Self {
                units: by_id,
                scale,
                rule,
            }),
            None => Err((
                String::new(),
                told!("份额的分母太多", "the shares have too many denominators"),
            )),
        }
    }

    /// What each unit and head says, and the sums.
    ///
    /// # Errors
    /// Names the line of a vote for an unknown unit, by somebody who does not own it, or given
    /// twice.
    pub fn count(&self, votes: &[OwnerVote]) -> Result<OwnersOutcome, Fault> {
        let mut said: BTreeMap<(&str, &str), Voice> = BTreeMap::new();
        for vote in votes {
            let fault = |problem: Told| Fault::at(vote.line, 1, problem);
            let Some(unit) = self.units.get(vote.unit.as_str()) else {
                return Err(fault(told!(
                    "没有可表决的专有部分“{}”",
                    "no unit `{}` has a vote",
                    vote.unit
                )));
            };
            let by = |owner: &&Owner| vote.owner.is_empty() || owner.id == vote.owner;
            let mut owners = unit.owners.iter().filter(by).peekable();
            if owners.peek().is_none() {
                return Err(fault(told!(
                    "“{}”不是“{}”的业主",
                    "`{}` does not own `{}`",
                    vote.owner,
                    vote.unit
                )));
            }
            for owner in owners {
                if said.insert((&unit.id, &owner.id), vote.voice).is_some() {
                    return Err(fault(told!(
                        "“{}”已经为“{}”表决过",
                        "`{}` has voted for `{}` before",
                        owner.id,
                        unit.id
                    )));
                }
            }
        }
        let units: Vec<UnitVoice> = self
            .units
            .values()
            .map(|unit| self.unit(unit, &said))
            .collect();
        Ok(sums(self.scale, units))
    }

    fn unit(&self, unit: &Unit, said: &BTreeMap<(&str, &str), Voice>) -> UnitVoice {
        let voice = |owner: &Owner| {
            let found = said.get(&(unit.id.as_str(), owner.id.as_str()));
            found.copied().unwrap_or(Voice::Absent)
        };
        let whole = agree(unit.owners.iter().map(voice));
        let area = unit.area_cm2 * self.scale;
        let by_share = |wanted: &dyn Fn(Voice) -> bool| -> u64 {
            let own = unit.owners.iter().filter(|owner| wanted(voice(owner)));
            own.map(|owner| {
                owner
                    .share
                    .map_or(0, |share| area / share.denominator() * share.numerator())
            })
            .sum()
        };
        let shared =
            self.rule == CoOwners::Shares && unit.owners.iter().all(|one| one.share.is_some());
        let (area_for, area_present) = if shared {
            (
                by_share(&|voice| voice == Voice::For),
                by_share(&|voice| voice != Voice::Absent),
            )
        } else {
            let so = |so: bool| if so { area } else { 0 };
            (so(whole == Voice::For), so(whole != Voice::Absent))
        };
        let mut owners: Vec<&str> = unit.owners.iter().map(|owner| owner.id.as_str()).collect();
        owners.sort_unstable();
        UnitVoice {
            id: unit.id.clone(),
            head: owners.join("+"),
            area,
            area_for,
            area_present,
            voice: whole,
        }
    }
}

/// What several voices say as one: those who are absent leave it to the others.
pub(crate) fn agree(voices: impl Iterator<Item = Voice>) -> Voice {
    let spoken: BTreeSet<Voice> = voices.filter(|voice| *voice != Voice::Absent).collect();
    match (spoken.len(), spoken.first()) {
        (0, _) => Voice::Absent,
        (1, Some(voice)) => *voice,
        _ => Voice::Split,
    }
}

/// Adds units up to heads and area.
fn sums(scale: u64, units: Vec<UnitVoice>) -> OwnersOutcome {
    let mut by_head: BTreeMap<&str, Vec<Voice>> = BTreeMap::new();
    let mut area = Sums::default();
    for unit in &units {
        by_head.entry(&unit.head).or_default().push(unit.voice);
        area.all += unit.area;
        area.present += unit.area_present;
        area.in_favour += unit.area_for;
    }
    let mut heads = Sums::default();
    for voices in by_head.into_values() {
        let voice = agree(voices.into_iter());
        heads.all += 1;
        heads.present += u64::from(voice != Voice::Absent);
        heads.in_favour += u64::from(voice == Voice::For);
    }
    OwnersOutcome {
        scale,
        units,
        heads,
        area,
        carried: false,
    }
}

/// What is wrong with a unit, beside its id.
fn bad<T>(unit: &Unit, problem: Told) -> Result<T, (String, Told)> {
    let (id, Told { zh, en }) = (&unit.id, problem);
    let told = Told {
        zh: format!("专有部分“{id}”{zh}"),
        en: format!("unit `{id}`: {en}"),
    };
    Err((id.clone(), told))
}

/// Units that were split are made up by their parts; the others have an owner.
fn made_up(units: &[Unit], parts: &BTreeMap<&str, u64>) -> Result<(), (String, Told)> {
    for unit in units {
        let sum = parts.get(unit.id.as_str());
        if sum.is_some_and(|sum| *sum != unit.area_cm2) {
            return bad(
                unit,
                told!(
                    "拆分后的面积之和不等于它",
                    "was split into parts that do not add up to it"
                ),
            );
        }
        if unit.owners.is_empty() && sum.is_none() {
            return bad(unit, told!("没有业主", "has no owner"));
        }
    }
    Ok(())
}

/// What is wrong with the owners of a unit.
fn shares(owners: &[Owner]) -> Option<Told> {
    let ids: BTreeSet<&str> = owners.iter().map(|owner| owner.id.as_str()).collect();
    if ids.len() != owners.len() || ids.iter().any(|id| id.is_empty() || id.contains('+')) {
        return Some(told!(
            "业主出现两次，或编号为空，或带有“+”",
            "an owner is there twice, or its id is empty or has a `+`"
        ));
    }
    let shares: Vec<Share> = owners.iter().filter_map(|owner| owner.share).collect();
    if shares.is_empty() {
        return None;
    }
    if shares.len() != owners.len() {
        return Some(told!(
            "要么每位业主都写份额，要么都不写",
            "give every owner a share, or none"
        ));
    }
    // In hundredths' common multiple the sum stays whole: compare as one fraction.
    let mut sum = (0_u128, 1_u128);
    for share in shares {
        let (above, below) = (
            u128::from(share.numerator()),
            u128::from(share.denominator()),
        );
        sum = (sum.0 * below + above * sum.1, sum.1 * below);
        let divisor = divisor(sum.0, sum.1);
        sum = (sum.0 / divisor, sum.1 / divisor);
        if sum.1 > 1_000_000_000_000 {
            return Some(told!(
                "份额的分母太多",
                "its shares have too many denominators"
            ));
        }
    }
    (sum.0 != sum.1).then(|| told!("份额之和不等于一", "its shares do not add up to one"))
}

fn divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

/// The least common multiple of all denominators, up to 10,000.
fn scale<'o>(owners: impl Iterator<Item = &'o Owner>) -> Option<u64> {
    let mut scale = 1_u64;
    for share in owners.filter_map(|owner| owner.share) {
        let below = share.denominator();
        scale = scale / greatest_common_divisor(scale, below) * below;
        if scale > 10_000 {
            return None;
        }
    }
    Some(scale)
}
