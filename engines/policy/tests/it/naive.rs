//! An independent reading of formulas: random trees written out as text for the engine, and
//! evaluated here on exact fractions, one household at a time, sharing nothing with it.

use linli_policy::{Book, Household, day};
use proptest::prelude::*;

/// splitmix64, so that one seed is one case.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % limit
    }
}

/// A fraction of a fen; the second is above 0.
type Fraction = (i128, i128);

/// Money.
#[derive(Debug)]
enum Sum {
    Fact(usize),
    Yuan(i64),
    Add(Box<Self>, Box<Self>),
    Sub(Box<Self>, Box<Self>),
    /// Hundredths.
    Rate(Box<Self>, i64),
    Least(Box<Self>, Box<Self>),
    Most(Box<Self>, Box<Self>),
    If(Box<Truth>, Box<Self>, Box<Self>),
    /// `floor`, `ceil` or `round` of a quotient.
    Part(&'static str, Box<Self>, i64),
    Members(Box<Self>, Option<Box<Truth>>),
    Highest(Box<Self>, Box<Truth>),
}

/// True or false.
#[derive(Debug)]
enum Truth {
    Fact(usize),
    Compare(&'static str, Box<Sum>, Box<Sum>),
    /// A quotient compared.
    Share(Box<Sum>, i64, Box<Sum>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Not(Box<Self>),
    Any(Box<Self>),
    All(Box<Self>, Box<Self>),
}

/// Facts of the household, then of a member: two sums and a truth each.
const SUMS: [&str; 4] = ["rent", "fee", "wage", "gift"];
const TRUTHS: [&str; 2] = ["owner", "adult"];

#[derive(Debug, Clone, Default)]
struct Known {
    sums: [Option<i64>; 2],
    truth: Option<bool>,
}

#[derive(Debug)]
struct Family {
    group: Known,
    members: Vec<Known>,
}

fn sum(dice: &mut Dice, deep: u64, member: bool) -> Sum {
    let next = |dice: &mut Dice| Box::new(sum(dice, deep - 1, member));
    if deep == 0 {
        let places = if member { 4 } else { 2 };
        return match dice.below(3) {
            0 => Sum::Yuan(i64::try_from(dice.below(900)).unwrap() - 200),
            _ => Sum::Fact(usize::try_from(dice.below(places)).unwrap()),
        };
    }
    match dice.below(if member { 8 } else { 11 }) {
        0 => Sum::Add(next(dice), next(dice)),
        1 => Sum::Sub(next(dice), next(dice)),
        2 => Sum::Rate(next(dice), i64::try_from(dice.below(250)).unwrap()),
        3 => Sum::Least(next(dice), next(dice)),
        4 => Sum::Most(next(dice), next(dice)),
        5 => {
            let condition = Box::new(truth(dice, deep - 1, member));
            Sum::If(condition, next(dice), next(dice))
        }
        6 | 7 => {
            let how = ["floor", "ceil", "round"][usize::try_from(dice.below(3)).unwrap()];
            Sum::Part(how, next(dice), i64::try_from(dice.below(11)).unwrap() + 2)
        }
        8 => Sum::Members(Box::new(sum(dice, deep - 1, true)), None),
        9 => {
            let counted = Some(Box::new(truth(dice, deep - 1, true)));
            Sum::Members(Box::new(sum(dice, deep - 1, true)), counted)
        }
        _ => {
            let counted = Box::new(truth(dice, deep - 1, true));
            Sum::Highest(Box::new(sum(dice, deep - 1, true)), counted)
        }
    }
}

fn truth(dice: &mut Dice, deep: u64, member: bool) -> Truth {
    if deep == 0 {
        return Truth::Fact(usize::from(member && dice.below(2) == 1));
    }
    let next = |dice: &mut Dice| Box::new(truth(dice, deep - 1, member));
    let side = |dice: &mut Dice| Box::new(sum(dice, deep - 1, member));
    match dice.below(if member { 6 } else { 8 }) {
        0 | 1 => {
            let op = ["<", "<=", ">", ">=", "=", "!="][usize::try_from(dice.below(6)).unwrap()];
            Truth::Compare(op, side(dice), side(dice))
        }
        2 => Truth::Share(
            side(dice),
            i64::try_from(dice.below(7)).unwrap() + 1,
            side(dice),
        ),
        3 => Truth::And(next(dice), next(dice)),
        4 => Truth::Or(next(dice), next(dice)),
        5 => Truth::Not(next(dice)),
        6 => Truth::Any(Box::new(truth(dice, deep - 1, true))),
        _ => {
            let counted = Box::new(truth(dice, deep - 1, true));
            Truth::All(Box::new(truth(dice, deep - 1, true)), counted)
        }
    }
}

fn written(of: &Sum) -> String {
    match of {
        Sum::Fact(place) => SUMS[*place].to_owned(),
        Sum::Yuan(yuan) => format!("({yuan} yuan)"),
        Sum::Add(a, b) => format!("({} + {})", written(a), written(b)),
        Sum::Sub(a, b) => format!("({} - {})", written(a), written(b)),
        Sum::Rate(a, rate) => format!("{} * {}.{:02}", written(a), rate / 100, rate % 100),
        Sum::Least(a, b) => format!("min({}, {})", written(a), written(b)),
        Sum::Most(a, b) => format!("max({}, {})", written(a), written(b)),
        Sum::If(c, a, b) => format!("(if {} then {} else {})", told(c), written(a), written(b)),
        Sum::Part(how, a, by) => format!("{how}({} / {by})", written(a)),
        Sum::Members(a, None) => format!("sum({})", written(a)),
        Sum::Members(a, Some(c)) => format!("sum({} where {})", written(a), told(c)),
        Sum::Highest(a, c) => format!("max({} where {} else 3 yuan)", written(a), told(c)),
    }
}

fn told(of: &Truth) -> String {
    match of {
        Truth::Fact(place) => TRUTHS[*place].to_owned(),
        Truth::Compare(op, a, b) => format!("({} {op} {})", written(a), written(b)),
        Truth::Share(a, by, b) => format!("({} / {by} < {})", written(a), written(b)),
        Truth::And(a, b) => format!("({} and {})", told(a), told(b)),
        Truth::Or(a, b) => format!("({} or {})", told(a), told(b)),
        Truth::Not(a) => format!("(not {})", told(a)),
        Truth::Any(a) => format!("any({})", told(a)),
        Truth::All(a, c) => format!("all({} where {})", told(a), told(c)),
    }
}

fn less(a: Fraction, b: Fraction) -> bool {
    a.0 * b.1 < b.0 * a.1
}

fn rounded(how: &str, (over, by): Fraction) -> Fraction {
    let floor = over.div_euclid(by);
    let exact = over.rem_euclid(by) == 0;
    let whole = match how {
        "floor" => floor,
        "ceil" if exact => floor,
        "ceil" => floor + 1,
        // Halves away from zero.
        _ if over >= 0 => (2 * over + by).div_euclid(2 * by),
        _ => -(-2 * over + by).div_euclid(2 * by),
    };
    (whole, 1)
}

fn reckon(of: &Sum, family: &Family, whom: Option<&Known>) -> Option<Fraction> {
    let go = |of: &Sum| reckon(of, family, whom);
    match of {
        Sum::Fact(place @ 0..2) => family.group.sums[*place].map(|fen| (fen.into(), 1)),
        Sum::Fact(place) => whom?.sums[place - 2].map(|fen| (fen.into(), 1)),
        Sum::Yuan(yuan) => Some((i128::from(*yuan) * 100, 1)),
        Sum::Add(a, b) => {
            let (a, b) = (go(a)?, go(b)?);
            Some((a.0 * b.1 + b.0 * a.1, a.1 * b.1))
        }
        Sum::Sub(a, b) => {
            let (a, b) = (go(a)?, go(b)?);
            Some((a.0 * b.1 - b.0 * a.1, a.1 * b.1))
        }
        Sum::Rate(a, rate) => go(a).map(|(over, by)| (over * i128::from(*rate), by * 100)),
        Sum::Least(a, b) => {
            let (a, b) = (go(a)?, go(b)?);
            Some(if less(a, b) { a } else { b })
        }
        Sum::Most(a, b) => {
            let (a, b) = (go(a)?, go(b)?);
            Some(if less(a, b) { b } else { a })
        }
        Sum::If(condition, a, b) => match judge(condition, family, whom) {
            Some(true) => go(a),
            Some(false) => go(b),
            None => {
                let (a, b) = (go(a)?, go(b)?);
                (!less(a, b) && !less(b, a)).then_some(a)
            }
        },
        Sum::Part(how, a, by) => {
            let (over, under) = go(a)?;
            Some(rounded(how, (over, under * i128::from(*by))))
        }
        Sum::Members(a, counted) => {
            let mut total = (0, 1);
            for member in &family.members {
                let counts = counted
                    .as_ref()
                    .map_or(Some(true), |c| judge(c, family, Some(member)));
                if counts? {
                    let (over, by) = reckon(a, family, Some(member))?;
                    total = (total.0 * by + over * total.1, total.1 * by);
                }
            }
            Some(total)
        }
        Sum::Highest(a, counted) => {
            let mut highest: Option<Fraction> = None;
            for member in &family.members {
                if judge(counted, family, Some(member))? {
                    let one = reckon(a, family, Some(member))?;
                    highest = Some(
                        highest.map_or(one, |so_far| if less(so_far, one) { one } else { so_far }),
                    );
                }
            }
            Some(highest.unwrap_or((300, 1)))
        }
    }
}

fn judge(of: &Truth, family: &Family, whom: Option<&Known>) -> Option<bool> {
    let go = |of: &Truth| judge(of, family, whom);
    let side = |of: &Sum| reckon(of, family, whom);
    match of {
        Truth::Fact(0) => family.group.truth,
        Truth::Fact(_) => whom?.truth,
        Truth::Compare(op, a, b) => {
            let (a, b) = (side(a)?, side(b)?);
            let (below, above) = (less(a, b), less(b, a));
            Some(match *op {
                "<" => below,
                "<=" => !above,
                ">" => above,
                ">=" => !below,
                "=" => !below && !above,
                _ => below || above,
            })
        }
        Truth::Share(a, by, b) => {
            let ((over, under), b) = (side(a)?, side(b)?);
            Some(less((over, under * i128::from(*by)), b))
        }
        Truth::And(a, b) => both(go(a), go(b)),
        Truth::Or(a, b) => both(go(a).map(|a| !a), go(b).map(|b| !b)).map(|neither| !neither),
        Truth::Not(a) => go(a).map(|a| !a),
        Truth::Any(a) => {
            let no = family
                .members
                .iter()
                .map(|one| judge(a, family, Some(one)).map(|a| !a));
            no.fold(Some(true), both).map(|none| !none)
        }
        Truth::All(a, counted) => family
            .members
            .iter()
            .map(|one| {
                let counts = judge(counted, family, Some(one));
                both(counts, judge(a, family, Some(one)).map(|a| !a)).map(|fails| !fails)
            })
            .fold(Some(true), both),
    }
}

fn both(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn known(dice: &mut Dice) -> Known {
    let mut fen = || {
        let fen = i64::try_from(dice.below(120_000)).unwrap() - 20_000;
        (dice.below(5) > 0).then_some(fen / 50 * 50)
    };
    let sums = [fen(), fen()];
    let truth = (dice.below(5) > 0).then(|| dice.below(2) == 1);
    Known { sums, truth }
}

fn table(known: &Known, sums: &[&str], truth: &str) -> String {
    let plain = |fen: i64| {
        let sign = if fen < 0 { "-" } else { "" };
        format!(
            "{sign}{}.{:02}",
            fen.unsigned_abs() / 100,
            fen.unsigned_abs() % 100
        )
    };
    let sums = sums.iter().zip(known.sums);
    let mut keys: Vec<String> = sums
        .filter_map(|(key, fen)| Some(format!("{key} = \"{}\"", plain(fen?))))
        .collect();
    keys.extend(known.truth.map(|known| format!("{truth} = {known}")));
    format!("{{ {} }}", keys.join(", "))
}

const HEAD: &str = r#"
id = "p"
entity = "household"
valid_from = "2020-01-01"
sources = [{ key = "s", title = "S" }]
facts.rent = { type = "money", min = -2000, max = 2000 }
facts.fee = { type = "money", min = -2000, max = 2000 }
facts.owner = { type = "boolean" }
facts.wage = { entity = "person", type = "money", min = -2000, max = 2000 }
facts.gift = { entity = "person", type = "money", min = -2000, max = 2000 }
facts.adult = { entity = "person", type = "boolean" }
"#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn the_engine_reads_formulas_as_a_naive_reader_does(seed in any::<u64>()) {
        let mut dice = Dice(seed);
        let deep = dice.below(4) + 1;
        let (money, right) = (sum(&mut dice, deep, false), truth(&mut dice, deep, false));
        let rule = |key: &str, formula: &str| format!("[rules.{key}]\nformula = \"{formula}\"\nsource = \"s\"\n");
        let text = [HEAD, &rule("x", &written(&money)), &rule("y", &told(&right))].concat();
        let book = match Book::read(&[("p.toml", &text)]) {
            Ok(book) => book,
            Err(refused) => {
                let code = refused.0[0].code;
                prop_assert!(matches!(code, "overflow" | "formula"), "{}", refused);
                return Ok(());
            }
        };
        let law = book.law(&[], day::parse("2024-01-01").unwrap()).unwrap();
        for _ in 0..6 {
            let count = dice.below(4);
            let group = known(&mut dice);
            let members = (0..count).map(|_| known(&mut dice)).collect();
            let family = Family { group, members };
            let persons: Vec<String> =
                family.members.iter().map(|one| table(one, &SUMS[2..], "adult")).collect();
            let file = format!(
                "household = {}\npersons = [{}]",
                table(&family.group, &SUMS[..2], "owner"),
                persons.join(", ")
            );
            let household = Household::read(&book, "f.toml", &file).unwrap();
            let answers = law.ask(&household);
            let (found, type_) = answers.rule("p", "x", 0).unwrap();
            let same = match (found, reckon(&money, &family, None)) {
                (Some(found), Some((over, by))) => {
                    let scale = 10_i128.pow(u32::from(type_.scale()));
                    i128::from(found) * by == over * scale
                }
                (found, expected) => found.is_none() && expected.is_none(),
            };
            prop_assert!(same, "{}\n{}\n{:?}", written(&money), file, found);
            let (found, _) = answers.rule("p", "y", 0).unwrap();
            let expected = judge(&right, &family, None);
            prop_assert_eq!(found, expected.map(i64::from), "{}\n{}", told(&right), file);
        }
    }
}
