//! What is known about made-up people: the facts of the dictionary, plausible together.

use std::collections::BTreeMap;

use jiff::civil::Date;
use linli_units::IdentityNumber;
use serde_json::Value;

use super::Person;
use super::dice::Dice;
use super::families::Place;
use super::names::full_name;
use crate::residents::events::Values;
use crate::residents::fields::{FieldId, SYNTHETIC_PHONE};

/// What the members of a household have in common.
pub(super) struct Home<'a> {
    pub(super) local: bool,
    pub(super) village: bool,
    pub(super) poor: bool,
    pub(super) address: &'a str,
    pub(super) surname: &'a str,
}

/// Identity numbers and telephone numbers, each given out once.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    /// How many identity numbers were given out for a day of birth and a sex.
    given: BTreeMap<(Date, bool), u16>,
    phones: u64,
}

/// District digits of synthetic identity numbers: `99` and then `0117` or, when the sequence
/// numbers of a day run out, the next.
const DISTRICT: u16 = 117;

impl Numbers {
    fn identity(&mut self, birth: Date, male: bool) -> Option<String> {
        let given = self.given.entry((birth, male)).or_default();
        let (district, place) = (DISTRICT + *given / 500, *given % 500);
        *given += 1;
        // Odd for men, even for women: GB 11643.
        let sequence = place * 2 + u16::from(male);
        let number = IdentityNumber::synthetic(district, birth, sequence)?;
        Some(number.as_str().to_owned())
    }

    fn phone(&mut self) -> String {
        const NUMBERS: u64 = 100_000_000;
        // A factor that shares no divisor with the count: each number comes up once.
        let number = self.phones * 48_271_003 % NUMBERS;
        self.phones += 1;
        format!("{SYNTHETIC_PHONE}{number:08}")
    }
}

/// The facts about a member of a household, and their monthly income in fen.
pub(super) fn person(
    dice: &mut Dice,
    numbers: &mut Numbers,
    place: Place,
    home: &Home<'_>,
    today: Date,
) -> (Values, i64) {
    let birth = birth_date(dice, place.age, today);
    let same_name = matches!(place.relation, "0" | "2" | "3");
    let surname = if same_name {
        home.surname
    } else {
        super::names::surname(dice)
    };
    let mut facts = Facts::default();
    facts.set(
        "person.name",
        full_name(dice, surname, place.male, birth.year()),
    );
    if let Some(number) = numbers.identity(birth, place.male) {
        facts.set("person.id_number", number);
    }
    facts.set("person.sex", if place.male { "1" } else { "2" });
    facts.set("person.birth_date", birth.to_string());
    facts.set("person.ethnicity", ethnicity(dice));
    facts.set(
        "person.hukou",
        if home.local { "local" } else { "elsewhere" },
    );
    facts.set("person.address", home.address);
    if place.age >= 14 {
        facts.set("person.phone", numbers.phone());
    }
    let income = grown_up(dice, &mut facts, place, home);
    health(dice, &mut facts, place.age);
    benefits(&mut facts, birth, place, home);
    if home.local && place.male && place.age >= 20 {
        let kind = special_care(dice);
        facts.set("person.special_care", kind);
    }
    (facts.0, income)
}

#[derive(Default)]
struct Facts(Values);

impl Facts {
    fn set(&mut self, field: &'static str, value: impl Into<Value>) {
        self.0.insert(FieldId::known(field), value.into());
    }
}

fn birth_date(dice: &mut Dice, age: i16, today: Date) -> Date {
    let days = i64::from(dice.below(365));
    let span = jiff::Span::new().try_years(i64::from(age));
    let back = span.and_then(|span| span.try_days(days));
    let birth = back.and_then(|back| today.checked_sub(back));
    birth.unwrap_or(today)
}

fn ethnicity(dice: &mut Dice) -> &'static str {
    dice.weighted(&[
        ("01", 970),
        ("03", 6),
        ("06", 4),
        ("15", 4),
        ("08", 3),
        ("11", 3),
        ("02", 2),
        ("09", 2),
        ("12", 2),
        ("10", 1),
    ])
}

/// Marriage, education, work, income, account: of who is old enough for each.
fn grown_up(dice: &mut Dice, facts: &mut Facts, place: Place, home: &Home<'_>) -> i64 {
    if place.age >= 22 {
        let married = matches!(place.relation, "1") || (place.relation == "0" && place.age > 26);
        let status = match (married, place.age) {
            (true, _) => "20",
            (false, 66..) => "30",
            (false, 30..) => dice.weighted(&[("10", 5), ("40", 3), ("20", 4)]),
            _ => "10",
        };
        facts.set("person.marital_status", status);
    }
    if place.age >= 7 {
        facts.set("person.education", education(dice, place.age));
    }
    if place.age < 16 {
        return 0;
    }
    let work = employment(dice, place, home);
    facts.set("person.employment", work);
    if dice.chance(if place.age >= 60 { 800 } else { 250 }) {
        let account = 9_900_000_000_000_000 + i64::from(dice.below(1_000_000_000)) * 1_000_003;
        facts.set("person.bank_account", account.to_string());
    }
    let income = income(dice, work, home);
    facts.set("person.monthly_income_fen", income);
    if home.local && home.poor {
        // Made up like the incomes: no wage of the poor families reaches the lowest one.
        facts.set("person.wage_reaches_minimum", "no");
    }
    income
}

fn education(dice: &mut Dice, age: i16) -> &'static str {
    match age {
        ..=12 => "80",
        13..=15 => "70",
        16..=18 => dice.weighted(&[("60", 6), ("40", 4)]),
        19..=40 => dice.weighted(&[
            ("10", 4),
            ("20", 26),
            ("30", 22),
            ("40", 12),
            ("60", 12),
            ("70", 24),
        ]),
        41..=60 => dice.weighted(&[
            ("20", 12),
            ("30", 14),
            ("40", 12),
            ("60", 18),
            ("70", 36),
            ("80", 8),
        ]),
        _ => dice.weighted(&[
            ("20", 4),
            ("30", 6),
            ("60", 16),
            ("70", 38),
            ("80", 30),
            ("90", 6),
        ]),
    }
}

fn employment(dice: &mut Dice, place: Place, home: &Home<'_>) -> &'static str {
    let pension = if place.male { 60 } else { 55 };
    match place.age {
        ..=18 => "31",
        age if age >= pension => match home.village {
            true => dice.weighted(&[("80", 6), ("27", 4)]),
            false => dice.weighted(&[("80", 19), ("70", 1)]),
        },
        19..=22 => dice.weighted(&[("31", 5), ("24", 4), ("17", 1)]),
        _ if home.poor => dice.weighted(&[("70", 6), ("51", 2), ("24", 2)]),
        _ => dice.weighted(&[
            ("24", 34),
            ("17", 22),
            ("13", 14),
            ("54", 10),
            ("51", 6),
            ("21", 5),
            ("70", 6),
            ("27", if home.village { 20 } else { 0 }),
            ("11", 2),
            ("90", 1),
        ]),
    }
}

/// Whole yuan a month, in fen: made up.
fn income(dice: &mut Dice, work: &str, home: &Home<'_>) -> i64 {
    let yuan = match work {
        "31" | "70" => 0,
        "27" => dice.between(800, 3_200),
        "80" if home.poor => dice.between(900, 1_600),
        "80" if home.village => dice.between(1_400, 3_200),
        "80" => dice.between(2_800, 7_500),
        _ if home.poor => dice.between(600, 2_200),
        "13" | "21" | "11" => dice.between(8_000, 26_000),
        _ => dice.between(4_000, 12_000),
    };
    i64::from(yuan) * 100
}

fn health(dice: &mut Dice, facts: &mut Facts, age: i16) {
    if !dice.chance(if age >= 60 { 45 } else { 9 }) {
        return;
    }
    let kind = dice.weighted(&[
        ("1", 15),
        ("2", 20),
        ("3", 3),
        ("4", 40),
        ("5", 10),
        ("6", 9),
        ("7", 3),
    ]);
    let grade = dice.weighted(&[("1", 12), ("2", 20), ("3", 30), ("4", 38)]);
    facts.set("person.disability_kind", kind);
    facts.set("person.disability_grade", grade);
}

/// Whoever was born on this day of a month or later was missed when benefits were given.
const MISSED: i8 = 29;

/// Whether this is somebody who was missed.
pub(super) fn is_missed(person: &Person) -> bool {
    let born = person.facts.get(&FieldId::known("person.birth_date"));
    let born = born
        .and_then(Value::as_str)
        .and_then(|day| day.parse::<Date>().ok());
    born.is_some_and(|day| day.day() >= MISSED)
}

/// What is received already, as the register of payments says; somebody here and there was missed.
fn benefits(facts: &mut Facts, birth: Date, place: Place, home: &Home<'_>) {
    if !home.local || birth.day() >= MISSED {
        return;
    }
    let severe = facts.0.get(&FieldId::known("person.disability_grade"));
    let severe = severe.is_some_and(|grade| grade == "1" || grade == "2");
    let mut received = Vec::new();
    if place.age >= 65 {
        received.push("elder-allowance");
    }
    if severe {
        received.push("disability-subsidies");
    }
    if !received.is_empty() {
        facts.set("person.benefits", received.join(","));
    }
}

fn special_care(dice: &mut Dice) -> &'static str {
    dice.weighted(&[
        ("none", 2_900),
        ("veteran", 80),
        ("disabled_soldier", 8),
        ("martyr_family", 4),
        ("duty_family", 4),
        ("illness_family", 4),
    ])
}
