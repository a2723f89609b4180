//! Why the answer is no: the rules of 统一填报 that can be broken. Each has a message in both
//! languages (`refusals-reporting.ftl`) that says what to do.

/// Every code a refusal of this feature can have, besides those of the gate.
pub const REFUSALS: &[&str] = &[
    "reporting.area-unknown",
    "reporting.name-missing",
    "reporting.name-long",
    "reporting.basis-missing",
    "reporting.number-missing",
    "reporting.issuer-missing",
    "reporting.issued-later",
    "reporting.link-unreadable",
    "reporting.columns-missing",
    "reporting.columns-many",
    "reporting.column-unknown",
    "reporting.column-twice",
    "reporting.age-unreadable",
    "reporting.ages-crossed",
    "reporting.filter-unknown",
    "reporting.due-past",
    "reporting.not-seen",
    "reporting.need-missing",
    "reporting.reason-missing",
    "reporting.personal",
    "reporting.words-long",
    "reporting.ended",
    "reporting.already-there",
    "reporting.no-such-template",
];

#[cfg(test)]
mod tests {
    use super::REFUSALS;

    #[test]
    fn every_refusal_in_the_code_is_listed() {
        let code = [
            include_str!("decide.rs"),
            include_str!("queries.rs"),
            include_str!("service.rs"),
        ]
        .concat();
        for rest in code.split("\"reporting.").skip(1) {
            let found = format!("reporting.{}", rest.split('"').next().unwrap_or_default());
            assert!(REFUSALS.contains(&found.as_str()), "{found}");
        }
    }
}
