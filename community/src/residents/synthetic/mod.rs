//! 模拟人口: a made-up population of any size, from a seed.
//!
//! Nobody in it exists: identity numbers begin with `99` (no region), telephone numbers with a
//! prefix that no subscriber has, housing estates are invented, and every resident is marked
//! `synthetic`, so that each page of a demo can say so.
//!
//! **Method.** Residents are spread by committees with some chance; how old, how many together and
//! from where follows a rough model of the district (INFERRED: older in 岳阳, 永丰 and the southern
//! towns; more people from elsewhere in 九亭, 泗泾 and 车墩). It is meant to look right on pages and
//! to load a node, not to be counted.
//!
//! **Invariant**: the same seed, size, areas and day give the same people with the same ids.

mod dice;
mod families;
mod names;
mod people;
#[cfg(test)]
mod tests;
mod write;

use jiff::civil::Date;
use linli_kernel::{AreaPath, HouseholdId, ResidentId};

use super::events::Values;
use super::fields::FieldId;
use crate::places::{Area, AreaKind, AreaTree};

use dice::Dice;
use people::{Home, Numbers};

/// The residents of Songjiang in the census of 2020: the largest population that is made.
pub const CENSUS_2020: u32 = 1_909_713;

/// What population is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// The seed: another one gives other people.
    pub seed: u64,
    /// How many residents; at most [`CENSUS_2020`].
    pub residents: u32,
    /// The day as of which ages are true.
    pub today: Date,
}

/// A made-up household.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    /// Which.
    pub id: HouseholdId,
    /// The committee where it lives.
    pub area: AreaPath,
    /// What is known about it.
    pub facts: Values,
    /// Its members, the head first.
    pub members: Vec<Person>,
}

/// A made-up resident.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// Who.
    pub id: ResidentId,
    /// How they belong to the household: a code of the list `relation`.
    pub relation: &'static str,
    /// What is known about them.
    pub facts: Values,
}

/// A committee as the model sees it.
struct Committee {
    path: AreaPath,
    /// The address up to the estate: 松江区岳阳街道龙潭社区.
    address: String,
    village: bool,
    /// Older than elsewhere.
    old: bool,
    /// How many in a thousand are registered elsewhere.
    elsewhere: u32,
    /// How many households, in proportion to the others.
    weight: u32,
}

/// Households one after the other, until there are as many residents as wanted.
pub struct Families {
    committees: Vec<Committee>,
    /// The committee that is being filled, and how many residents it gets in all.
    filling: Vec<u32>,
    at: usize,
    dice: Dice,
    numbers: Numbers,
    made: u32,
    in_committee: u32,
    millis: u64,
    today: Date,
    wanted: u32,
}

/// The households of a made-up population of the areas in `tree`.
#[must_use]
pub fn families(tree: &AreaTree, wish: Wish) -> Families {
    let mut dice = Dice::new(wish.seed);
    let committees: Vec<Committee> = tree
        .living()
        .filter(|area| area.kind.is_committee())
        .map(|area| committee(tree, area, &mut dice))
        .collect();
    let wanted = if committees.is_empty() {
        0
    } else {
        wish.residents.min(CENSUS_2020)
    };
    let midnight = wish.today.to_zoned(linli_kernel::clock::shanghai());
    let millis = midnight.map_or(0, |zoned| zoned.timestamp().as_millisecond());
    Families {
        filling: spread(&committees, wanted),
        committees,
        at: 0,
        dice,
        numbers: Numbers::default(),
        made: 0,
        in_committee: 0,
        // Ids are dated before the day, so that whatever is recorded on it comes after them.
        millis: u64::try_from(millis)
            .unwrap_or(0)
            .saturating_sub(8 * u64::from(CENSUS_2020)),
        today: wish.today,
        wanted,
    }
}

const OLD_STREETS: &[&str] = &["岳阳", "永丰", "泖港", "石湖荡", "新浜", "叶榭"];
const MIGRANT_STREETS: &[&str] = &["九亭", "泗泾", "车墩"];

fn committee(tree: &AreaTree, area: &Area, dice: &mut Dice) -> Committee {
    let street = tree.street_of(area.path()).map_or("", Area::name);
    let of = |streets: &[&str]| streets.iter().any(|name| street.starts_with(name));
    let village = area.kind == AreaKind::VillagersCommittee;
    let elsewhere = match (of(MIGRANT_STREETS), of(OLD_STREETS)) {
        (true, _) => 720,
        (_, true) => 340,
        _ => 620,
    };
    let size = if village { 45 } else { 100 };
    let district = area
        .path()
        .codes()
        .next()
        .and_then(|code| tree.by_code(code));
    let district = district.map_or("", Area::name);
    Committee {
        path: area.path().clone(),
        address: format!("{district}{}", tree.full_name(area.path())),
        village,
        old: of(OLD_STREETS),
        elsewhere,
        weight: size * (60 + dice.below(81)),
    }
}

/// How many residents each committee gets: in proportion to weights, and `wanted` in all.
fn spread(committees: &[Committee], wanted: u32) -> Vec<u32> {
    let total: u64 = committees.iter().map(|one| u64::from(one.weight)).sum();
    let mut before = 0;
    let mut given = 0;
    committees
        .iter()
        .map(|one| {
            before += u64::from(one.weight);
            let until = u64::from(wanted) * before / total.max(1);
            let until = u32::try_from(until).unwrap_or(wanted);
            let share = until - given;
            given = until;
            share
        })
        .collect()
}

impl Iterator for Families {
    type Item = Family;

    fn next(&mut self) -> Option<Family> {
        while self.in_committee >= *self.filling.get(self.at)? {
            self.at += 1;
            self.in_committee = 0;
        }
        let room = usize::try_from(self.filling[self.at] - self.in_committee).unwrap_or(1);
        let family = self.make(room);
        let count = u32::try_from(family.members.len()).unwrap_or(1);
        self.made += count;
        self.in_committee += count;
        Some(family)
    }
}

impl Families {
    /// How many residents there will be.
    #[must_use]
    pub fn wanted(&self) -> u32 {
        self.wanted
    }

    fn make(&mut self, room: usize) -> Family {
        let committee = &self.committees[self.at];
        let dice = &mut self.dice;
        let local = !dice.chance(if committee.village {
            committee.elsewhere / 2
        } else {
            committee.elsewhere
        });
        let mut places = families::family(dice, local, committee.old);
        places.truncate(room);
        let address = address(dice, committee);
        let home = Home {
            local,
            village: committee.village,
            poor: dice.chance(35),
            address: &address,
            surname: names::surname(dice),
        };
        let mut members = Vec::with_capacity(places.len());
        let mut income = 0;
        for place in places {
            let (facts, own) = people::person(dice, &mut self.numbers, place, &home, self.today);
            self.millis += 1;
            income += own;
            members.push(Person {
                id: ResidentId(dice.uuid(self.millis)),
                relation: place.relation,
                facts,
            });
        }
        if home.local && home.poor {
            receive_allowance(&mut members, income);
        }
        self.millis += 1;
        Family {
            id: HouseholdId(dice.uuid(self.millis)),
            area: committee.path.clone(),
            facts: household_facts(dice, &home, income),
            members,
        }
    }
}

fn address(dice: &mut Dice, committee: &Committee) -> String {
    let (first, second) = (dice.below(90) + 1, dice.below(6) + 1);
    if committee.village {
        return format!("{}{second}组{first}号", committee.address);
    }
    let estate = names::estate(dice);
    let room = dice.below(4) + 1;
    format!("{}{estate}{first}号{second}0{room}室", committee.address)
}

/// Poor families receive the minimum allowance already, as the register of payments says; somebody
/// here and there was missed.
fn receive_allowance(members: &mut [Person], income: i64) {
    const POOR_FEN: i64 = 120_000;
    let heads = i64::try_from(members.len()).unwrap_or(1).max(1);
    let missed = members.first().is_some_and(people::is_missed);
    if missed || income / heads >= POOR_FEN {
        return;
    }
    for member in members {
        let field = FieldId::known("person.benefits");
        let before = member.facts.get(&field).and_then(|value| value.as_str());
        let all = before.map_or_else(|| "dibao".to_owned(), |before| format!("{before},dibao"));
        member.facts.insert(field, all.into());
    }
}

fn household_facts(dice: &mut Dice, home: &Home<'_>, income: i64) -> Values {
    let housing = match (home.local, home.poor) {
        (true, false) => dice.weighted(&[
            ("owned", 88),
            ("public_rent", 6),
            ("private_rent", 4),
            ("relatives", 2),
        ]),
        (true, true) => dice.weighted(&[("owned", 50), ("public_rent", 40), ("relatives", 10)]),
        (false, _) => dice.weighted(&[
            ("owned", 28),
            ("private_rent", 58),
            ("dormitory", 12),
            ("relatives", 2),
        ]),
    };
    let mut facts = Values::new();
    facts.insert(FieldId::known("household.address"), home.address.into());
    facts.insert(FieldId::known("household.housing"), housing.into());
    facts.insert(
        FieldId::known("household.monthly_income_fen"),
        income.into(),
    );
    if home.poor {
        let assets = i64::from(dice.below(30_000)) * 100;
        facts.insert(FieldId::known("household.assets_fen"), assets.into());
    }
    if home.local && home.poor {
        // Their circumstances were checked: so what they are owed can be told, and rehearsed.
        facts.insert(FieldId::known("household.dibao_assets"), "yes".into());
        facts.insert(FieldId::known("household.military_benefits_fen"), 0.into());
    }
    facts
}
