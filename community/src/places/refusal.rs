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
