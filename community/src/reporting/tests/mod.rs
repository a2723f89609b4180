//! Tests of 统一填报: the rules, what is repeated, and tables filled from a made-up population.

mod decide;
mod node;
mod repeats;
