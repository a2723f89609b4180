//! Policies, the files of a population, and households of cases.

use std::sync::LazyLock;

use linli_policy::{Book, Household, population as folder};

const POLICY: &str = include_str!("../../engines/policy/examples/country-template.toml");

static BOOK: LazyLock<Book> = LazyLock::new(|| {
    Book::read(&[("country-template.toml", POLICY)]).expect("the example is sound")
});

/// Two files, with a zero byte between, are refused, or taken with every row.
pub(crate) fn population(bytes: &[u8]) -> bool {
    let cut = bytes
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(bytes.len());
    let (households, persons) = bytes.split_at(cut);
    let persons = persons.get(1..).unwrap_or_default();
    let Ok(read) = folder::read(households, persons, BOOK.facts()) else {
        return false;
    };
    let population = read.population;
    let members = (0..population.households()).map(|home| population.members(home).len());
    assert_eq!(members.sum::<usize>(), population.persons());
    for home in 0..population.households() {
        let household = population.household(&BOOK, home);
        assert_eq!(household.size(), population.members(home).len());
    }
    true
}

/// A policy is read or refused; cases that are read can be run.
pub(crate) fn file(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Ok(book) = Book::read(&[("fuzzed.toml", &text)]) else {
        return false;
    };
    let runs = book.run_cases();
    assert!(runs.iter().all(|run| run.policy.len() <= text.len()));
    true
}

/// A household is read or refused.
pub(crate) fn household(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    Household::read(&BOOK, "fuzzed.toml", &text).is_ok()
}
