//! Who lives together: kinds of households, ages and sexes.

use super::dice::Dice;

/// A member to be: relation to the head, sex, age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// A code of the list `relation`.
    pub(super) relation: &'static str,
    pub(super) male: bool,
    pub(super) age: i16,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    ElderCouple,
    ElderAlone,
    Alone,
    Couple,
    Child,
    TwoChildren,
    ThreeGenerations,
    OneParent,
}

/// How locals and people from elsewhere live. With the migrants' share of the streets these give
/// about the 2.55 persons a household and the age groups of the 2010 census; they are a model, not
/// a count.
const LOCAL: &[(Kind, u32)] = &[
    (Kind::ElderCouple, 18),
    (Kind::ElderAlone, 9),
    (Kind::Alone, 6),
    (Kind::Couple, 14),
    (Kind::Child, 28),
    (Kind::TwoChildren, 6),
    (Kind::ThreeGenerations, 16),
    (Kind::OneParent, 3),
];
const OLD_LOCAL: &[(Kind, u32)] = &[
    (Kind::ElderCouple, 30),
    (Kind::ElderAlone, 15),
    (Kind::Alone, 5),
    (Kind::Couple, 12),
    (Kind::Child, 18),
    (Kind::TwoChildren, 4),
    (Kind::ThreeGenerations, 13),
    (Kind::OneParent, 3),
];
const ELSEWHERE: &[(Kind, u32)] = &[
    (Kind::ElderCouple, 2),
    (Kind::Alone, 22),
    (Kind::Couple, 26),
    (Kind::Child, 29),
    (Kind::TwoChildren, 14),
    (Kind::ThreeGenerations, 5),
    (Kind::OneParent, 2),
];

/// The members of a household, the head first.
pub(super) fn family(dice: &mut Dice, local: bool, old_area: bool) -> Vec<Place> {
    let kinds = match (local, old_area) {
        (true, true) => OLD_LOCAL,
        (true, false) => LOCAL,
        (false, _) => ELSEWHERE,
    };
    match dice.weighted(kinds) {
        Kind::ElderCouple => {
            let age = dice.between(61, 88);
            couple(dice, age)
        }
        Kind::ElderAlone => vec![head(dice, 66, 97)],
        Kind::Alone => vec![head(dice, 19, 58)],
        Kind::Couple => {
            let age = dice.between(24, 60);
            couple(dice, age)
        }
        Kind::Child => with_children(dice, 1),
        Kind::TwoChildren => with_children(dice, 2),
        Kind::ThreeGenerations => {
            let mut members = with_children(dice, 1);
            grandparents(dice, &mut members);
            members
        }
        Kind::OneParent => {
            let mut members = with_children(dice, 1);
            members.remove(1);
            members
        }
    }
}

fn head(dice: &mut Dice, low: i16, high: i16) -> Place {
    Place {
        relation: "0",
        male: dice.chance(515),
        age: dice.between(low, high),
    }
}

fn couple(dice: &mut Dice, age: i16) -> Vec<Place> {
    let male = dice.chance(700);
    let spouse_age = age + dice.between(-4, 3);
    let spouse = Place {
        relation: "1",
        male: !male,
        age: spouse_age.max(22),
    };
    let head = Place {
        relation: "0",
        male,
        age,
    };
    vec![head, spouse]
}

fn with_children(dice: &mut Dice, children: i16) -> Vec<Place> {
    let age = dice.between(26, 52);
    let mut members = couple(dice, age);
    let youngest_parent = members.iter().map(|member| member.age).min().unwrap_or(26);
    for place in 0..children {
        let oldest = (youngest_parent - 22 - 3 * place).clamp(0, 24);
        let male = dice.chance(520);
        members.push(Place {
            relation: if male { "2" } else { "3" },
            male,
            age: dice.between(0, oldest),
        });
    }
    members
}

fn grandparents(dice: &mut Dice, members: &mut Vec<Place>) {
    let oldest = members.iter().map(|member| member.age).max().unwrap_or(40);
    let age = oldest + dice.between(22, 30);
    let male = dice.chance(400);
    members.push(Place {
        relation: "5",
        male,
        age,
    });
    if dice.chance(600) {
        members.push(Place {
            relation: "5",
            male: !male,
            age: age + dice.between(-3, 2),
        });
    }
}
