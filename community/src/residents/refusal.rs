//! Why the answer is no: the rules of 居民与家庭 that can be broken. Each has a message in both
//! languages (`refusals-residents.ftl`) that says what to do.

/// Every code a refusal of this feature can have, besides those of the gate.
pub const REFUSALS: &[&str] = &[
    "residents.already-registered",
    "residents.not-registered",
    "residents.number-known",
    "residents.not-a-committee",
    "residents.missing",
    "residents.unknown-source",
    "residents.unknown-field",
    "residents.date-in-future",
    "residents.date-wrong",
    "residents.until-before-from",
    "residents.older-than-known",
    "residents.nothing-new",
    "residents.words-missing",
    "residents.case-missing",
    "residents.same-place",
    "residents.dead",
    "residents.erased",
    "residents.wrong-type",
    "residents.too-long",
    "residents.not-in-list",
    "residents.phone-wrong",
    "residents.account-wrong",
    "residents.amount-wrong",
    "residents.id-number-length",
    "residents.id-number-characters",
    "residents.id-number-region",
    "residents.id-number-birth-date",
    "residents.id-number-check-digit",
    "residents.household-exists",
    "residents.household-unknown",
    "residents.head-first",
    "residents.member-twice",
    "residents.member-elsewhere",
    "residents.no-such-member",
    "residents.head-leaves-last",
    "residents.members-differ",
    "residents.mandate-for-oneself",
    "residents.no-such-right",
    "residents.already-ended",
    "residents.too-many",
    "residents.merged",
    "residents.merge-self",
    "residents.merge-own",
    "residents.merge-head",
    "residents.merge-awards",
    "residents.not-merged",
    "residents.part-latest-first",
    "residents.erase-own",
    "residents.erase-open-cases",
    "residents.reference-missing",
    "residents.reference-wrong",
    "residents.reference-personal",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::REFUSALS;

    const ZH: &str = include_str!("../../../web/messages/zh-CN/refusals-residents.ftl");
    const EN: &str = include_str!("../../../web/messages/en/refusals-residents.ftl");

    fn keys(messages: &str) -> BTreeSet<String> {
        let lines = messages.lines().filter(|line| !line.starts_with('#'));
        lines
            .filter_map(|line| line.split_once(" = "))
            .map(|(key, _)| key.to_owned())
            .collect()
    }

    #[test]
    fn every_refusal_says_in_both_languages_what_to_do() {
        let key = |code: &&str| format!("refusal-{}", code.replace('.', "-"));
        let codes: BTreeSet<String> = REFUSALS.iter().map(key).collect();
        assert_eq!(keys(ZH), codes);
        assert_eq!(keys(EN), codes);
    }

    #[test]
    fn every_refusal_in_the_code_is_listed() {
        let code = [
            include_str!("decide.rs"),
            include_str!("erasure.rs"),
            include_str!("households.rs"),
            include_str!("merge/decide.rs"),
            include_str!("merge/places.rs"),
            include_str!("merge/service.rs"),
            include_str!("rights.rs"),
            include_str!("service.rs"),
            include_str!("reading.rs"),
            include_str!("values.rs"),
            include_str!("synthetic/write.rs"),
        ]
        .concat();
        for rest in code.split("Refusal::new(\"").skip(1) {
            let found = rest.split('"').next().unwrap_or_default();
            let known = found.starts_with("gate.") || REFUSALS.contains(&found);
            assert!(known, "{found}");
        }
    }
}
