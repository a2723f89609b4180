//! What is wrong is told in Chinese and in English, and both say the same.

use linli_policy::finding::Finding;
use linli_policy::{Book, Household};

use crate::language::{HEAD, with};

/// The parts between back quotes.
fn quoted(text: &str) -> Vec<&str> {
    let mut parts: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
    parts.sort_unstable();
    parts
}

/// The numbers, as in dates and amounts.
fn numbers(text: &str) -> Vec<&str> {
    let parts = text.split(|c: char| !c.is_ascii_digit());
    let mut parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    parts.sort_unstable();
    parts
}

/// Whether a place was left that should have been filled in: `{name}`.
fn has_hole(text: &str) -> bool {
    let mut after = text.split('{').skip(1);
    after.any(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || c == '}'))
}

/// Asserts that `zh` is Chinese and names what `en` names.
pub(crate) fn both(zh: &str, en: &str) {
    let chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    assert!(zh.contains(chinese), "{zh} | {en}");
    assert!(!en.contains(chinese), "{zh} | {en}");
    assert!(!has_hole(zh) && !has_hole(en), "{zh} | {en}");
    assert_eq!(quoted(zh), quoted(en), "{zh} | {en}");
    assert_eq!(numbers(zh), numbers(en), "{zh} | {en}");
}

fn tells(findings: &[Finding], code: &str, part: &str, text: &str) {
    for one in findings {
        both(&one.message_zh, &one.message);
        let line = one.to_string();
        assert!(line.ends_with(&format!("{} {}", one.message_zh, one.message)));
        assert!(line.starts_with(&one.place()));
    }
    let told = |one: &Finding| one.code == code && one.message.contains(part);
    assert!(
        findings.iter().any(told),
        "{code}: {part}: {findings:?}\n{text}"
    );
}

fn refused(text: &str, code: &str, part: &str) {
    match Book::read(&[("p.toml", text)]) {
        Ok(_) => panic!("taken: {text}"),
        Err(refused) => tells(&refused.0, code, part, text),
    }
}

/// A text, the code of one of its findings, and a part of what that says.
type Bad<'t> = (&'t str, &'t str, &'t str);

#[test]
fn a_formula_that_cannot_be_read() {
    let long = vec!["heads"; 90].join(" + ");
    let longer = vec!["heads"; 300].join(" + ");
    let deep = format!("{}1{}", "(".repeat(40), ")".repeat(40));
    let nots = format!("{}owner", "not ".repeat(40));
    for (formula, code, part) in [
        ("sum(wage", "formula", "expected `,` or `)`, found the end"),
        ("if owner 1 else 2", "formula", "expected `then`, found `1`"),
        ("1 + ", "formula", "expected a value, a name or `(`"),
        ("1 2020-01-01", "formula", "found `2020-01-01`"),
        ("1 'a'", "formula", "an operator or the end"),
        ("kind = 'a", "formula", "no closing quote"),
        ("kind = \"a\"", "formula", "in single quotes"),
        ("1 ~ 2", "formula", "`~` does not belong"),
        (&long, "formula", "hang on each other"),
        (&longer, "formula", "words and signs"),
        (&deep, "formula", "give a part a rule"),
        (&nots, "formula", "nested more than 32 deep"),
    ] {
        refused(&with(formula), code, part);
    }
}

const UNFIT: [Bad<'_>; 23] = [
    ("rent + heads", "type", "money and a number do not go"),
    ("owner + heads", "type", "boolean and a number"),
    ("1 + nothing", "name", "nothing here is called `nothing`"),
    ("1 + head", "name", "did you mean `heads`?"),
    ("other.x", "name", "`other` is no policy"),
    ("rent / heads", "division", "this divisor can be 0"),
    ("rent / 3", "rounding", "rounded on the spot"),
    ("rent * rent", "type", "money times money"),
    ("since * 2", "type", "can be multiplied"),
    ("since / 2", "type", "can be divided"),
    ("wage", "entity", "said of each member"),
    ("max(wage else wage)", "entity", "each member"),
    (
        "0.000000001 * 0.000000001",
        "overflow",
        "decimals: round before",
    ),
    ("1.0123456789", "overflow", "too many digits"),
    ("rent * 1000000000 * 1000000000", "overflow", "can overflow"),
    ("add_years(since, 900)", "overflow", "1600 to 2999"),
    ("kind = 'c'", "name", "no code 'c' here; there are: a, b"),
    ("kind < 'b'", "type", "a code has no order: compare"),
    ("max(owner, owner)", "type", "a boolean has no order"),
    ("-owner", "type", "a boolean has no sign"),
    ("'a'", "type", "codes to compare 'a' with"),
    ("if heads then 1 else 2", "type", "expected true or false"),
    (
        "if owner then 1 else rent",
        "type",
        "expected integer, found money",
    ),
];

const CALLS: [Bad<'_>; 21] = [
    ("max(wage)", "call", "over members this needs `else`"),
    ("sum(wage else 0 yuan)", "call", "`else` is not needed"),
    ("sum(born)", "type", "sum over members of date"),
    ("abs(rent where owner)", "call", "`where` and `else`"),
    ("frob(rent)", "call", "no function `frob` with 1"),
    ("round()", "call", "no function `round` with 0"),
    ("round(owner)", "type", "a boolean cannot be rounded"),
    ("round(rent, heads)", "type", "the step is written out"),
    ("abs(owner)", "type", "expected money or a number"),
    ("year(heads)", "type", "expected a date, found integer"),
    ("add_days(since, 1.5)", "type", "expected a whole number"),
    ("at(since, rent)", "at", "depend on facts or rules"),
    ("at(on + sum(1), rent)", "at", "must not depend on facts"),
    ("at(add_years(on, 90), rate)", "at", "too far from the day"),
    ("step + 1 yuan", "type", "`step` is a table"),
    ("bands(rate, rent)", "type", "whose values are `bands`"),
    ("bands(scale, rent)", "type", "whose values are `bands`"),
    ("marginal(scale, owner)", "type", "cannot be looked up"),
    ("marginal(scale, since)", "type", "a marginal scale takes"),
    (
        "bands(turned, heads)",
        "table",
        "thresholds here are integer",
    ),
    (
        "days(since, on) + age(since)",
        "unit",
        "units do not fit: day and year",
    ),
];

const TURNED: &str = "parameters.turned = { type = 'money', values = [{ from = '2020-01-01', source = 's', bands = [{ at_least = 20, value = 1 }, { at_least = 10, value = 2 }] }] }";

#[test]
fn a_formula_that_does_not_fit() {
    for (formula, code, part) in UNFIT.into_iter().chain(CALLS) {
        let text = with(formula).replace("[rules.x]", &format!("{TURNED}\n[rules.x]"));
        refused(&text, code, part);
    }
}

const RULES: [Bad<'_>; 14] = [
    ("x = ", "toml", ""),
    ("rules.y = 1", "shape", "expected a table"),
    (
        "[rules.9]\nformula = '1'\nsource = 's'",
        "name",
        "`9` cannot be a name",
    ),
    (
        "[rules.rent]\nformula = '1'\nsource = 's'",
        "name",
        "something else already",
    ),
    ("[rules.x]\nformula = '1'", "uncited", "`x` cites nothing"),
    (
        "[rules.x]\nformula = '1'\nsource = 't'",
        "uncited",
        "cites `t`; the sources here: s",
    ),
    (
        "[rules.x]\nformula = 'y'\nsource = 's'\n[rules.y]\nformula = 'x'\nsource = 's'",
        "loop",
        "circle: x → y → x",
    ),
    (
        "[rules.x]\nsource = 's'\nformulas = [{ formula = '1' }, { formula = '2' }]",
        "overlap",
        "two formulas begin",
    ),
    (
        "[rules.x]\nsource = 's'\nreadings = [{}]",
        "missing",
        "`formula` is missing here",
    ),
    (
        "[[eligible]]\nformula = 'heads'\nsource = 's'",
        "type",
        "this should be boolean",
    ),
    (
        "[amount]\nformula = 'heads'\nsource = 's'",
        "type",
        "an amount is money",
    ),
    (
        "[amount]\nformula = 'rent * rate'\nsource = 's'",
        "rounding",
        "whole fen",
    ),
    ("[[cases]]\nname = 'x'", "missing", "a case needs `on`"),
    (
        "[[cases]]\nname = 'x'\non = 2020-01-01",
        "missing",
        "a case needs `expect`",
    ),
];

const FACTS: [Bad<'_>; 7] = [
    ("type = 'float'", "type", "found `float`"),
    ("type = 'code'", "missing", "a code needs its list"),
    (
        "type = 'money'\nmin = 'x'",
        "type",
        "`x` is no bound for a money",
    ),
    (
        "type = 'money'\nmin = 2\nmax = 1",
        "type",
        "`min` lies above `max`",
    ),
    ("type = 'money'\ncost = 9", "shape", "`cost` from 0 to 5"),
    (
        "type = 'money'\nfield = 'person.q'\nentity = 'household'",
        "entity",
        "say different things",
    ),
    (
        "type = 'date'\nfield = 'household.rent'",
        "type",
        "another policy says",
    ),
];

/// What is said of a rule that is sound without it.
const SAID: [Bad<'_>; 10] = [
    ("formulla = '2'", "key", "unknown key `formulla`"),
    ("open = 3", "shape", "`open` as true or false"),
    ("type = 3", "shape", "`type` as text, found a number"),
    ("names = 3", "shape", "{ zh = "),
    ("type = 'money'", "type", "its formula gives integer"),
    ("unit = 'a b'", "unit", "a unit such as yuan/month"),
    ("entity = 'dog'", "entity", "expected `person` or"),
    ("from = 'soon'", "date", "a day such as 2024-07-01"),
    ("from = []", "shape", "a plain value, found a list"),
    ("readings = []", "missing", "`x` has one of"),
];

#[test]
fn a_rule_a_fact_or_a_case_that_is_not_sound() {
    for (text, code, part) in RULES {
        refused(&format!("{HEAD}\n{text}\n"), code, part);
    }
    for (text, code, part) in FACTS {
        refused(&format!("{HEAD}\n[facts.q]\n{text}\n"), code, part);
    }
    for (text, code, part) in SAID {
        refused(&format!("{}\n{text}\n", with("1")), code, part);
    }
}

const PARAMETERS: [Bad<'_>; 12] = [
    ("type = 'money'", "missing", "`q` has no `values`"),
    ("values = []", "missing", "`q` needs a `type`"),
    (
        "type = 'money'\nvalues = [{ value = 1, source = 's' }]",
        "missing",
        "needs `from`",
    ),
    (
        "type = 'money'\nvalues = [{ from = 2020-01-01, source = 's' }]",
        "missing",
        "a dated value has one of",
    ),
    (
        "type = 'money'\nvalues = [{ from = 2020-01-01, value = 1 }]",
        "uncited",
        "this value of `q` cites",
    ),
    (
        "type = 'money'\nvalues = [{ from = 2020-01-01, to = 2019-01-01, value = 1, source = 's' }]",
        "date",
        "`to` lies before",
    ),
    (
        "type = 'integer'\nvalues = [{ from = 2020-01-01, value = 1.5, source = 's' }]",
        "type",
        "found `1.5`",
    ),
    (
        "type = 'decimal'\nvalues = [{ from = 2020-01-01, value = 1.0123456789, source = 's' }]",
        "overflow",
        "nine decimals",
    ),
    (
        "type = 'money'\nvalues = [{ from = 2020-01-01, bands = [{ value = 1 }], source = 's' }]",
        "missing",
        "each of `bands`",
    ),
    (
        "type = 'money'\nsource = 's'\nvalues = [{ from = 2020-01-01, value = 1 }, { from = 2020-01-01, value = 1 }]",
        "overlap",
        "two values begin",
    ),
    (
        "type = 'money'\nsource = 's'\nvalues = [{ from = 2020-01-01, value = 1 }, { from = 2021-01-01, bands = [{ at_least = 1, value = 1 }] }]",
        "type",
        "all single or all tables",
    ),
    (
        "type = 'date'\nformula = '1'\nvalues = []",
        "type",
        "expected date, found integer",
    ),
];

#[test]
fn a_parameter_that_is_not_sound() {
    for (text, code, part) in PARAMETERS {
        refused(&format!("{HEAD}\n[parameters.q]\n{text}\n"), code, part);
    }
}

#[test]
fn a_head_that_is_not_sound() {
    for (from, to, code, part) in [
        ("id = \"p\"", "", "missing", "`id` is missing"),
        ("valid_from = \"2020-01-01\"", "", "missing", "`valid_from`"),
        (
            "valid_from = \"2020",
            "valid_from = \"1620",
            "too_large",
            "1700-01-01",
        ),
        (
            "entity =",
            "uses = [\"q\"]\nentity =",
            "uses",
            "the policy `q`",
        ),
        (
            "entity =",
            "uses = [3]\nentity =",
            "shape",
            "text in `uses`",
        ),
        (
            "title = \"S\" }",
            "title = \"S\" }, { key = \"s\" }",
            "name",
            "the key `s`",
        ),
    ] {
        refused(&with("1").replacen(from, to, 1), code, part);
    }
}

#[test]
fn files_that_do_not_go_together() {
    let base = with("1");
    let overlay = "overlay_of = \"p\"\nvalid_from = \"2020-07-01\"\nsources = [{ key = \"s\", title = \"S\" }]\n";
    for (other, code, part) in [
        (base.clone(), "name", "another policy called `p`"),
        (overlay.replace("\"p\"", "\"q\""), "overlay", "the policy `q` is not"),
        (format!("{overlay}facts.a = {{ type = \"date\" }}"), "overlay", "adds no facts"),
        (format!("{overlay}eligible = [{{ formula = \"true\", source = \"s\" }}]"), "overlay", "adds no conditions"),
        (format!("{overlay}rules.x = {{ formula = \"2\", source = \"s\" }}"), "overlay", "no rule `x`"),
        (format!("{overlay}[parameters.rate]\nvalues = []"), "overlay", "no parameter `rate`"),
        ("id = \"q\"\nvalid_from = 2020-01-01\nuses = [\"p\"]\nsources = [{ key = \"s\", title = \"S\" }]\nrules.x = { formula = \"p.none\", source = \"s\" }".to_owned(), "name", "`p` has nothing called `none`"),
    ] {
        match Book::read(&[("p.toml", &base), ("o.toml", &other)]) {
            Ok(_) => panic!("taken: {other}"),
            Err(refused) => tells(&refused.0, code, part, &other),
        }
    }
}

const LINTED: &str = r#"
[parameters.none]
type = "money"
values = []
[parameters.late]
type = "money"
values = [{ from = "2020-02-01", value = 1, source = "s", unverified = true }]
[parameters.twice]
type = "money"
values = [{ from = "2020-01-01", to = "2021-12-31", value = 1, source = "s" }, { from = "2021-01-01", to = "2024-01-01", value = 2, source = "s" }]
[parameters.told]
type = "money"
formula = "1 yuan + 1 yuan"
values = [{ from = "2020-01-01", value = 3, source = "s" }]
[rules.never]
formula = "if heads > 200 then late else twice + none"
source = "s"
unverified = true
[rules.alone]
formula = "bands(step, heads)"
source = "s"
[rules.old]
from = "2019-01-01"
to = "2019-12-31"
formula = "1"
source = "s"
[[eligible]]
readings = [{ formula = "rent < 1000 yuan", source = "s" }, { formula = "heads >= 0", source = "s" }]
[amount]
formula = "if rent < 1000 yuan then 497 yuan + told else 0 yuan"
source = "s"
[[cases]]
name = "one"
on = "2020-03-01"
household = { rent = 100, heads = 4 }
persons = [{}]
expect = { eligible = true, amount = 500 }
"#;

#[test]
fn what_lint_remarks() {
    let text = format!("{HEAD}{LINTED}");
    let book = Book::read(&[("p.toml", &text)]).unwrap_or_else(|refused| panic!("{refused}"));
    let findings = book.lint();
    for (code, part) in [
        ("unused", "fact `owner`: nothing asks for it"),
        ("unused", "nothing asks for parameter `rate`"),
        ("unreachable", "asks for rule `alone`"),
        ("unreachable", "always false: what stands after `then`"),
        ("unreachable", "`eligible.1` is always true"),
        ("unreachable", "the band from 10 is never reached"),
        ("unreachable", "this formula of `old` lies outside"),
        ("gap", "below 10 these bands give 0"),
        ("no_value", "parameter `none` has no value on any day"),
        ("no_value", "parameter `late` has no value from 2020-01-01"),
        ("no_value", "`twice` has no value after 2024-01-01"),
        ("overlap", "parameter `twice`: the stretch before lasts"),
        ("unverified", "`late` from 2020-02-01"),
        ("unverified", "`never` is to be confirmed"),
        ("conflict", "`eligible.1` rests on laws"),
        ("published", "`1 yuan + 1 yuan` gives 2, published is 3"),
        ("cases", "1 case(s)"),
        ("cliff", "`rent` from 999"),
    ] {
        tells(&findings, code, part, &text);
    }
}

#[test]
fn a_case_that_does_not_hold() {
    for (from, to, part) in [
        (
            "amount = 500",
            "amount = 501",
            "amount: expected 501, found 500",
        ),
        (
            "eligible = true",
            "eligible = false",
            "eligible: expected false",
        ),
        (
            "eligible = true",
            "eligible = [\"x\"]",
            "`eligible` is no list",
        ),
        (
            "eligible = true",
            "missing = [\"x\"]",
            "expected [x], found []",
        ),
        (
            "eligible = true",
            "nothing = 3",
            "no rule in force is called so",
        ),
        (
            "eligible = true",
            "review = true",
            "expected true, found false",
        ),
        ("on = \"2020", "on = \"2019", "found no rule in force"),
        ("on = \"2020", "on = \"1620", "this day cannot be asked"),
        ("rent = 100,", "rents = 100,", "a fact called `rents`"),
        ("rent = 100,", "rent = true,", "rent: expected yuan"),
        ("rent = 100,", "rent = -1,", "`-1` lies outside 0 to"),
        ("rent = 100,", "kind = \"c\",", "kind: expected one of a, b"),
        ("rent = 100,", "since = \"x\",", "since: expected a day"),
        (
            "rent = 100,",
            "owner = 1,",
            "owner: expected boolean, found `1`",
        ),
        (
            "expect = {",
            "expect = [{ amount = 500 }, {",
            "more is expected than",
        ),
    ] {
        let mut text = format!("{HEAD}{LINTED}").replacen(from, to, 1);
        if to.contains('[') && to.contains("}, {") {
            text = text.replace("amount = 500 }\n", "amount = 500 }]\n");
        }
        let book = Book::read(&[("p.toml", &text)]).unwrap_or_else(|refused| panic!("{refused}"));
        let runs = book.run_cases();
        tells(&runs[0].failures, "case", part, &text);
    }
}

#[test]
fn a_household_that_cannot_be_read() {
    let book = Book::read(&[("p.toml", &with("1"))]).unwrap_or_else(|refused| panic!("{refused}"));
    for (text, code, part) in [
        ("household = ", "toml", ""),
        (
            "household = { heads = 1.5 }",
            "fact",
            "heads: expected integer",
        ),
        ("household = { heads = 10 }", "fact", "outside 0 to 9"),
        (
            "household = { heads = { value = 1, date = \"x\" } }",
            "date",
            "`x`",
        ),
        ("houses = {}", "key", "unknown key `houses`"),
    ] {
        let refused = Household::read(&book, "f.toml", text).unwrap_err();
        tells(&refused.0, code, part, text);
    }
}
