//! The built-in catalogue is in order, and what is wrong with a file is said with file, key and
//! what is expected.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::civil::date;

use super::super::{Catalogue, File};
use super::{catalogue, dibao, text_of};

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
