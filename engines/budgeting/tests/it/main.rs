//! Budgeting against published results, an implementation that reads like the definition, the
//! peer's, and the axioms.

#[cfg(test)]
mod axioms;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod files;
#[cfg(test)]
mod mutations;
#[cfg(test)]
mod papers;
#[cfg(test)]
mod peer;
#[cfg(test)]
mod published;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod schemas;
#[cfg(test)]
mod told;
#[cfg(test)]
mod world;
