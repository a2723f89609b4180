//! What the README and the language's page show is what happens.

use linli_policy::{Book, Household, Level, day};

const README: &str = include_str!("../../README.md");
const LANGUAGE: &str = include_str!("../../docs/language.md");

fn blocks<'t>(text: &'t str, kind: &str) -> Vec<&'t str> {
    let open = format!("```{kind}\n");
    let parts = text.split(&open).skip(1);
    parts.filter_map(|part| part.split("```").next()).collect()
}

fn book(text: &str) -> Book {
    Book::read(&[("heating.toml", text)]).unwrap_or_else(|refused| panic!("{refused}"))
}

fn holds(book: &Book, cases: usize) {
    let runs = book.run_cases();
    assert_eq!(runs.len(), cases);
    for run in runs {
        assert!(
            run.failures.is_empty(),
            "{}: {:?}",
            run.names.en,
            run.failures
        );
    }
    let warnings = book
        .lint()
        .into_iter()
        .filter(|one| one.level == Level::Warning);
    let cliffs: Vec<&str> = warnings.map(|one| one.code).collect();
    assert!(cliffs.iter().all(|code| *code == "cliff"), "{cliffs:?}");
}

#[test]
fn the_first_policy_runs_and_answers_as_shown() {
    let files = blocks(README, "toml");
    let book = book(files[0]);
    holds(&book, 4);
    let family = Household::read(&book, "family.toml", files[1]).unwrap();
    let law = book.law(&[], day::parse("2024-08-01").unwrap()).unwrap();
    let answers = law.ask(&family);
    let told = answers.explain(&answers.all()[0]).text();
    assert_eq!(told, blocks(README, "text")[0]);
}

#[test]
fn a_mistake_is_told_as_shown() {
    let text = blocks(README, "toml")[0].replace("income / size", "income / members");
    let refused = Book::read(&[("heating.toml", &text)]).unwrap_err();
    assert_eq!(format!("{refused}\n"), blocks(README, "text")[1]);
}

#[test]
fn the_whole_policy_of_the_language_runs() {
    holds(&book(blocks(LANGUAGE, "toml")[0]), 4);
}

#[test]
fn the_page_shows_figures_articles_and_examples() {
    let book = book(blocks(README, "toml")[0]);
    let page = book.page("heating-aid").unwrap();
    for part in [
        "# 取暖补贴 Heating aid",
        "`income / size < line`（《某镇取暖补贴办法》第二条）",
        "| 2024-07-01 |  | 2000 元 yuan |",
        "a couple, one of them 70: 30 + 20",
        "金额 Amount: 50.00 元 yuan",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
}
