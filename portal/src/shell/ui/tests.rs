//! Components: what is escaped, what is joined to what.

use askama::Template as _;

use super::*;
use crate::shell::Query;

#[test]
fn what_people_typed_is_escaped_everywhere() {
    let evil = "<script>\"'&".to_owned();
    let parts = [
        Input {
            name: "a".to_owned(),
            label: evil.clone(),
            value: evil.clone(),
            error: evil.clone(),
            ..Input::default()
        }
        .render(),
        Textarea {
            name: "a".to_owned(),
            value: evil.clone(),
            ..Textarea::default()
        }
        .render(),
        SummaryList {
            rows: vec![Row::new(evil.clone(), evil.clone())],
        }
        .render(),
        Table {
            caption: evil.clone(),
            columns: vec![Column::new(evil.clone())],
            rows: vec![vec![Cell::text(evil.clone())]],
            ..Table::default()
        }
        .render(),
        Tag::new(evil.clone(), Tone::Done).render(),
    ];
    for part in parts {
        let html = part.unwrap();
        assert!(
            !html.contains("<script>") && !html.contains("=\"<"),
            "{html}"
        );
    }
    assert_eq!(
        Markup::text(&evil).to_string(),
        "&lt;script&gt;&quot;&#39;&amp;"
    );
}

#[test]
fn label_hint_reason_and_error_are_joined_to_the_field() {
    let html = Input {
        name: "income".to_owned(),
        label: "收入".to_owned(),
        hint: "每月".to_owned(),
        why: "算补助".to_owned(),
        error: "请填写".to_owned(),
        kind: Kind::Money,
        ..Input::default()
    }
    .render()
    .unwrap();
    assert!(html.contains("for=\"income\"") && html.contains("id=\"income\""));
    for id in ["income-hint", "income-why", "income-error"] {
        assert!(html.contains(&format!("id=\"{id}\"")), "{id}");
        let (_, rest) = html.split_once("aria-describedby=\"").unwrap();
        assert!(rest.split('"').next().unwrap().contains(id), "{id}");
    }
    assert!(html.contains("inputmode=\"decimal\"") && html.contains("aria-invalid"));
}

#[test]
fn the_first_choice_has_the_fields_own_id_for_the_error_summary() {
    let html = Radios {
        name: "sex".to_owned(),
        legend: "性别".to_owned(),
        choices: vec![
            Choice::new("1", "男"),
            Choice::new("2", "女").chosen_if("2"),
        ],
        ..Radios::default()
    }
    .render()
    .unwrap();
    assert!(html.contains("id=\"sex\" value=\"1\">"), "{html}");
    assert!(html.contains("id=\"sex-2\" value=\"2\" checked>"), "{html}");
}

#[test]
fn a_sorted_column_turns_round_and_says_how_it_is_sorted() {
    let query = Query::of(&"/desk/cases?sort=due&q=x".parse().unwrap());
    let due = Column::sorting("期限", "due", &query, "due");
    assert_eq!(
        (due.aria(), due.href.as_str()),
        ("ascending", "/desk/cases?q=x&sort=-due")
    );
    let other = Column::sorting("编号", "number", &query, "due");
    assert_eq!(
        (other.aria(), other.href.as_str()),
        ("none", "/desk/cases?q=x&sort=number")
    );
}

#[test]
fn a_date_typed_in_three_fields_is_read_or_is_none() {
    let fields = |day: &str| {
        crate::shell::Fields::new(vec![
            ("from-year".to_owned(), "2026".to_owned()),
            ("from-month".to_owned(), "２".to_owned()),
            ("from-day".to_owned(), day.to_owned()),
        ])
    };
    let read = DateInput::read(&fields("28"), "from");
    assert_eq!(read, Some(jiff::civil::date(2026, 2, 28)));
    assert_eq!(DateInput::read(&fields("30"), "from"), None);
    assert_eq!(DateInput::read(&fields("x"), "from"), None);
}
