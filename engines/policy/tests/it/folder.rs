//! A population's folder: read whole, or refused with the row, the column and the reason.

use linli_policy::ir::{Entity, Fact};
use linli_policy::population::{BadRow, ReadPopulation, read};
use linli_policy::value::{Codes, Names, Range, Type};

use crate::told;

fn fact(field: &str, entity: Entity, type_: Type, high: i64) -> Fact {
    Fact {
        field: field.to_owned(),
        names: Names::default(),
        entity,
        type_,
        range: Range::new(-1_000_000, high),
        proof: Names::default(),
        cost: 1,
    }
}

fn facts() -> Vec<Fact> {
    let codes = ["local", "other"].map(str::to_owned).to_vec();
    let hukou = Type::Code(std::sync::Arc::new(Codes {
        codes,
        names: Vec::new(),
    }));
    vec![
        fact("household.rent", Entity::Group, Type::MONEY, 1_000_000),
        fact("person.birth_date", Entity::Member, Type::Date, 100_000),
        fact("person.hukou", Entity::Member, hukou, 1),
        fact("person.employed", Entity::Member, Type::Bool, 1),
        fact(
            "person.hours",
            Entity::Member,
            Type::Number { scale: 1 },
            2_000,
        ),
    ]
}

fn taken(households: &str, persons: &str) -> Result<ReadPopulation, Vec<String>> {
    let read = read(households.as_bytes(), persons.as_bytes(), &facts());
    read.map_err(|bad| bad.iter().map(english).collect())
}

/// The line of a bad row without its Chinese, which must be there.
fn english(bad: &BadRow) -> String {
    let (zh, en) = (&bad.reason.zh, &bad.reason.en);
    told::both(zh, en);
    let line = bad.to_string().replace("列 column", "column");
    line.replace(&format!("{zh} {en}"), en)
}

const HOUSEHOLDS: &str = "household,area,kind,rent\nH1,岳阳,,1200.50\nH2,方松,elderly,\n";
const PERSONS: &str = "\u{feff}person,household,birth_date,hukou,employed,hours,phone\n\
    P1,H2,1940-02-29,local,false,,1\n\
    P2,H1,1990-01-01,other,true,37.5,2\n\
    \"P,3\",H2,,\"local\",,0,3\n";

#[test]
fn a_folder_is_read() {
    let ReadPopulation {
        population,
        ignored,
        absent,
    } = taken(HOUSEHOLDS, PERSONS).unwrap();
    assert_eq!((population.households(), population.persons()), (2, 3));
    assert_eq!(ignored, ["persons.csv: phone"]);
    assert_eq!(absent, Vec::<String>::new());
    assert_eq!(population.household_name(1), "H2");
    let names: Vec<&str> = population
        .members(1)
        .map(|person| population.person_name(person))
        .collect();
    assert_eq!(names, ["P1", "P,3"]);
    assert_eq!(population.fact("household.rent", 0, None), Some(120_050));
    assert_eq!(population.fact("household.rent", 1, None), None);
    assert_eq!(population.fact("person.hours", 0, Some(0)), Some(375));
    assert_eq!(population.fact("person.birth_date", 1, Some(1)), None);
    assert_eq!(population.fact("person.hukou", 1, Some(1)), Some(0));
    assert_eq!(population.fact("person.employed", 1, Some(0)), Some(0));
    let label =
        |labels: &linli_policy::population::Labels, home| labels.names[labels.of(home)].clone();
    assert_eq!(label(population.areas(), 0), "岳阳");
    assert_eq!(
        label(population.kinds(), 0),
        "1",
        "its size where the cell is empty"
    );
    assert_eq!(label(population.kinds(), 1), "elderly");
}

#[test]
fn a_fact_without_a_column_is_named() {
    let read = taken("household\nH1\n", "person,household,hukou\nP1,H1,local\n").unwrap();
    let absent = [
        "household.rent",
        "person.birth_date",
        "person.employed",
        "person.hours",
    ];
    assert_eq!(read.absent, absent);
}

/// Two files, and the first thing that is wrong with them.
type Bad = (&'static str, &'static str, &'static str);

const BAD: [Bad; 14] = [
    (
        "household,rent\nH1,12.345\n",
        PERSONS,
        "households.csv:2: column rent: \"12.345\" is not an amount in yuan with at most two decimals",
    ),
    (
        "household,rent\nH1,999999\n",
        PERSONS,
        "households.csv:2: column rent: \"999999\" does not lie between -10000 and 10000",
    ),
    (
        "rent\n1\n",
        PERSONS,
        "households.csv:1: column household: the column is missing",
    ),
    (
        "household,rent,rent\nH1,1,2\n",
        PERSONS,
        "households.csv:1: column rent: the column is there twice",
    ),
    (
        "household,rent\nH1,1\nH2\n",
        PERSONS,
        "households.csv:3: the row has 1 cells where the header has 2",
    ),
    (
        "household\nH1\nH2\nH1\n",
        PERSONS,
        "households.csv:4: column household: \"H1\" stands already on line 2",
    ),
    (
        "household\nH1\nH2\nH3\n",
        PERSONS,
        "households.csv:4: column household: no person in persons.csv is a member",
    ),
    (
        HOUSEHOLDS,
        "person,household\nP1,H1\nP2,H9\n",
        "persons.csv:3: column household: there is no household \"H9\" in households.csv",
    ),
    (
        HOUSEHOLDS,
        "person,household\nP1,H1\nP1,H2\n",
        "persons.csv:3: column person: \"P1\" stands already on line 2",
    ),
    (
        HOUSEHOLDS,
        "person,household\n,H1\n",
        "persons.csv:2: column person: the cell is empty; every row needs it",
    ),
    (
        HOUSEHOLDS,
        "person,household,birth_date\nP1,H1,1990-02-30\n",
        "persons.csv:2: column birth_date: \"1990-02-30\" is not a date such as 2024-07-01",
    ),
    (
        HOUSEHOLDS,
        "person,household,hukou\nP1,H1,else\n",
        "persons.csv:2: column hukou: \"else\" is not one of local, other",
    ),
    (
        HOUSEHOLDS,
        "person,household,employed\nP1,H1,yes\n",
        "persons.csv:2: column employed: \"yes\" is not true or false",
    ),
    (
        HOUSEHOLDS,
        "person,household,hours\nP1,H1,1.25\n",
        "persons.csv:2: column hours: \"1.25\" is not a number with at most 1 decimals",
    ),
];

#[test]
fn a_bad_row_names_row_column_and_reason() {
    for (households, persons, expected) in BAD {
        let refused = taken(households, persons).unwrap_err();
        assert_eq!(refused[0], expected);
    }
}

#[test]
fn bytes_that_are_not_text_are_refused() {
    let refused = read(&b"household\n\xff\n"[..], PERSONS.as_bytes(), &facts()).unwrap_err();
    assert_eq!(
        english(&refused[0]),
        "households.csv:2: the row is not UTF-8: save the file as CSV UTF-8"
    );
}

#[test]
fn a_household_of_a_thousand_and_one_is_a_slip() {
    let mut persons = "person,household\n".to_owned();
    for person in 0..1_001 {
        persons.push_str(&format!("P{person:04},H1\n"));
    }
    let refused = taken("household\nH1\n", &persons).unwrap_err();
    assert_eq!(
        refused[0],
        "households.csv:2: column household: 1001 members are more than 1000"
    );
}

#[test]
fn every_bad_row_is_told_up_to_twenty() {
    let rows: String = (0..50).map(|row| format!("H{row},x\n")).collect();
    let refused = taken(&format!("household,rent\n{rows}"), PERSONS).unwrap_err();
    assert_eq!(refused.len(), 20);
}
