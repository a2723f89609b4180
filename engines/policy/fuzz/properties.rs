//! What must hold for any bytes: used by the fuzz targets beside this file, and by the tests of the
//! crate with random bytes.

use std::sync::LazyLock;

use linli_policy::{Book, Household, population};

const POLICY: &str = include_str!("../examples/country-template.toml");

static BOOK: LazyLock<Book> = LazyLock::new(|| {
    Book::read(&[("country-template.toml", POLICY)]).expect("the example is sound")
});

/// Two files, with a zero byte between, are refused, or taken with every row.
pub(crate) fn populations_are_whole_or_refused(bytes: &[u8]) {
    let cut = bytes
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(bytes.len());
    let (households, persons) = bytes.split_at(cut);
    let persons = persons.get(1..).unwrap_or_default();
    if let Ok(read) = population::read(households, persons, BOOK.facts()) {
        let population = read.population;
        let members = (0..population.households()).map(|home| population.members(home).len());
        assert_eq!(members.sum::<usize>(), population.persons());
        for home in 0..population.households() {
            let household = population.household(&BOOK, home);
            assert_eq!(household.size(), population.members(home).len());
        }
    }
}

/// A policy, and a household of a policy, are read or refused; cases that are read can be run.
pub(crate) fn policies_are_read_or_refused(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(book) = Book::read(&[("fuzzed.toml", &text)]) {
        let runs = book.run_cases();
        assert!(runs.iter().all(|run| run.policy.len() <= text.len()));
    }
    Household::read(&BOOK, "fuzzed.toml", &text).ok();
}
