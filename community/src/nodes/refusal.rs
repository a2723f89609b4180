//! Why the answer is no: the rules of takeovers and branches that can be broken. Each has a message in
//! both languages (`refusals-nodes.ftl`) that says what to do.

/// Every code a refusal of this feature can have, besides those of the gate.
pub const REFUSALS: &[&str] = &[
    "nodes.branch-how",
    "nodes.branch-unknown",
    "nodes.branch-words",
    "nodes.not-gone",
    "nodes.nothing-left",
    "nodes.not-asked",
    "nodes.same-officer",
];
