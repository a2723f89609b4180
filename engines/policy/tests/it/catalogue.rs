//! The policies of the catalogue: they check, their worked examples come out as the law says, the
//! figures are those that were published, and a second reading in Python gives the same answers.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use linli_policy::ir::{Entity, Fact, FactId};
use linli_policy::value::Type;
use linli_policy::{Book, Household, Law, Level, Outcome, day};
use proptest::prelude::*;
use toml::{Table, Value};

/// Path and text of each file.
type Files = Vec<(String, String)>;

fn catalogue() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalogue")
}

fn files(folder: &str) -> Files {
    let entries = fs::read_dir(catalogue().join(folder)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut files: Files = paths
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            (path.to_string_lossy().into_owned(), text)
        })
        .collect();
    files.sort();
    files
}

fn read(files: &Files) -> Result<Book, String> {
    let texts: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    Book::read(&texts).map_err(|refused| refused.to_string())
}

/// Runs all cases and returns how many each policy has.
fn run(files: &Files) -> BTreeMap<String, usize> {
    let book = read(files).unwrap();
    let mut counts = BTreeMap::new();
    let mut failures = String::new();
    for run in book.run_cases() {
        *counts.entry(run.policy.to_owned()).or_default() += 1;
        for failure in &run.failures {
            let _ = writeln!(failures, "{failure} ({})", run.names.en);
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
    counts
}

/// The city's files, one of them with `cases` in place of its own.
fn with_cases(policy: &str, cases: &str) -> Files {
    let mut files = files("policies");
    let text = the(&mut files, policy);
    let end = text.find("[[cases]]").unwrap();
    text.truncate(end);
    text.push_str(cases);
    files
}

fn the<'f>(files: &'f mut Files, policy: &str) -> &'f mut String {
    let name = format!("{policy}.toml");
    let found = files.iter_mut().find(|(path, _)| path.ends_with(&name));
    &mut found.unwrap().1
}

#[test]
fn every_worked_example_comes_out_as_the_law_says() {
    let files = files("policies");
    let counts = run(&files);
    assert_eq!(counts.len(), files.len());
    assert!(counts.len() >= 12);
    for (policy, count) in counts {
        assert!(count >= 5, "{policy} has {count} worked examples");
    }
}

/// Lint has nothing against the files but what is in the law itself: figures that no source gives,
/// and steps where one more yuan loses more than a yuan.
#[test]
fn lint_finds_what_the_law_leaves_open_and_nothing_else() {
    let mut files = files("policies");
    files.extend(self::files("policies/songjiang"));
    let remarks = read(&files).unwrap().lint();
    let warnings: Vec<String> = remarks
        .iter()
        .filter(|remark| remark.level != Level::Note)
        .filter(|remark| !matches!(remark.code, "no_value" | "cliff"))
        .map(ToString::to_string)
        .collect();
    assert!(warnings.is_empty(), "{}", warnings.join("\n"));
    let said = |code: &str, of: &str| {
        let mut found = remarks.iter().filter(|remark| remark.code == code);
        assert!(
            found.any(|remark| remark.file.contains(of)),
            "{code} of {of}"
        );
    };
    said("conflict", "destitute.toml");
    said("conflict", "rigid-spending.toml");
    said("conflict", "temporary-relief.toml");
    said("published", "dibao.toml");
    said("cliff", "destitute.toml");
    said("no_value", "elder-service-subsidy.toml");
}

/// What was not needed is not told: an old couple hears nothing of students, and of sources that
/// still need to be confirmed only where they are used.
#[test]
fn an_explanation_keeps_to_what_mattered() {
    let book = read(&files("policies")).unwrap();
    let told = |zh: &str| {
        let runs = book.run_cases();
        let mut runs = runs.iter().filter(|run| run.policy == "dibao");
        let run = runs.find(|run| run.names.zh.starts_with(zh)).unwrap();
        let law = book.law(&["dibao"], run.on).unwrap();
        let answers = law.ask(&run.household);
        let explanation = answers.explain(&answers.of(0)[0]);
        (explanation.unverified, explanation.text())
    };
    let (unverified, couple) = told("老两口");
    assert!(
        couple.contains("上海市社会救助条例第十六条第一款"),
        "{couple}"
    );
    assert!(couple.contains("1990.00"), "{couple}");
    assert!(
        !unverified && !couple.contains("在校学生") && !couple.contains("申请日期"),
        "{couple}"
    );
    let (unverified, child) = told("2022年的孩子");
    assert!(
        unverified && child.contains("1846") && child.contains("1850"),
        "{child}"
    );
}

#[test]
fn a_district_changes_what_the_city_left_open_and_nothing_else() {
    let hardship = "
[[cases]]
name = \"a hardship only a district could name\"
on = \"2025-03-01\"
household = { relief_event = \"district\" }
persons = [{ hukou = \"local\" }]
expect = { eligible = EXPECTED }
";
    run(&with_cases(
        "temporary-relief",
        &hardship.replace("EXPECTED", "false"),
    ));
    let mut files = with_cases("temporary-relief", &hardship.replace("EXPECTED", "true"));
    files.extend(self::files("policies/songjiang"));
    run(&files);

    let overlay = files.last_mut().unwrap();
    overlay.1.push_str(
        "\n[parameters.months_at_most]\n\
         values = [{ from = \"2025-01-01\", value = 6, source = \"bylaw\" }]\n",
    );
    let refused = read(&files).unwrap_err();
    assert!(
        refused.contains("songjiang") && refused.contains("months_at_most"),
        "{refused}"
    );
}

/// The lines and the children's standards as the city announced them, entered a second time.
const ANNOUNCED: [(&str, u32, Option<u32>); 14] = [
    ("2012-04-01", 570, None),
    ("2013-04-01", 640, None),
    ("2014-04-01", 710, None),
    ("2015-04-01", 790, None),
    ("2016-04-01", 880, None),
    ("2017-04-01", 970, None),
    ("2018-04-01", 1070, Some(1400)),
    ("2019-04-01", 1160, Some(1510)),
    ("2020-07-01", 1240, Some(1615)),
    ("2021-07-01", 1330, Some(1730)),
    ("2022-07-01", 1420, Some(1850)),
    ("2023-07-01", 1510, Some(1970)),
    ("2024-07-01", 1595, Some(2075)),
    ("2026-07-01", 1595, Some(2075)),
];

#[test]
fn a_household_without_income_is_paid_what_was_announced() {
    let mut cases = String::new();
    for (on, line, child) in ANNOUNCED {
        let five_years_old = on[..4].parse::<u32>().unwrap() - 5;
        let with_child = format!("{{ birth_date = \"{five_years_old}-01-01\" }}");
        let sum = child.map_or("\"unknown\"".to_owned(), |child| (line + child).to_string());
        for (person, paid) in [(String::new(), line.to_string()), (with_child, sum)] {
            let _ = write!(
                cases,
                "[[cases]]
                name = \"announced\"
                on = \"{on}\"
                household = {{ income = 0, military_benefits = 0, dibao_assets = true, rural = false }}
                persons = [
                  {{ hukou = \"local\", birth_date = \"1970-01-01\", employment = \"70\" }},
                  {person}
                ]
                expect = {{ eligible = true, amount = {paid} }}
                "
            );
        }
    }
    let counts = run(&with_cases("dibao", &cases));
    assert_eq!(counts["dibao"], 2 * ANNOUNCED.len());
}

/// Trap: the line rose on 1 July 2024, between application and payment.
#[test]
fn whose_day_decides_the_rate_is_one_figure_of_the_file() {
    let case = "
[[cases]]
name = \"applied in June, decided on the last of June, paid for July\"
on = \"2024-07-01\"
household = { income = 1000, military_benefits = 0, dibao_assets = true, applied_on = \"2023-06-20\", decided_on = \"2024-06-30\" }
persons = [{ hukou = \"local\", birth_date = \"1960-01-01\", employment = \"80\" }]
expect = { eligible = true, line = LINE, amount = AMOUNT }
";
    for (knob, line, amount) in [
        ("payment", 1595, 595),
        ("decision", 1510, 510),
        ("application", 1420, 420),
    ] {
        let case = case.replace("LINE", &line.to_string());
        let case = case.replace("AMOUNT", &amount.to_string());
        let mut files = with_cases("dibao", &case);
        files.retain(|(path, _)| path.ends_with("/dibao.toml"));
        let text = the(&mut files, "dibao");
        *text = text.replace("value = \"payment\"", &format!("value = \"{knob}\""));
        let counts = run(&files);
        assert_eq!(counts["dibao"], 1);
    }
}

fn text<'t>(table: &'t Table, key: &str) -> &'t str {
    table[key].as_str().unwrap()
}

/// What the dictionary says of each field: its type, and its codes.
fn dictionary() -> BTreeMap<String, (String, Vec<String>)> {
    let mut lists = BTreeMap::new();
    for (_, list) in files("codes") {
        let list: Table = list.parse().unwrap();
        let codes = list["code"].as_array().unwrap().iter();
        let codes = codes.map(|code| text(code.as_table().unwrap(), "value").to_owned());
        lists.insert(text(&list, "id").to_owned(), codes.collect::<Vec<_>>());
    }
    let fields = fs::read_to_string(catalogue().join("fields.toml")).unwrap();
    let fields: Table = fields.parse().unwrap();
    let fields = fields["field"].as_array().unwrap().iter();
    let fields = fields.map(|field| {
        let field = field.as_table().unwrap();
        let list = field.get("codes").and_then(Value::as_str);
        let kind = match (text(field, "type"), list) {
            ("code", Some("yes_no")) => "boolean",
            (kind, _) => kind,
        };
        let codes = list.map_or_else(Vec::new, |list| lists[list].clone());
        (text(field, "id").to_owned(), (kind.to_owned(), codes))
    });
    fields.collect()
}

#[test]
fn every_fact_is_a_field_of_the_dictionary() {
    let dictionary = dictionary();
    for (path, file) in files("policies") {
        let file: Table = file.parse().unwrap();
        for (key, fact) in file
            .get("facts")
            .and_then(Value::as_table)
            .into_iter()
            .flatten()
        {
            let fact = fact.as_table().unwrap();
            let field = text(fact, "field");
            let Some((kind, codes)) = dictionary.get(field) else {
                panic!("{path}: {key}: the dictionary has no {field}");
            };
            assert_eq!(text(fact, "type"), kind, "{path}: {key}");
            let own = fact
                .get("codes")
                .and_then(Value::as_array)
                .into_iter()
                .flatten();
            let own: Vec<&str> = own
                .map(|code| {
                    code.as_str()
                        .unwrap_or_else(|| text(code.as_table().unwrap(), "code"))
                })
                .collect();
            if kind == "code" {
                assert_eq!(
                    own,
                    codes.iter().map(String::as_str).collect::<Vec<_>>(),
                    "{path}: {key}"
                );
            }
            assert!(
                fact.contains_key("cost") && fact.contains_key("proof"),
                "{path}: {key}"
            );
        }
    }
}

/// The script shares no code with the engine; it needs Python 3.11 and nothing else.
#[test]
fn a_second_reading_in_python_gives_the_same_answers() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/catalogue.py");
    let files = files("policies");
    let told = Command::new("python3")
        .arg(script)
        .args(["60", "20240701"])
        .args(files.iter().map(|(path, _)| path))
        .output();
    let told =
        told.unwrap_or_else(|error| panic!("this test needs python3 (3.11 or later): {error}"));
    assert!(
        told.status.success(),
        "{}",
        String::from_utf8_lossy(&told.stderr)
    );
    let told = String::from_utf8(told.stdout).unwrap();
    let read: Files = told
        .split("#### ")
        .skip(1)
        .map(|one| one.split_once('\n').unwrap())
        .map(|(path, text)| (path.to_owned(), text.to_owned()))
        .collect();
    assert_eq!(read.len(), files.len());
    let counts = run(&read);
    assert!(counts.values().all(|count| *count == 60), "{counts:?}");
}

/// A value of a fact that somebody may have.
fn plausible(fact: &Fact, dice: u64) -> i64 {
    let (low, high) = match fact.type_ {
        Type::Date => (-14_600, 19_700),
        Type::Money { .. } => (0, 600_000),
        Type::Number { .. } => (0, 100),
        Type::Bool | Type::Code(_) => (fact.range.low, fact.range.high),
    };
    let (low, high) = (low.max(fact.range.low), high.min(fact.range.high));
    let span = u64::try_from(high - low + 1).unwrap();
    low + i64::try_from(dice % span).unwrap()
}

/// A household whose facts are known, but for about one in fifty.
fn household(book: &Book, dice: &[u64], members: usize) -> Household {
    let mut household = Household::unknown(book, members);
    let mut dice = dice.iter().cycle().scan(0_u64, |salt, one| {
        *salt = salt
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(*one);
        Some(*salt >> 16)
    });
    for (id, fact) in (0..).map(FactId).zip(book.facts().iter()) {
        let whom: Vec<_> = match fact.entity {
            Entity::Member => (0..members).map(Some).collect(),
            Entity::Nobody | Entity::Group => vec![None],
        };
        for one in whom {
            let (sure, value) = (dice.next().unwrap(), dice.next().unwrap());
            let value = (sure % 50 != 0).then(|| plausible(fact, value));
            household.set(one, id, value);
        }
    }
    household
}

/// The city's policies, read once.
static CITY: LazyLock<(Book, Law)> = LazyLock::new(|| {
    let book = read(&files("policies")).unwrap();
    let law = book.law(&[], day::parse("2025-03-01").unwrap()).unwrap();
    (book, law)
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// What is said to make a no a yes does, and nothing nearer on its side does; 14 members are
    /// more than those whose facts are tried for others.
    #[test]
    fn what_would_change_a_no_changes_it(
        dice in proptest::collection::vec(any::<u64>(), 16),
        members in prop_oneof![1_usize..6, Just(14)],
    ) {
        let (book, law) = &*CITY;
        let family = household(book, &dice, members);
        let asked = law.ask(&family);
        for answer in asked.all() {
            prop_assert!(answer.changes.is_empty() || answer.outcome == Outcome::No);
            let index = law.index(&answer.planned.id).unwrap();
            let outcome = |change: &linli_policy::nearest::Change, to: i64| {
                let mut changed = family.clone();
                changed.set(change.member, change.fact, Some(to));
                let answers = law.ask(&changed).of(index);
                answers[answer.member.unwrap_or(0)].outcome
            };
            for change in &answer.changes {
                prop_assert_eq!(outcome(change, change.to), Outcome::Yes);
                let fact = &book.facts()[usize::try_from(change.fact.0).unwrap()];
                if !matches!(fact.type_, Type::Bool | Type::Code(_)) {
                    let nearer = change.to - (change.to - change.from).signum();
                    prop_assert_ne!(outcome(change, nearer), Outcome::Yes);
                }
            }
        }
    }
}
