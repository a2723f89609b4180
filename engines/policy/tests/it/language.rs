//! The language, rule by rule: what it gives, what it refuses and where.

use linli_policy::value::Known;
use linli_policy::{Book, Household, Outcome, day};

pub(crate) const HEAD: &str = r#"
id = "p"
entity = "household"
valid_from = "2020-01-01"
sources = [{ key = "s", title = "S" }]
facts.rent = { type = "money", min = 0 }
facts.heads = { type = "integer", min = 0, max = 9 }
facts.owner = { type = "boolean" }
facts.kind = { type = "code", codes = ["a", "b"] }
facts.since = { type = "date" }
facts.wage = { entity = "person", type = "money", min = 0 }
facts.born = { entity = "person", type = "date" }
parameters.rate = { type = "decimal", values = [{ from = "2020-01-01", value = 0.14, source = "s" }, { from = "2021-01-01", value = 0.2, source = "s" }] }
parameters.step = { type = "money", values = [{ from = "2020-01-01", source = "s", bands = [{ at_least = 10, value = 1 }, { at_least = 20, value = 2.5 }] }] }
parameters.scale = { type = "decimal", values = [{ from = "2020-01-01", source = "s", marginal = [{ above = 0, rate = 0.1 }, { above = 100, rate = 0.2 }] }] }
"#;

const FAMILY: &str = r#"
household = { rent = 333.33, heads = 3, owner = true, kind = "b", since = "2020-02-29" }
persons = [{ wage = 100, born = "2000-02-29" }, { wage = 250.5, born = "2010-06-15" }]
"#;

pub(crate) fn with(formula: &str) -> String {
    format!("{HEAD}\n[rules.x]\nformula = '''{formula}'''\nsource = \"s\"\n")
}

fn value(formula: &str, family: &str, on: &str) -> Known {
    let text = with(formula);
    let book = Book::read(&[("p.toml", &text)]).unwrap_or_else(|told| panic!("{formula}: {told}"));
    let family = Household::read(&book, "f.toml", family).unwrap();
    let law = book.law(&[], day::parse(on).unwrap()).unwrap();
    law.ask(&family).rule("p", "x", 0).unwrap().0
}

/// As the value is written in files.
fn shown(formula: &str) -> String {
    let text = with(formula);
    let book = Book::read(&[("p.toml", &text)]).unwrap_or_else(|told| panic!("{formula}: {told}"));
    let family = Household::read(&book, "f.toml", FAMILY).unwrap();
    let law = book.law(&[], day::parse("2020-06-15").unwrap()).unwrap();
    let (value, type_) = law.ask(&family).rule("p", "x", 0).unwrap();
    value.map_or_else(|| "unknown".to_owned(), |value| type_.plain(value))
}

#[test]
fn formulas_give_what_the_language_says() {
    for (formula, expected) in [
        ("rent * rate", "46.6662"),
        ("round(rent * rate)", "46.67"),
        ("floor(rent / max(heads, 1))", "111.11"),
        ("ceil(rent / max(heads, 1), 0.1 yuan)", "111.2"),
        ("round(rent, 10 yuan)", "330"),
        ("rent / max(heads, 1) < 111.12 yuan", "true"),
        ("rent / max(heads, 1) = 111.11 yuan", "true"),
        ("sum(wage)", "350.5"),
        ("sum(wage where age(born) >= 18)", "100"),
        ("count(wage > 100 yuan)", "1"),
        ("any(wage = 0 yuan)", "false"),
        ("all(wage >= 100 yuan where age(born) < 18)", "true"),
        ("max(wage else 0 yuan)", "250.5"),
        ("min(wage where wage > 1000 yuan else 7 yuan)", "7"),
        ("max(rent, 400 yuan, 12 yuan)", "400"),
        ("size * 2 - 1", "3"),
        ("bands(step, heads * 5)", "1"),
        ("bands(step, heads)", "0"),
        ("marginal(scale, rent)", "56.666"),
        (
            "if kind = 'a' then 1 else if kind in ('b') then 2 else 3",
            "2",
        ),
        ("days(since, on)", "107"),
        ("months(since, on)", "3"),
        ("add_years(since, 1)", "2021-02-28"),
        ("month_end(2024-02-03)", "2024-02-29"),
        ("quarter_start(on)", "2020-04-01"),
        ("year(since) + month(since)", "2022"),
        ("at(add_months(on, 8), rate)", "0.2"),
        ("at(since, rate)", "0.14"),
        ("abs(3 - 5.5)", "2.5"),
        ("-rent", "-333.33"),
        ("not owner or rent ≥ 333.33元", "true"),
        ("min(born else on)", "2000-02-29"),
    ] {
        assert_eq!(shown(formula), expected, "{formula}");
    }
}

#[test]
fn a_birthday_on_the_29th_of_february_comes_on_the_28th() {
    let born = "persons = [{ born = \"2000-02-29\" }]";
    for (on, expected) in [
        ("2021-02-27", 20),
        ("2021-02-28", 21),
        ("2024-02-28", 23),
        ("2024-02-29", 24),
    ] {
        assert_eq!(
            value("max(age(born) else 0)", born, on),
            Some(expected),
            "{on}"
        );
    }
}

#[test]
fn the_unknown_is_never_zero_or_false() {
    let nobody = "household = { owner = true, heads = 0 }\npersons = [{}]";
    for (formula, expected) in [
        ("rent", None),
        ("rent * 0", None),
        ("rent >= 0 yuan", None),
        ("owner or rent > 1 yuan", Some(1)),
        ("not owner and rent > 1 yuan", Some(0)),
        ("owner and rent > 1 yuan", None),
        ("if rent > 1 yuan then 5 else 5", Some(5)),
        ("if rent > 1 yuan then 5 else 6", None),
        ("if owner then 5 yuan else rent", Some(500)),
        ("sum(wage)", None),
        ("any(wage > 1 yuan or owner)", Some(1)),
        ("all(wage > 1 yuan and not owner)", Some(0)),
        ("sum(1 yuan where not owner and wage > 1 yuan)", Some(0)),
        ("at(since, rate)", None),
    ] {
        assert_eq!(value(formula, nobody, "2020-06-15"), expected, "{formula}");
    }
}

#[test]
fn before_a_figure_began_it_is_unknown_also_on_a_day_that_a_fact_gives() {
    let early = "household = { since = \"2019-12-31\" }\npersons = [{}]";
    assert_eq!(value("at(since, rate)", early, "2020-06-15"), None);
    assert_eq!(value("at(2019-12-31, rate)", early, "2020-06-15"), None);
    let text = with("1");
    let book = Book::read(&[("p.toml", &text)]).unwrap();
    let law = book.law(&[], day::parse("2019-12-31").unwrap()).unwrap();
    let family = Household::unknown(&book, 1);
    let answer = &law.ask(&family).all()[0];
    assert_eq!(
        (answer.outcome, answer.payment),
        (Outcome::NotInForce, None)
    );
}

/// The code and the place of the first finding.
fn refused(text: &str) -> (&'static str, usize, usize) {
    match Book::read(&[("p.toml", text)]) {
        Ok(_) => panic!("taken: {text}"),
        Err(refused) => {
            let first = &refused.0[0];
            assert_eq!(first.file, "p.toml");
            (first.code, first.line, first.column)
        }
    }
}

#[test]
fn what_does_not_fit_is_refused_at_its_place() {
    let line = HEAD.lines().count() + 3;
    // The formula begins in column 14.
    for (formula, code, column) in [
        ("rent + heads", "type", 14),
        ("1 + nothing", "name", 18),
        ("rent / heads", "division", 21),
        ("rent / 3", "rounding", 14),
        ("rent * rent", "type", 14),
        ("wage", "entity", 14),
        ("sum(wage", "formula", 22),
        ("kind = 'c'", "name", 21),
        ("kind < 'b'", "type", 14),
        ("if heads then 1 else 2", "type", 17),
        ("if owner then 1 else rent", "type", 35),
        ("max(wage)", "call", 14),
        ("step + 1 yuan", "type", 14),
        ("bands(scale, rent)", "type", 20),
        ("at(since, rent)", "at", 17),
        ("rent * 1000000000 * 1000000000", "overflow", 14),
        ("age(born, 5)", "entity", 18),
        ("frob(rent)", "call", 14),
        ("days(since, on) + age(since)", "unit", 14),
        ("since + 3", "type", 14),
        ("1 ~ 2", "formula", 16),
        ("'a'", "type", 14),
    ] {
        assert_eq!(refused(&with(formula)), (code, line, column), "{formula}");
    }
}

#[test]
fn a_divisor_that_cannot_be_zero_is_taken() {
    for formula in [
        "floor(rent / max(heads, 1))",
        "if heads > 0 then floor(rent / heads) else 0 yuan",
        "if heads = 0 then 0 yuan else floor(rent / heads)",
        "floor(rent / size)",
    ] {
        let text = with(formula);
        assert!(Book::read(&[("p.toml", &text)]).is_ok(), "{formula}");
    }
}

#[test]
fn files_that_are_not_sound_are_refused() {
    let cases = [
        (
            "[rules.x]\nformula = \"y\"\nsource = \"s\"\n[rules.y]\nformula = \"at(add_months(on, -1), x)\"\nsource = \"s\"",
            "loop",
        ),
        ("[rules.x]\nformula = \"1\"", "uncited"),
        ("[rules.x]\nformula = \"1\"\nsource = \"t\"", "uncited"),
        ("[rules.rent]\nformula = \"1\"\nsource = \"s\"", "name"),
        ("[rules.x]\nsource = \"s\"", "missing"),
        (
            "[rules.x]\nformula = \"1\"\nsource = \"s\"\nformulla = \"2\"",
            "key",
        ),
        (
            "[amount]\nformula = \"rent * rate\"\nsource = \"s\"",
            "rounding",
        ),
        ("[amount]\nformula = \"heads\"\nsource = \"s\"", "type"),
        ("[[eligible]]\nformula = \"heads\"\nsource = \"s\"", "type"),
        ("[parameters.q]\ntype = \"money\"", "missing"),
        (
            "[parameters.q]\ntype = \"money\"\nvalues = [{ from = \"2020-02-30\", value = 1, source = \"s\" }]",
            "date",
        ),
        (
            "[parameters.q]\ntype = \"integer\"\nvalues = [{ from = \"2020-02-03\", value = 1.5, source = \"s\" }]",
            "type",
        ),
        ("[facts.q]\ntype = \"float\"", "type"),
        ("[[cases]]\nname = \"x\"\non = \"2020-01-01\"", "missing"),
        ("x = ", "toml"),
    ];
    for (text, code) in cases {
        let text = format!("{HEAD}\n{text}\n");
        let found = match Book::read(&[("p.toml", &text)]) {
            Ok(_) => panic!("taken: {text}"),
            Err(refused) => refused.0,
        };
        assert!(
            found.iter().any(|one| one.code == code),
            "{code}: {found:?}"
        );
    }
}

#[test]
fn laws_that_conflict_are_shown_and_never_settled_in_silence() {
    let text = format!(
        "{HEAD}\n[[eligible]]\nnames = \"x\"\nreadings = [\n  {{ formula = \"heads > 3\", source = \"s\", article = \"1\" }},\n  {{ formula = \"heads > 1\", source = \"s\", article = \"2\" }},\n]\n"
    );
    let book = Book::read(&[("p.toml", &text)]).unwrap();
    let law = book.law(&[], day::parse("2020-06-15").unwrap()).unwrap();
    for (heads, outcome, review) in [
        (5, Outcome::Yes, false),
        (1, Outcome::No, false),
        (2, Outcome::Unknown, true),
    ] {
        let family = format!("household = {{ heads = {heads} }}\npersons = [{{}}]");
        let family = Household::read(&book, "f.toml", &family).unwrap();
        let answers = law.ask(&family);
        let answer = &answers.all()[0];
        assert_eq!(
            (answer.outcome, answer.review),
            (outcome, review),
            "{heads}"
        );
        let told = answers.explain(answer);
        assert_eq!(told.conditions[0].why.readings.len(), 2);
        assert_eq!(told.needs_legal_review, review);
    }
    assert!(book.lint().iter().any(|one| one.code == "conflict"));
}

#[test]
fn an_overlay_changes_what_is_open_from_its_day_on() {
    let base = format!(
        "{HEAD}\n[parameters.top]\ntype = \"money\"\nopen = true\nvalues = [{{ from = \"2020-01-01\", value = 10, source = \"s\" }}]\n[rules.x]\nformula = \"top\"\nsource = \"s\"\n"
    );
    let overlay = |what: &str| {
        format!(
            "overlay_of = \"p\"\nvalid_from = \"2020-07-01\"\nsources = [{{ key = \"d\", title = \"D\" }}]\n{what}"
        )
    };
    let raise =
        overlay("parameters.top.values = [{ from = \"2020-07-01\", value = 12, source = \"d\" }]");
    let book = Book::read(&[("p.toml", &base), ("o.toml", &raise)]).unwrap();
    for (on, expected) in [("2020-06-30", 1000), ("2020-07-01", 1200)] {
        let law = book.law(&[], day::parse(on).unwrap()).unwrap();
        let family = Household::unknown(&book, 1);
        assert_eq!(
            law.ask(&family).rule("p", "x", 0).unwrap().0,
            Some(expected)
        );
    }
    for closed in [
        "parameters.rate.values = [{ from = \"2020-07-01\", value = 1, source = \"d\" }]",
        "rules.x = { formula = \"0 yuan\", source = \"d\" }",
        "facts.new = { type = \"boolean\" }",
    ] {
        let text = overlay(closed);
        let refused = Book::read(&[("p.toml", &base), ("o.toml", &text)]).unwrap_err();
        assert_eq!(
            (refused.0[0].code, &*refused.0[0].file),
            ("overlay", "o.toml"),
            "{closed}"
        );
    }
}

#[test]
fn missing_facts_come_cheapest_first_and_a_no_says_what_would_change_it() {
    let text = r#"
id = "p"
entity = "household"
valid_from = "2020-01-01"
sources = [{ key = "s", title = "S" }]
facts.assets = { type = "money", cost = 5, min = 0 }
facts.local = { type = "boolean", cost = 1 }
facts.income = { entity = "person", type = "money", cost = 3, min = 0 }
[[eligible]]
formula = "assets < 1000 yuan"
source = "s"
[[eligible]]
formula = "local and sum(income) / size < 500 yuan"
source = "s"
"#;
    let book = Book::read(&[("p.toml", text)]).unwrap();
    let law = book.law(&[], day::parse("2020-06-15").unwrap()).unwrap();
    let family = Household::unknown(&book, 2);
    let answers = law.ask(&family);
    let told = answers.explain(&answers.all()[0]);
    let asks: Vec<_> = told
        .missing
        .iter()
        .map(|ask| (ask.field, ask.member))
        .collect();
    let income = "person.income";
    let expected = [
        ("household.local", None),
        (income, Some(0)),
        (income, Some(1)),
        ("household.assets", None),
    ];
    assert_eq!(asks, expected);

    let family =
        "household = { assets = 10, local = true }\npersons = [{ income = 700 }, { income = 400 }]";
    let family = Household::read(&book, "f.toml", family).unwrap();
    let answers = law.ask(&family);
    let told = answers.explain(&answers.all()[0]);
    let turns: Vec<_> = told
        .would_change
        .iter()
        .map(|turn| (turn.field, turn.member, turn.to.to_string()))
        .collect();
    let expected = vec![
        (income, Some(0), "599.99".to_owned()),
        (income, Some(1), "299.99".to_owned()),
    ];
    assert_eq!(turns, expected);
}

#[test]
fn lint_finds_gaps_overlaps_cliffs_and_what_is_never_reached() {
    let text = r#"
id = "p"
entity = "household"
valid_from = "2020-01-01"
sources = [{ key = "s", title = "S" }]
facts.income = { type = "money", min = 0 }
facts.age = { type = "integer", min = 0, max = 120 }
facts.idle = { type = "boolean" }
[parameters.late]
type = "money"
values = [{ from = "2020-02-01", value = 1, source = "s" }]
[parameters.twice]
type = "money"
values = [{ from = "2020-01-01", to = "2021-12-31", value = 1, source = "s" }, { from = "2021-01-01", value = 2, source = "s" }]
[rules.never]
formula = "if age > 200 then late else twice"
source = "s"
[rules.alone]
formula = "1"
source = "s"
[[eligible]]
formula = "income < 1000 yuan"
source = "s"
[amount]
formula = "never + 500 yuan"
source = "s"
[[cases]]
name = "one"
on = "2020-03-01"
household = { income = 100, age = 4 }
persons = [{}]
expect = { eligible = true, amount = 501 }
"#;
    let book = Book::read(&[("p.toml", text)]).unwrap();
    let lines: Vec<(&str, usize)> = book.lint().iter().map(|one| (one.code, one.line)).collect();
    for expected in [
        ("unused", 8),
        ("no_value", 11),
        ("overlap", 14),
        ("unreachable", 16),
        ("unreachable", 18),
        ("cliff", 24),
        ("cases", 1),
    ] {
        assert!(lines.contains(&expected), "{expected:?} in {lines:?}");
    }
}

#[test]
fn long_deep_and_multiplying_rules_end_with_an_answer_or_a_refusal() {
    // A thread of a test has 2 MiB of stack, as a thread of a server has.
    let on = day::parse("2024-06-15").unwrap();
    let ends = |text: &str| {
        if let Ok(book) = Book::read(&[("p.toml", text)]) {
            drop(book.lint());
            if let Ok(law) = book.law(&[], on) {
                let family = Household::unknown(&book, 2);
                drop(law.ask(&family).all());
            }
        }
    };
    ends(&with(&vec!["heads"; 199].join(" + ")));
    ends(&with(&format!("{}owner", "not ".repeat(300))));
    ends(&with(&format!("{}1{}", "(".repeat(300), ")".repeat(300))));
    ends(&with(&format!("{}1", "if owner then 1 else ".repeat(90))));
    let chain = |first: &str, next: &dyn Fn(usize) -> String| {
        let rule = |key: usize, formula: &str| {
            format!("[rules.r{key}]\nformula = \"{formula}\"\nsource = \"s\"\n")
        };
        let rules = (1..190).map(|key| rule(key, &next(key - 1)));
        let rules: String = std::iter::once(rule(0, first)).chain(rules).collect();
        format!("{HEAD}\n{rules}")
    };
    ends(&chain("heads", &|last| format!("r{last} + 1")));
    let sum = |last: usize| format!("r{last} + {}", vec!["1"; 60].join(" + "));
    ends(&chain("heads", &sum));
    // Each rule asks the one before on two days: as many days as there are sums of months.
    let twice = |last: usize| {
        format!(
            "max(r{last}, at(add_months(on, -{}), r{last}))",
            last % 12 + 1
        )
    };
    ends(&chain("heads", &twice));
}
