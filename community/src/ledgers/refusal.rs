//! Why the answer is no, or somebody must look: the rules of 台账导入. Each has a message in both
//! languages (`refusals-ledgers.ftl`) that says what to do.

/// Every code a refusal of this feature can have, besides those of the gate and of residents.
pub const REFUSALS: &[&str] = &[
    "ledgers.number-lost-digits",
    "ledgers.cell-error",
    "ledgers.not-in-list",
    "ledgers.date-unreadable",
    "ledgers.date-no-day",
    "ledgers.date-short-year",
    "ledgers.date-order",
    "ledgers.date-lunar",
    "ledgers.birth-date-differs",
    "ledgers.sex-differs",
    "ledgers.line-twice",
    "ledgers.lives-elsewhere",
    "ledgers.same-name",
    "ledgers.number-merged",
    "ledgers.name-differs",
    "ledgers.said-by-resident",
    "ledgers.nothing-to-import",
    "ledgers.already-begun",
    "ledgers.already-undone",
    "ledgers.no-such-import",
    "ledgers.no-name-column",
    "ledgers.file-missing",
    "ledgers.file-too-much",
    "ledgers.file-web-page",
    "ledgers.file-unknown",
    "ledgers.file-locked",
    "ledgers.file-entities",
    "ledgers.file-encoding",
    "ledgers.file-no-such-sheet",
    "ledgers.file-empty",
    "ledgers.file-damaged",
];

#[cfg(test)]
mod tests {
    use super::REFUSALS;

    #[test]
    fn every_refusal_in_the_code_is_listed() {
        let code = [
            include_str!("cells.rs"),
            include_str!("dates.rs"),
            include_str!("judge.rs"),
            include_str!("lines.rs"),
            include_str!("service.rs"),
            include_str!("undo.rs"),
        ]
        .concat();
        for rest in code.split("\"ledgers.").skip(1) {
            let found = format!("ledgers.{}", rest.split('"').next().unwrap_or_default());
            assert!(REFUSALS.contains(&found.as_str()), "{found}");
        }
    }
}
