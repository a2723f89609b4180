//! Votes that count in law: rolls, quorums and majorities as exact comparisons with their articles.
