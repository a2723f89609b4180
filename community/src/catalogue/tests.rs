//! The built-in catalogue is in order, and what is wrong with a file is said with file, key and
//! what is expected.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::date;
use linli_kernel::Refusal;
use serde_json::{Value, json};

use super::*;

fn catalogue() -> Catalogue {
    Catalogue::built_in().unwrap_or_else(|problems| {
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{}", said.join("\n"))
    })
}

fn dibao() -> Service {
    let catalogue = catalogue();
    Service::clone(catalogue.service("dibao", date(2026, 9, 1)).unwrap())
}

fn text_of(name: &str) -> String {
    let catalogue = catalogue();
    let file = catalogue
        .files()
        .iter()
        .find(|file| file.name == name)
        .unwrap();
    file.text.clone()
}

/// The problems of the built-in dibao file after `change`.
fn problems_after(change: impl Fn(&str) -> String) -> Vec<String> {
    let text = text_of("dibao.toml");
    let changed = change(&text);
    assert_ne!(text, changed, "the test changes nothing");
    let file = File {
        name: "dibao.toml".to_owned(),
        text: changed,
    };
    let problems = Catalogue::read(vec![file]).unwrap_err();
    problems.iter().map(ToString::to_string).collect()
}

fn expect_problem(change: impl Fn(&str) -> String, said: &str) {
    let problems = problems_after(change);
    assert!(
        problems.iter().any(|one| one.contains(said)),
        "{said} not among {problems:#?}"
    );
}

#[test]
fn the_built_in_catalogue_is_in_order_and_its_examples_hold() {
    let catalogue = catalogue();
    let ids: Vec<&str> = catalogue
        .services_on(date(2026, 11, 23))
        .map(|service| service.id.as_str())
        .collect();
    assert_eq!(
        ids,
        [
            "certificate",
            "dibao",
            "disability-subsidies",
            "elder-allowance",
            "home-care",
            "temporary-relief",
            "veterans-confirmation"
        ]
    );
}

#[test]
fn every_file_of_the_folder_is_built_in() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalogue/services");
    let catalogue = catalogue();
    let built_in: BTreeSet<&str> = catalogue
        .files()
        .iter()
        .map(|file| file.name.as_str())
        .collect();
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".toml") {
            assert!(built_in.contains(name.as_str()), "{name} is not in load.rs");
            seen += 1;
        }
    }
    assert_eq!(seen, built_in.len());
}

#[test]
fn a_file_names_its_unknown_keys_with_the_line() {
    expect_problem(
        |text| {
            text.replace(
                "line = \"assistance\"",
                "line = \"assistance\"\nlien = \"x\"",
            )
        },
        "dibao.toml: line ",
    );
    expect_problem(
        |text| {
            text.replace(
                "line = \"assistance\"",
                "line = \"assistance\"\nlien = \"x\"",
            )
        },
        "unknown field `lien`",
    );
}

#[test]
fn nothing_may_be_asked_twice() {
    expect_problem(
        |text| text.replacen("field = \"person.phone\"\n", "", 1),
        "(phone): field = … (the register's own comes filled in)",
    );
    expect_problem(
        |text| text.replacen("field = \"person.name\"\nknown = \"show\"\n", "", 1),
        "field = \"person.name\": the register holds “姓名”",
    );
    expect_problem(
        |text| text.replace("field = \"household.housing\"", "field = \"person.hukou\""),
        "form.questions (field): every id once, but “person.hukou” stands twice",
    );
    expect_problem(
        |text| {
            text.replacen(
                "held = \"sharing\"",
                "held = \"sharing\"\nrequired = true",
                1,
            )
        },
        "what is held is not asked for",
    );
}

#[test]
fn wording_is_complete_plain_and_kind() {
    expect_problem(
        |text| text.replace("en = \"Main reason\"", "en = \"\""),
        ".short.en: English wording",
    );
    expect_problem(
        |text| text.replace("zh = \"困难的主要原因\"", "zh = \"Main reason\""),
        ".short.zh: Chinese wording",
    );
    expect_problem(
        |text| text.replace("zh = \"不收费\"", "zh = \"不收费，请耐心等待\""),
        "guide.fee.zh: kind, plain wording without “请耐心等待”",
    );
    expect_problem(
        |text| text.replace("zh = \"不收费\"", "zh = \"不收费, 当场办\""),
        "guide.fee.zh: full-width marks",
    );
}

#[test]
fn days_and_grounds_rest_on_something() {
    expect_problem(
        |text| {
            text.replace(
                "suspends = [\"supplement\"]",
                "suspends = [\"supplement\", \"notice\"]",
            )
            .replace("public = true", "public = false")
        },
        "clock.suspends: notice among them only when there is a public notice",
    );
    expect_problem(
        |text| {
            text.replace(
                "{ source = \"saa\", article = 76 }, ",
                "{ source = \"sas\", article = 76 }, ",
            )
        },
        "basis.cite[0].source: the key of one of the sources",
    );
    expect_problem(
        |text| {
            text.replace(
                "basis = { cite = [{ source = \"saa\", article = 46 }] }",
                "basis = { }",
            )
        },
        "a citation, or unverified = true with a note",
    );
}

#[test]
fn desks_fit_the_tiers_and_the_last_one_decides() {
    expect_problem(
        |text| text.replace("role = \"committee_worker\"", "role = \"auditor\""),
        "steps[0] (committee).role: a role that works cases",
    );
    expect_problem(
        |text| {
            text.replace(
                "\"notice\", \"decide\", \"deliver\"",
                "\"notice\", \"deliver\"",
            )
        },
        "steps: the last desk decides",
    );
    expect_problem(
        |text| text.replace("\"review\", \"notice\",", "\"review\","),
        "a desk that may post the notice, exactly when there is one",
    );
}

#[test]
fn conditions_look_back_and_test_one_thing() {
    expect_problem(
        |text| {
            text.replace(
                "[{ of = \"income_changed\", is = [true] }]",
                "[{ of = \"cause\", is = [true] }]",
            )
        },
        "shown_if[0].of: the id of an earlier question",
    );
    expect_problem(
        |text| {
            text.replace(
                "[{ of = \"income_changed\", is = [true] }]",
                "[{ of = \"income_changed\" }]",
            )
        },
        "exactly one test",
    );
}

#[test]
fn an_example_that_does_not_hold_is_a_problem_of_the_file() {
    expect_problem(
        |text| text.replace("due = \"2026-10-23\"", "due = \"2026-10-22\""),
        "clock.due to be \"2026-10-22\", but it is \"2026-10-23\"",
    );
    expect_problem(
        |text| text.replace("corrects = [\"person.phone\"]", "corrects = []"),
        "corrects to be [], but it is [\"person.phone\"]",
    );
}

#[test]
fn a_town_may_shorten_and_add_but_not_take_away() {
    let town = |days: u32| File {
        name: "towns/310117102-dibao.toml".to_owned(),
        text: format!(
            "service = \"dibao\"\narea = \"310117/310117102\"\nversion = 1\n\
             valid_from = \"2026-09-01\"\nterms = {{ total = {days} }}\n\
             [contact]\noffice = {{ zh = \"本镇窗口\", en = \"Our counter\" }}\nphone = \"021-57800000\"\n\
             basis = {{ unverified = true, note = {{ zh = \"示例\", en = \"Example\" }} }}\n"
        ),
    };
    let dibao = File {
        name: "dibao.toml".to_owned(),
        text: text_of("dibao.toml"),
    };
    let with = Catalogue::read(vec![dibao.clone(), town(15)]).unwrap();
    let inside = "310117/310117102/310117102001".parse().unwrap();
    let outside = "310117/310117001/310117001001".parse().unwrap();
    let day = date(2026, 9, 1);
    let shorter = with.service_in("dibao", &inside, day).unwrap();
    assert_eq!(
        (
            shorter.clock.total.days,
            shorter.guide.contact.phone.as_str()
        ),
        (15, "021-57800000")
    );
    assert_eq!(shorter.overlaid, ["310117/310117102@1"]);
    assert_eq!(
        with.service_in("dibao", &outside, day)
            .unwrap()
            .clock
            .total
            .days,
        25
    );
    assert_eq!(
        with.service_in("dibao", &inside, date(2026, 8, 31))
            .unwrap()
            .clock
            .total
            .days,
        25
    );
    assert!(
        with.service_in("dibao", &"310118".parse().unwrap(), day)
            .is_none()
    );

    let longer = Catalogue::read(vec![dibao, town(26)]).unwrap_err();
    assert!(
        longer[0].to_string().contains("terms.total: 1 to 25 days"),
        "{longer:?}"
    );
}

#[test]
fn two_versions_follow_each_other() {
    let text = text_of("dibao.toml");
    let old = File {
        name: "dibao@1.toml".to_owned(),
        text: text.replace(
            "valid_from = \"2026-07-01\"",
            "valid_from = \"2025-01-01\"\nvalid_to = \"2026-06-30\"",
        ),
    };
    let new = File {
        name: "dibao.toml".to_owned(),
        text: text.replacen("version = 1", "version = 2", 1),
    };
    let both = Catalogue::read(vec![new.clone(), old.clone()]).unwrap();
    assert_eq!(both.service("dibao", date(2026, 6, 30)).unwrap().version, 1);
    assert_eq!(both.service("dibao", date(2026, 7, 1)).unwrap().version, 2);
    assert_eq!(
        both.version("dibao", 1).unwrap().valid_to,
        Some(date(2026, 6, 30))
    );
    assert!(both.service("dibao", date(2024, 12, 31)).is_none());

    let overlapping = File {
        text: old
            .text
            .replace("valid_to = \"2026-06-30\"", "valid_to = \"2026-07-01\""),
        ..old
    };
    let problems = Catalogue::read(vec![new, overlapping]).unwrap_err();
    assert!(
        problems[0].expected.contains("to follow each other"),
        "{problems:?}"
    );
}

#[test]
fn a_folder_replaces_and_adds() {
    let folder = tempfile::tempdir().unwrap();
    let changed = text_of("dibao.toml").replace("minutes = 10", "minutes = 11");
    std::fs::write(folder.path().join("dibao.toml"), changed).unwrap();
    let with = Catalogue::with_folder(folder.path()).unwrap();
    let day = date(2026, 9, 1);
    assert_eq!(with.service("dibao", day).unwrap().guide.minutes, 11);
    assert_eq!(
        with.services_on(day).count(),
        catalogue().services_on(day).count()
    );
    assert_ne!(with.service("dibao", day).unwrap().hash, dibao().hash);
    let missing = Catalogue::with_folder(&folder.path().join("no-such")).unwrap_err();
    assert!(missing[0].expected.contains("a readable"), "{missing:?}");
}

// The form engine ------------------------------------------------------------------------------------

fn facts(pairs: &[(&str, Value)]) -> Facts {
    let fact = |(field, value): &(&str, Value)| {
        let known = KnownFact {
            value: value.clone(),
            source: "户籍登记".to_owned(),
            as_of: None,
        };
        ((*field).to_owned(), known)
    };
    pairs.iter().map(fact).collect()
}

fn answers(pairs: &[(&str, Value)]) -> Answers {
    pairs
        .iter()
        .map(|(id, value)| ((*id).to_owned(), value.clone()))
        .collect()
}

fn codes(refusals: &[Refusal]) -> BTreeMap<&str, &str> {
    refusals
        .iter()
        .map(|one| (one.field.as_deref().unwrap_or_default(), one.code.as_str()))
        .collect()
}

#[test]
fn what_the_register_knows_gets_no_page_or_a_filled_one() {
    let service = dibao();
    let known = facts(&[
        ("person.name", json!("张建国")),
        ("person.phone", json!("10900000012")),
    ]);
    let form = Form::new(&service, &known, date(2026, 9, 1));
    let pages: Vec<&str> = form
        .pages(&Answers::new())
        .into_iter()
        .map(|page| page.id.as_str())
        .collect();
    assert!(!pages.contains(&"name"), "shown, not asked");
    assert!(pages.contains(&"phone"), "a page to confirm");
    let phone = form.question("phone").unwrap();
    assert_eq!(
        form.filled_in(phone, &Answers::new()),
        Some(json!("10900000012"))
    );
}

#[test]
fn the_next_page_waits_for_confirmation_and_conditions() {
    let service = dibao();
    let known = facts(&[("person.address", json!("松江区示例路12弄3号"))]);
    let form = Form::new(&service, &known, date(2026, 9, 1));
    let mut given = answers(&[
        ("name", json!("张建国")),
        ("id_number", json!("990117194803120015")),
        ("birth_date", json!("1948-03-12")),
        ("hukou", json!("local")),
    ]);
    assert_eq!(form.next(&given).unwrap().id, "address");
    given.insert("address".to_owned(), json!("松江区示例路12弄3号"));
    assert_eq!(form.next(&given).unwrap().id, "members");
    assert_eq!(form.after("income_changed", &given).unwrap().id, "assets");
    given.insert("income_changed".to_owned(), json!(true));
    assert_eq!(
        form.after("income_changed", &given).unwrap().id,
        "income_change"
    );
    assert_eq!(form.before("assets", &given).unwrap().id, "income_change");
    assert!(form.before("name", &given).is_none());
}

#[test]
fn answers_that_are_no_longer_asked_are_left_out() {
    let service = dibao();
    let known = Facts::new();
    let form = Form::new(&service, &known, date(2026, 9, 1));
    let given = answers(&[
        ("cause", json!("no_work")),
        ("wants_work", json!("yes")),
        ("medical_cost", json!("not a number")),
    ]);
    let refusals = form.check(&given, &[]).unwrap_err();
    let codes = codes(&refusals);
    assert!(
        !codes.contains_key("medical_cost"),
        "not asked, so no problem: {codes:?}"
    );
    assert!(!codes.contains_key("wants_work"), "{codes:?}");
    assert_eq!(codes.get("income"), Some(&"catalogue.answer-required"));
    assert_eq!(
        codes.get("true_statement"),
        Some(&"catalogue.declaration-needed")
    );
}

#[test]
fn what_nobody_asked_is_refused() {
    let service = dibao();
    let known = Facts::new();
    let form = Form::new(&service, &known, date(2026, 9, 1));
    let given = answers(&[("favourite_colour", json!("red"))]);
    let refusals = form.check(&given, &["everything".to_owned()]).unwrap_err();
    let codes = codes(&refusals);
    assert_eq!(
        codes.get("favourite_colour"),
        Some(&"catalogue.question-unknown")
    );
    assert_eq!(codes.get("everything"), Some(&"catalogue.question-unknown"));
}

#[test]
fn a_wrong_answer_does_not_fall_back_on_the_register() {
    let service = dibao();
    let known = facts(&[("person.phone", json!("10900000012"))]);
    let form = Form::new(&service, &known, date(2026, 9, 1));
    let refusals = form
        .check(&answers(&[("phone", json!("138"))]), &[])
        .unwrap_err();
    let phone: Vec<&str> = refusals
        .iter()
        .filter(|refusal| refusal.field.as_deref() == Some("phone"))
        .map(|refusal| refusal.code.as_str())
        .collect();
    assert_eq!(
        phone,
        ["catalogue.phone-length"],
        "one problem, the right one"
    );
}

#[test]
fn a_fact_that_cannot_be_kept_is_asked() {
    let service = dibao();
    let known = facts(&[
        ("person.hukou", json!("mars")),
        ("person.name", json!("  ")),
    ]);
    let form = Form::new(&service, &known, date(2026, 9, 1));
    let pages: Vec<&str> = form
        .pages(&Answers::new())
        .into_iter()
        .map(|page| page.id.as_str())
        .collect();
    assert!(
        pages.contains(&"hukou") && pages.contains(&"name"),
        "{pages:?}"
    );
}

#[test]
fn a_list_comes_filled_in_as_far_as_it_is_known() {
    let service = dibao();
    let rows = json!([{ "name": "张建国", "relation": "0", "resident": "x" }, { "name": "李梅" }]);
    let known = facts(&[("household.members", rows)]);
    let form = Form::new(&service, &known, date(2026, 9, 1));
    let members = form.question("members").unwrap();
    assert_eq!(
        form.known(members),
        None,
        "李梅's relation is missing, so it is asked"
    );
    let filled = form.filled_in(members, &Answers::new());
    assert_eq!(
        filled,
        Some(json!([{ "name": "张建国", "relation": "0" }, { "name": "李梅" }]))
    );
}

#[test]
fn the_summary_shows_words_and_what_the_register_has() {
    let service = dibao();
    let known = facts(&[
        ("household.monthly_income_fen", json!(120_000)),
        ("person.birth_date", json!("1948-03-12")),
    ]);
    let form = Form::new(&service, &known, date(2026, 9, 1));
    let given = answers(&[("income", json!(90_000)), ("cause", json!("illness"))]);
    let groups = summary(&form, &given);
    let rows: BTreeMap<&str, &SummaryRow<'_>> = groups
        .iter()
        .flat_map(|group| &group.rows)
        .map(|row| (row.question.id.as_str(), row))
        .collect();
    assert_eq!(rows["birth_date"].shown.zh, "1948年3月12日");
    assert_eq!(rows["birth_date"].shown.en, "12 March 1948");
    assert_eq!(rows["income"].shown.zh, "¥900.00");
    assert_eq!(
        rows["income"].register_has.as_ref().unwrap().zh,
        "¥1,200.00"
    );
    assert_eq!(rows["cause"].shown.en, "Illness");
    assert_eq!(rows["assets"].shown.zh, "未填写");
    assert_eq!(form.corrections(&given)[0].before, Some(json!(120_000)));
}

/// What a page of dibao makes of `typed`: the kept answer, or the code of the refusal.
fn read(id: &str, typed: &Value) -> String {
    let service = dibao();
    let known = Facts::new();
    let form = Form::new(&service, &known, date(2026, 9, 1));
    match form.read(form.question(id).unwrap(), typed) {
        Ok(kept) => kept.to_string(),
        Err(refusals) => refusals[0].code.clone(),
    }
}

#[test]
fn numbers_and_dates_name_the_check_that_failed() {
    for (id, typed, kept) in [
        ("phone", json!(" 138-0001-2345 "), "\"13800012345\""),
        ("phone", json!("021 5780 0000"), "\"02157800000\""),
        ("phone", json!("1380001234a"), "catalogue.phone-characters"),
        ("phone", json!("12800012345"), "catalogue.phone-prefix"),
        ("phone", json!("0215780"), "catalogue.phone-fixed-length"),
        (
            "id_number",
            json!("９９０１１７ 19480312 0015"),
            "\"990117194803120015\"",
        ),
        (
            "id_number",
            json!("99011719480312001"),
            "catalogue.identity-length",
        ),
        (
            "id_number",
            json!("990117194813120015"),
            "catalogue.identity-birth-date",
        ),
        ("birth_date", json!("1948年3月12日"), "\"1948-03-12\""),
        ("birth_date", json!("19480312"), "\"1948-03-12\""),
        (
            "birth_date",
            json!("1948-02-30"),
            "catalogue.date-no-such-day",
        ),
        ("birth_date", json!("不记得"), "catalogue.date-unreadable"),
        (
            "birth_date",
            json!("2026-09-02"),
            "catalogue.date-in-future",
        ),
    ] {
        assert_eq!(read(id, &typed), kept, "{id} from {typed}");
    }
}

#[test]
fn money_choices_and_lists_name_the_check_that_failed() {
    for (id, typed, kept) in [
        ("income", json!("１，２００元"), "120000"),
        ("income", json!(1200), "1200"),
        ("income", json!("12.345"), "catalogue.money-decimals"),
        ("income", json!("-5"), "catalogue.money-negative"),
        ("income", json!("2000000"), "catalogue.money-too-large"),
        ("income_changed", json!("是"), "true"),
        ("income_changed", json!("maybe"), "catalogue.yes-or-no"),
        ("hukou", json!("mars"), "catalogue.choice-unknown"),
        (
            "bank_account",
            json!("6222 0000 0000 0012"),
            "\"6222000000000012\"",
        ),
        (
            "bank_account",
            json!("六二二二"),
            "catalogue.account-characters",
        ),
        ("address", json!("路\u{7}"), "catalogue.text-unprintable"),
        ("members", json!("张建国"), "catalogue.rows-shape"),
        (
            "members",
            json!([{ "name": "甲", "relation": "0", "age": "3" }]),
            "catalogue.column-unknown",
        ),
        ("name", json!({ "first": "国" }), "catalogue.answer-shape"),
        ("name", json!(""), "catalogue.answer-required"),
        ("visit_time", json!(""), "null"),
    ] {
        assert_eq!(read(id, &typed), kept, "{id} from {typed}");
    }
}

#[test]
fn a_page_that_was_sent_becomes_one_value() {
    let service = dibao();
    let sent = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    };
    let question = |id: &str| service.form.questions.iter().find(|q| q.id == id).unwrap();
    let birth = sent(&[
        ("birth_date.year", "1948"),
        ("birth_date.month", "3"),
        ("birth_date.day", "12"),
    ]);
    assert_eq!(
        from_form(question("birth_date"), &birth),
        json!("1948-3-12")
    );
    let rows = sent(&[
        ("members.0.name", "张建国"),
        ("members.0.relation", "0"),
        ("members.1.name", " "),
        ("members.1.relation", ""),
        ("members.10.name", "李梅"),
    ]);
    let expected = json!([{ "name": "张建国", "relation": "0" }, { "name": "李梅" }]);
    assert_eq!(from_form(question("members"), &rows), expected);
    assert_eq!(from_form(question("phone"), &sent(&[])), Value::Null);
}

#[test]
fn ages_turn_on_the_birthday() {
    assert_eq!(age_on("1961-09-02", date(2026, 9, 1)), Some(64));
    assert_eq!(age_on("1961-09-01", date(2026, 9, 1)), Some(65));
    assert_eq!(age_on("2004-02-29", date(2026, 2, 28)), Some(21));
    assert_eq!(age_on("soon", date(2026, 2, 28)), None);
}

#[test]
fn a_clause_is_quoted_in_both_languages() {
    let service = dibao();
    let ground = &service.decision.grounds[0];
    let clause = service.clause(&ground.basis);
    assert_eq!(
        clause.zh,
        "《中华人民共和国社会救助法》第十八条第一款、《上海市社会救助条例》第十条"
    );
    assert!(
        clause.en.starts_with("Social Assistance Law"),
        "{}",
        clause.en
    );
}
