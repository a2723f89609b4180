//! Sweeps, rehearsals and changed facts beside the row evaluator, household by household.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use linli_policy::incremental::{Standing, Turn, Watch};
use linli_policy::ir::{Entity, FactId};
use linli_policy::population::{Builder, Population};
use linli_policy::rehearse::{self, Change, rehearse};
use linli_policy::rows::Rows;
use linli_policy::sweep::{Line, sweep};
use linli_policy::value::Known;
use linli_policy::{Book, Law, day};
use proptest::prelude::*;

/// Three small policies: of persons, of households, and one that asks the first.
const POLICIES: [&str; 3] = [
    r#"
id = "elder"
jurisdiction = "310000"
entity = "person"
valid_from = "2016-05-01"
[[sources]]
key = "s"
title = { zh = "通知", en = "Notice" }
[facts.birth_date]
type = "date"
[facts.local]
type = "boolean"
[[eligible]]
formula = "local"
source = "s"
[[eligible]]
formula = "age(birth_date) >= 65"
source = "s"
[amount]
formula = "if age(birth_date) >= 80 then 180 yuan else 75 yuan"
source = "s"
"#,
    r#"
id = "relief"
jurisdiction = "310000"
entity = "household"
valid_from = "2016-05-01"
[[sources]]
key = "s"
title = { zh = "通知", en = "Notice" }
[facts.income]
field = "person.income"
type = "money"
min = 0
max = 100000
[facts.home_worth]
type = "money"
[parameters.line]
type = "money"
values = [{ from = "2016-05-01", value = LINE, source = "s" }]
[rules.income_per_head]
formula = "floor(sum(income) / size)"
source = "s"
[[eligible]]
formula = "income_per_head < line"
source = "s"
[[eligible]]
formula = "home_worth <= 500000 yuan"
source = "s"
[amount]
formula = "(line - income_per_head) * size"
source = "s"
"#,
    r#"
id = "both"
jurisdiction = "310000"
entity = "household"
valid_from = "2016-05-01"
uses = ["elder", "relief"]
[[sources]]
key = "s"
title = { zh = "通知", en = "Notice" }
[[eligible]]
formula = "any(elder.eligible) and relief.eligible"
source = "s"
[amount]
formula = "20 yuan * count(elder.eligible)"
source = "s"
"#,
];

fn book(line: &str) -> Book {
    let texts = POLICIES.map(|text| text.replace("LINE", line));
    let files = [
        ("elder.toml", &*texts[0]),
        ("relief.toml", &*texts[1]),
        ("both.toml", &*texts[2]),
    ];
    Book::read(&files).unwrap_or_else(|refused| panic!("{refused}"))
}

fn law(line: &str) -> (Book, Law) {
    let book = book(line);
    let law = book.law(&[], day::parse("2024-07-01").unwrap()).unwrap();
    (book, law)
}

/// What is known of one of the facts.
fn fact(field: &str) -> BoxedStrategy<Known> {
    let known = match field {
        "person.birth_date" => (-15_000..19_000_i64).boxed(),
        "person.income" => (0..400_000_i64).boxed(),
        "household.home_worth" => (0..100_000_000_i64).boxed(),
        _ => (0..2_i64).boxed(),
    };
    prop_oneof![9 => known.prop_map(Some), 1 => Just(None)].boxed()
}

/// An area, a kind, the facts of a household and of its members.
type Row = (u8, u8, Vec<Known>, Vec<Vec<Known>>);

fn fields(entity: Entity) -> Vec<String> {
    let book = book("1000");
    let facts = book.facts().iter().filter(|fact| fact.entity == entity);
    facts.map(|fact| fact.field.clone()).collect()
}

fn row() -> impl Strategy<Value = Row> {
    let facts = |entity| {
        fields(entity)
            .iter()
            .map(|field| fact(field))
            .collect::<Vec<_>>()
    };
    let members = proptest::collection::vec(facts(Entity::Member), 1..5);
    (0..4_u8, 0..3_u8, facts(Entity::Group), members)
}

fn population(book: &Book, rows: &[Row]) -> Population {
    let mut builder = Builder::new(book.facts());
    for (at, (area, kind, group, members)) in rows.iter().enumerate() {
        let (area, kind) = (format!("area {area}"), format!("kind {kind}"));
        builder.household(&at.to_string(), &area, &kind, group.iter().copied());
        for member in members {
            builder.member("", member.iter().copied());
        }
    }
    builder.finish()
}

/// What the row evaluator says, for each policy to the household or to each member.
fn standings(
    law: &Law,
    population: &Population,
    book: &Book,
    household: usize,
) -> Vec<Vec<Standing>> {
    let facts = population.household(book, household);
    let rows = Rows::of(law, &facts);
    let of = |policy: &linli_policy::ir::Planned| {
        let members = if policy.entity == Entity::Member {
            facts.size()
        } else {
            1
        };
        let standing = |member| Standing {
            eligible: policy
                .eligible
                .and_then(|node| rows.get(node, member))
                .map(|known| known == 1),
            payment_fen: policy.payment.and_then(|node| rows.get(node, member)),
        };
        (0..members).map(standing).collect()
    };
    law.plan.policies.iter().map(of).collect()
}

fn line(standings: &[Standing]) -> Line {
    let mut line = Line::default();
    for standing in standings {
        match standing.eligible {
            Some(true) => line.eligible.yes += 1,
            Some(false) => line.eligible.no += 1,
            None => line.eligible.unknown += 1,
        }
        line.payment_fen += standing.payment_fen.unwrap_or(0);
        line.payment_unknown += u64::from(standing.payment_fen.is_none());
    }
    line
}

fn change(before: &[Vec<Standing>], after: &[Vec<Standing>]) -> Change {
    let sum = |side: &[Vec<Standing>]| {
        side.iter()
            .flatten()
            .try_fold(0, |sum, standing| Some(sum + standing.payment_fen?))
    };
    let mut change = Change {
        households: 1,
        ..Change::default()
    };
    match (sum(before), sum(after)) {
        (Some(before), Some(after)) => {
            change.before_fen = before;
            change.after_fen = after;
            change.winners = u64::from(after > before);
            change.losers = u64::from(after < before);
            change.gained_fen = (after - before).max(0);
            change.lost_fen = (before - after).max(0);
        }
        _ => change.unknown = 1,
    }
    change
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_sweep_adds_up_what_rows_say(rows in proptest::collection::vec(row(), 1..150), threads in 1..4_usize) {
        let (book, law) = law("1000");
        let population = population(&book, &rows);
        let found = sweep(&law.plan, &population, NonZeroUsize::new(threads).unwrap());
        for (at, policy) in found.policies.iter().enumerate() {
            let (mut by_area, mut by_kind) = (BTreeMap::new(), BTreeMap::new());
            for (household, (area, kind, ..)) in rows.iter().enumerate() {
                let line = line(&standings(&law, &population, &book, household)[at]);
                *by_area.entry(format!("area {area}")).or_insert_with(Line::default) += line;
                *by_kind.entry(format!("kind {kind}")).or_insert_with(Line::default) += line;
            }
            prop_assert_eq!(&policy.by_area, &by_area);
            prop_assert_eq!(&policy.by_kind, &by_kind);
        }
    }

    #[test]
    fn a_rehearsal_compares_what_rows_say(rows in proptest::collection::vec(row(), 1..150), threads in 1..4_usize) {
        let ((base_book, base), (changed_book, changed)) = (law("1000"), law("900.50"));
        let facts = rehearse::facts(base_book.facts(), changed_book.facts()).unwrap();
        prop_assert_eq!(facts.len(), base_book.facts().len());
        let population = population(&base_book, &rows);
        let threads = NonZeroUsize::new(threads).unwrap();
        let found = rehearse(&base.plan, &changed.plan, &population, threads).unwrap();
        let mut by_area: BTreeMap<String, Change> = BTreeMap::new();
        for (household, (area, ..)) in rows.iter().enumerate() {
            let before = standings(&base, &population, &base_book, household);
            let after = standings(&changed, &population, &changed_book, household);
            *by_area.entry(format!("area {area}")).or_default() += change(&before, &after);
        }
        prop_assert_eq!(&found.by_area, &by_area);
        let again = rehearse(&base.plan, &changed.plan, &population, NonZeroUsize::MIN).unwrap();
        prop_assert_eq!(found, again);
    }

    #[test]
    fn a_changed_fact_turns_what_rows_turn(before in row(), after in row(), which in 0..64_u32) {
        let (book, law) = law("1000");
        let watch = Watch::of(&law);
        // Some facts of the first household become those of the second.
        let mut changed = Vec::new();
        let old = population(&book, std::slice::from_ref(&before)).household(&book, 0);
        let other = population(&book, std::slice::from_ref(&after)).household(&book, 0);
        let mut new = old.clone();
        for fact in (0..u32::try_from(book.facts().len()).unwrap()).filter(|fact| which >> fact & 1 == 1) {
            let fact = FactId(fact);
            changed.push(fact);
            new.set(None, fact, other.get(None, fact));
            for member in 0..new.size() {
                new.set(Some(member), fact, other.get(Some(member % other.size()), fact));
            }
        }
        let (before, after) = (Rows::of(&law, &old), Rows::of(&law, &new));
        let mut turns = Vec::new();
        for (policy, planned) in law.plan.policies.iter().enumerate() {
            let of_persons = planned.entity == Entity::Member;
            for member in 0..if of_persons { old.size() } else { 1 } {
                let standing = |rows: &Rows<'_>| Standing {
                    eligible: planned.eligible.and_then(|node| rows.get(node, member)).map(|known| known == 1),
                    payment_fen: planned.payment.and_then(|node| rows.get(node, member)),
                };
                let (before, after) = (standing(&before), standing(&after));
                let member = of_persons.then_some(member);
                if before != after {
                    turns.push(Turn { policy, member, before, after });
                }
            }
        }
        prop_assert_eq!(watch.changed(&old, &new, &changed), turns);
    }
}

#[test]
fn a_fact_touches_the_policies_that_need_it_and_those_that_ask_them() {
    let (book, law) = law("1000");
    let watch = Watch::of(&law);
    let ids = |field: &str| {
        let fact = book
            .facts()
            .iter()
            .position(|fact| fact.field == field)
            .unwrap();
        let touched = watch.touched(FactId(u32::try_from(fact).unwrap()));
        let ids = touched
            .iter()
            .map(|policy| law.plan.policies[*policy].id.clone());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(ids("person.birth_date"), ["elder", "both"]);
    assert_eq!(ids("household.home_worth"), ["relief", "both"]);
}

#[test]
fn a_type_that_changed_is_refused() {
    let base = book("1000");
    let mut changed = base.facts().to_vec();
    changed[0].type_ = linli_policy::value::Type::Bool;
    changed[0].entity = Entity::Group;
    let refused = rehearse::facts(base.facts(), &changed).unwrap_err();
    assert!(refused.to_string().contains(&base.facts()[0].field));
}

fn valid(schema: &str, document: &serde_json::Value) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schemas/");
    let text = std::fs::read(format!("{folder}{schema}.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_slice(&text).unwrap()).unwrap();
    assert!(schema.is_valid(document), "{document:#}");
}

#[test]
fn answers_are_as_their_schemas_say() {
    let ((book, base), (_, changed)) = (law("1000"), law("900.50"));
    let member = vec![None; fields(Entity::Member).len()];
    let rows = [(1, 2, vec![Some(1)], vec![member.clone(), member])];
    let population = population(&book, &rows);
    let head = |rest: (&str, serde_json::Value)| {
        let mut document = serde_json::json!({
            "on": "2024-07-01",
            "absent_columns": ["person.income"],
            "ignored_columns": [],
        });
        document[rest.0] = rest.1;
        document
    };
    let swept = sweep(&base.plan, &population, NonZeroUsize::MIN);
    valid(
        "policy-sweep",
        &head(("sweep", serde_json::to_value(swept).unwrap())),
    );
    let found = rehearse(&base.plan, &changed.plan, &population, NonZeroUsize::MIN).unwrap();
    let mut document = head(("rehearsal", serde_json::to_value(found).unwrap()));
    document["changed_on"] = "2024-08-01".into();
    valid("policy-rehearsal", &document);
}
