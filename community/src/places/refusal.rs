//! Why the answer is no: the rules of 区划 that can be broken. Each has a message in both
//! languages (`refusals-places.ftl`) that says what to do.

/// Every code a refusal of this feature can have, besides those of the gate.
pub const REFUSALS: &[&str] = &[
    "places.date-in-future",
    "places.no-such-area",
    "places.code-taken",
    "places.code-wrong",
    "places.name-wrong",
    "places.does-not-fit",
    "places.not-empty",
    "places.heir-needed",
    "places.same-place",
    "places.nothing-to-do",
    "places.already-there",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::REFUSALS;

    const ZH: &str = include_str!("../../../web/messages/zh-CN/refusals-places.ftl");
    const EN: &str = include_str!("../../../web/messages/en/refusals-places.ftl");

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
        let code = [include_str!("decide.rs"), include_str!("service.rs")].concat();
        for rest in code.split("Refusal::new(\"").skip(1) {
            let found = rest.split('"').next().unwrap_or_default();
            let known = found.starts_with("gate.") || REFUSALS.contains(&found);
            assert!(known, "{found}");
        }
    }
}
