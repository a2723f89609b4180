//! The form engine: nothing is asked twice, every problem is named, and what is kept is stable.

use std::collections::BTreeMap;

use jiff::civil::date;
use linli_kernel::Refusal;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{Answers, Facts, Form, KnownFact, SummaryRow, age_on, from_form, summary};
use super::dibao;

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
    let form = Form::new(service, &known, date(2026, 9, 1));
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
    let form = Form::new(service, &known, date(2026, 9, 1));
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
    let form = Form::new(service, &known, date(2026, 9, 1));
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
    let form = Form::new(service, &known, date(2026, 9, 1));
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
    let form = Form::new(service, &known, date(2026, 9, 1));
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
    let form = Form::new(service, &known, date(2026, 9, 1));
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
    let form = Form::new(service, &known, date(2026, 9, 1));
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
    let form = Form::new(service, &known, date(2026, 9, 1));
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
    let form = Form::new(service, &known, date(2026, 9, 1));
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

/// What a browser or a program might send: text of all sorts, numbers, lists of rows.
fn anything() -> impl Strategy<Value = Value> {
    let words = prop_oneof![
        any::<String>(),
        "[0-9 ０-９+-]{0,20}",
        "(00|0086|\\+86|0)?[0-9]{0,13}",
        "[0-9]{4}[-年/.]?[0-9]{1,2}[-月/.]?[0-9]{1,2}日?",
        "[¥￥]?[0-9,，]{0,9}([.。][0-9]{0,3})?元?",
        Just("yes".to_owned()),
        Just("local".to_owned()),
    ];
    let plain = prop_oneof![
        words.prop_map(Value::String),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ];
    plain.prop_recursive(2, 12, 3, |inner| {
        let keys = prop_oneof![
            Just("name".to_owned()),
            Just("relation".to_owned()),
            any::<String>()
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            prop::collection::btree_map(keys, inner, 0..3)
                .prop_map(|cells| Value::Object(cells.into_iter().collect())),
        ]
    })
}

proptest! {
    /// What is kept reads back as itself, so that a draft saved and checked again never changes.
    #[test]
    fn what_is_kept_is_kept_again(typed in anything()) {
        let service = dibao();
        let known = Facts::new();
        let form = Form::new(service, &known, date(2026, 9, 1));
        for question in &service.form.questions {
            if let Ok(kept) = form.read(question, &typed) && !kept.is_null() {
                prop_assert_eq!(form.read(question, &kept), Ok(kept.clone()), "{}", question.id);
            }
        }
    }

    /// Every problem is on a field that exists: a question, a cell of one, or a declaration.
    #[test]
    fn every_problem_stands_beside_a_field(typed in prop::collection::vec(anything(), 22)) {
        let service = dibao();
        let known = Facts::new();
        let form = Form::new(service, &known, date(2026, 9, 1));
        let ids = service.form.questions.iter().map(|question| question.id.clone());
        let given: Answers = ids.zip(typed).collect();
        if let Err(refusals) = form.check(&given, &[]) {
            for refusal in refusals {
                let field = refusal.field.unwrap_or_default();
                let id = field.split('.').next().unwrap_or_default();
                let declared = service.form.declarations.iter().any(|one| one.id == id);
                prop_assert!(declared || form.question(id).is_some(), "{}", field);
            }
        }
    }
}
