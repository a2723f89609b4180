//! Why the answer is no: the rules of 导出 that can be broken. Each has a message in both languages
//! (`refusals-exports.ftl`) that says what to do.

/// Every code a refusal of this feature can have, besides those of the gate.
pub const REFUSALS: &[&str] = &[
    "exports.purpose-missing",
    "exports.purpose-personal",
    "exports.too-many",
    "exports.nothing",
    "exports.already-made",
    "exports.own",
    "exports.not-waiting",
    "exports.not-yours",
    "exports.not-granted",
    "exports.lapsed",
    "exports.reason-missing",
    "exports.reason-personal",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::REFUSALS;

    const ZH: &str = include_str!("../../../web/messages/zh-CN/refusals-exports.ftl");
    const EN: &str = include_str!("../../../web/messages/en/refusals-exports.ftl");

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
}
