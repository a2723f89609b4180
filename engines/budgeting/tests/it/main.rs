//! Budgeting against published results, an implementation that reads like the definition, the
//! peer's, and the axioms.

mod axioms;
mod faults;
mod files;
mod mutations;
mod papers;
mod peer;
mod published;
mod reference;
mod world;
