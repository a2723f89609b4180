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
